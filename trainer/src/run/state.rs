//! `state.json`: how a run stands, written whole at its beginning, at each checkpoint and at its
//! end.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Lock;
use crate::files;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A process is at work.
    Running,
    /// Stopped or killed before its limit.
    #[default]
    Interrupted,
    /// The limit was reached.
    Finished,
    /// A loss exploded or was no number.
    Diverged,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::Diverged => "diverged",
        })
    }
}

/// Where the time of a training went, in seconds over all sittings.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// Making batches, on the loader's thread beside the steps.
    pub loading: f64,
    /// Standing still because a batch was not ready.
    pub waiting: f64,
    /// Steps, with reading the losses from the device.
    pub stepping: f64,
    /// Sample sheets and reports.
    pub sheets: f64,
    /// Validation figures.
    pub validation: f64,
    /// Writing checkpoints.
    pub checkpoints: f64,
}

/// One process at work on a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// Version of scanweave.
    pub version: String,
    /// Version of burn.
    pub burn: String,
    /// The device, as the command line names it.
    pub device: String,
    /// Steps that were done before it.
    pub from: u64,
    /// When it began, in seconds since 1970.
    pub began: u64,
}

/// The content of `state.json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// As it was when the file was written.
    pub state: State,
    /// Why, where the run diverged.
    #[serde(default)]
    pub reason: Option<String>,
    /// Steps saved.
    pub step: u64,
    /// Seconds of training, over all sittings.
    pub seconds: f64,
    /// Where they went.
    #[serde(default)]
    pub timings: Timings,
    /// The processes that worked on it.
    #[serde(default)]
    pub sittings: Vec<Sitting>,
}

impl Record {
    /// The record of a run. One without it (an older version's) or with a damaged one counts as
    /// interrupted at step 0; one that says running without a process at work as interrupted.
    pub fn read(run: &Path) -> Self {
        let text = files::read_whole(&run.join("state.json"), files::TEXT).unwrap_or_default();
        let mut record: Self = serde_json::from_slice(&text).unwrap_or_default();
        record.state = match (Lock::is_held(run), record.state) {
            (true, _) => State::Running,
            (false, State::Running) => State::Interrupted,
            (false, state) => state,
        };
        record
    }

    /// Writes the record, whole or not at all.
    pub fn write(&self, run: &Path) -> anyhow::Result<()> {
        files::write_whole(&run.join("state.json"), &serde_json::to_vec_pretty(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_is_what_a_living_process_holds() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path();
        assert_eq!(Record::read(run).state, State::Interrupted);
        let mut record = Record {
            state: State::Running,
            ..Record::default()
        };
        record.write(run).unwrap();
        assert_eq!(Record::read(run).state, State::Interrupted, "killed");
        let lock = Lock::take(run).unwrap();
        assert_eq!(Record::read(run).state, State::Running);
        drop(lock);
        record.state = State::Finished;
        record.write(run).unwrap();
        assert_eq!(Record::read(run), record);
    }
}
