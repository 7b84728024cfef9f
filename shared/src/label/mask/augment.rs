//! Changes of a label (method section 8): rotate, flip, shift, shrink.
//!
//! Every change samples the old label to the nearest pixel, so that classes stay classes.

use crate::random::Random;

use super::class_map::ClassMap;

/// The side of the pictures for which the thesis gives its lengths, pixels.
const REFERENCE_SIDE: usize = 128;

/// One change of a label. Lengths are pixels of the label itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    /// Turns about the lesion's centroid, clockwise as the picture is seen.
    Rotate {
        /// 0..2 pi.
        radians: f32,
    },
    /// Mirrors the whole picture left to right: the lesion goes to the other side.
    FlipHorizontal,
    /// Mirrors the whole picture top to bottom.
    FlipVertical,
    /// Moves; what leaves the picture is lost.
    Shift {
        /// To the right.
        right: isize,
        /// Down.
        down: isize,
    },
    /// Shrinks about the lesion's centroid until the larger side of its bounding box is this many
    /// pixels smaller (within the one pixel that sampling decides).
    Shrink {
        /// By how much.
        pixels: usize,
    },
}

impl Operation {
    /// Two random operations of different kinds for a label whose larger side is `side` pixels:
    /// rotate 0-360 degrees, flip (either axis), shift 2-5 and shrink 2-7 pixels of 128.
    pub fn two(side: usize, random: &mut Random) -> [Self; 2] {
        let first = random.below(4);
        let second = (first + 1 + random.below(3)) % 4;
        [first, second].map(|kind| Self::of_kind(kind, side, random))
    }

    fn of_kind(kind: usize, side: usize, random: &mut Random) -> Self {
        match kind {
            0 => Self::Rotate {
                radians: random.range(0.0, core::f32::consts::TAU),
            },
            1 if random.chance(0.5) => Self::FlipHorizontal,
            1 => Self::FlipVertical,
            2 => Self::Shift {
                right: signed(length(2, 5, side, random), random),
                down: signed(length(2, 5, side, random), random),
            },
            _ => Self::Shrink {
                pixels: length(2, 7, side, random),
            },
        }
    }

    /// The changed label. A turn or a shrinkage that would lose a class (a lesion too small, or
    /// turned out of the picture) leaves the label as it is; a shift may push all of it out.
    pub fn applied(self, label: &ClassMap) -> ClassMap {
        match self {
            Self::Rotate { radians } => rotated(label, radians),
            Self::FlipHorizontal => sampled(label, |x, y| (label.width() as f64 - 1.0 - x, y)),
            Self::FlipVertical => sampled(label, |x, y| (x, label.height() as f64 - 1.0 - y)),
            Self::Shift { right, down } => {
                sampled(label, |x, y| (x - right as f64, y - down as f64))
            }
            Self::Shrink { pixels } => shrunk(label, pixels),
        }
    }
}

/// The label after two random operations of different kinds.
pub fn augmented(label: &ClassMap, random: &mut Random) -> ClassMap {
    let side = label.width().max(label.height());
    Operation::two(side, random)
        .into_iter()
        .fold(label.clone(), |label, operation| operation.applied(&label))
}

/// A whole number of pixels, uniform on `low..=high` of 128, at least 1.
pub(in crate::label) fn length(low: usize, high: usize, side: usize, random: &mut Random) -> usize {
    let scaled = |pixels: usize| (pixels * side + REFERENCE_SIDE / 2) / REFERENCE_SIDE;
    let (low, high) = (scaled(low).max(1), scaled(high).max(1));
    low + random.below(high - low + 1)
}

fn signed(length: usize, random: &mut Random) -> isize {
    let length = length as isize;
    if random.chance(0.5) { length } else { -length }
}

fn rotated(label: &ClassMap, radians: f32) -> ClassMap {
    let Some((cx, cy)) = label.centroid() else {
        return label.clone();
    };
    let (sine, cosine) = (libm::sin(f64::from(radians)), libm::cos(f64::from(radians)));
    let turned = sampled(label, |x, y| {
        let (dx, dy) = (x - cx, y - cy);
        (
            cx + (cosine * dx + sine * dy),
            cy + (cosine * dy - sine * dx),
        )
    });
    unless_lost(label, turned)
}

fn shrunk(label: &ClassMap, pixels: usize) -> ClassMap {
    let (Some((cx, cy)), Some(bounds)) = (label.centroid(), label.bounds()) else {
        return label.clone();
    };
    let side = bounds.larger_side();
    if pixels >= side {
        return label.clone();
    }
    let stretch = side as f64 / (side - pixels) as f64;
    let smaller = sampled(label, |x, y| {
        (cx + (x - cx) * stretch, cy + (y - cy) * stretch)
    });
    unless_lost(label, smaller)
}

