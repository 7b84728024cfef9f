//! `scanweave extract`: what algorithms 1 and 2 make of one image.

use super::Usage;
use crate::data::Picture;
use crate::data::decode::read_image;
use crate::data::volumes::{Volumes, is_volume};
use crate::files;
use crate::picture::save_image;
use crate::study::StudyAndRecipe;
use anyhow::{Context, Result};
use scanweave::image::{Image, Plane};
use scanweave::structure::{Source, fuse, fusion_noise};
use std::path::PathBuf;

/// Take the structure map and the organ mask from one image (no training, no labels).
///
/// The structure map is where the image changes steeply: its lines are what the generator later
/// paints around. Writes image.png (at working size), mask.png (white is background),
/// structure-map.png and fused.png (what the generator sees) into the folder DIR.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// PNG, JPEG, BMP, GIF, WebP or TIFF; grey or colour. Or a volume: NIfTI (.nii, .nii.gz, .hdr with .img),
    /// MetaImage (.mha, .mhd), NRRD (.nrrd, .nhdr), MGH (.mgz) or DICOM (.dcm)
    image: PathBuf,
    /// Which slice of a volume, from 0, from the feet to the head (along its third axis where it does not say how it lies)
    #[arg(long, value_name = "N")]
    slice: Option<usize>,
    /// Which volume of a series, or page of a TIFF, from 0
    #[arg(long, value_name = "N")]
    volume: Option<usize>,
    /// The study whose values to use: a built-in one (`scanweave study list`), a study file or the config.json of a run
    #[arg(long = "study", value_name = "NAME|FILE", value_parser = crate::study::chosen)]
    chosen: StudyAndRecipe,
    /// Folder for the pictures, made if missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Side of the square that the image is fitted into, in its own shape, pixels
    #[arg(long, default_value_t = 128, value_parser = super::data::size)]
    size: usize,
    /// Also write every intermediate plane, numbered in order
    #[arg(long)]
    steps: bool,
}

/// Runs the command.
pub fn run(args: Args) -> Result<()> {
    let study = &args.chosen.study;
    let name = || args.image.display().to_string();
    let channels = study.modalities[study.source_place()].channels;
    let volumes = Volumes::default();
    let (image, grid) = read_image(&picture(&args, &volumes)?, channels, None, &volumes)?;
    for note in volumes.told() {
        eprintln!("note: {note}");
    }
    let values = study.extraction_at(args.size);
    let source = study.source_plane(&image);
    let frame = grid.frame();
    let source = Source::of(&source, frame, args.size, values.scale).with_context(name)?;
    let mask_settings = study.mask_at(args.size);
    let mask = source.mask(&values, &mask_settings).with_context(name)?;
    let steps = source.steps(&values, &mask_settings).with_context(name)?;
    let map = steps
        .last()
        .map(|step| step.plane.clone())
        .context("the extraction has steps")?;
    let fused = fuse(&map, &mask, &fusion_noise(args.size, 0, study.noise));

    let shown = channels.shown(&frame.squared(&image, args.size));
    let named: [(&str, Image); 4] = [
        ("image", shown),
        ("mask", mask.clone().into()),
        ("structure-map", map.clone().into()),
        ("fused", fused.into()),
    ];
    let named = named.map(|(name, picture)| (format!("{name}.png"), picture));
    let mut pictures = Vec::from(named);
    if args.steps {
        let steps = (1..).zip(steps);
        pictures.extend(steps.map(|(number, step)| {
            let name = format!("step-{number:02}-{}.png", step.name);
            (name, step.picture().into())
        }));
    }
    for (name, _) in &pictures {
        super::refuse_input(&args.out.join(name), &[&args.image])?;
    }
    files::create_folder(&args.out)?;
    files::remove_unfinished(&args.out, |name| files::ends_in(name, &["png"]));
    for (name, picture) in pictures {
        save_image(&args.out.join(name), &picture)?;
    }
    println!("{}: {}", args.out.display(), summary(&map, &mask));
    Ok(())
}

fn picture(args: &Args, volumes: &Volumes) -> Result<Picture> {
    let picture = Picture {
        slice: args.slice,
        volume: args.volume,
        ..args.image.clone().into()
    };
    let name = args.image.display();
    if !is_volume(&args.image) {
        if args.slice.is_some() {
            let text = format!("--slice belongs to a volume, and {name} is none: leave it out");
            return Err(Usage(text).into());
        }
    } else if args.slice.is_none() {
        let count = volumes.slices(&picture)?;
        if count > 1 {
            let text =
                format!("{name} is a volume of {count} slices: choose one with --slice N, from 0");
            return Err(Usage(text).into());
        }
    }
    Ok(picture)
}

fn summary(map: &Plane, mask: &Plane) -> String {
    format!(
        "{:.1} % of the image is lines, {:.1} % is background",
        100.0 * map.mean(),
        100.0 * mask.mean()
    )
}
