//! What stands for an image when sets of images are compared: a row of numbers that no network had to learn.
//!
//! Networks that learnt photographs look at medical images with the wrong eyes, and one that learnt the study's own images
//! would be a judge that nobody else has. [Random filters](random) see any texture without meaning; [texture](texture())
//! measures what radiologists' software measures.

pub mod random;
pub mod texture;

pub use random::RandomFilters;
pub use texture::texture;
