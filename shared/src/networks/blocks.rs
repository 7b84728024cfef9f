//! The few layers that every network is made of.

use burn::module::{Initializer, Module, Param};
use burn::nn::conv::Conv2d;
use burn::tensor::activation::leaky_relu;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};

use super::arithmetic::{SLOPE, arithmetic};
use super::convolution::{conv, convolve};

/// Leaky rectifier with slope 0.2.
pub(super) fn rectify<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    leaky_relu(x, SLOPE)
}

/// What an instance normalisation learns: scale and shift per channel (Ulyanov 2016).
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

    /// Scale and shift for each picture, `[batch, channels]`.
    fn affine(&self, batch: usize) -> [Tensor<2>; 2] {
        [&self.gamma, &self.beta].map(|p| p.val().unsqueeze_dim::<2>(0).repeat_dim(0, batch))
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
        let [scale, shift] = self.norm.affine(convolved.dims()[0]);
        arithmetic().rectified_norm(convolved, scale, shift)
    }

    /// As [`Block::forward`], with a scale and a shift per channel, `[batch, 2 x outputs]`, after the
    /// normalisation.
    pub(super) fn forward_modulated(&self, x: Tensor<4>, modulation: Tensor<2>) -> Tensor<4> {
        let convolved = convolve(&self.conv, x);
        let [batch, channels, _, _] = convolved.dims();
        let part = |first| modulation.clone().narrow(1, first, channels);
        let (more, moved) = (part(0) + 1.0, part(channels));
        let [scale, shift] = self.norm.affine(batch);
        arithmetic().rectified_norm(convolved, scale * more.clone(), shift * more + moved)
    }
}

/// Twice the height and width, nearest pixel: transposed convolutions leave a checkerboard.
pub(super) fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let options =
        InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([height * 2, width * 2]);
    interpolate(x, options)
}
