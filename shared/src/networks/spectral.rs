//! Spectral normalisation (Miyato 2018): a convolution whose weights are divided by their largest
//! singular value, so that a discriminator cannot become arbitrarily steep.
//!
//! The singular value is estimated by power iteration. Its vector is kept from step to step and moves
//! on after a step of the optimizer, never inside a pass: two passes over the same weights give the
//! same verdict.

use burn::module::Param;
use burn::nn::conv::Conv2d;
use burn::tensor::{Device, Tensor};

use super::arithmetic::arithmetic;
use super::convolution::convolve;

/// Keeps norms away from zero.
const EPSILON: f64 = 1e-12;

/// Estimate of the first left singular vector of a convolution's weights, `[outputs]`.
pub(super) type Vector = Param<Tensor<1>>;

/// The vector to begin with.
pub(super) fn vector(conv: &Conv2d, device: &Device) -> Vector {
    let outputs = conv.weight.lazy_shape()[0];
    let length = 1.0 / (outputs as f64).sqrt();
    Param::from_tensor(Tensor::full([outputs], length, device)).set_require_grad(false)
}

/// `conv` of `x`, spectrally normalised where there is a vector.
pub(super) fn convolved(conv: &Conv2d, vector: Option<&Vector>, x: Tensor<4>) -> Tensor<4> {
    let Some(vector) = vector else {
        return convolve(conv, x);
    };
    // (W / sigma) x + b = (W x) / sigma + b
    let sigma = largest_singular(&flat(conv), vector.val());
    let y = arithmetic().convolved(x, conv.weight.val(), None, conv.stride[0]) / sigma;
    match &conv.bias {
        Some(bias) => {
            let bias = bias.val();
            let outputs = bias.dims()[0];
            y + bias.reshape([1, outputs, 1, 1])
        }
        None => y,
    }
}

/// The vector one power iteration further.
pub(super) fn advanced(conv: &Conv2d, vector: Vector) -> Vector {
    let flat = flat(conv).detach();
    vector.map(|left| {
        let right = unit(flat.clone().transpose().matmul(column(left)));
        let left = unit(flat.matmul(right)).squeeze_dim::<1>(1);
        left.detach().set_require_grad(false)
    })
}

/// u^T W v with v = W^T u / |W^T u|, `[1, 1, 1, 1]`; the vectors get no gradient.
fn largest_singular(flat: &Tensor<2>, vector: Tensor<1>) -> Tensor<4> {
    let left = column(vector.detach());
    let right = unit(flat.clone().detach().transpose().matmul(left.clone()));
    let sigma = left.transpose().matmul(flat.clone().matmul(right));
    sigma.reshape([1, 1, 1, 1])
}

/// The weights as a matrix, `[outputs, inputs x k x k]`.
fn flat(conv: &Conv2d) -> Tensor<2> {
    let weight = conv.weight.val();
    let outputs = weight.dims()[0];
    weight.reshape([outputs as i32, -1])
}

fn column(vector: Tensor<1>) -> Tensor<2> {
    let length = vector.dims()[0];
    vector.reshape([length, 1])
}

fn unit(column: Tensor<2>) -> Tensor<2> {
    let norm = column.clone().square().sum().sqrt() + EPSILON;
    column / norm.reshape([1, 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::convolution::conv;
    use burn::tensor::TensorData;

    #[test]
    fn power_iteration_finds_the_largest_singular_value() {
        let device = Device::flex();
        // Columns of a rotation times 3 and 1: the singular values are 3 and 1.
        let (c, s) = (0.6f32, 0.8f32);
        let values = vec![3.0 * c, -s, 3.0 * s, c];
        let mut layer = conv(2, 2, 1, 1, &device);
        let data = TensorData::new(values, [2, 2, 1, 1]);
        layer.weight = Param::from_tensor(Tensor::from_data(data, &device));
        let mut estimate = vector(&layer, &device);
        for _ in 0..20 {
            estimate = advanced(&layer, estimate);
        }
        let sigma = largest_singular(&flat(&layer), estimate.val());
        let sigma = sigma.reshape([1]).into_scalar::<f32>();
        assert!((sigma - 3.0).abs() < 1e-4, "{sigma}");
        let x = Tensor::<4>::ones([1, 2, 1, 1], &device);
        let bias = layer.bias.as_ref().expect("a bias").val();
        let bias = bias.reshape([1, 2, 1, 1]);
        let expected = (layer.forward(x.clone()) - bias.clone()) / 3.0 + bias;
        let difference = convolved(&layer, Some(&estimate), x) - expected;
        assert!(difference.abs().max().into_scalar::<f32>() < 1e-4);
    }
}
