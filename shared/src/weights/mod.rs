//! The `.weave` container.

mod model;

pub use model::{Card, Figure, KnownAnswer, Model, Network, Role, Tensor};
