//! The sampling grid: anatomy is continuous, pictures are not.
//!
//! Shapes live in coordinates -1..1 (x to the right, y down). A [`Field`] samples them on a grid
//! finer than the picture and averages down, which is what gives edges their partial volume.

use super::shape::Point;
use crate::image::Plane;

/// Samples per pixel and axis.
pub(super) const SUPERSAMPLING: usize = 2;

/// A square grid of samples over -1..1.
#[derive(Debug, Clone)]
pub(super) struct Field {
    side: usize,
    pub(super) values: Vec<f32>,
}

impl Field {
    /// A grid of zeros for a picture of `size` pixels.
    pub(super) fn zeros(size: usize) -> Self {
        let side = size * SUPERSAMPLING;
        Self {
            side,
            values: vec![0.0; side * side],
        }
    }

    /// A grid of `shape`'s values.
    pub(super) fn sampled(size: usize, mut shape: impl FnMut(f32, f32) -> f32) -> Self {
        let mut field = Self::zeros(size);
        for (i, value) in field.values.iter_mut().enumerate() {
            let (x, y) = centre(i % field.side, i / field.side, field.side);
            *value = shape(x, y);
        }
        field
    }

    /// Draws a tube along `points`: each point brings its own half-width and weight, `study`
    /// gives the thickness across, 0 at the centre line to 1 at the wall. Overlapping parts of one
    /// tube do not add up.
    pub(super) fn tube(&mut self, points: &[TubePoint], study: fn(f32) -> f32) {
        let Some(bounds) = self.bounds(points) else {
            return;
        };
        let width = bounds.x1 - bounds.x0;
        let mut drawn = vec![0.0_f32; width * (bounds.y1 - bounds.y0)];
        for pair in points.windows(2) {
            let Some(part) = self.bounds(pair) else {
                continue;
            };
            for iy in part.y0..part.y1 {
                for ix in part.x0..part.x1 {
                    let (x, y) = centre(ix, iy, self.side);
                    let value = across(&pair[0], &pair[1], x, y, study);
                    let slot = &mut drawn[(iy - bounds.y0) * width + ix - bounds.x0];
                    *slot = slot.max(value);
                }
            }
        }
        for (row, line) in drawn.chunks(width).enumerate() {
            let start = (bounds.y0 + row) * self.side + bounds.x0;
            for (value, add) in self.values[start..start + width].iter_mut().zip(line) {
                *value += add;
            }
        }
    }

    /// Draws the straight piece of a tube from `a` to `b`, `profile` as in [`Field::tube`]. Where
    /// pieces overlap the stronger one counts, so that branches join without a knot.
    pub(super) fn piece(&mut self, a: &TubePoint, b: &TubePoint, profile: fn(f32) -> f32) {
        let Some(part) = self.bounds(&[*a, *b]) else {
            return;
        };
        for iy in part.y0..part.y1 {
            for ix in part.x0..part.x1 {
                let (x, y) = centre(ix, iy, self.side);
                let slot = &mut self.values[iy * self.side + ix];
                *slot = slot.max(across(a, b, x, y, profile));
            }
        }
    }

    /// The picture: every pixel is the mean of its samples.
    pub(super) fn averaged(&self) -> Plane {
        let size = self.side / SUPERSAMPLING;
        let share = 1.0 / (SUPERSAMPLING * SUPERSAMPLING) as f32;
        Plane::from_fn(size, size, |x, y| {
            let mut sum = 0.0;
            for dy in 0..SUPERSAMPLING {
                for dx in 0..SUPERSAMPLING {
                    sum +=
                        self.values[(y * SUPERSAMPLING + dy) * self.side + x * SUPERSAMPLING + dx];
                }
            }
            sum * share
        })
    }

    /// The grid samples a tube may touch, `None` when it lies outside the picture.
    fn bounds(&self, points: &[TubePoint]) -> Option<Bounds> {
        let fold =
            |f: fn(&TubePoint) -> f32, pick: fn(f32, f32) -> f32| points.iter().map(f).reduce(pick);
        let index =
            |v: f32| ((v + 1.0) * 0.5 * self.side as f32).clamp(0.0, self.side as f32) as usize;
        let bounds = Bounds {
            x0: index(fold(|p| p.at.x - p.half, f32::min)?),
            x1: (index(fold(|p| p.at.x + p.half, f32::max)?) + 1).min(self.side),
            y0: index(fold(|p| p.at.y - p.half, f32::min)?),
            y1: (index(fold(|p| p.at.y + p.half, f32::max)?) + 1).min(self.side),
        };
        (bounds.x0 < bounds.x1 && bounds.y0 < bounds.y1).then_some(bounds)
    }
}

/// One point of a tube's centre line.
#[derive(Debug, Clone, Copy)]
pub(super) struct TubePoint {
    /// Place in the picture.
    pub(super) at: Point,
    /// Half-width.
    pub(super) half: f32,
    /// Strength.
    pub(super) weight: f32,
}

struct Bounds {
    x0: usize,
    x1: usize,
    y0: usize,
    y1: usize,
}

/// Centre of a cell of a grid of `side` cells over -1..1.
pub(super) fn centre(ix: usize, iy: usize, side: usize) -> (f32, f32) {
    let place = |i: usize| (2 * i + 1) as f32 / side as f32 - 1.0;
    (place(ix), place(iy))
}

fn across(a: &TubePoint, b: &TubePoint, x: f32, y: f32, study: fn(f32) -> f32) -> f32 {
    let (dx, dy) = (b.at.x - a.at.x, b.at.y - a.at.y);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (((x - a.at.x) * dx + (y - a.at.y) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (ex, ey) = (x - a.at.x - along * dx, y - a.at.y - along * dy);
    let half = a.half + along * (b.half - a.half);
    let u = libm::sqrtf(ex * ex + ey * ey) / half;
    if u >= 1.0 {
        return 0.0;
    }
    (a.weight + along * (b.weight - a.weight)) * study(u)
}
