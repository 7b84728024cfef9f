//! From an image file to its planes, one in grey or three in colour, decoded by the browser; PNG of 16 bits, of which
//! it would leave 8, by [`png16`].
//!
//! The image is read in strips, and averaged down by a whole factor while a side is longer than
//! [`SIDE`], so that even 16384 x 16384 pixels need only a few megabytes here.

use scanweave::image::{Image, Plane};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ColorSpaceConversion, File, ImageBitmap, ImageBitmapOptions, OffscreenCanvas,
    OffscreenCanvasRenderingContext2d,
};

use super::store::megabytes;
use crate::bridge::words;
use crate::image_file;
use crate::model::protocol::{Cause, Failure};
use crate::png16;

/// Longest side of the image that is returned, pixels.
pub const SIDE: u32 = 2048;

/// A channel's value of a pixel, 0..=255, by its red, green and blue.
type Channel = fn(&[u8]) -> u32;
const GREY: [Channel; 1] = [luminance];
const COLOURS: [Channel; 3] = [
    |rgb| u32::from(rgb[0]),
    |rgb| u32::from(rgb[1]),
    |rgb| u32::from(rgb[2]),
];

/// Decodes a picture, in colour or in grey and turned as it is meant to be looked at; returns its own width and height
/// too.
pub async fn read(file: &File, in_colour: bool) -> Result<(Image, [u32; 2]), Failure> {
    let name = file.name();
    if file.size() > image_file::MAX_BYTES as f64 {
        return Err(Cause::FileTooLong.because(name, megabytes(image_file::MAX_BYTES)));
    }
    let unreadable = |e: JsValue| Cause::FileUnreadable.because(&name, words(&e));
    let buffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(unreadable)?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    drop(buffer);
    let (width, height) = image_file::size_of(&name, &bytes)?;
    if png16::is_deep(&bytes) {
        let image = png16::read(&bytes, in_colour, SIDE as usize);
        let image = image.map_err(|e| Cause::FileUnreadable.because(&name, e.to_string()))?;
        return Ok((image, [width, height]));
    }
    drop(bytes);
    let bitmap = decode(file).await.map_err(unreadable)?;
    let channels = if in_colour { COLOURS.as_slice() } else { &GREY };
    // A camera may have held it on its side.
    let sides = [bitmap.width(), bitmap.height()];
    let image = planes(&bitmap, channels).map_err(unreadable);
    bitmap.close();
    Ok((image?, sides))
}

async fn decode(file: &File) -> Result<ImageBitmap, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_color_space_conversion(ColorSpaceConversion::None);
    let promise =
        super::scope().create_image_bitmap_with_blob_and_image_bitmap_options(file, &options)?;
    JsFuture::from(promise).await?.dyn_into()
}

fn planes(bitmap: &ImageBitmap, channels: &[Channel]) -> Result<Image, JsValue> {
    let (across, down) = (
        bitmap.width().div_ceil(SIDE),
        bitmap.height().div_ceil(SIDE),
    );
    let (width, height) = (bitmap.width() / across, bitmap.height() / down);
    let rows = (256 / down).clamp(1, height);
    let context = strip_context(bitmap.width(), rows * down)?;
    let room = || Vec::with_capacity((width * height) as usize);
    let mut planes: Vec<Vec<f32>> = channels.iter().map(|_| room()).collect();
    for top in (0..height).step_by(rows as usize) {
        let rows = rows.min(height - top);
        let pixels = strip(&context, bitmap, top * down, rows * down)?;
        for (channel, values) in channels.iter().zip(&mut planes) {
            let stride = bitmap.width();
            average(
                &pixels,
                stride,
                [width, rows],
                [across, down],
                *channel,
                values,
            );
        }
    }
    let plane = |values| Plane::new(width as usize, height as usize, values);
    let planes: Result<Vec<_>, _> = planes.into_iter().map(plane).collect();
    planes
        .and_then(Image::new)
        .map_err(|e| e.to_string().into())
}

fn strip_context(width: u32, height: u32) -> Result<OffscreenCanvasRenderingContext2d, JsValue> {
    let context = OffscreenCanvas::new(width, height)?.get_context("2d")?;
    context
        .ok_or("the browser has no canvas in workers")?
        .dyn_into()
        .map_err(JsValue::from)
}

/// RGBA of the rows from `top`; what is transparent becomes black.
fn strip(
    context: &OffscreenCanvasRenderingContext2d,
    bitmap: &ImageBitmap,
    top: u32,
    rows: u32,
) -> Result<Vec<u8>, JsValue> {
    let width = f64::from(bitmap.width());
    context.set_fill_style_str("#000");
    context.fill_rect(0.0, 0.0, width, f64::from(rows));
    context.draw_image_with_image_bitmap(bitmap, 0.0, -f64::from(top))?;
    Ok(context
        .get_image_data(0.0, 0.0, width, f64::from(rows))?
        .data()
        .0)
}

/// Appends a channel's mean of every `across` x `down` block, 0..=1.
fn average(
    rgba: &[u8],
    stride: u32,
    [width, rows]: [u32; 2],
    [across, down]: [u32; 2],
    channel: Channel,
    values: &mut Vec<f32>,
) {
    let white = 255.0 * (across * down) as f32;
    for row in 0..rows {
        for column in 0..width {
            let block = (0..down).flat_map(|y| {
                (0..across).map(move |x| ((row * down + y) * stride + column * across + x) as usize)
            });
            let sum: u32 = block.map(|i| channel(&rgba[4 * i..4 * i + 3])).sum();
            values.push(sum as f32 / white);
        }
    }
}

/// Rec. 709 luma in whole numbers, as the native decoder computes it.
fn luminance(rgb: &[u8]) -> u32 {
    (2126 * u32::from(rgb[0]) + 7152 * u32::from(rgb[1]) + 722 * u32::from(rgb[2])) / 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_stays_what_it_is() {
        assert!((0..=255u8).all(|v| luminance(&[v, v, v]) == u32::from(v)));
    }

    #[test]
    fn blocks_are_averaged() {
        let rgba: Vec<u8> = [0, 100, 255, 55, 100, 200, 255, 255]
            .iter()
            .flat_map(|&v| [v, v, v, 255])
            .collect();
        let mut values = Vec::new();
        average(&rgba, 4, [2, 1], [2, 2], luminance, &mut values);
        assert_eq!(values, [100.0 / 255.0, 205.0 / 255.0].map(|v: f32| v));
    }

    #[test]
    fn colours_are_averaged_channel_by_channel() {
        let rgba = [0, 100, 255, 255, 100, 200, 255, 255];
        for (channel, mean) in COLOURS.into_iter().zip([50.0_f32, 150.0, 255.0]) {
            let mut values = Vec::new();
            average(&rgba, 2, [1, 1], [2, 1], channel, &mut values);
            assert!(
                (255.0 * values[0] - mean).abs() < 1e-3,
                "{values:?}, not {mean}"
            );
        }
    }
}
