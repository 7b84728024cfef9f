//! Which kind of label a study has. What follows from it is asked here, so that a new kind is a
//! matter of this folder alone.

use serde::{Deserialize, Serialize};

/// How a lesion label is given to the generator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelKind {
    /// The study has no lesion label.
    #[default]
    None,
    /// The whole image has one class: one constant plane per class, one-hot.
    Class(Vec<String>),
    /// A mask of lesion classes: one plane per class, without the background.
    Mask(Vec<String>),
    /// Boxes with a class: one plane per class, 1 inside its boxes.
    Boxes(Vec<String>),
}

impl LabelKind {
    /// Names of the classes, empty without a label.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::Class(names) | Self::Mask(names) | Self::Boxes(names) => names,
        }
    }
}
