//! The U-Net on one core: `networks::Unet` with the same weights.

use super::direct::{Halving, Head};
use super::features::Features;
use super::lanes::Lanes;
use super::norm::{Affine, grouped, normalise, rectify};
use super::tensors::Tensors;
use super::winograd::{Part, convolve};
use crate::networks::config::UnetConfig;
use crate::networks::{LoadError, Tensor};

/// A U-Net with its weights as the kernels want them.
#[derive(Debug, Clone)]
pub struct Unet {
    config: UnetConfig,
    stem: Part,
    stem_bias: Vec<Lanes>,
    down: Vec<(Halving, Affine)>,
    /// What the bottleneck brings and what the condition's constant planes bring.
    middle: (Part, Option<Part>, Affine),
    /// What the smaller map brings and what the skip brings.
    up: Vec<(Part, Part, Affine)>,
    head: Head,
    modulations: Vec<Modulation>,
}

/// Scale and shift per channel, linear in the condition.
#[derive(Debug, Clone)]
struct Modulation {
    /// `[condition, 2 x channels]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// What the downsampling half made of an input: the same for every condition.
#[derive(Debug, Clone)]
pub struct Encoded {
    skips: Vec<Features>,
    bottom: Features,
}

impl Unet {
    /// From the tensors of a stored network.
    pub fn new(config: &UnetConfig, tensors: &[Tensor]) -> Result<Self, LoadError> {
        let mut tensors = Tensors::new(tensors);
        let t = &mut tensors;
        let channels = |level: usize| config.width << level;
        let stem = t.take("stem.weight", &[config.width, config.inputs, 3, 3])?;
        let mut down = Vec::new();
        for level in 0..config.depth {
            let (from, to) = (channels(level), channels(level + 1));
            let weight = t.take(&format!("down.{level}.conv.weight"), &[to, from, 3, 3])?;
            let affine = affine(t, &format!("down.{level}"), to)?;
            down.push((Halving::new(weight, [to, from]), affine));
        }
        let bottom = channels(config.depth);
        let all = bottom + config.condition;
        let weight = t.take("middle.conv.weight", &[bottom, all, 3, 3])?;
        let planes = [bottom, all, bottom, config.condition];
        let middle = (
            Part::new(weight, [bottom, all, 0, bottom], false),
            (config.condition > 0).then(|| Part::new(weight, planes, false)),
            affine(t, "middle", bottom)?,
        );
        let mut up = Vec::new();
        for (place, level) in (0..config.depth).rev().enumerate() {
            let (small, to) = (channels(level + 1), channels(level));
            let name = format!("up.{place}");
            let weight = t.take(&format!("{name}.conv.weight"), &[to, small + to, 3, 3])?;
            up.push((
                Part::new(weight, [to, small + to, 0, small], true),
                Part::new(weight, [to, small + to, small, to], false),
                affine(t, &name, to)?,
            ));
        }
        let levels = std::iter::once(config.depth).chain((0..config.depth).rev());
        let levels = levels.take_while(|_| config.condition > 0).enumerate();
        let modulations = levels.map(|(place, level)| {
            let (name, both) = (format!("modulations.{place}"), 2 * channels(level));
            Ok(Modulation {
                weight: t
                    .take(&format!("{name}.weight"), &[config.condition, both])?
                    .to_vec(),
                bias: t.take(&format!("{name}.bias"), &[both])?.to_vec(),
            })
        });
        let modulations = modulations.collect::<Result<_, _>>()?;
        let head_bias = t.take("head.bias", &[config.outputs])?;
        let head = t.take("head.weight", &[config.outputs, config.width, 3, 3])?;
        let unet = Self {
            stem: Part::new(stem, [config.width, config.inputs, 0, config.inputs], false),
            stem_bias: grouped(t.take("stem.bias", &[config.width])?),
            down,
            middle,
            up,
            head: Head::new(head, head_bias, config.width),
            modulations,
            config: config.clone(),
        };
        tensors.finish()?;
        Ok(unet)
    }

