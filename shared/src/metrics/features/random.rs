//! Features of random convolutions: filters that nobody trained tell textures apart well (Jarrett et al. 2009, Saxe et al. 2011).
//!
//! At full, half and quarter size two layers of filters with fixed random numbers, rectified; of each of the last the mean
//! and the standard deviation over the picture.

use crate::image::Plane;
use crate::random::{Purpose, Random};

/// What the filters are drawn from: another seed gives other figures.
const SEED: u64 = 1;
/// Sizes that an image is looked at.
const SCALES: usize = 3;
/// Filters of the first layer, and their side.
const FIRST: (usize, usize) = (8, 5);
/// Filters of the second layer, and their side.
const SECOND: (usize, usize) = (16, 3);
/// Least side of a picture that both layers fit into.
const LEAST: usize = 10;

/// The filters of both layers, the same for every scale.
pub struct RandomFilters {
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl Default for RandomFilters {
    /// Filters of length 1. All but half of the first layer see differences alone.
    fn default() -> Self {
        let mut random = Random::new(SEED, Purpose::Features);
        let area = FIRST.1 * FIRST.1;
        let first = (0..FIRST.0).map(|k| filter(&mut random, area, k % 2 == 0));
        let first = first.collect();
        let area = FIRST.0 * SECOND.1 * SECOND.1;
        let second = (0..SECOND.0).map(|_| filter(&mut random, area, true));
        Self {
            first,
            second: second.collect(),
        }
    }
}

impl RandomFilters {
    /// Features of a plane of values 0..=1: 32 for each of three sizes, or of as many as hold the filters.
    pub fn features(&self, image: &Plane) -> Vec<f64> {
        let mut features = Vec::new();
        let mut image = image.clone();
        for scale in 0..SCALES {
            let (width, height) = (image.width(), image.height());
            if width.min(height) < LEAST {
                break;
            }
            let whole = Grid {
                width,
                values: image.values().to_vec(),
            };
            let first = rectified(&[whole], &self.first, FIRST.1);
            let halved: Vec<Grid> = first.iter().map(Grid::halved).collect();
            for grid in rectified(&halved, &self.second, SECOND.1) {
                features.extend(grid.mean_and_deviation());
            }
            if scale + 1 < SCALES {
                image = image.resized(width.div_ceil(2), height.div_ceil(2));
            }
        }
        features
    }
}

/// A filter of `count` numbers of length 1; the numbers of a difference add up to 0, those of another to more.
fn filter(random: &mut Random, count: usize, difference: bool) -> Vec<f32> {
    let mut numbers = random.normals(count);
    let sum: f32 = numbers.iter().sum();
    if difference {
        for v in &mut numbers {
            *v -= sum / count as f32;
        }
    } else if sum < 0.0 {
        for v in &mut numbers {
            *v = -*v;
        }
    }
    let length = libm::sqrtf(numbers.iter().map(|v| v * v).sum());
    numbers.iter().map(|v| v / length).collect()
}

/// Values of one channel.
struct Grid {
    width: usize,
    values: Vec<f32>,
}

impl Grid {
    fn height(&self) -> usize {
        self.values.len() / self.width
    }

    /// Means of 2 x 2; an odd last row or column is dropped.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height() / 2);
        let mut values = Vec::with_capacity(width * height);
        for rows in self.values.chunks_exact(2 * self.width) {
            let (above, below) = rows.split_at(self.width);
            let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
            values.extend(pairs.map(|(a, b)| 0.25 * (a[0] + a[1] + b[0] + b[1])));
        }
        Self { width, values }
    }

    fn mean_and_deviation(&self) -> [f64; 2] {
        let count = self.values.len() as f64;
        let values = || self.values.iter().map(|&v| f64::from(v));
        let mean = values().sum::<f64>() / count;
        let squares: f64 = values().map(|v| (v - mean) * (v - mean)).sum();
        [mean, (squares / count).sqrt()]
    }
}

/// Every filter over all channels, where it lies within the picture; what is negative becomes 0.
fn rectified(channels: &[Grid], filters: &[Vec<f32>], side: usize) -> Vec<Grid> {
    let width = channels[0].width;
    let (across, down) = (width + 1 - side, channels[0].height() + 1 - side);
    let one = |filter: &Vec<f32>| {
        let mut values = vec![0.0; across * down];
        for (channel, weights) in channels.iter().zip(filter.chunks_exact(side * side)) {
            for (y, row) in values.chunks_exact_mut(across).enumerate() {
                for (at, weight) in weights.iter().enumerate() {
                    let start = (y + at / side) * width + at % side;
                    let source = &channel.values[start..start + across];
                    row.iter_mut()
                        .zip(source)
                        .for_each(|(sum, v)| *sum += weight * v);
                }
            }
        }
        for v in &mut values {
            *v = v.max(0.0);
        }
        Grid {
            width: across,
            values,
        }
    };
    filters.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, spread: f32) -> Plane {
        let values = Random::new(seed, Purpose::Fusion).normals(64 * 64);
        let values = values.iter().map(|v| (0.5 + spread * v).clamp(0.0, 1.0));
        Plane::new(64, 64, values.collect()).expect("a square")
    }

    #[test]
    fn a_convolution_by_hand() {
        let grid = Grid {
            width: 3,
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        };
        let filters = [vec![1.0, 0.0, 0.0, -1.0], vec![0.0, 0.0, 1.0, 1.0]];
        let out = rectified(&[grid], &filters, 2);
        assert_eq!(out[0].values, [0.0, 0.0], "1 - 5 and 2 - 6 are negative");
        assert_eq!(out[1].values, [9.0, 11.0]);
        assert_eq!(out[1].mean_and_deviation(), [10.0, 1.0]);
    }

    #[test]
    fn features_follow_from_the_image_alone_and_tell_textures_apart() {
        let of = |seed, spread| RandomFilters::default().features(&noise(seed, spread));
        let fine = of(1, 0.1);
        assert_eq!(fine.len(), 96);
        assert_eq!(fine, of(1, 0.1));
        let apart = |other: &[f64]| -> f64 {
            let pairs = fine.iter().zip(other);
            pairs
                .map(|(a, b)| (a - b).abs() / a.abs().max(1e-3))
                .sum::<f64>()
                / 96.0
        };
        let (same, coarse) = (apart(&of(2, 0.1)), apart(&of(2, 0.2)));
        assert!(coarse > 5.0 * same, "{same}, {coarse}");
        let flat = RandomFilters::default().features(&Plane::filled(64, 64, 0.5));
        assert!(flat.iter().all(|v| v.is_finite()));
    }

    #[test]
    fn small_pictures_have_fewer_sizes() {
        let features = |side| RandomFilters::default().features(&Plane::filled(side, side, 0.5));
        assert_eq!(features(16).len(), 32);
        assert_eq!(features(8).len(), 0);
    }
}
