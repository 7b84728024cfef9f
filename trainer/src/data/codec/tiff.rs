//! Codecs of strips and tiles of TIFF files: JPEG and fax.

use fax::Color;
use fax::decoder::{DecodeStatus, Group4Decoder, decode_g3, pels};
use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};
use scanweave::formats::tiff::{MAX_PIXELS, Packing, Piece, TiffError};

/// The bytes of a piece before it was packed.
///
/// # Errors
/// When it is damaged or has another size than its file says.
pub fn unpacked(piece: &Piece) -> Result<Vec<u8>, TiffError> {
    match piece.packing {
        Packing::Jpeg => jpeg(piece),
        Packing::Fax3 | Packing::Fax4 => fax(piece),
        _ => Err(piece.packing.refused()),
    }
}

fn damaged(error: impl std::fmt::Display) -> TiffError {
    TiffError::Codec(error.to_string())
}

fn jpeg(piece: &Piece) -> Result<Vec<u8>, TiffError> {
    let whole = joined(piece.tables, &piece.bytes);
    let mut decoder = Decoder::new(&whole[..]);
    decoder.read_info().map_err(damaged)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no head"))?;
    let (format, transform) = match (piece.numbers, piece.differences) {
        (1, _) => (PixelFormat::L8, ColorTransform::Grayscale),
        (_, true) => (PixelFormat::RGB24, ColorTransform::YCbCr),
        (_, false) => (PixelFormat::RGB24, ColorTransform::RGB),
    };
    // Before memory is asked for. The last strip may be as high as the others.
    let [width, height] = piece.sides;
    let [across, down] = [info.width, info.height].map(usize::from);
    if info.pixel_format != format || across != width || down < height {
        return Err(damaged(
            "a strip or tile is of another size or kind than its file says",
        ));
    }
    if (across * down) as u64 > MAX_PIXELS {
        return Err(TiffError::Memory);
    }
    decoder.set_color_transform(transform);
    let mut bytes = decoder.decode().map_err(damaged)?;
    bytes.truncate(width * height * piece.numbers);
    Ok(bytes)
}

/// One stream of the tables and of what uses them: the end of the first and the beginning of the second are left out.
fn joined(tables: &[u8], bytes: &[u8]) -> Vec<u8> {
    let tables = tables.strip_suffix(&[0xff, 0xd9]).unwrap_or(tables);
    match bytes.strip_prefix(&[0xff, 0xd8]) {
        Some(rest) if !tables.is_empty() => [tables, rest].concat(),
        _ => bytes.to_vec(),
    }
}

/// What ends the last row of the third group, whose end the files leave out.
const END_OF_LINE: [u8; 2] = [0, 1];

/// Rows of bits, 1 where something was printed. The fourth group may leave out white rows at the end.
fn fax(piece: &Piece) -> Result<Vec<u8>, TiffError> {
    let [width, height] = piece.sides;
    let across = u16::try_from(width).map_err(|_| TiffError::Memory)?;
    let mut rows = Vec::new();
    let mut print = |changes: &[u16]| {
        let black: Vec<bool> = pels(changes, across).map(|c| c == Color::Black).collect();
        let byte = |few: &[bool]| {
            few.iter()
                .rev()
                .fold(0, |sum, bit| sum >> 1 | u8::from(*bit) << 7)
        };
        rows.extend(black.chunks(8).map(byte));
    };
    let bytes = piece.bytes.iter().copied();
    if piece.packing == Packing::Fax3 {
        let mut left = height;
        let _ = decode_g3(bytes.chain(END_OF_LINE), |changes| {
            if left > 0 {
                print(changes);
                left -= 1;
            }
        });
        if left > 0 {
            return Err(damaged("a fax has fewer rows than its file says"));
        }
    } else {
        let reader = bytes.map(Ok::<u8, std::convert::Infallible>);
        let Ok(mut decoder) = Group4Decoder::new(reader, across);
        for _ in 0..height {
            match decoder.advance().map_err(damaged)? {
                DecodeStatus::Incomplete => print(decoder.transition()),
                DecodeStatus::End => break,
            }
        }
    }
    rows.resize(width.div_ceil(8) * height, 0);
    Ok(rows)
}
