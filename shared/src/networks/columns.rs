//! The gradient of a convolution's weights as a product of matrices.
//!
//! burn takes it as a convolution whose kernel is as large as the picture. LibTorch's CUDA kernels find little to
//! share out over the few outputs and take a hundred times as long for it as for the pass itself. There a product
//! of matrices gives the same gradient: the kernel's view of the input, one column per output pixel (im2col,
//! Chellapilla 2006), times the gradient of the output.

use burn::tensor::{Slice, Tensor};

use super::arithmetic::{Arithmetic, Plain};

/// Output pixels from which columns are worth their memory.
const LARGE: usize = 64 * 64;

/// As [`Plain`], but the weights of large convolutions learn by columns. For LibTorch on CUDA; elsewhere it is
/// slower. The gradients are the same but for rounding.
#[derive(Debug, Clone, Copy)]
pub struct Columns;

impl Arithmetic for Columns {
    fn convolved(
        &self,
        x: Tensor<4>,
        weight: Tensor<4>,
        bias: Option<Tensor<1>>,
        stride: usize,
    ) -> Tensor<4> {
        let is_large = output_size(&x, stride).iter().product::<usize>() >= LARGE;
        if is_large && weight.is_require_grad() {
            with_columns(x, weight, bias, stride)
        } else {
            Plain.convolved(x, weight, bias, stride)
        }
    }
}

/// The pass with constant weights, plus a product of weights and columns minus itself: nothing, whose
/// gradient is that of the weights.
fn with_columns(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    stride: usize,
) -> Tensor<4> {
    let constant = weight.clone().detach().set_require_grad(false);
    let y = Plain.convolved(x.clone(), constant, bias, stride);
    let [outputs, inputs, kernel, _] = weight.dims();
    let rows = weight.reshape([1, outputs, inputs * kernel * kernel]);
    let product = rows.matmul(columns(x.detach(), kernel, stride));
    let product = product.reshape(y.dims());
    y + (product.clone() - product.detach())
}

/// What the kernel sees for every output pixel, `[batch, inputs x kernel x kernel, pixels]`, in the order of
/// the weights.
fn columns(x: Tensor<4>, kernel: usize, stride: usize) -> Tensor<3> {
    let [height, width] = output_size(&x, stride);
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

fn output_size(x: &Tensor<4>, stride: usize) -> [usize; 2] {
    let [_, _, height, width] = x.dims();
    [height, width].map(|side| side.div_ceil(stride))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::convolution::conv;
    use burn::module::Param;
    use burn::tensor::Device;

    type Pass = fn(Tensor<4>, Tensor<4>, Option<Tensor<1>>, usize) -> Tensor<4>;

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
            let plain: Pass = |x, weight, bias, stride| Plain.convolved(x, weight, bias, stride);
            let [expected, found] = [plain, with_columns].map(|pass| {
                let bias = layer.bias.as_ref().map(Param::val);
                let y = pass(x.clone(), layer.weight.val(), bias, stride);
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
