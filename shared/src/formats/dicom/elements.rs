//! The elements of a DICOM file, one after the other.
//!
//! Sequences are walked through, since their length is often left open. Of a few the elements are returned with where
//! they lie; nothing of any other, or a thumbnail's size would pass for the image's.

use super::super::FormatError;

/// Deepest nesting of sequences that is walked.
const DEEPEST: usize = 32;
/// A length that is left open.
const OPEN: u32 = u32::MAX;

const ITEM: u32 = 0xfffe_e000;
const ITEM_END: u32 = 0xfffe_e00d;
const SEQUENCE_END: u32 = 0xfffe_e0dd;
const PIXELS: u32 = 0x7fe0_0010;

const MODALITY_LUTS: u32 = 0x0028_3000;
const VOI_LUTS: u32 = 0x0028_3010;
const SHARED: u32 = 0x5200_9229;
const PER_FRAME: u32 = 0x5200_9230;
/// Pixel measures, frame VOI LUT, pixel value transformation: what the groups of frames hold.
const GROUPS: [u32; 3] = [0x0028_9110, 0x0028_9132, 0x0028_9145];

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
    /// A sequence of pieces, from its first one on: compressed pixels.
    Pieces(&'a [u8]),
}

/// Where an element lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In no sequence.
    Top,
    /// In a table from stored values to those of the modality.
    ModalityLut,
    /// In a table from values of the modality to those that are shown.
    VoiLut,
    /// In what all frames have in common.
    Shared,
    /// In what one frame has of its own.
    Frame,
}

/// An open sequence or item.
struct Nest {
    /// None of an item.
    sequence: Option<u32>,
    syntax: Syntax,
    /// Where it ends, if its length is known.
    end: usize,
}

/// Walks over the elements of a file.
pub(super) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    /// That of the data behind the head.
    syntax: Syntax,
    nested: Vec<Nest>,
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

    /// The next element that lies in no sequence or in one of those that matter; `None` at the end of the file.
    pub(super) fn next_element(&mut self) -> Result<Option<(Place, u32, Value<'a>)>, FormatError> {
        while self.at < self.bytes.len() {
            while self.nested.pop_if(|nest| nest.end <= self.at).is_some() {}
            let (tag, kind, length) = self.header()?;
            // What has an unknown kind is implicit inside.
            let unknown = kind == Some(*b"UN");
            let inside = if unknown {
                Syntax::Implicit
            } else {
                self.inside()
            };
            let end = match length {
                OPEN => usize::MAX,
                length => self.at.saturating_add(length as usize),
            };
            match tag {
                ITEM if length == OPEN || self.place().is_some() => {
                    self.enter(None, self.inside(), end)?;
                }
                ITEM_END | SEQUENCE_END => {
                    self.nested.pop();
                }
                // The image may be a sequence of pieces only at the top.
                PIXELS if length == OPEN && self.nested.is_empty() => {
                    let pieces = &self.bytes[self.at..];
                    return Ok(Some((Place::Top, tag, Value::Pieces(pieces))));
                }
                _ if length == OPEN || self.matters(tag) => self.enter(Some(tag), inside, end)?,
                _ => {
                    let value = self.take(length as usize)?;
                    if let Some(place) = self.place() {
                        return Ok(Some((place, tag, Value::Bytes(value))));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Whether a sequence here is one whose elements are returned.
    fn matters(&self, tag: u32) -> bool {
        let sequences: Vec<u32> = self.sequences().collect();
        match sequences[..] {
            [] => [MODALITY_LUTS, VOI_LUTS, SHARED, PER_FRAME].contains(&tag),
            [SHARED | PER_FRAME] => GROUPS.contains(&tag),
            _ => false,
        }
    }

    /// Where we are; none in a sequence that does not matter.
    fn place(&self) -> Option<Place> {
        let mut sequences = self.sequences();
        let outermost = sequences.next();
        let group = sequences.next().is_none_or(|tag| GROUPS.contains(&tag));
        let deeper = sequences.next().is_some();
        match outermost {
            None => Some(Place::Top),
            Some(SHARED) if group && !deeper => Some(Place::Shared),
            Some(PER_FRAME) if group && !deeper => Some(Place::Frame),
            Some(MODALITY_LUTS) if self.sequences().count() == 1 => Some(Place::ModalityLut),
            Some(VOI_LUTS) if self.sequences().count() == 1 => Some(Place::VoiLut),
            Some(_) => None,
        }
    }

    /// The open sequences, the outermost first.
    fn sequences(&self) -> impl Iterator<Item = u32> {
        self.nested.iter().filter_map(|nest| nest.sequence)
    }

    fn inside(&self) -> Syntax {
        self.nested.last().map_or(self.syntax, |nest| nest.syntax)
    }

    fn enter(
        &mut self,
        sequence: Option<u32>,
        syntax: Syntax,
        end: usize,
    ) -> Result<(), FormatError> {
        if self.nested.len() == DEEPEST {
            return Err(FormatError::Header(
                "its sequences are nested too deep".into(),
            ));
        }
        self.nested.push(Nest {
            sequence,
            syntax,
            end,
        });
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
