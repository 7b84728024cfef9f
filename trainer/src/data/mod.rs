//! From files on disk to training items.
//!
//! A data set is read once: every reader in [`datasets`] lists [`Record`]s, [`prepare`] decodes them,
//! takes structure maps and masks, and [`prepared`] keeps the result in one file that the training
//! loop reads whole. Nothing after that file knows where the images came from.

pub mod datasets;
pub mod decode;
mod grid;
pub mod prepare;
pub mod prepared;
pub mod split;
pub mod standardise;
pub mod volumes;

pub use prepared::{Item, Prepared};

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which part of a data set an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Split {
    /// Seen in training.
    Train,
    /// Kept for measuring.
    Test,
}

impl Split {
    /// The name in manifests and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }

    /// The split of this name; `None` for an empty or foreign name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Train, Self::Test]
            .into_iter()
            .find(|s| s.name().eq_ignore_ascii_case(name))
    }
}

/// One item of a data set before anything of it is decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Who was imaged; all items of a subject share a split.
    pub subject: String,
    /// The split that the data set itself prescribes.
    pub split: Option<Split>,
    /// Index into the study's classes.
    pub class: Option<usize>,
    /// Where the item comes from, relative to the data set: stable and unique.
    pub source: String,
    /// Where its pixels are.
    pub content: Content,
}

/// Where the pixels of a record are.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// In files: one image per study modality, and the lesion label.
    Files {
        /// One entry per modality of the study, in its order.
        images: Vec<Option<Picture>>,
        /// A picture whose values are lesion classes, 0 where there is no lesion.
        label: Option<Picture>,
    },
    /// Nowhere: a phantom is rendered.
    Phantom {
        /// The seed of its anatomy.
        seed: u64,
        /// Whether it has a lesion.
        lesion: bool,
    },
}

/// A grey picture in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub path: PathBuf,
    /// Which slice, from 0 along the third axis, where the file is a volume.
    pub slice: Option<usize>,
}

impl From<PathBuf> for Picture {
    fn from(path: PathBuf) -> Self {
        Self { path, slice: None }
    }
}
