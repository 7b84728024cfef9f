#![doc = include_str!("../README.md")]

pub mod dataset;
pub mod formats;
pub mod image;
pub mod lesion;
pub mod metrics;
pub mod networks;
pub mod phantom;
pub mod protocol;
pub mod random;
pub mod scene;
pub mod structure;
pub mod study;
pub mod synthesis;
pub mod weights;

#[cfg(feature = "train")]
pub mod losses;
#[cfg(feature = "train")]
pub mod steps;
