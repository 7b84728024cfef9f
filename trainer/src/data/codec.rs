//! Codecs of pictures inside DICOM files: JPEG with and without loss, JPEG-LS and JPEG 2000, in Rust alone; and of those
//! inside TIFF files.
//!
//! What a frame claims of its size is compared with its file before memory is asked for. JPEG of 12 bits with loss is not
//! read: the error says with what to unpack it.

mod jpeg_ls;
pub mod tiff;

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use jpeg_decoder::{Decoder, PixelFormat};
use scanweave::formats::dicom::{Frame, Packing};
use scanweave::formats::{FormatError, MAX_MEMORY};

/// How a code stream of JPEG 2000 begins: nothing else may stand in a DICOM file (part 5, A.4.4).
const STREAM: &[u8] = &[0xff, 0x4f, 0xff, 0x51];
/// Where it says how many components it has.
const COMPONENTS: usize = 40;
/// Where the precision of the first one stands.
const PRECISION: usize = 42;
/// Bytes for each pixel while it is decoded.
const DECODING: u64 = 16;

/// The stored pixels of a compressed frame.
///
/// # Errors
/// When it is damaged, has another size than its file says, or is packed in another way.
pub fn unpacked(frame: &Frame) -> Result<Vec<u16>, FormatError> {
    match frame.packing {
        Packing::Jpeg => jpeg(frame),
        Packing::JpegLs => jpeg_ls::decode(&frame.bytes, frame.sides).map_err(damaged),
        Packing::Jpeg2000 => jpeg_2000(frame),
        Packing::Rle | Packing::Other => Err(frame.packing.refused()),
    }
}

fn damaged(error: impl std::fmt::Display) -> FormatError {
    FormatError::Compression(format!(
        "{error}; if other programs show it, save it uncompressed (gdcmconv --raw, dcmdjpeg)"
    ))
}

fn check(frame: &Frame, sides: [usize; 2]) -> Result<(), FormatError> {
    if sides == frame.sides {
        return Ok(());
    }
    let ([a, b], [c, d]) = (sides, frame.sides);
    Err(damaged(format!(
        "a frame has {a} x {b} pixels, its file says {c} x {d}"
    )))
}

fn jpeg(frame: &Frame) -> Result<Vec<u16>, FormatError> {
    let mut decoder = Decoder::new(&frame.bytes[..]);
    decoder.read_info().map_err(damaged)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no head"))?;
    check(frame, [info.width, info.height].map(usize::from))?;
    // Before memory is asked for.
    let deep = match info.pixel_format {
        PixelFormat::L8 => false,
        PixelFormat::L16 => true,
        PixelFormat::RGB24 | PixelFormat::CMYK32 => return Err(damaged("a frame is in colour")),
    };
    let bytes = decoder.decode().map_err(damaged)?;
    if !deep {
        return Ok(bytes.into_iter().map(u16::from).collect());
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    Ok(pairs.iter().map(|&pair| u16::from_ne_bytes(pair)).collect())
}

fn jpeg_2000(frame: &Frame) -> Result<Vec<u16>, FormatError> {
    let settings = DecodeSettings {
        strict: true,
        ..DecodeSettings::default()
    };
    if !frame.bytes.starts_with(STREAM) {
        return Err(damaged("a frame does not begin as a code stream"));
    }
    // The library asks for memory for every component that a few bytes promise.
    if frame.bytes.get(COMPONENTS..PRECISION) != Some(&[0, 1][..]) {
        return Err(damaged("a frame is in colour"));
    }
    let [columns, rows] = frame.sides.map(|side| side as u64);
    let need = DECODING * columns * rows;
    if need > MAX_MEMORY {
        return Err(FormatError::Memory { need });
    }
    let image = Image::new(&frame.bytes, &settings).map_err(damaged)?;
    check(frame, [image.width(), image.height()].map(|s| s as usize))?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let [component] = decoded.components() else {
        return Err(damaged("a frame is in colour"));
    };
    // The library takes numbers with a sign for numbers without, and lifts them by half of their range.
    let precision = frame.bytes.get(PRECISION).copied().unwrap_or(0);
    let lifted = if precision >> 7 == 1 {
        1 << (component.bit_depth() - 1)
    } else {
        0
    };
    let stored = |value: &f32| (value.round() as i32 - lifted) as u16;
    Ok(component.samples().iter().map(stored).collect())
}
