//! A latent named by seeds: the same few numbers mean the same latent everywhere, so that a link or
//! a lesson can hold one.

use serde::{Deserialize, Serialize};

use scanweave::random::{Purpose, Random};

/// A place in the latent space of the structure decoder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Latent {
    /// z ~ N(0, 1) of a seed.
    Seed(u64),
    /// A place on the plane through the latent of `seed`.
    Plane {
        /// Seed of the plane: its centre and its two directions.
        seed: u64,
        /// Along the first direction, in standard deviations; 0 is the centre.
        x: f32,
        /// Along the second.
        y: f32,
    },
    /// Between two places.
    Between {
        /// Where `t` is 0.
        from: Pin,
        /// Where `t` is 1.
        to: Pin,
        /// 0..=1.
        t: f32,
    },
}

/// A place that was pinned, to interpolate from or to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// Seed of the plane.
    pub seed: u64,
    /// As [`Latent::Plane`].
    pub x: f32,
    /// As [`Latent::Plane`].
    pub y: f32,
}

impl Latent {
    /// The `count` values of the latent. Numbers that are not finite count as 0.
    pub fn values(&self, count: usize) -> Vec<f32> {
        match *self {
            Self::Seed(seed) => of_seed(seed, count),
            Self::Plane { seed, x, y } => on_plane(Pin { seed, x, y }, count),
            Self::Between { from, to, t } => {
                let t = finite(t).clamp(0.0, 1.0);
                slerp(&on_plane(from, count), &on_plane(to, count), t)
            }
        }
    }

    /// The place of a tile of an atlas: `side` maps each way on the plane of a seed, the outermost
    /// `reach` from the centre; columns from the left, rows from the top.
    pub fn on_grid(seed: u64, side: u8, reach: f32, column: u8, row: u8) -> Self {
        let along = |place: u8| match side {
            0 | 1 => 0.0,
            _ => reach * (2.0 * f32::from(place) / f32::from(side - 1) - 1.0),
        };
        Self::Plane {
            seed,
            x: along(column),
            y: along(row),
        }
    }

    /// The place itself as a pin; a place between two pins has none.
    pub fn pin(&self) -> Option<Pin> {
        match *self {
            Self::Seed(seed) => Some(Pin {
                seed,
                x: 0.0,
                y: 0.0,
            }),
            Self::Plane { seed, x, y } => Some(Pin { seed, x, y }),
            Self::Between { .. } => None,
        }
    }
}

/// Column and row of every tile of an atlas, from the centre outwards, ring by ring.
pub fn from_centre(side: u8) -> Vec<(u8, u8)> {
    let tiles = (0..side).flat_map(|row| (0..side).map(move |column| (column, row)));
    let mut tiles: Vec<(u8, u8)> = tiles.collect();
    // Twice the distance: the centre of an even grid lies between two tiles.
    let off = |place: u8| (2 * i32::from(place) - (i32::from(side) - 1)).abs();
    tiles.sort_by_key(|&(column, row)| {
        let (x, y) = (off(column), off(row));
        (x.max(y), x + y)
    });
    tiles
}

fn of_seed(seed: u64, count: usize) -> Vec<f32> {
    Random::new(seed, Purpose::Latent).normals(count)
}

/// The centre moved along two directions that are orthogonal to it and to each other, then brought
/// back to the centre's length: normal latents lie near a sphere, and so do the places of the plane.
fn on_plane(pin: Pin, count: usize) -> Vec<f32> {
    let centre = of_seed(pin.seed, count);
    let (x, y) = (finite(pin.x), finite(pin.y));
    if x == 0.0 && y == 0.0 {
        return centre;
    }
    let length = norm(&centre);
    let mut basis = vec![scaled(&centre, 1.0 / length.max(f32::MIN_POSITIVE))];
    for index in 0..2 {
        let mut direction = Random::nth(pin.seed, Purpose::Latent, index).normals(count);
        for earlier in &basis {
            let along = dot(&direction, earlier);
            for (d, e) in direction.iter_mut().zip(earlier) {
                *d -= along * e;
            }
        }
        let own = norm(&direction).max(f32::MIN_POSITIVE);
        basis.push(scaled(&direction, 1.0 / own));
    }
    // One standard deviation of a latent of this many values is the length of its centre, shared out
    // over all of them: steps on the plane are angles.
    let step = length * 0.5;
    let moved: Vec<f32> = (0..count)
        .map(|i| centre[i] + step * (x * basis[1][i] + y * basis[2][i]))
        .collect();
    scaled(&moved, length / norm(&moved).max(f32::MIN_POSITIVE))
}

