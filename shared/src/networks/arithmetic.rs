//! How the layers are computed that networks spend their time on.
//!
//! A program may know a faster way than the tensor library does; it says so once, with [`compute_with`].

use std::sync::OnceLock;

use burn::tensor::Tensor;
use burn::tensor::activation::leaky_relu;
use burn::tensor::module::{batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;

/// Slope of the leaky rectifier below zero.
pub const SLOPE: f64 = 0.2;
/// What a norm adds to the variance before the square root.
pub const EPSILON: f64 = 1e-5;

/// The layers, as operations with a gradient; as the tensor library computes them unless a program knows better.
pub trait Arithmetic: Sync {
    /// `x` `[batch, inputs, height, width]` convolved with `weight` `[outputs, inputs, kernel, kernel]` and `bias`
    /// `[outputs]`, zero padding of half the kernel: keeps the size (stride 1) or halves it (stride 2).
    fn convolved(
        &self,
        x: Tensor<4>,
        weight: Tensor<4>,
        bias: Option<Tensor<1>>,
        stride: usize,
    ) -> Tensor<4> {
        let padding = (weight.dims()[3] - 1) / 2;
        let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
        conv2d(x, weight, bias, options)
    }

    /// Instance normalisation (Ulyanov 2016) of `x` `[batch, channels, height, width]` with a scale and a shift
    /// `[batch, channels]` per picture, then the leaky rectifier: [`SLOPE`], [`EPSILON`].
    ///
    /// Computed as batch normalisation of `[1, batch x channels, height, width]`: one operation with a fused
    /// derivative instead of a dozen small ones.
    fn rectified_norm(&self, x: Tensor<4>, scale: Tensor<2>, shift: Tensor<2>) -> Tensor<4> {
        let [batch, channels, height, width] = x.dims();
        let flat = x.reshape([1, batch * channels, height, width]);
        let spread = |p: Tensor<2>| p.reshape([batch * channels]);
        let normed = batch_norm_train(flat, spread(scale), spread(shift), EPSILON);
        let normed = normed.output.reshape([batch, channels, height, width]);
        leaky_relu(normed, SLOPE)
    }
}

static CHOSEN: OnceLock<&'static dyn Arithmetic> = OnceLock::new();

/// From now on the networks of this process compute so. The first call counts: a process trains on one device.
pub fn compute_with(arithmetic: &'static dyn Arithmetic) {
    let _ = CHOSEN.set(arithmetic);
}

/// How this process computes.
pub(super) fn arithmetic() -> &'static dyn Arithmetic {
    *CHOSEN.get().unwrap_or(&(&Plain as &dyn Arithmetic))
}

/// As the tensor library does.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Arithmetic for Plain {}
