//! `scanweave build`: a labelled synthetic data set from a weights file.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Parser;
use scanweave::dataset::{Dataset, Settings};
use scanweave::image::Image;
use scanweave::structure::StructureFilter;
use scanweave::study::Study;
use scanweave::synthesis::Subject;
use scanweave::weights::{self, Checksums, Role};

use super::Usage;
use crate::build::{self, Folder};
use crate::device::Choice;
use crate::{files, picture};

/// Subjects on the contact sheet.
const SHOWN: usize = 12;

/// Build a labelled synthetic data set: filtered structure maps, legal lesions, every modality.
///
/// Subject k of seed S is the same, byte for byte, whatever --count is and however often the build was
/// interrupted: the same command goes on where it stopped. The folder holds PNG pictures, labels
/// (class numbers from 1, or boxes as YOLO text and in annotations.json as COCO has them), a provenance per subject and manifest.csv, which `data prepare --dataset
/// folder` reads; a class whose name begins as a formula does (=, +, -, @) has an apostrophe before it there.
#[derive(Parser)]
pub struct Args {
    /// The weights file.
    #[arg(value_name = "MODEL.weave")]
    weights: PathBuf,
    /// How many subjects.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// Seed of the series.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Folder of the data set; it is created.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Share of subjects without a lesion, 0 to 1, for studies with lesion masks or boxes.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = share)]
    healthy: f32,
    /// Class of every subject, by name, for studies that label the whole image; else in turn.
    #[arg(long)]
    class: Option<String>,
    /// Take every structure map, instead of only those that pass algorithm 3.
    #[arg(long)]
    no_structure_filter: bool,
    /// flex, libtorch, libtorch:cuda, cuda, cuda:N, vulkan or metal, as far as this build has it.
    #[arg(long, default_value = "flex")]
    device: Choice,
}

fn share(text: &str) -> Result<f32, String> {
    let value = text.parse().ok().filter(|p| (0.0..=1.0).contains(p));
    value.ok_or_else(|| "a number from 0 to 1".into())
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    let bytes = files::read_whole(&args.weights, files::WEIGHTS)?;
    let name = args.weights.display();
    let checksums = Checksums::of(&bytes);
    let model = weights::read_checked(&bytes, checksums);
    let model = model.with_context(|| format!("{name} cannot be used"))?;
    let unusable = || format!("{name} cannot build a data set");
    for role in [Role::StructureDecoder, Role::MaskGenerator] {
        let needed = model.require(&role);
        needed.with_context(unusable)?;
    }
    let pipeline = args.device.synthesiser(&model).with_context(unusable)?;
    let settings = settings(&args, model.study.lesion.classes())?;
    ensure!(
        !model.study.lesion.is_placed() || model.lesions.is_some() || args.healthy >= 1.0,
        "{name} does not know what lesions look like: export it from runs of this version, or build with --healthy 1"
    );
    super::refuse_input_in(&args.out, &build::ENDINGS, &[&args.weights])?;
    let folder = Folder::open(
        &args.out,
        Dataset::of(
            &model.study,
            &model.card.title,
            &model.card.licence,
            &checksums.sha256(),
            args.seed,
            settings,
        ),
    )?;
    let placed = model.study.lesion.is_placed();
    let bar = indicatif::ProgressBar::new(args.count);
    let mut shown = Vec::new();
    let (mut refused, mut healthy) = (0, 0);
    for index in 0..args.count {
        let holds = folder.holds(index);
        if !holds || shown.len() < SHOWN {
            let subject = pollster::block_on(pipeline.subject(&settings, args.seed, index));
            let subject = subject.with_context(unusable)?;
            if !holds {
                refused += u64::from(!subject.provenance.accepted);
                healthy += u64::from(placed && subject.label.is_empty());
                folder.add(&model.study, index, &subject)?;
            }
            if shown.len() < SHOWN {
                shown.push(column(&subject, &model.study));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    folder.finish(args.count, pipeline.size())?;
    picture::save_sheet(&args.out.join("sheet.png"), &rows(&shown))?;
    let out = args.out.display();
    println!("{} subjects in {out}; look at sheet.png", args.count);
    if refused > 0 {
        println!(
            "{refused} of those built now keep a map that the structure filter refused in every try (`accepted` in their .json)"
        );
    }
    if healthy > 0 {
        println!("{healthy} of those built now show no lesion");
    }
    Ok(())
}

fn settings(args: &Args, classes: &[String]) -> anyhow::Result<Settings> {
    let class = args.class.as_ref().map(|name| {
        let place = classes.iter().position(|c| c == name);
        place.ok_or_else(|| Usage(format!("--class {name}: this study knows {classes:?}")))
    });
    Ok(Settings {
        filter: (!args.no_structure_filter).then(StructureFilter::default),
        healthy: args.healthy,
        class: class.transpose()?,
    })
}

/// What the contact sheet shows of a subject, from top to bottom.
fn column(subject: &Subject, study: &Study) -> Vec<Image> {
    let sample = &subject.sample;
    let size = sample.fused.width();
    let lesion = subject.label.shades(study.label_planes(), size);
    let planes = std::iter::once(sample.fused.clone()).chain(lesion);
    planes.map(Image::from).chain(sample.shown(study)).collect()
}

fn rows(columns: &[Vec<Image>]) -> Vec<Vec<Image>> {
    let height = columns.first().map_or(0, Vec::len);
    let row = |at: usize| columns.iter().filter_map(|c| c.get(at).cloned()).collect();
    (0..height).map(row).collect()
}
