//! How good images, labels and registration are.
//!
//! One definition for the trainer, the reports and the page; each is checked against an independent
//! implementation (`tests/reference/metrics.py`). Sums run in double precision.

pub mod distribution;
pub mod features;
pub mod ms_ssim;
pub mod overlap;
pub mod psnr;
pub mod registration;
pub mod spectrum;
pub mod topology;

pub use ms_ssim::{ms_ssim, ms_ssim_of_images, ssim};
pub use overlap::Overlap;
pub use psnr::{mean_squared_error, psnr, psnr_of_images};
pub use registration::{edge_shift, mutual_information};
pub use spectrum::octave_powers;
pub use topology::Topology;

use thiserror::Error;

use crate::image::{Image, Plane};

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
    /// One has more channels.
    #[error("an image of {first} channels cannot be compared with one of {second}")]
    Channels {
        /// Channels of the first.
        first: usize,
        /// Channels of the other.
        second: usize,
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

/// A measure of each channel of two images beside the same of the other.
fn each_channel<T>(
    a: &Image,
    b: &Image,
    measure: impl Fn(&Plane, &Plane) -> Result<T, MetricError>,
) -> Result<Vec<T>, MetricError> {
    let (first, second) = (a.channels(), b.channels());
    if first != second {
        return Err(MetricError::Channels { first, second });
    }
    let pairs = a.planes().iter().zip(b.planes());
    pairs.map(|(a, b)| measure(a, b)).collect()
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod reference_of_sets;
