//! How strips and tiles are compressed. What takes a whole crate to unpack is left to a codec that is passed in, as the
//! compressed frames of DICOM are.

use std::borrow::Cow;

use super::{TiffError, refused};

/// How pieces are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// As GIF.
    Lzw,
    /// As PNG and ZIP.
    Deflate,
    /// In runs of bytes (PackBits).
    Runs,
    /// As photographs: through a codec.
    Jpeg,
    /// As a fax of the third group, in one dimension: through a codec.
    Fax3,
    /// As a fax of the fourth group: through a codec.
    Fax4,
}

/// What else was done to the bytes of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrapping {
    /// The first pixel lies in the lowest bit.
    pub backwards: bool,
    /// 1 for none, 2 for differences, 3 for differences of the bytes of floats.
    pub predictor: u64,
}

/// A strip or a tile that a codec unpacks.
#[derive(Debug)]
pub struct Piece<'a> {
    /// How it is compressed: [`Packing::Jpeg`], [`Packing::Fax3`] or [`Packing::Fax4`].
    pub packing: Packing,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Tables of a JPEG that stand before those of all pieces; empty where there are none.
    pub tables: &'a [u8],
    /// Width and height that the file promises, pixels.
    pub sides: [usize; 2],
    /// Numbers of a pixel, of 8 bits in a JPEG and of 1 in a fax.
    pub numbers: usize,
    /// Its three numbers are brightness and differences (YCbCr), to be given as red, green and blue.
    pub differences: bool,
}

/// Unpacks a piece to the bytes that it had before it was packed: row by row, each beginning with a byte; in a fax 1 is
/// what was printed.
pub type Codec<'a> = dyn Fn(&Piece) -> Result<Vec<u8>, TiffError> + 'a;

impl Packing {
    /// That of a number in a file, with the options of a fax.
    pub(super) fn of(number: u64, options: u64) -> Result<Self, TiffError> {
        Ok(match number {
            1 => Self::Plain,
            5 => Self::Lzw,
            8 | 32_946 => Self::Deflate,
            32_773 => Self::Runs,
            7 => Self::Jpeg,
            3 if options.is_multiple_of(4) => Self::Fax3,
            4 => Self::Fax4,
            2 | 3 => return Err(refused("its pixels are compressed as a fax of an old kind")),
            6 => return Err(refused("its pixels are compressed as JPEG of an old kind")),
            34_712 => return Err(refused("its pixels are compressed as JPEG 2000")),
            50_000 => return Err(refused("its pixels are compressed as Zstandard")),
            50_001 => return Err(refused("its pixels are compressed as WebP")),
            _ => {
                return Err(refused(format!(
                    "its pixels are compressed in the way {number}"
                )));
            }
        })
    }

    /// That pixels packed so are not read.
    pub fn refused(self) -> TiffError {
        refused(match self {
            Self::Jpeg => "its pixels are compressed as JPEG",
            Self::Fax3 | Self::Fax4 => "its pixels are compressed as a fax",
            _ => "its pixels are compressed in a way that is not known",
        })
    }

    /// Whether differences may have been taken before: with other packings that is not looked at.
    pub(super) fn is_predicted(self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate)
    }

    /// So many bytes one packed byte gives at most.
    pub(super) fn most(self) -> u64 {
        match self {
            Self::Plain => 1,
            Self::Runs => 128,
            Self::Deflate => 1032,
            Self::Lzw | Self::Jpeg => 1 << 12,
            // A white row is one bit.
            Self::Fax3 | Self::Fax4 => 1 << 15,
        }
    }
}
