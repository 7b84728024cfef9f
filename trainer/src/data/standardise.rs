//! One scale of grey for images such as MRI, whose intensities are in arbitrary units.
//!
//! A scanner, a coil or a bright patch of fat decides how dark a brain is in its picture. Left as they
//! are, such differences drown the contrast of the tissue, and a generator learns their average. One
//! landmark in the histogram is brought to one grey value (Nyul & Udupa, On standardizing the MR image
//! intensity scale, Magnetic Resonance in Medicine 42 (1999) 1072-1081, with the median of the organ
//! as the one landmark).

use scanweave::image::{Image, Plane};

/// Grey value of the median of the organ: leaves room for bright lesions above it.
const MEDIAN: f32 = 0.35;
/// Share of all pixels that are darker than what counts as black.
const BLACK: f32 = 0.01;
/// Medians nearer to black than this scale nothing: the organ is empty.
const DARKEST: f32 = 0.01;

/// The image with its 1st percentile at 0 and the median of the organ, where `background` is 0, at 0.35;
/// what is then brighter than 1 is 1. All channels of an image go by the same two values. An image whose organ is
/// black or that the mask leaves nothing of comes back as it is. Image and mask have the same size.
pub fn standardised(image: &Image, background: &Plane) -> Image {
    let planes = || image.planes().iter();
    let pixels = planes().flat_map(|p| p.values().iter().zip(background.values()));
    let organ = pixels.filter(|(_, m)| **m < 0.5).map(|(v, _)| *v).collect();
    let all = planes().flat_map(|p| p.values().iter().copied()).collect();
    let (Some(black), Some(median)) = (at(all, BLACK), at(organ, 0.5)) else {
        return image.clone();
    };
    if median - black < DARKEST {
        return image.clone();
    }
    let gain = MEDIAN / (median - black);
    image.map_planes(|plane| plane.map(|v| ((v - black) * gain).clamp(0.0, 1.0)))
}

/// The value that this share of the values lies below.
fn at(mut values: Vec<f32>, share: f32) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    let last = values.len().checked_sub(1)?;
    values.get((last as f32 * share) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(black: f32, brain: f32, lesion: f32) -> (Plane, Plane) {
        let inside = |x: usize, y: usize| (8..24).contains(&x) && (8..24).contains(&y);
        let image = Plane::from_fn(32, 32, |x, y| match (inside(x, y), x == 9) {
            (true, true) => lesion,
            (true, false) => brain,
            _ => black,
        });
        let background = Plane::from_fn(32, 32, |x, y| f32::from(u8::from(!inside(x, y))));
        (image, background)
    }

    #[test]
    fn black_and_the_organs_median_come_to_rest_whatever_the_scanner_chose() {
        for (black, brain, lesion) in [(0.0, 0.1, 0.2), (0.2, 0.4, 0.6), (0.45, 0.5, 0.55)] {
            let (image, background) = head(black, brain, lesion);
            let done = standardised(&image.into(), &background);
            let done = &done.planes()[0];
            let seen = [done.at(0, 0), done.at(16, 16), done.at(9, 16)];
            for (seen, expected) in seen.into_iter().zip([0.0, 0.35, 0.7]) {
                assert!((seen - expected).abs() < 1e-5, "{seen}, not {expected}");
            }
        }
    }

    #[test]
    fn brighter_than_white_is_white_and_an_empty_organ_changes_nothing() {
        let (image, background) = head(0.0, 0.1, 0.9);
        let image = Image::from(image);
        let done = standardised(&image, &background);
        assert!((done.planes()[0].at(9, 16) - 1.0).abs() < 1e-6);
        let dark = Image::from(head(0.0, 0.0, 0.9).0);
        assert_eq!(standardised(&dark, &background), dark);
        let nothing = Plane::filled(32, 32, 1.0);
        assert_eq!(standardised(&image, &nothing), image);
    }

    #[test]
    fn channels_keep_their_distance() {
        let (dim, background) = head(0.1, 0.2, 0.2);
        let (bright, _) = head(0.1, 0.4, 0.4);
        let image = Image::new(vec![dim, bright.clone(), bright]).expect("one size");
        let done = standardised(&image, &background);
        let brain: Vec<f32> = done.planes().iter().map(|p| p.at(16, 16)).collect();
        assert!(
            (brain[1] - 0.35).abs() < 1e-5,
            "the median of all: {brain:?}"
        );
        assert!(
            (brain[0] - 0.35 / 3.0).abs() < 1e-5,
            "a third as bright: {brain:?}"
        );
    }
}
