//! One training step of every stage, on the pure-Rust backend and on LibTorch; that of the lesion stage in PyTorch too.
//!
//! It is the released program that is measured, on phantoms: what a reader would start. Losses are logged after the
//! first step and then every 20 steps, so a run of 20 steps tells the time of the 19 steps after the first, which
//! builds what later steps reuse.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;

use super::program::Line;
use super::run::{self, Scratch};
use super::{Beside, Figure};
use crate::command;
use crate::project::Project;

/// Images per step.
const BATCH: u32 = 4;

/// Steps per run: those up to the second line of the log.
const STEPS: u32 = 20;

/// Phantoms of the data set.
const PHANTOMS: u32 = 64;

/// Gigabytes that training may hold at most.
const MEMORY_GOAL: f64 = 4.0;

/// Names another program to measure, such as one built with LibTorch elsewhere.
const BINARY: &str = "SCANWEAVE_BIN";

/// Variables by which the build of LibTorch's bindings finds it.
const LIBTORCH: [&str; 2] = ["LIBTORCH", "LIBTORCH_USE_PYTORCH"];

/// Names a Python that has PyTorch.
const PYTHON: &str = "SCANWEAVE_PYTHON";

/// The stage that PyTorch runs too: one network and one optimizer.
const PEER_STAGE: &str = "lesion";

/// In the order in which they build on each other.
const STAGES: [&str; 4] = ["structure", "lesion", "translator", "synthesis"];

/// The study with every part of the method: four modalities, lesion masks, guides.
const STUDY: &str = "phantom-brain";

/// What is trained.
#[derive(clap::Args, Default)]
pub struct Options {
    /// Sizes of the networks; the goals are those of demo
    #[arg(long, value_enum, default_value_t)]
    preset: Preset,
    /// Threads of every program that is measured [default: one per core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Preset {
    /// 64 px
    Tiny,
    /// 128 px
    #[default]
    Demo,
}

impl Preset {
    fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Demo => "demo",
        }
    }

    /// Channels of a segmenter at full resolution.
    fn segmenter_width(self) -> &'static str {
        match self {
            Self::Tiny => "6",
            Self::Demo => "16",
        }
    }

    /// Side of the images, pixels.
    fn size(self) -> &'static str {
        match self {
            Self::Tiny => "64",
            Self::Demo => "128",
        }
    }
}

/// Trains every stage on every device of the program.
pub fn measure(project: &Project, options: &Options) -> Result<Vec<Figure>> {
    let scratch = Scratch::new()?;
    let trainer = Trainer {
        program: program(project)?,
        preset: options.preset,
        threads: match options.threads {
            Some(threads) => threads,
            None => thread::available_parallelism()?.get(),
        },
        scratch,
    };
    trainer.prepare()?;
    let flex = trainer.every_stage("flex")?;
    let libtorch = match trainer.every_stage("libtorch") {
        Ok(speeds) => Some(speeds),
        Err(error) => {
            println!(
                "LibTorch is left out, because this program cannot train on it: {error:#}\n\
                 With LibTorch installed and named by LIBTORCH, this measurement builds the trainer with it."
            );
            None
        }
    };
    let mut found = figures(options.preset, &flex, libtorch.as_deref());
    match env::var_os(PYTHON) {
        Some(python) => {
            let seconds = trainer.pytorch(project, &python)?;
            let place = STAGES.iter().position(|stage| *stage == PEER_STAGE);
            let ours = flex[place.expect("it is a stage")];
            found.push(Figure {
                name: format!(
                    "{} {PEER_STAGE}, flex, threads: {}, step of {BATCH} images",
                    options.preset.name(),
                    trainer.threads
                ),
                measured: ours.seconds_per_step(),
                unit: "s",
                beside: Beside::Peer("PyTorch", seconds),
            });
        }
        None => println!("PyTorch is left out: name a Python that has it by {PYTHON}."),
    }
    Ok(found)
}

/// The trainer under measurement, with its data.
struct Trainer {
    program: PathBuf,
    preset: Preset,
    threads: usize,
    scratch: Scratch,
}

/// What one run needed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Speed {
    images_per_second: f64,
    /// Bytes, where the system tells.
    peak: Option<u64>,
}

impl Speed {
    fn seconds_per_step(self) -> f64 {
        f64::from(BATCH) / self.images_per_second
    }
}

impl Trainer {
    fn prepare(&self) -> Result<()> {
        let mut command = self.command();
        command
            .args(["data", "prepare", "--dataset", "phantom"])
            .args(["--study", STUDY])
            .args(["--size", self.preset.size()])
            .args(["--count", &PHANTOMS.to_string(), "--out"])
            .arg(self.data());
        run::peak_memory(&mut command, &self.scratch.path("prepare.log"))
            .context("the phantoms could not be prepared")?;
        Ok(())
    }

    /// The speed of each of [`STAGES`].
    fn every_stage(&self, device: &str) -> Result<Vec<Speed>> {
        let stages = STAGES.iter();
        stages.map(|stage| self.train(stage, device)).collect()
    }

