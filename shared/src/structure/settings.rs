//! Values of algorithms 1 and 2, and which of them something can be found with.
//!
//! They come from strangers, with a model as with a link: what is sound here is found at a bearable cost.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::components::Components;
use crate::image::Plane;

/// Times the working size at which lines may be looked for.
const SCALES: RangeInclusive<usize> = 1..=4;
/// The longest radius, side or margin, pixels.
const LONGEST: usize = 1024;
/// Sigma of the blur of the picture, pixels.
const SMOOTHINGS: RangeInclusive<f32> = 0.0..=32.0;
/// Sigma of the other blurs, pixels.
const SIGMAS: RangeInclusive<f32> = 0.0..=100.0;
/// Thresholds of algorithm 1; its planes lie in 0..=1.
const THRESHOLDS: RangeInclusive<f32> = -10.0..=10.0;
/// The threshold of algorithm 2.
const DARKEST: RangeInclusive<f32> = -1.0..=2.0;
/// The floor of the local contrast: nothing is divided by less.
const FLOORS: RangeInclusive<f32> = 1e-4..=10.0;
/// Times the span of most gradients.
const HEADROOMS: RangeInclusive<f32> = 1e-2..=100.0;
/// The shortest piece of a line, pixels.
const SHORTEST: RangeInclusive<f32> = 0.0..=1024.0;
/// The limit of the local contrast, deviations.
const LIMITS: RangeInclusive<f32> = 1e-3..=1000.0;

/// Local contrast normalisation before the Sobel step: `(x - mean) / (deviation + floor)` in a
/// square window, for images whose faint structures would drown beside strong edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalContrast {
    /// Half the side of the window, pixels.
    pub radius: usize,
    /// Added to the deviation so that flat areas stay flat, on the 0..1 scale.
    pub floor: f32,
    /// What lies further than this many deviations from the mean is cut to it, so that the steepest
    /// edge of the picture does not set the scale of all others.
    pub limit: Option<f32>,
}

impl LocalContrast {
    fn is_sound(&self) -> bool {
        let limited = self.limit.is_none_or(|limit| LIMITS.contains(&limit));
        self.radius <= LONGEST && FLOORS.contains(&self.floor) && limited
    }
}

/// Values of algorithm 1 for one working size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// The working size these values were chosen for: the side of the map, pixels.
    pub size: usize,
    /// Lines are found at this many times the working size and then averaged down, which keeps them
    /// thin; 1 in the thesis. The lengths below count pixels of that larger picture.
    pub scale: usize,
    /// Sigma of a Gaussian over the picture before anything else, against noise; 0 leaves it out.
    pub smoothing: f32,
    /// Optional local contrast normalisation, off in the thesis.
    pub contrast: Option<LocalContrast>,
    /// Sigma of the blur of the gradients, pixels.
    pub sigma1: f32,
    /// Threshold on the gradients' distance from their mean, on the 0..1 scale.
    pub alpha: f32,
    /// Sigma of the blur of the union of lines, pixels.
    pub sigma2: f32,
    /// Threshold on the blurred union.
    pub beta: f32,
    /// Side of the median filter, odd, pixels; 1 leaves the map as it is.
    pub median: usize,
    /// What brings the planes to one scale. `None`, as printed: their least and greatest value. A number: percentiles
    /// inside the organ, which markers, lettering and metal do not move; the range is this many times what 99 % of
    /// the organ's gradients span, which is where the greatest ones of a clean picture lie, so that thresholds keep
    /// their meaning.
    #[serde(default)]
    pub headroom: Option<f32>,
    /// Pieces of lines whose bounding box has a shorter diagonal are left out, pixels; 0, as in the thesis, keeps all. Specks
    /// where a texture is steep by chance tell nothing of an anatomy, and no network can learn where they lie.
    #[serde(default)]
    pub shortest: f32,
}

impl Extraction {
    /// Whether lines can be found with these values at a bearable cost.
    pub fn is_sound(&self) -> bool {
        let sigmas = [self.sigma1, self.sigma2];
        let thresholds = [self.alpha, self.beta];
        SCALES.contains(&self.scale)
            && SMOOTHINGS.contains(&self.smoothing)
            && sigmas.iter().all(|sigma| SIGMAS.contains(sigma))
            && thresholds.iter().all(|t| THRESHOLDS.contains(t))
            && self.contrast.is_none_or(|contrast| contrast.is_sound())
            && self.headroom.is_none_or(|h| HEADROOMS.contains(&h))
            && self.median <= LONGEST
            && SHORTEST.contains(&self.shortest)
    }

