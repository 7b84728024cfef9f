//! Where a lesion may lie, asked while it is drawn. The engine judges the same way (algorithm 4).

use super::raster::oval;
use super::sheet::{Sheet, Spot};

/// How many places are tried for one of a size.
const TRIES: u32 = 60;

/// Whether no lesion may lie on this pixel of a map that is 255 where none may. Beyond it none may.
fn is_forbidden(forbidden: &[u8], side: usize, (x, y): Spot) -> bool {
    let within = |at: i32| usize::try_from(at).ok().filter(|&at| at < side);
    match (within(x), within(y)) {
        (Some(x), Some(y)) => forbidden.get(y * side + x).is_none_or(|&v| v > 127),
        _ => true,
    }
}

/// Pixels of a lesion that lie where none may.
pub fn outside(lesion: &Sheet, forbidden: &[u8]) -> usize {
    let pixels = lesion.values().iter().zip(forbidden);
    pixels
        .filter(|&(&class, &no)| class != 0 && no > 127)
        .count()
}

/// Whether a change that leaves `after` pixels outside, where `before` were, is taken back. A lesion whose
/// organ was changed beneath it may be mended, and drawn on where it may lie.
pub fn is_refused(before: usize, after: usize) -> bool {
    after > before
}

/// The stroke from `before` to `after` as far as it lies where it may. Elsewhere all is as it was, but for what was
/// rubbed out.
pub fn clipped(before: &Sheet, after: &Sheet, forbidden: &[u8]) -> Sheet {
    let mut result = after.clone();
    for spot in after.spots() {
        if after.at(spot) != 0 && is_forbidden(forbidden, after.side(), spot) {
            result.put(spot, before.at(spot));
        }
    }
    result
}

/// Two corners of an ellipse that lies where it may, `None` where there is no room. `chance` gives
/// numbers from 0 to 1.
pub fn anywhere(
    forbidden: &[u8],
    side: usize,
    mut chance: impl FnMut() -> f64,
) -> Option<(Spot, Spot)> {
    let free: Vec<Spot> = Sheet::empty(side)
        .spots()
        .filter(|&spot| !is_forbidden(forbidden, side, spot))
        .collect();
    if free.is_empty() {
        return None;
    }
    let largest = (side as f64 / 8.0).max(1.0);
    for round in (0..TRIES).rev() {
        // Ever smaller ones: at the end one pixel fits.
        let most = largest * f64::from(round) / f64::from(TRIES);
        let mut radius = || (most * (0.4 + 0.6 * chance())) as i32;
        let (across, down) = (radius(), radius());
        let (x, y) = free[((chance() * free.len() as f64) as usize).min(free.len() - 1)];
        let corners = ((x - across, y - down), (x + across, y + down));
        let fits = |spot| !is_forbidden(forbidden, side, spot);
        if oval(corners.0, corners.1).into_iter().all(fits) {
            return Some(corners);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 6 x 6 pixels, free in the middle 2 x 2.
    fn forbidden() -> Vec<u8> {
        let free = |i: usize| (2..4).contains(&(i % 6)) && (2..4).contains(&(i / 6));
        (0..36).map(|i| if free(i) { 0 } else { 255 }).collect()
    }

    #[test]
    fn pixels_outside_are_counted() {
        let mut lesion = Sheet::empty(6);
        assert_eq!(outside(&lesion, &forbidden()), 0);
        lesion.put((2, 2), 1);
        lesion.put((3, 3), 2);
        assert_eq!(outside(&lesion, &forbidden()), 0);
        lesion.put((1, 2), 1);
        lesion.put((4, 4), 3);
        assert_eq!(outside(&lesion, &forbidden()), 2);
    }

    #[test]
    fn what_mends_is_not_refused() {
        assert!(!is_refused(0, 0) && is_refused(0, 1));
        assert!(is_refused(3, 4));
        assert!(!is_refused(3, 3) && !is_refused(3, 2) && !is_refused(3, 0));
    }

    #[test]
    fn a_stroke_keeps_the_part_that_may_lie_there() {
        let draw = |spots: &[(Spot, u8)]| {
            let mut sheet = Sheet::empty(6);
            for &(spot, class) in spots {
                sheet.put(spot, class);
            }
            sheet
        };
        // A lesion that the organ was taken from beneath, at (1, 2).
        let before = draw(&[((1, 2), 1), ((2, 2), 1)]);
        let stroke = draw(&[((0, 2), 2), ((1, 2), 2), ((2, 2), 2), ((3, 2), 2)]);
        let kept = draw(&[((1, 2), 1), ((2, 2), 2), ((3, 2), 2)]);
        assert_eq!(clipped(&before, &stroke, &forbidden()), kept);
        let rubbed = draw(&[((2, 2), 1)]);
        assert_eq!(clipped(&before, &rubbed, &forbidden()), rubbed);
        let beside = draw(&[((1, 2), 1), ((2, 2), 1), ((5, 5), 3)]);
        assert_eq!(clipped(&before, &beside, &forbidden()), before);
    }

    #[test]
    fn a_place_is_found_where_there_is_room() {
        let mut state = 1_u32;
        let mut chance = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        for _ in 0..50 {
            let (a, b) = anywhere(&forbidden(), 6, &mut chance).expect("four pixels are free");
            let mut lesion = Sheet::empty(6);
            for spot in oval(a, b) {
                lesion.put(spot, 1);
            }
            assert!(!lesion.is_empty());
            assert_eq!(outside(&lesion, &forbidden()), 0);
        }
        let open = anywhere(&[0; 36 * 36], 36, &mut chance).expect("all is free");
        assert!(open.1.0 > open.0.0, "not one pixel only");
        assert_eq!(anywhere(&[255; 36], 6, &mut chance), None);
        assert_eq!(anywhere(&[], 6, || 0.5), None, "a map that is cut short");
    }
}
