//! The grid of pixels or voxels that a file has: an image and its label must lie on the same.

use anyhow::{Result, ensure};
use std::path::{Path, PathBuf};

/// Where the pixels of a picture lie, to compare it with others of the same case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    path: PathBuf,
    /// Width and height, pixels.
    sides: (usize, usize),
    /// Slices, where the file is a volume.
    depth: Option<usize>,
}

impl Grid {
    /// The grid of an image file.
    pub fn flat(path: &Path, sides: (usize, usize)) -> Self {
        Self {
            path: path.into(),
            sides,
            depth: None,
        }
    }

    /// The grid of a volume, x, y, z.
    pub fn deep(path: &Path, [width, height, depth]: [usize; 3]) -> Self {
        Self {
            path: path.into(),
            sides: (width, height),
            depth: Some(depth),
        }
    }

    /// Width and height, pixels.
    pub fn sides(&self) -> (usize, usize) {
        self.sides
    }

    /// Whether it is a volume's.
    pub fn is_volume(&self) -> bool {
        self.depth.is_some()
    }

    /// Refuses `self`, which is a `what`, when it is not the grid of the case's first image; an
    /// image file has no depth to compare.
    pub fn check_like(&self, first: Option<&Self>, what: &str) -> Result<()> {
        let Some(first) = first else { return Ok(()) };
        let depths = self.depth.zip(first.depth);
        let deeper = depths.is_some_and(|(a, b)| a != b);
        ensure!(
            self.sides == first.sides && !deeper,
            "{}: the {what} has {}, its image {} {}: export it on the image's grid",
            self.path.display(),
            self.shape(deeper),
            first.path.display(),
            first.shape(deeper)
        );
        Ok(())
    }

    fn shape(&self, with_depth: bool) -> String {
        let (width, height) = self.sides;
        match self.depth.filter(|_| with_depth) {
            Some(depth) => format!("{width} x {height} x {depth} voxels"),
            None => format!("{width} x {height} pixels"),
        }
    }
}
