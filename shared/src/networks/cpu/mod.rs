//! The networks on one core, without a tensor library: what the browser computes with where it has no
//! graphics device that helps.
//!
//! A tensor library takes one operation after the other: it makes the enlarged map, joins it with the
//! skip, lays out the neighbours of each pixel, multiplies, and goes over the result five times to
//! normalise it. Here each block is one convolution with few multiplications over the small maps and
//! one pass behind it. There is no instruction here that depends on the target and no fused
//! multiply-add, so a picture has the same bits natively and in every browser.

mod decoder;
mod direct;
mod features;
mod kernel;
mod lanes;
mod norm;
mod patches;
mod tensors;
mod unet;
mod winograd;

#[cfg(all(test, feature = "nn"))]
mod tests;

pub use decoder::Decoder;
pub use patches::Patches;
pub use unet::{Encoded, Unet};
