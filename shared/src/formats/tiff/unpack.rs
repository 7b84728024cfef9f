//! From the packed bytes of a strip or tile to its rows.

use std::borrow::Cow;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::layout::{Layout, Meaning};
use super::packing::{Codec, Packing, Piece};
use super::{TiffError, lzw, predictor};
use crate::formats::runs;

/// The `rows` of a piece, in the order of bytes of the file, from its packed bytes.
pub(super) fn unpacked<'a>(
    packed: Cow<'a, [u8]>,
    tables: &[u8],
    layout: &Layout,
    rows: usize,
    big_endian: bool,
    codec: &Codec,
) -> Result<Cow<'a, [u8]>, TiffError> {
    let count = layout.row() * rows;
    // The order of bits in a JPEG is its own.
    let backwards = layout.wrapping.backwards && layout.packing != Packing::Jpeg;
    let packed = if backwards {
        packed.iter().map(|byte| byte.reverse_bits()).collect()
    } else {
        packed
    };
    let damaged = TiffError::Damaged("its pixels");
    let mut bytes = match layout.packing {
        Packing::Plain => return Ok(packed),
        Packing::Lzw => lzw::unpacked(&packed, count).ok_or(damaged)?,
        Packing::Deflate => inflated(&packed, count).ok_or(damaged)?,
        Packing::Runs => runs::unpacked(&packed, count).ok_or(damaged)?,
        Packing::Jpeg | Packing::Fax3 | Packing::Fax4 => {
            let bytes = codec(&Piece {
                packing: layout.packing,
                bytes: packed,
                tables,
                sides: [layout.piece[0], rows],
                numbers: layout.together(),
                differences: layout.meaning == Meaning::Differences,
            })?;
            if bytes.len() != count {
                return Err(damaged);
            }
            bytes
        }
    };
    predictor::undo(&mut bytes, layout, big_endian);
    Ok(bytes.into())
}

/// The first `count` bytes of what was packed; none where they are fewer or its checksum is another.
fn inflated(packed: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(count).ok()?;
    bytes.resize(count, 0);
    let flags = inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER
        | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) = decompress(
        &mut Box::<DecompressorOxide>::default(),
        packed,
        &mut bytes,
        0,
        flags,
    );
    // Whoever writes whole strips only has rows left at the end; some leave out the end of the stream.
    let sound = matches!(
        status,
        TINFLStatus::Done | TINFLStatus::HasMoreOutput | TINFLStatus::FailedCannotMakeProgress
    );
    (sound && written == count).then_some(bytes)
}
