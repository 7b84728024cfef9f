//! Volumes in files, kept for the next slice.
//!
//! A data set names slices one by one, and neighbouring rows mean the same few files: those read last
//! stay in memory, so that a volume is inflated once and not for each of its slices.

use super::grid::Grid;
use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use scanweave::formats::{self, Axis, FormatError, Volume, Window};
use scanweave::image::{Image, Plane};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Endings of files that are taken for volumes, in lower case.
pub const ENDINGS: [&str; 3] = [".nii", ".nii.gz", ".mha"];

/// The longest file, and the longest inflated one, bytes.
const MAX_BYTES: u64 = 1 << 30;
/// Voxels kept in memory, all volumes together: 512 MiB, some 14 brains of a millimetre.
const KEPT: usize = 1 << 27;

/// Whether the name ends as one of [`ENDINGS`].
pub fn is_volume(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Reads volumes and keeps those used last.
#[derive(Default)]
pub struct Volumes {
    /// The one used last at the end.
    kept: Mutex<Vec<Arc<Kept>>>,
    /// What was put right in which file.
    mended: Mutex<BTreeMap<PathBuf, String>>,
}

struct Kept {
    path: PathBuf,
    volume: Volume,
    /// Of the whole volume; labels may be constant.
    window: Result<Window, FormatError>,
}

impl Volumes {
    /// Slice number `slice` (from 0) along the third axis, 0..=1 by the window of the volume.
    ///
    /// # Errors
    /// When the file is missing, damaged or no volume, constant or hardly holds numbers, or when it
    /// has no such slice or that is constant; the error names the file and what to do.
    pub fn picture(&self, path: &Path, slice: usize) -> Result<(Plane, Grid)> {
        let kept = self.get(path)?;
        let picture = |window| kept.volume.picture(Axis::Z, slice, window);
        let plane = kept.window.clone().and_then(picture);
        let plane = plane.with_context(|| format!("{}, slice {slice}", path.display()))?;
        Ok((plane, kept.grid()))
    }

    /// The slice before, the slice and the one after, as [`Volumes::picture`]; at either end of the volume the
    /// slice itself stands for the one that is missing. Those beside it may be constant: there may be air.
    ///
    /// # Errors
    /// As [`Volumes::picture`].
    pub fn neighbours(&self, path: &Path, slice: usize) -> Result<(Image, Grid)> {
        let kept = self.get(path)?;
        let image = kept.window.clone().and_then(|window| {
            let middle = kept.volume.picture(Axis::Z, slice, window)?;
            let last = kept.volume.slices(Axis::Z) - 1;
            let beside = |index| {
                let plane = kept.volume.slice(Axis::Z, index)?;
                Ok::<_, FormatError>(plane.map(|v| window.of(v)))
            };
            let (before, after) = (slice.saturating_sub(1), (slice + 1).min(last));
            Ok(Image::new(vec![beside(before)?, middle, beside(after)?])?)
        });
        let image = image.with_context(|| format!("{}, slice {slice}", path.display()))?;
        Ok((image, kept.grid()))
    }

    /// The same slice in the file's own units.
    ///
    /// # Errors
    /// As [`Volumes::picture`], but for what is constant.
    pub fn values(&self, path: &Path, slice: usize) -> Result<(Plane, Grid)> {
        let kept = self.get(path)?;
        let plane = kept.volume.slice(Axis::Z, slice);
        let plane = plane.with_context(|| format!("{}, slice {slice}", path.display()))?;
        Ok((plane, kept.grid()))
    }

    /// Slices along the third axis.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn slices(&self, path: &Path) -> Result<usize> {
        Ok(self.get(path)?.volume.slices(Axis::Z))
    }

    /// What was put right in the files, in the order of their names.
    pub fn mended(self) -> Vec<String> {
        let mended = self.mended.into_inner();
        let mended = mended.unwrap_or_else(PoisonError::into_inner);
        mended.into_values().collect()
    }

    fn get(&self, path: &Path) -> Result<Arc<Kept>> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = lock();
        if let Some(at) = kept.iter().position(|k| k.path == path) {
            let found = kept.remove(at);
            kept.push(found.clone());
            return Ok(found);
        }
        // Others may go on while this one is read; two may read the same, which does no harm.
        drop(kept);
        let volume = read(path)?;
        if volume.replaced() > 0 {
            let note = format!(
                "{}: {} of {} voxels are no finite numbers and count as 0",
                path.display(),
                volume.replaced(),
                volume.voxels().len()
            );
            let mut mended = self.mended.lock().unwrap_or_else(PoisonError::into_inner);
            mended.insert(path.into(), note);
        }
        let new = Arc::new(Kept {
            path: path.into(),
            window: volume.window(),
            volume,
        });
        let mut kept = lock();
        kept.push(new.clone());
        let voxels =
            |kept: &[Arc<Kept>]| -> usize { kept.iter().map(|k| k.volume.voxels().len()).sum() };
        while kept.len() > 1 && voxels(&kept) > KEPT {
            kept.remove(0);
        }
        Ok(new)
    }
}

impl Kept {
    fn grid(&self) -> Grid {
        Grid::deep(&self.path, self.volume.sides())
    }
}

