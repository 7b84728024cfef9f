//! What the loop asks of a stage: where its batches come from, a step, and what can be seen of it.
//!
//! What reads the device is `async`, so that the same stage trains on a thread of its own and in a page, which must
//! not block.

use std::sync::Arc;

use super::figures::Figures;
use super::reading::DeviceError;
use super::steps::{NamedLosses, Section};
use crate::image::Image;

/// The host side of a stage: makes batches, also while the device is at the step before.
pub trait Loader: Send + Sync {
    /// Values on the host; the step moves them to the device.
    type Batch: Send;
    /// The batch of step number `step` (from 0): everything random in it follows from the seed and
    /// `step`.
    fn batch(&self, step: u64) -> Self::Batch;
}

/// A stage in training.
#[expect(
    async_fn_in_trait,
    reason = "a training stays on the thread that began it: its futures need not be sent to another"
)]
pub trait Trainee: Sized {
    /// What makes the batches.
    type Loader: Loader;
    /// What can go wrong, the device among it.
    type Error: From<DeviceError>;
    /// The maker of batches, which may work on a thread of its own.
    fn loader(&self) -> Arc<Self::Loader>;
    /// Trains step number `step` (from 0) on its batch: draws nothing random itself.
    async fn step(
        &mut self,
        step: u64,
        batch: <Self::Loader as Loader>::Batch,
    ) -> Result<NamedLosses, Self::Error>;
    /// Figures on items that the training does not see, asked at each checkpoint; one of them
    /// decides which checkpoint is kept as the best. `None`: nothing to measure on.
    async fn validate(&self) -> Result<Option<Figures>, Self::Error> {
        Ok(None)
    }
    /// Rows of pictures of the present state, always of the same subjects and latents.
    async fn sheet(&self) -> Result<Vec<Vec<Image>>, Self::Error>;
    /// What is done once when the training has reached its end.
    async fn finish(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    /// The state, to resume from.
    fn save(&self) -> Vec<Section>;
    /// The state restored.
    fn load(self, sections: &[Section]) -> Result<Self, Self::Error>;
}
