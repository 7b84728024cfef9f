//! Sizes of the networks.

use serde::{Deserialize, Serialize};

use crate::networks::config::LatentForm;

/// Downsampling levels of segmenters and translator in the thesis's code.
const GUIDE_DEPTH: usize = 3;

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
                structure_scale: 1,
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
                structure_scale: 1,
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
            // What `Demo` has, below a level of half the channels; maps are drawn from fewer values.
            Self::Large => Geometry {
                size: 256,
                structure_scale: 2,
                latent: 32,
                latent_form: LatentForm::Vector,
                structure_width: 20,
                mask_width: 6,
                generator_width: 12,
                depth: 5,
                segmenter_width: 8,
                translator_width: 8,
                discriminator_width: 24,
            },
            Self::Paper => Geometry {
                size: 512,
                structure_scale: 1,
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
    /// The structure networks see and draw maps whose side is this many times smaller: 1 or 2.
    #[serde(default = "whole")]
    pub structure_scale: usize,
    /// Values of the latent.
    pub latent: usize,
    /// How the structure networks see the latent.
    #[serde(default)]
    pub latent_form: LatentForm,
    /// Channels of the structure encoder and decoder at their full resolution.
    pub structure_width: usize,
    /// Channels of the mask generator at its full resolution, that of the structure networks.
    pub mask_width: usize,
    /// Channels of the generator at full resolution.
    pub generator_width: usize,
    /// Downsampling levels of the generator; the mask generator has the same smallest feature maps.
    pub depth: usize,
    /// Channels of the lesion segmenters at full resolution.
    pub segmenter_width: usize,
    /// Channels of the modality translator at full resolution.
    pub translator_width: usize,
    /// Channels of the discriminators' first layer.
    pub discriminator_width: usize,
}

impl Geometry {
    /// Side of the maps that the structure networks see and draw, pixels.
    pub fn structure_size(&self) -> usize {
        self.size / self.structure_scale.max(1)
    }

    /// Downsampling levels of the mask generator: it sees maps of the structure networks' size.
    pub fn mask_depth(&self) -> usize {
        self.depth - self.further_levels()
    }

    /// Downsampling levels of the segmenters and the translator: those of the thesis's code, and more where the
    /// images are larger than the structure networks' maps.
    pub fn guide_depth(&self) -> usize {
        self.depth.min(GUIDE_DEPTH + self.further_levels())
    }

    fn further_levels(&self) -> usize {
        self.structure_scale.max(1).ilog2() as usize
    }
}

/// What files have that do not say it.
fn whole() -> usize {
    1
}
