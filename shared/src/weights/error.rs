//! What can be wrong with a weights file, in sentences that a page can show.

use thiserror::Error;

use super::Role;

/// Why a model cannot be read, written or used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WeightsError {
    /// The first bytes are others.
    #[error("this is not a .weave file, or it is damaged: fetch it again")]
    NotWeave,
    /// A format version of the future.
    #[error(
        "the file was made by a newer scanweave (format {found}, this one reads {}): update",
        super::VERSION
    )]
    Newer {
        /// Version in the file.
        found: u16,
    },
    /// A format version of the past.
    #[error(
        "the file was made by an older scanweave (format {found}, this one reads {}): convert it with `scanweave convert OLD.weave --out NEW.weave`",
        super::VERSION
    )]
    Older {
        /// Version in the file.
        found: u16,
    },
    /// A format version that the conversion does not begin from.
    #[error("the file is of format {found}; files of format {from} are converted")]
    NotConvertible {
        /// Version in the file.
        found: u16,
        /// Version that is converted.
        from: u16,
    },
    /// Fewer bytes than the file says it has.
    #[error(
        "the file is cut short: {found} of at least {expected} bytes are there; fetch it again"
    )]
    Truncated {
        /// Bytes there should be.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// The SHA-256 is another.
    #[error("the file is damaged: its checksum does not fit its content; fetch it again")]
    Checksum,
    /// The header cannot be decoded or is longer than any real one.
    #[error("the header of the file cannot be read: {0}")]
    Header(String),
    /// Bytes that belong to no tensor.
    #[error("the file holds {0} bytes that belong to no tensor")]
    Surplus(usize),
    /// Study, geometry or known answer cannot be used.
    #[error("the model cannot be used: {0}")]
    Model(String),
    /// A network cannot be used.
    #[error("the {role} cannot be used: {problem}")]
    Network {
        /// Which network.
        role: Role,
        /// What is wrong with it.
        problem: String,
    },
    /// A tensor cannot be used.
    #[error("tensor `{tensor}` of the {role}: {problem}")]
    Tensor {
        /// Which network.
        role: Role,
        /// Path of the tensor in the network, or its number where the name itself is wrong.
        tensor: String,
        /// What is wrong with it.
        problem: TensorProblem,
    },
    /// The model lacks a network that is needed.
    #[error("this model holds no {0}: {lost}", lost = .0.without())]
    Absent(Role),
}

/// What is wrong with one tensor.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TensorProblem {
    /// Empty, too long, or holds something else than printable ASCII.
    #[error("its name is empty, longer than 200 characters or not plain text")]
    Name,
    /// The network has another tensor of this name.
    #[error("its name appears twice")]
    Duplicate,
    /// Rank 0, more than 8 dimensions, a dimension of 0, or a size beyond any memory.
    #[error("its shape {0:?} is impossible")]
    Shape(Vec<usize>),
    /// The number of values is not the product of the shape.
    #[error("it has {found} values where its shape needs {expected}")]
    Count {
        /// Product of the shape.
        expected: usize,
        /// Values there are.
        found: usize,
    },
    /// It does not begin where the tensor before it ends.
    #[error("it lies at byte {found} where {expected} is due")]
    Offset {
        /// The only right place.
        expected: usize,
        /// Where the file says it is.
        found: usize,
    },
    /// The axis of its scales is not one of its dimensions.
    #[error("its scales lie along dimension {0}, which it lacks")]
    Axis(usize),
    /// A value is NaN or infinite.
    #[error("value {0} is not a finite number; the network is broken or its training diverged")]
    NotFinite(usize),
    /// A scale is negative, NaN or infinite.
    #[error("scale {0} is not a finite number of 0 or more")]
    Scale(usize),
    /// A value is beyond the range of half precision.
    #[error("value {index} is {value}, beyond half precision's 65504; export with f32")]
    Overflow {
        /// Which value.
        index: usize,
        /// The value.
        value: f32,
    },
}
