//! The training stages, and the one loop that trains any of them.

pub mod batch;
pub mod lesion;
mod logbook;
mod maps;
mod mixture;
mod prefetch;
mod samples;
mod structure;
mod synthesis;
mod training;
pub mod translator;
mod warp;

use std::sync::Arc;

use scanweave::image::Image;
use scanweave::train::steps::{NamedLosses, Section};

use crate::run::Figures;

pub use lesion::{Lesion, segmented};
pub use samples::similarity;
pub use structure::Structure;
pub use synthesis::{Foundations, Synthesis, lesion_statistics};
pub use training::{Ending, Schedule, train};
pub use translator::Translator;

/// The host side of a stage: makes batches while the device is at the step before.
pub trait Loader: Send + Sync {
    /// Values on the host; the step moves them to the device.
    type Batch: Send;
    /// The batch of step number `step` (from 0): everything random in it follows from the seed and
    /// `step`.
    fn batch(&self, step: u64) -> Self::Batch;
}

/// A stage in training.
pub trait Trainee: Sized {
    /// What makes the batches.
    type Loader: Loader;
    /// The maker of batches, to be used on a thread of its own.
    fn loader(&self) -> Arc<Self::Loader>;
    /// Trains step number `step` (from 0) on its batch: draws nothing random itself.
    fn step(self, step: u64, batch: <Self::Loader as Loader>::Batch) -> (Self, NamedLosses);
    /// Figures on items that the training does not see, asked at each checkpoint; one of them
    /// decides which checkpoint is kept as the best. `None`: nothing to measure on.
    fn validate(&self) -> anyhow::Result<Option<Figures>> {
        Ok(None)
    }
    /// Pictures of the present state, always of the same subjects and latents.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>>;
    /// The state, to resume from.
    fn save(&self) -> Vec<Section>;
    /// The state restored.
    fn load(self, sections: &[Section]) -> anyhow::Result<Self>;
    /// What is done once when the training has reached its end.
    fn finish(self) -> Self {
        self
    }
}
