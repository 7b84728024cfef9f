//! The little of a DICOM file that matters here, and the image that it makes.

use super::elements::{Place, Value};
use super::lut::Lut;
use super::packed::{self, Codec, Frame, Packing, refused};
use super::{Dicom, PIXELS};
use crate::formats::{Element, FormatError, Volume, Window, count};

const SERIES: u32 = 0x0020_000e;
const POSITION: u32 = 0x0020_0032;
const ORIENTATION: u32 = 0x0020_0037;
pub(super) const SAMPLES: u32 = 0x0028_0002;
pub(super) const PHOTOMETRIC: u32 = 0x0028_0004;
pub(super) const FRAMES: u32 = 0x0028_0008;
pub(super) const ROWS: u32 = 0x0028_0010;
pub(super) const COLUMNS: u32 = 0x0028_0011;
pub(super) const SPACING: u32 = 0x0028_0030;
pub(super) const ALLOCATED: u32 = 0x0028_0100;
pub(super) const STORED: u32 = 0x0028_0101;
pub(super) const HIGH_BIT: u32 = 0x0028_0102;
pub(super) const SIGNED: u32 = 0x0028_0103;
pub(super) const PADDING: u32 = 0x0028_0120;
pub(super) const PADDING_LIMIT: u32 = 0x0028_0121;
pub(super) const CENTRE: u32 = 0x0028_1050;
pub(super) const WIDTH: u32 = 0x0028_1051;
pub(super) const INTERCEPT: u32 = 0x0028_1052;
pub(super) const SLOPE: u32 = 0x0028_1053;
pub(super) const FUNCTION: u32 = 0x0028_1056;
pub(super) const DESCRIPTOR: u32 = 0x0028_3002;
pub(super) const DATA: u32 = 0x0028_3006;
pub(super) const SHAPE: u32 = 0x2050_0020;

const WANTED: [u32; 24] = [
    SERIES,
    POSITION,
    ORIENTATION,
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
    PADDING,
    PADDING_LIMIT,
    CENTRE,
    WIDTH,
    INTERCEPT,
    SLOPE,
    FUNCTION,
    DESCRIPTOR,
    DATA,
    SHAPE,
    PIXELS,
];

/// Where an image lies among others of its series, as far as the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Where {
    /// The series that it belongs to, by its unique number.
    pub series: String,
    /// The centre of the first pixel, millimetres to left, back and head.
    pub position: Option<[f32; 3]>,
    /// Where columns and rows run: the direction from one column to the next, and that from one row to the next.
    pub directions: Option<[[f32; 3]; 2]>,
}

