//! TIFF, revision 6.0, and BigTIFF: pictures of one page or of several, in grey, in colour or with a palette, of every
//! usual kind of number.
//!
//! The bytes come from anywhere: what a directory claims is checked against what is there before memory is asked for, and
//! no bytes make the reader panic. What is read is turned as the file wishes. JPEG and fax are read where a codec is
//! passed; colours that are not red, green and blue are refused with what to do.

mod assemble;
mod directory;
mod layout;
mod lzw;
mod packing;
mod picture;
mod predictor;
mod source;
mod unpack;

pub use packing::{Codec, Packing, Piece};
pub use picture::{Picture, Samples};
pub use source::Source;

use std::collections::HashSet;

use thiserror::Error;

use crate::image::{ImageError, MAX_SIDE};
use directory::Directory;
use source::File;

/// Most pixels of a page.
pub const MAX_PIXELS: u64 = 1 << 26;
/// Most bytes of a page's numbers.
const MAX_BYTES: u64 = 1 << 30;
/// Pages that are counted.
const MAX_PAGES: usize = 100_000;
/// Most pixels of a tile of a picture that is smaller.
const MAX_TILE: u64 = 1 << 24;
/// Most strips or tiles of a page: those of 16 x 16 pixels, for four numbers.
const MAX_PIECES: u64 = 1 << 20;
/// Longest tables of a JPEG, bytes.
const MAX_TABLES: usize = 1 << 16;

/// Why a page cannot be read. Each message ends with what to do about it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TiffError {
    /// It does not begin as a TIFF.
    #[error("this is no TIFF: copy the file again from its source, or leave it out")]
    Unknown,
    /// It breaks the rules.
    #[error("the file is damaged ({0}): copy it again from its source or leave it out")]
    Damaged(&'static str),
    /// It ends before what it promises.
    #[error("the file is cut short: copy it again from its source or leave it out")]
    Cut,
    /// A kind of TIFF that is not read.
    #[error("{0}: save it as a PNG of 8 or 16 bits")]
    Unsupported(String),
    /// A codec cannot read what it was given.
    #[error(
        "its pixels are damaged: {0}; copy the file again from its source, or save it as a PNG of 8 or 16 bits"
    )]
    Codec(String),
    /// No picture can have such sides.
    #[error(
        "the image is too large or empty ({width} x {height} pixels): make it at most {MAX_SIDE} pixels a side and {MAX_PIXELS} in all"
    )]
    Sides {
        /// Pixels from left to right.
        width: u64,
        /// Pixels from top to bottom.
        height: u64,
    },
    /// More numbers than are read.
    #[error(
        "the image takes too much memory: make it smaller, or save it as a PNG of 8 or 16 bits"
    )]
    Memory,
    /// There is no such page.
    #[error("there is no page {index}: the file holds {count}, 0 to {last}", last = count - 1)]
    Page {
        /// The page asked for.
        index: usize,
        /// Pages in the file, at least 1.
        count: usize,
    },
    /// There is nothing in it.
    #[error("no pixel holds a finite number: leave it out")]
    NoNumbers,
    /// The page is no usable image.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// That this is not read.
fn refused(what: impl Into<String>) -> TiffError {
    TiffError::Unsupported(what.into())
}

/// Whether these bytes begin as a TIFF does.
pub fn is_tiff(bytes: &[u8]) -> bool {
    [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|mark| bytes.starts_with(*mark))
}

/// A file with its pages.
pub struct Tiff<'a> {
    file: File<'a>,
    /// Where the directories of the pages stand, at least one.
    pages: Vec<u64>,
}

impl<'a> Tiff<'a> {
    /// The file in these bytes, whose pages are found; smaller copies of others are none.
    ///
    /// # Errors
    /// When it is no TIFF or its directories are damaged.
    pub fn open(source: &'a dyn Source) -> Result<Self, TiffError> {
        let (file, first) = File::of(source)?;
        let (mut pages, mut seen, mut at) = (Vec::new(), HashSet::new(), first);
        loop {
            if !seen.insert(at) {
                return Err(TiffError::Damaged("its pages go round in circles"));
            }
            if seen.len() > MAX_PAGES {
                return Err(TiffError::Damaged("it has too many pages"));
            }
            let directory = Directory::read(file, at)?;
            if !directory.is_reduced()? {
                pages.push(at);
            }
            at = directory.next;
            if at == 0 {
                break;
            }
        }
        if pages.is_empty() {
            pages.push(first);
        }
        Ok(Self { file, pages })
    }

    /// How many pages there are, at least 1.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Width and height of page number `page` (from 0), turned, and how many numbers a pixel has in the file.
    ///
    /// # Errors
    /// When there is no such page, or it is of a kind or size that is not read.
    pub fn outline(&self, page: usize) -> Result<([usize; 2], usize), TiffError> {
        let layout = layout::Layout::of(&self.directory(page)?)?;
        let sides = turned(layout.sides, layout.orientation);
        Ok((sides, layout.stored))
    }

    /// Page number `page` (from 0). `codec` unpacks JPEG and fax.
    ///
    /// # Errors
    /// When there is no such page, or it is damaged or of a kind or size that is not read; and those of the codec.
    pub fn read(&self, page: usize, codec: &Codec) -> Result<Picture, TiffError> {
        assemble::picture(self.file, &self.directory(page)?, codec)
    }

    fn directory(&self, page: usize) -> Result<Directory<'a>, TiffError> {
        let count = self.pages.len();
        let missing = TiffError::Page { index: page, count };
        let at = self.pages.get(page).ok_or(missing)?;
        Directory::read(self.file, *at)
    }
}

/// A codec that has none.
///
/// # Errors
/// Always: that such pixels are not read.
pub fn no_codec(piece: &Piece) -> Result<Vec<u8>, TiffError> {
    Err(piece.packing.refused())
}

/// Width and height, turned, of the first page in a file, by its directory alone.
///
/// # Errors
/// When it is no TIFF, its first directory is damaged, or the page is too large.
pub fn sides(source: &dyn Source) -> Result<[usize; 2], TiffError> {
    let (file, first) = File::of(source)?;
    let directory = Directory::read(file, first)?;
    let sides = layout::sides(&directory)?;
    Ok(turned(sides, layout::orientation(&directory)?))
}

fn turned([width, height]: [usize; 2], orientation: u64) -> [usize; 2] {
    if orientation >= 5 {
        [height, width]
    } else {
        [width, height]
    }
}

#[cfg(test)]
mod tests;
