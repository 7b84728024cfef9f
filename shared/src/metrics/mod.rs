//! How good images, labels and registration are.
//!
//! One definition for the trainer, the reports and the page; each is checked against an independent
//! implementation (`tests/reference/metrics.py`). Sums run in double precision.

pub mod ms_ssim;
pub mod overlap;
pub mod psnr;
pub mod registration;

pub use ms_ssim::{ms_ssim, ssim};
pub use overlap::Overlap;
pub use psnr::{mean_squared_error, psnr};
pub use registration::{edge_shift, mutual_information};

use thiserror::Error;

use crate::image::Plane;

/// Why something cannot be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MetricError {
    /// What is compared differs in size.
    #[error("images of {first:?} and {second:?} pixels cannot be compared")]
    Sizes {
        /// Width and height of the first.
        first: (usize, usize),
        /// Width and height of the other.
        second: (usize, usize),
    },
    /// The image is smaller than the window of the metric.
    #[error("an image of {width} x {height} pixels is too small: each side needs {least}")]
    TooSmall {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The least side.
        least: usize,
    },
    /// No pixel is in the region.
    #[error("the region to measure in is empty")]
    EmptyRegion,
    /// Nothing to align.
    #[error("an image has no edges in the region")]
    NoEdges,
}

/// Refuses planes of different sizes.
fn same_size(a: &Plane, b: &Plane) -> Result<(), MetricError> {
    let (first, second) = ((a.width(), a.height()), (b.width(), b.height()));
    if first == second {
        Ok(())
    } else {
        Err(MetricError::Sizes { first, second })
    }
}

#[cfg(test)]
mod reference;
