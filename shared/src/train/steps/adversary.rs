//! The discriminators of the synthesis stage, each with what it sees of the images.
//!
//! One that sees whole images knows little of tissue: its instance normalisation measures every
//! activation against the strongest edges, and on heads these are the skull's. A fine grid, or no texture at
//! all, passes for a brain. Two strict ones leave that no room: both see parts of the images at places
//! that change from step to step, so that a grid cannot keep in step with their strides (Zhao 2020,
//! differentiable augmentation), and one of them sees the local contrast, in which tissue counts as much
//! as bone. They learn faster than the generator (Heusel 2017, two time-scales).

use burn::tensor::{Device, Tensor};

use super::Optimizer;
use super::window::window_mean;
use crate::networks::config::PatchConfig;
use crate::networks::{PatchDiscriminator, Verdict};
use crate::study::Geometry;

/// How many pixels less than an image a part of it has, across and down.
pub const MARGIN: usize = 8;
/// Strict discriminators learn this many times as fast as the generator.
const HASTE: f64 = 6.0;
/// Share of an image's side that the window of the local contrast reaches each way, as a divisor.
const REACH: usize = 16;
/// Added to the spread in the local contrast: what is fainter than this grey value hardly counts.
const FLOOR: f64 = 0.03;
/// Added to the variance before its root is taken.
const EPSILON: f64 = 1e-8;

/// What a discriminator sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// Grey values.
    Grey,
    /// Local contrast over a window that reaches so many pixels each way.
    Contrast(usize),
}

/// A discriminator with its optimizer.
pub(super) struct Adversary {
    /// Section of the checkpoint.
    pub name: &'static str,
    /// The network.
    pub network: PatchDiscriminator,
    /// Its optimizer.
    pub adam: Optimizer,
    sight: Sight,
}

impl Adversary {
    /// The one discriminator of the method, as fast as the generator.
    pub fn plain(config: &PatchConfig, rate: f64, device: &Device) -> Vec<Self> {
        vec![Self::new(
            "discriminator",
            config,
            Sight::Grey,
            rate,
            device,
        )]
    }

    /// One that sees grey values and one that sees local contrast; `rate` is the generator's.
    pub fn strict(config: &PatchConfig, g: &Geometry, rate: f64, device: &Device) -> Vec<Self> {
        let rate = rate * HASTE;
        let contrast = Sight::Contrast(g.size / REACH);
        vec![
            Self::new("discriminator", config, Sight::Grey, rate, device),
            Self::new("contrast discriminator", config, contrast, rate, device),
        ]
    }

    fn new(
        name: &'static str,
        config: &PatchConfig,
        sight: Sight,
        rate: f64,
        device: &Device,
    ) -> Self {
        Self {
            name,
            network: config.init(device),
            adam: Optimizer::new(name, rate),
            sight,
        }
    }

    /// What this network, its own or a frozen copy, says of images `[batch, channels, height, width]`.
    pub fn forward(&self, network: &PatchDiscriminator, x: Tensor<4>) -> Verdict {
        network.forward(match self.sight {
            Sight::Grey => x,
            Sight::Contrast(radius) => contrast(x, radius),
        })
    }
}

/// The part of images `[batch, channels, height, width]` that begins `corner` pixels from the top and
/// from the left, each 0..=[`MARGIN`], and is [`MARGIN`] pixels shorter and narrower; the whole without a
/// corner.
pub(super) fn part(x: Tensor<4>, corner: Option<[usize; 2]>) -> Tensor<4> {
    let Some([top, left]) = corner else { return x };
    let [_, _, height, width] = x.dims();
    x.narrow(2, top, height - MARGIN)
        .narrow(3, left, width - MARGIN)
}

/// Images with other brightness and contrast, `tones` `[images, 2]`.
pub(super) fn toned(x: Tensor<4>, tones: Option<Tensor<2>>) -> Tensor<4> {
    let Some(tones) = tones else { return x };
    let [images, channels, height, width] = x.dims();
    let of = |column| {
        tones
            .clone()
            .narrow(1, column, 1)
            .reshape([images, 1, 1, 1])
    };
    let flat: Tensor<2> = x.clone().reshape([images, channels * height * width]);
    let mean = flat.mean_dim(1).reshape([images, 1, 1, 1]);
    (x - mean.clone()) * of(1) + mean + of(0)
}

/// `(x - mean) / (spread + floor)`: mean over a square window, spread the root of the mean squared
/// distance from such means over the same window, both over what lies inside the image, in each channel by itself.
fn contrast(x: Tensor<4>, radius: usize) -> Tensor<4> {
    let away = x.clone() - window_mean(x, radius);
    let square = window_mean(away.clone() * away.clone(), radius);
    away / ((square + EPSILON).sqrt() + FLOOR)
}
