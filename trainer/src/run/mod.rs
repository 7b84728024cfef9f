//! A run directory: its configuration, checkpoints, statistics and sample sheets.

mod checkpoint;
mod directory;
mod figures;
mod progress;

pub use checkpoint::Checkpoint;
pub use directory::{Configuration, Directory, Stage};
pub use figures::{Better, Figures};
pub use progress::{Cadence, Limit, Progress};
