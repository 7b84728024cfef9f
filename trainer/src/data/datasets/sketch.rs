//! Data sets of volumes for tests, drawn: what is read of them is compared with what was drawn.
//!
//! Images are stored to the right and the front, as most NIfTI files are, labels to the left and the back: a reader that
//! took both as stored would see them mirrored.

use super::cases::Options;
use crate::data::decode::read_image;
use crate::data::label::{Meaning, read_label};
use crate::data::volumes::Volumes;
use crate::data::{Content, Record};
use flate2::{Compression, write::GzEncoder};
use scanweave::image::{Frame, Image};
use scanweave::study::Study;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Columns and rows of a volume.
pub const SIDE: usize = 32;
/// Slices, the first and the last of which show air.
const DEPTH: usize = 4;
/// The brightest grey, of a corner of every head.
const MARK: u8 = 200;

/// A folder with what was drawn.
pub struct Sketch(tempfile::TempDir);

impl Sketch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file of text.
    pub fn text(&self, name: &str, text: &str) {
        self.put(name, text.as_bytes());
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    /// Heads of these greys, one behind the other where there are several.
    pub fn volume(&self, name: &str, greys: &[u8]) {
        let mut voxels = Vec::new();
        for grey in greys {
            let last = SIDE - 1;
            voxels.extend(grid(|x, y, z| head(last - x, last - y, z, *grey)));
        }
        self.nifti(name, greys.len(), [1.0, 0.0], &voxels);
    }

    /// A label with a lesion of each of these values beside each other.
    pub fn label(&self, name: &str, values: &[u8]) {
        let lesion = |x: usize, y: usize, z: usize| {
            let inside = inside(z) && (20..24).contains(&y) && x >= 6 && x % 4 >= 2;
            let value = (x >= 6).then(|| values.get((x - 6) / 4)).flatten();
            value.copied().filter(|_| inside).unwrap_or(0)
        };
        self.nifti(name, 1, [-1.0, (SIDE - 1) as f32], &grid(lesion));
    }

    /// A file of bytes; x and y run by `step` to the right and to the front from `origin`.
    fn nifti(&self, name: &str, volumes: usize, [step, origin]: [f32; 2], voxels: &[u8]) {
        let path = Path::new(name);
        let mut bytes = vec![0; 352];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, &348_i32.to_le_bytes());
        let dimensions = if volumes > 1 { 4 } else { 3 };
        let dim = [dimensions, SIDE, SIDE, DEPTH, volumes];
        for (i, side) in dim.into_iter().enumerate() {
            put(40 + 2 * i, &(side as i16).to_le_bytes());
        }
        put(70, &2_i16.to_le_bytes());
        put(72, &8_i16.to_le_bytes());
        for i in 0..5 {
            put(76 + 4 * i, &1_f32.to_le_bytes());
        }
        put(108, &352_f32.to_le_bytes());
        put(254, &1_i16.to_le_bytes());
        let rows = [
            [step, 0.0, 0.0, origin],
            [0.0, step, 0.0, origin],
            [0.0, 0.0, 1.0, 0.0],
        ];
        for (i, value) in rows.concat().into_iter().enumerate() {
            put(280 + 4 * i, &value.to_le_bytes());
        }
        put(344, b"n+1\0");
        bytes.extend(voxels);
        if path.extension().is_some_and(|ending| ending == "gz") {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&bytes).expect("in memory");
            bytes = encoder.finish().expect("in memory");
        }
        self.put(name, &bytes);
    }
}

fn grid(value: impl Fn(usize, usize, usize) -> u8) -> Vec<u8> {
    let places = (0..DEPTH * SIDE * SIDE).map(|i| (i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE));
    places.map(|(x, y, z)| value(x, y, z)).collect()
}

fn inside(z: usize) -> bool {
    (1..DEPTH - 1).contains(&z)
}

/// A square head with a bright corner to the patient's left and front, as it is looked at.
fn head(x: usize, y: usize, z: usize, grey: u8) -> u8 {
    match (x, y) {
        (24..28, 4..8) if inside(z) => MARK,
        (4..28, 4..28) if inside(z) => grey,
        _ => 0,
    }
}

/// What is read of a record.
pub struct Item {
    images: Vec<Option<Image>>,
    label: Vec<u8>,
}

/// Reads a record as `data prepare` does.
pub fn item(record: &Record, study: &str) -> Item {
    let study = self::study(study);
    let Content::Files { images, label, .. } = &record.content else {
        panic!("files expected");
    };
    let volumes = Volumes::default();
    let mut first = None;
    let mut seen = Vec::new();
    for (picture, modality) in images.iter().zip(&study.modalities) {
        let read = picture.as_ref().map(|picture| {
            let read = read_image(picture, modality.channels, first.as_ref(), &volumes);
            let (image, grid) = read.expect("an image");
            first.get_or_insert(grid);
            image
        });
        seen.push(read);
    }
    let classes = study.label_planes();
    let label = label.as_ref().map_or_else(Vec::new, |picture| {
        let meaning = Meaning {
            classes,
            legend: None,
            greys: None,
            accept: false,
            target: None,
        };
        let label = read_label(
            picture,
            first.as_ref(),
            &volumes,
            (Frame::SQUARE, SIDE),
            meaning,
        );
        let label = label.expect("a label");
        label.grid.check_label(first.as_ref()).expect("one grid");
        label.classes
    });
    Item {
        images: seen,
        label,
    }
}

impl Item {
    /// The grey of each image, which lies upright.
    pub fn greys(&self) -> Vec<Option<u8>> {
        let grey = |image: &Image| {
            let plane = image.to_grey();
            let at = |x, y| (plane.at(x, y) * f32::from(MARK)).round() as u8;
            assert_eq!(at(26, 6), MARK, "the corner in front on the left");
            assert_eq!(at(6, 26), at(10, 10), "no corner behind on the right");
            at(10, 10)
        };
        self.images
            .iter()
            .map(|image| image.as_ref().map(grey))
            .collect()
    }

    /// The classes of the lesions that lie where they were drawn, from the left of the picture.
    pub fn classes(&self) -> Vec<u8> {
        let at = |i: usize| self.label.get(21 * SIDE + 6 + 4 * i).copied();
        (0..5).filter_map(at).filter(|class| *class > 0).collect()
    }
}

/// A built-in study.
pub fn study(name: &str) -> Study {
    Study::named(name).expect("built in")
}

/// So many slices.
pub fn options(slices: usize) -> Options<'static> {
    Options {
        slices: Some(slices),
        only: &[],
        subject: None,
    }
}
