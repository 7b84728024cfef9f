//! What a picture is labelled with: nothing, a class of the whole image, a mask, or boxes.
//!
//! A data set may only hold what was asked for when the label is known before the image is painted.
//! So labels are made first: a real one is turned, mirrored, moved or shrunk, or a new one is drawn
//! after the statistics of the real ones, and either is accepted only where it may lie
//! ([`Placing`], algorithm 4).
//!
//! Every kind has a room: [`mask`], [`boxes`], `class` and `none`. [`LabelKind`] says of a study what
//! its labels are, [`Label`] is the label of one image; everybody else asks the two and knows no kind.

pub mod boxes;
mod class;
mod error;
mod kept;
mod kind;
pub mod mask;
mod none;
mod of_image;
mod placing;
mod quantiles;
mod room;
mod source;
mod statistics;

pub use boxes::{BoxStatistics, LabelBox};
pub use error::{BoxError, LabelError};
pub use kept::Kept;
pub use kind::LabelKind;
pub use mask::{Bounds, ClassMap, MaskStatistics};
pub use of_image::Label;
pub use placing::{Placing, TRIES};
pub use quantiles::{Quantiles, StatisticsError};
pub use room::Panel;
pub use source::Source;
pub use statistics::LesionStatistics;

#[cfg(test)]
mod tests;
