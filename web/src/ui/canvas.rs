//! Pixels onto a 2-D canvas, pixel for pixel; the style sheet enlarges it.

use scanweave::protocol::Pixels;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Paints the pixels and notes their hash in `data-hash`, so that anyone can check that the same
/// seed shows the same picture.
pub fn show(canvas: &HtmlCanvasElement, pixels: &Pixels) -> Result<(), JsValue> {
    canvas.set_width(pixels.width);
    canvas.set_height(pixels.height);
    let context = canvas
        .get_context("2d")?
        .ok_or("this browser has no 2-D canvas")?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    let colours: Vec<u8> = pixels.bytes.iter().flat_map(|&v| [v, v, v, 255]).collect();
    let image = ImageData::new_with_u8_clamped_array_and_sh(
        Clamped(&colours),
        pixels.width,
        pixels.height,
    )?;
    context.put_image_data(&image, 0.0, 0.0)?;
    canvas.set_attribute("data-hash", &format!("{:016x}", fnv1a(&pixels.bytes)))
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::fnv1a;

    #[test]
    fn hashes_as_published() {
        // Test vectors of the FNV reference code (Noll).
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
