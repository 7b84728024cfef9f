//! `scanweave train`: one stage of one study, or all of them in order.

mod all;
mod begin;
pub(super) mod foundations;
mod options;
mod stop;

use std::path::PathBuf;

use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser};
use scanweave::study::Preset;
use scanweave::train::Ablation;

use crate::cli::choice::one_of;
use crate::data::Prepared;
use crate::device::{self, Choice};
use crate::said;
use crate::stages::registry::{self, STAGES};
use crate::stages::{Ending, Stage};
use crate::study::StudyAndRecipe;
use begin::{Job, check_data};
use options::StageArgs;

/// The name that stands for every stage that the study needs.
const ALL: &str = "all";

/// Train a stage, or all; Ctrl-C (SIGTERM and SIGHUP too) finishes the step, saves and says how to resume.
///
/// Order: `structure` (draws structure maps from noise), `lesion` (finds lesions in real images) and
/// `translator` (turns one modality into another) where the study has masks and several modalities,
/// then `synthesis` with the runs of the others (paints images). `all` does them in this order below
/// --run, skips what is finished and resumes what is not. RUN/ holds config.json, stats.jsonl,
/// sheets/*.png, report.html (look at it!) and checkpoints/. The same seed, data and device give the
/// same weights, interrupted or not.
#[derive(Parser)]
pub struct Args {
    /// What to train.
    #[arg(value_parser = stage_names())]
    stage: String,
    /// The study: a built-in one (`scanweave study list`), a study file of your own (`scanweave study new
    /// my-study.toml` writes one to change: modalities, lesion label, structure maps, weights of the losses), or the
    /// config.json of a run, which trains as that run did.
    #[arg(long = "study", value_name = "NAME|FILE", value_parser = crate::study::chosen)]
    chosen: StudyAndRecipe,
    /// Prepared data (`scanweave data prepare`).
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Folder of this run; it is created. With `all`, the folder of the stages' runs.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// Only those parts of the method that a row of the ablation table has; without the pre-training (18) unless
    /// --pretraining says otherwise.
    #[arg(long, value_name = "ROW", value_parser = one_of::<Ablation>())]
    ablation: Option<Ablation>,
    /// Sizes of the networks.
    #[arg(long, default_value = "demo", value_parser = one_of::<Preset>())]
    preset: Preset,
    /// Size of the structure maps' latent [default: the preset's]; give a synthesis run the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=4096))]
    latent: Option<u16>,
    /// Channels of the lesion segmenters; a judge should have another width and seed than the guide.
    #[arg(long, value_name = "W", value_parser = clap::value_parser!(u16).range(1..=256))]
    segmenter_width: Option<u16>,
    #[arg(long, value_name = "N", help = defaults("Steps of each stage, resumed ones included", |stage| stage.steps.to_string()), conflicts_with = "minutes", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Minutes of each stage, resumed ones included, instead of steps.
    #[arg(long, value_name = "M", value_parser = minutes)]
    minutes: Option<f64>,
    /// Images per step.
    #[arg(long, value_name = "B", default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=256))]
    batch: u16,
    #[arg(long, help = defaults("Learning rate of Adam", |stage| format!("{:e}", stage.rate)), value_parser = rate)]
    rate: Option<f64>,
    #[command(flatten)]
    of_stage: StageArgs,
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
    /// Print the resolved configuration, and what each network takes of memory, and stop.
    #[arg(long)]
    dry_run: bool,
}

/// What can be trained.
fn stage_names() -> PossibleValuesParser {
    let stages = STAGES.map(|stage| PossibleValue::new(stage.name).help(stage.about));
    let all = PossibleValue::new(ALL).help("Every stage that the study needs, in order");
    PossibleValuesParser::new(stages.into_iter().chain([all]))
}

/// Help that ends with what each stage takes when nothing is said.
fn defaults(help: &str, of: fn(&Stage) -> String) -> String {
    let each = STAGES.map(|stage| format!("{} {}", stage.name, of(stage)));
    format!("{help} [default: {}]", each.join(", "))
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
        let StudyAndRecipe { study, recipe } = &mut args.chosen;
        row.restrict(study, recipe);
    }
    let Some(stage) = registry::named(&args.stage) else {
        return all::run(&args, &data);
    };
    args.of_stage.check(stage)?;
    let job = Job::of(&args, stage);
    check_data(&data, &args, &[stage])?;
    let memory = job.memory()?;
    let configuration = job.resolve(&data)?;
    if args.dry_run {
        eprintln!("{memory}");
        return said::result(&(serde_json::to_string_pretty(&configuration)? + "\n"));
    }
    let ending = job.train(&data, &configuration, &stop::asked()?)?;
    report(&job, ending, "the same command and --resume");
    Ok(())
}

fn report(job: &Job, ending: Ending, again: &str) {
    let run = job.run.display();
    match ending {
        Ending::Complete(step) => {
            println!("done: {step} steps; look at {run}/report.html");
            if let Some(advice) = (job.stage.advice)(&job.args.chosen.recipe, step) {
                println!("note: {advice}");
            }
        }
        Ending::Interrupted(step) => {
            println!("stopped after {step} steps, saved in {run}; go on with {again}");
        }
    }
}
