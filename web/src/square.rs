//! The square that networks see of an image of one's own: the whole image in its own shape, and background beside it.

use scanweave::image::{Image, Plane};

/// The image in a square, and whether background was put beside it. `across` and `down` are the sides of a pixel, in
/// any unit; the background is as dark as the darkest pixel.
pub fn squared(image: Image, [across, down]: [f32; 2]) -> (Image, bool) {
    let (width, height) = (image.width() as f32 * across, image.height() as f32 * down);
    let side = image.width().max(image.height());
    let fitted = |length: f32| {
        let share = length / width.max(height);
        ((side as f32 * share).round() as usize).clamp(1, side)
    };
    let (width, height) = (fitted(width), fitted(height));
    if width == height {
        return (image, false);
    }
    let planes = image.planes().iter();
    let dark = planes.fold(f32::INFINITY, |dark, plane| dark.min(plane.min_max().0));
    let (left, top) = ((side - width) / 2, (side - height) / 2);
    let framed = |plane: &Plane| {
        let plane = plane.resized(width, height);
        Plane::from_fn(side, side, |x, y| {
            let inside = (left..left + width).contains(&x) && (top..top + height).contains(&y);
            if inside {
                plane.at(x - left, y - top)
            } else {
                dark
            }
        })
    };
    (image.map_planes(framed), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: usize, height: usize, values: &[f32]) -> Image {
        Image::of_values(width, height, values).expect("one value per pixel")
    }

    #[test]
    fn what_is_square_stays_what_it_is() {
        let square = image(2, 2, &[0.0, 0.5, 0.25, 1.0]);
        assert_eq!(squared(square.clone(), [0.7; 2]), (square, false));
        let wide_pixels = image(1, 2, &[0.0, 1.0]);
        let (same, padded) = squared(wide_pixels.clone(), [2.0, 1.0]);
        assert_eq!((same, padded), (wide_pixels, false));
    }

    #[test]
    fn what_is_not_lies_in_the_middle_between_background() {
        let wide = image(3, 1, &[0.5, 0.25, 1.0]);
        let (framed, padded) = squared(wide, [1.0; 2]);
        let dark = [0.25; 3];
        let expected = [dark, [0.5, 0.25, 1.0], dark].concat();
        assert!(padded);
        assert_eq!(framed, image(3, 3, &expected));
        let high = image(1, 2, &[0.0, 1.0]);
        let (framed, _) = squared(high, [1.0; 2]);
        assert_eq!(framed, image(2, 2, &[0.0, 0.0, 1.0, 0.0]));
    }

    #[test]
    fn pixels_that_are_not_square_are_stretched_to_their_shape() {
        // Two millimetres across and one down: as high as half of its width.
        let stretched = image(4, 4, &[[0.0, 1.0, 0.0, 1.0]; 4].concat());
        let (framed, padded) = squared(stretched, [2.0, 1.0]);
        let (row, dark) = ([0.0, 1.0, 0.0, 1.0], [0.0; 4]);
        assert!(padded);
        assert_eq!(framed, image(4, 4, &[dark, row, row, dark].concat()));
    }

    #[test]
    fn a_line_of_pixels_keeps_one() {
        let line = image(9, 1, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        let (framed, padded) = squared(line, [1000.0, 1.0]);
        assert!(padded && framed.height() == 9);
        assert!(framed.planes()[0].values().contains(&1.0));
    }
}
