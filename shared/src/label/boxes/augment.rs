//! Changes of boxes (method section 8): mirror, shift, shrink. A box stays a box, so nothing turns.

use super::LabelBox;
use crate::label::mask::augment::length;
use crate::random::Random;

/// One change of all boxes of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    /// Mirrors left to right.
    FlipHorizontal,
    /// Mirrors top to bottom.
    FlipVertical,
    /// Moves; what leaves the picture is cut off.
    Shift {
        /// To the right, pixels.
        right: f32,
        /// Down, pixels.
        down: f32,
    },
    /// Shrinks each box about its own middle until its larger side is this many pixels smaller; a
    /// smaller box stays as it is.
    Shrink {
        /// By how much.
        pixels: f32,
    },
}

impl Operation {
    /// Two random operations of different kinds for a picture whose side is `size` pixels: flip (either
    /// axis), shift 2-5 and shrink 2-7 pixels of 128.
    pub fn two(size: usize, random: &mut Random) -> [Self; 2] {
        let first = random.below(3);
        let second = (first + 1 + random.below(2)) % 3;
        [first, second].map(|kind| Self::of_kind(kind, size, random))
    }

    fn of_kind(kind: usize, size: usize, random: &mut Random) -> Self {
        let mut by = |low, high| length(low, high, size, random) as f32;
        match kind {
            0 => {
                if random.chance(0.5) {
                    Self::FlipHorizontal
                } else {
                    Self::FlipVertical
                }
            }
            1 => {
                let (right, down) = (by(2, 5), by(2, 5));
                let mut signed = |v: f32| if random.chance(0.5) { v } else { -v };
                Self::Shift {
                    right: signed(right),
                    down: signed(down),
                }
            }
            _ => Self::Shrink { pixels: by(2, 7) },
        }
    }

    /// The changed box in a picture of `size` x `size` pixels; `None` when it has left it.
    pub fn applied(self, one: LabelBox, size: usize) -> Option<LabelBox> {
        let side = size as f32;
        let changed = match self {
            Self::FlipHorizontal => LabelBox {
                left: side - one.right,
                right: side - one.left,
                ..one
            },
            Self::FlipVertical => LabelBox {
                top: side - one.bottom,
                bottom: side - one.top,
                ..one
            },
            Self::Shift { right, down } => LabelBox {
                left: one.left + right,
                right: one.right + right,
                top: one.top + down,
                bottom: one.bottom + down,
                ..one
            },
            Self::Shrink { pixels } => shrunk(one, pixels),
        };
        changed.within(size)
    }
}

/// The boxes after two random operations of different kinds.
pub fn augmented(boxes: &[LabelBox], size: usize, random: &mut Random) -> Vec<LabelBox> {
    let operations = Operation::two(size, random);
    let changed = |one: &LabelBox| {
        let mut operations = operations.iter();
        operations.try_fold(*one, |one, operation| operation.applied(one, size))
    };
    boxes.iter().filter_map(changed).collect()
}

fn shrunk(one: LabelBox, pixels: f32) -> LabelBox {
    let larger = one.width().max(one.height());
    if pixels >= larger {
        return one;
    }
    let share = 0.5 * pixels / larger;
    let (x, y) = (share * one.width(), share * one.height());
    LabelBox {
        left: one.left + x,
        right: one.right - x,
        top: one.top + y,
        bottom: one.bottom - y,
        ..one
    }
}
