//! DICOM files as scanners and archives keep them: compressed, and a file for each slice.
//!
//! What a file holds, the model crate reads, for the page too; codecs and files are at hand here alone.

use super::codec::unpacked;
use super::guard::guarded;
use crate::files;
use anyhow::{Context, Result, bail};
use scanweave::formats::dicom::{self, Dicom, series};
use scanweave::formats::{FormatError, MAX_VOXELS};
use std::path::{Path, PathBuf};

/// The longest file of a series, bytes.
const MAX_BYTES: u64 = 1 << 28;
/// What programs leave beside the slices, in lower case.
const INDEX: &str = "dicomdir";
const REMEDY: &str = "save it uncompressed (gdcmconv --raw, dcmdjpeg)";

/// Whether the name ends as that of a DICOM file, which mostly is one slice.
pub fn is_dicom(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    [".dcm", ".dicom", ".ima"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The image in the bytes of a file.
///
/// # Errors
/// When they are damaged or hold none, or their compression is not read; the error names the file.
pub fn read(path: &Path, bytes: &[u8]) -> Result<Dicom> {
    let read = || dicom::read_with(bytes, &unpacked).with_context(|| path.display().to_string());
    guarded(path, REMEDY, read)
}

/// The volume that the slices in a folder make together, and what to know about it.
///
/// # Errors
/// When they are no volume, or one of them cannot be read.
pub fn read_folder(folder: &Path) -> Result<(Dicom, Vec<String>)> {
    let name = || folder.display().to_string();
    let mut slices = Vec::new();
    let mut voxels = 0;
    for path in files_in(folder)? {
        let bytes = files::read_whole(&path, MAX_BYTES);
        let bytes = bytes.with_context(|| format!("{}: cannot be opened", path.display()))?;
        if !dicom::is_dicom(&bytes) && !is_dicom(&path) {
            continue;
        }
        let slice = read(&path, &bytes)?;
        voxels += slice.volume.voxels().len() as u64;
        if voxels > MAX_VOXELS {
            bail!(FormatError::TooLarge { voxels });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        slices.push((name.into_owned(), slice));
    }
    series::stack(slices).with_context(name)
}

/// Files that are not hidden, by name.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let reading = || format!("reading the folder {}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(reading)? {
        let path = entry.with_context(reading)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with('.') && !name.eq_ignore_ascii_case(INDEX) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
