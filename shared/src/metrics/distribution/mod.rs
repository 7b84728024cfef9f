//! How far a set of images is from another, of features that stand for each image.
//!
//! No single figure tells whether synthetic images are as real ones: the [Frechet distance](frechet) sees means and
//! covariances, the [kernel distance](kernel) has no bias of few images, the [`manifold`] tells images that look
//! wrong from images that are missing. Each is computed from rows of features, one row per image, all of one length.

pub mod frechet;
pub mod kernel;
pub mod manifold;
mod symmetric;

pub use frechet::Gaussian;
pub use kernel::kernel_distance;
pub use manifold::Manifold;
