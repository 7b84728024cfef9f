//! The networks of the method and their configurations.
//!
//! The configurations are plain data and always there; the networks themselves need burn
//! (feature `nn`). Layout of every image tensor: `[batch, channels, height, width]`, 0..=1.

pub mod config;
pub mod cpu;
mod error;
mod footprint;
mod tensor;

#[cfg(feature = "nn")]
mod arithmetic;
#[cfg(feature = "nn")]
mod blocks;
#[cfg(feature = "nn")]
mod columns;
#[cfg(feature = "nn")]
mod convolution;
#[cfg(feature = "nn")]
mod discriminator;
#[cfg(feature = "nn")]
mod spectral;
#[cfg(feature = "nn")]
mod structure;
#[cfg(feature = "nn")]
pub mod tensors;
#[cfg(feature = "nn")]
mod unet;

pub use error::LoadError;
pub use footprint::Footprint;
pub use tensor::Tensor;

#[cfg(feature = "nn")]
pub use arithmetic::{Arithmetic, EPSILON, Plain, SLOPE, compute_with};
#[cfg(feature = "nn")]
pub use columns::Columns;
#[cfg(feature = "nn")]
pub use discriminator::{LatentDiscriminator, PatchDiscriminator, Verdict};
#[cfg(feature = "nn")]
pub use structure::{StructureDecoder, StructureEncoder};
#[cfg(feature = "nn")]
pub use unet::{Encoded, Unet};
