//! The structure decoder on one core: `networks::StructureDecoder` with the same weights.

use super::direct::Head;
use super::features::Features;
use super::norm::{Affine, normalise};
use super::tensors::Tensors;
use super::unet::{affine, sigmoid};
use super::winograd::{Part, convolve};
use crate::networks::config::DecoderConfig;
use crate::networks::{LoadError, Tensor};

/// A structure decoder with its weights as the kernels want them.
#[derive(Debug, Clone)]
pub struct Decoder {
    latent: usize,
    side: usize,
    mean: Vec<f32>,
    factor: Vec<f32>,
    /// `[latent, channels x side x side]`.
    start: Vec<f32>,
    start_bias: Vec<f32>,
    /// Each block with the channels it gives.
    up: Vec<(Part, Affine, usize)>,
    head: Head,
}

impl Decoder {
    /// From the tensors of a stored network.
    pub fn new(config: &DecoderConfig, tensors: &[Tensor]) -> Result<Self, LoadError> {
        let mut tensors = Tensors::new(tensors);
        let t = &mut tensors;
        let (w, side, latent) = (config.width, config.size / 16, config.latent);
        let widths = [8 * w, 6 * w, 4 * w, 2 * w, w];
        let mut up = Vec::new();
        for (place, pair) in widths.windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            let name = format!("up.{place}");
            let weight = t.take(&format!("{name}.conv.weight"), &[to, from, 3, 3])?;
            let part = Part::new(weight, [to, from, 0, from], true);
            up.push((part, affine(t, &name, to)?, to));
        }
        let first = 8 * w * side * side;
        let head = t.take("head.weight", &[1, w, 3, 3])?;
        let decoder = Self {
            latent,
            side,
            mean: t.take("affine_mean", &[1, latent])?.to_vec(),
            factor: t.take("affine_factor", &[latent, latent])?.to_vec(),
            start: t.take("start.weight", &[latent, first])?.to_vec(),
            start_bias: t.take("start.bias", &[first])?.to_vec(),
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
        let rows = self.factor.chunks_exact(self.latent).zip(&self.mean);
        let placed =
            rows.map(|(row, mean)| row.iter().zip(z).map(|(l, z)| l * z).sum::<f32>() + mean);
        let mut values = self.start_bias.clone();
        for (row, f) in self.start.chunks_exact(values.len()).zip(placed) {
            values.iter_mut().zip(row).for_each(|(v, w)| *v += f * w);
        }
        let mut x = Features::of_channels(&values, self.side);
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
