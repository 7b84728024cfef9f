//! Writes slices as a NIfTI-1 file that viewers show as they are.

use super::super::{FormatError, count};
use super::header::{VERSION_1, VOXELS};
use crate::image::{Image, Plane};

/// Largest side that the header can name.
const MAX_DIM: usize = i16::MAX as usize;
/// Bytes of the description.
const DESCRIPTION: usize = 80;

/// What a voxel is: the header's number for it (`nifti1.h`) and its bytes.
#[derive(Clone, Copy)]
enum Voxel {
    /// 8 bits, unsigned.
    Grey,
    /// RGB24: red, green and blue, 8 bits each.
    Rgb,
}

impl Voxel {
    fn datatype(self) -> i16 {
        match self {
            Self::Grey => 2,
            Self::Rgb => 128,
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// A NIfTI-1 file of 8-bit slices, one behind the other along z, black 0 and white 255, `spacing`
/// millimetres apart. `description` (the first 79 bytes of it, ASCII) says what it is: the place to
/// say that a picture is synthetic. Viewers show the first row at the top and the first column at the
/// left.
pub fn write(
    slices: &[Plane],
    spacing: [f32; 3],
    description: &str,
) -> Result<Vec<u8>, FormatError> {
    let sizes = slices.iter().map(|p| (p.width(), p.height()));
    let sides = sides(&sizes.collect::<Vec<_>>())?;
    let voxels = slices.iter().flat_map(Plane::to_u8);
    file(sides, Voxel::Grey, spacing, description, voxels)
}

/// As [`write()`], in colour: slices of three channels, red, green and blue.
pub fn write_colour(
    slices: &[Image],
    spacing: [f32; 3],
    description: &str,
) -> Result<Vec<u8>, FormatError> {
    if slices.iter().any(|slice| slice.channels() != 3) {
        return Err(FormatError::Unsupported(
            "a slice in colour has three channels: red, green and blue".into(),
        ));
    }
    let sizes = slices.iter().map(|i| (i.width(), i.height()));
    let sides = sides(&sizes.collect::<Vec<_>>())?;
    let voxels = slices.iter().flat_map(Image::to_interleaved_u8);
    file(sides, Voxel::Rgb, spacing, description, voxels)
}

/// The sides of a volume of slices of these sizes.
fn sides(sizes: &[(usize, usize)]) -> Result<[usize; 3], FormatError> {
    let first = sizes.first().copied().unwrap_or_default();
    let sides = [first.0, first.1, sizes.len()];
    let alike = sizes.iter().all(|size| *size == first);
    if !alike || sides.iter().any(|s| !(1..=MAX_DIM).contains(s)) {
        return Err(FormatError::Dimensions(format!(
            "{} x {} x {}, slices of one size: {alike}",
            sides[0], sides[1], sides[2]
        )));
    }
    Ok(sides)
}

fn file(
    sides: [usize; 3],
    voxel: Voxel,
    spacing: [f32; 3],
    description: &str,
    voxels: impl Iterator<Item = u8>,
) -> Result<Vec<u8>, FormatError> {
    let count = count(sides.map(|s| s as u64))?;
    let mut file = Vec::with_capacity(VOXELS + count * voxel.bytes());
    file.extend(header(sides, voxel, spacing, description));
    file.extend(voxels);
    Ok(file)
}

/// Little endian; fields that are not named stay 0.
fn header(sides: [usize; 3], voxel: Voxel, spacing: [f32; 3], description: &str) -> [u8; VOXELS] {
    let mut bytes = [0; VOXELS];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &(VERSION_1 as i32).to_le_bytes());
    let dim = [3, sides[0], sides[1], sides[2], 1, 1, 1, 1];
    for (i, side) in dim.into_iter().enumerate() {
        put(40 + 2 * i, &(side as i16).to_le_bytes());
    }
    put(70, &voxel.datatype().to_le_bytes());
    put(72, &(8 * voxel.bytes() as i16).to_le_bytes()); // bitpix
    for (i, step) in [1.0, spacing[0], spacing[1], spacing[2]]
        .into_iter()
        .enumerate()
    {
        put(76 + 4 * i, &step.to_le_bytes());
    }
    put(108, &(VOXELS as f32).to_le_bytes());
    put(112, &1.0_f32.to_le_bytes()); // scl_slope
    put(123, &[2]); // xyzt_units: millimetres
    put(124, &255.0_f32.to_le_bytes()); // cal_max: shown white
    let text = description.chars().filter(char::is_ascii);
    let text: Vec<u8> = text.map(|c| c as u8).take(DESCRIPTION - 1).collect();
    put(148, &text);
    // sform, "aligned": columns run to the patient's left, rows to the back, as radiologists look.
    put(254, &2_i16.to_le_bytes());
    put(280, &(-spacing[0]).to_le_bytes());
    put(300, &(-spacing[1]).to_le_bytes());
    put(320, &spacing[2].to_le_bytes());
    put(344, b"n+1\0");
    bytes
}
