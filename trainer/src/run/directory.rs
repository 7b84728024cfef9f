//! `RUN/`: `config.json` first, then `state.json`, `stats.jsonl`, `sheets/`, `checkpoints/` and
//! `report.html`.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};

use super::state::{Record, Sitting, State};
use super::{Checkpoint, Configuration, Lock, Pick, Statistics};
use crate::files;

/// Checkpoints kept beside the newest.
const KEPT: usize = 2;

/// A run directory.
pub struct Directory {
    path: PathBuf,
    lock: Option<Lock>,
}

impl Directory {
    /// Begins a run: refuses a directory that already holds one.
    pub fn create(path: &Path, configuration: &Configuration) -> anyhow::Result<Self> {
        let file = path.join("config.json");
        refuse_existing(path, &file)?;
        files::create_folder(&path.join("checkpoints"))?;
        files::create_folder(&path.join("sheets"))?;
        let lock = Some(Lock::take(path)?);
        refuse_existing(path, &file)?;
        files::write_whole(&file, &serde_json::to_vec_pretty(configuration)?)?;
        let path = path.into();
        Ok(Self { path, lock })
    }

    /// Continues a run: refuses one of other settings and names the first that differs, and one
    /// that another process is training.
    pub fn resume(path: &Path, configuration: &Configuration) -> anyhow::Result<Self> {
        let (mut directory, found) = Self::open(path)?;
        found.ensure_is(configuration, path)?;
        directory.lock = Some(Lock::take(path)?);
        for folder in [path, &path.join("checkpoints"), &path.join("sheets")] {
            files::remove_unfinished(folder, |_| true);
        }
        Ok(directory)
    }

    /// Begins a sitting on `device` after the steps of `from`: what was logged after them is cut.
    pub fn begin(&self, device: &str, from: Option<&Checkpoint>) -> anyhow::Result<()> {
        debug_assert!(self.lock.is_some(), "only a locked run is written");
        let step = from.map_or(0, |c| c.step);
        self.statistics().cut_after(step)?;
        self.keep_best_of(from)?;
        let mut record = Record::read(&self.path);
        record.state = State::Running;
        record.reason = None;
        record.step = step;
        record.seconds = from.map_or(0.0, |c| c.seconds);
        record.sittings.push(Sitting {
            version: env!("CARGO_PKG_VERSION").into(),
            burn: crate::device::BURN.into(),
            device: device.into(),
            from: step,
            began: now(),
        });
        self.set_record(&record)
    }

    /// Killed between a checkpoint and its copy as the best, a run has yet to make the copy.
    fn keep_best_of(&self, from: Option<&Checkpoint>) -> anyhow::Result<()> {
        let best = self.statistics().read()?.best();
        match from {
            Some(checkpoint) if best.is_some_and(|b| b.step == checkpoint.step) => {
                self.save_best(checkpoint)
            }
            _ => Ok(()),
        }
    }

    /// Whether a run lies in this folder.
    pub fn holds_run(path: &Path) -> bool {
        path.join("config.json").exists()
    }

