//! What can be wrong with the weights of a network.

use thiserror::Error;

/// Why weights could not be put into a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoadError {
    /// The network has a tensor that the weights lack.
    #[error("the weights lack the tensor `{0}`")]
    Missing(String),
    /// A tensor has another shape than the network's.
    #[error("the tensor `{name}` has the shape {found:?}, the network needs {expected:?}")]
    Shape {
        /// Path of the tensor.
        name: String,
        /// Shape in the network.
        expected: Vec<usize>,
        /// Shape in the weights.
        found: Vec<usize>,
    },
    /// The weights hold a tensor that the network lacks.
    #[error("the network has no tensor `{0}`")]
    Unused(String),
}
