//! The page as a whole: the [`Page`], which knows what is shown, and the [`Controller`], which alone changes
//! it and asks the engine.
//!
//! The picture follows from one scene. Panels change it through [`Controller::change`], while a pointer is
//! down, and [`Controller::settle`], a step that undo can take back; the engine paints it, and what it says
//! comes back to the controller through the [link](super::link).

mod asked;
mod controller;
mod fit;
mod history;
mod known;
mod model;
mod offer;
mod phase;
mod wish;

pub use controller::Controller;
pub use model::{MAX_SEED, Page};
pub use offer::{Exhibit, Offer};
pub use phase::{Phase, Progress};
pub use wish::Wish;
