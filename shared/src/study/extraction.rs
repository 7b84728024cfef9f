//! Values of algorithms 1 and 2.

use serde::{Deserialize, Serialize};

/// Local contrast normalisation before the Sobel step: `(x - mean) / (deviation + floor)` in a
/// square window, for images whose faint structures would drown beside strong edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalContrast {
    /// Half the side of the window, pixels.
    pub radius: usize,
    /// Added to the deviation so that flat areas stay flat, on the 0..1 scale.
    pub floor: f32,
    /// What lies further than this many deviations from the mean is cut to it, so that the steepest
    /// edge of the picture does not set the scale of all others.
    pub limit: Option<f32>,
}

/// Values of algorithm 1 for one working size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// The working size these values were chosen for: the side of the map, pixels.
    pub size: usize,
    /// Lines are found at this many times the working size and then averaged down, which keeps them
    /// thin; 1 in the thesis. The lengths below count pixels of that larger picture.
    pub scale: usize,
    /// Sigma of a Gaussian over the picture before anything else, against noise; 0 leaves it out.
    pub smoothing: f32,
    /// Optional local contrast normalisation, off in the thesis.
    pub contrast: Option<LocalContrast>,
    /// Sigma of the blur of the gradients, pixels.
    pub sigma1: f32,
    /// Threshold on the gradients' distance from their mean, on the 0..1 scale.
    pub alpha: f32,
    /// Sigma of the blur of the union of lines, pixels.
    pub sigma2: f32,
    /// Threshold on the blurred union.
    pub beta: f32,
    /// Side of the median filter, odd, pixels; 1 leaves the map as it is.
    pub median: usize,
}

/// Values of algorithm 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaskSettings {
    /// What is darker than this is background, on the 0..1 scale.
    pub threshold: f32,
    /// The mask is enlarged by this many pixels and cut back to size (p).
    pub grow: usize,
    /// Side of the median filter, odd, pixels.
    pub median: usize,
    /// Fill the holes inside the outer contour of the largest component.
    pub fill: bool,
}