/// Values by where they stand.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// The first of each: a few, however many elements a file has.
    first: Vec<(Place, u32, Value<'a>)>,
    /// Slopes and intercepts of all frames.
    lines: Vec<(u32, Value<'a>)>,
}

impl<'a> Found<'a> {
    /// Keeps what matters: the first of each, and the lines of all frames.
    pub(super) fn take(&mut self, place: Place, tag: u32, value: Value<'a>) {
        if place == Place::Frame && [SLOPE, INTERCEPT].contains(&tag) {
            self.lines.push((tag, value));
        }
        if WANTED.contains(&tag) && self.at(place, tag).is_none() {
            self.first.push((place, tag, value));
        }
    }

    fn at(&self, place: Place, tag: u32) -> Option<&Value<'a>> {
        let mut first = self.first.iter();
        let found = first.find(|(p, t, _)| (*p, *t) == (place, tag));
        found.map(|(_, _, value)| value)
    }

    /// Of the whole file, else of all frames, else of the first one.
    fn get(&self, tag: u32) -> Option<&Value<'a>> {
        let mut places = [Place::Top, Place::Shared, Place::Frame].into_iter();
        places.find_map(|place| self.at(place, tag))
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
        first_number(self.get(tag)?)
    }

    /// So many decimal numbers.
    fn numbers<const N: usize>(&self, tag: u32) -> Option<[f32; N]> {
        let text = text(self.at(Place::Top, tag)?);
        let numbers: Result<Vec<f32>, _> = text.split('\\').map(|n| n.trim().parse()).collect();
        let numbers: [f32; N] = numbers.ok()?.try_into().ok()?;
        numbers.iter().all(|n| n.is_finite()).then_some(numbers)
    }

    fn needed(&self, tag: u32, name: &str) -> Result<u16, FormatError> {
        let missing = || FormatError::Header(format!("it does not say the {name}"));
        self.short(tag).ok_or_else(missing)
    }

    /// The image, whose pixels are compressed like this if they are.
    pub(super) fn image(
        &self,
        packing: Option<Packing>,
        codec: &Codec,
    ) -> Result<Dicom, FormatError> {
        let pixels = match (self.at(Place::Top, PIXELS), packing) {
            (Some(Value::Bytes(_)), Some(packing)) => return Err(packing.refused()),
            (Some(Value::Pieces(_)), None) => return Err(refused("compressed")),
            (Some(pixels), _) => *pixels,
            (None, _) => {
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
        let count = count(sides)?;
        let stored = match (pixels, packing) {
            (Value::Pieces(bytes), Some(packing)) => {
                let sides = [columns, rows].map(usize::from);
                self.unpacked(bytes, packing, (sides, frames as usize), codec)?
            }
            (Value::Bytes(bytes) | Value::Pieces(bytes), _) => {
                self.element()?.numbers(bytes, count, false, [1.0, 0.0])?
            }
        };
        let mut voxels = self.voxels(stored, frames as usize)?;
        let mut window = self.window();
        if let Some(lut) = self.lut(Place::VoiLut)? {
            for voxel in voxels.iter_mut().filter(|v| !v.is_nan()) {
                *voxel = lut.of((*voxel).into()) as f32;
            }
            window = Some(Window {
                low: 0.0,
                high: lut.full(),
            });
        }
        if inverted {
            whiten(&mut voxels);
        }
        Ok(Dicom {
            volume: Volume::new(sides.map(|s| s as usize), self.spacing(), voxels)?,
            window,
            inverted,
            place: self.place(),
        })
    }

    /// Whether white is low; refuses what is not grey.
    fn inverted(&self) -> Result<bool, FormatError> {
        let name = self.get(PHOTOMETRIC).map(text).unwrap_or_default();
        let grey = self.short(SAMPLES).is_none_or(|samples| samples == 1);
        let turned = self.get(SHAPE).map(text).is_some_and(|s| s == "INVERSE");
        match name.as_str() {
            "MONOCHROME1" if grey => Ok(true),
            "MONOCHROME2" | "" if grey => Ok(turned),
            other => Err(FormatError::Unsupported(format!(
                "its pixels are colours ({other}): save it in grey, MONOCHROME2, first"
            ))),
        }
    }

    /// How a pixel that is not compressed is stored.
    fn element(&self) -> Result<Element, FormatError> {
        match self.needed(ALLOCATED, "bits of a pixel")? {
            8 => Ok(Element::U8),
            16 => Ok(Element::U16),
            other => Err(FormatError::Unsupported(format!(
                "its pixels have {other} bits: save it with 8 or 16 bits first"
            ))),
        }
    }

    /// Stored values out of the pieces of so many frames of these sides.
    fn unpacked(
        &self,
        bytes: &[u8],
        packing: Packing,
        (sides, frames): ([usize; 2], usize),
        codec: &Codec,
    ) -> Result<Vec<f32>, FormatError> {
        let bits = 8 * self.element()?.bytes();
        let mut stored = Vec::new();
        for bytes in packed::frames(bytes, frames)? {
            let frame = Frame {
                packing,
                bytes,
                sides,
                bits,
            };
            stored.extend(frame.pixels(codec)?.into_iter().map(f32::from));
        }
        Ok(stored)
    }

    /// Values of the modality out of those that are stored; no number where there is only padding.
    fn voxels(&self, mut voxels: Vec<f32>, frames: usize) -> Result<Vec<f32>, FormatError> {
        let allocated = self.needed(ALLOCATED, "bits of a pixel")?;
        let stored = self.short(STORED).unwrap_or(allocated);
        let high = self.short(HIGH_BIT).unwrap_or(stored.saturating_sub(1));
        if stored == 0 || stored > allocated || high >= allocated || high + 1 < stored {
            let bits = format!("{stored} bits below bit {high} of {allocated}");
            return Err(FormatError::Header(bits));
        }
        let signed = self.is_signed();
        let padding = self.padding();
        let lut = self.lut(Place::ModalityLut)?;
        let lines = self.lines(frames);
        let of_frame = voxels.len() / frames;
        // Whole numbers of 16 bits are exact in single precision.
        for (at, voxel) in voxels.iter_mut().enumerate() {
            let raw = u32::from(*voxel as u16) >> (high + 1 - stored);
            let bits = raw & ((1 << stored) - 1);
            let negative = signed && bits >> (stored - 1) == 1;
            let value = i64::from(bits) - (i64::from(negative) << stored);
            let padded = padding.is_some_and(|[low, high]| (low..=high).contains(&value));
            *voxel = match &lut {
                _ if padded => f32::NAN,
                Some(lut) => lut.of(value as f64) as f32,
                None => {
                    let [slope, inter] = lines[at / of_frame];
                    (slope * value as f64 + inter) as f32
                }
            };
        }
        Ok(voxels)
    }

    fn is_signed(&self) -> bool {
        self.short(SIGNED) == Some(1)
    }

    /// Stored values that are no image, from the first to the second.
    fn padding(&self) -> Option<[i64; 2]> {
        let value = |tag| {
            let value = self.short(tag)?;
            Some(if self.is_signed() {
                i64::from(value as i16)
            } else {
                value.into()
            })
        };
        let one = value(PADDING)?;
        let other = value(PADDING_LIMIT).unwrap_or(one);
        Some([one.min(other), one.max(other)])
    }

    /// Slope and intercept of each frame: its own where every one has them, else those of all.
    fn lines(&self, frames: usize) -> Vec<[f64; 2]> {
        let numbers = |tag, usual: f64| {
            let own = self.lines.iter().filter(|(t, _)| *t == tag);
            let own: Vec<f64> = own
                .map(|(_, value)| first_number(value).unwrap_or(usual))
                .collect();
            if own.len() == frames {
                own
            } else {
                vec![self.number(tag).unwrap_or(usual); frames]
            }
        };
        let (slopes, intercepts) = (numbers(SLOPE, 1.0), numbers(INTERCEPT, 0.0));
        let slopes = slopes.into_iter().map(|s| if s == 0.0 { 1.0 } else { s });
        slopes.zip(intercepts).map(|(s, i)| [s, i]).collect()
    }

    fn lut(&self, place: Place) -> Result<Option<Lut>, FormatError> {
        let parts = self.at(place, DESCRIPTOR).zip(self.at(place, DATA));
        let Some((Value::Bytes(descriptor), Value::Bytes(data))) = parts else {
            return Ok(None);
        };
        let signed = self.is_signed();
        Lut::new(descriptor, data, signed).map(Some)
    }

    /// Between rows, then between columns, in the file; along z it is unknown.
    fn spacing(&self) -> [f32; 3] {
        let text = self.get(SPACING).map(text).unwrap_or_default();
        let mut numbers = text.split('\\').map(|n| n.trim().parse().unwrap_or(1.0));
        let down = numbers.next().unwrap_or(1.0);
        [numbers.next().unwrap_or(down), down, 1.0]
    }

    /// The linear window of part 3, C.11.2.1.2 and C.11.2.1.3.2: the ends of the ramp.
    fn window(&self) -> Option<Window> {
        let (centre, width) = (self.number(CENTRE)?, self.number(WIDTH)?);
        let exact = self.get(FUNCTION).map(text);
        let (low, high) = if exact.is_some_and(|function| function == "LINEAR_EXACT") {
            (centre - width / 2.0, centre + width / 2.0)
        } else {
            let half = (width - 1.0) / 2.0;
            (centre - 0.5 - half, centre - 0.5 + half)
        };
        let (low, high) = (low as f32, high as f32);
        let usable = low.is_finite() && high.is_finite() && low < high;
        usable.then_some(Window { low, high })
    }

    fn place(&self) -> Where {
        let directions = self.numbers::<6>(ORIENTATION);
        let of_columns = |[a, b, c, d, e, f]: [f32; 6]| [[a, b, c], [d, e, f]];
        Where {
            series: self.get(SERIES).map(text).unwrap_or_default(),
            position: self.numbers(POSITION),
            directions: directions.map(of_columns),
        }
    }
}

/// Where low values are white, what holds no data is as dark as the darkest: as high as the highest.
fn whiten(voxels: &mut [f32]) {
    let finite = voxels.iter().copied().filter(|v| v.is_finite());
    let highest = finite.fold(f32::NEG_INFINITY, f32::max);
    if highest.is_finite() {
        for voxel in voxels.iter_mut().filter(|v| v.is_nan()) {
            *voxel = highest;
        }
    }
}

fn first_number(value: &Value<'_>) -> Option<f64> {
    let text = text(value);
    let number = text.split('\\').next()?.trim().parse::<f64>().ok()?;
    number.is_finite().then_some(number)
}

/// The text of a value; numbers and names are padded with blanks or a zero byte.
pub(super) fn text(value: &Value<'_>) -> String {
    let Value::Bytes(bytes) = value else {
        return String::new();
    };
    let bytes = &bytes[..bytes.len().min(128)];
    let text = String::from_utf8_lossy(bytes);
    text.trim_matches(['\0', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is looked up for every element must stay short, however many frames a file has.
    #[test]
    fn of_many_frames_only_their_lines_are_kept() {
        let mut found = Found::default();
        for _ in 0..1000 {
            found.take(Place::Frame, SLOPE, Value::Bytes(b"2"));
            found.take(Place::Frame, CENTRE, Value::Bytes(b"40"));
            found.take(Place::Top, 0x0010_0010, Value::Bytes(b"a name"));
        }
        assert_eq!((found.first.len(), found.lines.len()), (2, 1000));
        assert_eq!(found.lines(1000), [[2.0, 0.0]; 1000]);
    }
}
