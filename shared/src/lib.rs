#![doc = include_str!("../README.md")]

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
pub mod style;
pub mod synthesis;
pub mod table;
pub mod weights;

#[cfg(feature = "train")]
pub mod train;
