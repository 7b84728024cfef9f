//! Voxels in three dimensions, and the grey image of one slice.

use super::affine::{AS_IT_IS, Affine, Turn, offset};
use super::{FormatError, MAX_VOXELS, count};
use crate::image::{ImageError, Plane};
use std::sync::Arc;

/// Share of the voxels that are left out at either end of a [`Window`]: a few voxels of a vessel or
/// an artefact are far brighter than all tissue.
const LEFT_OUT: f64 = 0.002;
/// Voxels that a [`Window`] looks at, at most, evenly spread.
const LOOKED_AT: usize = 1 << 20;
/// One voxel in this many has to be a finite number.
const NUMBERS: usize = 100;
/// In Hounsfield units air is -1000; what lies below the first of these, with nothing between the two, is padding.
const BELOW_AIR: [f32; 2] = [-1200.0, -1100.0];
/// Padding is one voxel in the first of these at least, and never fewer than the second.
const PADDING: [usize; 2] = [1000, 16];

/// A grey volume in the file's own units, every voxel finite. A copy shares the voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Sides, spacing and voxels (x fastest) as the file has them.
    sides: [usize; 3],
    spacing: [f32; 3],
    voxels: Arc<Vec<f32>>,
    /// Where there was no data; nothing where there was everywhere.
    empty: Arc<Vec<bool>>,
    /// Of the file's own order.
    affine: Option<Affine>,
    /// How it is looked at.
    turn: Turn,
    /// Volumes in the file.
    series: u64,
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
    /// A volume of `sides` voxels along x, y and z, `spacing` millimetres apart. Voxels without data, which hold no
    /// finite number or the padding of a CT, become as dark as the darkest of the others.
    ///
    /// # Errors
    /// When there are more or fewer voxels, or hardly any of them holds data.
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
        let usable = |s: f32| if s.is_finite() && s > 0.0 { s } else { 1.0 };
        Ok(Self {
            sides,
            spacing: spacing.map(usable),
            empty: Arc::new(darken(&mut voxels)?),
            voxels: Arc::new(voxels),
            affine: None,
            turn: AS_IT_IS,
            series: 1,
        })
    }

    /// The same volume, known to lie in the patient like this; what makes no sense is not believed.
    #[must_use]
    pub fn lying(mut self, affine: Option<Affine>) -> Self {
        self.affine = affine.filter(|affine| affine.turn().is_some());
        self
    }

    /// The volume with columns to the patient's left, rows to the back and slices to the head, as
    /// radiologists look; as it is where the file does not say how it lies.
    #[must_use]
    pub fn upright(self) -> Self {
        let affine = self.affine;
        self.upright_as(affine.as_ref())
    }

    /// Turned as a volume that lies like this is turned to be upright: for a label that has lost how it lies, and lies
    /// on its image.
    #[must_use]
    pub fn upright_as(mut self, affine: Option<&Affine>) -> Self {
        let turn = affine.and_then(Affine::turn);
        self.turn = turn.unwrap_or(AS_IT_IS);
        self
    }

    /// The same volume, known to be one of so many in its file.
    #[must_use]
    pub fn of(mut self, series: u64) -> Self {
        self.series = series;
        self
    }

    /// Volumes in the file, this one included.
    pub fn series(&self) -> u64 {
        self.series
    }

    /// How the file lies in the patient, in its own order; none where it does not say.
    pub fn own_affine(&self) -> Option<&Affine> {
        self.affine.as_ref()
    }

    /// How the volume lies in the patient as it is looked at.
    pub fn affine(&self) -> Option<Affine> {
        let affine = self.affine?;
        Some(affine.turned(self.turn, self.sides))
    }

    /// Voxels without data in the file, which are as dark as the darkest of the others here.
    pub fn replaced(&self) -> usize {
        self.empty.iter().filter(|&&empty| empty).count()
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
        self.plane(axis, index, |at| self.voxels[at])
    }

    /// The same slice of a label: 0 where there is no data.
    ///
    /// # Errors
    /// As [`Volume::slice`].
    pub fn label_slice(&self, axis: Axis, index: usize) -> Result<Plane, FormatError> {
        let empty = |at: usize| self.empty.get(at) == Some(&true);
        self.plane(
            axis,
            index,
            |at| if empty(at) { 0.0 } else { self.voxels[at] },
        )
    }

    /// The slice of what `value` gives for each voxel.
    fn plane(
        &self,
        axis: Axis,
        index: usize,
        value: impl Fn(usize) -> f32,
    ) -> Result<Plane, FormatError> {
        let count = self.slices(axis);
        if index >= count {
            return Err(FormatError::Slice { index, count });
        }
        let [nx, ny, nz] = self.sides();
        let at = |x, y, z| value(offset(self.turn, self.sides, [x, y, z]));
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

/// Gives voxels without data the lowest value of the others; which they are, nothing where there are none.
fn darken(voxels: &mut [f32]) -> Result<Vec<bool>, FormatError> {
    let of = voxels.len();
    let lowest = |voxels: &[f32], above: f32| {
        let others = voxels.iter().filter(|v| v.is_finite() && **v > above);
        others.copied().fold(f32::INFINITY, f32::min)
    };
    let bad = voxels.iter().filter(|v| !v.is_finite()).count();
    if of - bad < of.div_ceil(NUMBERS) {
        return Err(FormatError::NotNumbers { bad, of });
    }
    let mut darkest = lowest(voxels, f32::NEG_INFINITY);
    let mut padding = None;
    if darkest < BELOW_AIR[0] {
        let count = voxels.iter().filter(|v| **v == darkest).count();
        let next = lowest(voxels, darkest);
        if count >= of.div_ceil(PADDING[0]).max(PADDING[1])
            && next.is_finite()
            && next >= BELOW_AIR[1]
        {
            padding = Some(darkest);
            darkest = next;
        }
    }
    if bad == 0 && padding.is_none() {
        return Ok(Vec::new());
    }
    let darkened = voxels.iter_mut().map(|voxel| {
        let empty = !voxel.is_finite() || Some(*voxel) == padding;
        if empty {
            *voxel = darkest;
        }
        empty
    });
    Ok(darkened.collect())
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
