//! What was trained beforehand and now guides the generator: it looks at what was painted and says how far
//! it is from what was asked for. None of it changes.
//!
//! A guide is one file here; the step of the synthesis stage adds up what all of them say and knows none.

mod segmenters;
mod translator;

pub use segmenters::SegmenterGuide;
pub(super) use segmenters::segmentation_terms;
pub use translator::TranslatorGuide;

use burn::tensor::Tensor;

/// One modality of every input, as the generator has painted it.
pub struct Painted {
    /// Index of the modality in the study.
    pub modality: usize,
    /// The modality as one-hot `[batch, modalities]`, for more than one modality.
    pub condition: Option<Tensor<2>>,
    /// x_g `[batch, channels, size, size]`, 0..=1, on the graph of the generator.
    pub image: Tensor<4>,
}

/// What was asked for.
pub struct Target<'a> {
    /// The label as the generator was given it, one plane per class, 1 where the class is, `[batch, classes, size,
    /// size]`; `None` for studies without labels.
    pub planes: Option<Tensor<4>>,
    /// The label as one-hot classes, the background first, `[batch, 1 + classes, size, size]`, for
    /// studies whose labels can be found pixel by pixel.
    pub label: Option<&'a Tensor<4>>,
}

/// A frozen network, or several, that the generator learns from.
pub trait Guide {
    /// The loss with its name, weighted as it enters the generator's sum, `[1]`, on the device. `None` where it
    /// has nothing to say about what was painted.
    fn loss(&self, painted: &[Painted], target: &Target) -> Option<(&'static str, Tensor<1>)>;
}
