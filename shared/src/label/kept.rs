//! A label as a prepared data set keeps it: what is small stands in the header, the pixels of a mask
//! follow with the images.

use serde::{Deserialize, Serialize};

use super::{ClassMap, Label, LabelBox, LabelError, LabelKind};

/// A label without pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Kept {
    /// None.
    None,
    /// A class of the whole image.
    Class(usize),
    /// A mask: one byte per pixel follows.
    Mask,
    /// Boxes.
    Boxes(Vec<LabelBox>),
}

impl Label {
    /// The label without its pixels, and these.
    pub fn kept(&self) -> (Kept, &[u8]) {
        match self {
            Self::None => (Kept::None, &[]),
            Self::Class(class) => (Kept::Class(*class), &[]),
            Self::Mask(map) => (Kept::Mask, map.values()),
            Self::Boxes(boxes) => (Kept::Boxes(boxes.clone()), &[]),
        }
    }
}

impl Kept {
    /// Pixels that follow, of a picture that has `area` of them.
    pub fn pixels(&self, area: usize) -> usize {
        match self {
            Self::Mask => area,
            Self::None | Self::Class(_) | Self::Boxes(_) => 0,
        }
    }

    /// The label of a picture of `size` x `size` pixels.
    ///
    /// # Errors
    /// When it is no label of this `kind` and size; that a class is unknown is none, see
    /// [`LabelKind::trains`].
    pub fn restored(
        &self,
        kind: &LabelKind,
        size: usize,
        pixels: &[u8],
    ) -> Result<Label, LabelError> {
        let label = match self {
            Self::None => return Ok(Label::None),
            Self::Class(class) => Label::Class(*class),
            Self::Mask => Label::Mask(ClassMap::new(size, size, pixels.to_vec())?),
            Self::Boxes(boxes) => Label::Boxes(boxes.clone()),
        };
        kind.check(&label, size)?;
        Ok(label)
    }
}
