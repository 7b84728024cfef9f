//! Where the pen is: pixels of the board from places of the pointer, and steps of the keys.

use super::raster::reach;
use super::sheet::Spot;

/// Steps of an arrow key with Shift, pixels.
const STRIDE: i32 = 8;

/// The pixel under a place, fractions of the board. A pointer that was captured may lie outside, but
/// never so far that its way there takes long to draw.
pub fn spot(at: (f64, f64), side: usize) -> Spot {
    let side = side as f64;
    let pixel = |at: f64| (at * side).floor().clamp(-side, 2.0 * side) as i32;
    (pixel(at.0), pixel(at.1))
}

/// Where an arrow key leads, `None` for other keys; the board's edge stops it.
pub fn stepped(at: Spot, key: &str, far: bool, side: usize) -> Option<Spot> {
    let by = if far { STRIDE } else { 1 };
    let (right, down) = match key {
        "ArrowLeft" => (-by, 0),
        "ArrowRight" => (by, 0),
        "ArrowUp" => (0, -by),
        "ArrowDown" => (0, by),
        _ => return None,
    };
    let last = side as i32 - 1;
    let within = |at: i32| at.clamp(0, last.max(0));
    Some((within(at.0 + right), within(at.1 + down)))
}

/// Left edge, upper edge and side of the tool's mark in percent of the board.
pub fn mark(at: Spot, width: u8, side: usize) -> (f64, f64, f64) {
    let percent = |pixels: i32| 100.0 * f64::from(pixels) / side.max(1) as f64;
    let (low, high) = reach(width);
    (
        percent(at.0 + low),
        percent(at.1 + low),
        percent(high - low + 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_pixels() {
        assert_eq!(spot((0.0, 0.999), 64), (0, 63));
        assert_eq!(spot((0.5, 1.0), 64), (32, 64));
        assert_eq!(spot((-0.01, 9.0), 64), (-1, 128));
        assert_eq!(spot((f64::NAN, 0.0), 64), (0, 0));
    }

    #[test]
    fn keys_step_and_stop_at_the_edge() {
        assert_eq!(stepped((3, 3), "ArrowUp", false, 64), Some((3, 2)));
        assert_eq!(stepped((3, 3), "ArrowRight", true, 64), Some((11, 3)));
        assert_eq!(stepped((3, 3), "ArrowLeft", true, 64), Some((0, 3)));
        assert_eq!(stepped((-5, 70), "ArrowDown", false, 64), Some((0, 63)));
        assert_eq!(stepped((3, 3), "a", false, 64), None);
    }

    #[test]
    fn the_mark_covers_what_the_tool_would() {
        assert_eq!(mark((10, 20), 1, 100), (10.0, 20.0, 1.0));
        assert_eq!(mark((10, 20), 3, 100), (9.0, 19.0, 3.0));
        assert_eq!(mark((10, 20), 4, 100), (9.0, 19.0, 4.0));
    }
}
