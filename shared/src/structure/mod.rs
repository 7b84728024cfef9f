//! From an image to what the networks see of it: structure map, organ mask, fused input.
//!
//! None of this is learned and none of it needs labels. That is the point of the method: lines are
//! found by arithmetic alone, so that a generator trained on them can be steered by lines that
//! another network draws. [`extract`] is algorithm 1, [`mask`] algorithm 2, [`filter`] algorithm 3,
//! [`fuse()`] equation (12); [`operators`] and [`components`] hold what they share.

pub mod components;
pub mod extract;
pub mod filter;
pub mod fuse;
pub mod mask;
pub mod operators;

pub use extract::{Step, erase_lines, structure_map, structure_steps};
pub use filter::{StructureFilter, contour_error};
pub use fuse::{fuse, fusion_noise};
pub use mask::{organ_mask, solid_mask};

#[cfg(test)]
mod reference;
