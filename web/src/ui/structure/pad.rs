//! The plane of the walk as a square: which place of the square is which place of the plane, and which
//! tile of the atlas lies there.

use crate::model::scene::{Latent, Pin};

/// Maps on each side of the atlas.
pub const SIDE: u8 = 9;
/// How far its outermost maps lie from the seed, standard deviations.
pub const REACH: f32 = 2.0;
/// Distance of two tiles.
pub const TILE: f32 = 2.0 * REACH / (SIDE as f32 - 1.0);
/// The edge of the square: half a tile beyond the outermost maps.
pub const EDGE: f32 = REACH + TILE / 2.0;
/// How far a place lies from the middle along a direction at which keys move it.
const STEP: f32 = 0.1;

/// A place of the plane, to the right and down.
pub type Place = (f32, f32);

/// The place under a pointer, fractions of the square.
pub fn place(at: (f64, f64)) -> Place {
    let along = |at: f64| rounded((2.0 * at as f32 - 1.0) * EDGE);
    (along(at.0), along(at.1))
}

/// Where a place lies in the square, fractions.
pub fn fraction(place: Place) -> (f64, f64) {
    let along = |at: f32| f64::from(f32::midpoint(at / EDGE, 1.0)).clamp(0.0, 1.0);
    (along(place.0), along(place.1))
}

/// The middle of the nearest tile.
pub fn snapped(place: Place) -> Place {
    let along = |at: f32| (at / TILE).round().clamp(-REACH / TILE, REACH / TILE) * TILE;
    (along(place.0), along(place.1))
}

/// Where a key leads; with `far` a whole tile.
pub fn stepped(place: Place, key: &str, far: bool) -> Option<Place> {
    let by = if far { TILE } else { STEP };
    let (x, y) = match key {
        "ArrowLeft" => (-by, 0.0),
        "ArrowRight" => (by, 0.0),
        "ArrowUp" => (0.0, -by),
        "ArrowDown" => (0.0, by),
        "Home" => return Some((0.0, 0.0)),
        _ => return None,
    };
    Some((rounded(place.0 + x), rounded(place.1 + y)))
}

/// The latent of a place; the middle is the seed itself.
pub fn latent(seed: u64, (x, y): Place) -> Latent {
    if (x, y) == (0.0, 0.0) {
        Latent::Seed(seed)
    } else {
        Latent::Plane { seed, x, y }
    }
}

/// A pin's place, when it lies on the plane of this seed.
pub fn on_plane(pin: Pin, seed: u64) -> Option<Place> {
    (pin.seed == seed).then_some((pin.x, pin.y))
}

/// Two digits, within the square: short in a link and exact in what is said of it.
fn rounded(at: f32) -> f32 {
    let at = (at.clamp(-EDGE, EDGE) * 100.0).round() / 100.0;
    // No negative zero: the middle is the middle.
    at + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_is_the_plane() {
        assert_eq!((TILE, EDGE), (0.5, 2.25));
        assert_eq!(place((0.5, 0.5)), (0.0, 0.0));
        assert_eq!(place((1.0, 0.0)), (2.25, -2.25));
        assert_eq!(place((0.75, -3.0)), (1.13, -2.25), "beyond the edge");
        assert_eq!(fraction((0.0, 2.25)), (0.5, 1.0));
        assert_eq!(fraction((-2.25, 9.0)), (0.0, 1.0));
    }

    #[test]
    fn tiles_lie_where_the_engine_draws_them() {
        // Column c of nine lies at 2 (2 c / 8 - 1); its middle in the square is (c + 0.5) / 9.
        for column in 0..9_u8 {
            let at = (f64::from(column) + 0.5) / 9.0;
            let x = REACH * (2.0 * f32::from(column) / 8.0 - 1.0);
            assert_eq!(snapped(place((at, 0.5))), (x, 0.0), "column {column}");
            assert!((fraction((x, 0.0)).0 - at).abs() < 1e-6);
        }
        assert_eq!(snapped((2.25, -2.25)), (2.0, -2.0));
        assert_eq!(snapped((0.2, 0.3)), (0.0, 0.5));
    }

    #[test]
    fn keys_step_small_or_a_tile() {
        assert_eq!(stepped((0.0, 0.0), "ArrowUp", false), Some((0.0, -0.1)));
        assert_eq!(stepped((0.1, 0.0), "ArrowLeft", false), Some((0.0, 0.0)));
        assert_eq!(stepped((2.0, 0.0), "ArrowRight", true), Some((2.25, 0.0)));
        assert_eq!(stepped((2.0, 1.0), "Home", false), Some((0.0, 0.0)));
        assert_eq!(stepped((0.0, 0.0), "x", false), None);
    }

    #[test]
    fn the_middle_is_the_seed() {
        assert_eq!(latent(7, (0.0, 0.0)), Latent::Seed(7));
        let (seed, x, y) = (7, 0.5, 0.0);
        assert_eq!(latent(7, (x, y)), Latent::Plane { seed, x, y });
        let pin = Pin { seed, x, y };
        assert_eq!((on_plane(pin, 7), on_plane(pin, 8)), (Some((x, y)), None));
    }
}
