//! What page and engine share: the scene that a picture is made from, what paints it, and the messages.
//!
//! Plain values without a browser, so that tests take them natively and as wasm. A link carries a scene and
//! the worker's boundary a message: their bytes are formats.

pub mod painter;
pub mod protocol;
pub mod scene;
