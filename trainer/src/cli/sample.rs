//! `scanweave sample`: pictures from a weights file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use scanweave::image::{Image, Plane};
use scanweave::label::Label;
use scanweave::study::Study;
use scanweave::synthesis::{Sample, Synthesiser};
use scanweave::weights::{self, Role};

use super::Usage;
use crate::beside::each;
use crate::device::Choice;
use crate::{files, picture};

/// Columns of the sheet.
const SHOWN: u64 = 16;

/// Draw samples from a .weave file: a PNG per stage and a sheet.
///
/// Sample k of seed S is the same picture whatever --count is; the page shows it under seed S + k.
#[derive(Parser)]
pub struct Args {
    /// The weights file.
    #[arg(value_name = "FILE.weave")]
    weights: PathBuf,
    /// How many samples.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    count: u64,
    /// Seed of the first sample; sample k has the seed S + k.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Class of the whole image, by name, for studies with such a label.
    #[arg(long)]
    class: Option<String>,
    /// A lesion in every sample, drawn by the model's statistics and placed by the sample's seed, for
    /// studies with lesion masks or boxes.
    #[arg(long, conflicts_with = "class")]
    lesion: bool,
    /// Folder for the pictures; it is created.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    let bytes = files::read_whole(&args.weights, files::WEIGHTS)?;
    let model = weights::read(&bytes)
        .with_context(|| format!("{} cannot be used", args.weights.display()))?;
    let unusable = || format!("{} cannot be sampled from", args.weights.display());
    model
        .require(&Role::StructureDecoder)
        .with_context(unusable)?;
    model.require(&Role::MaskGenerator).with_context(unusable)?;
    let pipeline = Choice::Flex.synthesiser(&model).with_context(unusable)?;
    let label = label(&args, &pipeline)?;
    let withheld = args
        .class
        .as_deref()
        .and_then(|name| model.card.withholds(name));
    if let Some(why) = withheld {
        eprintln!(
            "note: this class is not offered in data sets, for its label would mean nothing: {why}"
        );
    }
    super::refuse_input_in(&args.out, &["png"], &[&args.weights])?;
    files::create_folder(&args.out)?;
    files::remove_unfinished(&args.out, |name| files::ends_in(name, &["png"]));
    let stages = 3 + usize::from(args.lesion) + pipeline.study().modalities.len();
    let mut rows: Vec<Vec<Image>> = vec![Vec::new(); stages];
    let bar = indicatif::ProgressBar::new(args.count);
    let columns = |k| {
        let seed = args.seed.wrapping_add(k);
        let (sample, lesion) = pollster::block_on(sample(&pipeline, seed, &label, args.lesion))
            .with_context(unusable)?;
        let pictures = pictures(sample, lesion, pipeline.study());
        for (stage, image) in &pictures {
            let file = args.out.join(format!("{seed:06}-{stage}.png"));
            picture::save_image(&file, image)?;
        }
        bar.inc(1);
        Ok((k < SHOWN).then_some(pictures))
    };
    let columns = each(pipeline.is_on_core(), (0..args.count).collect(), columns)?;
    for pictures in columns.into_iter().flatten() {
        let images = pictures.into_iter().map(|(_, image)| image);
        rows.iter_mut().zip(images).for_each(|(row, i)| row.push(i));
    }
    bar.finish_and_clear();
    picture::save_sheet(&args.out.join("sheet.png"), &rows)?;
    println!(
        "{} samples in {}; sheet.png shows the first",
        args.count,
        args.out.display()
    );
    Ok(())
}

/// The sample of a seed and, where one is asked for, its lesion as grey values.
async fn sample(
    pipeline: &Synthesiser,
    seed: u64,
    label: &Label,
    wanted: bool,
) -> anyhow::Result<(Sample, Option<Plane>)> {
    if !wanted {
        return Ok((pipeline.sample(seed, label).await?, None));
    }
    let structure = pipeline.structure_of_seed(seed).await?;
    let lesion = pipeline.placed_lesion(&structure, seed);
    let lesion = lesion.expect("the study's kind is checked before");
    let sample = pipeline.paint(&structure, &lesion, seed).await?;
    let classes = pipeline.study().label_planes();
    Ok((sample, lesion.shades(classes, pipeline.size())))
}

fn label(args: &Args, pipeline: &Synthesiser) -> anyhow::Result<Label> {
    let kind = &pipeline.study().lesion;
    if args.lesion && !kind.is_placed() {
        let text = "--lesion: this study has no lesion masks or boxes; leave it out";
        return Err(Usage(text.into()).into());
    }
    let Some(name) = &args.class else {
        return Ok(kind.healthy(pipeline.size()));
    };
    let class = kind.classes().iter().position(|c| c == name);
    let unknown = || {
        Usage(format!(
            "--class {name}: this study knows {:?}",
            kind.classes()
        ))
    };
    Ok(Label::Class(class.ok_or_else(unknown)?))
}

/// The pictures of a sample with the names of their stages, in the order of the sheet.
fn pictures(sample: Sample, lesion: Option<Plane>, study: &Study) -> Vec<(String, Image)> {
    let shown = sample.shown(study);
    let planes = [
        ("structure", Some(sample.structure.map)),
        ("mask", Some(sample.structure.mask)),
        ("fused", Some(sample.fused)),
        ("lesion", lesion),
    ];
    let planes = planes.into_iter();
    let planes = planes.filter_map(|(stage, plane)| Some((stage.to_owned(), plane?.into())));
    let names = sample.images.into_iter().map(|(modality, _)| modality);
    planes.chain(names.zip(shown)).collect()
}