/// `changed`, or `label` where a class of it is no longer there.
fn unless_lost(label: &ClassMap, changed: ClassMap) -> ClassMap {
    let (before, after) = (label.occurring(), changed.occurring());
    let lost = (1..256).any(|class| before[class] && !after[class]);
    if lost { label.clone() } else { changed }
}

/// A label of the same size, each pixel from the nearest to where `source` says it was.
fn sampled(label: &ClassMap, source: impl Fn(f64, f64) -> (f64, f64)) -> ClassMap {
    let (width, height) = (label.width(), label.height());
    let mut result = ClassMap::empty(width, height);
    for y in 0..height {
        for x in 0..width {
            let (sx, sy) = source(x as f64, y as f64);
            let (sx, sy) = (libm::floor(sx + 0.5), libm::floor(sy + 0.5));
            if sx >= 0.0 && sy >= 0.0 && sx < width as f64 && sy < height as f64 {
                result.set(y * width + x, label.at(sx as usize, sy as usize));
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;
    use proptest::prelude::*;

    /// A rectangle of class 1 with a core of class 2.
    fn lesion(size: usize, left: usize, top: usize, width: usize, height: usize) -> ClassMap {
        let inside = |v: usize, start: usize, length: usize, border: usize| {
            v >= start + border && v + border < start + length
        };
        let mut label = ClassMap::empty(size, size);
        for i in 0..size * size {
            let (x, y) = (i % size, i / size);
            let within = |border| inside(x, left, width, border) && inside(y, top, height, border);
            label.set(i, u8::from(within(0)) + u8::from(within(3)));
        }
        label
    }

    #[test]
    fn flips_and_shifts_move_every_pixel() {
        let label = lesion(32, 4, 6, 10, 8);
        let flipped = Operation::FlipHorizontal.applied(&label);
        assert_eq!(flipped, lesion(32, 18, 6, 10, 8));
        assert_eq!(Operation::FlipHorizontal.applied(&flipped), label);
        let upside_down = Operation::FlipVertical.applied(&label);
        assert_eq!(upside_down, lesion(32, 4, 18, 10, 8));
        let shift = Operation::Shift { right: 5, down: -2 };
        assert_eq!(shift.applied(&label), lesion(32, 9, 4, 10, 8));
        let out = Operation::Shift { right: 40, down: 0 };
        assert!(out.applied(&label).is_empty());
    }

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let quarter = Operation::Rotate {
            radians: core::f32::consts::FRAC_PI_2,
        };
        let label = lesion(33, 10, 12, 13, 9);
        assert_eq!(quarter.applied(&label), lesion(33, 12, 10, 9, 13));
    }

    #[test]
    fn shrinking_takes_pixels_off_the_larger_side() {
        let label = lesion(64, 10, 20, 30, 20);
        for pixels in 2..=7 {
            let side = Operation::Shrink { pixels }
                .applied(&label)
                .bounds()
                .expect("a lesion")
                .larger_side();
            assert!(side.abs_diff(30 - pixels) <= 1, "{pixels}: {side}");
        }
        let small = lesion(64, 10, 20, 4, 4);
        let shrink = Operation::Shrink { pixels: 7 };
        assert_eq!(shrink.applied(&small), small, "too small to shrink");
    }

    #[test]
    fn lengths_scale_with_the_size() {
        let mut random = Random::new(3, Purpose::Lesion);
        let drawn: Vec<usize> = (0..400).map(|_| length(2, 5, 512, &mut random)).collect();
        assert_eq!(drawn.iter().min(), Some(&8));
        assert_eq!(drawn.iter().max(), Some(&20));
        assert_eq!(length(2, 5, 8, &mut random), 1);
    }

    proptest! {
        #[test]
        fn classes_stay_the_classes(
            seed in any::<u64>(),
            width in 3usize..24,
            height in 3usize..24,
        ) {
            let label = lesion(64, 20, 20, width, height);
            let changed = augmented(&label, &mut Random::new(seed, Purpose::Lesion));
            prop_assert_eq!(label.occurring(), changed.occurring());
        }

        #[test]
        fn nothing_grows(seed in any::<u64>(), classes in proptest::collection::vec(0u8..3, 256)) {
            let label = ClassMap::new(16, 16, classes).expect("256 pixels");
            let mut random = Random::new(seed, Purpose::Lesion);
            let changed = augmented(&label, &mut random);
            prop_assert_eq!(changed.values().len(), 256);
            for (class, occurs) in changed.occurring().into_iter().enumerate().skip(1) {
                prop_assert!(!occurs || label.occurring()[class], "a new class {}", class);
            }
        }
    }
}
