//! Structure encoder E_s and decoder G_s (section 3 of the method).
//!
//! A decoder that reconstructs well still draws nonsense from N(0, 1) when the encoded latents do
//! not fill it. So the decoder carries an affine map, mean + L z with L the Cholesky factor of the
//! covariance of the encoded latents (the aggregated posterior): its interface stays z ~ N(0, 1),
//! and what reaches the layers has the distribution they were trained on.
//!
//! A latent that is an image has thousands of values: its networks are convolutions from end to end, and L is
//! diagonal.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use super::blocks::{Block, rectify, upsample};
use super::config::{DecoderConfig, EncoderConfig, LatentForm};
use super::convolution::{conv, convolve};

/// Largest magnitude of the log-variance, so that its exponential stays finite.
const LOGVAR_LIMIT: f64 = 8.0;

/// E_s: structure map to the mean and log-variance of its latent.
#[derive(Module, Debug)]
pub struct StructureEncoder {
    stem: Conv2d,
    down: Vec<Block>,
    /// To a vector.
    head: Option<Linear>,
    /// To two planes.
    planes: Option<Conv2d>,
    #[module(skip)]
    latent: usize,
}

impl EncoderConfig {
    /// Fresh weights on `device`.
    pub fn init(&self, device: &Device) -> StructureEncoder {
        let (w, side) = (self.width, self.size / 16);
        let mut down = vec![
            Block::new(w, 2 * w, 2, device),
            Block::new(2 * w, 4 * w, 2, device),
        ];
        let (mut head, mut planes) = (None, None);
        match self.form {
            LatentForm::Vector => {
                down.push(Block::new(4 * w, 8 * w, 2, device));
                let values = 8 * w * side * side;
                head = Some(LinearConfig::new(values, 2 * self.latent).init(device));
            }
            LatentForm::Plane => planes = Some(conv(4 * w, 2, 3, 1, device)),
        }
        StructureEncoder {
            stem: conv(1, w, 5, 2, device),
            down,
            head,
            planes,
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
        let both = match (&self.head, &self.planes) {
            (Some(head), _) => head.forward(x.flatten(1, 3)),
            (None, Some(planes)) => convolve(planes, x).flatten(1, 3),
            (None, None) => unreachable!("an encoder has one of the two"),
        };
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
    /// From a vector.
    start: Option<Linear>,
    /// From a plane.
    plane: Option<Block>,
    up: Vec<Block>,
    head: Conv2d,
    #[module(skip)]
    side: usize,
}

impl DecoderConfig {
    /// Fresh weights on `device`; the affine map starts as the identity.
    pub fn init(&self, device: &Device) -> StructureDecoder {
        let (w, n, widths) = (self.width, self.latent, self.widths());
        let (mut start, mut plane) = (None, None);
        let factor = match self.form {
            LatentForm::Vector => {
                let values = widths[0] * self.side() * self.side();
                start = Some(LinearConfig::new(n, values).init(device));
                Tensor::eye(n, device)
            }
            LatentForm::Plane => {
                plane = Some(Block::new(1, widths[0], 1, device));
                Tensor::ones([1, n], device)
            }
        };
        StructureDecoder {
            affine_mean: fixed(Tensor::zeros([1, n], device)),
            affine_factor: fixed(factor),
            start,
            plane,
            up: widths
                .windows(2)
                .map(|pair| Block::new(pair[0], pair[1], 1, device))
                .collect(),
            head: conv(w, 1, 3, 1, device),
            side: self.side(),
        }
    }
}

impl StructureDecoder {
    /// `z ~ N(0, 1)` `[batch, latent]` to the latent that the layers expect: mean + L z.
    pub fn place(&self, z: Tensor<2>) -> Tensor<2> {
        let factor = self.affine_factor.val();
        let scaled = if self.plane.is_some() {
            z * factor
        } else {
            z.matmul(factor.transpose())
        };
        scaled + self.affine_mean.val()
    }

    /// An encoded (or placed) latent `[batch, latent]` to `[batch, 1, size, size]`, 0..=1.
    pub fn decode(&self, f: Tensor<2>) -> Tensor<4> {
        let (batch, side) = (f.dims()[0] as i32, self.side as i32);
        let square = |values: Tensor<2>| values.reshape([batch, -1, side, side]);
        let mut x = match (&self.start, &self.plane) {
            (Some(start), _) => square(start.forward(f)),
            (None, Some(plane)) => plane.forward(square(f)),
            (None, None) => unreachable!("a decoder has one of the two"),
        };
        for block in &self.up {
            x = block.forward(upsample(x));
        }
        sigmoid(convolve(&self.head, x))
    }

    /// s_g = G_s(z), `z ~ N(0, 1)` `[batch, latent]` to `[batch, 1, size, size]`, 0..=1.
    pub fn forward(&self, z: Tensor<2>) -> Tensor<4> {
        self.decode(self.place(z))
    }

    /// Replaces the affine map: `mean` of `latent` values; `factor` lower triangular, row-major, or of a plane its
    /// diagonal.
    ///
    /// # Panics
    /// When the lengths do not fit the latent.
    #[must_use]
    pub fn with_affine(mut self, mean: Vec<f32>, factor: Vec<f32>) -> Self {
        let device = self.affine_mean.val().device();
        let n = mean.len();
        self.affine_mean = fixed(Tensor::from_data(TensorData::new(mean, [1, n]), &device));
        let rows = factor.len() / n;
        let factor = TensorData::new(factor, [rows, n]);
        self.affine_factor = fixed(Tensor::from_data(factor, &device));
        self
    }
}

fn fixed(tensor: Tensor<2>) -> Param<Tensor<2>> {
    Param::from_tensor(tensor).set_require_grad(false)
}
