//! Sizes of the networks.

use serde::{Deserialize, Serialize};

use crate::networks::config::LatentForm;

/// How large the networks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// 64 px, for tests and teaching.
    Tiny,
    /// 128 px, for the browser.
    Demo,
    /// 256 px, for the browser: larger pictures from networks of about the same size.
    Large,
    /// 512 px, the thesis's geometry: a latent of 64 x 64 values, hours per hundred steps without a graphics card.
    Paper,
}

impl Preset {
    /// The sizes behind the name.
    pub fn geometry(self) -> Geometry {
        match self {
            Self::Tiny => Geometry {
                size: 64,
                latent: 32,
                latent_form: LatentForm::Vector,
                structure_width: 8,
                mask_width: 4,
                generator_width: 8,
                depth: 3,
                segmenter_width: 6,
                translator_width: 8,
                discriminator_width: 8,
            },
            Self::Demo => Geometry {
                size: 128,
                latent: 128,
                latent_form: LatentForm::Vector,
                structure_width: 20,
                mask_width: 6,
                generator_width: 24,
                depth: 4,
                segmenter_width: 16,
                translator_width: 16,
                discriminator_width: 24,
            },
            // The decoder's first layer grows with the area: it is narrower, so that a model stays small.
            Self::Large => Geometry {
                size: 256,
                latent: 128,
                latent_form: LatentForm::Vector,
                structure_width: 12,
                mask_width: 6,
                generator_width: 24,
                depth: 4,
                segmenter_width: 16,
                translator_width: 16,
                discriminator_width: 24,
            },
            Self::Paper => Geometry {
                size: 512,
                latent: 4096,
                latent_form: LatentForm::Plane,
                structure_width: 64,
                mask_width: 64,
                generator_width: 64,
                depth: 3,
                segmenter_width: 64,
                translator_width: 64,
                discriminator_width: 64,
            },
        }
    }
}

/// Sizes of the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Side of every image, pixels; a multiple of 16.
    pub size: usize,
    /// Values of the latent.
    pub latent: usize,
    /// How the structure networks see the latent.
    #[serde(default)]
    pub latent_form: LatentForm,
    /// Channels of the structure encoder and decoder at full resolution.
    pub structure_width: usize,
    /// Channels of the mask generator at full resolution.
    pub mask_width: usize,
    /// Channels of the generator at full resolution.
    pub generator_width: usize,
    /// Downsampling levels of the generator, the mask generator and the segmenters.
    pub depth: usize,
    /// Channels of the lesion segmenters at full resolution.
    pub segmenter_width: usize,
    /// Channels of the modality translator at full resolution.
    pub translator_width: usize,
    /// Channels of the discriminators' first layer.
    pub discriminator_width: usize,
}
