//! The grid of pixels or voxels that a file has: the images of a case and its label must lie on the same.
//!
//! Two volumes are compared where they lie in the patient, since one may be stored mirrored or turned against the
//! other; what does not say how it lies is believed to lie as the case's first image, if it has the same sides.

use anyhow::{Result, bail, ensure};
use scanweave::formats::{Affine, Volume};
use std::path::{Path, PathBuf};

/// Voxels of one grid may lie so far apart, in voxels: headers round.
const ROUNDING: f32 = 0.5;
/// Pictures of one shape may differ so much in their ratio of sides, by rounding when they were shrunk.
const SHAPE: f64 = 0.02;

/// Where the pixels of a picture lie, to compare it with others of the same case.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    path: PathBuf,
    /// Width and height, pixels.
    sides: (usize, usize),
    /// Slices, where the file is a volume.
    depth: Option<usize>,
    /// How a volume lies as it is looked at, and as the file holds it, where it says so.
    affine: Option<Affine>,
    own: Option<Affine>,
}

impl Grid {
    /// The grid of an image file.
    pub fn flat(path: &Path, sides: (usize, usize)) -> Self {
        Self {
            path: path.into(),
            sides,
            depth: None,
            affine: None,
            own: None,
        }
    }

    /// The grid of a volume as it is looked at.
    pub fn deep(path: &Path, volume: &Volume) -> Self {
        let [width, height, depth] = volume.sides();
        Self {
            path: path.into(),
            sides: (width, height),
            depth: Some(depth),
            affine: volume.own_affine().and(volume.affine()),
            own: volume.own_affine().copied(),
        }
    }

    /// Width and height, pixels.
    pub fn sides(&self) -> (usize, usize) {
        self.sides
    }

    /// How the file lies in the patient, in its own order.
    pub fn own_affine(&self) -> Option<&Affine> {
        self.own.as_ref()
    }

    /// Whether a volume that is compared with `first`, another one, is only believed to lie there.
    pub fn is_believed(&self, first: &Self) -> bool {
        self.depth.is_some() && self.own.is_none() && first.own.is_some()
    }

    /// Refuses the label `self` when it is not on the grid of the case's first image; an image file has no depth to
    /// compare.
    ///
    /// # Errors
    /// When sides differ, or both say how they lie and lie apart; the error names both files and grids.
    pub fn check_label(&self, first: Option<&Self>) -> Result<()> {
        let Some(first) = first else { return Ok(()) };
        self.check_volumes(first, "label")?;
        ensure!(
            self.sides == first.sides,
            "{}: the label has {}, its image {} {}: export it on the image's grid",
            self.path.display(),
            self.shape(false),
            first.path.display(),
            first.shape(false)
        );
        Ok(())
    }

    /// Refuses the image `self` when it does not show what the case's first image shows: as a volume on another grid,
    /// or as a picture of another shape.
    ///
    /// # Errors
    /// As [`Grid::check_label`].
    pub fn check_image(&self, first: &Self) -> Result<()> {
        self.check_volumes(first, "volume")?;
        let ratio = |(width, height): (usize, usize)| width as f64 / height as f64;
        let (own, other) = (ratio(self.sides), ratio(first.sides));
        ensure!(
            (own / other - 1.0).abs() <= SHAPE,
            "{}: the image has {}, {} of the same case {}: both must show the same part, export them on one grid",
            self.path.display(),
            self.shape(false),
            first.path.display(),
            first.shape(false)
        );
        Ok(())
    }

    fn check_volumes(&self, first: &Self, what: &str) -> Result<()> {
        let Some((depth, other)) = self.depth.zip(first.depth) else {
            return Ok(());
        };
        let deeper = depth != other;
        ensure!(
            self.sides == first.sides && !deeper,
            "{}: the {what} has {}, its image {} {}: export it on the image's grid",
            self.path.display(),
            self.shape(deeper),
            first.path.display(),
            first.shape(deeper)
        );
        let Some((own, there)) = self.affine.zip(first.affine) else {
            return Ok(());
        };
        let sides = [self.sides.0, self.sides.1, depth];
        let (apart, voxel) = (own.apart(&there, sides), there.shortest_step());
        if apart <= ROUNDING * voxel {
            return Ok(());
        }
        bail!(
            "{}: the {what} lies elsewhere in the patient than its image {}, by up to {apart:.1} mm: {own} against {there}. Resample it onto the image's grid, or mend its header",
            self.path.display(),
            first.path.display()
        );
    }

    fn shape(&self, with_depth: bool) -> String {
        let (width, height) = self.sides;
        match self.depth.filter(|_| with_depth) {
            Some(depth) => format!("{width} x {height} x {depth} voxels"),
            None => format!("{width} x {height} pixels"),
        }
    }
}
