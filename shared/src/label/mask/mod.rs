//! A mask: lesions pixel by pixel, one plane per class, without the background.

pub mod augment;
mod class_map;
pub mod draw;
mod overlap;
mod place;
mod statistics;

pub use augment::{Operation, augmented};
pub use class_map::{Bounds, ClassMap};
pub use draw::draw;
pub use place::{is_legal, place, place_drawn};
pub use statistics::MaskStatistics;

use super::room::{Panel, Room};
use super::{Label, LabelError, LesionStatistics};
use crate::image::Plane;

pub(super) struct Masks;

impl Room for Masks {
    fn in_words(&self) -> &'static str {
        "lesions as masks"
    }

    fn panel(&self) -> Panel {
        Panel::Mask
    }

    fn is_placed(&self) -> bool {
        true
    }

    fn is_segmented(&self) -> bool {
        true
    }

    /// None, or a lesion, by its name where there is one class.
    fn findings(&self, names: &[String]) -> Vec<String> {
        let lesion = match names {
            [one] => one.clone(),
            _ => "lesion".to_owned(),
        };
        vec!["none".to_owned(), lesion]
    }

    /// An empty mask.
    fn healthy(&self, size: usize) -> Label {
        Label::Mask(ClassMap::empty(size, size))
    }

    fn check(&self, label: &Label, _: &[String], size: usize) -> Result<(), LabelError> {
        let map = match label {
            Label::None => return Ok(()),
            Label::Mask(map) => map,
            _ => return Err(LabelError::Kind(self.in_words())),
        };
        let (width, height) = (map.width(), map.height());
        if (width, height) == (size, size) {
            return Ok(());
        }
        Err(LabelError::Mask {
            size,
            width,
            height,
        })
    }

    fn planes(&self, label: &Label, names: &[String], size: usize) -> Vec<Plane> {
        match label {
            Label::Mask(map) => map.planes(names.len()),
            _ => vec![Plane::filled(size, size, 0.0); names.len()],
        }
    }

    fn statistics(
        &self,
        labels: &[&Label],
        names: &[String],
        _: usize,
    ) -> Option<LesionStatistics> {
        let maps = labels.iter().filter_map(|label| label.picture());
        let found = MaskStatistics::of(maps, u8::try_from(names.len()).ok()?);
        found.map(LesionStatistics::Masks)
    }
}

#[cfg(test)]
mod tests;
