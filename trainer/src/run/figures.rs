//! Validation figures: what a checkpoint is judged by, never a training loss.

use serde::{Deserialize, Serialize};

/// Which way a figure improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Errors.
    Lower,
    /// Scores.
    Higher,
}

/// Named figures on items that the training does not see.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Name and value of each.
    pub values: Vec<(&'static str, f64)>,
    /// The figure that decides which checkpoint is the best.
    pub decisive: &'static str,
    /// Which way it improves.
    pub better: Better,
}
