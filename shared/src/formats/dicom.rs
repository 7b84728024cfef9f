//! DICOM, part 10: grey images as one file holds them (dicomstandard.org, parts 3 and 5). Frames become slices.
//!
//! Scanners export much else, and a picture read wrongly is worse than none: what is not little endian monochrome, plain or
//! in runs of bytes, is refused with the name of what it is and of a tool that converts it. Other compressions are read
//! where a codec is passed.

mod elements;
mod found;
mod lut;
mod packed;
pub mod series;

use super::{FormatError, Volume, Window};
use elements::{Elements, Syntax};
use found::Found;

pub use found::Where;
pub use packed::{Codec, Frame, Packing};

/// Where the mark of a DICOM file stands.
const PREAMBLE: usize = 128;
/// The mark.
const MARK: &[u8] = b"DICM";

const TRANSFER_SYNTAX: u32 = 0x0002_0010;
const PIXELS: u32 = 0x7fe0_0010;

/// The image or the images of a DICOM file.
#[derive(Debug, Clone, PartialEq)]
pub struct Dicom {
    /// The frames along z, rescaled.
    pub volume: Volume,
    /// The window that the file wishes.
    pub window: Option<Window>,
    /// The lowest value is meant to be white.
    pub inverted: bool,
    /// Where the image lies among others.
    pub place: Where,
}

/// Whether `bytes` begin as a DICOM file does.
pub fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(PREAMBLE..PREAMBLE + 4) == Some(MARK)
}

/// The image in `bytes`. Files of old scanners that lack the mark are read too.
pub fn read(bytes: &[u8]) -> Result<Dicom, FormatError> {
    read_with(bytes, &|frame| Err(frame.packing.refused()))
}

/// As [`read`], with a codec for what is compressed otherwise than in runs of bytes.
///
/// # Errors
/// As [`read`], and those of the codec.
pub fn read_with(bytes: &[u8], codec: &Codec) -> Result<Dicom, FormatError> {
    let start = if is_dicom(bytes) { PREAMBLE + 4 } else { 0 };
    let mut found = Found::default();
    let mut packing = None;
    let mut elements = Elements::new(bytes, start)?;
    while let Some((place, tag, value)) = elements.next_element()? {
        if tag == TRANSFER_SYNTAX {
            let uid = found::text(&value);
            packing = Packing::of(&uid);
            elements.go_on_in(syntax(&uid)?);
        }
        let last = tag == PIXELS;
        found.take(place, tag, value);
        if last {
            break;
        }
    }
    found.image(packing, codec)
}

/// How the elements behind the file's head are written.
fn syntax(uid: &str) -> Result<Syntax, FormatError> {
    match uid {
        "1.2.840.10008.1.2" => Ok(Syntax::Implicit),
        "1.2.840.10008.1.2.1" => Ok(Syntax::Explicit),
        _ if Packing::of(uid).is_some() => Ok(Syntax::Explicit),
        "1.2.840.10008.1.2.1.99" => Err(packed::refused("deflated")),
        "1.2.840.10008.1.2.2" => Err(FormatError::Unsupported(
            "it is written in big endian: save it as Explicit VR Little Endian first (gdcmconv --explicit, dcmconv +te)".into(),
        )),
        other => {
            let shown: String = other.chars().filter(char::is_ascii_graphic).collect();
            Err(FormatError::Unsupported(format!(
                "its transfer syntax is unknown ({shown}): save it uncompressed first (gdcmconv --raw, dcmdjpeg)"
            )))
        }
    }
}

#[cfg(test)]
mod tests;
