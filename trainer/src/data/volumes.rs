//! Volumes in files, kept for the next slice.
//!
//! A data set names slices one by one, and neighbouring rows mean the same few files: those read last
//! stay in memory, so that a volume is inflated once and not for each of its slices. All are looked at upright,
//! as the page shows them, whichever way the files hold them.

use super::Picture;
use super::dicom::{self, is_dicom};
use super::grid::Grid;
use super::notes::Notes;
use super::raster::Numbers;
use crate::files;
use anyhow::{Context, Result, bail, ensure};
use scanweave::formats::dicom::Dicom;
use scanweave::formats::{self, Axis, FormatError, Volume, Window, gzip};
use scanweave::image::{Image, Plane};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Endings of files that are taken for volumes, in lower case. What such a file holds is told by its content.
pub const ENDINGS: [&str; 13] = [
    ".nii", ".nii.gz", ".mha", ".mhd", ".hdr", ".img", ".mgz", ".mgh", ".nrrd", ".nhdr", ".dcm",
    ".dicom", ".ima",
];

/// The longest file, and the longest inflated one, bytes.
const MAX_BYTES: u64 = 1 << 30;
/// Voxels kept in memory, all volumes together: 512 MiB, some 14 brains of a millimetre.
const KEPT: usize = 1 << 27;
/// Axes that stand askew by more than so many degrees are told.
const OBLIQUE: f32 = 15.0;

/// Whether the name ends as one of [`ENDINGS`], or is that of a folder, which holds a DICOM series.
pub fn is_volume(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || path.is_dir()
}

/// A volume that is kept.
pub type Shared = Arc<Kept>;

/// Reads volumes and keeps those used last.
#[derive(Default)]
pub struct Volumes {
    /// The one used last at the end.
    kept: Mutex<Vec<Arc<Kept>>>,
    /// How each file lies.
    orientations: Mutex<BTreeMap<PathBuf, String>>,
    notes: Notes,
}

/// A volume in memory.
pub struct Kept {
    path: PathBuf,
    /// Which of a series.
    of_series: usize,
    /// Upright, where the file says how it lies.
    volume: Volume,
    /// Of the whole volume; labels may be constant.
    pub(super) window: Result<Window, FormatError>,
    /// Low values are meant to be white.
    inverted: bool,
    pub(super) largest: f32,
    /// What to know about it.
    told: Vec<String>,
}

/// A slice of a label, and what it belongs to.
pub struct LabelSlice {
    /// In the file's own units.
    pub numbers: Numbers,
    /// The largest value of the whole volume.
    pub largest: f32,
    /// Where it lies.
    pub grid: Grid,
}

impl Volumes {
    /// A slice along the patient's axis, 0..=1 by the window of the volume. A volume that does not say how it lies is
    /// turned as `like` is.
    ///
    /// # Errors
    /// When the file is missing, damaged or no volume, constant or hardly holds numbers, or when it
    /// has no such slice or that is constant; the error names the file and what to do.
    pub fn picture(&self, picture: &Picture, like: Option<&Grid>) -> Result<(Plane, Grid)> {
        let (kept, volume, slice) = self.slice_of(picture, like)?;
        let seen = |window| volume.picture(Axis::Z, slice, window);
        let plane = kept.window.clone().and_then(seen);
        let plane = plane.with_context(|| named(picture, slice))?;
        Ok((kept.shown(plane), Grid::deep(&picture.path, &volume)))
    }

    /// The slice before, the slice and the one after, as [`Volumes::picture`]; at either end of the volume the
    /// slice itself stands for the one that is missing. Those beside it may be constant: there may be air.
    ///
    /// # Errors
    /// As [`Volumes::picture`].
    pub fn neighbours(&self, picture: &Picture, like: Option<&Grid>) -> Result<(Image, Grid)> {
        let (kept, volume, slice) = self.slice_of(picture, like)?;
        let image = kept.window.clone().and_then(|window| {
            let middle = volume.picture(Axis::Z, slice, window)?;
            let last = volume.slices(Axis::Z) - 1;
            let beside = |index| {
                let plane = volume.slice(Axis::Z, index)?;
                Ok::<_, FormatError>(kept.shown(plane.map(|v| window.of(v))))
            };
            let (before, after) = (slice.saturating_sub(1), (slice + 1).min(last));
            let planes = vec![beside(before)?, kept.shown(middle), beside(after)?];
            Ok(Image::new(planes)?)
        });
        let image = image.with_context(|| named(picture, slice))?;
        Ok((image, Grid::deep(&picture.path, &volume)))
    }