    /// Opens a run to read from it.
    pub fn open(path: &Path) -> anyhow::Result<(Self, Configuration)> {
        let file = path.join("config.json");
        if !Self::holds_run(path) {
            bail!(
                "{} holds no run (there is no config.json): begin one with `scanweave train`",
                path.display()
            );
        }
        let text = files::read_whole(&file, files::TEXT)?;
        let configuration = Configuration::parse(&text, path).with_context(|| {
            let file = file.display();
            format!(
                "{file} cannot be used: put it back from a copy, or train anew with another --run"
            )
        })?;
        let path = path.into();
        Ok((Self { path, lock: None }, configuration))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How the run stands.
    pub fn record(&self) -> Record {
        Record::read(&self.path)
    }

    /// Writes how the run stands.
    pub fn set_record(&self, record: &Record) -> anyhow::Result<()> {
        record.write(&self.path)
    }

    /// What the run logs.
    pub fn statistics(&self) -> Statistics {
        Statistics::new(self.path.join("stats.jsonl"))
    }

    /// The newest checkpoint that can be read whole, the best one if there is no other; what cannot be read is skipped with
    /// a warning.
    pub fn newest(&self) -> anyhow::Result<Option<Checkpoint>> {
        let best = Some(self.best_file()).filter(|file| file.exists());
        let mut left: Vec<PathBuf> = best.into_iter().chain(self.checkpoints()?).collect();
        while let Some(file) = left.pop() {
            match (Checkpoint::read(&file), left.last()) {
                (Ok(checkpoint), _) => return Ok(Some(checkpoint)),
                (Err(error), Some(next)) => {
                    eprintln!("warning: {error:#}; trying {}", next.display());
                }
                (Err(error), None) => {
                    let run = self.path.display();
                    return Err(error.context(format!(
                        "{run} has no checkpoint left that can be read: put one back from a copy, or train anew with another --run"
                    )));
                }
            }
        }
        Ok(None)
    }

    /// The checkpoint that others build upon.
    pub fn picked(&self, pick: Pick) -> anyhow::Result<Option<Checkpoint>> {
        let best = self.best_file();
        match pick {
            Pick::Best if best.exists() => {
                let read = Checkpoint::read(&best).map(Some);
                read.with_context(|| {
                    format!(
                        "{} is the best one: remove it to take the newest instead",
                        best.display()
                    )
                })
            }
            Pick::Best | Pick::Newest => self.newest(),
        }
    }

    /// Writes a checkpoint and removes those that are too old to be needed.
    pub fn save(&self, checkpoint: &Checkpoint) -> anyhow::Result<PathBuf> {
        let file = self
            .path
            .join("checkpoints")
            .join(format!("step-{:08}.ckpt", checkpoint.step));
        checkpoint.write(&file)?;
        // Later ones could not be read, or this one would not have been trained.
        let mut all = self.checkpoints()?;
        all.retain(|file| step_of(file) <= Some(checkpoint.step));
        for old in all.iter().take(all.len().saturating_sub(1 + KEPT)) {
            std::fs::remove_file(old)
                .with_context(|| format!("{} cannot be removed", old.display()))?;
        }
        Ok(file)
    }

    /// Keeps a checkpoint as the best, beside the newest.
    pub fn save_best(&self, checkpoint: &Checkpoint) -> anyhow::Result<()> {
        checkpoint.write(&self.best_file())
    }

    fn best_file(&self) -> PathBuf {
        self.path.join("checkpoints").join("best.ckpt")
    }

    /// The newest checkpoint's file, if there is one.
    pub fn newest_file(&self) -> anyhow::Result<Option<PathBuf>> {
        Ok(self.checkpoints()?.pop())
    }

    fn checkpoints(&self) -> anyhow::Result<Vec<PathBuf>> {
        let folder = self.path.join("checkpoints");
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.retain(|f| f.extension().is_some_and(|e| e == "ckpt") && step_of(f).is_some());
        files.sort();
        Ok(files)
    }

    /// Where a sample sheet of this step belongs.
    pub fn sheet(&self, step: u64) -> PathBuf {
        self.path.join("sheets").join(format!("step-{step:08}.png"))
    }

    /// The sample sheets with their steps, oldest first.
    pub fn sheets(&self) -> Vec<(u64, PathBuf)> {
        let entries = std::fs::read_dir(self.path.join("sheets"));
        let files = entries.into_iter().flatten().flatten().map(|e| e.path());
        let mut sheets: Vec<(u64, PathBuf)> = files
            .filter_map(|file| Some((step_of(&file)?, file)))
            .collect();
        sheets.sort();
        sheets
    }
}

fn refuse_existing(path: &Path, configuration: &Path) -> anyhow::Result<()> {
    if configuration.exists() {
        bail!(
            "{} already holds a run: continue it with --resume or choose another --run",
            path.display()
        );
    }
    Ok(())
}

/// The step in `step-00000020.png`.
fn step_of(file: &Path) -> Option<u64> {
    let name = file.file_stem()?.to_str()?;
    name.strip_prefix("step-")?.parse().ok()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| d.as_secs())
}
