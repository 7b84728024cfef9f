//! A run as others build upon it.

use std::collections::BTreeMap;

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
    /// What it trained.
    pub configuration: Configuration,
    /// What came of it.
    pub checkpoint: Checkpoint,
}

/// Finished runs by the name of their stage.
pub type Foundations = BTreeMap<String, Finished>;
