//! What a network is built from: plain data, stored in every weights file and checkpoint.

use serde::{Deserialize, Serialize};

/// A U-Net: downsampling levels with skips, nearest x2 upsampling + convolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnetConfig {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the output, sigmoid, 0..=1.
    pub outputs: usize,
    /// Channels at full resolution; doubled at each level.
    pub width: usize,
    /// Downsampling levels, 1 to 5: the bottleneck has a 2^depth-th of the side. The thesis's code has 3.
    pub depth: usize,
    /// Length of the one-hot condition that joins at the bottleneck; 0 for none.
    pub condition: usize,
}

/// How the structure networks see the latent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatentForm {
    /// A vector: every value reaches every pixel, and all are sampled with their covariance.
    #[default]
    Vector,
    /// An image of an eighth of the side, as the thesis's code has it: no layer grows with the product of latent and
    /// area, and each value is sampled with its own mean and spread.
    Plane,
}

impl LatentForm {
    /// Side of the latent image of a picture of `size` x `size` pixels; the latent has its square of values.
    pub fn plane_side(size: usize) -> usize {
        size / 8
    }
}

/// The structure encoder E_s: image to latent mean and log-variance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderConfig {
    /// Side of the input, pixels, a multiple of 16.
    pub size: usize,
    /// Values of the latent.
    pub latent: usize,
    /// Channels after the first convolution.
    pub width: usize,
    /// How the latent is seen.
    #[serde(default)]
    pub form: LatentForm,
}

/// The structure decoder G_s: latent to structure map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecoderConfig {
    /// Side of the output, pixels, a multiple of 16.
    pub size: usize,
    /// Values of the latent.
    pub latent: usize,
    /// Channels at full resolution.
    pub width: usize,
    /// How the latent is seen.
    #[serde(default)]
    pub form: LatentForm,
}

impl DecoderConfig {
    /// Side of the smallest feature maps.
    pub(crate) fn side(&self) -> usize {
        match self.form {
            LatentForm::Vector => self.size / 16,
            LatentForm::Plane => LatentForm::plane_side(self.size),
        }
    }

    /// Channels from the smallest feature maps to the full resolution, each twice as large as those before.
    pub(crate) fn widths(&self) -> Vec<usize> {
        let factors: &[usize] = match self.form {
            LatentForm::Vector => &[8, 6, 4, 2, 1],
            LatentForm::Plane => &[4, 3, 2, 1],
        };
        factors.iter().map(|f| f * self.width).collect()
    }

    /// Rows of the affine map's factor; its columns are the values of the latent.
    pub(crate) fn factor_rows(&self) -> usize {
        match self.form {
            LatentForm::Vector => self.latent,
            LatentForm::Plane => 1,
        }
    }
}

/// A patch discriminator: real or fake per patch and, for several modalities, which one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchConfig {
    /// Channels of the input.
    pub inputs: usize,
    /// Channels of the first convolution.
    pub width: usize,
    /// Classes of the modality head; 0 for a single head.
    pub modalities: usize,
    /// Convolutions are spectrally normalised.
    pub spectral: bool,
}

/// The latent discriminator D_z.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatentDiscriminatorConfig {
    /// Values of the latent.
    pub latent: usize,
    /// Units of the hidden layers, or channels of the first convolution.
    pub width: usize,
    /// How the latent is seen.
    #[serde(default)]
    pub form: LatentForm,
}

/// The configuration of one stored network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkConfig {
    /// G, G_m or a lesion segmenter.
    Unet(UnetConfig),
    /// G_s.
    Decoder(DecoderConfig),
    /// D_s.
    Patch(PatchConfig),
}
