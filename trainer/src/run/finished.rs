//! A run as others build upon it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use scanweave::train::steps::RestoreError;

use super::{Checkpoint, Configuration};

/// Which checkpoint of a run others build upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The best by its validation figure, where there is one.
    Best,
    /// The newest: of an adversarial stage, whose figures do not see sharpness.
    Newest,
}

/// A run's configuration with the checkpoint that others build upon.
pub struct Finished {
    /// Its folder.
    pub run: PathBuf,
    /// What it trained.
    pub configuration: Configuration,
    /// What came of it.
    pub checkpoint: Checkpoint,
}

impl Finished {
    /// What was restored from its checkpoint.
    ///
    /// # Errors
    /// When it was not; the error names the run.
    pub fn restored<T>(&self, found: Result<T, RestoreError>) -> anyhow::Result<T> {
        found.with_context(|| format!("the run in {} cannot be built upon", self.run.display()))
    }
}

/// Finished runs by the name of their stage.
pub type Foundations = BTreeMap<String, Finished>;
