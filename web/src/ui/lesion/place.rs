//! Boxes as pixels, and a lesion placed by chance for models that know no statistics of lesions.

use crate::model::scene::LesionBox;
use crate::ui::board::{Sheet, Spot, anywhere, oval, rectangle};

/// Boxes as classes; later ones lie on earlier ones, and what reaches over the edge is cut off.
pub fn boxed(boxes: &[LesionBox], side: usize) -> Sheet {
    let mut sheet = Sheet::empty(side);
    let most = side as i32 - 1;
    for one in boxes {
        let end = |start: u16, length: u16| (i32::from(start) + i32::from(length) - 1).min(most);
        let (right, bottom) = (end(one.x, one.width), end(one.y, one.height));
        let (left, top) = (i32::from(one.x), i32::from(one.y));
        if right < left || bottom < top {
            continue;
        }
        for spot in rectangle((left, top), (right, bottom)) {
            sheet.put(
                spot,
                u8::try_from(one.class.saturating_add(1)).unwrap_or(u8::MAX),
            );
        }
    }
    sheet
}

/// The box between two corners, both included, as far as it lies on the board.
pub fn between(a: Spot, b: Spot, class: u32, side: usize) -> Option<LesionBox> {
    let most = side as i32 - 1;
    let (left, right) = (a.0.min(b.0).max(0), a.0.max(b.0).min(most));
    let (top, bottom) = (a.1.min(b.1).max(0), a.1.max(b.1).min(most));
    if right < left || bottom < top {
        return None;
    }
    Some(LesionBox {
        class,
        x: left as u16,
        y: top as u16,
        width: (right - left + 1) as u16,
        height: (bottom - top + 1) as u16,
    })
}

/// An ellipse of a class where it may lie.
pub fn by_chance(
    forbidden: &[u8],
    side: usize,
    class: u8,
    chance: impl FnMut() -> f64,
) -> Option<Sheet> {
    let (a, b) = anywhere(forbidden, side, chance)?;
    let mut sheet = Sheet::empty(side);
    for spot in oval(a, b) {
        sheet.put(spot, class);
    }
    Some(sheet)
}

/// The largest box in an ellipse where it may lie: what fits the ellipse fits a box of 7/10 of it.
pub fn box_by_chance(
    forbidden: &[u8],
    side: usize,
    class: u32,
    chance: impl FnMut() -> f64,
) -> Option<LesionBox> {
    let (a, b) = anywhere(forbidden, side, chance)?;
    let inner = |low: i32, high: i32| {
        let off = ((high - low + 1) as f64 * 0.15).ceil() as i32;
        if high - low < 2 * off {
            let middle = i32::midpoint(low, high);
            (middle, middle)
        } else {
            (low + off, high - off)
        }
    };
    let (left, right) = inner(a.0, b.0);
    let (top, bottom) = inner(a.1, b.1);
    between((left, top), (right, bottom), class, side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::board::outside;

    #[test]
    fn boxes_end_at_the_edge_of_the_board() {
        let one = |class, x, y, width, height| LesionBox {
            class,
            x,
            y,
            width,
            height,
        };
        let sheet = boxed(&[one(0, 0, 0, 2, 1), one(2, 1, 0, 9, 2)], 3);
        assert_eq!(sheet.values(), [1, 3, 3, 0, 3, 3, 0, 0, 0]);
        let far = [one(0, u16::MAX, 0, u16::MAX, 1), one(u32::MAX, 0, 0, 1, 1)];
        let sheet = boxed(&far, 3);
        assert_eq!(sheet.values(), [255, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert!(boxed(&[one(0, 0, 0, 0, 0)], 3).is_empty());
    }

    #[test]
    fn corners_in_any_order_are_a_box() {
        let found = between((5, 1), (2, 9), 1, 8).expect("on the board");
        let expected = LesionBox {
            class: 1,
            x: 2,
            y: 1,
            width: 4,
            height: 7,
        };
        assert_eq!(found, expected);
        assert_eq!(between((-5, 0), (-1, 3), 0, 8), None, "beside the board");
    }

    #[test]
    fn chance_places_what_is_legal() {
        let side = 24;
        let forbidden: Vec<u8> = (0..side * side)
            .map(|i| {
                let (x, y) = ((i % side) as i32 - 12, (i / side) as i32 - 12);
                if x * x + y * y < 81 { 0 } else { 255 }
            })
            .collect();
        let mut state = 5_u32;
        let mut chance = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        for _ in 0..40 {
            let lesion = by_chance(&forbidden, side, 2, &mut chance).expect("room");
            assert!(!lesion.is_empty());
            assert_eq!(outside(&lesion, &forbidden), 0);
            let one = box_by_chance(&forbidden, side, 0, &mut chance).expect("room");
            let sheet = boxed(&[one], side);
            assert!(!sheet.is_empty());
            assert_eq!(outside(&sheet, &forbidden), 0);
        }
        assert!(by_chance(&[255; 4], 2, 1, &mut chance).is_none());
    }
}