    /// The same slice of a label in the file's own units, 0 where there is no data.
    ///
    /// # Errors
    /// As [`Volumes::picture`], but for what is constant.
    pub fn label(&self, picture: &Picture, like: Option<&Grid>) -> Result<LabelSlice> {
        let (kept, volume, slice) = self.slice_of(picture, like)?;
        let plane = volume.label_slice(Axis::Z, slice);
        let plane = plane.with_context(|| named(picture, slice))?;
        Ok(LabelSlice {
            largest: kept.largest,
            grid: Grid::deep(&picture.path, &volume),
            numbers: Numbers {
                width: plane.width(),
                height: plane.height(),
                values: plane.into_values(),
            },
        })
    }

    /// Slices from the feet to the head, or along the file's third axis where it does not say how it lies.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn slices(&self, picture: &Picture) -> Result<usize> {
        Ok(self.get(picture)?.volume.slices(Axis::Z))
    }

    /// How many pixels of each slice are brighter than `above`, 0..=1 by the window of the volume.
    ///
    /// # Errors
    /// When the file cannot be read, or is constant.
    pub fn bright(&self, picture: &Picture, above: f32) -> Result<Vec<usize>> {
        let kept = self.get(picture)?;
        let bright = || -> Result<Vec<usize>, FormatError> {
            let window = kept.window.clone()?;
            let of = |z| -> Result<usize, FormatError> {
                let plane = kept.volume.slice(Axis::Z, z)?;
                let plane = kept.shown(plane.map(|v| window.of(v)));
                Ok(plane.values().iter().filter(|v| **v > above).count())
            };
            (0..kept.volume.slices(Axis::Z)).map(of).collect()
        };
        bright().with_context(|| picture.path.display().to_string())
    }

    /// Where what was put right is noted.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// What was put right in the files.
    pub fn told(self) -> Vec<String> {
        let orientations = self.orientations.into_inner();
        let orientations = orientations.unwrap_or_else(PoisonError::into_inner);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for code in orientations.into_values() {
            *counts.entry(code).or_default() += 1;
        }
        let mut told = self.notes.told();
        if counts.len() > 1 {
            let counts = counts.iter().map(|(code, count)| format!("{count} {code}"));
            told.push(format!(
                "volumes are stored differently ({}): all are turned upright, columns to the patient's left, rows to the back, slices to the head",
                counts.collect::<Vec<_>>().join(", ")
            ));
        }
        told
    }

    /// The volume that a picture is a slice of, turned.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn turned(&self, picture: &Picture, like: Option<&Grid>) -> Result<(Shared, Volume)> {
        let kept = self.get(picture)?;
        let like = like.and_then(Grid::own_affine);
        let volume = match (kept.volume.own_affine(), like) {
            (None, Some(_)) => kept.volume.clone().upright_as(like),
            _ => kept.volume.clone(),
        };
        Ok((kept, volume))
    }

    /// The volume that a picture is a slice of, turned, and which slice it is.
    fn slice_of(&self, picture: &Picture, like: Option<&Grid>) -> Result<(Shared, Volume, usize)> {
        let (kept, volume) = self.turned(picture, like)?;
        let count = volume.slices(Axis::Z);
        let slice = match picture.slice {
            Some(slice) => slice,
            None if count == 1 => 0,
            None => bail!(
                "{}: it is a volume of {count} slices: choose one by its number, from 0 (the column slice of a table, or --slice)",
                picture.path.display()
            ),
        };
        Ok((kept, volume, slice))
    }

    fn get(&self, picture: &Picture) -> Result<Arc<Kept>> {
        let path = &picture.path;
        let is_it = |k: &Arc<Kept>| {
            k.path == *path && (picture.volume.is_none_or(|volume| k.of_series == volume))
        };
        let mut kept = lock(&self.kept);
        if let Some(at) = kept.iter().position(is_it) {
            let found = kept.remove(at);
            kept.push(found.clone());
            return found.chosen(picture);
        }
        // Others may go on while this one is read; two may read the same, which does no harm.
        drop(kept);
        let new = Arc::new(read(path, picture.volume.unwrap_or(0))?);
        self.note(&new);
        let mut kept = lock(&self.kept);
        kept.push(new.clone());
        let voxels =
            |kept: &[Arc<Kept>]| -> usize { kept.iter().map(|k| k.volume.voxels().len()).sum() };
        while kept.len() > 1 && voxels(&kept) > KEPT {
            kept.remove(0);
        }
        new.chosen(picture)
    }

    fn note(&self, new: &Kept) {
        let (path, volume) = (&new.path, &new.volume);
        for text in &new.told {
            self.notes.add(path, text.clone());
        }
        let replaced = volume.replaced();
        if replaced > 0 {
            let of = volume.voxels().len();
            self.notes.add(path, format!(
                "{replaced} of {of} voxels hold no data (no finite number, or the padding of a CT): they are background"
            ));
        }
        let Some(affine) = volume.own_affine() else {
            return;
        };
        if affine.tilt() > OBLIQUE {
            self.notes.add(path, format!(
                "it lies askew in the patient, by up to {:.0} degrees: its axes are taken for the nearest ones of the patient",
                affine.tilt()
            ));
        }
        if let Some(code) = affine.code() {
            lock(&self.orientations).insert(path.clone(), code);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn named(picture: &Picture, slice: usize) -> String {
    format!("{}, slice {slice}", picture.path.display())
}

impl Kept {
    /// A file with several volumes needs a choice.
    fn chosen(self: Arc<Self>, picture: &Picture) -> Result<Arc<Self>> {
        let series = self.volume.series();
        ensure!(
            picture.volume.is_some() || series == 1,
            "{}: it holds {series} volumes: choose one by its number, from 0 (the column volume of a table, or --volume)",
            self.path.display()
        );
        Ok(self)
    }

    /// As it is meant to be looked at.
    pub(super) fn shown(&self, plane: Plane) -> Plane {
        if self.inverted {
            plane.map(|v| 1.0 - v)
        } else {
            plane
        }
    }
}

fn read(path: &Path, of_series: usize) -> Result<Kept> {
    if path.is_dir() {
        let (series, told) = dicom::read_folder(path)?;
        return Ok(kept(path, of_series, of_dicom(series), told));
    }
    let name = || path.display().to_string();
    let bytes = bytes(&header_of(path))?;
    if bytes.is_empty() {
        bail!(
            "{}: the file is empty (0 bytes): copy it again from its source or leave it out",
            name()
        );
    }
    // Files of old scanners lack the mark.
    let is_old = || is_dicom(path) && formats::stranger(&bytes).is_none();
    let read = if formats::dicom::is_dicom(&bytes) || is_old() {
        of_dicom(dicom::read(path, &bytes)?)
    } else {
        let beside = beside(path, &bytes)?;
        let volume = formats::read_of(&bytes, beside.as_deref(), of_series);
        (volume.with_context(name)?.upright(), None, false)
    };
    Ok(kept(path, of_series, read, Vec::new()))
}

/// A volume, the window that it wishes, and whether low values are meant to be white.
type Read = (Volume, Option<Window>, bool);

fn of_dicom(read: Dicom) -> Read {
    (read.volume.upright(), read.window, read.inverted)
}

fn kept(path: &Path, of_series: usize, read: Read, told: Vec<String>) -> Kept {
    let (volume, window, inverted) = read;
    let largest = volume.voxels().iter().copied();
    Kept {
        path: path.into(),
        of_series,
        window: window.map_or_else(|| volume.window(), Ok),
        largest: largest.fold(f32::NEG_INFINITY, f32::max),
        volume,
        inverted,
        told,
    }
}

/// Of a pair the header, whichever of the two is named.
pub(super) fn header_of(path: &Path) -> PathBuf {
    let is_img = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("img"));
    let header = path.with_extension("hdr");
    if is_img && header.is_file() {
        header
    } else {
        path.into()
    }
}

/// The bytes of the file that holds the voxels of this header, where there is one.
fn beside(path: &Path, header: &[u8]) -> Result<Option<Vec<u8>>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = formats::companions(&name, header);
    let paths = names.iter().map(|name| path.with_file_name(name));
    let found = paths.into_iter().find(|path| path.is_file());
    found.map(|path| bytes(&path)).transpose()
}

