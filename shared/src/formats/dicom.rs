//! DICOM, part 10: grey images that are not compressed, as one file holds them (dicomstandard.org,
//! parts 3 and 5). Frames become slices.
//!
//! Scanners export much else, and a picture read wrongly is worse than none: what is not plain little
//! endian monochrome is refused with the name of what it is and of a tool that converts it.

mod elements;

use super::{Element, FormatError, Volume, Window, count};
use elements::{Elements, Syntax, Value};

/// Where the mark of a DICOM file stands.
const PREAMBLE: usize = 128;
/// The mark.
const MARK: &[u8] = b"DICM";

const TRANSFER_SYNTAX: u32 = 0x0002_0010;
const SAMPLES: u32 = 0x0028_0002;
const PHOTOMETRIC: u32 = 0x0028_0004;
const FRAMES: u32 = 0x0028_0008;
const ROWS: u32 = 0x0028_0010;
const COLUMNS: u32 = 0x0028_0011;
const SPACING: u32 = 0x0028_0030;
const ALLOCATED: u32 = 0x0028_0100;
const STORED: u32 = 0x0028_0101;
const HIGH_BIT: u32 = 0x0028_0102;
const SIGNED: u32 = 0x0028_0103;
const CENTRE: u32 = 0x0028_1050;
const WIDTH: u32 = 0x0028_1051;
const INTERCEPT: u32 = 0x0028_1052;
const SLOPE: u32 = 0x0028_1053;
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
}

/// Whether `bytes` begin as a DICOM file does.
pub fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(PREAMBLE..PREAMBLE + 4) == Some(MARK)
}

/// The image in `bytes`. Files of old scanners that lack the mark are read too.
pub fn read(bytes: &[u8]) -> Result<Dicom, FormatError> {
    let start = if is_dicom(bytes) { PREAMBLE + 4 } else { 0 };
    let mut found = Found::default();
    let mut elements = Elements::new(bytes, start)?;
    while let Some((tag, value)) = elements.next_element()? {
        if tag == TRANSFER_SYNTAX {
            elements.go_on_in(syntax(&text(&value))?);
        }
        let last = tag == PIXELS;
        found.take(tag, value);
        if last {
            break;
        }
    }
    found.image()
}

/// The little of a file that matters here.
#[derive(Default)]
struct Found<'a>(Vec<(u32, Value<'a>)>);

impl<'a> Found<'a> {
    fn take(&mut self, tag: u32, value: Value<'a>) {
        const WANTED: [u32; 15] = [
            SAMPLES,
            PHOTOMETRIC,
            FRAMES,
            ROWS,
            COLUMNS,
            SPACING,
            ALLOCATED,
            STORED,
            HIGH_BIT,
            SIGNED,
            CENTRE,
            WIDTH,
            INTERCEPT,
            SLOPE,
            PIXELS,
        ];
        if WANTED.contains(&tag) && self.get(tag).is_none() {
            self.0.push((tag, value));
        }
    }

