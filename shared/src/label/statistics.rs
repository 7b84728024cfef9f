//! What the lesions of a study look like, whichever kind they are: learnt from its training labels
//! and carried by a model, so that lesions can be drawn that no patient had.

use serde::{Deserialize, Serialize};

use super::{BoxStatistics, Label, MaskStatistics, boxes, mask};
use crate::image::Plane;
use crate::random::Random;

/// Statistics of lesions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LesionStatistics {
    /// Of masks.
    Masks(MaskStatistics),
    /// Of boxes.
    Boxes(BoxStatistics),
}

impl LesionStatistics {
    /// Classes that they know.
    pub fn classes(&self) -> usize {
        match self {
            Self::Masks(masks) => masks.classes(),
            Self::Boxes(boxes) => boxes.classes(),
        }
    }

    /// Whether every value is one that labels could have had.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Masks(masks) => masks.is_sound(),
            Self::Boxes(boxes) => boxes.is_sound(),
        }
    }

    /// A label that nobody had, drawn up to `tries` times until none of it lies where `forbidden` is
    /// above 0.5; `None` when it always does.
    pub fn placed(&self, forbidden: &Plane, random: &mut Random, tries: u32) -> Option<Label> {
        match self {
            Self::Masks(masks) => {
                mask::place_drawn(masks, forbidden, random, tries).map(Label::Mask)
            }
            Self::Boxes(boxes) => {
                boxes::place_drawn(boxes, forbidden, random, tries).map(Label::Boxes)
            }
        }
    }
}
