//! The U-Net (Ronneberger 2015) behind the generator G, the mask generator G_m and the segmenters.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};

use super::blocks::{Block, conv, rectify, upsample};
use super::config::UnetConfig;

/// Three downsampling levels with skips at full, half and quarter size; the condition joins at
/// the bottleneck, an eighth of the size.
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
        let w = self.width;
        Unet {
            stem: conv(self.inputs, w, 3, 1, device),
            down: vec![
                Block::new(w, 2 * w, 2, device),
                Block::new(2 * w, 4 * w, 2, device),
                Block::new(4 * w, 8 * w, 2, device),
            ],
            middle: Block::new(8 * w + self.condition, 8 * w, 1, device),
            up: vec![
                Block::new(12 * w, 4 * w, 1, device),
                Block::new(6 * w, 2 * w, 1, device),
                Block::new(3 * w, w, 1, device),
            ],
            head: conv(w, self.outputs, 3, 1, device),
        }
    }
}

impl Unet {
    /// `x` `[batch, inputs, height, width]`, sides a multiple of 8; `condition` `[batch, condition]`
    /// where the configuration asks for one. Returns `[batch, outputs, height, width]`, 0..=1.
    pub fn forward(&self, x: Tensor<4>, condition: Option<Tensor<2>>) -> Tensor<4> {
        let mut skips = vec![rectify(self.stem.forward(x))];
        for block in &self.down {
            let next = block.forward(skips[skips.len() - 1].clone());
            skips.push(next);
        }
        let bottom = skips.pop().expect("the stem and three levels");
        let mut y = self.middle.forward(join(bottom, condition));
        for block in &self.up {
            let skip = skips.pop().expect("one skip per level");
            y = block.forward(Tensor::cat(vec![upsample(y), skip], 1));
        }
        sigmoid(self.head.forward(y))
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
