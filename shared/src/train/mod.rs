//! How the networks learn: the recipe, the losses, what guides the generator, one training step per stage, and the
//! loop around them.
//!
//! The loop ([`Training`]) runs wherever its caller does: it has no thread, file or clock of its own.

pub mod batch;
mod divergence;
mod figures;
pub mod guides;
pub mod losses;
pub mod reading;
mod recipe;
mod schedule;
pub mod steps;
pub mod structure;
mod trainee;
mod training;
mod warp;

pub use divergence::{Divergence, Watch, finite};
pub use figures::{Better, Figures};
pub use recipe::{
    Ablation, ModalityHead, Recipe, SegmenterWeights, StructureWeights, SynthesisWeights,
    TranslatorWeights,
};
pub use schedule::{Cadence, Schedule};
pub use trainee::{Loader, Trainee};
pub use training::{Event, Training};
pub use warp::Warp;
