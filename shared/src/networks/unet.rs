//! The U-Net (Ronneberger 2015) behind the generator G, the mask generator G_m and the segmenters.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::blocks::{Block, rectify, upsample};
use super::config::UnetConfig;
use super::convolution::{conv, convolve};

/// Downsampling levels with a skip at each size but the smallest.
///
/// The condition joins at the bottleneck as constant planes, as in the method, and modulates every
/// block from there on (conditional instance normalisation, Dumoulin 2017). The planes alone are
/// lost: what is constant over the picture, instance normalisation takes out again, and all
/// modalities come out alike.
#[derive(Module, Debug)]
pub struct Unet {
    stem: Conv2d,
    down: Vec<Block>,
    middle: Block,
    up: Vec<Block>,
    head: Conv2d,
    /// Of the middle and of each upsampling block, for networks with a condition.
    modulations: Vec<Linear>,
}

impl UnetConfig {
    /// Fresh weights on `device`.
    pub fn init(&self, device: &Device) -> Unet {
        let channels = |level: usize| self.width << level;
        let bottom = channels(self.depth);
        Unet {
            stem: conv(self.inputs, self.width, 3, 1, device),
            down: (0..self.depth)
                .map(|level| Block::new(channels(level), channels(level + 1), 2, device))
                .collect(),
            middle: Block::new(bottom + self.condition, bottom, 1, device),
            up: (0..self.depth)
                .rev()
                .map(|level| {
                    let inputs = channels(level + 1) + channels(level);
                    Block::new(inputs, channels(level), 1, device)
                })
                .collect(),
            head: conv(self.width, self.outputs, 3, 1, device),
            modulations: if self.condition == 0 {
                Vec::new()
            } else {
                std::iter::once(self.depth)
                    .chain((0..self.depth).rev())
                    .map(|level| {
                        LinearConfig::new(self.condition, 2 * channels(level)).init(device)
                    })
                    .collect()
            },
        }
    }
}

/// What the downsampling half made of an input: the same for every condition.
#[derive(Debug, Clone)]
pub struct Encoded {
    skips: Vec<Tensor<4>>,
    bottom: Tensor<4>,
}

impl Unet {
    /// `x` `[batch, inputs, height, width]`, sides a multiple of 2^depth; `condition` `[batch, condition]`
    /// where the configuration asks for one. Returns `[batch, outputs, height, width]`, 0..=1.
    pub fn forward(&self, x: Tensor<4>, condition: Option<Tensor<2>>) -> Tensor<4> {
        self.decode(&self.encode(x), condition)
    }

    /// The downsampling half. Several modalities of one structure map share it.
    pub fn encode(&self, x: Tensor<4>) -> Encoded {
        let mut skips = vec![rectify(convolve(&self.stem, x))];
        for block in &self.down {
            let next = block.forward(skips[skips.len() - 1].clone());
            skips.push(next);
        }
        let bottom = skips.pop().expect("the stem and every level");
        Encoded { skips, bottom }
    }

    /// The upsampling half, as [`Unet::forward`].
    pub fn decode(&self, encoded: &Encoded, condition: Option<Tensor<2>>) -> Tensor<4> {
        sigmoid(self.upsampled(encoded, condition))
    }

    /// One image per row of the conditions `[images, condition]`, all of one input and in one pass: each
    /// kernel is started once and has that much more to do. `[images, output, height, width]`.
    pub fn decode_all(&self, encoded: &Encoded, conditions: Tensor<2>) -> Tensor<4> {
        let count = conditions.dims()[0];
        let several = |t: &Tensor<4>| t.clone().repeat_dim(0, count);
        let encoded = Encoded {
            skips: encoded.skips.iter().map(several).collect(),
            bottom: several(&encoded.bottom),
        };
        self.decode(&encoded, Some(conditions))
    }

    /// The outputs before the sigmoid: for segmenters, whose classes exclude each other.
    pub fn logits(&self, x: Tensor<4>) -> Tensor<4> {
        self.upsampled(&self.encode(x), None)
    }

    fn upsampled(&self, encoded: &Encoded, condition: Option<Tensor<2>>) -> Tensor<4> {
        let bottom = join(encoded.bottom.clone(), condition.clone());
        let mut y = self.conditioned(0, &self.middle, bottom, condition.as_ref());
        for (place, (block, skip)) in self.up.iter().zip(encoded.skips.iter().rev()).enumerate() {
            let x = Tensor::cat(vec![upsample(y), skip.clone()], 1);
            y = self.conditioned(place + 1, block, x, condition.as_ref());
        }
        convolve(&self.head, y)
    }

    fn conditioned(
        &self,
        place: usize,
        block: &Block,
        x: Tensor<4>,
        condition: Option<&Tensor<2>>,
    ) -> Tensor<4> {
        match self.modulations.get(place).zip(condition) {
            Some((modulation, condition)) => {
                block.forward_modulated(x, modulation.forward(condition.clone()))
            }
            None => block.forward(x),
        }
    }
}

/// Appends the condition as constant planes.
fn join(x: Tensor<4>, condition: Option<Tensor<2>>) -> Tensor<4> {
    let Some(condition) = condition else { return x };
    let [batch, _, height, width] = x.dims();
    let length = condition.dims()[1];
    let planes = condition
        .reshape([batch, length, 1, 1])
        .expand([batch, length, height, width]);
    Tensor::cat(vec![x, planes], 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Distribution;

    #[test]
    fn all_modalities_in_one_pass_are_those_of_one_pass_each() {
        let device = Device::flex();
        device.seed(2);
        let config = UnetConfig {
            inputs: 1,
            outputs: 1,
            width: 4,
            depth: 3,
            condition: 3,
        };
        let network = config.init(&device);
        let x = Tensor::<4>::random([1, 1, 16, 16], Distribution::Uniform(0.0, 1.0), &device);
        let encoded = network.encode(x);
        let one_hot = |i: usize| {
            let mut row = [0.0; 3];
            row[i] = 1.0;
            Tensor::<2>::from_floats([row], &device)
        };
        let conditions: Vec<_> = (0..3).map(one_hot).collect();
        let all = network.decode_all(&encoded, Tensor::cat(conditions.clone(), 0));
        let all = all.chunk(3, 0);
        for (together, condition) in all.into_iter().zip(conditions) {
            let alone = network.decode(&encoded, Some(condition));
            let difference = (together - alone).abs().max().into_scalar::<f32>();
            assert!(difference < 1e-5, "{difference}");
        }
    }

    #[test]
    fn the_condition_changes_the_picture_everywhere() {
        let device = Device::flex();
        device.seed(1);
        let config = UnetConfig {
            inputs: 1,
            outputs: 1,
            width: 4,
            depth: 3,
            condition: 2,
        };
        let network = config.init(&device);
        let ramp: Vec<f32> = (0..1024).map(|i| (i * 37 % 101) as f32 / 101.0).collect();
        let x = Tensor::<1>::from_floats(ramp.as_slice(), &device);
        let encoded = network.encode(x.reshape([1, 1, 32, 32]));
        let painted = |one_hot: [f32; 2]| {
            let condition = Tensor::<1>::from_floats(one_hot, &device).reshape([1, 2]);
            network.decode(&encoded, Some(condition))
        };
        let difference = (painted([1.0, 0.0]) - painted([0.0, 1.0])).abs();
        // Far from the border, where zero padding would let constant planes through.
        let centre = difference.narrow(2, 12, 8).narrow(3, 12, 8);
        assert!(centre.mean().into_scalar::<f32>() > 0.01);
    }
}
