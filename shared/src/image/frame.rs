//! The square that networks see of an image: the whole image in its own shape, in the middle, and background beside it.
//!
//! Operators see the image alone: the edge between it and the background beside it would be its strongest line.

use super::{Image, Plane};

/// The shape of an image: its sides as shares of the longer one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    across: f32,
    down: f32,
}

/// Where the image lies in a square of some size, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inner {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Frame {
    /// That of an image which fills the square.
    pub const SQUARE: Self = Self {
        across: 1.0,
        down: 1.0,
    };

    /// Of an image of `width` x `height` pixels, each `across` x `down` in any unit.
    pub fn of((width, height): (usize, usize), [across, down]: [f32; 2]) -> Self {
        let (width, height) = (width as f32 * across, height as f32 * down);
        let longer = width.max(height);
        Self {
            across: width / longer,
            down: height / longer,
        }
    }

    /// Whether there is background beside the image in a square of `size` pixels.
    pub fn is_padded(self, size: usize) -> bool {
        let Inner { width, height, .. } = self.inner(size);
        width < size || height < size
    }

    /// Width and height of the image in a square of `size` pixels.
    pub fn fitted(self, size: usize) -> (usize, usize) {
        let Inner { width, height, .. } = self.inner(size);
        (width, height)
    }

    /// A plane of the size that is fitted into a square of `size` pixels, or of a multiple of it, in its square; `beside`
    /// around it.
    ///
    /// # Panics
    /// When the plane has another size.
    pub fn padded(self, plane: Plane, size: usize, beside: f32) -> Plane {
        let sides = (plane.width(), plane.height());
        let side = sides.0.max(sides.1);
        let inner = self.inner(size).times(side / size);
        assert_eq!(
            sides,
            (inner.width, inner.height),
            "a plane that was fitted"
        );
        if sides == (side, side) {
            return plane;
        }
        Plane::from_fn(side, side, |x, y| {
            let place = inner.place(x, y);
            place.map_or(beside, |(x, y)| plane.at(x, y))
        })
    }

    /// The image in a square of `size` pixels; the background is as dark as its darkest pixel.
    ///
    /// # Panics
    /// When `size` is 0 or larger than [`MAX_SIDE`](super::MAX_SIDE).
    pub fn squared(self, image: &Image, size: usize) -> Image {
        let (width, height) = self.fitted(size);
        let dark = image.planes().iter();
        let dark = dark.fold(f32::INFINITY, |dark, plane| dark.min(plane.min_max().0));
        image.map_planes(|plane| self.padded(plane.resized(width, height), size, dark))
    }

    /// The pixel of an image of `sides` that is nearest to the pixel (`x`, `y`) of its square of `size` pixels; none
    /// beside it.
    pub fn pixel(
        self,
        sides: (usize, usize),
        size: usize,
        (x, y): (usize, usize),
    ) -> Option<(usize, usize)> {
        let inner = self.inner(size);
        let (x, y) = inner.place(x, y)?;
        let nearest = |at: usize, side: usize, fitted: usize| {
            ((2 * at + 1) * side / (2 * fitted)).min(side - 1)
        };
        Some((
            nearest(x, sides.0, inner.width),
            nearest(y, sides.1, inner.height),
        ))
    }

    /// Where the place (`x`, `y`), shares of the image's sides, lies in a square of `size` pixels.
    pub fn place(self, [x, y]: [f64; 2], size: usize) -> [f64; 2] {
        let inner = self.inner(size);
        let along = |share: f64, start: usize, length: usize| start as f64 + share * length as f64;
        [
            along(x, inner.left, inner.width),
            along(y, inner.top, inner.height),
        ]
    }

    fn inner(self, size: usize) -> Inner {
        let fitted = |share: f32| ((size as f32 * share).round() as usize).clamp(1, size);
        let (width, height) = (fitted(self.across), fitted(self.down));
        Inner {
            left: (size - width) / 2,
            top: (size - height) / 2,
            width,
            height,
        }
    }
}

impl Inner {
    fn times(self, scale: usize) -> Self {
        Self {
            left: self.left * scale,
            top: self.top * scale,
            width: self.width * scale,
            height: self.height * scale,
        }
    }

