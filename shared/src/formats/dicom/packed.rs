//! Compressed pixels (part 5, A.4): pieces, the frames that they make, and how these are packed.
//!
//! Runs of bytes (RLE, annex G) are few lines and unpacked here. Codecs of pictures are whole libraries, which the page
//! does without: whoever has one passes it to [`super::read_with`].

use super::FormatError;
use crate::formats::runs;

const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
const END: [u8; 4] = [0xfe, 0xff, 0xdd, 0xe0];

/// How frames are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Runs of bytes.
    Rle,
    /// JPEG with and without loss.
    Jpeg,
    /// JPEG-LS.
    JpegLs,
    /// JPEG 2000.
    Jpeg2000,
    /// A video, or what is newer than this.
    Other,
}

impl Packing {
    /// That of a transfer syntax, if it is one of compressed pixels.
    pub(super) fn of(uid: &str) -> Option<Self> {
        if uid == "1.2.840.10008.1.2.5" {
            return Some(Self::Rle);
        }
        let kind = uid.strip_prefix("1.2.840.10008.1.2.4.")?;
        Some(match kind {
            "50" | "51" | "57" | "70" => Self::Jpeg,
            "80" | "81" => Self::JpegLs,
            "90" | "91" => Self::Jpeg2000,
            _ => Self::Other,
        })
    }

    /// Its name.
    fn name(self) -> &'static str {
        match self {
            Self::Rle => "RLE",
            Self::Jpeg => "JPEG",
            Self::JpegLs => "JPEG-LS",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Other => "a video or another code of the JPEG family",
        }
    }

    /// That pixels packed so are not read.
    pub fn refused(self) -> FormatError {
        refused(&format!("compressed with {}", self.name()))
    }
}

/// That pixels are not read as they are.
pub(super) fn refused(how: &str) -> FormatError {
    FormatError::Unsupported(format!(
        "its pixels are {how}: save it uncompressed first (gdcmconv --raw, dcmdjpeg)"
    ))
}

/// One compressed frame.
#[derive(Debug)]
pub struct Frame {
    /// How it is compressed.
    pub packing: Packing,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Columns and rows that the file promises.
    pub sides: [usize; 2],
    /// Bits of a pixel once it is unpacked: 8 or 16.
    pub bits: usize,
}

impl Frame {
    /// Its pixels as they are stored, by runs of bytes or through `codec`.
    pub(super) fn pixels(&self, codec: &Codec) -> Result<Vec<u16>, FormatError> {
        let pixels = match self.packing {
            Packing::Rle => self.runs()?,
            _ => codec(self)?,
        };
        let [columns, rows] = self.sides;
        if pixels.len() == columns * rows {
            Ok(pixels)
        } else {
            Err(damaged("a frame has another size than the file says"))
        }
    }

    /// Planes of bytes, the highest ones first.
    fn runs(&self) -> Result<Vec<u16>, FormatError> {
        let (words, _) = self.bytes.as_chunks::<4>();
        let word = |i: usize| words.get(i).map(|w| u32::from_le_bytes(*w) as usize);
        let planes = self.bits / 8;
        if word(0) != Some(planes) {
            return Err(damaged("a frame has another number of planes"));
        }
        let count = self.sides[0] * self.sides[1];
        let mut pixels = vec![0; count];
        for plane in 0..planes {
            let start = word(1 + plane).unwrap_or(usize::MAX);
            let packed = self.bytes.get(start..).unwrap_or_default();
            let bytes = runs::unpacked(packed, count);
            let bytes = bytes.ok_or_else(|| damaged("a frame ends too early"))?;
            for (pixel, byte) in pixels.iter_mut().zip(bytes) {
                *pixel = *pixel << 8 | u16::from(byte);
            }
        }
        Ok(pixels)
    }
}

/// Unpacks a frame of any packing but RLE.
pub type Codec<'a> = dyn Fn(&Frame) -> Result<Vec<u16>, FormatError> + 'a;

fn damaged(how: &str) -> FormatError {
    FormatError::Compression(how.into())
}

