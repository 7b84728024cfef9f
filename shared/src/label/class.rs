//! A class of the whole image: one constant plane per class, one-hot.
//!
//! An image whose class nobody knows is not one of the first class: it trains nothing that needs one.

use super::room::{Panel, Room};
use super::{Label, LabelError};
use crate::image::Plane;

pub(super) struct Classes;

impl Room for Classes {
    fn in_words(&self) -> &'static str {
        "classes of the whole image"
    }

    fn panel(&self) -> Panel {
        Panel::Finding
    }

    fn findings(&self, names: &[String]) -> Vec<String> {
        names.to_vec()
    }

    /// The first class.
    fn healthy(&self, _size: usize) -> Label {
        Label::Class(0)
    }

    fn whole(&self, class: usize) -> Option<Label> {
        Some(Label::Class(class))
    }

    fn trains(&self, label: &Label) -> bool {
        matches!(label, Label::Class(_))
    }

    fn check(&self, label: &Label, names: &[String], _: usize) -> Result<(), LabelError> {
        match label {
            Label::Class(class) if *class < names.len() => Ok(()),
            _ => Err(LabelError::Class(names.to_vec())),
        }
    }

    fn planes(&self, label: &Label, names: &[String], size: usize) -> Vec<Plane> {
        let one_hot = |class| f32::from(u8::from(*label == Label::Class(class)));
        let planes = (0..names.len()).map(one_hot);
        planes.map(|v| Plane::filled(size, size, v)).collect()
    }
}
