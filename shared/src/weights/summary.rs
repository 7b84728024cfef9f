//! What a file holds, without its weights.

use super::quantise::Precision;
use super::{Card, KnownAnswer, Provenance, Role};
use crate::networks::config::NetworkConfig;
use crate::study::{Geometry, Study};

/// A weights file at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Format version.
    pub version: u16,
    /// The study.
    pub study: Study,
    /// Sizes of the networks.
    pub geometry: Geometry,
    /// The model card.
    pub card: Card,
    /// How the networks were trained, for people.
    pub provenance: Option<Provenance>,
    /// The self-test.
    pub known_answer: Option<KnownAnswer>,
    /// The networks, in the order of the file.
    pub networks: Vec<NetworkSummary>,
    /// Bytes of the whole file.
    pub bytes: usize,
    /// SHA-256 of everything but itself, as the last 32 bytes of the file hold it.
    pub digest: [u8; 32],
}

/// One network of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSummary {
    /// What it is for.
    pub role: Role,
    /// What it is built from; `None` for a network that this version does not know.
    pub config: Option<NetworkConfig>,
    /// Its tensors, in the order of the file.
    pub tensors: Vec<TensorSummary>,
}

/// One tensor of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSummary {
    /// Path inside the network.
    pub name: String,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// How it is stored.
    pub precision: Precision,
    /// Number of values.
    pub parameters: usize,
    /// Bytes in the file, scales included, alignment not.
    pub bytes: usize,
}

impl NetworkSummary {
    /// Number of values.
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(|t| t.parameters).sum()
    }

    /// Bytes in the file, scales included, alignment not.
    pub fn bytes(&self) -> usize {
        self.tensors.iter().map(|t| t.bytes).sum()
    }

    /// The precisions in use with the number of values in each, most values first.
    pub fn precisions(&self) -> Vec<(Precision, usize)> {
        let of = |p| self.tensors.iter().filter(move |t| t.precision == p);
        let mut found: Vec<_> = [Precision::Q8, Precision::F16, Precision::F32]
            .into_iter()
            .map(|p| (p, of(p).map(|t| t.parameters).sum()))
            .filter(|(_, n)| *n > 0)
            .collect();
        found.sort_by_key(|(_, n): &(Precision, usize)| std::cmp::Reverse(*n));
        found
    }
}
