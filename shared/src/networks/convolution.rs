//! A convolution, and two ways to the gradient of its weights.
//!
//! burn takes the gradient of a convolution's weights as a convolution whose kernel is as large as the picture.
//! That suits a CPU; LibTorch's CUDA kernels, which find little to share out over the few outputs, take
//! a hundred times as long for it as for the pass itself. There a product of matrices gives the same
//! gradient: the kernel's view of the input, one column per output pixel (im2col, Chellapilla 2006), times
//! the gradient of the output.

use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::{Initializer, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::{Device, Slice, Tensor};

/// Output pixels from which columns are worth their memory.
const LARGE: usize = 64 * 64;

static BY_COLUMNS: AtomicBool = AtomicBool::new(false);

/// From now on this process learns the weights of large convolutions by products of matrices. For
/// LibTorch on CUDA; elsewhere it is slower. The gradients are the same but for rounding.
pub fn learn_by_columns() {
    BY_COLUMNS.store(true, Ordering::Relaxed);
}

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
    let is_large = output_size(conv, &x).iter().product::<usize>() >= LARGE;
    if BY_COLUMNS.load(Ordering::Relaxed) && is_large && conv.weight.val().is_require_grad() {
        with_columns(conv, x)
    } else {
        conv.forward(x)
    }
}

/// The pass with constant weights, plus a product of weights and columns minus itself: nothing, whose
/// gradient is that of the weights.
fn with_columns(conv: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    let weight = conv.weight.val();
    let constant = weight.clone().detach().set_require_grad(false);
    let mut still = conv.clone();
    still.weight = Param::from_tensor(constant).set_require_grad(false);
    let y = still.forward(x.clone());
    let [outputs, inputs, high, wide] = weight.dims();
    let rows = weight.reshape([1, outputs, inputs * high * wide]);
    let product = rows.matmul(columns(conv, x.detach())).reshape(y.dims());
    y + (product.clone() - product.detach())
}

/// What the kernel sees for every output pixel, `[batch, inputs x kernel x kernel, pixels]`, in the order of
/// the weights.
fn columns(conv: &Conv2d, x: Tensor<4>) -> Tensor<3> {
    let ([kernel, _], [stride, _]) = (conv.kernel_size, conv.stride);
    let [height, width] = output_size(conv, &x);
    let [batch, channels, _, _] = x.dims();
    let padding = (kernel - 1) / 2;
    let padded = x.pad((padding, padding, padding, padding), 0.0);
    let every = |from: usize, count: usize| {
        let end = from + stride * (count - 1) + 1;
        Slice::new(from as isize, Some(end as isize), stride as isize)
    };
    let whole = Slice::new(0, None, 1);
    let taps = (0..kernel * kernel).map(|tap| {
        let (down, across) = (tap / kernel, tap % kernel);
        let seen = [whole, whole, every(down, height), every(across, width)];
        padded.clone().slice(seen).unsqueeze_dim::<5>(2)
    });
    let seen = Tensor::cat(taps.collect(), 2);
    seen.reshape([batch, channels * kernel * kernel, height * width])
}

fn output_size(conv: &Conv2d, x: &Tensor<4>) -> [usize; 2] {
    let [_, _, height, width] = x.dims();
    [height, width].map(|side| side.div_ceil(conv.stride[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
        let count = shape.iter().product::<usize>();
        let values: Vec<f32> = (0..count).map(|i| (i * 37 % 101) as f32 / 101.0).collect();
        Tensor::<1>::from_floats(values.as_slice(), device).reshape(shape)
    }

    #[test]
    fn columns_give_the_pass_and_the_gradients_of_the_convolution() {
        let device = Device::flex().autodiff();
        device.seed(1);
        for (kernel, stride) in [(3, 1), (3, 2), (5, 2)] {
            let layer = conv(2, 3, kernel, stride, &device);
            let x = ramp([2, 2, 8, 6], &device).require_grad();
            let [expected, found] = [Conv2d::forward, with_columns].map(|pass| {
                let y = pass(&layer, x.clone());
                let gradients = (y.clone() * ramp(y.dims(), &device)).sum().backward();
                let weight = layer.weight.val().grad(&gradients).unwrap();
                let bias = layer.bias.as_ref().unwrap().val().grad(&gradients);
                [
                    y.inner().flatten::<1>(0, 3),
                    weight.flatten(0, 3),
                    x.grad(&gradients).unwrap().flatten(0, 3),
                    bias.unwrap(),
                ]
            });
            for (a, b) in expected.into_iter().zip(found) {
                let difference = (a - b).abs().max().into_scalar::<f32>();
                assert!(difference < 1e-4, "{kernel} {stride}: {difference}");
            }
        }
    }
}
