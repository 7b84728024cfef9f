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

impl Better {
    /// Whether `value` improves on `other`; what is not a number never does.
    pub fn improves(self, value: f64, other: f64) -> bool {
        match self {
            Self::Lower => value < other,
            Self::Higher => value > other,
        }
    }

    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower is better",
            Self::Higher => "higher is better",
        }
    }
}

/// Named figures on items that the training does not see.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Name and value of each.
    pub values: Vec<(String, f64)>,
    /// Named rows of values, for the log alone.
    pub rows: Vec<(String, Vec<f64>)>,
    /// The figure that decides which checkpoint is the best.
    pub decisive: String,
    /// Which way it improves.
    pub better: Better,
}
