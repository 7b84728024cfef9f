//! NIfTI-1 in a single file (`.nii`): a header of 348 bytes, then the voxels, little or big endian
//! (nifti.nimh.nih.gov, `nifti1.h`).

mod write;

pub use write::{write, write_colour};

use super::{Directions, Element, FormatError, Volume, count};

/// Length of the header.
const HEADER: usize = 348;
/// Where the voxels begin in a file without extensions.
const VOXELS: usize = 352;

/// Whether `bytes` begin as a NIfTI header does, of either version and byte order.
pub fn is_nifti(bytes: &[u8]) -> bool {
    let Some(&first) = bytes.first_chunk::<4>() else {
        return false;
    };
    let known = [HEADER as u32, NIFTI_2];
    known.contains(&u32::from_le_bytes(first)) || known.contains(&u32::from_be_bytes(first))
}

/// Length of a header of version 2.
const NIFTI_2: u32 = 540;

/// The first volume of a NIfTI-1 file, its voxels scaled by `scl_slope` and `scl_inter` where they
/// are given.
pub fn read(bytes: &[u8]) -> Result<Volume, FormatError> {
    let header = Header::of(bytes)?;
    header.check_kind()?;
    let sides = header.sides()?;
    let count = count(sides.map(|s| s as u64))?;
    let start = header.start()?;
    let element = header.element()?;
    let voxels = bytes.get(start..).unwrap_or_default();
    let numbers = element.numbers(voxels, count, header.big, header.scaling())?;
    Ok(Volume::new(sides, header.spacing(), numbers)?.lying(header.directions()))
}

/// The header's bytes, of a length that every field lies in.
struct Header<'a> {
    bytes: &'a [u8; HEADER],
    /// Big endian.
    big: bool,
}

impl<'a> Header<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let length = bytes.len() as u64;
        let bytes = bytes.first_chunk().ok_or(FormatError::Truncated {
            need: HEADER as u64,
            got: length,
        })?;
        let of = |big| Self { bytes, big };
        match [of(false), of(true)].map(|h| h.i32(0) as u32) {
            [found, _] if found == HEADER as u32 => Ok(of(false)),
            [_, found] if found == HEADER as u32 => Ok(of(true)),
            found if found.contains(&NIFTI_2) => Err(FormatError::Unsupported(
                "this is NIfTI-2: convert it to NIfTI-1".into(),
            )),
            _ => Err(FormatError::Header("its length is not 348".into())),
        }
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.bytes[at..at + N]);
        if self.big {
            bytes.reverse();
        }
        bytes
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.array(at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.array(at))
    }

    fn f32(&self, at: usize) -> f32 {
        f32::from_le_bytes(self.array(at))
    }

    fn check_kind(&self) -> Result<(), FormatError> {
        match &self.bytes[344..348] {
            b"n+1\0" => Ok(()),
            b"ni1\0" => Err(FormatError::Unsupported(
                "this is the header of a pair .hdr and .img: convert it to one .nii file".into(),
            )),
            _ => Err(FormatError::Header("it lacks the mark n+1".into())),
        }
    }

    /// `dim`: the number of dimensions, then the sides. A series in time gives its first volume.
    fn sides(&self) -> Result<[usize; 3], FormatError> {
        let dim: Vec<i16> = (0..8).map(|i| self.i16(40 + 2 * i)).collect();
        let impossible = || {
            let sides: Vec<_> = dim[1..].iter().map(i16::to_string).collect();
            FormatError::Dimensions(format!("{} of {}", dim[0], sides.join(" x ")))
        };
        let dimensions = usize::try_from(dim[0]).map_err(|_| impossible())?;
        if !(1..=7).contains(&dimensions) {
            return Err(impossible());
        }
        let side = |i: usize| if i <= dimensions { dim[i] } else { 1 };
        let beyond = (5..8).any(|i| side(i) > 1);
        if beyond || (1..5).any(|i| side(i) < 1) {
            return Err(impossible());
        }
        Ok([1, 2, 3].map(|i| side(i) as usize))
    }

    fn element(&self) -> Result<Element, FormatError> {
        Ok(match self.i16(70) {
            2 => Element::U8,
            4 => Element::I16,
            8 => Element::I32,
            16 => Element::F32,
            64 => Element::F64,
            256 => Element::I8,
            512 => Element::U16,
            768 => Element::U32,
            1024 => Element::I64,
            1280 => Element::U64,
            other => {
                let name = match other {
                    1 => "single bits",
                    32 | 1792 | 2048 => "complex numbers",
                    128 | 2304 => "colours",
                    1536 => "numbers of 128 bits",
                    _ => "numbers of an unknown kind",
                };
                return Err(FormatError::Unsupported(format!(
                    "its voxels are {name} (data type {other}): export it as whole numbers or floats"
                )));
            }
        })
    }

    /// `vox_offset`; 0 means right behind the header.
    fn start(&self) -> Result<usize, FormatError> {
        let offset = self.f32(108);
        if offset == 0.0 {
            return Ok(VOXELS);
        }
        // A float of 24 bits: larger offsets are no whole numbers of bytes.
        if offset.is_finite() && (HEADER as f32..16_777_216.0).contains(&offset) {
            Ok(offset as usize)
        } else {
            Err(FormatError::Header(format!(
                "its voxels begin at byte {offset}"
            )))
        }
    }

    /// Slope and intercept; a slope of 0 means that the voxels are meant as they are.
    fn scaling(&self) -> [f64; 2] {
        let (slope, inter) = (self.f32(112), self.f32(116));
        if slope == 0.0 || !slope.is_finite() {
            return [1.0, 0.0];
        }
        [
            slope.into(),
            if inter.is_finite() { inter.into() } else { 0.0 },
        ]
    }

    /// `pixdim` in millimetres.
    fn spacing(&self) -> [f32; 3] {
        let unit = match self.bytes[123] & 7 {
            1 => 1000.0,
            3 => 0.001,
            _ => 1.0,
        };
        [80, 84, 88].map(|at| self.f32(at).abs() * unit)
    }

    /// By `sform`, or else by `qform`; none where the file gives neither.
    fn directions(&self) -> Option<Directions> {
        let number = |at: usize| self.f32(at);
        if self.i16(254) > 0 {
            let column = |x: usize| [280, 296, 312].map(|row| number(row + 4 * x));
            return Some(Directions::of_ras([0, 1, 2].map(column)));
        }
        if self.i16(252) <= 0 {
            return None;
        }
        // The quaternion of the rotation; its first part follows from the others.
        let [b, c, d] = [256, 260, 264].map(number);
        let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
        let z = if number(76) < 0.0 { -1.0 } else { 1.0 };
        Some(Directions::of_ras([
            [
                a * a + b * b - c * c - d * d,
                2.0 * (b * c + a * d),
                2.0 * (b * d - a * c),
            ],
            [
                2.0 * (b * c - a * d),
                a * a + c * c - b * b - d * d,
                2.0 * (c * d + a * b),
            ],
            [
                z * 2.0 * (b * d + a * c),
                z * 2.0 * (c * d - a * b),
                z * (a * a + d * d - b * b - c * c),
            ],
        ]))
    }
}
