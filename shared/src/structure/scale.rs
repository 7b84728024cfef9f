//! How the planes of algorithm 1 come to one scale, so that thresholds mean the same in every picture.
//!
//! As printed the least and the greatest value of a plane set its scale. Then one white marker beside a chest takes
//! half of its lines and one device inside it three quarters, because no rib is as steep as their edge. With a headroom
//! ([`super::Extraction::headroom`]) it is percentiles inside the organ that set the scale, which a few pixels do not move.

use crate::image::Plane;

/// Shares of the pixels of a picture between which its greys lie before the organ is known: a marker or a device of 12 x 12
/// of 128 x 128 pixels lies above, and most of a small head does not.
const PICTURE: (f64, f64) = (0.005, 0.98);
/// The same inside the organ, of greys.
const GREYS: (f64, f64) = (0.01, 0.99);
/// The same inside the organ, of gradients: lines are few.
const GRADIENTS: (f64, f64) = (0.005, 0.995);

/// What sets the scale of a picture's planes.
pub(super) enum Scale {
    /// The least and the greatest value, as printed.
    Extremes,
    /// Percentiles over these pixels of the plane; what they span is 1 / headroom of the whole range.
    Organ { inside: Vec<usize>, headroom: f32 },
}

impl Scale {
    /// For planes of `width` x `height` pixels; `mask` is 1 on the background and may be smaller. Where it leaves nothing,
    /// every pixel counts.
    pub(super) fn of(mask: &Plane, width: usize, height: usize, headroom: Option<f32>) -> Self {
        let Some(headroom) = headroom else {
            return Self::Extremes;
        };
        let mask = mask.resized_nearest(width, height);
        let mut inside: Vec<usize> = (0..width * height)
            .filter(|&at| mask.values()[at] <= 0.5)
            .collect();
        if inside.is_empty() {
            inside = (0..width * height).collect();
        }
        Self::Organ { inside, headroom }
    }

    /// The image's greys, 0..=1: the organ fills the range, what is brighter or darker is cut to it.
    pub(super) fn greys(&self, image: Plane) -> Plane {
        let Self::Organ { inside, .. } = self else {
            return image;
        };
        let (dark, bright) = span(at(&image, inside), GREYS);
        // The background is what the outline stands out from.
        let (darkest, _) = span(image.values().to_vec(), PICTURE);
        cut(image, dark.min(darkest), bright)
    }

    /// One of the two planes of gradients with a range of 1. What is constant holds no line and becomes 0.
    pub(super) fn gradients(&self, mut plane: Plane) -> Plane {
        let (lo, range) = match self {
            Self::Extremes => {
                let (lo, hi) = plane.min_max();
                (lo, hi - lo)
            }
            Self::Organ { inside, headroom } => {
                let (lo, hi) = span(at(&plane, inside), GRADIENTS);
                let (least, greatest) = plane.min_max();
                // Of a sheet with a few strokes nearly every gradient is 0.
                if hi > lo {
                    (lo, (hi - lo) * headroom)
                } else {
                    (least, greatest - least)
                }
            }
        };
        for value in plane.values_mut() {
            *value = if range > 0.0 {
                (*value - lo) / range
            } else {
                0.0
            };
        }
        plane
    }

    /// The mean from which a line has to differ.
    pub(super) fn mean(&self, plane: &Plane) -> f32 {
        match self {
            Self::Extremes => plane.mean(),
            Self::Organ { inside, .. } => {
                let sum: f64 = inside.iter().map(|&i| f64::from(plane.values()[i])).sum();
                (sum / inside.len() as f64) as f32
            }
        }
    }
}

/// A picture without the brightest and the darkest few of its pixels, so that a threshold on its range (algorithm 2) does
/// not hang on them.
pub(super) fn without_extremes(image: &Plane) -> Plane {
    let (lo, hi) = span(image.values().to_vec(), PICTURE);
    cut(image.clone(), lo, hi)
}

/// Stretched to 0..=1 from these greys; unchanged where they are one grey.
fn cut(mut image: Plane, lo: f32, hi: f32) -> Plane {
    if hi > lo {
        for value in image.values_mut() {
            *value = ((*value - lo) / (hi - lo)).clamp(0.0, 1.0);
        }
    }
    image
}

/// The values of these pixels.
fn at(plane: &Plane, places: &[usize]) -> Vec<f32> {
    places.iter().map(|&place| plane.values()[place]).collect()
}

/// The values at two shares of these, were they in ascending order.
fn span(mut values: Vec<f32>, (low, high): (f64, f64)) -> (f32, f32) {
    let place = |share: f64| (share * (values.len() - 1) as f64).round() as usize;
    let (low, high) = (place(low), place(high));
    let (below, &mut high, _) = values.select_nth_unstable_by(high, f32::total_cmp);
    let low = if below.len() > low {
        *below.select_nth_unstable_by(low, f32::total_cmp).1
    } else {
        high
    };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_of_sorted_values() {
        let values: Vec<f32> = (0..101).rev().map(|i| i as f32).collect();
        assert_eq!(span(values.clone(), (0.05, 0.9)), (5.0, 90.0));
        assert_eq!(span(values[..1].to_vec(), (0.05, 0.9)), (100.0, 100.0));
        assert_eq!(span(values[..2].to_vec(), (0.0, 1.0)), (99.0, 100.0));
    }

    #[test]
    fn a_bright_spot_moves_only_the_printed_scale() {
        let plain = Plane::from_fn(32, 32, |x, y| ((x * 7 + y * 3) % 50) as f32);
        let mut spotted = plain.clone();
        spotted.set(3, 3, 5000.0);
        let open = Plane::filled(16, 16, 0.0);
        let organ = Scale::of(&open, 32, 32, Some(1.5));
        let (a, b) = (
            organ.gradients(plain.clone()),
            organ.gradients(spotted.clone()),
        );
        let moved = a.zip(&b, |a, b| f32::from(u8::from((a - b).abs() > 0.02)));
        assert!(moved.mean() <= 1.0 / 1024.0, "only the spot");
        let printed = Scale::of(&open, 32, 32, None);
        let (_, hi) = printed.gradients(plain).min_max();
        assert_eq!(hi, 1.0);
        let printed = printed.gradients(spotted);
        assert!(
            printed.at(10, 10) < 0.02,
            "all but the spot is pressed together"
        );
    }

    #[test]
    fn a_single_stroke_on_an_empty_sheet_is_kept() {
        let mut sheet = Plane::filled(64, 64, 0.0);
        sheet.set(20, 20, 0.7);
        let scale = Scale::of(&Plane::filled(64, 64, 0.0), 64, 64, Some(1.3));
        assert_eq!(scale.gradients(sheet).at(20, 20), 1.0);
    }

    #[test]
    fn what_is_constant_has_no_gradient_and_no_mask_is_everything() {
        let flat = Plane::filled(8, 8, 0.3);
        let scale = Scale::of(&Plane::filled(4, 4, 1.0), 8, 8, Some(1.3));
        assert_eq!(scale.gradients(flat.clone()), Plane::filled(8, 8, 0.0));
        assert_eq!(scale.greys(flat.clone()), flat);
        assert!((scale.mean(&flat) - 0.3).abs() < 1e-7);
        assert_eq!(without_extremes(&flat), flat);
    }
}
