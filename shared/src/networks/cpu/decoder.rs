//! The structure decoder on one core: `networks::StructureDecoder` with the same weights.

use super::direct::Head;
use super::features::Features;
use super::norm::{Affine, normalise};
use super::tensors::Tensors;
use super::unet::{affine, sigmoid};
use super::winograd::{Part, convolve};
use crate::networks::config::{DecoderConfig, LatentForm};
use crate::networks::{LoadError, Tensor};

/// A structure decoder with its weights as the kernels want them.
#[derive(Debug, Clone)]
pub struct Decoder {
    latent: usize,
    side: usize,
    mean: Vec<f32>,
    factor: Vec<f32>,
    start: Start,
    /// Each block with the channels it gives.
    up: Vec<(Part, Affine, usize)>,
    head: Head,
}

/// How the latent becomes feature maps.
#[derive(Debug, Clone)]
enum Start {
    /// `[latent, channels x side x side]` and as many values.
    Vector(Vec<f32>, Vec<f32>),
    /// A block with the channels it gives.
    Plane(Part, Affine, usize),
}

impl Start {
    fn new(config: &DecoderConfig, t: &mut Tensors) -> Result<Self, LoadError> {
        let (to, side) = (config.widths()[0], config.side());
        Ok(match config.form {
            LatentForm::Vector => {
                let values = to * side * side;
                let weight = t.take("start.weight", &[config.latent, values])?.to_vec();
                Self::Vector(weight, t.take("start.bias", &[values])?.to_vec())
            }
            LatentForm::Plane => {
                let weight = t.take("plane.conv.weight", &[to, 1, 3, 3])?;
                let part = Part::new(weight, [to, 1, 0, 1], false);
                Self::Plane(part, affine(t, "plane", to)?, to)
            }
        })
    }

    fn forward(&self, placed: impl Iterator<Item = f32>, side: usize) -> Features {
        match self {
            Self::Vector(weight, bias) => {
                let mut values = bias.clone();
                for (row, f) in weight.chunks_exact(values.len()).zip(placed) {
                    values.iter_mut().zip(row).for_each(|(v, w)| *v += f * w);
                }
                Features::of_channels(&values, side)
            }
            Self::Plane(part, affine, channels) => {
                let plane = Features::of_channels(&placed.collect::<Vec<_>>(), side);
                let mut x = convolve(&[(&plane, part)], 1, *channels);
                normalise(&mut x, std::slice::from_ref(affine));
                x
            }
        }
    }
}

impl Decoder {
    /// From the tensors of a stored network.
    pub fn new(config: &DecoderConfig, tensors: &[Tensor]) -> Result<Self, LoadError> {
        let mut tensors = Tensors::new(tensors);
        let t = &mut tensors;
        let (w, latent) = (config.width, config.latent);
        let mut up = Vec::new();
        for (place, pair) in config.widths().windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            let name = format!("up.{place}");
            let weight = t.take(&format!("{name}.conv.weight"), &[to, from, 3, 3])?;
            let part = Part::new(weight, [to, from, 0, from], true);
            up.push((part, affine(t, &name, to)?, to));
        }
        let head = t.take("head.weight", &[1, w, 3, 3])?;
        let decoder = Self {
            latent,
            side: config.side(),
            mean: t.take("affine_mean", &[1, latent])?.to_vec(),
            factor: t
                .take("affine_factor", &[config.factor_rows(), latent])?
                .to_vec(),
            start: Start::new(config, t)?,
            up,
            head: Head::new(head, t.take("head.bias", &[1])?, w),
        };
        tensors.finish()?;
        Ok(decoder)
    }

    /// s_g = G_s(z), `z ~ N(0, 1)`: the soft structure map, row-major, 0..=1.
    ///
    /// # Panics
    /// When `z` has another length than the latent.
    pub fn forward(&self, z: &[f32]) -> Vec<f32> {
        assert_eq!(z.len(), self.latent, "the latent's length");
        let mut x = match self.start {
            Start::Vector(..) => {
                let rows = self.factor.chunks_exact(self.latent);
                let scaled = rows.map(|row| row.iter().zip(z).map(|(l, z)| l * z).sum::<f32>());
                let placed = scaled.zip(&self.mean).map(|(v, mean)| v + mean);
                self.start.forward(placed, self.side)
            }
            Start::Plane(..) => {
                let scaled = self.factor.iter().zip(z).map(|(l, z)| l * z);
                let placed = scaled.zip(&self.mean).map(|(v, mean)| v + mean);
                self.start.forward(placed, self.side)
            }
        };
        for (part, affine, channels) in &self.up {
            x = convolve(&[(&x, part)], 1, *channels);
            normalise(&mut x, std::slice::from_ref(affine));
        }
        let mut values = self.head.forward(&x);
        for value in &mut values {
            *value = sigmoid(*value);
        }
        values
    }
}
