//! No label: the generator paints from the map alone.

use super::room::{Panel, Room};
use super::{Label, LabelError};
use crate::image::Plane;

pub(super) struct NoLabel;

impl Room for NoLabel {
    fn in_words(&self) -> &'static str {
        "no lesions"
    }

    fn panel(&self) -> Panel {
        Panel::None
    }

    fn check(&self, label: &Label, _: &[String], _: usize) -> Result<(), LabelError> {
        match label {
            Label::None => Ok(()),
            _ => Err(LabelError::Kind(self.in_words())),
        }
    }

    fn planes(&self, _: &Label, _: &[String], _: usize) -> Vec<Plane> {
        Vec::new()
    }
}
