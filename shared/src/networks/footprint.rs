//! What a network costs, from its configuration alone: asked before memory is, so that a network that does not fit is refused
//! instead of built.

use std::iter::Sum;
use std::ops::Add;

use super::config::{
    DecoderConfig, EncoderConfig, LatentDiscriminatorConfig, LatentForm, PatchConfig, UnetConfig,
};

/// Parameters of a network, and the values that a training keeps of one input until its backward pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Weights and biases, the affine map of a structure decoder included.
    pub parameters: u64,
    /// Outputs of every convolution, normalisation, rectifier, enlargement and concatenation, of one input.
    pub activations: u64,
}

impl Add for Footprint {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            parameters: self.parameters + other.parameters,
            activations: self.activations + other.activations,
        }
    }
}

impl Sum for Footprint {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

/// A convolution with bias that gives `outputs` planes of `side` x `side` values.
pub(super) fn conv(inputs: usize, outputs: usize, kernel: usize, side: usize) -> Footprint {
    let (inputs, outputs, side) = (inputs as u64, outputs as u64, side as u64);
    Footprint {
        parameters: outputs * (inputs * (kernel * kernel) as u64 + 1),
        activations: outputs * side * side,
    }
}

/// Convolution 3x3, instance norm with scale and shift, rectifier.
pub(super) fn block(inputs: usize, outputs: usize, side: usize) -> Footprint {
    let conv = conv(inputs, outputs, 3, side);
    Footprint {
        parameters: conv.parameters + 2 * outputs as u64,
        activations: 3 * conv.activations,
    }
}

pub(super) fn linear(inputs: usize, outputs: usize) -> Footprint {
    let (inputs, outputs) = (inputs as u64, outputs as u64);
    Footprint {
        parameters: outputs * (inputs + 1),
        activations: outputs,
    }
}

/// `planes` copied, enlarged or rectified to `side` x `side`.
pub(super) fn copy(planes: usize, side: usize) -> Footprint {
    Footprint {
        parameters: 0,
        activations: planes as u64 * (side * side) as u64,
    }
}

impl UnetConfig {
    /// Of images of `side` x `side` pixels.
    pub fn footprint(&self, side: usize) -> Footprint {
        let channels = |level: usize| self.width << level;
        let down = |level| block(channels(level), channels(level + 1), side >> (level + 1));
        let up = |level: usize| {
            let (side, joined) = (side >> level, channels(level + 1) + channels(level));
            copy(channels(level + 1), side)
                + copy(joined, side)
                + block(joined, channels(level), side)
        };
        let bottom = channels(self.depth);
        let conditioned = 0..if self.condition == 0 {
            0
        } else {
            self.depth + 1
        };
        let modulations = conditioned.map(|level| linear(self.condition, 2 * channels(level)));
        let stem = conv(self.inputs, self.width, 3, side) + copy(self.width, side);
        let middle = block(bottom + self.condition, bottom, side >> self.depth);
        stem + (0..self.depth).map(down).sum()
            + middle
            + (0..self.depth).map(up).sum()
            + conv(self.width, self.outputs, 3, side)
            + modulations.sum()
    }
}

impl EncoderConfig {
    /// Of one structure map.
    pub fn footprint(&self) -> Footprint {
        let (w, side) = (self.width, self.size);
        let stem = conv(1, w, 5, side / 2) + copy(w, side / 2);
        let both = stem + block(w, 2 * w, side / 4) + block(2 * w, 4 * w, side / 8);
        both + match self.form {
            LatentForm::Vector => {
                let values = 8 * w * (side / 16) * (side / 16);
                block(4 * w, 8 * w, side / 16) + linear(values, 2 * self.latent)
            }
            LatentForm::Plane => conv(4 * w, 2, 3, side / 8),
        }
    }
}

impl DecoderConfig {
    /// Of one latent.
    pub fn footprint(&self) -> Footprint {
        let (widths, side) = (self.widths(), self.side());
        let affine = Footprint {
            parameters: (self.latent * (1 + self.factor_rows())) as u64,
            activations: self.latent as u64,
        };
        let start = match self.form {
            LatentForm::Vector => linear(self.latent, widths[0] * side * side),
            LatentForm::Plane => block(1, widths[0], side),
        };
        let pairs = widths.windows(2).enumerate();
        let up = pairs.map(|(level, pair)| {
            let side = side << (level + 1);
            copy(pair[0], side) + block(pair[0], pair[1], side)
        });
        affine + start + up.sum() + conv(self.width, 1, 3, self.size)
    }
}

impl PatchConfig {
    /// Of one image of `side` x `side` pixels.
    pub fn footprint(&self, side: usize) -> Footprint {
        let w = self.width;
        let stem = conv(self.inputs, w, 5, side / 2) + copy(w, side / 2);
        let down = block(w, 2 * w, side / 4) + block(2 * w, 4 * w, side / 8);
        let last = block(4 * w, 4 * w, side / 8);
        let head = |outputs| conv(4 * w, outputs, 3, side / 8);
        let mut all = stem + down + last + head(1);
        if self.modalities > 0 {
            all = all + head(self.modalities);
        }
        if self.spectral {
            // One vector per convolution.
            all.parameters += (11 * w + 1 + self.modalities) as u64;
        }
        all
    }
}

impl LatentDiscriminatorConfig {
    /// Of one latent.
    pub fn footprint(&self) -> Footprint {
        let w = self.width;
        match self.form {
            LatentForm::Vector => linear(self.latent, w) + linear(w, w) + linear(w, 1),
            LatentForm::Plane => {
                let side = self.latent.isqrt();
                conv(1, w, 3, side / 2) + conv(w, 2 * w, 3, side / 4) + conv(2 * w, 1, 3, side / 4)
            }
        }
    }
}

#[cfg(feature = "nn")]
#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::networks::tensors::read_tensors;

