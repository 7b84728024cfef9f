//! `scanweave train`: one stage of one study.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use clap::{Parser, ValueEnum};
use scanweave::profile::{Preset, Profile};
use scanweave::steps::{StructureNetworks, StructureStage};

use super::Usage;
use crate::data::Prepared;
use crate::device::{self, Choice};
use crate::run::{Cadence, Checkpoint, Configuration, Directory, Limit, Stage};
use crate::stages::{Ending, Schedule, Structure, Synthesis, SyntheticMaps, Trainee, train};

/// Train a stage; Ctrl-C finishes the step, saves and says how to resume.
///
/// Order: `structure` first (draws structure maps from noise), then `synthesis --structure RUN`
/// (paints images from them). RUN/ holds config.json, stats.jsonl, sheets/*.png, report.html (look
/// at it!) and checkpoints/. The same seed, data and device give the same weights, interrupted or not.
#[derive(Parser)]
pub struct Args {
    /// What to train.
    stage: StageName,
    /// The study, one of: chest-xray, phantom-thorax, phantom-brain, brain-mri, retina, lung-ct.
    #[arg(long, value_parser = profile)]
    profile: Profile,
    /// Prepared data (`scanweave data prepare`).
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Folder of this run; it is created.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// The finished structure run whose maps the synthesis stage learns to paint.
    #[arg(long, value_name = "RUN")]
    structure: Option<PathBuf>,
    /// Sizes of the networks.
    #[arg(long, value_enum, default_value = "demo")]
    preset: PresetName,
    /// Steps in all, resumed ones included.
    #[arg(long, value_name = "N", conflicts_with = "minutes", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Minutes of training in all, resumed ones included [default: 30].
    #[arg(long, value_name = "M", value_parser = minutes)]
    minutes: Option<f64>,
    /// Images per step.
    #[arg(long, value_name = "B", default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=256))]
    batch: u16,
    /// Learning rate of Adam.
    #[arg(long, default_value_t = 2e-4, value_parser = rate)]
    rate: f64,
    /// Steps on real structure maps alone (18) before synthetic maps join; synthesis stage only.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pretraining: u64,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// flex, libtorch, libtorch:cuda, cuda, cuda:N, vulkan or metal, as far as this build has it.
    #[arg(long, default_value = "flex", value_parser = device_choice)]
    device: Choice,
    /// Go on from the newest checkpoint of --run.
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
    Synthesis,
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

fn profile(name: &str) -> Result<Profile, String> {
    Profile::named(name).ok_or_else(|| format!("possible values: {}", Profile::NAMES.join(", ")))
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
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = Prepared::open(&args.data)?;
    let structure = structure_run(&args)?;
    let configuration = resolve(&args, &data, structure.as_ref())?;
    if args.dry_run {
        println!("{}", serde_json::to_string_pretty(&configuration)?);
        return Ok(());
    }
    let device = args.device.open()?.autodiff();
    let (directory, from) = open(&args, &configuration)?;
    let ending = match structure {
        None => {
            let trainee = Structure::new(&data, &configuration, &device)?;
            start(trainee, &directory, from, &args)?
        }
        Some((networks_of, checkpoint)) => {
            let plain = device.clone().inner();
            let networks = restore(&networks_of, &checkpoint, &device)?;
            let maps = SyntheticMaps::draw(networks, &configuration, &plain)?;
            start(
                Synthesis::new(&data, &configuration, maps, &device)?,
                &directory,
                from,
                &args,
            )?
        }
    };
    report(ending, &args.run);
    Ok(())
}

/// The structure run that the synthesis stage builds on, with its newest checkpoint.
fn structure_run(args: &Args) -> anyhow::Result<Option<(Configuration, Checkpoint)>> {
    match (args.stage, &args.structure) {
        (StageName::Structure, None) => Ok(None),
        (StageName::Structure, Some(_)) => {
            Err(Usage("--structure belongs to `train synthesis`".into()).into())
        }
        (StageName::Synthesis, None) => Err(Usage(
            "`train synthesis` needs --structure RUN, a finished `train structure` run".into(),
        )
        .into()),
        (StageName::Synthesis, Some(run)) => {
            let (directory, configuration) = Directory::open(run)?;
            ensure!(
                configuration.stage == Stage::Structure,
                "{} is not a structure run",
                run.display()
            );
            let checkpoint = directory.newest()?;
            let checkpoint = checkpoint.with_context(|| {
                format!("{} has no checkpoint yet: train it first", run.display())
            })?;
            Ok(Some((configuration, checkpoint)))
        }
    }
}

fn resolve(
    args: &Args,
    data: &Prepared,
    structure: Option<&(Configuration, Checkpoint)>,
) -> anyhow::Result<Configuration> {
    let preset = match args.preset {
        PresetName::Tiny => Preset::Tiny,
        PresetName::Demo => Preset::Demo,
        PresetName::Paper => Preset::Paper,
    };
    let geometry = preset.geometry();
    let prepared = &data.header;
    ensure!(
        prepared.profile == args.profile.name,
        "{} was prepared for the profile {}, not {}: prepare it again",
        args.data.display(),
        prepared.profile,
        args.profile.name
    );
    ensure!(
        prepared.size == geometry.size,
        "{} holds images of {} px, the preset works at {} px: prepare it again with --size {}",
        args.data.display(),
        prepared.size,
        geometry.size,
        geometry.size
    );
    if let Some((run, _)) = structure {
        ensure!(
            run.geometry == geometry && run.profile.name == args.profile.name,
            "the structure run is of another profile or preset"
        );
    }
    Ok(Configuration {
        version: env!("CARGO_PKG_VERSION").into(),
        stage: if structure.is_some() {
            Stage::Synthesis
        } else {
            Stage::Structure
        },
        profile: args.profile.clone(),
        preset,
        geometry,
        data: data.fingerprint.clone(),
        structure: structure.map(|(_, checkpoint)| checkpoint.fingerprint()),
        batch: args.batch.into(),
        rate: args.rate,
        seed: args.seed,
        pretraining: args.pretraining,
    })
}

fn open(
    args: &Args,
    configuration: &Configuration,
) -> anyhow::Result<(Directory, Option<Checkpoint>)> {
    if !args.resume {
        let directory = Directory::create(&args.run, configuration)?;
        directory.begin(&args.device.to_string(), None)?;
        return Ok((directory, None));
    }
    let directory = Directory::resume(&args.run, configuration)?;
    let newest = directory.newest()?;
    if newest.is_none() {
        eprintln!(
            "no checkpoint in {} yet: beginning at step 0",
            args.run.display()
        );
    }
    directory.begin(&args.device.to_string(), newest.as_ref())?;
    Ok((directory, newest))
}

/// The averaged networks of a structure checkpoint, outside the autodiff graph.
fn restore(
    configuration: &Configuration,
    checkpoint: &Checkpoint,
    device: &Device,
) -> anyhow::Result<StructureNetworks> {
    let fresh = StructureStage::new(&configuration.geometry, configuration.rate, device);
    Ok(fresh.load(&checkpoint.sections)?.averaged().clone())
}

fn start<T: Trainee>(
    trainee: T,
    directory: &Directory,
    from: Option<Checkpoint>,
    args: &Args,
) -> anyhow::Result<Ending> {
    let limit = match args.steps {
        Some(steps) => Limit::Steps(steps),
        None => Limit::Time(Duration::from_secs_f64(args.minutes.unwrap_or(30.0) * 60.0)),
    };
    let schedule = Schedule {
        limit,
        log: Cadence(20),
        sheet: Cadence(args.sheet_every),
        save: Cadence(args.save_every),
    };
    train(
        trainee,
        directory,
        from,
        schedule,
        args.batch.into(),
        &stop_on_interrupt()?,
    )
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

fn report(ending: Ending, run: &Path) {
    match ending {
        Ending::Complete(step) => {
            println!("done: {step} steps; look at {}/report.html", run.display());
        }
        Ending::Interrupted(step) => {
            println!(
                "stopped after {step} steps, saved in {}; go on with the same command and --resume",
                run.display()
            );
        }
    }
}