    /// `map`, of the working size, without the pieces that are shorter than [`Extraction::shortest`].
    pub fn long_lines(&self, map: Plane) -> Plane {
        if self.shortest > 0.0 {
            Components::of_lines(&map).at_least(self.shortest / self.scale as f32)
        } else {
            map
        }
    }

    /// The values for a working size: those listed for it, or between those listed for the nearest smaller and
    /// the nearest larger one, so that a size that nobody looked at does not fall back to lengths of another.
    ///
    /// Lengths and thresholds change with the logarithm of the side that lines are looked for at (`scale` times
    /// the working size), which keeps the values of two listed sizes that look at pictures of one side. Beyond
    /// the listed sizes lengths grow and shrink with the side. The contrast window is always the same
    /// share of the side.
    ///
    /// # Panics
    /// When `listed` is empty or `size` is 0.
    pub fn between(listed: &[Self], size: usize) -> Self {
        let side = |e: &Self| e.size * e.scale;
        let octaves = |e: &Self| libm::log2f(e.size as f32 / size as f32).abs();
        let nearest = listed.iter().min_by(|a, b| {
            let by_distance = octaves(a).total_cmp(&octaves(b));
            by_distance.then(a.size.cmp(&b.size))
        });
        let nearest = nearest.expect("a study holds at least one set of extraction values");
        if nearest.size == size {
            return *nearest;
        }
        let wanted = size * nearest.scale;
        let below = listed
            .iter()
            .filter(|e| side(e) <= wanted)
            .max_by_key(|e| side(e));
        let above = listed
            .iter()
            .filter(|e| side(e) >= wanted)
            .min_by_key(|e| side(e));
        let values = match (below, above) {
            (Some(a), Some(b)) => a.towards(b, share(side(a), wanted, side(b))),
            (Some(end), None) | (None, Some(end)) => end.scaled(wanted as f32 / side(end) as f32),
            (None, None) => *nearest,
        };
        let contrast = values.contrast.map(|c| {
            let listed = nearest.contrast.unwrap_or(c);
            LocalContrast {
                radius: resized(listed.radius, wanted, side(nearest)),
                ..c
            }
        });
        Self {
            size,
            scale: nearest.scale,
            contrast,
            ..values
        }
    }

    /// From these values (`share` 0) to others (1).
    fn towards(&self, other: &Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| if a == b { a } else { a + (b - a) * share };
        let contrast = self
            .contrast
            .zip(other.contrast)
            .map(|(a, b)| LocalContrast {
                floor: mix(a.floor, b.floor),
                limit: a.limit.zip(b.limit).map(|(a, b)| mix(a, b)),
                ..a
            });
        Self {
            smoothing: mix(self.smoothing, other.smoothing),
            sigma1: mix(self.sigma1, other.sigma1),
            alpha: mix(self.alpha, other.alpha),
            sigma2: mix(self.sigma2, other.sigma2),
            beta: mix(self.beta, other.beta),
            median: odd(mix(self.median as f32, other.median as f32)),
            contrast: contrast.or(self.contrast).or(other.contrast),
            shortest: mix(self.shortest, other.shortest),
            ..*self
        }
    }

    /// The same values in a picture whose side is `by` times as long.
    fn scaled(&self, by: f32) -> Self {
        Self {
            smoothing: self.smoothing * by,
            sigma1: self.sigma1 * by,
            sigma2: self.sigma2 * by,
            median: odd(self.median as f32 * by),
            shortest: self.shortest * by,
            ..*self
        }
    }
}

/// How far `wanted` lies from `low` to `high`, in octaves.
fn share(low: usize, wanted: usize, high: usize) -> f32 {
    if low == high {
        return 0.0;
    }
    let octaves = |a: usize, b: usize| libm::log2f(b as f32 / a as f32);
    octaves(low, wanted) / octaves(low, high)
}

fn resized(length: usize, wanted: usize, side: usize) -> usize {
    ((length * wanted + side / 2) / side).max(1)
}

/// The nearest odd length, at least 1.
fn odd(length: f32) -> usize {
    ((length - 1.0).max(0.0) / 2.0).round() as usize * 2 + 1
}