    /// Every configuration's parameters are those of the network that is built from it.
    #[test]
    fn parameters_are_those_of_the_network() {
        let device = Device::flex();
        let stored = |tensors: Vec<crate::networks::Tensor>| -> u64 {
            tensors.iter().map(|t| t.values.len() as u64).sum()
        };
        for (inputs, outputs, depth, condition) in [(1, 1, 3, 0), (3, 5, 2, 4), (2, 3, 4, 1)] {
            let config = UnetConfig {
                inputs,
                outputs,
                width: 3,
                depth,
                condition,
            };
            let found = config.footprint(32).parameters;
            assert_eq!(found, stored(read_tensors(&config.init(&device))));
        }
        for (modalities, spectral) in [(0, false), (3, true), (0, true)] {
            let config = PatchConfig {
                inputs: 2,
                width: 3,
                modalities,
                spectral,
            };
            let found = config.footprint(32).parameters;
            assert_eq!(found, stored(read_tensors(&config.init(&device))));
        }
        for (form, latent) in [(LatentForm::Vector, 7), (LatentForm::Plane, 36)] {
            let (size, width) = (48, 2);
            let decoder = DecoderConfig {
                size,
                latent,
                width,
                form,
            };
            let encoder = EncoderConfig {
                size,
                latent,
                width,
                form,
            };
            let latent = LatentDiscriminatorConfig {
                latent,
                width: 5,
                form,
            };
            let found = [decoder.footprint(), encoder.footprint(), latent.footprint()];
            let stored = [
                stored(read_tensors(&decoder.init(&device))),
                stored(read_tensors(&encoder.init(&device))),
                stored(read_tensors(&latent.init(&device))),
            ];
            assert_eq!(found.map(|f| f.parameters), stored, "{form:?}");
        }
    }

    /// By hand: a stem of 2 x 4 x 4 and its rectifier, a block of 4 x 2 x 2 three times, a middle of the same, enlarged
    /// 4 x 4 x 4, joined 6 x 4 x 4, a block of 2 x 4 x 4 three times, a head of 4 x 4.
    #[test]
    fn activations_are_counted_layer_by_layer() {
        let config = UnetConfig {
            inputs: 1,
            outputs: 1,
            width: 2,
            depth: 1,
            condition: 0,
        };
        let by_hand = 2 * 32 + 3 * 16 + 3 * 16 + 64 + 96 + 3 * 32 + 16;
        assert_eq!(config.footprint(4).activations, by_hand);
    }
}
