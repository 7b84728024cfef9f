//! The header of both versions of NIfTI, as one value (nifti.nimh.nih.gov, `nifti1.h` and `nifti2.h`).

use super::super::{Affine, Element, FormatError};

/// Length of the header of version 1.
pub(super) const VERSION_1: usize = 348;
/// Length of the header of version 2.
const VERSION_2: usize = 540;
/// Where the voxels begin in a file of version 1 without extensions.
pub(super) const VOXELS: usize = 352;

/// Whether `bytes` begin as a header of either version and byte order does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let Some(&first) = bytes.first_chunk::<4>() else {
        return false;
    };
    let known = [VERSION_1 as u32, VERSION_2 as u32];
    known.contains(&u32::from_le_bytes(first)) || known.contains(&u32::from_be_bytes(first))
}

/// What a header says.
pub(super) struct Header {
    /// Big endian.
    pub big: bool,
    /// The voxels lie in a file of their own.
    pub pair: bool,
    dim: [i64; 8],
    kind: i16,
    /// The first is the sign of z in the rotation.
    steps: [f64; 4],
    /// Millimetres in a unit of `steps`.
    unit: f64,
    start: f64,
    slope: f64,
    inter: f64,
    /// Codes of `qform` and `sform`, above 0 where they are given.
    codes: [i32; 2],
    quaternion: [f64; 3],
    shift: [f64; 3],
    /// Rows of `sform`.
    rows: [[f64; 4]; 3],
}

/// The header's bytes, from which fields are taken by their place.
struct Fields<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl Fields<'_> {
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

    fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }

    fn f32(&self, at: usize) -> f64 {
        f32::from_le_bytes(self.array(at)).into()
    }

    fn f64(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.array(at))
    }

    fn version_1(&self) -> Result<Header, FormatError> {
        Ok(Header {
            big: self.big,
            pair: pair(&self.bytes[344..348], *b"n+1\0", *b"ni1\0")?,
            dim: std::array::from_fn(|i| self.i16(40 + 2 * i).into()),
            kind: self.i16(70),
            steps: std::array::from_fn(|i| self.f32(76 + 4 * i)),
            unit: unit(self.bytes[123]),
            start: self.f32(108),
            slope: self.f32(112),
            inter: self.f32(116),
            codes: [self.i16(252).into(), self.i16(254).into()],
            quaternion: [256, 260, 264].map(|at| self.f32(at)),
            shift: [268, 272, 276].map(|at| self.f32(at)),
            rows: [280, 296, 312].map(|at| std::array::from_fn(|i| self.f32(at + 4 * i))),
        })
    }

    fn version_2(&self) -> Result<Header, FormatError> {
        Ok(Header {
            big: self.big,
            pair: pair(&self.bytes[4..8], *b"n+2\0", *b"ni2\0")?,
            dim: std::array::from_fn(|i| self.i64(16 + 8 * i)),
            kind: self.i16(12),
            steps: std::array::from_fn(|i| self.f64(104 + 8 * i)),
            unit: unit(self.i32(500) as u8),
            start: self.i64(168) as f64,
            slope: self.f64(176),
            inter: self.f64(184),
            codes: [self.i32(344), self.i32(348)],
            quaternion: [352, 360, 368].map(|at| self.f64(at)),
            shift: [376, 384, 392].map(|at| self.f64(at)),
            rows: [400, 432, 464].map(|at| std::array::from_fn(|i| self.f64(at + 8 * i))),
        })
    }
}

/// Whether the mark is that of a header alone.
fn pair(mark: &[u8], single: [u8; 4], alone: [u8; 4]) -> Result<bool, FormatError> {
    if mark == single {
        Ok(false)
    } else if mark == alone {
        Ok(true)
    } else {
        let single = String::from_utf8_lossy(&single[..3]).into_owned();
        Err(FormatError::Header(format!("it lacks the mark {single}")))
    }
}

/// Millimetres in a unit of length.
fn unit(code: u8) -> f64 {
    match code & 7 {
        1 => 1000.0,
        3 => 0.001,
        _ => 1.0,
    }
}

