//! `scanweave evaluate`: the figures of a weights file beside those of real images.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Parser;
use data_encoding::HEXLOWER;
use indicatif::{ProgressBar, ProgressStyle};
use scanweave::networks::config::NetworkConfig;
use scanweave::train::steps::LesionNetworks;
use scanweave::weights::{self, Model, Role};

use super::Usage;
use super::table::{Side, table};
use super::train::foundations::finished;
use crate::data::Prepared;
use crate::device::{self, Choice};
use crate::evaluate::{self, ALL_LESIONS, Evaluation, Interval, Report, Row, Sampler, Section};
use crate::run::{Configuration, Finished};
use crate::stages::lesion;
use crate::{files, said};

/// Dice on real images below which a judge judges nothing.
const POOR: f64 = 0.5;

/// Measure a .weave file on fresh samples, beside the same figures of real images.
///
/// Lesion validity (Dice of a judge that had no part in the training, --judge), whether classes of the whole image are
/// told from each other by a judge that learns them from the real images, register of the modalities, on phantoms
/// against the known tissue, distance to real images and place among them, power at each size of detail, how lines hang
/// together, size of the organ, diversity, and memorisation of training images.
/// Every figure comes from unfiltered samples of K seeds, as mean and 95 % interval over the seeds; a share of images
/// has Wilson's interval over all of them.
/// The seeds, the model, the data and the device decide every digit.
///
/// Edge shifts are looked for up to 4 pixels at a size of 128, so what lies near 4 is not in register at
/// all. Modalities that are copies of each other are in perfect register too: their mutual information
/// is then far above that of real pairs.
///
/// Distances, precision, recall, density and coverage are of features that no network learnt: of random filters, and of texture
/// and shape of the organ. They grow or shrink with the number of images, so compare runs of the same --count on the same data;
/// beside them stand those of as many real training images. --count 200 or more makes them steady. Of precision and the like 1
/// is best, of density as much as the real ones have; of power 1 is as strong as real images are.
#[derive(Parser)]
pub struct Args {
    /// The weights file.
    #[arg(value_name = "MODEL.weave")]
    weights: PathBuf,
    /// The prepared data that the model was trained with: its test split is what is real.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// A finished lesion run of another seed and width than the guide's. Train one with
    /// `scanweave train lesion --seed 2 --segmenter-width W`.
    #[arg(long, value_name = "RUN")]
    judge: Option<PathBuf>,
    /// The lesion run that guided the training, to check that the judge is another one.
    #[arg(long, value_name = "RUN", requires = "judge")]
    guide: Option<PathBuf>,
    /// Also train a small network to tell synthetic images from real ones, whole and in patches of 48 px: minutes more.
    /// The area under its curve is 0.5 where it cannot, 1 where it always can.
    #[arg(long)]
    classifier: bool,
    #[command(flatten)]
    sampling: Sampling,
    /// Also write the figures of every seed, as JSON; `figures` in it is for a model card.
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
}

/// How often is sampled, and where.
#[derive(Debug, clap::Args)]
pub struct Sampling {
    /// Subjects per seed.
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub count: u32,
    /// Sampling seeds S, S + 1, .. S + K - 1.
    #[arg(long, value_name = "K", default_value_t = 3, value_parser = clap::value_parser!(u16).range(3..=1000))]
    pub seeds: u16,
    /// The first sampling seed.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// flex, libtorch, libtorch:cuda, cuda, cuda:N, vulkan or metal, as far as this build has it.
    #[arg(long, default_value = "flex", value_parser = device_choice)]
    pub device: Choice,
}

impl Sampling {
    /// Every sampling seed.
    pub fn seeds(&self) -> Vec<u64> {
        let each = 0..u64::from(self.seeds);
        each.map(|k| self.seed.wrapping_add(k)).collect()
    }
}

fn device_choice(text: &str) -> Result<Choice, String> {
    text.parse()
        .map_err(|_| format!("possible values: {}", device::NAMES))
}

