//! Structure maps smaller than the pictures that they belong to: networks that see them at half the size take a quarter
//! of the time.

use super::Structure;
use crate::image::Plane;

/// A pixel of the smaller map is a line when more than this share of the larger map's pixels under it is:
/// two of four at half the size, so that a line one pixel wide is kept.
const LINE_SHARE: f32 = 0.4;
/// It is background when more than this share is.
const BACKGROUND_SHARE: f32 = 0.5;

/// A map of lines, 1 on a line, at a size of `width` x `height`.
pub fn reduced_lines(lines: &Plane, width: usize, height: usize) -> Plane {
    lines.resized(width, height).above(LINE_SHARE)
}

impl Structure {
    /// At a size of `size` x `size` pixels, no larger than its own.
    #[must_use]
    pub fn reduced(&self, size: usize) -> Self {
        let mask = self.mask.resized(size, size).above(BACKGROUND_SHARE);
        let map = reduced_lines(&self.map, size, size);
        Self { map, mask }.within_organ()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_one_pixel_wide_is_kept_and_a_lone_pixel_is_not() {
        // Straight in column 3, oblique from (8, 8), alone at (12, 1).
        let is_line = |x: usize, y: usize| x == 3 || (x >= 8 && x == y) || (x, y) == (12, 1);
        let map = Plane::from_fn(16, 16, |x, y| f32::from(is_line(x, y)));
        let mask = Plane::from_fn(16, 16, |x, _| f32::from(x >= 13));
        let small = Structure { map, mask }.reduced(8);
        let expected = |x: usize, y: usize| x == 1 || ((4..7).contains(&x) && x == y);
        let expected = Plane::from_fn(8, 8, |x, y| f32::from(expected(x, y)));
        assert_eq!(small.map, expected);
        let expected = Plane::from_fn(8, 8, |x, _| f32::from(x >= 7));
        assert_eq!(small.mask, expected, "half of a pixel is not background");
    }
}
