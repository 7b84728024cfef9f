//! Which kind of label a study has. What follows from it is asked here and answered in the rooms, so
//! that a new kind is a room and a line.

use serde::{Deserialize, Serialize};

use super::boxes::Boxes;
use super::class::Classes;
use super::mask::Masks;
use super::none::NoLabel;
use super::room::{Panel, Room};
use super::{Label, LabelError, LesionStatistics};
use crate::image::Plane;
use crate::table::guarded;

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
    fn room(&self) -> &'static dyn Room {
        match self {
            Self::None => &NoLabel,
            Self::Class(_) => &Classes,
            Self::Mask(_) => &Masks,
            Self::Boxes(_) => &Boxes,
        }
    }

    /// Names of the classes, empty without a label.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::Class(names) | Self::Mask(names) | Self::Boxes(names) => names,
        }
    }

    /// Whether it has the classes that it needs.
    pub fn is_sound(&self) -> bool {
        *self == Self::None || !self.classes().is_empty()
    }

    /// What the labels are, for a sentence that begins with "the study knows".
    pub fn in_words(&self) -> &'static str {
        self.room().in_words()
    }

    /// The tools by which somebody gives a label.
    pub fn panel(&self) -> Panel {
        self.room().panel()
    }

    /// Whether labels lie somewhere in the picture, so that they can be laid on a map.
    pub fn is_placed(&self) -> bool {
        self.room().is_placed()
    }

    /// Whether a segmenter can look for the label: then one guides the generator (15), and another
    /// judges what it painted.
    pub fn is_segmented(&self) -> bool {
        self.room().is_segmented()
    }

    /// Whether labels are lists of boxes, which data sets keep in tables.
    pub fn is_listed(&self) -> bool {
        self.room().is_listed()
    }

    /// What the finding of one subject is chosen from: classes of the whole image, or none and a
    /// lesion; empty where there is no choice.
    pub fn findings(&self) -> Vec<String> {
        self.room().findings(self.classes())
    }

    /// The label of a healthy subject in a picture of `size` x `size` pixels: the first class, an
    /// empty mask, no box.
    pub fn healthy(&self, size: usize) -> Label {
        self.room().healthy(size)
    }

    /// Class `class` of the whole image; `None` for kinds that have no such label.
    pub fn whole(&self, class: usize) -> Option<Label> {
        self.room().whole(class)
    }

    /// Whether an image with this label can train what needs one: not where the class of the whole
    /// image is unknown. An image without lesions is healthy, and trains.
    pub fn trains(&self, label: &Label) -> bool {
        self.room().trains(label)
    }

    /// Refuses what is no label of this kind for pictures of `size` x `size` pixels.
    ///
    /// # Errors
    /// When the label is of another kind or size, or names a class that is not there.
    pub fn check(&self, label: &Label, size: usize) -> Result<(), LabelError> {
        self.room().check(label, self.classes(), size)
    }

    /// The label as the generator takes it: one plane per class of `size` x `size` pixels, 1 where the
    /// class is and 0 elsewhere.
    ///
    /// # Errors
    /// As [`LabelKind::check`].
    pub fn planes(&self, label: &Label, size: usize) -> Result<Vec<Plane>, LabelError> {
        self.check(label, size)?;
        Ok(self.room().planes(label, self.classes(), size))
    }

    /// What the labels of a data set, of pictures of `size` x `size` pixels, look like; `None` where
    /// none shows a lesion and for kinds that are not placed.
    pub fn statistics(&self, labels: &[&Label], size: usize) -> Option<LesionStatistics> {
        self.room().statistics(labels, self.classes(), size)
    }

    /// Whether the statistics are of labels of this kind and its classes.
    pub fn is_drawn_by(&self, statistics: &LesionStatistics) -> bool {
        let same = match statistics {
            LesionStatistics::Masks(_) => matches!(self, Self::Mask(_)),
            LesionStatistics::Boxes(_) => matches!(self, Self::Boxes(_)),
        };
        same && statistics.classes() == self.classes().len()
    }

    /// Place of the class of this name, in any case and also as a table has it.
    pub fn class_named(&self, name: &str) -> Option<usize> {
        let named = |class: &String| {
            class.eq_ignore_ascii_case(name) || guarded(class).eq_ignore_ascii_case(name)
        };
        self.classes().iter().position(named)
    }
}