impl Header {
    /// The header at the start of `bytes`.
    pub fn of(bytes: &[u8]) -> Result<Self, FormatError> {
        let truncated = |need: usize| FormatError::Truncated {
            need: need as u64,
            got: bytes.len() as u64,
        };
        let first = bytes
            .first_chunk::<4>()
            .ok_or_else(|| truncated(VERSION_1))?;
        let lengths = [u32::from_le_bytes(*first), u32::from_be_bytes(*first)];
        let of = |length: usize| {
            let found = lengths.iter().position(|&found| found as usize == length)?;
            Some((length, found == 1))
        };
        let Some((length, big)) = of(VERSION_1).or_else(|| of(VERSION_2)) else {
            return Err(FormatError::Header(
                "its length is neither 348 nor 540".into(),
            ));
        };
        let bytes = bytes.get(..length).ok_or_else(|| truncated(length))?;
        let fields = Fields { bytes, big };
        if length == VERSION_1 {
            fields.version_1()
        } else {
            fields.version_2()
        }
    }

    /// `dim`: the number of dimensions, then the sides. The fourth is that of a series.
    pub fn sides(&self) -> Result<[usize; 3], FormatError> {
        let dim = self.dim;
        let dimensions = usize::try_from(dim[0]).ok();
        let side = |i: usize| if Some(i) <= dimensions { dim[i] } else { 1 };
        let beyond = (5..8).any(|i| side(i) > 1);
        let known = dimensions.is_some_and(|n| (1..=7).contains(&n));
        let sides = [1, 2, 3].map(|i| usize::try_from(side(i)).unwrap_or(0));
        if !known || beyond || side(4) < 1 || sides.contains(&0) {
            let sides: Vec<_> = dim[1..].iter().map(i64::to_string).collect();
            return Err(FormatError::Dimensions(format!(
                "{} of {}",
                dim[0],
                sides.join(" x ")
            )));
        }
        Ok(sides)
    }

    /// Volumes of a series, at least 1.
    pub fn series(&self) -> u64 {
        let length = if self.dim[0] >= 4 { self.dim[4] } else { 1 };
        u64::try_from(length).unwrap_or(1).max(1)
    }

    pub fn element(&self) -> Result<Element, FormatError> {
        Ok(match self.kind {
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

    /// `vox_offset`: where the voxels begin in their file. 0 means right behind the header, or, in a file of their
    /// own, at its start.
    pub fn start(&self) -> Result<usize, FormatError> {
        let start = self.start;
        if start == 0.0 {
            return Ok(if self.pair { 0 } else { VOXELS });
        }
        // In version 1 a float of 24 bits: larger ones are no whole numbers of bytes.
        let least = if self.pair { 0.0 } else { VERSION_1 as f64 };
        if (least..16_777_216.0).contains(&start) {
            Ok(start as usize)
        } else {
            Err(FormatError::Header(format!(
                "its voxels begin at byte {start}"
            )))
        }
    }

    /// Slope and intercept; a slope of 0 means that the voxels are meant as they are.
    pub fn scaling(&self) -> [f64; 2] {
        if self.slope == 0.0 || !self.slope.is_finite() {
            return [1.0, 0.0];
        }
        let inter = if self.inter.is_finite() {
            self.inter
        } else {
            0.0
        };
        [self.slope, inter]
    }

    /// `pixdim` in millimetres, 1 where it is not given.
    pub fn spacing(&self) -> [f32; 3] {
        let usable = |v: f64| if v.is_finite() && v > 0.0 { v } else { 1.0 };
        [1, 2, 3].map(|i| usable(self.steps[i].abs() * self.unit) as f32)
    }

    /// By `sform`, or else by `qform`; none where the file gives neither.
    pub fn affine(&self) -> Option<Affine> {
        let [qform, sform] = self.codes;
        let column = |i: usize| self.rows.map(|row| (row[i] * self.unit) as f32);
        if sform > 0 {
            return Some(Affine::of_ras([0, 1, 2].map(column), column(3)));
        }
        if qform <= 0 {
            return None;
        }
        let spacing = self.spacing();
        let rotation = self.rotation();
        let step = |axis: usize| rotation[axis].map(|v| v as f32 * spacing[axis]);
        let origin = self.shift.map(|v| (v * self.unit) as f32);
        Some(Affine::of_ras([0, 1, 2].map(step), origin))
    }

    /// Directions of x, y and z by the quaternion of the rotation, whose first part follows from the others.
    fn rotation(&self) -> [[f64; 3]; 3] {
        let [b, c, d] = self.quaternion;
        let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
        let z = if self.steps[0] < 0.0 { -1.0 } else { 1.0 };
        [
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
        ]
    }
}