/// The frames in the pieces that begin here; `count` of them.
pub(super) fn frames(bytes: &[u8], count: usize) -> Result<Vec<Vec<u8>>, FormatError> {
    let pieces = pieces(bytes)?;
    let Some(((_, table), pieces)) = pieces.split_first() else {
        return Err(damaged("there are no frames"));
    };
    if count == 1 {
        return Ok(vec![
            pieces
                .iter()
                .flat_map(|(_, piece)| *piece)
                .copied()
                .collect(),
        ]);
    }
    if pieces.len() == count {
        return Ok(pieces.iter().map(|(_, piece)| piece.to_vec()).collect());
    }
    // A frame may have several pieces: the table says where each begins, counted from the first piece.
    let (words, _) = table.as_chunks::<4>();
    let first = pieces.first().map_or(0, |(at, _)| *at);
    let starts: Vec<usize> = words
        .iter()
        .map(|word| first.saturating_add(u32::from_le_bytes(*word) as usize))
        .collect();
    if starts.len() != count || !starts.is_sorted() {
        return Err(damaged("which pieces make a frame is not said"));
    }
    let mut frames = vec![Vec::new(); count];
    let mut frame = 0;
    for (at, piece) in pieces {
        while starts.get(frame + 1).is_some_and(|next| next <= at) {
            frame += 1;
        }
        if starts.get(frame).is_some_and(|start| start <= at) {
            frames[frame].extend_from_slice(piece);
        }
    }
    Ok(frames)
}

/// Where each piece begins, and what it holds.
type Pieces<'a> = Vec<(usize, &'a [u8])>;

fn pieces(bytes: &[u8]) -> Result<Pieces<'_>, FormatError> {
    let mut found = Pieces::new();
    let mut at = 0;
    loop {
        let (need, got) = (at as u64 + 8, bytes.len() as u64);
        let head = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
        let head = head.ok_or(FormatError::Truncated { need, got })?;
        let [tag, length] = [&head[..4], &head[4..]];
        if tag == END {
            return Ok(found);
        }
        if tag != ITEM {
            return Err(damaged("a piece does not begin as one"));
        }
        let length = length.iter().rev().fold(0, |n, &b| n << 8 | usize::from(b));
        let need = need.saturating_add(length as u64);
        let piece = bytes.get(at + 8..).and_then(|rest| rest.get(..length));
        found.push((at, piece.ok_or(FormatError::Truncated { need, got })?));
        at += 8 + length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(bytes: &[u8]) -> Vec<u8> {
        let length = (bytes.len() as u32).to_le_bytes();
        [&ITEM[..], &length, bytes].concat()
    }

    fn sequence(items: &[&[u8]]) -> Vec<u8> {
        let items = items.iter().flat_map(|bytes| item(bytes));
        items.chain(END).chain([0; 4]).collect()
    }

    #[test]
    fn pieces_become_frames() {
        let two = sequence(&[&[], &[1, 2], &[3, 4]]);
        assert_eq!(frames(&two, 2).expect("a piece each"), [[1, 2], [3, 4]]);
        assert_eq!(frames(&two, 1).expect("all of them"), [[1, 2, 3, 4]]);
        assert!(frames(&two, 3).is_err());
        // The second frame begins behind two pieces of ten bytes.
        let table = [0_u32, 20].map(u32::to_le_bytes).concat();
        let three = sequence(&[&table, &[1, 2], &[3, 4], &[5, 6]]);
        let found = frames(&three, 2).expect("a table");
        assert_eq!(found, [vec![1, 2, 3, 4], vec![5, 6]]);
    }

    /// What lies in two frames is copied twice: a table that turns back would make a few bytes many.
    #[test]
    fn a_table_that_is_not_in_order_is_refused() {
        let back = [20_u32, 0].map(u32::to_le_bytes).concat();
        let three = sequence(&[&back, &[1, 2], &[3, 4], &[5, 6]]);
        assert!(frames(&three, 2).is_err());
        assert!(frames(&sequence(&[&[], &[1, 2]]), 0).is_ok_and(|none| none.is_empty()));
    }

    #[test]
    fn damaged_pieces_are_refused() {
        let whole = sequence(&[&[], &[1, 2]]);
        for end in 0..whole.len() - 4 {
            assert!(frames(&whole[..end], 1).is_err(), "{end}");
        }
        assert!(frames(&[1; 64], 1).is_err());
    }

    #[test]
    fn planes_of_runs_make_pixels() {
        let mut bytes = vec![0; 64];
        bytes[..12].copy_from_slice(&[2_u32, 64, 67].map(u32::to_le_bytes).concat());
        bytes.extend([1, 3, 0, 0xff, 9]);
        let mut frame = Frame {
            packing: Packing::Rle,
            bytes,
            sides: [2, 1],
            bits: 16,
        };
        let codec = |_: &Frame| -> Result<Vec<u16>, FormatError> { Ok(Vec::new()) };
        assert_eq!(frame.pixels(&codec).expect("two"), [0x309, 0x009]);
        frame.bits = 8;
        assert!(frame.pixels(&codec).is_err(), "one plane");
        frame.packing = Packing::Jpeg;
        assert!(frame.pixels(&codec).is_err(), "no pixels");
    }
}