    fn train(&self, stage: &str, device: &str) -> Result<Speed> {
        println!(
            "{STEPS} steps of the {stage} stage, preset {}, batch {BATCH}, on {device}",
            self.preset.name()
        );
        let folder = self.folder(stage, device);
        let mut command = self.command();
        command
            .args(["train", stage, "--study", STUDY])
            .args(["--preset", self.preset.name(), "--device", device])
            .args(["--steps", &STEPS.to_string()])
            .args(["--batch", &BATCH.to_string()])
            .args(["--threads", &self.threads.to_string()])
            .arg("--data")
            .arg(self.data())
            .arg("--run")
            .arg(&folder);
        if stage == "synthesis" {
            // After its first step with synthetic maps beside own ones, discriminator and guides: the costliest kind of step.
            command.args(["--pretraining", "1"]);
            for source in &STAGES[..3] {
                command
                    .arg(format!("--{source}"))
                    .arg(self.folder(source, device));
            }
        }
        let log = self.scratch.path(&format!("{stage}-{device}.log"));
        let peak = run::peak_memory(&mut command, &log)?;
        Ok(Speed {
            images_per_second: images_per_second(&folder.join("stats.jsonl"))?,
            peak,
        })
    }

    /// Seconds of a step of the lesion stage in PyTorch.
    fn pytorch(&self, project: &Project, python: &OsStr) -> Result<f64> {
        println!("{STEPS} steps of the {PEER_STAGE} stage in PyTorch");
        let mut command = Command::new(python);
        command
            .arg(project.root().join("tests/benches/training/lesion.py"))
            .args([self.preset.size(), self.preset.segmenter_width()])
            .args([BATCH, STEPS].map(|n| n.to_string()))
            .arg(self.threads.to_string());
        let output = command
            .output()
            .with_context(|| format!("{} cannot be started", python.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        said.trim().parse().with_context(|| {
            let complained = String::from_utf8_lossy(&output.stderr);
            format!("PyTorch did not tell its time: {said} {complained}")
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        let threads = self.threads.to_string();
        command.env("OMP_NUM_THREADS", &threads);
        if let Some(libraries) = libraries() {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.scratch.path("phantoms.scan")
    }

    fn folder(&self, stage: &str, device: &str) -> PathBuf {
        self.scratch.path(&format!("{stage}-{device}"))
    }
}

/// The speed in the last line of a run's log.
fn images_per_second(log: &Path) -> Result<f64> {
    let text = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let name = "images_per_second";
    // Validation figures stand in lines of their own.
    let line = Line::last_with(&text, name);
    let line = line.with_context(|| format!("{} tells no speed", log.display()))?;
    line.number(name)
}

/// The program that is measured: a named one, or the trainer built in release, with LibTorch where it is named.
pub fn program(project: &Project) -> Result<PathBuf> {
    if let Some(named) = env::var_os(BINARY) {
        println!("The program of {BINARY} is measured.");
        return Ok(PathBuf::from(named));
    }
    let mut build = project.cargo();
    build.args(["build", "--release", "--package", "scanweave-trainer"]);
    if LIBTORCH.iter().any(|name| env::var_os(name).is_some()) {
        build.args(["--features", "tch"]);
    }
    command::run(&mut build).with_context(|| {
        format!(
            "the trainer could not be built: see the lines above, or name a built one by {BINARY}"
        )
    })?;
    let name = format!("scanweave{}", env::consts::EXE_SUFFIX);
    Ok(project.target().join("release").join(name))
}

/// The search path of shared libraries with those of the LibTorch that LIBTORCH names.
fn libraries() -> Option<OsString> {
    let own = PathBuf::from(env::var_os("LIBTORCH")?).join("lib");
    let inherited = env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let all = std::iter::once(own).chain(env::split_paths(&inherited));
    env::join_paths(all).ok()
}

fn figures(preset: Preset, flex: &[Speed], libtorch: Option<&[Speed]>) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (place, stage) in STAGES.iter().enumerate() {
        let peer = libtorch.map(|speeds| speeds[place]);
        let devices = std::iter::once(("flex", flex[place], peer));
        for (device, speed, peer) in devices.chain(peer.map(|speed| ("libtorch", speed, None))) {
            let name = format!("{} {stage}, {device}", preset.name());
            figures.extend(rows(&name, speed, peer));
        }
    }
    figures
}

fn rows(name: &str, speed: Speed, peer: Option<Speed>) -> Vec<Figure> {
    let beside = |value: fn(Speed) -> f64| {
        peer.map_or(Beside::Nothing, |peer| {
            Beside::Peer("libtorch", value(peer))
        })
    };
    let mut rows = vec![
        Figure {
            name: format!("{name}: step of {BATCH} images"),
            measured: speed.seconds_per_step(),
            unit: "s",
            beside: beside(Speed::seconds_per_step),
        },
        Figure {
            name: format!("{name}: speed"),
            measured: speed.images_per_second,
            unit: "images/s",
            beside: Beside::Nothing,
        },
    ];
    if let Some(peak) = speed.peak {
        rows.push(Figure {
            name: format!("{name}: peak memory"),
            measured: peak as f64 / 1e9,
            unit: "GB",
            beside: Beside::Goal(MEMORY_GOAL),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_stands_beside_libtorch_where_there_is_one() {
        let speed = |images_per_second| Speed {
            images_per_second,
            peak: Some(1_500_000_000),
        };
        let flex = [speed(2.0), speed(1.0), speed(1.0), speed(1.0)];
        let alone = figures(Preset::Demo, &flex, None);
        assert_eq!(alone.len(), 12);
        assert_eq!(alone[0].measured, 2.0);
        assert_eq!(alone[0].beside, Beside::Nothing);
        let both = figures(
            Preset::Demo,
            &flex,
            Some(&[speed(8.0), speed(4.0), speed(4.0), speed(4.0)]),
        );
        assert_eq!(both.len(), 24);
        assert_eq!(both[0].beside, Beside::Peer("libtorch", 0.5));
        assert_eq!(both[6].beside, Beside::Peer("libtorch", 1.0));
        assert_eq!(both[2].beside, Beside::Goal(MEMORY_GOAL));
        assert_eq!(both[2].measured, 1.5);
    }
}
