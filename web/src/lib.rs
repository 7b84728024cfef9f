//! The browser app: `ui` is the page, `engine` the worker that runs the networks.
//!
//! They are two programs that share only the messages of [`scanweave::protocol`]. The page has no
//! burn in it: it is small, and shows what it has before the engine is there.

pub mod bridge;
#[cfg(feature = "engine")]
pub mod engine;
pub mod image_file;
pub mod queue;
#[cfg(feature = "page")]
pub mod ui;
