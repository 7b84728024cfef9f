//! A run directory: its configuration, state, checkpoints, statistics, sample sheets and report.

mod checkpoint;
mod configuration;
mod directory;
mod finished;
mod lock;
mod progress;
pub mod report;
mod state;
mod statistics;
mod summary;

pub use checkpoint::Checkpoint;
pub use configuration::{Configuration, METHOD, settings};
pub use directory::Directory;
pub use finished::{Finished, Foundations, Pick};
pub(crate) use lock::Lock;
pub use progress::{Limit, Progress};
pub use state::{Record, State, Timings};
pub use statistics::{Best, History, Line, Losses, Statistics, Validation};
pub use summary::{Summary, runs_below};