    fn get(&self, tag: u32) -> Option<&Value<'a>> {
        self.0.iter().find(|(t, _)| *t == tag).map(|(_, v)| v)
    }

    /// A number of 16 bits.
    fn short(&self, tag: u32) -> Option<u16> {
        match self.get(tag) {
            Some(&Value::Bytes(&[low, high, ..])) => Some(u16::from_le_bytes([low, high])),
            _ => None,
        }
    }

    /// The first of the decimal numbers.
    fn number(&self, tag: u32) -> Option<f64> {
        let text = text(self.get(tag)?);
        let number = text.split('\\').next()?.trim().parse::<f64>().ok()?;
        number.is_finite().then_some(number)
    }

    fn needed(&self, tag: u32, name: &str) -> Result<u16, FormatError> {
        let missing = || FormatError::Header(format!("it does not say the {name}"));
        self.short(tag).ok_or_else(missing)
    }

    fn image(&self) -> Result<Dicom, FormatError> {
        let pixels = match self.get(PIXELS) {
            Some(Value::Bytes(bytes)) => *bytes,
            Some(Value::Pieces) => return Err(compressed("compressed")),
            None => {
                let why =
                    "this DICOM file holds no image: choose one of the image files of the series";
                return Err(FormatError::Unsupported(why.into()));
            }
        };
        let inverted = self.inverted()?;
        let frames = self.number(FRAMES).unwrap_or(1.0);
        if !(1.0..=1e6).contains(&frames) {
            return Err(FormatError::Dimensions(format!("{frames} frames")));
        }
        let (columns, rows) = (self.needed(COLUMNS, "columns")?, self.needed(ROWS, "rows")?);
        let sides = [columns.into(), rows.into(), frames as u64];
        let voxels = self.voxels(pixels, count(sides)?)?;
        let volume = Volume::new(sides.map(|s| s as usize), self.spacing(), voxels)?;
        let window = self.window();
        Ok(Dicom {
            volume,
            window,
            inverted,
        })
    }

    /// Whether white is low; refuses what is not grey.
    fn inverted(&self) -> Result<bool, FormatError> {
        let name = self.get(PHOTOMETRIC).map(text).unwrap_or_default();
        let grey = self.short(SAMPLES).is_none_or(|samples| samples == 1);
        match name.as_str() {
            "MONOCHROME1" if grey => Ok(true),
            "MONOCHROME2" | "" if grey => Ok(false),
            other => Err(FormatError::Unsupported(format!(
                "its pixels are colours ({other}): save it in grey, MONOCHROME2, first"
            ))),
        }
    }

    fn voxels(&self, pixels: &[u8], count: usize) -> Result<Vec<f32>, FormatError> {
        let allocated = self.needed(ALLOCATED, "bits of a pixel")?;
        let element = match allocated {
            8 => Element::U8,
            16 => Element::U16,
            other => {
                return Err(FormatError::Unsupported(format!(
                    "its pixels have {other} bits: save it with 8 or 16 bits first"
                )));
            }
        };
        let stored = self.short(STORED).unwrap_or(allocated);
        let high = self.short(HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            let bits = format!("{stored} bits below bit {high} of {allocated}");
            return Err(FormatError::Header(bits));
        }
        let signed = self.short(SIGNED) == Some(1);
        let slope = self.number(SLOPE).filter(|&s| s != 0.0).unwrap_or(1.0);
        let inter = self.number(INTERCEPT).unwrap_or(0.0);
        let mut voxels = element.numbers(pixels, count, false, [1.0, 0.0])?;
        // Whole numbers of 16 bits are exact in single precision.
        for voxel in &mut voxels {
            let raw = u32::from(*voxel as u16) >> (high + 1 - stored);
            let bits = raw & ((1 << stored) - 1);
            let negative = signed && bits >> (stored - 1) == 1;
            let value = i64::from(bits) - (i64::from(negative) << stored);
            *voxel = (slope * value as f64 + inter) as f32;
        }
        Ok(voxels)
    }

    /// Between rows, then between columns, in the file; along z it is unknown.
    fn spacing(&self) -> [f32; 3] {
        let text = self.get(SPACING).map(text).unwrap_or_default();
        let mut numbers = text.split('\\').map(|n| n.trim().parse().unwrap_or(1.0));
        let down = numbers.next().unwrap_or(1.0);
        [numbers.next().unwrap_or(down), down, 1.0]
    }

    /// The linear window of part 3, C.11.2.1.2: the ends of the ramp.
    fn window(&self) -> Option<Window> {
        let (centre, width) = (self.number(CENTRE)?, self.number(WIDTH)?);
        let half = (width - 1.0) / 2.0;
        let (low, high) = ((centre - 0.5 - half) as f32, (centre - 0.5 + half) as f32);
        let usable = low.is_finite() && high.is_finite() && low < high;
        usable.then_some(Window { low, high })
    }
}

/// The text of a value; numbers and names are padded with blanks or a zero byte.
fn text(value: &Value<'_>) -> String {
    let Value::Bytes(bytes) = value else {
        return String::new();
    };
    let bytes = &bytes[..bytes.len().min(64)];
    let text = String::from_utf8_lossy(bytes);
    text.trim_matches(['\0', ' ']).to_owned()
}

/// How the elements behind the file's head are written.
fn syntax(uid: &str) -> Result<Syntax, FormatError> {
    match uid {
        "1.2.840.10008.1.2" => Ok(Syntax::Implicit),
        "1.2.840.10008.1.2.1" => Ok(Syntax::Explicit),
        "1.2.840.10008.1.2.1.99" => Err(compressed("deflated")),
        "1.2.840.10008.1.2.2" => Err(FormatError::Unsupported(
            "it is written in big endian: save it as Explicit VR Little Endian first (gdcmconv --explicit, dcmconv +te)".into(),
        )),
        "1.2.840.10008.1.2.5" => Err(compressed("compressed with RLE")),
        jpeg if jpeg.starts_with("1.2.840.10008.1.2.4.") => {
            let kind = match &jpeg[20..] {
                "50" | "51" | "57" | "70" => "JPEG",
                "80" | "81" => "JPEG-LS",
                "90" | "91" | "92" | "93" | "201" | "202" | "203" => "JPEG 2000",
                _ => "a video or another code of the JPEG family",
            };
            Err(compressed(&format!("compressed with {kind}")))
        }
        other => {
            let shown: String = other.chars().filter(char::is_ascii_graphic).collect();
            Err(FormatError::Unsupported(format!(
                "its transfer syntax is unknown ({shown}): save it uncompressed first (gdcmconv --raw, dcmdjpeg)"
            )))
        }
    }
}

fn compressed(how: &str) -> FormatError {
    FormatError::Unsupported(format!(
        "its pixels are {how}: save it uncompressed first (gdcmconv --raw, dcmdjpeg)"
    ))
}

#[cfg(test)]
mod tests;
