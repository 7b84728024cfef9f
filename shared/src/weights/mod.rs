//! The `.weave` container: a trained model as one small file that anyone may be handed.
//!
//! A page fetches these files from wherever its user points it, so the reader trusts nothing: every
//! length is compared with the bytes that are there before memory is taken, every configuration
//! with the limits in [`check_config`], and every refusal says what is wrong and at which tensor.
//! Weights are f32 in memory and f16, 8-bit per channel or f32 in the file.
//!
//! # Layout
//! All numbers are little-endian.
//!
//! | bytes | content |
//! |---|---|
//! | 6 | `WEAVE\0` |
//! | 2 | format version, [`VERSION`] |
//! | 4 | length of the header |
//! | | header: sections, each with length of its name (1 byte), name, length of its content (4 bytes), content |
//! | | zeros up to a multiple of 64 |
//! | | payload: each tensor's values, then its scales when it is 8-bit, each start a multiple of 64 |
//! | 32 | SHA-256 of everything before |
//!
//! | section | content | without it |
//! |---|---|---|
//! | `study`, `geometry` | JSON: [`Study`](crate::study::Study), [`Geometry`](crate::study::Geometry) | refused |
//! | `card` | JSON: [`Card`] | an empty card |
//! | `provenance` | JSON of the trainer's, kept as it is: [`Provenance`] | none |
//! | `known-answer`, `lesions`, `styles` | JSON: [`KnownAnswer`], [`LesionStatistics`](crate::label::LesionStatistics), [`Styles`](crate::style::Styles) | none |
//! | `network/ROLE` | JSON: [`NetworkConfig`](crate::networks::config::NetworkConfig) of the network of this role | refused where a table names the role |
//! | `tensors` | postcard: per network its role's name and its tensor table | refused |
//!
//! The file describes itself: sections, fields of their JSON and networks that a reader does not know are
//! passed over, and fields that are added later have defaults.
//!
//! Offsets count from the start of the payload, in the order of the table and without gaps other
//! than the alignment; any other offset is refused, so that no two tensors can share bytes.
//!
//! # Networks
//! A file holds at most one network per [`Role`]; [`Role::all`] lists those of a study. None is mandatory for
//! reading; [`Model::require`] says what cannot be done without the one that is asked for.

mod check;
mod error;
mod header;
mod model;
mod provenance;
mod quantise;
mod read;
mod role;
mod sections;
mod summary;
mod version2;
mod write;

pub use check::{check_config, check_study};
pub use error::{TensorProblem, WeightsError};
pub use header::VERSION;
pub use model::{Card, Figure, KnownAnswer, Model, Network, Role, Withheld, card_as_text};
pub use provenance::Provenance;
pub use quantise::Precision;
pub use read::{Checksums, inspect, read, read_checked};
pub use summary::{NetworkSummary, Summary, TensorSummary};
pub use version2::convert;
pub use write::{TensorError, Written, with_card, write};

pub use crate::networks::Tensor;

#[cfg(test)]
mod tests;
