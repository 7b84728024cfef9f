//! `scanweave build`: a labelled synthetic data set from a weights file.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Parser;
use scanweave::dataset::{Dataset, Settings};
use scanweave::image::Image;
use scanweave::study::Study;
use scanweave::synthesis::Subject;
use scanweave::weights::{self, Checksums, Model, Role};

use super::Usage;
use crate::beside::each;
use crate::build::{self, Folder};
use crate::device::Choice;
use crate::{files, picture};

/// Subjects on the contact sheet.
const SHOWN: usize = 12;
/// Subjects that are waited for together.
const AT_ONCE: usize = 64;

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
    /// Class of every subject, by name, for studies that label the whole image; else all that the model offers, in turn.
    #[arg(long)]
    class: Option<String>,
    /// Take every structure map, instead of only those that pass algorithm 3.
    #[arg(long, conflicts_with = "keep_refused")]
    no_structure_filter: bool,
    /// Keep subjects whose map algorithm 3 refused in every try, marked as such; otherwise only what is written down
    /// of them stays.
    #[arg(long)]
    keep_refused: bool,
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
    let settings = settings(&args, &model)?;
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
    let mut shown = Vec::new();
    let mut healthy = 0;
    let indices: Vec<u64> = (0..args.count)
        .filter(|&index| !folder.left_out(index))
        .collect();
    let bar = indicatif::ProgressBar::new(indices.len() as u64);
    for indices in indices.chunks(AT_ONCE) {
        // Of a subject that is there already only its column is wanted, while the sheet has room.
        let room = shown.len() < SHOWN;
        let subject = |index| {
            let holds = folder.holds(index);
            let mut built = None;
            if !holds || room {
                let subject = pollster::block_on(pipeline.subject(&settings, args.seed, index));
                let subject = subject.with_context(unusable)?;
                if !holds {
                    folder.add(&model.study, index, &subject)?;
                }
                if settings.keep(subject.provenance.accepted) {
                    let is_healthy = !holds && placed && subject.label.is_empty();
                    built = Some((is_healthy, room.then(|| column(&subject, &model.study))));
                }
            }
            bar.inc(1);
            Ok(built)
        };
        let built = each(pipeline.is_on_core(), indices.to_vec(), subject)?;
        for (is_healthy, column) in built.into_iter().flatten() {
            healthy += u64::from(is_healthy);
            shown.extend(column);
        }
        shown.truncate(SHOWN);
    }
    bar.finish_and_clear();
    let refused = folder.finish(args.count, pipeline.size())?;
    picture::save_sheet(&args.out.join("sheet.png"), &rows(&shown))?;
    let out = args.out.display();
    let kept = if settings.keep(false) {
        args.count
    } else {
        args.count - refused
    };
    println!("{kept} subjects in {out}; look at sheet.png");
    if refused > 0 && settings.filter.is_some() {
        println!("{}", of_refused(refused, &settings));
    }
    if healthy > 0 {
        println!("{healthy} of those built now show no lesion");
    }
    Ok(())
}

fn settings(args: &Args, model: &Model) -> anyhow::Result<Settings> {
    let classes = model.study.lesion.classes();
    let class = args.class.as_ref().map(|name| {
        let place = classes.iter().position(|c| c == name);
        let place = place.ok_or_else(|| Usage(format!("--class {name}: this study knows {classes:?}")))?;
        match model.card.withholds(name) {
            Some(why) if place > 0 => Err(Usage(format!(
                "--class {name}: the model does not offer it, for its label would mean nothing: {why}"
            ))),
            _ => Ok(place),
        }
    });
    Ok(Settings {
        filter: (!args.no_structure_filter).then(|| model.card.structure_filter()),
        healthy: args.healthy,
        class: class.transpose()?,
        keep_refused: args.keep_refused,
    })
}

/// What became of subjects whose map was refused in every try.
fn of_refused(refused: u64, settings: &Settings) -> String {
    let became = if settings.keep(false) {
        "stay (`accepted` in the table and in their .json)"
    } else {
        "were left out (their .json says how they came to be); --keep-refused keeps them"
    };
    format!("{refused} subjects had a map that algorithm 3 refused in every try and {became}")
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
