//! Pixels onto a 2-D canvas, pixel for pixel; the style sheet enlarges it.
//!
//! A browser whose graphics process ends takes the content of its canvases along and gives them back
//! empty. So whoever draws follows [`restored`] and draws again.

use std::cell::Cell;

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::trouble;
use super::words::CANVASES_BACK;
use crate::model::protocol::Pixels;

thread_local! {
    /// For effects that belong to no view: they find no context.
    static RESTORED: Cell<Option<RwSignal<()>>> = const { Cell::new(None) };
}

/// From now on canvases that were lost are drawn again.
pub fn mend_losses() {
    let restored = RwSignal::new(());
    RESTORED.set(Some(restored));
    let listen = Closure::<dyn FnMut()>::new(move || {
        restored.set(());
        trouble::add(CANVASES_BACK);
    });
    // The event does not bubble: it is caught on its way down. Without a listener lost canvases stay
    // empty until the next picture.
    let _ = document().add_event_listener_with_callback_and_bool(
        "contextrestored",
        listen.as_ref().unchecked_ref(),
        true,
    );
    // The page listens as long as it lives.
    listen.forget();
}

/// Followed by who draws: again when canvases came back empty.
pub fn restored() {
    if let Some(restored) = RESTORED.get() {
        restored.track();
    }
}

/// Coloured pixels to show, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colours {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue and opacity of each pixel.
    pub rgba: Vec<u8>,
}

impl From<&Pixels> for Colours {
    fn from(pixels: &Pixels) -> Self {
        let rgba = pixels.rgb().flat_map(|[r, g, b]| [r, g, b, 255]).collect();
        let (width, height) = pixels.size();
        Self {
            width,
            height,
            rgba,
        }
    }
}

/// Paints the pixels and notes their hash in `data-hash`, so that anyone can check that the same
/// seed shows the same picture.
pub fn show(canvas: &HtmlCanvasElement, pixels: &Pixels) -> Result<(), JsValue> {
    colour(canvas, &Colours::from(pixels))?;
    canvas.set_attribute("data-hash", &format!("{:016x}", fnv1a(pixels.bytes())))
}

/// Paints coloured pixels; an effect that does paints them again when the canvas was lost.
pub fn colour(canvas: &HtmlCanvasElement, colours: &Colours) -> Result<(), JsValue> {
    restored();
    canvas.set_width(colours.width);
    canvas.set_height(colours.height);
    let context = canvas
        .get_context("2d")?
        .ok_or("this browser has no 2-D canvas")?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(
        Clamped(&colours.rgba),
        colours.width,
        colours.height,
    )?;
    context.put_image_data(&image, 0.0, 0.0)
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_published() {
        // Test vectors of the FNV reference code (Noll).
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn greys_and_colours_are_opaque() {
        let rgba = |bytes: &[u8]| {
            let pixels = Pixels::new(1, 2, bytes.to_vec()).expect("two pixels");
            Colours::from(&pixels).rgba
        };
        assert_eq!(rgba(&[7, 8]), [7, 7, 7, 255, 8, 8, 8, 255]);
        assert_eq!(rgba(&[1, 2, 3, 4, 5, 6]), [1, 2, 3, 255, 4, 5, 6, 255]);
    }
}
