//! Algorithm 1: the structure map of one image, without training and without labels.
//!
//! Signed Sobel derivatives are split into the lower and the upper of the two per pixel; what lies
//! far enough below or above their mean is a line. The thesis leaves two gaps that are closed here:
//! lower and upper are brought to one scale (min-max as in the thesis's code, or by percentiles inside the
//! organ: [`Extraction::headroom`]; otherwise no threshold transfers between images), and the blur of the union is thresholded itself (the printed
//! `(s1 + s2) > beta` would discard the blur).

use super::Extraction;
use super::operators::{blur, dilate, local_contrast, median_binary, smoothed, sobel};
use super::reduced::reduced_lines;
use super::scale::Scale;
use crate::image::{ImageError, Plane};

/// Smallest side that has a neighbourhood of 3x3.
const MIN_SIDE: usize = 3;

/// One intermediate plane of the extraction.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What the plane shows, usable as a file name.
    pub name: &'static str,
    /// The plane itself, in the range the algorithm works in; gradients are signed.
    pub plane: Plane,
}

impl Step {
    /// The plane for the eye, 0..=1: signed planes show 0 as middle grey, planes within 0..=1 stay
    /// as they are, all others are stretched.
    pub fn picture(&self) -> Plane {
        let (lo, hi) = self.plane.min_max();
        if lo < 0.0 {
            let reach = 2.0 * hi.max(-lo);
            return self.plane.map(|v| 0.5 + v / reach);
        }
        if hi <= 1.0 {
            self.plane.clone()
        } else {
            self.plane.map(|v| (v - lo) / (hi - lo))
        }
    }
}

/// The structure map of `image`: 1 on a line, 0 elsewhere and everywhere outside the organ.
///
/// `mask` is 1 on the background ([`super::organ_mask`]) and has the size of the map; the image has
/// that size or, where lines are found at a larger one ([`Extraction::scale`]), a multiple of it.
///
/// ```
/// use scanweave::image::Plane;
/// use scanweave::structure::structure_map;
/// use scanweave::study::Study;
///
/// let disc = |x: usize, y: usize| x.abs_diff(32).pow(2) + y.abs_diff(32).pow(2) < 400;
/// let image = Plane::from_fn(64, 64, |x, y| if disc(x, y) { 1.0 } else { 0.0 });
/// let everywhere = Plane::filled(64, 64, 0.0);
/// let values = Study::named("lung-ct").expect("a built-in study").extraction_at(64);
/// let map = structure_map(&image, &everywhere, &values)?;
/// assert!(map.at(32, 12) == 1.0, "the outline is a line");
/// assert!(map.at(32, 32) == 0.0, "the inside is none");
/// # Ok::<(), scanweave::image::ImageError>(())
/// ```
///
/// # Errors
/// When the image is smaller than 3x3, constant, or holds a value that is not finite.
///
/// # Panics
/// When the image's sides are no multiple of the mask's.
pub fn structure_map(
    image: &Plane,
    mask: &Plane,
    values: &Extraction,
) -> Result<Plane, ImageError> {
    run(image, mask, values, |_, _| {})
}

/// Every plane on the way to the structure map, in order; the last is the map itself.
///
/// # Errors
/// As [`structure_map`].
///
/// # Panics
/// As [`structure_map`].
pub fn structure_steps(
    image: &Plane,
    mask: &Plane,
    values: &Extraction,
) -> Result<Vec<Step>, ImageError> {
    let mut steps = Vec::new();
    run(image, mask, values, |name, plane| {
        steps.push(Step {
            name,
            plane: plane.clone(),
        });
    })?;
    Ok(steps)
}

/// The map without the lines of a real lesion (algorithm 1's last, optional step): `lesion` is 1 on
/// the lesion and is widened by `margin` pixels, because its outline lies just outside it.
///
/// # Panics
/// When map and lesion differ in size.
pub fn erase_lines(map: &Plane, lesion: &Plane, margin: usize) -> Plane {
    map.zip(&dilate(&lesion.above(0.5), margin), |s, l| s * (1.0 - l))
}