/// A judge that can be asked.
struct Judge {
    networks: LesionNetworks,
    fingerprint: String,
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<()> {
    if let Some(out) = &args.out {
        let runs = [&args.judge, &args.guide].into_iter().flatten();
        let runs: Vec<PathBuf> = runs.flat_map(|run| super::of_run(run)).collect();
        let read = [&args.weights, &args.data].into_iter().chain(&runs);
        let read: Vec<&Path> = read.map(PathBuf::as_path).collect();
        super::refuse_input(out, &read)?;
    }
    let bytes = files::read_whole(&args.weights, files::WEIGHTS)?;
    let unusable = || format!("{} cannot be evaluated", args.weights.display());
    let model = weights::read(&bytes).with_context(unusable)?;
    for role in [Role::StructureDecoder, Role::MaskGenerator] {
        model.require(&role).with_context(unusable)?;
    }
    let data = Prepared::open(&args.data)?;
    let device = args.sampling.device.open()?;
    let pipeline = args
        .sampling
        .device
        .synthesiser(&model)
        .with_context(unusable)?;
    let judge = judge(&args, &model, &data, &device)?;
    let seeds = args.sampling.seeds();
    let with_data = || format!("{} with {}", unusable(), args.data.display());
    evaluate::check(&data, &model.study, model.geometry.size).with_context(with_data)?;
    let sampler = Sampler::new(&pipeline, model.lesions.as_ref(), &data).with_context(with_data)?;
    let evaluation = Evaluation {
        draws: &sampler,
        data: &data,
        judge: judge.as_ref().map(|judge| (&judge.networks, &device)),
        classifier: args.classifier.then_some(&device),
        count: args.sampling.count as usize,
        seeds: &seeds,
    };
    let bar = progress(evaluation.work());
    let rows = evaluation.run(&|| bar.inc(1));
    bar.finish_and_clear();
    let rows = rows.with_context(with_data)?;
    let told = said::result(&text(&rows, seeds.len()));
    for note in notes(&rows) {
        eprintln!("note: {note}");
    }
    let summary = weights::inspect(&bytes)?;
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        study: model.study.name.clone(),
        model: HEXLOWER.encode(&summary.digest),
        data: data.fingerprint.clone(),
        judge: judge.map(|judge| judge.fingerprint),
        count: args.sampling.count as usize,
        seeds,
        figures: rows.iter().map(Row::figure).collect(),
        rows,
    };
    if let Some(out) = &args.out {
        save(out, &report)?;
    }
    told
}

