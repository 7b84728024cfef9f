//! Structure encoder E_s and decoder G_s (section 3 of the method).
//!
//! A decoder that reconstructs well still draws nonsense from N(0, 1) when the encoded latents do
//! not fill it. So the decoder carries an affine map, mean + L z with L the Cholesky factor of the
//! covariance of the encoded latents (the aggregated posterior): its interface stays z ~ N(0, 1),
//! and what reaches the layers has the distribution they were trained on.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use super::blocks::{Block, rectify, upsample};
use super::config::{DecoderConfig, EncoderConfig};
use super::convolution::{conv, convolve};

/// Largest magnitude of the log-variance, so that its exponential stays finite.
const LOGVAR_LIMIT: f64 = 8.0;

/// E_s: structure map to the mean and log-variance of its latent.
#[derive(Module, Debug)]
pub struct StructureEncoder {
    stem: Conv2d,
    down: Vec<Block>,
    head: Linear,
    #[module(skip)]
    latent: usize,
}

impl EncoderConfig {
    /// Fresh weights on `device`.
    pub fn init(&self, device: &Device) -> StructureEncoder {
        let w = self.width;
        let side = self.size / 16;
        StructureEncoder {
            stem: conv(1, w, 5, 2, device),
            down: vec![
                Block::new(w, 2 * w, 2, device),
                Block::new(2 * w, 4 * w, 2, device),
                Block::new(4 * w, 8 * w, 2, device),
            ],
            head: LinearConfig::new(8 * w * side * side, 2 * self.latent).init(device),
            latent: self.latent,
        }
    }
}

impl StructureEncoder {
    /// `s` `[batch, 1, size, size]` to (mean, log-variance), each `[batch, latent]`.
    pub fn forward(&self, s: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let mut x = rectify(convolve(&self.stem, s));
        for block in &self.down {
            x = block.forward(x);
        }
        let both = self.head.forward(x.flatten(1, 3));
        let batch = both.dims()[0];
        let mean = both.clone().slice([0..batch, 0..self.latent]);
        let logvar = both.slice([0..batch, self.latent..2 * self.latent]);
        (mean, logvar.clamp(-LOGVAR_LIMIT, LOGVAR_LIMIT))
    }
}

/// G_s: latent to soft structure map.
#[derive(Module, Debug)]
pub struct StructureDecoder {
    affine_mean: Param<Tensor<2>>,
    affine_factor: Param<Tensor<2>>,
    start: Linear,
    up: Vec<Block>,
    head: Conv2d,
    #[module(skip)]
    side: usize,
}

impl DecoderConfig {
    /// Fresh weights on `device`; the affine map starts as the identity.
    pub fn init(&self, device: &Device) -> StructureDecoder {
        let (w, side) = (self.width, self.size / 16);
        let widths = [8 * w, 6 * w, 4 * w, 2 * w, w];
        StructureDecoder {
            affine_mean: fixed(Tensor::zeros([1, self.latent], device)),
            affine_factor: fixed(Tensor::eye(self.latent, device)),
            start: LinearConfig::new(self.latent, 8 * w * side * side).init(device),
            up: widths
                .windows(2)
                .map(|pair| Block::new(pair[0], pair[1], 1, device))
                .collect(),
            head: conv(w, 1, 3, 1, device),
            side,
        }
    }
}

impl StructureDecoder {
    /// `z ~ N(0, 1)` `[batch, latent]` to the latent that the layers expect: mean + L z.
    pub fn place(&self, z: Tensor<2>) -> Tensor<2> {
        z.matmul(self.affine_factor.val().transpose()) + self.affine_mean.val()
    }

    /// An encoded (or placed) latent `[batch, latent]` to `[batch, 1, size, size]`, 0..=1.
    pub fn decode(&self, f: Tensor<2>) -> Tensor<4> {
        let batch = f.dims()[0];
        let mut x =
            self.start
                .forward(f)
                .reshape([batch as i32, -1, self.side as i32, self.side as i32]);
        for block in &self.up {
            x = block.forward(upsample(x));
        }
        sigmoid(convolve(&self.head, x))
    }

    /// s_g = G_s(z), `z ~ N(0, 1)` `[batch, latent]` to `[batch, 1, size, size]`, 0..=1.
    pub fn forward(&self, z: Tensor<2>) -> Tensor<4> {
        self.decode(self.place(z))
    }

    /// Replaces the affine map: `mean` of `latent` values, `factor` lower triangular, row-major.
    ///
    /// # Panics
    /// When the lengths do not fit the latent.
    #[must_use]
    pub fn with_affine(mut self, mean: Vec<f32>, factor: Vec<f32>) -> Self {
        let device = self.affine_mean.val().device();
        let n = mean.len();
        self.affine_mean = fixed(Tensor::from_data(TensorData::new(mean, [1, n]), &device));
        self.affine_factor = fixed(Tensor::from_data(TensorData::new(factor, [n, n]), &device));
        self
    }
}

fn fixed(tensor: Tensor<2>) -> Param<Tensor<2>> {
    Param::from_tensor(tensor).set_require_grad(false)
}
