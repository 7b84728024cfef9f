//! The label of one image, real or asked for.

use serde::{Deserialize, Serialize};

use super::{ClassMap, LabelBox, boxes, mask};
use crate::image::Plane;
use crate::metrics::Overlap;

/// The label of one image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Label {
    /// No lesion; for images of a data set of classes, a class that nobody knows.
    #[default]
    None,
    /// A class of the whole image, an index into the study's classes.
    Class(usize),
    /// Lesions pixel by pixel, 0 where there is none.
    Mask(ClassMap),
    /// Lesions as boxes, pixels of the image; they may overlap.
    Boxes(Vec<LabelBox>),
}

impl Label {
    /// The class of the whole image, where it has one.
    pub fn class(&self) -> Option<usize> {
        match self {
            Self::Class(class) => Some(*class),
            _ => None,
        }
    }

    /// What is kept as a picture of class numbers, be it empty.
    pub fn picture(&self) -> Option<&ClassMap> {
        match self {
            Self::Mask(map) => Some(map),
            _ => None,
        }
    }

    /// What is kept as a list of boxes, be it empty.
    pub fn boxes(&self) -> Option<&[LabelBox]> {
        match self {
            Self::Boxes(boxes) => Some(boxes),
            _ => None,
        }
    }

    /// Whether no lesion lies anywhere, as with a class of the whole image.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::None | Self::Class(_) => true,
            Self::Mask(map) => map.is_empty(),
            Self::Boxes(boxes) => boxes.is_empty(),
        }
    }

    /// Whether the class of this index is the image's, or has a lesion in it.
    pub fn has_class(&self, class: usize) -> bool {
        match self {
            Self::None => false,
            Self::Class(own) => *own == class,
            Self::Mask(map) => map.values().iter().any(|&v| usize::from(v) == class + 1),
            Self::Boxes(boxes) => boxes.iter().any(|one| one.class == class),
        }
    }

    /// The lesions pixel by pixel in a picture of `size` x `size` pixels, boxes filled, where they
    /// overlap the higher class; `None` where the label does not lie anywhere.
    pub fn class_map(&self, size: usize) -> Option<ClassMap> {
        match self {
            Self::None | Self::Class(_) => None,
            Self::Mask(map) => Some(map.clone()),
            Self::Boxes(boxes) => Some(boxes::class_map(boxes, size)),
        }
    }

    /// The lesions as grey values, class k of `classes` as k / `classes`, for the eye.
    pub fn shades(&self, classes: usize, size: usize) -> Option<Plane> {
        self.class_map(size).map(|map| map.shades(classes))
    }

    /// 1 where lines of the image are the lesion's own, which a structure map must not show. A box
    /// says where to look and not where the lesion ends, so its lines stay.
    pub fn own_lines(&self) -> Option<Plane> {
        self.picture().map(ClassMap::union)
    }

    /// Whether there is a lesion and none of it lies where `forbidden` is above 0.5.
    pub fn is_legal(&self, forbidden: &Plane) -> bool {
        let map = self.class_map(forbidden.width());
        map.is_some_and(|map| mask::is_legal(forbidden, &map))
    }

    /// Algorithm 4 on this label: changed by two random operations until it is legal, up to `tries`
    /// times; `None` when it never is.
    pub fn placed(
        &self,
        forbidden: &Plane,
        random: &mut crate::random::Random,
        tries: u32,
    ) -> Option<Self> {
        match self {
            Self::None | Self::Class(_) => None,
            Self::Mask(map) => mask::place(map, forbidden, random, tries).map(Self::Mask),
            Self::Boxes(boxes) => boxes::place(boxes, forbidden, random, tries).map(Self::Boxes),
        }
    }

    /// How far what was asked for is what is `seen`, 0..=1: Dice of masks, F1 of boxes that overlap by
    /// half or more, 1 or 0 for a class. `None` for labels of two kinds or sizes.
    pub fn agreement(&self, seen: &Self) -> Option<f32> {
        match (self, seen) {
            (Self::None, Self::None) => Some(1.0),
            (Self::Class(asked), Self::Class(seen)) => Some(f32::from(u8::from(asked == seen))),
            (Self::Mask(asked), Self::Mask(seen)) => {
                let overlap = Overlap::of_lesions(asked, seen);
                overlap.ok().map(Overlap::dice)
            }
            (Self::Boxes(asked), Self::Boxes(seen)) => Some(boxes::f1(asked, seen)),
            _ => None,
        }
    }
}