/// Values of algorithm 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaskSettings {
    /// What is darker than this is background, on the 0..1 scale.
    pub threshold: f32,
    /// The mask is enlarged by this many pixels and cut back to size (p).
    pub grow: usize,
    /// Side of the median filter, odd, pixels.
    pub median: usize,
    /// Fill the holes inside the outer contour of the largest component.
    pub fill: bool,
}

impl MaskSettings {
    /// Whether a mask can be found with these values at a bearable cost.
    pub fn is_sound(&self) -> bool {
        DARKEST.contains(&self.threshold) && self.grow <= LONGEST && self.median <= LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Study;

    fn at(study: &str, size: usize) -> Extraction {
        Study::named(study).expect("built in").extraction_at(size)
    }

    #[test]
    fn listed_sizes_have_the_values_that_are_listed() {
        for name in Study::NAMES {
            let study = Study::named(name).expect("built in");
            for listed in &study.extraction {
                assert_eq!(study.extraction_at(listed.size), *listed, "{name}");
            }
        }
    }

    /// A head of 128 px is looked at with 256 px, as one of 256 px is.
    #[test]
    fn sizes_that_look_at_the_same_side_share_lengths() {
        let (small, middle) = (at("brain-mri", 128), at("brain-mri", 256));
        let expected = Extraction {
            size: 256,
            scale: 1,
            ..small
        };
        assert_eq!(middle, expected);
    }

    /// Half way between 128 and 512 px, in octaves.
    #[test]
    fn between_two_sizes_lie_the_values_between() {
        let values = at("chest-xray", 256);
        let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a}, not {b}");
        close(values.sigma1, 1.05);
        close(values.alpha, 0.0675);
        close(values.sigma2, 0.625);
        close(values.beta, 0.25);
        assert_eq!((values.median, values.scale, values.size), (5, 1, 256));
        assert_eq!(values.contrast.expect("on").radius, 48);
    }

    #[test]
    fn beyond_the_listed_sizes_lengths_follow_the_side() {
        let (large, listed) = (at("chest-xray", 1024), at("chest-xray", 512));
        assert_eq!((large.sigma1, large.median), (2.0 * listed.sigma1, 11));
        assert_eq!(
            (large.alpha, large.contrast.expect("on").radius),
            (listed.alpha, 192)
        );
        let small = at("chest-xray", 32);
        assert_eq!((small.median, small.contrast.expect("on").radius), (1, 6));
    }

    #[test]
    fn every_study_is_sound_at_every_size_of_a_link() {
        for name in Study::NAMES {
            let study = Study::named(name).expect("built in");
            for values in &study.extraction {
                assert!(values.is_sound(), "{name}");
                assert!(study.mask_at(values.size).is_sound(), "{name}");
            }
        }
    }

    #[test]
    fn values_that_cost_too_much_or_mean_nothing_are_not() {
        let study = Study::named("chest-xray").expect("built in");
        let (good, mask) = (study.extraction_at(128), study.mask_at(128));
        let contrast = |floor, limit| {
            let radius = 8;
            Some(LocalContrast {
                radius,
                floor,
                limit,
            })
        };
        let wild: [fn(&mut Extraction); 12] = [
            |e| e.headroom = Some(0.0),
            |e| e.headroom = Some(f32::NAN),
            |e| e.shortest = -1.0,
            |e| e.shortest = f32::INFINITY,
            |e| e.scale = 0,
            |e| e.scale = usize::MAX,
            |e| e.smoothing = 33.0,
            |e| e.sigma1 = f32::NAN,
            |e| e.sigma2 = 1e9,
            |e| e.alpha = f32::INFINITY,
            |e| e.beta = -11.0,
            |e| e.median = 1 << 40,
        ];
        for (number, change) in wild.iter().enumerate() {
            let mut values = good;
            change(&mut values);
            assert!(!values.is_sound(), "number {number}");
        }
        for (contrast, sound) in [
            (contrast(0.1, Some(1.5)), true),
            (contrast(0.0, None), false),
            (contrast(f32::NAN, None), false),
            (contrast(0.1, Some(0.0)), false),
            (None, true),
        ] {
            assert_eq!(Extraction { contrast, ..good }.is_sound(), sound);
        }
        let dark = MaskSettings {
            threshold: f32::NAN,
            ..mask
        };
        let wide = MaskSettings {
            grow: 1 << 40,
            ..mask
        };
        assert!(!dark.is_sound() && !wide.is_sound() && mask.is_sound());
    }
}
