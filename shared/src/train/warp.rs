//! Random warps of an image together with its label, so that a segmenter does not learn 90 heads by
//! heart: mirrored, turned, scaled and shifted a little, with another gain and offset. Structure maps
//! are warped less, and keep their values: a decoder is to draw heads as they lie in a scanner.

use crate::image::Plane;
use crate::label::ClassMap;
use crate::random::Random;

/// How far a warp goes at most.
struct Reach {
    /// Turn, radians.
    turn: f32,
    /// Change of size.
    scale: f32,
    /// Shift, as a share of the side.
    shift: f32,
    /// Change of contrast.
    gain: f32,
    /// Change of brightness.
    offset: f32,
}

const IMAGE: Reach = Reach {
    turn: 0.26,
    scale: 0.12,
    shift: 0.06,
    gain: 0.2,
    offset: 0.05,
};

const MAP: Reach = Reach {
    turn: 0.05,
    scale: 0.05,
    shift: 0.02,
    gain: 0.0,
    offset: 0.0,
};

/// One warp: where each pixel comes from, and what becomes of its brightness.
pub struct Warp {
    centre: f32,
    /// Row-major 2 x 2 matrix and shift, from the new place to the old.
    matrix: [f32; 4],
    shift: [f32; 2],
    gain: f32,
    offset: f32,
}

impl Warp {
    /// A warp of images of `size` x `size` pixels and their labels.
    pub fn of_images(size: usize, random: &mut Random) -> Self {
        Self::draw(size, &IMAGE, random)
    }

    /// A warp of structure maps of `size` x `size` pixels and their masks.
    pub fn of_maps(size: usize, random: &mut Random) -> Self {
        Self::draw(size, &MAP, random)
    }

    fn draw(size: usize, most: &Reach, random: &mut Random) -> Self {
        let mirror = if random.chance(0.5) { -1.0 } else { 1.0 };
        let angle = random.range(-most.turn, most.turn);
        let scale = 1.0 + random.range(-most.scale, most.scale);
        let (sin, cos) = (angle.sin() * scale, angle.cos() * scale);
        let reach = most.shift * size as f32;
        Self {
            centre: (size as f32 - 1.0) / 2.0,
            matrix: [cos * mirror, -sin, sin * mirror, cos],
            shift: [random.range(-reach, reach), random.range(-reach, reach)],
            gain: 1.0 + random.range(-most.gain, most.gain),
            offset: random.range(-most.offset, most.offset),
        }
    }

    /// Where the pixel that lands on (x, y) comes from.
    fn source(&self, x: usize, y: usize) -> (f32, f32) {
        let [a, b, c, d] = self.matrix;
        let (dx, dy) = (x as f32 - self.centre, y as f32 - self.centre);
        (
            a * dx + b * dy + self.centre + self.shift[0],
            c * dx + d * dy + self.centre + self.shift[1],
        )
    }

    /// The warped image, bilinear, edges repeated, 0..=1.
    pub fn image(&self, image: &Plane) -> Plane {
        let (right, bottom) = (image.width() - 1, image.height() - 1);
        Plane::from_fn(image.width(), image.height(), |x, y| {
            let (sx, sy) = self.source(x, y);
            let (sx, sy) = (sx.clamp(0.0, right as f32), sy.clamp(0.0, bottom as f32));
            let (x0, y0) = (sx as usize, sy as usize);
            let (x1, y1) = ((x0 + 1).min(right), (y0 + 1).min(bottom));
            let (fx, fy) = (sx - x0 as f32, sy - y0 as f32);
            let top = image.at(x0, y0) * (1.0 - fx) + image.at(x1, y0) * fx;
            let below = image.at(x0, y1) * (1.0 - fx) + image.at(x1, y1) * fx;
            let value = top * (1.0 - fy) + below * fy;
            (value * self.gain + self.offset).clamp(0.0, 1.0)
        })
    }

    /// Warped binary values, row by row: 1 where most of what comes there is 1; edges repeated.
    pub fn binary(&self, values: &[u8], side: usize) -> Vec<u8> {
        let plane = Plane::from_fn(side, side, |x, y| f32::from(values[y * side + x]));
        let moved = self.image(&plane);
        moved.values().iter().map(|&v| u8::from(v > 0.5)).collect()
    }

    /// The warped label, nearest pixel; nothing comes in from outside.
    pub fn label(&self, label: &ClassMap) -> ClassMap {
        let (width, height) = (label.width(), label.height());
        let inside = |v: f32, side: usize| {
            let rounded = v.round();
            (rounded >= 0.0 && rounded < side as f32).then_some(rounded as usize)
        };
        let mut classes = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = self.source(x, y);
                let source = inside(sx, width).zip(inside(sy, height));
                classes.push(source.map_or(0, |(sx, sy)| label.at(sx, sy)));
            }
        }
        ClassMap::new(width, height, classes).expect("a class per pixel")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn maps_stay_binary_and_move_with_their_masks() {
        let inside = |i: usize| (16..48).contains(&(i % 64)) && (16..48).contains(&(i / 64));
        let map: Vec<u8> = (0..64 * 64).map(|i| u8::from(inside(i))).collect();
        let mask: Vec<u8> = map.iter().map(|v| 1 - v).collect();
        let mut random = Random::new(1, Purpose::Augmentation);
        let mut moved = 0;
        for _ in 0..20 {
            let warp = Warp::of_maps(64, &mut random);
            let (m, o) = (warp.binary(&map, 64), warp.binary(&mask, 64));
            assert!(m.iter().zip(&o).all(|(a, b)| a + b <= 1));
            let open = m.iter().zip(&o).filter(|(a, b)| *a + *b == 0).count();
            assert!(open <= 64, "{open} pixels on neither side");
            assert_eq!(o[0], 1, "what comes from outside is background");
            moved += usize::from(m != map);
        }
        assert!(moved >= 18, "{moved} of 20 maps changed");
    }

    #[test]
    fn image_and_label_move_together() {
        let spot = |x: usize, y: usize| (20..28).contains(&x) && (30..38).contains(&y);
        let image = Plane::from_fn(64, 64, |x, y| f32::from(u8::from(spot(x, y))));
        let classes = (0..64 * 64)
            .map(|i| u8::from(spot(i % 64, i / 64)))
            .collect();
        let label = ClassMap::new(64, 64, classes).unwrap();
        let mut random = Random::new(1, Purpose::Batch);
        for _ in 0..20 {
            let warp = Warp::of_images(64, &mut random);
            let (image, label) = (warp.image(&image), warp.label(&label));
            assert!(label.area() > 30, "the spot stays inside");
            let bright = image.values().iter().zip(label.values());
            let differing = bright.filter(|(v, l)| (**v > 0.5) != (**l == 1)).count();
            assert!(differing <= 8, "{differing} pixels disagree");
        }
    }
}
