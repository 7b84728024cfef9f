//! The elements of a DICOM file, one after the other.
//!
//! Sequences are walked through, since their length is often left open, but nothing in them is
//! returned: a thumbnail's size must not pass for the image's.

use super::super::FormatError;

/// Deepest nesting of sequences that is walked.
const DEEPEST: usize = 32;
/// A length that is left open.
const OPEN: u32 = u32::MAX;

const ITEM: u32 = 0xfffe_e000;
const ITEM_END: u32 = 0xfffe_e00d;
const SEQUENCE_END: u32 = 0xfffe_e0dd;
const PIXELS: u32 = 0x7fe0_0010;

/// How elements are written, always little endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Kinds of values are known from a dictionary.
    Implicit,
    /// Each element names its kind.
    Explicit,
}

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// A sequence of pieces: compressed pixels.
    Pieces,
}

/// Walks over the elements of a file.
pub(super) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    /// That of the data behind the head.
    syntax: Syntax,
    /// Of each open sequence or item how its inside is written.
    nested: Vec<Syntax>,
}

impl<'a> Elements<'a> {
    /// The elements from byte `start` on.
    pub(super) fn new(bytes: &'a [u8], start: usize) -> Result<Self, FormatError> {
        let rest = bytes.get(start..).unwrap_or_default();
        // Without a head to name the syntax, an element that names its kind shows it.
        let kind = rest.get(4..6).unwrap_or_default();
        let named = !kind.is_empty() && kind.iter().all(u8::is_ascii_uppercase);
        let group = rest.first_chunk().map(|&b| u16::from_le_bytes(b));
        if !matches!(group, Some(0x0002 | 0x0008)) {
            return Err(FormatError::Unsupported(
                "this is no DICOM file, it lacks the mark DICM: choose another one".into(),
            ));
        }
        Ok(Self {
            bytes,
            at: start,
            syntax: if named {
                Syntax::Explicit
            } else {
                Syntax::Implicit
            },
            nested: Vec::new(),
        })
    }

    /// The elements behind the head are written like this.
    pub(super) fn go_on_in(&mut self, syntax: Syntax) {
        self.syntax = syntax;
    }

    /// The next element that lies in no sequence; `None` at the end of the file.
    pub(super) fn next_element(&mut self) -> Result<Option<(u32, Value<'a>)>, FormatError> {
        while self.at < self.bytes.len() {
            let (tag, kind, length) = self.header()?;
            match tag {
                ITEM if length == OPEN => self.enter(self.inside())?,
                ITEM_END | SEQUENCE_END => {
                    self.nested.pop();
                }
                // The image may be a sequence of pieces only at the top.
                PIXELS if length == OPEN && self.nested.is_empty() => {
                    return Ok(Some((tag, Value::Pieces)));
                }
                _ if length == OPEN => {
                    // What has an unknown kind and an open length is a sequence in implicit writing.
                    let unknown = kind == Some(*b"UN");
                    let inside = if unknown {
                        Syntax::Implicit
                    } else {
                        self.inside()
                    };
                    self.enter(inside)?;
                }
                _ => {
                    let value = self.take(length as usize)?;
                    if self.nested.is_empty() {
                        return Ok(Some((tag, Value::Bytes(value))));
                    }
                }
            }
        }
        Ok(None)
    }

    fn inside(&self) -> Syntax {
        self.nested.last().copied().unwrap_or(self.syntax)
    }

    fn enter(&mut self, syntax: Syntax) -> Result<(), FormatError> {
        if self.nested.len() == DEEPEST {
            return Err(FormatError::Header(
                "its sequences are nested too deep".into(),
            ));
        }
        self.nested.push(syntax);
        Ok(())
    }

    /// Tag, kind where it is named, and length.
    fn header(&mut self) -> Result<(u32, Option<[u8; 2]>, u32), FormatError> {
        let group = self.short()?;
        let tag = u32::from(group) << 16 | u32::from(self.short()?);
        // The head is explicit in every file; marks of sequences never name a kind.
        let explicit = group == 0x0002 || self.inside() == Syntax::Explicit;
        if !explicit || group == 0xfffe {
            return Ok((tag, None, self.long()?));
        }
        let kind = self.array::<2>()?;
        let long = [
            b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT",
            b"UV",
        ];
        if long.contains(&&kind) {
            self.short()?;
            Ok((tag, Some(kind), self.long()?))
        } else {
            Ok((tag, Some(kind), self.short()?.into()))
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let rest = &self.bytes[self.at..];
        let cut = FormatError::Truncated {
            need: self.at as u64 + length as u64,
            got: self.bytes.len() as u64,
        };
        let value = rest.get(..length).ok_or(cut)?;
        self.at += length;
        Ok(value)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn short(&mut self) -> Result<u16, FormatError> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    fn long(&mut self) -> Result<u32, FormatError> {
        Ok(u32::from_le_bytes(self.array()?))
    }
}
