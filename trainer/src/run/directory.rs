//! `RUN/`: `config.json` first, then `stats.jsonl`, `sheets/`, `checkpoints/`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use scanweave::profile::{Geometry, Preset, Profile};
use serde::{Deserialize, Serialize};

use super::Checkpoint;
use crate::files;

/// Checkpoints kept beside the newest.
const KEPT: usize = 2;

/// Which stage a run trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Encoder, decoder, mask generator and their discriminators.
    Structure,
    /// Generator and discriminator.
    Synthesis,
}

/// Everything that decides what a run computes, resolved before its first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Version of scanweave that began the run.
    pub version: String,
    /// The stage.
    pub stage: Stage,
    /// The study.
    pub profile: Profile,
    /// Name of the sizes.
    pub preset: Preset,
    /// The sizes.
    pub geometry: Geometry,
    /// SHA-256 of the prepared data.
    pub data: String,
    /// SHA-256 of the structure run's checkpoint that the synthesis stage draws maps from.
    pub structure: Option<String>,
    /// Items per step.
    pub batch: usize,
    /// Learning rate of Adam.
    pub rate: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Steps of (18) before synthetic maps join.
    pub pretraining: u64,
}

/// A run directory that is open for training.
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Begins a run: refuses a directory that already holds one.
    pub fn create(path: &Path, configuration: &Configuration) -> anyhow::Result<Self> {
        let file = path.join("config.json");
        if file.exists() {
            bail!(
                "{} already holds a run: continue it with --resume or choose another --run",
                path.display()
            );
        }
        files::create_folder(&path.join("checkpoints"))?;
        files::create_folder(&path.join("sheets"))?;
        files::write_whole(&file, &serde_json::to_vec_pretty(configuration)?)?;
        Ok(Self { path: path.into() })
    }

    /// Continues a run: refuses one of other settings and names the first that differs.
    pub fn resume(path: &Path, configuration: &Configuration) -> anyhow::Result<Self> {
        let (directory, found) = Self::open(path)?;
        if let Some(name) = difference(&found, configuration)? {
            bail!(
                "the run in {} was begun with another `{name}`: give the same settings or choose another --run",
                path.display()
            );
        }
        Ok(directory)
    }

    /// Opens a run to read from it.
    pub fn open(path: &Path) -> anyhow::Result<(Self, Configuration)> {
        let file = path.join("config.json");
        if !file.exists() {
            bail!(
                "{} holds no run (there is no config.json): begin one with `scanweave train`",
                path.display()
            );
        }
        let text = files::read_whole(&file)?;
        let configuration = serde_json::from_slice(&text)
            .with_context(|| format!("{} is not a run's configuration", file.display()))?;
        Ok((Self { path: path.into() }, configuration))
    }

    /// The newest checkpoint that can be read whole; a damaged one is skipped with a warning.
    pub fn newest(&self) -> anyhow::Result<Option<Checkpoint>> {
        let mut damaged = None;
        for file in self.checkpoints()?.into_iter().rev() {
            match Checkpoint::read(&file) {
                Ok(checkpoint) => return Ok(Some(checkpoint)),
                Err(error) => {
                    eprintln!("warning: {error:#}; trying the one before it");
                    damaged = Some(error);
                }
            }
        }
        damaged.map_or(Ok(None), Err)
    }

    /// Writes a checkpoint and removes those that are too old to be needed.
    pub fn save(&self, checkpoint: &Checkpoint) -> anyhow::Result<PathBuf> {
        let file = self
            .path
            .join("checkpoints")
            .join(format!("step-{:08}.ckpt", checkpoint.step));
        checkpoint.write(&file)?;
        let all = self.checkpoints()?;
        for old in all.iter().take(all.len().saturating_sub(1 + KEPT)) {
            std::fs::remove_file(old)
                .with_context(|| format!("{} cannot be removed", old.display()))?;
        }
        Ok(file)
    }

    fn checkpoints(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.path.join("checkpoints");
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.retain(|file| file.extension().is_some_and(|e| e == "ckpt"));
        files.sort();
        Ok(files)
    }

    /// Where a sample sheet of this step belongs.
    pub fn sheet(&self, step: u64) -> PathBuf {
        self.path.join("sheets").join(format!("step-{step:08}.png"))
    }

    /// Appends one line of JSON to `stats.jsonl`.
    pub fn log(&self, line: &serde_json::Value) -> anyhow::Result<()> {
        let file = self.path.join("stats.jsonl");
        let written = OpenOptions::new().create(true).append(true).open(&file);
        let written = written.and_then(|mut f| writeln!(f, "{line}"));
        written.with_context(|| format!("{} cannot be written", file.display()))
    }
}

/// The first field in which two configurations differ.
fn difference(found: &Configuration, asked: &Configuration) -> anyhow::Result<Option<String>> {
    let (found, asked) = (serde_json::to_value(found)?, serde_json::to_value(asked)?);
    let fields = found.as_object().into_iter().flatten();
    let differing = fields.filter(|(name, value)| asked.get(name.as_str()) != Some(value));
    Ok(differing
        .map(|(name, _)| name.clone())
        .find(|name| name != "version"))
}
