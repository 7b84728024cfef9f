//! `scanweave train`: one stage of one study, or all of them in order.

mod all;
mod begin;
pub(super) mod foundations;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use scanweave::study::{Ablation, Preset, Study};

use crate::data::Prepared;
use crate::device::{self, Choice};
use crate::files;
use crate::run::Stage;
use crate::stages::Ending;
use begin::Job;

/// Train a stage, or all; Ctrl-C finishes the step, saves and says how to resume.
///
/// Order: `structure` (draws structure maps from noise), `lesion` (finds lesions in real images) and
/// `translator` (turns one modality into another) where the study has masks and several modalities,
/// then `synthesis` with the runs of the others (paints images). `all` does them in this order below
/// --run, skips what is finished and resumes what is not. RUN/ holds config.json, stats.jsonl,
/// sheets/*.png, report.html (look at it!) and checkpoints/. The same seed, data and device give the
/// same weights, interrupted or not.
#[derive(Parser)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Args {
    /// What to train.
    stage: StageName,
    /// The study, one of: chest-xray, phantom-thorax, phantom-brain, brain-mri, brats, retina, lung-ct; or a
    /// .json file with one: copy the `study` of a run's config.json (--dry-run prints it too) and change
    /// weights of losses, switches, `spectral`, the modality `head` or `sharp_from`.
    #[arg(long, value_parser = study)]
    study: Study,
    /// Prepared data (`scanweave data prepare`).
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Folder of this run; it is created. With `all`, the folder of the stages' runs.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// The finished structure run whose maps the synthesis stage learns to paint.
    #[arg(long, value_name = "RUN")]
    structure: Option<PathBuf>,
    /// The finished lesion run that guides the synthesis stage, for studies with lesion masks.
    #[arg(long, value_name = "RUN")]
    lesion: Option<PathBuf>,
    /// The finished translator run that holds its modalities in register, for several modalities.
    #[arg(long, value_name = "RUN")]
    translator: Option<PathBuf>,
    /// Only those parts of the method that a row of the ablation table has: a noise in place of the
    /// map, b map and lesion loss, c map and label filter, d and noise fusion, e and registration,
    /// f the whole method, g the map alone; without the pre-training (18) unless --pretraining says otherwise.
    #[arg(long, value_enum)]
    ablation: Option<AblationName>,
    /// Sizes of the networks.
    #[arg(long, value_enum, default_value = "demo")]
    preset: PresetName,
    /// Size of the structure maps' latent [default: the preset's]; give a synthesis run the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=4096))]
    latent: Option<u16>,
    /// Channels of the lesion segmenters; a judge should have another width and seed than the guide.
    #[arg(long, value_name = "W", value_parser = clap::value_parser!(u16).range(1..=256))]
    segmenter_width: Option<u16>,
    /// Steps of each stage, resumed ones included [default: structure 2400, lesion 900, translator
    /// 900, synthesis 2000].
    #[arg(long, value_name = "N", conflicts_with = "minutes", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Minutes of each stage, resumed ones included, instead of steps.
    #[arg(long, value_name = "M", value_parser = minutes)]
    minutes: Option<f64>,
    /// Images per step.
    #[arg(long, value_name = "B", default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=256))]
    batch: u16,
    /// Learning rate of Adam [default: structure 6e-4, lesion 1e-3, translator 4e-4, synthesis 2e-4].
    #[arg(long, value_parser = rate)]
    rate: Option<f64>,
    /// Steps on the maps of real images alone (18), half of them drawn anew, before synthetic maps take half of each batch; 0: synthetic maps from the start and nothing else, as the thesis trains its brains and its ablation; synthesis stage only [default: 1000, with --ablation 0].
    #[arg(long, value_name = "N")]
    pretraining: Option<u64>,
    /// Every map is mirrored at random, and turned, scaled and shifted a little, so that few subjects go further; not for studies where left differs from right, as a chest does; structure stage only.
    #[arg(long)]
    augment: bool,
    /// Two discriminators that see parts of the images, one of them as local contrast, and learn six times as fast as the generator: tissue with texture instead of a grid; wants half the usual --rate; synthesis stage only.
    #[arg(long)]
    strict: bool,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// flex, libtorch, libtorch:cuda, cuda, cuda:N, vulkan or metal, as far as this build has it.
    #[arg(long, default_value = "flex", value_parser = device_choice)]
    device: Choice,
    /// Go on from the newest checkpoint of --run; `all` always does.
    #[arg(long)]
    resume: bool,
    /// Steps between two checkpoints.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    save_every: u64,
    /// Steps between two sample sheets.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    sheet_every: u64,
    /// Print the resolved configuration and stop.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum StageName {
    Structure,
    Lesion,
    Translator,
    Synthesis,
    All,
}

