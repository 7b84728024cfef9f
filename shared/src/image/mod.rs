//! Pixels, the currency of every operator that is not a network: [`Plane`], one plane of them, and [`Image`], what a
//! modality shows: one grey plane, or several channels. [`Frame`] is how it lies in the square that networks see.

mod channels;
mod frame;
mod plane;

use thiserror::Error;

pub use channels::{Image, LUMINANCE};
pub use frame::Frame;
pub use plane::Plane;

/// Largest side of a plane, in pixels; what is larger is refused before memory is asked for.
pub const MAX_SIDE: usize = 16_384;

/// Why a plane could not be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ImageError {
    /// A side is zero or larger than [`MAX_SIDE`].
    #[error(
        "an image of {width} x {height} pixels cannot be used: each side must be 1 to {MAX_SIDE}"
    )]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The number of values is not width x height.
    #[error("{got} values were given for an image of {width} x {height} pixels")]
    Length {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Number of values given.
        got: usize,
    },
    /// The image is smaller than an operator's neighbourhood.
    #[error("an image of {width} x {height} pixels has no structure: at least 3 x 3 are needed")]
    TooSmall {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The image holds nothing to work on.
    #[error("the image is constant (every pixel is {0}): it has no structure to extract")]
    Constant(f32),
    /// There is no channel, or they differ in size.
    #[error("an image needs one channel or several of one size")]
    Channels,
    /// A value is not a number.
    #[error("the image holds a value that is not a finite number")]
    NotFinite,
}

pub(crate) fn check_size(width: usize, height: usize) -> Result<(), ImageError> {
    let fits = |side| (1..=MAX_SIDE).contains(&side);
    if fits(width) && fits(height) {
        Ok(())
    } else {
        Err(ImageError::Size { width, height })
    }
}
