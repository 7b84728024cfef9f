//! The browser app: `ui` is the page, `engine` the worker that runs the networks.
//!
//! They are programs of their own that share only [`model`]: the scene and the messages. The page is small
//! and shows what it has before the engine is there. The engine is built twice, for the CPU alone and for
//! WebGPU too: only the second has burn in it, and is fetched only where it is used.

#[cfg(feature = "browser")]
pub mod bridge;
#[cfg(feature = "engine")]
pub mod engine;
pub mod image_file;
pub mod model;
pub mod png16;
pub mod queue;
pub mod shrunk;
pub mod tiff;
#[cfg(feature = "page")]
pub mod ui;
