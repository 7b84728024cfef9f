//! Where a box is taken hold of, and what dragging it there does.

use super::place::between;
use crate::model::scene::LesionBox;
use crate::ui::board::Spot;

/// A corner is as wide as this share of its box: the middle stays for moving.
const CORNER: i32 = 4;
/// A corner is at most so many pixels wide.
const WIDEST: i32 = 4;

/// A place of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grip {
    /// Its inside.
    Whole,
    /// A corner; the opposite one stays where it is.
    Corner {
        /// The opposite corner.
        fixed: Spot,
        /// From where the pointer went down to the corner itself.
        off: Spot,
    },
}

impl Grip {
    /// What `at` takes hold of; nothing beside the box.
    pub fn at(one: &LesionBox, at: Spot) -> Option<Self> {
        let across = edge(one.x, one.width, at.0)?;
        let down = edge(one.y, one.height, at.1)?;
        Some(match (across, down) {
            (Hold::End(fixed_x, off_x), Hold::End(fixed_y, off_y)) => Self::Corner {
                fixed: (fixed_x, fixed_y),
                off: (off_x, off_y),
            },
            _ => Self::Whole,
        })
    }

    /// The box after a drag from `start` to `to`, on a board of this side.
    pub fn dragged(self, one: LesionBox, start: Spot, to: Spot, side: usize) -> LesionBox {
        match self {
            Self::Whole => {
                let moved = |from: u16, length: u16, by: i32| {
                    let most = (side as i32 - i32::from(length)).max(0);
                    (i32::from(from) + by).clamp(0, most) as u16
                };
                LesionBox {
                    x: moved(one.x, one.width, to.0 - start.0),
                    y: moved(one.y, one.height, to.1 - start.1),
                    ..one
                }
            }
            Self::Corner { fixed, off } => {
                let corner = (to.0 + off.0, to.1 + off.1);
                between(fixed, corner, one.class, side).unwrap_or(one)
            }
        }
    }
}

/// Where along one side of a box it is held.
enum Hold {
    /// Near an end: where the other one is, and the way to this one.
    End(i32, i32),
    Middle,
}

/// Of a side from `start`: nothing beside it.
fn edge(start: u16, length: u16, at: i32) -> Option<Hold> {
    let (low, high) = (i32::from(start), i32::from(start) + i32::from(length) - 1);
    if !(low..=high).contains(&at) {
        return None;
    }
    // Three pixels are two ends and a middle.
    let least = i32::from(length >= 3);
    let reach = (i32::from(length) / CORNER).clamp(least, WIDEST);
    Some(if at < low + reach {
        Hold::End(high, low - at)
    } else if at > high - reach {
        Hold::End(low, high - at)
    } else {
        Hold::Middle
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: LesionBox = LesionBox {
        class: 1,
        x: 10,
        y: 20,
        width: 8,
        height: 12,
    };

    fn drag(start: Spot, to: Spot) -> LesionBox {
        let grip = Grip::at(&BOX, start).expect("on the box");
        grip.dragged(BOX, start, to, 64)
    }

    #[test]
    fn its_middle_moves_a_box_as_far_as_the_board_goes() {
        assert_eq!(Grip::at(&BOX, (14, 26)), Some(Grip::Whole));
        assert_eq!(
            drag((14, 26), (15, 24)),
            LesionBox {
                x: 11,
                y: 18,
                ..BOX
            }
        );
        assert_eq!(drag((14, 26), (99, -99)), LesionBox { x: 56, y: 0, ..BOX });
        assert_eq!(Grip::at(&BOX, (18, 26)), None);
        assert_eq!(Grip::at(&BOX, (14, 19)), None);
    }

    #[test]
    fn a_corner_changes_a_box_and_the_opposite_one_stays() {
        let larger = LesionBox {
            x: 5,
            y: 15,
            width: 13,
            height: 17,
            ..BOX
        };
        assert_eq!(drag((10, 20), (5, 15)), larger);
        assert_eq!(
            drag((11, 21), (6, 16)),
            larger,
            "where the corner was held does not matter"
        );
        let turned = drag((17, 31), (8, 18));
        assert_eq!(
            (turned.x, turned.y, turned.width, turned.height),
            (8, 18, 3, 3)
        );
        assert_eq!(turned.class, 1);
    }

    #[test]
    fn a_box_too_small_for_corners_still_moves() {
        let thin = LesionBox { width: 3, ..BOX };
        assert!(matches!(
            Grip::at(&thin, (12, 31)),
            Some(Grip::Corner { .. })
        ));
        assert_eq!(Grip::at(&thin, (11, 31)), Some(Grip::Whole));
        let dot = LesionBox {
            width: 1,
            height: 3,
            ..BOX
        };
        assert_eq!(Grip::at(&dot, (10, 20)), Some(Grip::Whole));
        assert_eq!(Grip::Whole.dragged(dot, (10, 20), (11, 20), 64).x, 11);
    }
}
