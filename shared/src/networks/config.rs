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
    /// Downsampling levels, 1 to 4: the bottleneck has a 2^depth-th of the side. The thesis's code has 3.
    pub depth: usize,
    /// Length of the one-hot condition that joins at the bottleneck; 0 for none.
    pub condition: usize,
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
    /// Units of the hidden layers.
    pub width: usize,
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
