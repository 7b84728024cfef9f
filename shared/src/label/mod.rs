//! Where a lesion is and of which classes: real labels, changed labels, drawn labels, legal places.
//!
//! A data set may only hold what was asked for when the label is known before the image is painted.
//! So labels are made first: a real one is turned, mirrored, moved or shrunk ([`augment`]), or a new
//! one is drawn after the statistics of the real ones ([`draw()`]), and either is accepted only
//! where it may lie ([`place()`], algorithm 4).

pub mod augment;
pub mod draw;
mod kind;
pub mod label;
pub mod place;
pub mod statistics;

pub use augment::{Operation, augmented};
pub use draw::draw;
pub use kind::LabelKind;
pub use label::{Bounds, ClassMap, LabelError};
pub use place::{LESION_TRIES, is_legal, place, place_drawn};
pub use statistics::{LesionStatistics, Quantiles};

#[cfg(test)]
mod tests;
