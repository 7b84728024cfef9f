//! Algorithm 2: where the organ is.
//!
//! As printed the mask is a brightness threshold, which calls dark organs background: on a lung CT
//! almost the whole lung. With [`MaskSettings::fill`] the holes inside the outer contour of the
//! largest component are filled, so that in a frontal chest X-ray the whole body is inside and the
//! dark lungs belong to it; without, the mask is the printed one.

use super::MaskSettings;
use super::components::Components;
use super::operators::{dilate, erode, median_binary};
use crate::image::{ImageError, Plane};

/// The **background** mask of `image`: 1 outside the organ, 0 inside.
///
/// The threshold applies to the min-max normalised image, so that brightness and contrast of the
/// file do not matter.
///
/// # Errors
/// When the image is constant or holds a value that is not finite.
pub fn organ_mask(image: &Plane, settings: &MaskSettings) -> Result<Plane, ImageError> {
    let mut inside = image.normalised()?.above(settings.threshold);
    if settings.fill {
        inside = Components::of(&inside).largest_filled();
    }
    let background = inside.map(|v| 1.0 - v);
    Ok(median_binary(
        &enlarged(&background, settings.grow),
        settings.median,
    ))
}

/// A soft background mask, as the mask generator draws it, made binary and solid: one organ without
/// holes. Where nothing is inside, everything stays background.
pub fn solid_mask(background: &Plane) -> Plane {
    let inside = background.map(|v| if v > 0.5 { 0.0 } else { 1.0 });
    Components::of(&inside).largest_filled().map(|v| 1.0 - v)
}

/// The background around what drawn `lines` enclose: gaps up to 1/32 of the side are closed, the largest
/// outline is filled. Without lines everything is background.
pub fn contour_mask(lines: &Plane) -> Plane {
    let gap = lines.width().max(lines.height()).div_ceil(64);
    let closed = Components::of(&dilate(lines, gap)).largest_filled();
    erode(&closed, gap).map(|v| 1.0 - v)
}

/// Enlarged by `grow` pixels to the nearest pixel and cut back to size around the centre.
fn enlarged(plane: &Plane, grow: usize) -> Plane {
    let (width, height) = (plane.width(), plane.height());
    let grow = grow.min(width.max(height));
    let source = |i: usize, side: usize| (2 * (i + grow / 2) + 1) * side / (2 * (side + grow));
    let columns: Vec<usize> = (0..width).map(|x| source(x, width)).collect();
    let mut result = plane.clone();
    for (y, row) in result.values_mut().chunks_exact_mut(width).enumerate() {
        let from = &plane.values()[source(y, height) * width..][..width];
        for (out, &column) in row.iter_mut().zip(&columns) {
            *out = from[column];
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETTINGS: MaskSettings = MaskSettings {
        threshold: 0.3,
        grow: 0,
        median: 1,
        fill: true,
    };

    /// A bright body with a dark lung, and a bright marker beside it.
    fn body() -> Plane {
        Plane::from_fn(24, 24, |x, y| {
            let body = (4..20).contains(&x) && y >= 4;
            let lung = (8..14).contains(&x) && (8..16).contains(&y);
            let marker = x < 2 && y < 2;
            if (body && !lung) || marker { 0.8 } else { 0.05 }
        })
    }

    #[test]
    fn a_soft_mask_becomes_one_solid_organ() {
        let soft = body().map(|v| 1.0 - v);
        let mask = solid_mask(&soft);
        assert_eq!(mask.at(10, 10), 0.0, "the hole is filled");
        assert_eq!(mask.at(0, 0), 1.0, "the marker is dropped");
        let nothing = Plane::filled(8, 8, 0.9);
        assert_eq!(solid_mask(&nothing), Plane::filled(8, 8, 1.0));
    }

    #[test]
    fn an_outline_with_a_small_gap_encloses_an_organ() {
        let outline = |gap: usize| {
            Plane::from_fn(32, 32, |x, y| {
                let on = |i: usize| (6..26).contains(&i);
                let border = x == 6 || x == 25 || y == 6 || y == 25;
                let open = y == 6 && (12..12 + gap).contains(&x);
                f32::from(u8::from(on(x) && on(y) && border && !open))
            })
        };
        for gap in [0, 2] {
            let mask = contour_mask(&outline(gap));
            let inside = mask.values().iter().filter(|&&v| v == 0.0).count();
            assert_eq!(inside, 20 * 20, "a gap of {gap}");
        }
        assert_eq!(contour_mask(&outline(9)).at(15, 15), 1.0, "it is open");
        let nothing = Plane::filled(8, 8, 0.0);
        assert_eq!(contour_mask(&nothing), Plane::filled(8, 8, 1.0));
    }

    #[test]
    fn the_filled_mask_holds_the_lung_and_drops_the_marker() {
        let mask = organ_mask(&body(), &SETTINGS).expect("a body");
        assert_eq!(mask.at(10, 10), 0.0);
        assert_eq!(mask.at(0, 0), 1.0);
        assert_eq!(
            mask.values().iter().sum::<f32>(),
            (24 * 24 - 16 * 20) as f32
        );
    }

    #[test]
    fn the_printed_mask_calls_the_lung_background() {
        let mask = organ_mask(
            &body(),
            &MaskSettings {
                fill: false,
                ..SETTINGS
            },
        )
        .expect("a body");
        assert_eq!(mask.at(10, 10), 1.0);
        assert_eq!(mask.at(0, 0), 0.0);
    }

    #[test]
    fn growing_shrinks_the_background() {
        let count = |grow| {
            let mask = organ_mask(&body(), &MaskSettings { grow, ..SETTINGS }).expect("a body");
            mask.values().iter().sum::<f32>()
        };
        assert!(count(4) < count(0));
        assert!(
            count(usize::MAX / 8) <= count(4),
            "absurd settings stay affordable"
        );
    }

    #[test]
    fn unusable_images_are_refused() {
        let flat = Plane::filled(1, 1, 0.2);
        assert_eq!(organ_mask(&flat, &SETTINGS), Err(ImageError::Constant(0.2)));
        let broken = Plane::filled(4, 4, f32::INFINITY);
        assert_eq!(organ_mask(&broken, &SETTINGS), Err(ImageError::NotFinite));
    }

    proptest! {
        #[test]
        fn masks_are_binary_and_filling_never_adds_holes(
            bytes in proptest::collection::vec(0u8..=255, 15 * 11),
            grow in 0usize..6,
            half in 0usize..3,
        ) {
            let image = Plane::from_u8(15, 11, &bytes).expect("a small picture");
            prop_assume!(image.min_max().0 < image.min_max().1);
            let settings = MaskSettings { grow, median: 2 * half + 1, ..SETTINGS };
            let mask = organ_mask(&image, &settings).expect("a picture");
            prop_assert!(mask.values().iter().all(|&m| m == 0.0 || m == 1.0));
        }
    }
}
