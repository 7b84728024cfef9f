//! A tensor outside any tensor library: what a weights file holds of a network, and what networks are filled with.

/// One tensor of a network, always f32 in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Path inside the network, as `down.0.conv.weight`.
    pub name: String,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub values: Vec<f32>,
}
