//! One run as a line of a table, and the runs below a folder.

use std::path::{Path, PathBuf};

use super::{Configuration, Directory, History, Record};

/// Folders below which no run is looked for deeper.
const DEPTH: usize = 8;

/// What is known of a run from its files.
pub struct Summary {
    /// The folder.
    pub path: PathBuf,
    /// What it trains.
    pub configuration: Configuration,
    /// How it stands.
    pub record: Record,
    /// What it has logged.
    pub history: History,
}

impl Summary {
    /// Reads the run in `path`.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let (directory, configuration) = Directory::open(path)?;
        Ok(Self {
            path: path.into(),
            configuration,
            record: directory.record(),
            history: directory.statistics().read()?,
        })
    }

    /// Steps done: as saved or, where a process is at work or was killed, as logged.
    pub fn steps(&self) -> u64 {
        let logged = self.history.losses.last().map_or(0, |l| l.step);
        self.record.step.max(logged)
    }

    /// Seconds of training, as saved or as logged.
    pub fn seconds(&self) -> f64 {
        let logged = self.history.losses.last().map_or(0.0, |l| l.seconds);
        self.record.seconds.max(logged)
    }
}

/// The folders at or below `folder` that hold a run, sorted; links are not followed.
pub fn runs_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    look(folder, DEPTH, &mut found);
    found.sort();
    found
}

fn look(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if folder.join("config.json").exists() && folder.join("checkpoints").is_dir() {
        found.push(folder.into());
        return;
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let is_folder = entry.file_type().is_ok_and(|t| t.is_dir());
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_folder && !hidden && depth > 0 {
            look(&entry.path(), depth - 1, found);
        }
    }
}
