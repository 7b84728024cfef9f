//! The lesion loss (15): the lesion that was asked for is to be found in what was painted.

use burn::module::Module as _;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::{Guide, Painted, Target};
use crate::networks::Unet;
use crate::train::SegmenterWeights;
use crate::train::losses::{dice_loss, segmentation_loss};

/// G_l per modality.
pub struct SegmenterGuide {
    segmenters: Vec<Unet>,
    weight: f32,
    terms: SegmenterWeights,
}

impl SegmenterGuide {
    /// Finished segmenters, one per modality of the study, outside the autodiff graph. Their loss (22), put
    /// together by `terms`, counts `weight`.
    pub fn new(segmenters: Vec<Unet>, weight: f32, terms: SegmenterWeights) -> Self {
        let frozen = |network: Unet| network.train().no_grad();
        Self {
            segmenters: segmenters.into_iter().map(frozen).collect(),
            weight,
            terms,
        }
    }
}

impl Guide for SegmenterGuide {
    /// The segmenter of each image's modality looks for the label: a mean over the images.
    fn loss(&self, painted: &[Painted], target: &Target) -> Option<(&'static str, Tensor<1>)> {
        let label = target.label?;
        let terms = painted.iter().map(|one| {
            let logits = self.segmenters[one.modality].logits(one.image.clone());
            let [dice, cross_entropy] = segmentation_terms(logits, label.clone(), &self.terms);
            dice + cross_entropy
        });
        let total = terms.reduce(|a, b| a + b)?;
        Some(("lesion", total * (self.weight / painted.len() as f32)))
    }
}

/// Dice loss and weighted cross-entropy of a segmenter's `logits` (22), each weighted: what segmenters
/// learn from, and the generator from them.
pub(in crate::train) fn segmentation_terms(
    logits: Tensor<4>,
    label: Tensor<4>,
    weights: &SegmenterWeights,
) -> [Tensor<1>; 2] {
    let classes = class_weights(weights, label.dims()[1], &label.device());
    let dice = dice_loss(softmax(logits.clone(), 1), label.clone()) * weights.dice;
    let cross_entropy = segmentation_loss(logits, label, classes) * weights.cross_entropy;
    [dice, cross_entropy]
}

/// `[1, 1 + classes, 1, 1]`; 1 for every class whose weight is not given.
fn class_weights(weights: &SegmenterWeights, count: usize, device: &Device) -> Tensor<4> {
    let given = |class: usize| weights.classes.get(class).copied().unwrap_or(1.0);
    let values: Vec<f32> = (0..count).map(given).collect();
    Tensor::from_data(TensorData::new(values, [1, count, 1, 1]), device)
}
