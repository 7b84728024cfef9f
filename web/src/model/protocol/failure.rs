//! Why a command failed.

use serde::{Deserialize, Serialize};

/// Why a command failed. The page has a sentence for every cause, in each of its languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub cause: Cause,
    /// The file or the model it is about; empty where it is about neither.
    pub name: String,
    /// What a reader of files, the browser or the networks say of it, in English, or a figure; may be
    /// empty.
    pub detail: String,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// A file did not come along with the message.
    FileMissing,
    /// A file holds nothing.
    FileEmpty,
    /// A file is a TIFF of a kind that is not read.
    FileTiff,
    /// A file is of no kind that can be read.
    FileUnknown,
    /// A file breaks the rules of its kind, or the browser does not hand it out.
    FileUnreadable,
    /// A file is longer than the page takes.
    FileTooLong,
    /// An image has too many pixels on a side, or none.
    ImageSides,
    /// An image shows nothing that lines could be found in.
    ImageFlat,
    /// A file does not fit into the memory.
    FileNoMemory,
    /// A compressed file is damaged.
    FileDamaged,
    /// A model breaks the rules, fails its self-test or cannot be built.
    ModelUnusable,
    /// The list of models names no size or checksum of the weights.
    WeightsUnlisted,
    /// Weights cannot be fetched.
    WeightsUnreachable,
    /// Weights stopped arriving.
    WeightsInterrupted,
    /// Weights do not fit into the memory.
    WeightsNoMemory,
    /// Weights arrived, but not as the list of models announces them.
    WeightsDamaged,
    /// Stored weights were damaged and were removed; fetching them anew failed.
    WeightsLost,
    /// What is stored cannot be removed.
    StoreStuck,
    /// Something to compute was asked for before a model.
    NoModel,
    /// A computation failed.
    Computation,
    /// The engine is gone.
    EngineGone,
}

impl Cause {
    /// A failure of this cause about `name`.
    pub fn of(self, name: impl Into<String>) -> Failure {
        self.because(name, "")
    }

    /// A failure of this cause about `name`, with what is known of it.
    pub fn because(self, name: impl Into<String>, detail: impl Into<String>) -> Failure {
        Failure {
            cause: self,
            name: name.into(),
            detail: detail.into(),
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        cause.of("")
    }
}
