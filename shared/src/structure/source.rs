//! An image made ready for algorithms 1 and 2: who turns a slider runs them many times on one image,
//! and shrinking a large one takes longer than both.

use super::{Extraction, MaskSettings};
use super::{Step, Structure, organ_mask, structure_map, structure_steps};
use crate::image::{ImageError, Plane};

/// An image at the two sizes that algorithms 1 and 2 need.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// At the working size.
    small: Plane,
    /// At the size lines are found at.
    large: Plane,
}

impl Source {
    /// An image of any size, for a working size of `size` pixels and lines found at `scale` times it.
    ///
    /// # Errors
    /// When the image is constant or holds a value that is not finite.
    pub fn of(image: &Plane, size: usize, scale: usize) -> Result<Self, ImageError> {
        let image = image.normalised()?;
        Ok(Self {
            small: image.resized(size, size),
            large: image.resized(size * scale, size * scale),
        })
    }

    /// The structure map and the mask.
    ///
    /// # Errors
    /// When the image is constant at the working size.
    pub fn structure(
        &self,
        values: &Extraction,
        mask: &MaskSettings,
    ) -> Result<Structure, ImageError> {
        let mask = organ_mask(&self.small, mask)?;
        let map = structure_map(&self.large, &mask, values)?;
        Ok(Structure { map, mask })
    }

    /// Every plane on the way to the structure map, in order.
    ///
    /// # Errors
    /// As [`Source::structure`].
    pub fn steps(&self, values: &Extraction, mask: &MaskSettings) -> Result<Vec<Step>, ImageError> {
        let mask = organ_mask(&self.small, mask)?;
        structure_steps(&self.large, &mask, values)
    }
}