/// How many subjects are painted.
pub fn progress(length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("painting {bar:40} {pos}/{len} ({eta} left)");
    ProgressBar::new(length as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn save(out: &Path, report: &Report) -> anyhow::Result<()> {
    if let Some(parent) = out.parent().filter(|p| !p.as_os_str().is_empty()) {
        files::create_folder(parent)?;
    }
    files::write_output(out, &serde_json::to_vec_pretty(report)?)?;
    println!("\nwritten to {}", out.display());
    Ok(())
}

/// The judge, after warnings about what would make it a poor one.
fn judge(
    args: &Args,
    model: &Model,
    data: &Prepared,
    device: &burn::tensor::Device,
) -> anyhow::Result<Option<Judge>> {
    let segmented = model.study.lesion.is_segmented();
    let Some(run) = &args.judge else {
        if segmented {
            eprintln!(
                "note: no --judge, so lesions are not judged: train one with `scanweave train lesion --seed 2 --segmenter-width W`, seed and width other than the guide's"
            );
        }
        return Ok(None);
    };
    if !segmented {
        let text = format!(
            "--judge: the study {} has no lesion masks to judge",
            model.study.name
        );
        return Err(Usage(text).into());
    }
    let judge = lesion_run(run, model)?;
    let fingerprint = judge.checkpoint.fingerprint();
    let guide = args.guide.as_deref();
    let guide = guide.map(|run| lesion_run(run, model)).transpose()?;
    ensure!(
        guide
            .as_ref()
            .is_none_or(|guide| guide.checkpoint.fingerprint() != fingerprint),
        "the judge is the guide: it has trained the generator and cannot judge it"
    );
    let guide = guide.map(|run| run.configuration);
    let warnings = doubts(
        &judge.configuration,
        guide.as_ref(),
        model,
        &data.fingerprint,
    );
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    Ok(Some(Judge {
        networks: lesion::networks(&judge, device)?,
        fingerprint,
    }))
}

fn lesion_run(run: &Path, model: &Model) -> anyhow::Result<Finished> {
    let stage = lesion::STAGE.name;
    finished(run, stage, &model.study, model.geometry.size)
}

/// What speaks against a judge: it learnt from other data, or is too much like the guide.
fn doubts(
    judge: &Configuration,
    guide: Option<&Configuration>,
    model: &Model,
    data: &str,
) -> Vec<String> {
    let mut doubts = Vec::new();
    if judge.data != data {
        doubts.push("the judge was trained on other data: it may have seen the test images".into());
    }
    let width = judge.geometry.segmenter_width;
    let guide_width = guide.map_or_else(
        || exported_width(model),
        |g| Some(g.geometry.segmenter_width),
    );
    if guide_width == Some(width) {
        doubts.push(format!(
            "the judge is as wide as the guide ({width} channels): train one with another --segmenter-width"
        ));
    }
    if guide.is_some_and(|g| g.seed == judge.seed) {
        doubts.push(format!(
            "the judge has the seed of the guide ({}): train one with another --seed",
            judge.seed
        ));
    }
    doubts
}

/// Width of the segmenters that the model carries: those that guided it.
fn exported_width(model: &Model) -> Option<usize> {
    model
        .networks
        .iter()
        .find_map(|n| match (&n.role, &n.config) {
            (Role::Segmenter(_), NetworkConfig::Unet(config)) => Some(config.width),
            _ => None,
        })
}

/// What must be known to read the figures.
fn notes(rows: &[Row]) -> Vec<String> {
    let pooled = rows.iter().find(|row| row.name == ALL_LESIONS);
    let real = pooled.and_then(|row| row.real.as_ref()).map(|r| r.mean);
    let poor = real.filter(|&dice| dice < POOR);
    let note = |dice| {
        format!(
            "the judge finds little even in real images (Dice {dice:.3}), so its ratios say nothing: train it longer"
        )
    };
    poor.map(note).into_iter().collect()
}

/// The tables, one per section.
fn text(rows: &[Row], seeds: usize) -> String {
    let mut text = format!("mean [95 % interval] over {seeds} sampling seeds\n");
    for section in Section::ALL {
        let of: Vec<&Row> = rows.iter().filter(|row| row.section == section).collect();
        if !of.is_empty() {
            let goal = match section {
                Section::Validity => " (goal of the ratio: 0.95)",
                Section::Distance => " (a ratio of 1: as near as real images)",
                _ => "",
            };
            let _ = writeln!(text, "\n{section}{goal}");
            text += &section_table(&of);
        }
    }
    text
}

fn section_table(rows: &[&Row]) -> String {
    let compared = rows.iter().any(|row| row.ratio.is_some());
    let ratio = if compared { "synthetic / real" } else { "" };
    let cell = |value: &Option<Interval>, none: &str| {
        let text = value.as_ref().map(ToString::to_string);
        text.unwrap_or_else(|| none.into())
    };
    let mut lines = vec![["", "synthetic", "real", ratio].map(String::from)];
    lines.extend(rows.iter().map(|row| {
        [
            format!("  {}", row.name),
            cell(&row.synthetic, "-"),
            cell(&row.real, "-"),
            cell(&row.ratio, if compared { "-" } else { "" }),
        ]
    }));
    let (l, r) = (Side::Left, Side::Right);
    table([l, r, r, r], &lines)
}
