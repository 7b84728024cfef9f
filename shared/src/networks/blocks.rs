//! The few layers that every network is made of.

use burn::module::{Initializer, Module, Param};
use burn::nn::conv::Conv2d;
use burn::tensor::activation::leaky_relu;
use burn::tensor::module::{batch_norm_train, interpolate};
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};

use super::convolution::{conv, convolve};

/// Slope of the leaky rectifier below zero.
const SLOPE: f64 = 0.2;
/// Added to the variance before the square root.
const EPSILON: f64 = 1e-5;

/// Leaky rectifier with slope 0.2.
pub(super) fn rectify<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    leaky_relu(x, SLOPE)
}

/// Instance normalisation with learnt scale and shift per channel (Ulyanov 2016).
///
/// Computed as batch normalisation of `[1, batch x channels, height, width]`: one operation
/// with a fused derivative instead of a dozen small ones.
#[derive(Module, Debug)]
pub(super) struct InstanceNorm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
}

impl InstanceNorm {
    pub(super) fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Initializer::Ones.init([channels], device),
            beta: Initializer::Zeros.init([channels], device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = x.dims();
        let spread = |p: Tensor<1>| {
            p.reshape([1, channels])
                .repeat_dim(0, batch)
                .reshape([batch * channels])
        };
        let flat = x.reshape([1, batch * channels, height, width]);
        let normed = batch_norm_train(
            flat,
            spread(self.gamma.val()),
            spread(self.beta.val()),
            EPSILON,
        );
        normed.output.reshape([batch, channels, height, width])
    }
}

/// Convolution 3x3, instance norm, leaky rectifier.
#[derive(Module, Debug)]
pub(super) struct Block {
    pub(super) conv: Conv2d,
    norm: InstanceNorm,
}

impl Block {
    /// A block that keeps (`stride` 1) or halves (`stride` 2) the size.
    pub(super) fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        Self {
            conv: conv(inputs, outputs, 3, stride, device),
            norm: InstanceNorm::new(outputs, device),
        }
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.finish(convolve(&self.conv, x))
    }

    /// What follows the convolution.
    pub(super) fn finish(&self, convolved: Tensor<4>) -> Tensor<4> {
        rectify(self.norm.forward(convolved))
    }

    /// As [`Block::forward`], with a scale and a shift per channel, `[batch, 2 x outputs]`, after the
    /// normalisation.
    pub(super) fn forward_modulated(&self, x: Tensor<4>, modulation: Tensor<2>) -> Tensor<4> {
        let normed = self.norm.forward(convolve(&self.conv, x));
        let [batch, channels, _, _] = normed.dims();
        let part = |first| {
            let values = modulation.clone().narrow(1, first, channels);
            values.reshape([batch, channels, 1, 1])
        };
        rectify(normed * (part(0) + 1.0) + part(channels))
    }
}

/// Twice the height and width, nearest pixel: transposed convolutions leave a checkerboard.
pub(super) fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let options =
        InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([height * 2, width * 2]);
    interpolate(x, options)
}
