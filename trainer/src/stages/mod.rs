//! The training stages over prepared data, and how the command line trains any of them.

pub mod items;
pub mod lesion;
mod logbook;
mod maps;
mod mixture;
mod prefetch;
mod structure;
mod synthesis;
mod training;
pub mod translator;

pub use lesion::{Lesion, segmented};
pub use structure::structure;
pub use synthesis::{Foundations, Synthesis, lesion_statistics};
pub use training::{Ending, train};
pub use translator::Translator;
