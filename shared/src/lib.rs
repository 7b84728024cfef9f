//! Everything that must be the same in the trainer and in the browser: operators, phantoms,
//! networks, the synthesis pipeline and the weights file.
//!
//! The crate knows no file system, no command line and no page. Without features it is plain
//! arithmetic; `nn` adds the networks (burn, no backend), `train` the losses and training steps.

pub mod dataset;
pub mod formats;
pub mod image;
pub mod label;
pub mod metrics;
pub mod networks;
pub mod phantom;
pub mod random;
pub mod structure;
pub mod study;
pub mod synthesis;
pub mod weights;

#[cfg(feature = "train")]
pub mod train;
