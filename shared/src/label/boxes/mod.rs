//! Boxes: a class and where it is, one plane per class, 1 inside its boxes.

mod augment;
pub mod coco;
mod one;
mod place;
mod score;
mod statistics;
pub mod yolo;

pub use augment::{Operation, augmented};
pub use coco::Annotations;
pub use one::LabelBox;
pub use place::{place, place_drawn};
pub use score::{f1, iou};
pub use statistics::BoxStatistics;

use super::room::{Panel, Room};
use super::{ClassMap, Label, LabelError, LesionStatistics};
use crate::image::Plane;
use crate::structure::components::Components;

/// Boxes that one image may have.
pub const MOST: usize = 64;

pub(super) struct Boxes;

impl Room for Boxes {
    fn in_words(&self) -> &'static str {
        "lesions as boxes"
    }

    fn panel(&self) -> Panel {
        Panel::Boxes
    }

    fn is_placed(&self) -> bool {
        true
    }

    fn is_listed(&self) -> bool {
        true
    }

    /// No box.
    fn healthy(&self, _size: usize) -> Label {
        Label::Boxes(Vec::new())
    }

    fn check(&self, label: &Label, names: &[String], _: usize) -> Result<(), LabelError> {
        let boxes = match label {
            Label::None => return Ok(()),
            Label::Boxes(boxes) => boxes,
            _ => return Err(LabelError::Kind(self.in_words())),
        };
        if boxes.iter().any(|one| one.class >= names.len()) {
            return Err(LabelError::Class(names.to_vec()));
        }
        boxes
            .iter()
            .try_for_each(LabelBox::check)
            .map_err(Into::into)
    }

    fn planes(&self, label: &Label, names: &[String], size: usize) -> Vec<Plane> {
        let mut planes = vec![Plane::filled(size, size, 0.0); names.len()];
        for one in label.boxes().unwrap_or_default() {
            let values = planes[one.class].values_mut();
            one.pixels(size).for_each(|pixel| values[pixel] = 1.0);
        }
        planes
    }

    fn statistics(
        &self,
        labels: &[&Label],
        names: &[String],
        size: usize,
    ) -> Option<LesionStatistics> {
        let boxes = labels.iter().filter_map(|label| label.boxes());
        let found = BoxStatistics::of(boxes, names.len(), size);
        found.map(LesionStatistics::Boxes)
    }
}

/// The boxes filled, in a picture of `size` x `size` pixels; where they overlap the higher class.
pub fn class_map(boxes: &[LabelBox], size: usize) -> ClassMap {
    let mut map = ClassMap::empty(size, size);
    let mut order: Vec<&LabelBox> = boxes.iter().collect();
    order.sort_by_key(|one| one.class);
    for one in order {
        let number = u8::try_from(one.class + 1).unwrap_or(u8::MAX);
        one.pixels(size).for_each(|pixel| map.set(pixel, number));
    }
    map
}

/// The boxes around each connected lesion of each class of a mask, by class.
pub fn around(map: &ClassMap) -> Vec<LabelBox> {
    let classes = map.values().iter().copied().max().unwrap_or(0);
    let planes = map.planes(classes.into());
    let of_class = |(class, plane): (usize, &Plane)| {
        let lesions = Components::of(plane).pixels().into_iter();
        let around = lesions.map(|pixels| LabelBox::around(class, &pixels, map.width()));
        around.collect::<Vec<_>>()
    };
    planes.iter().enumerate().flat_map(of_class).collect()
}

#[cfg(test)]
mod tests;
