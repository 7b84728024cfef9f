//! From files on disk to training items.
//!
//! A data set is read once: every reader in [`datasets`] lists [`Record`]s, [`prepare`] decodes them,
//! takes structure maps and masks, and [`prepared`] keeps the result in one file that the training
//! loop reads whole. Nothing after that file knows where the images came from.

mod codec;
mod codes;
pub mod copies;
pub mod counts;
pub mod datasets;
pub mod decode;
pub mod dicom;
pub mod glance;
mod greys;
mod grid;
mod guard;
mod label;
pub mod lookalikes;
mod notes;
pub mod prepare;
pub mod prepared;
mod raster;
pub mod refused;
pub mod report;
mod resample;
pub mod split;
pub mod standardise;
mod tones;
pub mod unpacked;
pub mod volumes;

pub use prepared::{Item, Prepared};

use anyhow::Context as _;
use codes::Codes;
use scanweave::image::Frame;
use scanweave::label::LabelBox;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which part of a data set an item belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Split {
    /// Seen in training.
    Train,
    /// Kept for measuring.
    Test,
    /// Chooses the best checkpoint, where the data set says which items do.
    Validation,
}

impl Split {
    /// All of them, from what is learnt from to what is measured on.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The names that data sets use, the one that we use first.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Train => &["train", "training", "trn"],
            Self::Validation => &["val", "valid", "validation", "dev"],
            Self::Test => &["test", "testing", "tst"],
        }
    }

    /// The name in manifests and tables.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// The split that has this among its names, in letters of any case; `None` for a foreign word.
    pub fn from_name(name: &str) -> Option<Self> {
        let has = |split: &Self| split.names().iter().any(|n| n.eq_ignore_ascii_case(name));
        Self::ALL.into_iter().find(has)
    }
}

/// One item of a data set before anything of it is decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Who was imaged; all items of a subject share a split.
    pub subject: String,
    /// The split that the data set itself prescribes.
    pub split: Option<Split>,
    /// Index into the study's classes, where the data set names one for the whole image.
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
        /// The lesions as boxes, be there none; `None` where nobody looked for any.
        boxes: Option<ListedBoxes>,
    },
    /// Nowhere: a phantom is rendered.
    Phantom {
        /// The seed of its anatomy.
        seed: u64,
        /// Whether it has a lesion.
        lesion: bool,
    },
}

impl Content {
    /// One entry per modality of the study, in its order; nothing of what is drawn.
    pub fn slots(&self) -> &[Option<Picture>] {
        match self {
            Self::Files { images, .. } => images,
            Self::Phantom { .. } => &[],
        }
    }

    /// The images in files.
    pub fn images(&self) -> impl Iterator<Item = &Picture> {
        self.slots().iter().flatten()
    }

    /// The label in a file.
    pub fn label(&self) -> Option<&Picture> {
        match self {
            Self::Files { label, .. } => label.as_ref(),
            Self::Phantom { .. } => None,
        }
    }
}

/// The boxes of a case as its data set lists them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListedBoxes {
    /// Place of the modality whose image they are measured on.
    pub modality: usize,
    /// Each of them.
    pub boxes: Vec<ListedBox>,
}

/// One box of a table, before the image that it lies in is decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedBox {
    /// Index into the study's classes.
    pub class: usize,
    /// Left, top, right, bottom.
    pub corners: [f64; 4],
    /// Whether the corners are shares of the image's sides instead of pixels.
    pub shares: bool,
    /// Where it stands: file and line.
    pub place: String,
}

impl ListedBox {
    /// The box of an image of these sides, in the square of `size` pixels that the image lies in like `frame`.
    ///
    /// # Errors
    /// When it is no box of that image; the error names file and line.
    pub fn framed(
        &self,
        sides: (usize, usize),
        frame: Frame,
        size: usize,
    ) -> anyhow::Result<LabelBox> {
        let [left, top, right, bottom] = self.corners;
        let (across, down) = if self.shares {
            (sides.0 as f64, sides.1 as f64)
        } else {
            (1.0, 1.0)
        };
        let corners = [left * across, top * down, right * across, bottom * down];
        LabelBox::framed(self.class, corners, sides, frame, size)
            .with_context(|| self.place.clone())
    }
}

/// A picture in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub path: PathBuf,
    /// Which slice, where the file is a volume: from 0, from the feet to the head, or along the file's third axis
    /// where it does not say how it lies.
    pub slice: Option<usize>,
    /// Which volume of a series, or page of a TIFF, from 0.
    pub volume: Option<usize>,
    /// Of a label what its values mean, where its data set says so.
    pub codes: Option<Arc<Codes>>,
    /// Of a label in several masks the others: this one is value 1 of `codes`, they are 2 and so on.
    pub masks: Vec<PathBuf>,
}

impl Picture {
    /// Each of its files as a picture of its own, of whatever value.
    pub fn files(&self) -> impl Iterator<Item = Self> {
        let of = |path: &PathBuf| Self {
            path: path.clone(),
            slice: self.slice,
            volume: self.volume,
            codes: None,
            masks: Vec::new(),
        };
        std::iter::once(&self.path).chain(&self.masks).map(of)
    }

    /// Where its files are.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let paths = std::iter::once(&self.path).chain(&self.masks);
        paths.map(PathBuf::as_path)
    }
}

impl From<PathBuf> for Picture {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            slice: None,
            volume: None,
            codes: None,
            masks: Vec::new(),
        }
    }
}
