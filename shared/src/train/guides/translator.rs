//! The registration loss (16): one modality, translated into another, is to be that other.

use burn::module::Module as _;
use burn::tensor::Tensor;

use super::{Guide, Painted, Target};
use crate::networks::Unet;
use crate::train::losses::mse;

/// G_t.
pub struct TranslatorGuide {
    translator: Unet,
    weight: f32,
}

impl TranslatorGuide {
    /// A finished translator, outside the autodiff graph, whose loss counts `weight`.
    pub fn new(translator: Unet, weight: f32) -> Self {
        Self {
            translator: translator.train().no_grad(),
            weight,
        }
    }
}

impl Guide for TranslatorGuide {
    /// One ordered pair of modalities: the first image against the translated second.
    fn loss(&self, painted: &[Painted], _target: &Target) -> Option<(&'static str, Tensor<1>)> {
        let [to, other] = painted else {
            return None;
        };
        let translated = self
            .translator
            .forward(other.image.clone(), to.condition.clone());
        let loss = mse(to.image.clone(), translated);
        Some(("registration", loss * self.weight))
    }
}
