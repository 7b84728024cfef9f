//! NIfTI, versions 1 and 2, little or big endian: a header, then the voxels, in one file (`.nii`) or in two (`.hdr`
//! with `.img`).

mod header;
mod write;

pub use write::{write, write_colour};

use super::{FormatError, Outline, Volume, affordable, count, of_series};
use header::Header;

/// Whether `bytes` begin as a NIfTI header does, of either version and byte order.
pub fn is_nifti(bytes: &[u8]) -> bool {
    header::begins(bytes)
}

/// Whether `bytes` are a header whose voxels lie in another file.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    is_nifti(bytes) && Header::of(bytes).is_ok_and(|header| header.pair)
}

/// Volume number `index` of a NIfTI file, its voxels scaled by `scl_slope` and `scl_inter` where they are given;
/// `beside` are the bytes of the file of the voxels, where there is one.
pub fn read(bytes: &[u8], beside: Option<&[u8]>, index: usize) -> Result<Volume, FormatError> {
    let header = Header::of(bytes)?;
    let voxels = if header.pair {
        beside.ok_or_else(|| FormatError::Beside("the .img of the same name".into()))?
    } else {
        bytes
    };
    let sides = header.sides()?;
    let count = count(sides.map(|s| s as u64))?;
    affordable(count, (bytes.len() + beside.map_or(0, <[u8]>::len)) as u64)?;
    let element = header.element()?;
    let index = of_series(index, header.series())?;
    let start = header.start()?;
    let before = index.checked_mul(count * element.bytes());
    let voxels = before.and_then(|before| voxels.get(start..)?.get(before..));
    let numbers = element.numbers(
        voxels.unwrap_or_default(),
        count,
        header.big,
        header.scaling(),
    )?;
    let volume = Volume::new(sides, header.spacing(), numbers)?;
    Ok(volume.lying(header.affine()).of(header.series()))
}

/// What a header says, be its voxels there or not.
pub(super) fn outline(bytes: &[u8]) -> Result<Outline, FormatError> {
    let header = Header::of(bytes)?;
    let sides = header.sides()?;
    Ok(Outline::new(sides, header.affine(), header.series()))
}