fn run(
    image: &Plane,
    mask: &Plane,
    values: &Extraction,
    mut seen: impl FnMut(&'static str, &Plane),
) -> Result<Plane, ImageError> {
    let (width, height) = (image.width(), image.height());
    if width < MIN_SIDE || height < MIN_SIDE {
        return Err(ImageError::TooSmall { width, height });
    }
    let scale = Scale::of(mask, width, height, values.headroom);
    let mut image = scale.greys(image.normalised()?);
    seen("image", &image);
    if values.smoothing > 0.0 {
        image = smoothed(&image, values.smoothing);
        seen("smoothed", &image);
    }
    if let Some(contrast) = values.contrast {
        image = local_contrast(&image, contrast.radius, contrast.floor);
        if let Some(limit) = contrast.limit {
            image = image.map(|v| v.clamp(-limit, limit));
        }
        seen("contrast", &image);
    }
    let (across, down) = sobel(&image);
    seen("sobel-x", &across);
    seen("sobel-y", &down);

    let lower = scale.gradients(across.zip(&down, lower_of));
    seen("lower", &lower);
    let lower = blur(&lower, values.sigma1);
    seen("lower-blurred", &lower);
    let mean = scale.mean(&lower);
    let lower = lower.map(|v| mean - v).above(values.alpha);
    seen("lower-lines", &lower);

    let upper = scale.gradients(across.zip(&down, upper_of));
    seen("upper", &upper);
    let upper = blur(&upper, values.sigma1);
    seen("upper-blurred", &upper);
    let mean = scale.mean(&upper);
    let upper = upper.map(|v| v - mean).above(values.alpha);
    seen("upper-lines", &upper);

    let union = lower.zip(&upper, upper_of);
    seen("union", &union);
    let lines = blur(&union, values.sigma2).above(values.beta);
    seen("lines", &lines);
    let mut lines = median_binary(&lines, values.median);
    seen("median", &lines);
    if (width, height) != (mask.width(), mask.height()) {
        let whole = width.is_multiple_of(mask.width()) && height.is_multiple_of(mask.height());
        assert!(whole, "an image of a multiple of the mask's size");
        lines = reduced_lines(&lines, mask.width(), mask.height());
        seen("reduced", &lines);
    }
    if values.shortest > 0.0 {
        lines = values.long_lines(lines);
        seen("long-lines", &lines);
    }
    let map = lines.zip(mask, |s, m| if m > 0.5 { 0.0 } else { s });
    seen("structure-map", &map);
    Ok(map)
}

fn lower_of(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
}

fn upper_of(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{LocalContrast, Study};
    use proptest::prelude::*;

    fn values() -> Extraction {
        Study::named("chest-xray")
            .expect("built in")
            .extraction_at(128)
    }

    fn open(image: &Plane) -> Plane {
        Plane::filled(image.width(), image.height(), 0.0)
    }

    fn map_of(image: &Plane, values: &Extraction) -> Plane {
        structure_map(image, &open(image), values).expect("an image with structure")
    }

    #[test]
    fn pieces_shorter_than_the_shortest_are_left_out() {
        let within = |x: usize, y: usize, (cx, cy, r): (f32, f32, f32)| {
            libm::hypotf(x as f32 - cx, y as f32 - cy) < r
        };
        // A disc, and a dot whose outline is no larger than 12 pixels.
        let image = Plane::from_fn(128, 128, |x, y| {
            f32::from(within(x, y, (70.0, 70.0, 40.0)) || within(x, y, (10.0, 10.0, 2.5)))
        });
        let all = Extraction {
            alpha: 0.2,
            ..values()
        };
        let near_dot = |map: &Plane| (0..400).filter(|i| map.at(i % 20, i / 20) > 0.5).count();
        let lines = |map: &Plane| map.values().iter().filter(|v| **v > 0.5).count();
        let map = map_of(&image, &all);
        let long = Extraction {
            shortest: 20.0,
            ..all
        };
        let long = map_of(&image, &long);
        assert!(near_dot(&map) > 0, "the dot is outlined");
        assert_eq!(near_dot(&long), 0);
        let others = lines(&map) - near_dot(&map);
        assert_eq!(lines(&long), others, "the disc stays as it is");
        // Lengths count pixels of the picture that lines are found in.
        let doubled = image.resized(256, 256);
        let half = |shortest| {
            let values = Extraction {
                scale: 2,
                shortest,
                ..all
            };
            structure_map(&doubled, &Plane::filled(128, 128, 0.0), &values).expect("structure")
        };
        assert!(near_dot(&half(10.0)) > 0);
        assert_eq!(near_dot(&half(40.0)), 0);
    }

    #[test]
    fn a_bright_disc_is_outlined() {
        let image = Plane::from_fn(64, 64, |x, y| {
            let (dx, dy) = (x as f32 - 32.0, y as f32 - 32.0);
            if dx * dx + dy * dy < 400.0 { 1.0 } else { 0.0 }
        });
        let map = map_of(
            &image,
            &Extraction {
                alpha: 0.2,
                ..values()
            },
        );
        assert_eq!(map.at(32, 32), 0.0, "inside is flat");
        assert_eq!(map.at(2, 2), 0.0, "outside is flat");
        for (x, y) in [(12, 32), (52, 32), (32, 12), (32, 52)] {
            let near = (0..25).any(|i| map.at(x + i % 5 - 2, y + i / 5 - 2) == 1.0);
            assert!(near, "a line near ({x}, {y})");
        }
    }

    #[test]
    fn unusable_images_are_refused() {
        let tiny = Plane::filled(1, 1, 0.0);
        let error = structure_map(&tiny, &tiny, &values()).expect_err("too small");
        assert_eq!(
            error,
            ImageError::TooSmall {
                width: 1,
                height: 1
            }
        );
        let flat = Plane::filled(8, 8, 0.4);
        assert_eq!(
            structure_map(&flat, &open(&flat), &values()),
            Err(ImageError::Constant(0.4))
        );
        let mut broken = flat.clone();
        broken.set(3, 3, f32::NAN);
        assert_eq!(
            structure_map(&broken, &open(&broken), &values()),
            Err(ImageError::NotFinite)
        );
        assert!(matches!(
            Plane::new(20_000, 20_000, Vec::new()),
            Err(ImageError::Size { .. })
        ));
    }

    #[test]
    fn a_ramp_along_one_axis_is_no_error() {
        let ramp = Plane::from_fn(9, 9, |x, _| x as f32);
        assert_eq!(map_of(&ramp, &values()).values().len(), 81);
    }

    #[test]
    fn steps_end_in_the_map_and_can_be_shown() {
        let image = Plane::from_fn(20, 16, |x, y| ((x * 7 + y * 13) % 11) as f32 / 11.0);
        let contrast = Some(LocalContrast {
            radius: 3,
            floor: 0.02,
            limit: Some(1.0),
        });
        let values = Extraction {
            smoothing: 0.6,
            contrast,
            ..values()
        };
        let steps = structure_steps(&image, &open(&image), &values).expect("structure");
        assert_eq!(steps.last().expect("steps").plane, map_of(&image, &values));
        for step in &steps {
            let (lo, hi) = step.picture().min_max();
            assert!(lo >= 0.0 && hi <= 1.0, "{}", step.name);
        }
    }

    #[test]
    fn a_larger_picture_gives_thinner_lines_at_the_same_place() {
        let disc = |side: usize| {
            Plane::from_fn(side, side, |x, y| {
                let at = |i: usize| (i as f32 + 0.5) / side as f32 - 0.5;
                f32::from(u8::from(at(x) * at(x) + at(y) * at(y) < 0.1))
            })
        };
        let plain = Extraction {
            alpha: 0.2,
            contrast: None,
            headroom: None,
            shortest: 0.0,
            ..values()
        };
        let (small, large) = (disc(64), disc(128));
        let wide = structure_map(&small, &open(&small), &plain).expect("structure");
        let thin = structure_map(&large, &open(&small), &plain).expect("structure");
        assert_eq!(thin.width(), 64);
        assert!(thin.mean() > 0.0 && thin.mean() < wide.mean());
        let outside = thin.zip(&dilate(&wide, 1), |t, w| t * (1.0 - w));
        assert_eq!(outside.mean(), 0.0, "the same outline");
    }

    #[test]
    fn the_lines_of_a_lesion_are_erased() {
        let mut lesion = Plane::filled(9, 9, 0.0);
        lesion.set(4, 4, 1.0);
        let map = erase_lines(&Plane::filled(9, 9, 1.0), &lesion, 1);
        assert_eq!(map.values().iter().sum::<f32>(), 81.0 - 9.0);
        assert_eq!(map.at(3, 3), 0.0);
    }

    /// Pictures whose values are whole 256ths, so that scaling by a power of two is exact.
    fn pictures() -> impl Strategy<Value = Plane> {
        (3usize..20, 3usize..20).prop_flat_map(|(w, h)| {
            proptest::collection::vec(0u8..=255, w * h).prop_map(move |bytes| {
                let values = bytes.iter().map(|&b| f32::from(b) / 256.0).collect();
                Plane::new(w, h, values).expect("a small picture")
            })
        })
    }

    proptest! {
        #[test]
        fn the_map_is_binary_and_ends_at_the_mask(image in pictures(), edge in 0usize..20) {
            prop_assume!(image.min_max().0 < image.min_max().1);
            let mask = Plane::from_fn(image.width(), image.height(), |x, _| f32::from(u8::from(x < edge)));
            let map = structure_map(&image, &mask, &values()).expect("structure");
            for (s, m) in map.values().iter().zip(mask.values()) {
                prop_assert!(*s == 0.0 || (*s == 1.0 && *m == 0.0));
            }
        }

        #[test]
        fn brightness_and_contrast_do_not_matter(image in pictures(), power in -3i32..4, shift in -8i32..8) {
            prop_assume!(image.min_max().0 < image.min_max().1);
            let changed = image.map(|v| v * 2f32.powi(power) + shift as f32);
            prop_assert_eq!(map_of(&image, &values()), map_of(&changed, &values()));
        }
    }
}
