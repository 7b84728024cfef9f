//! The training stages over prepared data, and how the command line trains any of them.

pub mod items;
pub mod lesion;
mod logbook;
mod maps;
pub mod memory;
mod mixture;
pub mod options;
mod prefetch;
pub mod registry;
pub mod stage;
mod structure;
mod styles;
mod synthesis;
pub mod task;
mod training;
mod translator;
mod unlabelled;

pub use stage::Stage;
pub use training::Ending;
