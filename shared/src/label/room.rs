//! What a kind of label answers: one room per kind, and what most kinds say.

use super::{Label, LabelError, LesionStatistics};
use crate::image::Plane;

/// The tools by which somebody gives a label of a kind: what a page shows for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// There is nothing to give.
    None,
    /// A choice among the classes of the whole image.
    Finding,
    /// Brushes that draw a mask.
    Mask,
    /// A tool that draws boxes.
    Boxes,
}

/// One kind of label. `names` are those of the study's classes.
pub(super) trait Room {
    /// What its labels are, for a sentence that begins with "the study knows".
    fn in_words(&self) -> &'static str;

    /// See [`Panel`].
    fn panel(&self) -> Panel;

    /// Whether its labels lie somewhere in the picture.
    fn is_placed(&self) -> bool {
        false
    }

    /// Whether a segmenter can look for it: then one guides the generator (15), and another judges.
    fn is_segmented(&self) -> bool {
        false
    }

    /// Whether its labels are lists of boxes, which data sets keep in tables.
    fn is_listed(&self) -> bool {
        false
    }

    /// What the finding of one subject is chosen from; empty where there is no choice.
    fn findings(&self, _names: &[String]) -> Vec<String> {
        Vec::new()
    }

    /// The label of a healthy subject in a picture of `size` x `size` pixels.
    fn healthy(&self, _size: usize) -> Label {
        Label::None
    }

    /// Class `class` of the whole image.
    fn whole(&self, _class: usize) -> Option<Label> {
        None
    }

    /// Whether an image with this label can train what needs one.
    fn trains(&self, _label: &Label) -> bool {
        true
    }

    /// Refuses what is no label of this kind for pictures of `size` x `size` pixels.
    fn check(&self, label: &Label, names: &[String], size: usize) -> Result<(), LabelError>;

    /// One plane per class, for a label that was checked.
    fn planes(&self, label: &Label, names: &[String], size: usize) -> Vec<Plane>;

    /// What its labels look like in a data set, to draw others like them; `None` where nothing is
    /// drawn, or nothing was there to learn from.
    fn statistics(
        &self,
        _labels: &[&Label],
        _names: &[String],
        _size: usize,
    ) -> Option<LesionStatistics> {
        None
    }
}