    /// The pixel of the image at a pixel of the square.
    fn place(&self, x: usize, y: usize) -> Option<(usize, usize)> {
        let (x, y) = (x.checked_sub(self.left)?, y.checked_sub(self.top)?);
        (x < self.width && y < self.height).then_some((x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image(width: usize, height: usize, values: &[f32]) -> Image {
        Image::of_values(width, height, values).expect("one value per pixel")
    }

    fn squared(image: &Image, spacing: [f32; 2], size: usize) -> (Image, bool) {
        let frame = Frame::of((image.width(), image.height()), spacing);
        (frame.squared(image, size), frame.is_padded(size))
    }

    #[test]
    fn what_is_square_stays_what_it_is() {
        let square = image(2, 2, &[0.0, 0.5, 0.25, 1.0]);
        assert_eq!(squared(&square, [0.7; 2], 2), (square.clone(), false));
        let wide_pixels = image(1, 2, &[0.0, 1.0]);
        let filled = image(2, 2, &[0.0, 0.0, 1.0, 1.0]);
        assert_eq!(squared(&wide_pixels, [2.0, 1.0], 2), (filled, false));
    }

    #[test]
    fn what_is_not_lies_in_the_middle_between_background() {
        let wide = image(3, 1, &[0.5, 0.25, 1.0]);
        let dark = [0.25; 3];
        let expected = [dark, [0.5, 0.25, 1.0], dark].concat();
        assert_eq!(squared(&wide, [1.0; 2], 3), (image(3, 3, &expected), true));
        let high = image(1, 2, &[0.0, 1.0]);
        let expected = image(2, 2, &[0.0, 0.0, 1.0, 0.0]);
        assert_eq!(squared(&high, [1.0; 2], 2), (expected, true));
    }

    #[test]
    fn pixels_that_are_not_square_are_stretched_to_their_shape() {
        // Two millimetres across and one down: as high as half of its width.
        let stretched = image(4, 4, &[[0.0, 1.0, 0.0, 1.0]; 4].concat());
        let (row, dark) = ([0.0, 1.0, 0.0, 1.0], [0.0; 4]);
        let expected = image(4, 4, &[dark, row, row, dark].concat());
        assert_eq!(squared(&stretched, [2.0, 1.0], 4), (expected, true));
    }

    #[test]
    fn a_line_of_pixels_keeps_one() {
        let line = image(9, 1, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        let (framed, padded) = squared(&line, [1000.0, 1.0], 9);
        assert!(padded && framed.height() == 9);
        assert!(framed.planes()[0].values().contains(&1.0));
    }

    #[test]
    fn labels_lie_where_the_image_does() {
        // 200 x 100 pixels in a square of 64: 64 x 32 from line 16 on.
        let frame = Frame::of((200, 100), [1.0; 2]);
        assert_eq!(frame.fitted(64), (64, 32));
        assert_eq!(frame.place([0.0, 0.0], 64), [0.0, 16.0]);
        assert_eq!(frame.place([0.5, 0.5], 64), [32.0, 32.0]);
        assert_eq!(frame.place([1.0, 1.0], 64), [64.0, 48.0]);
        assert_eq!(frame.pixel((200, 100), 64, (0, 15)), None);
        assert_eq!(frame.pixel((200, 100), 64, (0, 48)), None);
        assert_eq!(frame.pixel((200, 100), 64, (0, 16)), Some((1, 1)));
        assert_eq!(frame.pixel((200, 100), 64, (63, 47)), Some((198, 98)));
    }

    proptest! {
        #[test]
        fn every_pixel_of_the_square_is_the_image_or_background(
            width in 1usize..300, height in 1usize..300, size in 1usize..64, x in 0usize..64, y in 0usize..64,
        ) {
            prop_assume!(x < size && y < size);
            let frame = Frame::of((width, height), [1.0; 2]);
            let (wide, high) = frame.fitted(size);
            prop_assert!(wide.max(high) == size && wide >= 1 && high >= 1);
            if let Some((column, row)) = frame.pixel((width, height), size, (x, y)) {
                prop_assert!(column < width && row < height);
                // The middle of the pixel, as a share of the image, lies in this pixel of the square.
                let share = |at: usize, side: usize| (at as f64 + 0.5) / side as f64;
                let [across, down] = frame.place([share(column, width), share(row, height)], size);
                let near = |place: f64, at: usize, side: usize, fitted: usize| {
                    (place - at as f64 - 0.5).abs() <= 0.5 + 0.5 * fitted as f64 / side as f64
                };
                prop_assert!(near(across, x, width, wide) && near(down, y, height, high));
            } else {
                prop_assert!(wide < size || high < size);
            }
        }
    }
}