#[derive(Clone, Copy, ValueEnum)]
enum AblationName {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
}

impl AblationName {
    fn row(self) -> Ablation {
        match self {
            Self::A => Ablation::A,
            Self::B => Ablation::B,
            Self::C => Ablation::C,
            Self::D => Ablation::D,
            Self::E => Ablation::E,
            Self::F => Ablation::F,
            Self::G => Ablation::G,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum PresetName {
    /// 64 px, for tests and teaching.
    Tiny,
    /// 128 px, for the browser.
    Demo,
    /// The thesis's geometry, 512 px.
    Paper,
}

impl PresetName {
    fn preset(self) -> Preset {
        match self {
            Self::Tiny => Preset::Tiny,
            Self::Demo => Preset::Demo,
            Self::Paper => Preset::Paper,
        }
    }
}

/// A study on the command line: the name of a built-in one, or a file of one's own.
pub(super) fn study(name: &str) -> Result<Study, String> {
    if Path::new(name).extension().is_some_and(|e| e == "json") {
        return read_study(Path::new(name)).map_err(|e| format!("{e:#}"));
    }
    let names = Study::NAMES.join(", ");
    Study::named(name).ok_or_else(|| format!("possible values: {names}, or a .json file"))
}

/// A study of the user's: alone in the file, or in a run's config.json.
fn read_study(path: &Path) -> anyhow::Result<Study> {
    let text = files::read_whole(path)?;
    let mut json: serde_json::Value = serde_json::from_slice(&text).context("it is not JSON")?;
    let study = json.get_mut("study").map(serde_json::Value::take);
    let study = serde_json::from_value(study.unwrap_or(json)).context("it is no study")?;
    scanweave::weights::check_study(&study)?;
    Ok(study)
}

fn minutes(text: &str) -> Result<f64, String> {
    let year = 366.0 * 24.0 * 60.0;
    let value = text.parse().ok().filter(|&m: &f64| m > 0.0 && m <= year);
    value.ok_or_else(|| format!("a number above 0 and at most {year}"))
}

fn rate(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|&r: &f64| r > 0.0 && r <= 1.0);
    value.ok_or_else(|| "a number above 0 and at most 1".into())
}

fn device_choice(text: &str) -> Result<Choice, String> {
    text.parse()
        .map_err(|_| format!("possible values: {}", device::NAMES))
}

/// Runs the subcommand.
pub fn run(mut args: Args) -> anyhow::Result<()> {
    let data = Prepared::open(&args.data)?;
    if let Some(row) = args.ablation {
        args.study = args.study.with_ablation(row.row());
    }
    let stage = match args.stage {
        StageName::Structure => Stage::Structure,
        StageName::Lesion => Stage::Lesion,
        StageName::Translator => Stage::Translator,
        StageName::Synthesis => Stage::Synthesis,
        StageName::All => return all::run(&args, &data),
    };
    let job = Job::of(&args, stage);
    let configuration = job.resolve(&data)?;
    if args.dry_run {
        println!("{}", serde_json::to_string_pretty(&configuration)?);
        return Ok(());
    }
    let ending = job.train(&data, &configuration, &stop_on_interrupt()?)?;
    report(&job, ending, "the same command and --resume");
    Ok(())
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the process at once.
fn stop_on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("\nfinishing this step, then saving (Ctrl-C again to stop at once)");
    })?;
    Ok(stop)
}

fn report(job: &Job, ending: Ending, again: &str) {
    let run = job.run.display();
    match ending {
        Ending::Complete(step) => {
            println!("done: {step} steps; look at {run}/report.html");
            let sharp = job.args.study.sharp_from;
            if job.stage == Stage::Structure && step < sharp + sharp / 4 {
                println!(
                    "note: lines are only drawn sharp from step {sharp} on (`sharp_from` of the study): go on with --resume and more --steps, or its maps stay soft"
                );
            }
        }
        Ending::Interrupted(step) => {
            println!("stopped after {step} steps, saved in {run}; go on with {again}");
        }
    }
}
