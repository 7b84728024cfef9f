//! Image files as people have them, and as nobody should.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, Rgba};
use scanweave::phantom::{self, Anatomy};
use std::io::Cursor;
use tiff::encoder::{Compression, TiffEncoder, colortype};

/// A drawn thorax, 8-bit grey.
pub fn thorax(size: u32) -> GrayImage {
    let drawn = phantom::draw(Anatomy::Thorax, 5, size as usize, false);
    GrayImage::from_raw(size, size, drawn.images[0].1.to_u8()).expect("one byte per pixel")
}

/// The bytes of a PNG file.
pub fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .into()
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("memory");
    bytes.into_inner()
}

/// The bytes of a TIFF file.
pub fn tiff(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("memory");
    let (width, height) = image.dimensions();
    let written = encoder.write_image::<colortype::Gray8>(width, height, image);
    written.expect("memory");
    bytes.into_inner()
}

/// Pages of a TIFF file in floats: the grey, and twice and three times as bright.
pub fn pages(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new_big(&mut bytes).expect("memory");
    encoder = encoder.with_compression(Compression::Lzw);
    let (width, height) = image.dimensions();
    for times in [1.0, 2.0, 3.0] {
        let values: Vec<f32> = image
            .iter()
            .map(|v| times * f32::from(*v) - 1000.0)
            .collect();
        let written = encoder.write_image::<colortype::Gray32Float>(width, height, &values);
        written.expect("memory");
    }
    bytes.into_inner()
}

/// The same grey in 16 bits.
pub fn deep(image: &GrayImage) -> DynamicImage {
    let pixel = |x, y| Luma([u16::from(image.get_pixel(x, y).0[0]) * 257]);
    DynamicImage::ImageLuma16(image::ImageBuffer::from_fn(
        image.width(),
        image.height(),
        pixel,
    ))
}

/// The same grey in the lowest 12 of 16 bits, as radiographs are exported.
pub fn twelve_bits(image: &GrayImage) -> DynamicImage {
    let pixel = |x, y| Luma([u16::from(image.get_pixel(x, y).0[0]) * 16]);
    DynamicImage::ImageLuma16(image::ImageBuffer::from_fn(
        image.width(),
        image.height(),
        pixel,
    ))
}

/// The same grey as opaque colour.
pub fn opaque(image: &GrayImage) -> DynamicImage {
    let pixel = |x, y| {
        let [v] = image.get_pixel(x, y).0;
        Rgba([v, v, v, 255])
    };
    DynamicImage::ImageRgba8(image::ImageBuffer::from_fn(
        image.width(),
        image.height(),
        pixel,
    ))
}

/// The same grey as colour.
pub fn coloured(image: &GrayImage) -> DynamicImage {
    let pixel = |x, y| {
        let [v] = image.get_pixel(x, y).0;
        Rgb([v, v, v])
    };
    DynamicImage::ImageRgb8(image::ImageBuffer::from_fn(
        image.width(),
        image.height(),
        pixel,
    ))
}

/// A PNG of a few bytes that declares `width` x `height` pixels.
pub fn declaring(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(GrayImage::new(8, 8));
    // Signature 8, chunk length 4, "IHDR" 4, then width, height, five more bytes and the checksum.
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// The checksum of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            0xEDB8_8320 ^ (crc >> 1)
        } else {
            crc >> 1
        }
    };
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc))
    })
}
