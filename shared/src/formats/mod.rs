//! Volumes as researchers keep them: NIfTI, MetaImage, NRRD, MGH and DICOM, from bytes to voxels; and TIFF, from bytes to
//! pictures.
//!
//! Trainer and page read the same files with this code, so it takes bytes and knows no file. The bytes
//! come from anywhere and are not trusted: what a header claims is checked against what is there
//! before memory is asked for, and nothing in a file makes a reader panic. A whole volume takes 4
//! bytes per voxel, at most four times the file that is not compressed.
//!
//! Voxels keep the order in which the file holds them, and how they lie in the patient goes with them:
//! [`Volume::upright`] turns a volume as radiologists look at it, and [`Volume::upright_as`] a label that has
//! lost its directions as its image is turned.

mod affine;
pub mod dicom;
mod element;
pub mod gzip;
pub mod mgh;
pub mod mha;
pub mod nifti;
pub mod nrrd;
mod outline;
mod runs;
mod stranger;
pub mod tiff;
mod volume;

pub use affine::Affine;
pub use element::Element;
pub use outline::Outline;
pub use stranger::stranger;
pub use volume::{Axis, Volume, Window};

use thiserror::Error;

use crate::image::ImageError;

/// Most voxels of a volume: 512 x 512 x 1024.
pub const MAX_VOXELS: u64 = 1 << 28;

/// Most memory that reading a volume may take, bytes: the file, what is inflated of it, and 4 bytes per voxel.
pub const MAX_MEMORY: u64 = 3 << 29;

/// Why a volume cannot be used. Each message ends with what to do about it.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FormatError {
    /// None of the formats.
    #[error(
        "this is no volume that can be read (NIfTI, MetaImage, NRRD or MGH): convert it to .nii.gz or .mha"
    )]
    Unknown,
    /// Something else altogether.
    #[error("{0}")]
    Stranger(&'static str),
    /// The voxels lie in a file of their own.
    #[error(
        "its voxels lie in another file, {0}: keep both in one folder, or save them as one .nii.gz or .mha"
    )]
    Beside(String),
    /// There is no such volume in the series.
    #[error("there is no volume {index}: the file holds {count}, 0 to {last}", last = count - 1)]
    Series {
        /// The volume asked for.
        index: usize,
        /// Volumes in the file, at least 1.
        count: usize,
    },
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
    /// Reading it would take more memory than is spent on one volume.
    #[error(
        "reading it would take {} MiB of memory, at most {} are spent on a volume: crop or resample it first",
        need >> 20, MAX_MEMORY >> 20
    )]
    Memory {
        /// Bytes.
        need: u64,
    },
    /// A variant of the format that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// The compressed voxels do not inflate to what the header promises.
    #[error("the compressed voxels are damaged: {0}; copy the file again from its source")]
    Compression(String),
    /// Most voxels are no numbers.
    #[error(
        "{bad} of {of} voxels are no finite numbers (NaN or infinite): hardly anything is left to see, leave the volume out"
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

/// The first volume in `bytes`, whichever of the formats they are in.
///
/// # Errors
/// When the bytes are no whole, undamaged file of one of the formats.
pub fn read(bytes: &[u8]) -> Result<Volume, FormatError> {
    read_of(bytes, None, 0)
}

/// Volume number `index` (from 0) of the series in `bytes`; `beside` are the bytes of the file that
/// [`companions`] names, where there is one.
///
/// # Errors
/// As [`read`], and when the voxels lie in a file of their own that is not given, or there are fewer volumes.
pub fn read_of(bytes: &[u8], beside: Option<&[u8]>, index: usize) -> Result<Volume, FormatError> {
    if let Some(what) = stranger(bytes) {
        return Err(FormatError::Stranger(what));
    }
    if bytes.starts_with(&gzip::MAGIC) {
        Err(FormatError::Gzip)
    } else if nifti::is_nifti(bytes) {
        nifti::read(bytes, beside, index)
    } else if mha::is_mha(bytes) {
        mha::read(bytes, beside, index)
    } else if nrrd::is_nrrd(bytes) {
        nrrd::read(bytes, beside, index)
    } else if mgh::is_mgh(bytes) {
        mgh::read(bytes, index)
    } else {
        Err(FormatError::Unknown)
    }
}

/// The outline of the volume that these bytes, not compressed by gzip as a whole, begin with; 64 KiB hold any header.
///
/// # Errors
/// When they begin no volume of the formats of [`read`], or their header is damaged.
pub fn outline(head: &[u8]) -> Result<Outline, FormatError> {
    if let Some(what) = stranger(head) {
        return Err(FormatError::Stranger(what));
    }
    if head.starts_with(&gzip::MAGIC) {
        Err(FormatError::Gzip)
    } else if nifti::is_nifti(head) {
        nifti::outline(head)
    } else if mha::is_mha(head) {
        mha::outline(head)
    } else if nrrd::is_nrrd(head) {
        nrrd::outline(head)
    } else if mgh::is_mgh(head) {
        mgh::outline(head)
    } else {
        Err(FormatError::Unknown)
    }
}

/// Whether these bytes begin as a volume of one of the formats of [`read`] does.
pub fn is_volume(head: &[u8]) -> bool {
    nifti::is_nifti(head) || mha::is_mha(head) || nrrd::is_nrrd(head) || mgh::is_mgh(head)
}

/// Names that the file of the voxels may have, beside the header `name` with these bytes; none where the voxels
/// follow in the file itself. A name leads to no other folder.
pub fn companions(name: &str, bytes: &[u8]) -> Vec<String> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let names = if nifti::is_header(bytes) {
        let endings = ["img", "img.gz", "IMG"];
        endings.map(|ending| format!("{stem}.{ending}")).to_vec()
    } else if mha::is_mha(bytes) {
        mha::companion(bytes).into_iter().collect()
    } else if nrrd::is_nrrd(bytes) {
        nrrd::companion(bytes).into_iter().collect()
    } else {
        Vec::new()
    };
    let plain = |name: &String| !name.is_empty() && !name.contains(['/', '\\']) && name != "..";
    names.into_iter().filter(plain).collect()
}

/// Where volume number `index` of a series of `count` begins, in volumes.
fn of_series(index: usize, count: u64) -> Result<usize, FormatError> {
    if (index as u64) < count {
        return Ok(index);
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX).max(1);
    Err(FormatError::Series { index, count })
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

/// Whether a volume of so many voxels can be read beside bytes that are held meanwhile, by what the header claims.
fn affordable(voxels: usize, held: u64) -> Result<(), FormatError> {
    let need = held.saturating_add(4 * voxels as u64);
    if need > MAX_MEMORY {
        return Err(FormatError::Memory { need });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