    /// The downsampling half, of one square image `[input, y, x]` whose side is a multiple of 2^depth.
    pub fn encode(&self, image: &[f32], side: usize) -> Encoded {
        let input = Features::of_channels(image, side);
        let mut first = convolve(&[(&input, &self.stem)], 1, self.config.width);
        rectify(&mut first, &self.stem_bias);
        let mut skips = vec![first];
        for (convolution, affine) in &self.down {
            let mut next = convolution.forward(&skips[skips.len() - 1]);
            normalise(&mut next, std::slice::from_ref(affine));
            skips.push(next);
        }
        let bottom = skips.pop().expect("the stem and every level");
        Encoded { skips, bottom }
    }

    /// The upsampling half, one image per condition (one for networks without): all images of one
    /// structure map at once. Returns `[image, output, y, x]`, before the sigmoid.
    pub fn logits(&self, encoded: &Encoded, conditions: &[Vec<f32>]) -> Vec<f32> {
        let images = conditions.len().max(1);
        let (bottom, planes, affine) = &self.middle;
        let constant = self.constant_planes(conditions, encoded.bottom.side());
        let mut inputs = vec![(&encoded.bottom, bottom)];
        inputs.extend(planes.as_ref().map(|part| (&constant, part)));
        let mut y = convolve(&inputs, images, self.config.width << self.config.depth);
        normalise(&mut y, &self.modulated(affine, 0, conditions));
        for (place, (part, skip_part, affine)) in self.up.iter().enumerate() {
            let level = self.config.depth - 1 - place;
            let inputs = [(&encoded.skips[level], skip_part), (&y, part)];
            y = convolve(&inputs, images, self.config.width << level);
            normalise(&mut y, &self.modulated(affine, place + 1, conditions));
        }
        self.head.forward(&y)
    }

    /// The images `[image, output, y, x]`, 0..=1.
    pub fn decode(&self, encoded: &Encoded, conditions: &[Vec<f32>]) -> Vec<f32> {
        let mut values = self.logits(encoded, conditions);
        for value in &mut values {
            *value = sigmoid(*value);
        }
        values
    }

    fn constant_planes(&self, conditions: &[Vec<f32>], side: usize) -> Features {
        let mut planes = Features::zeros(conditions.len(), side, self.config.condition);
        for (image, condition) in conditions.iter().enumerate() {
            let pixel = grouped(condition);
            for y in 0..side {
                let row = planes.row_mut(image, y);
                row.chunks_exact_mut(pixel.len().max(1))
                    .for_each(|p| p.copy_from_slice(&pixel));
            }
        }
        planes
    }

    /// The affine map of a block for each condition.
    fn modulated(&self, affine: &Affine, place: usize, conditions: &[Vec<f32>]) -> Vec<Affine> {
        let Some(modulation) = self.modulations.get(place) else {
            return vec![affine.clone()];
        };
        let each = conditions
            .iter()
            .map(|condition| affine.modulated(&modulation.of(condition)));
        each.collect()
    }
}

impl Modulation {
    fn of(&self, condition: &[f32]) -> Affine {
        let both = self.bias.len();
        let mut values = self.bias.clone();
        for (row, c) in self.weight.chunks_exact(both).zip(condition) {
            values.iter_mut().zip(row).for_each(|(v, w)| *v += c * w);
        }
        let (scale, shift) = values.split_at(both / 2);
        Affine::new(scale, shift)
    }
}

/// Scale and shift of a block's normalisation. The bias of its convolution is constant over the
/// picture, and the normalisation takes constants out: it is read and left.
pub fn affine(tensors: &mut Tensors, block: &str, channels: usize) -> Result<Affine, LoadError> {
    tensors.take(&format!("{block}.conv.bias"), &[channels])?;
    let gamma = tensors.take(&format!("{block}.norm.gamma"), &[channels])?;
    let beta = tensors.take(&format!("{block}.norm.beta"), &[channels])?;
    Ok(Affine::new(gamma, beta))
}

pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}
