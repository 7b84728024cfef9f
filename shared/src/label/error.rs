//! What can be wrong with a label.

use thiserror::Error;

use crate::image::ImageError;

/// Why a label could not be made.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LabelError {
    /// Size or number of values.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// There is no plane to take the size from.
    #[error("a label needs at least one plane")]
    NoPlanes,
    /// There are more planes than class numbers.
    #[error("a label has at most 255 classes, {0} were given")]
    TooManyClasses(usize),
    /// Planes of different sizes.
    #[error("the planes of one label differ in size: class {class} differs from class 1")]
    Sizes {
        /// Class number of the first plane that differs, from 1.
        class: usize,
    },
    /// A class that the study does not have, or none where it needs one.
    #[error("it needs one of the classes {0:?}")]
    Class(Vec<String>),
    /// A mask of another size than the pictures.
    #[error("it needs a mask of {size} x {size} pixels, this one has {width} x {height}")]
    Mask {
        /// Side of the pictures.
        size: usize,
        /// Width of the mask.
        width: usize,
        /// Height of the mask.
        height: usize,
    },
    /// A box that is none.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// A label of another kind than the study's.
    #[error("the study knows {0}")]
    Kind(&'static str),
}

/// Why corners are no box.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum BoxError {
    /// Not all are finite.
    #[error("a corner of the box is no number")]
    Numbers,
    /// Corners in the wrong order, or a box without area.
    #[error(
        "the box ends where it begins or before, ({left}, {top}) to ({right}, {bottom}): give its upper left corner, then its lower right one"
    )]
    Inverted {
        /// First x.
        left: f64,
        /// First y.
        top: f64,
        /// Second x.
        right: f64,
        /// Second y.
        bottom: f64,
    },
    /// It reaches over the edge of its image.
    #[error(
        "the box, ({left}, {top}) to ({right}, {bottom}), does not lie in its image of {width} x {height} pixels"
    )]
    Outside {
        /// First x.
        left: f64,
        /// First y.
        top: f64,
        /// Second x.
        right: f64,
        /// Second y.
        bottom: f64,
        /// Width of the image.
        width: usize,
        /// Height of the image.
        height: usize,
    },
}
