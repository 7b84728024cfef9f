//! The grid of pixels or voxels that a file has: the images of a case and its label must lie on the same.
//!
//! Two volumes are compared where they lie in the patient, since one may be stored mirrored or turned against the
//! other; what does not say how it lies is believed to lie as the case's first image, if it has the same sides.

use anyhow::{Context, Result, bail, ensure};
use scanweave::formats::{Affine, FormatError, Outline, Volume};
use scanweave::image::Frame;
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
    /// Distance of pixels across and down, in one unit.
    spacing: [f32; 2],
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
            spacing: [1.0; 2],
            depth: None,
            affine: None,
            own: None,
        }
    }

    /// The grid of a volume as it is looked at.
    pub fn deep(path: &Path, volume: &Volume) -> Self {
        let [width, height, depth] = volume.sides();
        let [across, down, _] = volume.spacing();
        Self {
            path: path.into(),
            sides: (width, height),
            spacing: [across, down],
            depth: Some(depth),
            affine: volume.own_affine().and(volume.affine()),
            own: volume.own_affine().copied(),
        }
    }

    /// The grid of a volume by its header.
    pub fn of_outline(path: &Path, outline: &Outline) -> Self {
        let [width, height, depth] = outline.sides;
        let looked_at = outline.affine.map(|[looked_at, _]| looked_at);
        Self {
            path: path.into(),
            sides: (width, height),
            spacing: looked_at.map_or([1.0; 2], |affine| {
                let [across, down, _] = affine.spacing();
                [across, down]
            }),
            depth: Some(depth),
            affine: looked_at,
            own: outline.affine.map(|[_, own]| own),
        }
    }

    /// Refuses a slice that a volume does not have.
    ///
    /// # Errors
    /// When there is no such slice; the error names the file.
    pub fn check_slice(&self, index: usize) -> Result<()> {
        let Some(count) = self.depth.filter(|count| index >= *count) else {
            return Ok(());
        };
        let error = FormatError::Slice { index, count };
        Err(error).with_context(|| self.path.display().to_string())
    }

    /// Slices, where the file is a volume.
    pub fn slices(&self) -> Option<usize> {
        self.depth
    }

    /// Width and height, pixels.
    pub fn sides(&self) -> (usize, usize) {
        self.sides
    }

    /// How it lies in the square that networks see.
    pub fn frame(&self) -> Frame {
        Frame::of(self.sides, self.spacing)
    }

    /// How the file lies in the patient, in its own order.
    pub fn own_affine(&self) -> Option<&Affine> {
        self.own.as_ref()
    }

    /// What the file says of the grid, for people: sides, and of a volume voxels and how it is stored.
    pub fn in_words(&self) -> String {
        let Some(affine) = &self.affine else {
            let unsaid = if self.depth.is_some() {
                ", it does not say how they lie"
            } else {
                ""
            };
            return self.shape(true) + unsaid;
        };
        let [x, y, z] = affine.spacing();
        let code = self.own.as_ref().and_then(Affine::code).unwrap_or_default();
        format!(
            "{} of {x:.2} x {y:.2} x {z:.2} mm, stored {code}",
            self.shape(true)
        )
    }

    /// Whether a volume that is compared with `first`, another one, is only believed to lie there.
    pub fn is_believed(&self, first: &Self) -> bool {
        self.depth.is_some() && self.own.is_none() && first.own.is_some()
    }

    /// The slices before and after this one; at either end it is its own neighbour.
    pub fn beside(&self, slice: usize) -> (usize, usize) {
        let last = self.depth.map_or(0, |depth| depth - 1);
        (slice.saturating_sub(1), (slice + 1).min(last))
    }

    /// Where the grid of the `other` volume lies in voxels of this one; none where one of them does not say how it lies.
    pub fn holds(&self, other: &Self) -> Option<Affine> {
        let (own, other) = self.affine.zip(other.affine)?;
        other.in_voxels_of(&own)
    }

    /// Whether two pictures without depth are of one shape, however large.
    pub fn is_scaled(&self, other: &Self) -> bool {
        self.depth.is_none() && other.depth.is_none() && self.is_of_shape(other)
    }

    /// Whether it can be brought onto the grid of the `other`: both say how they lie, or they are pictures of one shape.
    pub fn is_brought_onto(&self, other: &Self) -> bool {
        self.holds(other).is_some() || self.is_scaled(other)
    }

    fn is_of_shape(&self, other: &Self) -> bool {
        let ratio = |(width, height): (usize, usize)| width as f64 / height as f64;
        (ratio(self.sides) / ratio(other.sides) - 1.0).abs() <= SHAPE
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
            "{}: the label has {}, its image {} {}: export it on the image's grid, or pass --resample",
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
        ensure!(
            self.is_of_shape(first),
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
            "{}: the {what} has {}, its image {} {}: export it on the image's grid, or pass --resample",
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
            "{}: the {what} lies elsewhere in the patient than its image {}, by up to {apart:.1} mm: {own} against {there}. Pass --resample, or mend its header",
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
