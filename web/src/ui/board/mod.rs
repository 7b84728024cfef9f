//! The drawing board: one component on which lines and lesions are drawn, with mouse, finger, pen or
//! keys, and the pure geometry behind it.
//!
//! A [`Hand`] says what is drawn and where it goes in the scene; [`Sight`] is what the board shows.

mod colours;
mod cursor;
mod legal;
mod pose;
mod raster;
mod sheet;
mod slider;
mod stroke;
mod tool;
mod trial;
mod undo;
mod view;

pub use colours::Sight;
pub use legal::{anywhere, clipped, is_refused, outside};
pub use pose::{Pose, posed};
pub use raster::{Brush, oval, rectangle};
pub use sheet::{Sheet, Spot};
pub use slider::Slider;
pub use stroke::{Allowed, Hand};
pub use tool::{Ink, Tool};
pub use trial::Trial;
pub use undo::UndoRedo;
pub use view::Board;

use leptos::prelude::*;

use super::page::Page;
use crate::model::protocol::{Picture, Pixels};

/// Side of the model's pictures, if one is loaded that can be drawn for; followed by whoever asks.
pub fn side(page: Page) -> Option<usize> {
    let side = page.size();
    (1..=Sheet::LONGEST).contains(&side).then_some(side)
}

/// Reads the newest picture, be it a preview; followed by whoever asks.
pub fn newest<T>(page: Page, read: impl FnOnce(Option<&Picture>) -> T) -> T {
    page.preview.with(|preview| match preview {
        Some(picture) => read(Some(picture)),
        None => page.picture.with(|picture| read(picture.as_ref())),
    })
}

/// The greys of pixels of this side, row-major.
pub fn bytes(pixels: &Pixels, side: usize) -> Option<Vec<u8>> {
    fits(pixels, side).then(|| pixels.grey().into_owned())
}

/// Whether these are pixels of this side.
pub fn fits(pixels: &Pixels, side: usize) -> bool {
    pixels.size() == (side as u32, side as u32)
}
