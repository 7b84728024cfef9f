//! What follows a convolution: instance normalisation, modulation, leaky rectifier.

use super::features::{Features, groups};
use super::lanes::{LANES, Lanes, rectified};

/// As in the networks that are trained.
const SLOPE: f32 = 0.2;
const EPSILON: f32 = 1e-5;

/// Scale and shift per channel, in groups.
#[derive(Debug, Clone)]
pub struct Affine {
    scale: Vec<Lanes>,
    shift: Vec<Lanes>,
}

impl Affine {
    /// One value of both per channel; channels that only fill up get zeros.
    pub fn new(scale: &[f32], shift: &[f32]) -> Self {
        Self {
            scale: grouped(scale),
            shift: grouped(shift),
        }
    }

    /// This and then the other with 1 added to its scale: `(s x + t)(1 + a) + b`.
    #[must_use]
    pub fn modulated(&self, by: &Self) -> Self {
        let factors = by.scale.iter().map(|a| *a + Lanes::splat(1.0));
        let pairs = || self.shift.iter().zip(&by.shift);
        Self {
            scale: self
                .scale
                .iter()
                .zip(factors.clone())
                .map(|(s, a)| *s * a)
                .collect(),
            shift: pairs()
                .zip(factors)
                .map(|((t, b), a)| *t * a + *b)
                .collect(),
        }
    }
}

/// The values of channels in groups, filled up with zeros.
pub fn grouped(values: &[f32]) -> Vec<Lanes> {
    let mut lanes = vec![Lanes::ZERO; groups(values.len())];
    for (place, value) in values.iter().enumerate() {
        lanes[place / LANES].as_mut_array()[place % LANES] = *value;
    }
    lanes
}

/// Adds a bias per channel and rectifies.
pub fn rectify(features: &mut Features, bias: &[Lanes]) {
    let one = vec![Lanes::splat(1.0); bias.len()];
    for image in 0..features.images() {
        apply(features, image, &one, bias);
    }
}

/// Instance normalisation with one scale and shift per image, then the rectifier.
pub fn normalise(features: &mut Features, affine: &[Affine]) {
    for image in 0..features.images() {
        let affine = &affine[image.min(affine.len() - 1)];
        let mean = mean_of(
            features,
            image,
            &vec![Lanes::ZERO; affine.scale.len()],
            |d| d,
        );
        let variance = mean_of(features, image, &mean, |d| d * d);
        let mut scale = affine.scale.clone();
        let mut shift = affine.shift.clone();
        for (group, (scale, shift)) in scale.iter_mut().zip(&mut shift).enumerate() {
            let variance = variance[group].to_array();
            *scale *= Lanes::new(variance.map(|v| 1.0 / (v + EPSILON).sqrt()));
            *shift -= mean[group] * *scale;
        }
        apply(features, image, &scale, &shift);
    }
}

/// Mean per channel of a function of the distance from `from`: sums of rows in single, of all in double
/// precision.
fn mean_of(
    features: &Features,
    image: usize,
    from: &[Lanes],
    of: impl Fn(Lanes) -> Lanes,
) -> Vec<Lanes> {
    let (side, groups) = (features.side(), features.groups());
    let mut totals = vec![[0.0_f64; LANES]; groups];
    for y in 0..side {
        let row = features.row(image, y);
        for (group, (total, from)) in totals.iter_mut().zip(from).enumerate() {
            let mut sum = Lanes::ZERO;
            for value in row[group..].iter().step_by(groups) {
                sum += of(*value - *from);
            }
            for (t, s) in total.iter_mut().zip(sum.to_array()) {
                *t += f64::from(s);
            }
        }
    }
    let count = (side * side) as f64;
    let means = totals
        .iter()
        .map(|total| Lanes::new(total.map(|t| (t / count) as f32)));
    means.collect()
}

fn apply(features: &mut Features, image: usize, scale: &[Lanes], shift: &[Lanes]) {
    let groups = features.groups();
    for y in 0..features.side() {
        for pixel in features.row_mut(image, y).chunks_exact_mut(groups) {
            for ((value, scale), shift) in pixel.iter_mut().zip(scale).zip(shift) {
                *value = rectified(*value * *scale + *shift, SLOPE);
            }
        }
    }
}
