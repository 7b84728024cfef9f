//! Weights of the loss terms: what each stage pulls towards, and how hard. 0 switches a term off.
//!
//! A weight that a file does not name is off: a run or a study file of before a term existed means what it meant.

use serde::{Deserialize, Serialize};

/// Weights of the structure stage's loss terms, equations (6)-(11).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StructureWeights {
    /// Mask generator, mse (6).
    pub mask: f32,
    /// Reconstruction, mse (7).
    pub mse: f32,
    /// Reconstruction, l1 (added by the thesis's code to (7)).
    pub l1: f32,
    /// How much more a line's pixel counts than an empty one in the reconstruction: lines are few.
    pub balance: f32,
    /// Lines on the background (7), (11).
    pub outside: f32,
    /// Latent moments towards 0 and 1 (added by the thesis's code).
    pub moments: f32,
    /// Kullback-Leibler divergence of the posterior from N(0, 1), summed over the latent: keeps the
    /// posterior wide enough that neighbouring latents decode to neighbouring maps.
    pub kl_divergence: f32,
    /// Encoder against the latent discriminator (9).
    pub latent_adversarial: f32,
    /// Decoder against the structure discriminator (11).
    pub adversarial: f32,
    /// Feature matching: activations of the structure discriminator, real beside reconstructed (VAE/GAN, Larsen 2016).
    pub feature_matching: f32,
    /// How often the odds of a line are squared before the structure discriminator sees a map: 0
    /// shows the soft map. Real maps are binary, and a discriminator that only tells grey from
    /// black and white teaches nothing about lines.
    pub sharpening: u32,
}

impl StructureWeights {
    /// Every term off.
    pub const OFF: Self = Self {
        mask: 0.0,
        mse: 0.0,
        l1: 0.0,
        balance: 1.0,
        outside: 0.0,
        moments: 0.0,
        kl_divergence: 0.0,
        latent_adversarial: 0.0,
        adversarial: 0.0,
        feature_matching: 0.0,
        sharpening: 0,
    };
}

impl Default for StructureWeights {
    fn default() -> Self {
        Self::OFF
    }
}

/// Weights of the translator stage's loss terms, equations (19)-(21).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranslatorWeights {
    /// There and back again (19), mse.
    pub cycle: f32,
    /// There and back again, l1.
    pub cycle_l1: f32,
    /// Translator against its discriminator (21).
    pub adversarial: f32,
    /// Modality head (20), (21).
    pub modality: f32,
    /// L1 from the registered image where a pair exists; 0 trains unpaired.
    pub supervised: f32,
}

impl TranslatorWeights {
    /// Every term off.
    pub const OFF: Self = Self {
        cycle: 0.0,
        cycle_l1: 0.0,
        adversarial: 0.0,
        modality: 0.0,
        supervised: 0.0,
    };
}

impl Default for TranslatorWeights {
    fn default() -> Self {
        Self::OFF
    }
}

/// Weights of the lesion segmenters' loss terms, equation (22).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SegmenterWeights {
    /// Dice loss, mean over the classes.
    pub dice: f32,
    /// Weighted cross-entropy.
    pub cross_entropy: f32,
    /// Weight of each class in the cross-entropy, the background first; empty weighs all alike.
    pub classes: Vec<f32>,
}

/// How the discriminator's modality head is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModalityHead {
    /// Cross-entropy over the modalities.
    CrossEntropy,
    /// Mse from the one-hot vector, nearest to the regression that the thesis prints.
    Regression,
}

/// Weights of the synthesis stage's loss terms, equations (13)-(18).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SynthesisWeights {
    /// Generator against the image discriminator (14).
    pub adversarial: f32,
    /// Modality head (13), (14).
    pub modality: f32,
    /// What the modality head's error is.
    pub head: ModalityHead,
    /// Lesion guidance (15).
    pub lesion: f32,
    /// Registration (16).
    pub registration: f32,
    /// Reconstruction from real structure maps, mse (18).
    pub mse: f32,
    /// Reconstruction from real structure maps, l1.
    pub l1: f32,
    /// Detail finer than about twice this many pixels is left out of mse and l1, painted and real: a mean over all
    /// textures that fit a map is no texture. 0 compares pixel by pixel.
    pub low_pass: u32,
    /// The mask term of (18).
    pub masked: f32,
    /// Feature matching: activations of the image discriminator, real beside synthesised from the same map.
    pub feature_matching: f32,
    /// Gradient penalty of the discriminators on real and synthetic images, R1 and R2 (Roth 2017, Mescheder 2018) by
    /// finite differences (Lin 2025): the mse between the verdicts on an image and on the same with a little noise.
    pub gradient_penalty: f32,
    /// How far brightness and contrast of what the discriminators see are changed at random, real and synthetic alike
    /// (DiffAugment, Zhao 2020): up to this grey value and by up to twice this share; 0 to .5.
    pub augmentation: f32,
}

impl SynthesisWeights {
    /// Every term off.
    pub const OFF: Self = Self {
        adversarial: 0.0,
        modality: 0.0,
        head: ModalityHead::CrossEntropy,
        lesion: 0.0,
        registration: 0.0,
        mse: 0.0,
        l1: 0.0,
        low_pass: 0,
        masked: 0.0,
        feature_matching: 0.0,
        gradient_penalty: 0.0,
        augmentation: 0.0,
    };
}

impl Default for SynthesisWeights {
    fn default() -> Self {
        Self::OFF
    }
}