fn read(path: &Path) -> Result<Volume> {
    let name = path.display();
    let bytes = bytes(path)?;
    if bytes.is_empty() {
        bail!("{name}: the file is empty (0 bytes): copy it again from its source or leave it out");
    }
    formats::read(&bytes).with_context(|| name.to_string())
}

/// The file's bytes, inflated where gzip has compressed them, whatever the name says.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let opened = || format!("{name}: cannot be opened");
    let file = File::open(path).with_context(opened)?;
    let mut file = BufReader::new(file);
    let mut bytes = Vec::new();
    let mut whole = |reader: &mut dyn Read, remedy: &str| {
        let read = reader.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.with_context(|| format!("{name}: {remedy}"))?;
        ensure!(
            bytes.len() as u64 <= MAX_BYTES,
            "{name}: the volume is too large: crop or resample it to at most 1 GiB"
        );
        Ok(())
    };
    let start = std::io::BufRead::fill_buf(&mut file).with_context(opened)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        let damaged = "the compressed file is damaged or cut short: copy it again from its source";
        whole(&mut MultiGzDecoder::new(file), damaged)?;
    } else {
        whole(&mut file, "cannot be read")?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use scanweave::formats::nifti;
    use std::io::Write as _;

    fn volume() -> Vec<u8> {
        let slice = |z: usize| Plane::from_fn(6, 4, move |x, y| (x + y + z) as f32 / 255.0);
        let slices: Vec<_> = (0..3).map(slice).collect();
        nifti::write(&slices, [1.0; 3], "SYNTHETIC").expect("a volume")
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn names_tell_volumes() {
        for name in ["a.nii", "b/c.NII.gz", "d.MhA"] {
            assert!(is_volume(Path::new(name)), "{name}");
        }
        for name in ["a.png", "nii", "a.gz", "a.mhd", "a.nii/b.png"] {
            assert!(!is_volume(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn compressed_or_not_a_slice_is_the_same_and_the_file_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let (plain, small) = (folder.path().join("a.nii"), folder.path().join("a.nii.gz"));
        std::fs::write(&plain, volume()).expect("a file");
        std::fs::write(&small, packed(&volume())).expect("a file");
        let volumes = Volumes::default();
        let (picture, grid) = volumes.picture(&plain, 1).expect("a slice");
        assert_eq!(grid, Grid::deep(&plain, [6, 4, 3]));
        // 0 to 10 over the whole volume: slice 1 does not begin at black.
        assert!((picture.at(0, 0) - 0.1).abs() < 1e-6);
        assert_eq!(volumes.picture(&small, 1).expect("a slice").0, picture);
        assert_eq!(volumes.values(&small, 2).expect("a slice").0.at(1, 1), 4.0);
        std::fs::remove_file(&plain).expect("it was there");
        assert_eq!(volumes.slices(&plain).expect("kept in memory"), 3);
    }

    #[test]
    fn a_slice_stands_between_its_neighbours_and_edges_are_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nii");
        std::fs::write(&path, volume()).expect("a file");
        let volumes = Volumes::default();
        let slice = |z| volumes.picture(&path, z).expect("a slice").0;
        for (z, expected) in [(0, [0, 0, 1]), (1, [0, 1, 2]), (2, [1, 2, 2])] {
            let (image, grid) = volumes.neighbours(&path, z).expect("a slice");
            assert_eq!(image.planes(), expected.map(slice), "slice {z}");
            assert_eq!(grid, Grid::deep(&path, [6, 4, 3]));
        }
        let error = volumes.neighbours(&path, 3).expect_err("there are three");
        assert!(format!("{error:#}").contains("0 to 2"), "{error:#}");
    }

    #[test]
    fn air_beside_a_slice_is_no_reason_to_leave_it_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nii");
        let head = Plane::from_fn(6, 4, |x, _| x as f32 / 8.0);
        let air = Plane::filled(6, 4, 0.0);
        let bytes =
            nifti::write(&[air.clone(), head, air.clone()], [1.0; 3], "").expect("a volume");
        std::fs::write(&path, bytes).expect("a file");
        let volumes = Volumes::default();
        let (image, _) = volumes.neighbours(&path, 1).expect("a head");
        assert_eq!(image.planes()[0], air);
        assert!(
            volumes.neighbours(&path, 0).is_err(),
            "there is nothing to see"
        );
    }

    #[test]
    fn files_that_are_cut_or_empty_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let cases = [
            ("cut.nii", volume()[..400].to_vec(), "cut short"),
            ("cut.nii.gz", packed(&volume())[..60].to_vec(), "damaged"),
            ("empty.mha", Vec::new(), "empty (0 bytes)"),
            ("text.nii", b"hello".to_vec(), "neither NIfTI-1"),
        ];
        for (name, bytes, word) in cases {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            let error = Volumes::default().picture(&path, 0).expect_err(word);
            let error = format!("{error:#}");
            assert!(error.contains(name) && error.contains(word), "{error}");
        }
        let gone = Volumes::default().slices(&folder.path().join("gone.nii"));
        let error = format!("{:#}", gone.expect_err("no file"));
        assert!(error.contains("gone.nii: cannot be opened"), "{error}");
    }
}