/// Spherical interpolation (Shoemake 1985), linear where the two are nearly parallel.
fn slerp(a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
    let lengths = (norm(a) * norm(b)).max(f32::MIN_POSITIVE);
    let angle = libm::acosf((dot(a, b) / lengths).clamp(-1.0, 1.0));
    let sine = libm::sinf(angle);
    let (from, to) = if sine < 1e-3 {
        (1.0 - t, t)
    } else {
        (
            libm::sinf((1.0 - t) * angle) / sine,
            libm::sinf(t * angle) / sine,
        )
    };
    a.iter().zip(b).map(|(a, b)| from * a + to * b).collect()
}

fn finite(value: f32) -> f32 {
    if value.is_finite() {
        value.clamp(-100.0, 100.0)
    } else {
        0.0
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(values: &[f32]) -> f32 {
    libm::sqrtf(dot(values, values))
}

fn scaled(values: &[f32], factor: f32) -> Vec<f32> {
    values.iter().map(|v| v * factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 64;

    #[test]
    fn the_centre_of_a_plane_is_its_seed() {
        let place = Latent::Plane {
            seed: 5,
            x: 0.0,
            y: 0.0,
        };
        assert_eq!(place.values(COUNT), Latent::Seed(5).values(COUNT));
    }

    #[test]
    fn places_of_a_plane_keep_the_length_and_move_apart() {
        let at = |x, y| Latent::Plane { seed: 5, x, y }.values(COUNT);
        let length = norm(&at(0.0, 0.0));
        for (x, y) in [(1.0, 0.0), (0.0, -2.0), (2.0, 2.0)] {
            assert!((norm(&at(x, y)) - length).abs() < 1e-3 * length);
        }
        let cosine = |a: &[f32], b: &[f32]| dot(a, b) / (norm(a) * norm(b));
        let centre = at(0.0, 0.0);
        // tan of the angle is half the step.
        let expected = 1.0 / libm::sqrtf(1.0 + 0.25);
        assert!((cosine(&centre, &at(1.0, 0.0)) - expected).abs() < 1e-3);
        assert!((cosine(&centre, &at(0.0, 1.0)) - expected).abs() < 1e-3);
        assert!(cosine(&centre, &at(2.0, 0.0)) < cosine(&centre, &at(1.0, 0.0)));
    }

    #[test]
    fn interpolation_begins_and_ends_at_the_pins() {
        let pin = |seed| Pin {
            seed,
            x: 0.5,
            y: -0.5,
        };
        let at = |t| {
            Latent::Between {
                from: pin(1),
                to: pin(2),
                t,
            }
            .values(COUNT)
        };
        let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(near(&at(0.0), &on_plane(pin(1), COUNT)));
        assert!(near(&at(1.0), &on_plane(pin(2), COUNT)));
        // Halfway between two of equal angle lies half their angle from either.
        let (a, b, half) = (at(0.0), at(1.0), at(0.5));
        let angle =
            |a: &[f32], b: &[f32]| libm::acosf((dot(a, b) / (norm(a) * norm(b))).clamp(-1.0, 1.0));
        assert!((angle(&a, &half) / angle(&a, &b) - 0.5).abs() < 0.1);
    }

    #[test]
    fn an_atlas_begins_at_its_seed_and_ends_at_its_corners() {
        let tiles = from_centre(5);
        assert_eq!((tiles.len(), tiles[0]), (25, (2, 2)));
        assert_eq!(tiles[1..5], [(2, 1), (1, 2), (3, 2), (2, 3)]);
        assert!(tiles[21..].iter().all(|&(c, r)| c % 4 == 0 && r % 4 == 0));
        assert_eq!(from_centre(1), [(0, 0)]);
        assert!(from_centre(0).is_empty());
        let at = |column, row| Latent::on_grid(7, 5, 2.0, column, row);
        let place = |x, y| Latent::Plane { seed: 7, x, y };
        assert_eq!(at(2, 2), place(0.0, 0.0));
        assert_eq!(at(0, 4), place(-2.0, 2.0));
        assert_eq!(at(3, 2), place(1.0, 0.0));
        assert_eq!(Latent::on_grid(7, 1, 2.0, 0, 0), place(0.0, 0.0));
    }

    #[test]
    fn numbers_that_are_none_do_no_harm() {
        let wild = Latent::Plane {
            seed: 1,
            x: f32::NAN,
            y: f32::INFINITY,
        };
        assert!(wild.values(COUNT).iter().all(|v| v.is_finite()));
    }
}
