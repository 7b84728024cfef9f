//! Writes slices as a NIfTI-1 file that viewers show as they are.

use super::super::{FormatError, count};
use super::{HEADER, VOXELS};
use crate::image::{Image, Plane};

/// Largest side that the header can name.
const MAX_DIM: usize = i16::MAX as usize;
/// Bytes of the description.
const DESCRIPTION: usize = 80;

/// A NIfTI-1 file of 8-bit slices, one behind the other along z, black 0 and white 255, `spacing`
/// millimetres apart. `description` (the first 79 bytes of it, ASCII) says what it is: the place to
/// say that a picture is synthetic. Viewers show the first row at the top and the first column at the
/// left.
pub fn write(
    slices: &[Plane],
    spacing: [f32; 3],
    description: &str,
) -> Result<Vec<u8>, FormatError> {
    let sides = sides(slices.iter().map(|p| (p.width(), p.height())))?;
    let mut file = header(sides, Kind::Grey, spacing, description).to_vec();
    file.extend(slices.iter().flat_map(Plane::to_u8));
    Ok(file)
}

/// As [`write`], of images: those of three channels as red, green and blue of 8 bits each (RGB24), which viewers
/// show in colour; of any others the first channel.
pub fn write_images(
    slices: &[Image],
    spacing: [f32; 3],
    description: &str,
) -> Result<Vec<u8>, FormatError> {
    if slices.iter().any(|image| image.channels() != 3) {
        let planes: Vec<Plane> = slices.iter().map(|i| i.planes()[0].clone()).collect();
        return write(&planes, spacing, description);
    }
    let sides = sides(slices.iter().map(|i| (i.width(), i.height())))?;
    let mut file = header(sides, Kind::Colour, spacing, description).to_vec();
    file.extend(slices.iter().flat_map(Image::to_interleaved_u8));
    Ok(file)
}

/// How a voxel is written.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Grey,
    Colour,
}

/// Voxels along x, y and z of slices of these sizes.
fn sides(
    slices: impl ExactSizeIterator<Item = (usize, usize)> + Clone,
) -> Result<[usize; 3], FormatError> {
    let (width, height) = slices.clone().next().unwrap_or((0, 0));
    let sides = [width, height, slices.len()];
    let alike = slices.clone().all(|size| size == (width, height));
    if !alike || sides.iter().any(|s| !(1..=MAX_DIM).contains(s)) {
        return Err(FormatError::Dimensions(format!(
            "{width} x {height} x {}, slices of one size: {alike}",
            sides[2]
        )));
    }
    count(sides.map(|s| s as u64))?;
    Ok(sides)
}

/// Little endian; fields that are not named stay 0.
fn header(sides: [usize; 3], kind: Kind, spacing: [f32; 3], description: &str) -> [u8; VOXELS] {
    let mut bytes = [0; VOXELS];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &(HEADER as i32).to_le_bytes());
    let dim = [3, sides[0], sides[1], sides[2], 1, 1, 1, 1];
    for (i, side) in dim.into_iter().enumerate() {
        put(40 + 2 * i, &(side as i16).to_le_bytes());
    }
    let (datatype, bits) = match kind {
        Kind::Grey => (2_i16, 8_i16), // 8 bits, unsigned
        Kind::Colour => (128, 24),    // RGB24
    };
    put(70, &datatype.to_le_bytes());
    put(72, &bits.to_le_bytes()); // bitpix
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