/// The file's bytes, inflated where gzip has compressed them, whatever the name says. The voxels of a NRRD are
/// compressed for themselves: what its header says is left to its reader.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let mut bytes =
        files::read_whole(path, MAX_BYTES).with_context(|| format!("{name}: cannot be opened"))?;
    if bytes.starts_with(&gzip::MAGIC) {
        bytes = gzip::inflate(&bytes, MAX_BYTES).with_context(|| {
            format!(
                "{name}: the compressed file is damaged or cut short: copy it again from its source"
            )
        })?;
        ensure!(
            bytes.len() as u64 <= MAX_BYTES,
            "{name}: the volume is too large: crop or resample it to at most 1 GiB"
        );
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

    fn slice(path: &Path, slice: usize) -> Picture {
        Picture {
            slice: Some(slice),
            ..path.to_owned().into()
        }
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn names_tell_volumes() {
        for name in ["a.nii", "b/c.NII.gz", "d.MhA", "e.mhd", "f.mgz", "g.dcm"] {
            assert!(is_volume(Path::new(name)), "{name}");
        }
        for name in ["a.png", "nii", "a.gz", "a.mhd.png", "a.nii/b.png"] {
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
        let (picture, grid) = volumes.picture(&slice(&plain, 1), None).expect("a slice");
        assert_eq!(grid.sides(), (6, 4));
        // 0 to 10 over the whole volume: slice 1 does not begin at black.
        assert!((picture.at(0, 0) - 0.1).abs() < 1e-6);
        assert_eq!(
            volumes.picture(&slice(&small, 1), None).expect("a slice").0,
            picture
        );
        let label = volumes.label(&slice(&small, 2), None).expect("a slice");
        assert_eq!((label.numbers.values[7], label.largest), (4.0, 10.0));
        std::fs::remove_file(&plain).expect("it was there");
        assert_eq!(
            volumes.slices(&slice(&plain, 0)).expect("kept in memory"),
            3
        );
    }

    #[test]
    fn a_slice_stands_between_its_neighbours_and_edges_are_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nii");
        std::fs::write(&path, volume()).expect("a file");
        let volumes = Volumes::default();
        let of = |z| volumes.picture(&slice(&path, z), None).expect("a slice").0;
        for (z, expected) in [(0, [0, 0, 1]), (1, [0, 1, 2]), (2, [1, 2, 2])] {
            let (image, grid) = volumes.neighbours(&slice(&path, z), None).expect("a slice");
            assert_eq!(image.planes(), expected.map(of), "slice {z}");
            assert_eq!(grid.sides(), (6, 4));
        }
        let error = volumes
            .neighbours(&slice(&path, 3), None)
            .expect_err("there are three");
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
        let (image, _) = volumes.neighbours(&slice(&path, 1), None).expect("a head");
        assert_eq!(image.planes()[0], air);
        assert!(
            volumes.neighbours(&slice(&path, 0), None).is_err(),
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
            ("text.nii", b"hello".to_vec(), "no volume that can be read"),
        ];
        for (name, bytes, word) in cases {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            let error = Volumes::default()
                .picture(&slice(&path, 0), None)
                .expect_err(word);
            let error = format!("{error:#}");
            assert!(error.contains(name) && error.contains(word), "{error}");
        }
        let gone = Volumes::default().slices(&slice(&folder.path().join("gone.nii"), 0));
        let error = format!("{:#}", gone.expect_err("no file"));
        assert!(error.contains("gone.nii: cannot be opened"), "{error}");
    }

    /// A volume of 2 x 2 x 2 voxels 1 to 8 as MetaImage, with these further lines.
    fn meta(lines: &str) -> Vec<u8> {
        let header = format!(
            "NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR\n{lines}ElementDataFile = LOCAL\n"
        );
        [header.as_bytes(), &[1, 2, 3, 4, 5, 6, 7, 8]].concat()
    }

    const LPS: &str = "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n";
    /// The same place in the patient, stored to the right, the front and the feet.
    const RAI: &str = "TransformMatrix = -1 0 0 0 -1 0 0 0 -1\nOffset = 1 1 1\n";

    fn folder_of(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).expect("a file");
        }
        folder
    }

    #[test]
    fn every_volume_is_looked_at_upright_and_mixed_ones_are_told() {
        let folder = folder_of(&[
            ("lps.mha", meta(LPS)),
            ("rai.mha", meta(RAI)),
            ("none.mha", meta("")),
        ]);
        let volumes = Volumes::default();
        let at = |name: &str, z, like: Option<&Grid>| {
            let label = volumes.label(&slice(&folder.path().join(name), z), like);
            let label = label.expect("a slice");
            (label.numbers.values, label.grid)
        };
        let (values, grid) = at("lps.mha", 0, None);
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
        let (values, turned) = at("rai.mha", 0, None);
        assert_eq!(values, [8.0, 7.0, 6.0, 5.0], "the last one is at the feet");
        turned.check_image(&grid).expect("one grid in the patient");
        assert_eq!(at("none.mha", 0, None).0, [1.0, 2.0, 3.0, 4.0]);
        let (values, believed) = at("none.mha", 0, Some(&turned));
        assert_eq!(values, [8.0, 7.0, 6.0, 5.0], "turned as its image");
        assert!(believed.is_believed(&turned) && !turned.is_believed(&grid));
        let told = volumes.told();
        assert!(
            told.len() == 1 && told[0].contains("1 LPS, 1 RAI"),
            "{told:?}"
        );
    }

    #[test]
    fn what_lies_elsewhere_is_refused_with_both_places() {
        let shifted = LPS.replace("Offset = 0", "Offset = 3");
        let folder = folder_of(&[("a.mha", meta(LPS)), ("b.mha", meta(&shifted))]);
        let volumes = Volumes::default();
        let grid = |name: &str| {
            let label = volumes.label(&slice(&folder.path().join(name), 0), None);
            label.expect("a slice").grid
        };
        let error = grid("b.mha")
            .check_label(Some(&grid("a.mha")))
            .expect_err("3 mm away");
        let error = error.to_string();
        for word in [
            "b.mha: the label lies elsewhere",
            "a.mha",
            "3.0 mm",
            "(3.0, 0.0, 0.0)",
            "(0.0, 0.0, 0.0)",
        ] {
            assert!(error.contains(word), "{word}: {error}");
        }
    }

    #[test]
    fn a_series_wants_a_choice() {
        let series = b"NDims = 4\nDimSize = 2 1 1 2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n\x01\x02\x03\x04";
        let folder = folder_of(&[("a.mha", series.to_vec())]);
        let path = folder.path().join("a.mha");
        let volumes = Volumes::default();
        let of = |volume| {
            let picture = Picture {
                volume,
                ..slice(&path, 0)
            };
            volumes
                .label(&picture, None)
                .map(|label| label.numbers.values)
        };
        let error = format!("{:#}", of(None).expect_err("which one"));
        assert!(error.contains("a.mha: it holds 2 volumes"), "{error}");
        assert_eq!(of(Some(1)).expect("the second"), [3.0, 4.0]);
        assert_eq!(of(Some(0)).expect("the first"), [1.0, 2.0]);
        assert!(of(None).is_err(), "still, though both are kept");
        assert!(of(Some(2)).is_err());
    }

    #[test]
    fn voxels_beside_their_header_are_found() {
        let whole = meta(LPS);
        let (header, voxels) = whole.split_at(whole.len() - 8);
        let header = String::from_utf8_lossy(header).replace("LOCAL", "a.raw");
        let folder = folder_of(&[("a.mhd", header.into_bytes()), ("one.mha", whole.clone())]);
        let volumes = Volumes::default();
        let of = |name: &str| volumes.picture(&slice(&folder.path().join(name), 1), None);
        let error = format!("{:#}", of("a.mhd").expect_err("it is missing"));
        assert!(error.contains("a.raw"), "{error}");
        std::fs::write(folder.path().join("a.raw"), voxels).expect("a file");
        assert_eq!(
            of("a.mhd").expect("a pair").0,
            of("one.mha").expect("one file").0
        );
    }

    #[test]
    fn bytes_behind_gzip_are_left_alone() {
        let tail = [&packed(&volume())[..], &[0; 512]].concat();
        let folder = folder_of(&[("a.nii", volume()), ("b.nii.gz", tail)]);
        let volumes = Volumes::default();
        let of = |name: &str| volumes.picture(&slice(&folder.path().join(name), 1), None);
        assert_eq!(
            of("b.nii.gz").expect("whole").0,
            of("a.nii").expect("whole").0
        );
    }
}
