//! A convolution, as a layer of a network.

use burn::module::{Initializer, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::{Device, Tensor};

use super::arithmetic::arithmetic;

/// A convolution with zero padding that keeps the size (stride 1) or halves it (stride 2).
pub(super) fn conv(
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    device: &Device,
) -> Conv2d {
    let padding = (kernel - 1) / 2;
    Conv2dConfig::new([inputs, outputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(
            padding, padding, padding, padding,
        ))
        .with_initializer(Initializer::KaimingNormal {
            gain: 1.0,
            fan_out_only: false,
        })
        .init(device)
}

/// `x` `[batch, inputs, height, width]` convolved.
pub(super) fn convolve(conv: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    // What is drawn at its first use is drawn in this order.
    let weight = conv.weight.val();
    let bias = conv.bias.as_ref().map(Param::val);
    arithmetic().convolved(x, weight, bias, conv.stride[0])
}
