//! Volumes as researchers keep them: NIfTI-1, MetaImage and DICOM, from bytes to voxels.
//!
//! Trainer and page read the same files with this code, so it takes bytes and knows no file. The bytes
//! come from anywhere and are not trusted: what a header claims is checked against what is there
//! before memory is asked for, and nothing in a file makes a reader panic. A whole volume takes 4
//! bytes per voxel, at most four times the file that is not compressed.
//!
//! Voxels keep the order in which the file holds them: a label often has lost the directions in its
//! header, and must still lie on its image. [`Volume::upright`] turns a volume that stands alone.

pub mod dicom;
mod element;
pub mod mha;
pub mod nifti;
mod orientation;
mod volume;

pub use element::Element;
pub use orientation::Directions;
pub use volume::{Axis, Volume, Window};

use thiserror::Error;

use crate::image::ImageError;

/// Most voxels of a volume: 512 x 512 x 1024.
pub const MAX_VOXELS: u64 = 1 << 28;

/// Why a volume cannot be used. Each message ends with what to do about it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FormatError {
    /// Neither of the formats.
    #[error("this is neither NIfTI-1 nor MetaImage: convert it to .nii, .nii.gz or .mha")]
    Unknown,
    /// The bytes are compressed with gzip as a whole.
    #[error("the bytes are still compressed with gzip: inflate them first")]
    Gzip,
    /// The header cannot be understood.
    #[error("the header is damaged: {0}; copy the file again from its source")]
    Header(String),
    /// The file ends before its voxels do.
    #[error(
        "the file is cut short: its voxels need {need} bytes, {got} are there; copy it again from its source"
    )]
    Truncated {
        /// Bytes that the header promises.
        need: u64,
        /// Bytes that are there.
        got: u64,
    },
    /// The header names sides that no volume can have.
    #[error("the volume has impossible sides ({0}): export it again as one grey volume")]
    Dimensions(String),
    /// More voxels than are read.
    #[error(
        "the volume has {voxels} voxels, at most {MAX_VOXELS} are read: crop or resample it first"
    )]
    TooLarge {
        /// Voxels that the header names.
        voxels: u64,
    },
    /// A variant of the format that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// The compressed voxels do not inflate to what the header promises.
    #[error("the compressed voxels are damaged: {0}; copy the file again from its source")]
    Compression(String),
    /// Most voxels are no numbers.
    #[error(
        "{bad} of {of} voxels are no finite numbers (NaN or infinite): repair the volume or leave it out"
    )]
    NotNumbers {
        /// Voxels that are no finite numbers.
        bad: usize,
        /// All voxels.
        of: usize,
    },
    /// Every voxel has one value.
    #[error("the volume is constant (every voxel is {0}): it shows nothing, leave it out")]
    Constant(f32),
    /// There is no such slice.
    #[error("there is no slice {index}: the volume has {count} slices, 0 to {last}", last = count - 1)]
    Slice {
        /// The slice asked for.
        index: usize,
        /// Slices along this axis, at least 1.
        count: usize,
    },
    /// A slice is no usable image.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// The volume in `bytes`, whichever of the formats they are in.
pub fn read(bytes: &[u8]) -> Result<Volume, FormatError> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        Err(FormatError::Gzip)
    } else if nifti::is_nifti(bytes) {
        nifti::read(bytes)
    } else if mha::is_mha(bytes) {
        mha::read(bytes)
    } else {
        Err(FormatError::Unknown)
    }
}

/// Number of voxels of a volume of these sides, if it can be read.
fn count(sides: [u64; 3]) -> Result<usize, FormatError> {
    let named = || format!("{} x {} x {}", sides[0], sides[1], sides[2]);
    if sides.contains(&0) {
        return Err(FormatError::Dimensions(named()));
    }
    let voxels = sides.iter().fold(1, |n: u64, &s| n.saturating_mul(s));
    if voxels > MAX_VOXELS {
        return Err(FormatError::TooLarge { voxels });
    }
    Ok(voxels as usize)
}

#[cfg(test)]
mod tests;
