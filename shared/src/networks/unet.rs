//! The U-Net (Ronneberger 2015) behind the generator G, the mask generator G_m and the segmenters.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::blocks::{Block, conv, rectify, upsample};
use super::config::UnetConfig;

/// Downsampling levels with a skip at each size but the smallest, where the condition joins.
#[derive(Module, Debug)]
pub struct Unet {
    stem: Conv2d,
    down: Vec<Block>,
    middle: Block,
    up: Vec<Block>,
    head: Conv2d,
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
        let mut skips = vec![rectify(self.stem.forward(x))];
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

    /// The outputs before the sigmoid: for segmenters, whose classes exclude each other.
    pub fn logits(&self, x: Tensor<4>) -> Tensor<4> {
        self.upsampled(&self.encode(x), None)
    }

    fn upsampled(&self, encoded: &Encoded, condition: Option<Tensor<2>>) -> Tensor<4> {
        let mut y = self.middle.forward(join(encoded.bottom.clone(), condition));
        for (block, skip) in self.up.iter().zip(encoded.skips.iter().rev()) {
            y = block.forward(Tensor::cat(vec![upsample(y), skip.clone()], 1));
        }
        self.head.forward(y)
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
