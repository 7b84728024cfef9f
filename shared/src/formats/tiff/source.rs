//! Bytes of a file in one of the two orders, wherever they stand.

use std::borrow::Cow;

use super::TiffError;

/// The bytes of a file: all of them in memory, or read where they are asked for.
pub trait Source {
    /// How many there are.
    fn length(&self) -> u64;

    /// `length` bytes from `at` on; none where they do not all exist.
    fn bytes(&self, at: u64, length: usize) -> Option<Cow<'_, [u8]>>;
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn bytes(&self, at: u64, length: usize) -> Option<Cow<'_, [u8]>> {
        let from = self.get(usize::try_from(at).ok()?..)?;
        from.get(..length).map(Cow::Borrowed)
    }
}

/// What the first bytes of a TIFF say of all others.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    source: &'a dyn Source,
    /// The highest byte of a number stands first.
    pub big_endian: bool,
    /// Places and counts have 8 bytes (BigTIFF).
    pub big: bool,
}

impl<'a> File<'a> {
    /// The file, and where its first directory stands.
    pub fn of(source: &'a dyn Source) -> Result<(Self, u64), TiffError> {
        let mark = source.bytes(0, 4).ok_or(TiffError::Unknown)?;
        let (big_endian, big) = match &*mark {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return Err(TiffError::Unknown),
        };
        let file = Self {
            source,
            big_endian,
            big,
        };
        if big && file.number_at(4, 2)? != 8 {
            return Err(TiffError::Damaged("its head"));
        }
        let first = file.number_at(if big { 8 } else { 4 }, file.wide())?;
        Ok((file, first))
    }

    /// Bytes of a place or of a count.
    pub fn wide(&self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// `length` bytes from `at` on.
    pub fn bytes(&self, at: u64, length: usize) -> Result<Cow<'a, [u8]>, TiffError> {
        self.source.bytes(at, length).ok_or(TiffError::Cut)
    }

    /// At most `length` bytes from `at` on, as far as there are any.
    pub fn up_to(&self, at: u64, length: u64) -> Result<Cow<'a, [u8]>, TiffError> {
        self.bytes(at, self.there(at, length) as usize)
    }

    /// How many of the `length` bytes from `at` on there are.
    pub fn there(&self, at: u64, length: u64) -> u64 {
        self.source.length().saturating_sub(at).min(length)
    }

    /// The number without a sign that these bytes, at most 8, make.
    pub fn number(&self, bytes: &[u8]) -> u64 {
        let joined = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if self.big_endian {
            bytes.iter().fold(0, joined)
        } else {
            bytes.iter().rev().fold(0, joined)
        }
    }

    /// The number in `length` bytes from `at` on.
    pub fn number_at(&self, at: u64, length: usize) -> Result<u64, TiffError> {
        Ok(self.number(&self.bytes(at, length)?))
    }
}
