//! The patch discriminator on one core: `networks::PatchDiscriminator` with the same weights.

use super::direct::{Halving, Head};
use super::features::Features;
use super::norm::{Affine, grouped, normalise, rectify};
use super::tensors::Tensors;
use super::unet::affine;
use super::winograd::{Part, convolve};
use crate::networks::config::PatchConfig;
use crate::networks::{LoadError, Tensor};

/// Pixels along a side of the first kernel.
const STEM: usize = 5;

/// Keeps norms away from zero, as in the networks that are trained.
const EPSILON: f64 = 1e-12;

/// A patch discriminator with its weights as the kernels want them, divided by their spectral norms.
#[derive(Debug, Clone)]
pub struct Patches {
    inputs: usize,
    width: usize,
    /// `[outputs, inputs, 5, 5]`.
    stem: Vec<f32>,
    stem_bias: Vec<f32>,
    down: [(Halving, Affine); 2],
    last: (Part, Affine),
    real: Head,
}

/// Takes the weights of the convolutions in their order, each divided by its spectral norm.
struct Reader<'a> {
    tensors: Tensors<'a>,
    spectral: bool,
    /// Convolutions taken so far.
    taken: usize,
}

impl Reader<'_> {
    fn weights(&mut self, name: &str, shape: [usize; 4]) -> Result<Vec<f32>, LoadError> {
        let weights = self.tensors.take(&format!("{name}.weight"), &shape)?;
        let vector = format!("vectors.{}", self.taken);
        self.taken += 1;
        if !self.spectral {
            return Ok(weights.to_vec());
        }
        let norm = largest_singular(weights, self.tensors.take(&vector, &shape[..1])?);
        Ok(weights.iter().map(|w| w / norm).collect())
    }

    fn bias(&mut self, name: &str, length: usize) -> Result<Vec<f32>, LoadError> {
        let bias = self.tensors.take(&format!("{name}.bias"), &[length])?;
        Ok(bias.to_vec())
    }

    fn halving(
        &mut self,
        place: usize,
        [to, from]: [usize; 2],
    ) -> Result<(Halving, Affine), LoadError> {
        let name = format!("down.{place}");
        let weights = self.weights(&format!("{name}.conv"), [to, from, 3, 3])?;
        Ok((
            Halving::new(&weights, [to, from]),
            affine(&mut self.tensors, &name, to)?,
        ))
    }

    fn last(&mut self, place: usize, width: usize) -> Result<(Part, Affine), LoadError> {
        let name = format!("down.{place}");
        let weights = self.weights(&format!("{name}.conv"), [width, width, 3, 3])?;
        let part = Part::new(&weights, [width, width, 0, width], false);
        Ok((part, affine(&mut self.tensors, &name, width)?))
    }
}

impl Patches {
    /// From the tensors of a stored network. The modality head is not needed for a verdict.
    pub fn new(config: &PatchConfig, tensors: &[Tensor]) -> Result<Self, LoadError> {
        let (inputs, width) = (config.inputs, config.width);
        let mut reader = Reader {
            tensors: Tensors::new(tensors),
            spectral: config.spectral,
            taken: 0,
        };
        let r = &mut reader;
        let stem = r.weights("stem", [width, inputs, STEM, STEM])?;
        let down = [
            r.halving(0, [2 * width, width])?,
            r.halving(1, [4 * width, 2 * width])?,
        ];
        let last = r.last(2, 4 * width)?;
        let real = r.weights("real", [1, 4 * width, 3, 3])?;
        if config.modalities > 0 {
            r.weights("modality", [config.modalities, 4 * width, 3, 3])?;
            r.bias("modality", config.modalities)?;
        }
        let patches = Self {
            inputs,
            width,
            stem,
            stem_bias: r.bias("stem", width)?,
            down,
            last,
            real: Head::new(&real, &r.bias("real", 1)?, 4 * width),
        };
        reader.tensors.finish()?;
        Ok(patches)
    }

    /// The mean verdict over the patches of one square image `[input, y, x]`: 1 real, 0 fake.
    pub fn score(&self, image: &[f32], side: usize) -> f32 {
        let mut x = Features::of_channels(&self.stem(image, side), side.div_ceil(2));
        rectify(&mut x, &grouped(&self.stem_bias));
        for (convolution, affine) in &self.down {
            x = convolution.forward(&x);
            normalise(&mut x, std::slice::from_ref(affine));
        }
        let (part, affine) = &self.last;
        x = convolve(&[(&x, part)], 1, 4 * self.width);
        normalise(&mut x, std::slice::from_ref(affine));
        let verdicts = self.real.forward(&x);
        let sum: f64 = verdicts.iter().map(|v| f64::from(*v)).sum();
        (sum / verdicts.len() as f64) as f32
    }

    /// The first convolution, of stride 2 with two pixels of zeros around and few channels in, as it is written
    /// down: `[output, y, x]`, without bias.
    fn stem(&self, image: &[f32], side: usize) -> Vec<f32> {
        let half = side.div_ceil(2);
        let mut values = vec![0.0; self.width * half * half];
        let kernels = self.stem.chunks_exact(self.inputs * STEM * STEM);
        for (kernel, output) in kernels.zip(values.chunks_exact_mut(half * half)) {
            for (place, sum) in output.iter_mut().enumerate() {
                let (x, y) = (2 * (place % half), 2 * (place / half));
                for (plane, weights) in image
                    .chunks_exact(side * side)
                    .zip(kernel.chunks_exact(STEM * STEM))
                {
                    for (k, weight) in weights.iter().enumerate() {
                        // Below zero this wraps to far beyond the side.
                        let row = (y + k / STEM).wrapping_sub(STEM / 2);
                        let column = (x + k % STEM).wrapping_sub(STEM / 2);
                        if row < side && column < side {
                            *sum += weight * plane[row * side + column];
                        }
                    }
                }
            }
        }
        values
    }
}

/// u^T W v with v = W^T u / |W^T u|, for weights `[outputs, ...]` and a vector u of one value per output: the
/// estimate of Miyato 2018 that the discriminator was trained with.
fn largest_singular(weights: &[f32], vector: &[f32]) -> f32 {
    let columns = weights.len() / vector.len();
    let mut right = vec![0.0_f64; columns];
    for (row, u) in weights.chunks_exact(columns).zip(vector) {
        for (sum, w) in right.iter_mut().zip(row) {
            *sum += f64::from(*u) * f64::from(*w);
        }
    }
    let square: f64 = right.iter().map(|v| v * v).sum();
    (square / (square.sqrt() + EPSILON)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_of_the_norm_is_exact_for_the_first_singular_vector() {
        // diag(3, 2): singular values 3 and 2, first left vector (1, 0).
        let weights = [3.0, 0.0, 0.0, 2.0];
        assert!((largest_singular(&weights, &[1.0, 0.0]) - 3.0).abs() < 1e-6);
        assert!((largest_singular(&weights, &[0.0, 1.0]) - 2.0).abs() < 1e-6);
    }
}
