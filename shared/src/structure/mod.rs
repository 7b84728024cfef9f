//! From an image to what the networks see of it: structure map, organ mask, fused input.
//!
//! None of this is learned and none of it needs labels. That is the point of the method: lines are
//! found by arithmetic alone, so that a generator trained on them can be steered by lines that
//! another network draws. [`extract`] is algorithm 1, [`mask`] algorithm 2, [`filter`] algorithm 3 ([`shape`] measures for it),
//! [`fuse()`] equation (12); [`operators`] and [`components`] hold what they share.

pub mod components;
pub mod extract;
mod field;
pub mod filter;
pub mod fuse;
pub mod mask;
pub mod operators;
mod reduced;
mod scale;
mod settings;
pub mod shape;
mod source;

use crate::image::{Frame, ImageError, Plane};
pub use extract::{Step, erase_lines, structure_map, structure_steps};
pub use field::{MAX_REACH, distance_field};
pub use filter::StructureFilter;
pub use fuse::{fuse, fusion_noise};
pub use mask::{contour_mask, organ_mask, solid_mask};
pub use reduced::reduced_lines;
pub use settings::{Extraction, LocalContrast, MaskSettings};
pub use shape::{Shape, contour_error};
pub use source::Source;

/// A binary structure map with its binary background mask, both of the working size.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// 1 on a line, else 0.
    pub map: Plane,
    /// 1 outside the organ, 0 inside.
    pub mask: Plane,
}

impl Structure {
    /// Algorithms 1 and 2 on an image of any size that lies in its square like `frame`, for a working size of `size` pixels.
    ///
    /// # Errors
    /// When the image is constant or holds a value that is not finite.
    pub fn of_image(
        image: &Plane,
        frame: Frame,
        size: usize,
        values: &Extraction,
        mask: &MaskSettings,
    ) -> Result<Self, ImageError> {
        Source::of(image, frame, size, values.scale)?.structure(values, mask)
    }

    /// Without the lines that lie outside the organ.
    #[must_use]
    pub fn within_organ(self) -> Self {
        let inside = |line: f32, outside: f32| line * (1.0 - outside);
        Self {
            map: self.map.zip(&self.mask, inside),
            mask: self.mask,
        }
    }
}

/// Where lesions are forbidden (1): outside the organ and `margin` pixels into it.
pub fn forbidden(mask: &Plane, margin: usize) -> Plane {
    operators::dilate(mask, margin)
}

#[cfg(test)]
mod reference;
