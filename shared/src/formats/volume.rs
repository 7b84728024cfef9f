//! Voxels in three dimensions, and the grey image of one slice.

use super::orientation::{AS_IT_IS, Directions, Turn, offset};
use super::{FormatError, MAX_VOXELS, count};
use crate::image::{ImageError, Plane};

/// Share of the voxels that are left out at either end of a [`Window`]: a few voxels of a vessel or
/// an artefact are far brighter than all tissue.
const LEFT_OUT: f64 = 0.002;
/// Voxels that a [`Window`] looks at, at most, evenly spread.
const LOOKED_AT: usize = 1 << 20;

/// A grey volume in the file's own units, every voxel finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Sides, spacing and voxels (x fastest) as the file has them.
    sides: [usize; 3],
    spacing: [f32; 3],
    voxels: Vec<f32>,
    directions: Option<Directions>,
    /// How it is looked at.
    turn: Turn,
    /// Voxels that were no finite numbers.
    replaced: usize,
}

/// The axis that runs through the slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// A slice is `[z][y]`: `ny` wide and `nz` high.
    X,
    /// A slice is `[z][x]`: `nx` wide and `nz` high.
    Y,
    /// A slice is `[y][x]` as the file holds it: `nx` wide and `ny` high.
    Z,
}

/// The values that become black and white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Becomes 0.
    pub low: f32,
    /// Becomes 1, greater than `low`.
    pub high: f32,
}

impl Volume {
    /// A volume of `sides` voxels along x, y and z, `spacing` millimetres apart. Voxels that are no
    /// finite numbers become 0, unless they are the most: then the volume is refused.
    pub fn new(
        sides: [usize; 3],
        spacing: [f32; 3],
        mut voxels: Vec<f32>,
    ) -> Result<Self, FormatError> {
        let expected = count(sides.map(|s| s as u64))?;
        if voxels.len() != expected {
            return Err(FormatError::Truncated {
                need: expected as u64,
                got: voxels.len() as u64,
            });
        }
        let bad = voxels.iter().filter(|v| !v.is_finite()).count();
        if bad > expected / 2 {
            return Err(FormatError::NotNumbers { bad, of: expected });
        }
        if bad > 0 {
            for voxel in voxels.iter_mut().filter(|v| !v.is_finite()) {
                *voxel = 0.0;
            }
        }
        let usable = |s: f32| if s.is_finite() && s > 0.0 { s } else { 1.0 };
        Ok(Self {
            sides,
            spacing: spacing.map(usable),
            voxels,
            directions: None,
            turn: AS_IT_IS,
            replaced: bad,
        })
    }

    /// The same volume, known to lie in the patient like this.
    #[must_use]
    pub fn lying(mut self, directions: Option<Directions>) -> Self {
        self.directions = directions;
        self
    }

    /// The volume with columns to the patient's left, rows to the back and slices to the head, as
    /// radiologists look; as it is where the file does not say how it lies.
    #[must_use]
    pub fn upright(mut self) -> Self {
        let turn = self.directions.and_then(|directions| directions.turn());
        self.turn = turn.unwrap_or(AS_IT_IS);
        self
    }

    /// Voxels that were no finite numbers in the file and are 0 here.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// Voxels along x, y and z.
    pub fn sides(&self) -> [usize; 3] {
        self.turn.map(|(axis, _)| self.sides[axis])
    }

    /// Millimetres between the centres of neighbouring voxels along x, y and z; 1 where the file does
    /// not say.
    pub fn spacing(&self) -> [f32; 3] {
        self.turn.map(|(axis, _)| self.spacing[axis])
    }

    /// All voxels in the file's order, whichever way the volume is turned.
    pub fn voxels(&self) -> &[f32] {
        &self.voxels
    }

    /// Slices along an axis.
    pub fn slices(&self, axis: Axis) -> usize {
        self.sides()[axis as usize]
    }

    /// Slice number `index` (from 0) along `axis`, in the file's own units.
    pub fn slice(&self, axis: Axis, index: usize) -> Result<Plane, FormatError> {
        let count = self.slices(axis);
        if index >= count {
            return Err(FormatError::Slice { index, count });
        }
        let [nx, ny, nz] = self.sides();
        let at = |x, y, z| self.voxels[offset(self.turn, self.sides, [x, y, z])];
        let (width, height) = match axis {
            Axis::X => (ny, nz),
            Axis::Y => (nx, nz),
            Axis::Z => (nx, ny),
        };
        let pixel = |(row, column)| match axis {
            Axis::X => at(index, column, row),
            Axis::Y => at(column, index, row),
            Axis::Z => at(column, row, index),
        };
        crate::image::check_size(width, height)?;
        let places = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
        Ok(Plane::new(width, height, places.map(pixel).collect())?)
    }

    /// Slice number `index` along `axis` as a picture, 0..=1. The window is the whole volume's, so
    /// that a tissue has one grey in every slice.
    pub fn picture(&self, axis: Axis, index: usize, window: Window) -> Result<Plane, FormatError> {
        let plane = self.slice(axis, index)?;
        let (low, high) = plane.min_max();
        if low == high {
            return Err(ImageError::Constant(low).into());
        }
        Ok(plane.map(|v| window.of(v)))
    }

    /// From the darkest to the brightest voxel, without the few most extreme ones.
    pub fn window(&self) -> Result<Window, FormatError> {
        let step = self.voxels.len().div_ceil(LOOKED_AT);
        let mut some: Vec<f32> = self.voxels.iter().step_by(step).copied().collect();
        let last = some.len() - 1;
        let out = (last as f64 * LEFT_OUT) as usize;
        let low = *some.select_nth_unstable_by(out, f32::total_cmp).1;
        let high = *some.select_nth_unstable_by(last - out, f32::total_cmp).1;
        if low < high {
            return Ok(Window { low, high });
        }
        // Nearly all voxels are alike: the few others are what there is to see.
        let extremes = |(lo, hi): (f32, f32), &v: &f32| (lo.min(v), hi.max(v));
        let (low, high) = self.voxels.iter().fold((low, low), extremes);
        if low < high {
            Ok(Window { low, high })
        } else {
            Err(FormatError::Constant(low))
        }
    }
}

impl Window {
    /// The grey of a value, 0..=1. In double precision: the difference of two large values of
    /// opposite sign does not fit into single.
    pub fn of(self, value: f32) -> f32 {
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        (((f64::from(value) - low) / (high - low)) as f32).clamp(0.0, 1.0)
    }
}

const _: () = assert!(
    MAX_VOXELS <= usize::MAX as u64,
    "a count fits into an index"
);
