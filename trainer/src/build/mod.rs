//! A synthetic data set on disk: one subject after the other, each with its pictures, label and
//! provenance.
//!
//! The folder can be read back by `data prepare --dataset folder`. A subject is finished when its
//! provenance, written last, is there, and its pictures are; an interrupted build goes on where it stopped. Every picture
//! is marked as synthetic in the folder's `dataset.json` and in its table.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use scanweave::dataset::{
    ANNOTATIONS, Dataset, Entry, HEADER, boxes_name, picture_name, provenance_name,
};
use scanweave::image::Plane;
use scanweave::label::boxes::yolo;
use scanweave::study::Study;
use scanweave::synthesis::Subject;

use crate::{files, picture};

/// Endings of the files of a data set.
pub const ENDINGS: [&str; 4] = ["png", "json", "csv", "txt"];

const TABLE: &str = "manifest.csv";

/// A folder that a data set is built into.
pub struct Folder {
    path: PathBuf,
    dataset: Dataset,
}

impl Folder {
    /// Opens or begins a data set.
    ///
    /// # Errors
    /// When the folder holds a data set of another model, seed or settings.
    pub fn open(path: &Path, dataset: Dataset) -> anyhow::Result<Self> {
        let file = path.join("dataset.json");
        if file.exists() {
            let text = files::read_whole(&file, files::TEXT)?;
            let found: Dataset = serde_json::from_slice(&text)
                .with_context(|| format!("{} is no data set's description", file.display()))?;
            ensure!(
                found == dataset,
                "{} holds a data set of another model, seed or settings: choose another --out",
                path.display()
            );
        } else {
            let table = path.join(TABLE);
            ensure!(
                !table.exists(),
                "{} is there and is of no data set that was built: choose another --out",
                table.display()
            );
            files::create_folder(path)?;
            files::write_whole(&file, &serde_json::to_vec_pretty(&dataset)?)?;
        }
        files::remove_unfinished(path, |name| files::ends_in(name, &ENDINGS));
        Ok(Self {
            path: path.into(),
            dataset,
        })
    }

    /// Whether subject `index` is there, whole: with every picture, which may have been removed or emptied since.
    pub fn holds(&self, index: u64) -> bool {
        let Ok(entry) = self.entry(index) else {
            return false;
        };
        let label = entry.lesion.then_some("label");
        let modalities = || self.dataset.modalities.iter().map(String::as_str);
        let planes = ["structure", "mask"].into_iter().chain(label);
        let mut stages = planes.chain(modalities());
        let boxes = |modality| self.path.join(boxes_name(index, modality)).is_file();
        stages.all(|stage| picture::is_whole(&self.file(index, stage)))
            && (entry.boxes.is_none() || modalities().all(boxes))
    }

    /// Whether subject `index` was made and left out: the filter refused its map in every try. There is only what
    /// is written down of it.
    pub fn left_out(&self, index: u64) -> bool {
        let entry = self.entry(index);
        entry.is_ok_and(|entry| !self.dataset.keeps(&entry))
    }

    /// What is written down of subject `index`.
    fn entry(&self, index: u64) -> anyhow::Result<Entry> {
        let file = self.provenance_file(index);
        let text = files::read_whole(&file, files::TEXT)?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display()))
    }

    /// Writes a subject: its pictures as people are shown them, unless the filter leaves it out, then its provenance.
    pub fn add(&self, study: &Study, index: u64, subject: &Subject) -> anyhow::Result<()> {
        let entry = Entry::of(&subject.label, subject.provenance.clone());
        if self.dataset.keeps(&entry) {
            self.pictures(study, index, subject)?;
        }
        let text = serde_json::to_vec_pretty(&entry)?;
        files::write_whole(&self.provenance_file(index), &text)
    }

    fn pictures(&self, study: &Study, index: u64, subject: &Subject) -> anyhow::Result<()> {
        let sample = &subject.sample;
        self.picture(index, "structure", &sample.structure.map)?;
        self.picture(index, "mask", &sample.structure.mask)?;
        if let Some(lesion) = subject.label.picture() {
            picture::save_label(&self.file(index, "label"), lesion)?;
        }
        for ((modality, _), image) in sample.images.iter().zip(sample.shown(study)) {
            picture::save_image(&self.file(index, modality), &image)?;
            if let Some(boxes) = subject.label.boxes() {
                let text = yolo::text(boxes, image.width());
                let path = self.path.join(boxes_name(index, modality));
                files::write_whole(&path, text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Writes the table of those of the first `count` subjects that stay, and their boxes, in pictures of `size` x
    /// `size` pixels. Returns how many of the subjects the filter refused, whether they stay or not.
    pub fn finish(&self, count: u64, size: usize) -> anyhow::Result<u64> {
        let mut refused = 0;
        let mut entries = Vec::new();
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(HEADER)?;
        for index in 0..count {
            let entry = self.entry(index).context("build again")?;
            refused += u64::from(!entry.provenance.accepted);
            if !self.dataset.keeps(&entry) {
                continue;
            }
            for modality in &self.dataset.modalities {
                table.write_record(self.dataset.row(index, modality, &entry))?;
            }
            entries.extend(entry.boxes.is_some().then_some(entry));
        }
        if let Some(annotations) = self.dataset.annotations(size, &entries) {
            let text = serde_json::to_vec_pretty(&annotations)?;
            files::write_whole(&self.path.join(ANNOTATIONS), &text)?;
        }
        files::write_whole(&self.path.join(TABLE), &table.into_inner()?)?;
        Ok(refused)
    }

    fn picture(&self, index: u64, stage: &str, plane: &Plane) -> anyhow::Result<()> {
        picture::save_plane(&self.file(index, stage), plane)
    }

    fn file(&self, index: u64, stage: &str) -> PathBuf {
        self.path.join(picture_name(index, stage))
    }

    fn provenance_file(&self, index: u64) -> PathBuf {
        self.path.join(provenance_name(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::folder;
    use crate::data::prepare::{Lenience, prepare};
    use scanweave::dataset::{Provenance, Settings};
    use scanweave::label::{Label, LabelBox, LabelKind};
    use scanweave::phantom::{self, Anatomy};
    use scanweave::structure::Structure;
    use scanweave::synthesis::Sample;

    const SIZE: usize = 64;

    fn study() -> Study {
        Study {
            lesion: LabelKind::Boxes(vec!["nodule".into(), "mass".into()]),
            ..Study::named("phantom-thorax").expect("built in")
        }
    }

    fn subject(index: u64, boxes: &[LabelBox]) -> Subject {
        let drawn = phantom::draw(Anatomy::Thorax, index, SIZE, true);
        let structure = Structure {
            map: Plane::filled(SIZE, SIZE, 0.0),
            mask: drawn.mask,
        };
        Subject {
            sample: Sample {
                fused: structure.map.clone(),
                structure,
                images: drawn
                    .images
                    .into_iter()
                    .map(|(name, image)| (name.to_owned(), image))
                    .collect(),
            },
            label: Label::Boxes(boxes.to_vec()),
            provenance: Provenance {
                seed: 1,
                index,
                maps: 1,
                score: None,
                contour_error: 0.0,
                ragged: 0.0,
                accepted: true,
                noise: 1,
                found: vec![None],
            },
        }
    }

    #[test]
    fn a_subject_is_whole_with_every_file_of_it() {
        let (temporary, study) = (tempfile::tempdir().expect("a folder"), study());
        let open = || {
            let dataset = Dataset::of(&study, "Boxes", "CC0", "ab", 1, Settings::default());
            Folder::open(temporary.path(), dataset)
        };
        let set = open().expect("a new set");
        assert!(!set.holds(0));
        set.add(&study, 0, &subject(0, &[])).expect("written");
        assert!(set.holds(0));
        let names = ["structure.png", "mask.png", "xray.png", "xray.txt"];
        let files = names.map(|name| temporary.path().join(format!("000000-{name}")));
        for file in files.iter().chain([&set.provenance_file(0)]) {
            let whole = std::fs::read(file).expect("it was written");
            std::fs::remove_file(file).expect("it is there");
            assert!(!set.holds(0), "{}", file.display());
            // No box makes an empty text.
            if file.extension().is_some_and(|e| e != "txt") {
                std::fs::write(file, &whole[..whole.len() / 2]).expect("a file");
                assert!(!set.holds(0), "{}", file.display());
            }
            std::fs::write(file, whole).expect("a file");
            assert!(set.holds(0), "{}", file.display());
        }
        let orphan = temporary.path().join("000001-mask.png.1.tmp");
        std::fs::write(&orphan, b"half").expect("a file");
        open().expect("the same set");
        assert!(!orphan.exists());
    }

    #[test]
    fn of_a_refused_subject_only_how_it_came_to_be_stays_unless_it_is_asked_for() {
        let mut refused = subject(1, &[]);
        refused.provenance.accepted = false;
        for (keep_refused, rows) in [(false, 1), (true, 2)] {
            let (temporary, study) = (tempfile::tempdir().expect("a folder"), study());
            let settings = Settings {
                keep_refused,
                ..Settings::default()
            };
            let dataset = Dataset::of(&study, "Boxes", "CC0", "ab", 1, settings);
            let set = Folder::open(temporary.path(), dataset).expect("a new set");
            set.add(&study, 0, &subject(0, &[])).expect("written");
            set.add(&study, 1, &refused).expect("written");
            assert!(!set.left_out(0) && !set.left_out(2));
            assert_eq!(
                (set.left_out(1), set.holds(1)),
                (!keep_refused, keep_refused)
            );
            assert!(set.provenance_file(1).is_file());
            let pictures = ["structure.png", "mask.png", "xray.png", "xray.txt"];
            let there = |name: &&&str| temporary.path().join(format!("000001-{name}")).exists();
            let found = pictures.iter().filter(there).count();
            assert_eq!(found, if keep_refused { pictures.len() } else { 0 });

            assert_eq!(set.finish(2, SIZE).expect("written"), 1);
            let read = |name: &str| {
                let text = files::read_whole(&temporary.path().join(name), files::TEXT);
                String::from_utf8(text.expect("written")).expect("text")
            };
            let table = read(TABLE);
            assert_eq!(table.lines().count(), 1 + rows, "{table}");
            assert_eq!(table.contains("false"), keep_refused, "{table}");
            let coco: serde_json::Value = serde_json::from_str(&read(ANNOTATIONS)).expect("JSON");
            assert_eq!(coco["images"].as_array().map(Vec::len), Some(rows));
        }
    }

    #[test]
    fn a_table_of_somebody_is_not_replaced() {
        let temporary = tempfile::tempdir().expect("a folder");
        std::fs::write(
            temporary.path().join(TABLE),
            b"file
",
        )
        .expect("a file");
        let dataset = Dataset::of(&study(), "Boxes", "CC0", "ab", 1, Settings::default());
        let error = Folder::open(temporary.path(), dataset)
            .err()
            .expect("refused");
        assert!(error.to_string().contains(TABLE), "{error}");
    }

    #[test]
    fn boxes_that_were_written_are_the_boxes_that_are_read() {
        let one = |class, [left, top, right, bottom]: [f32; 4]| LabelBox {
            class,
            left,
            top,
            right,
            bottom,
        };
        let labels = [
            vec![one(1, [3.0, 5.0, 20.0, 9.0]), one(0, [0.0, 0.0, 64.0, 1.0])],
            vec![],
            vec![one(0, [7.25, 8.75, 9.125, 30.75])],
        ];
        let (temporary, study) = (tempfile::tempdir().expect("a folder"), study());
        let dataset = Dataset::of(&study, "Boxes", "CC0", "ab", 1, Settings::default());
        let set = Folder::open(temporary.path(), dataset).expect("a new set");
        for (index, boxes) in (0..).zip(&labels) {
            set.add(&study, index, &subject(index, boxes))
                .expect("written");
        }
        set.finish(3, SIZE).expect("written");

        let options = folder::Options::default();
        let listing = folder::records(temporary.path(), &study, options).expect("its own layout");
        let records = listing.records;
        let read = prepare(&study, SIZE, &records, Lenience::default(), || {}).expect("prepared");
        for (item, expected) in read.data.items.iter().zip(&labels) {
            let found = item.label.boxes().expect("boxes");
            assert_eq!(found.len(), expected.len(), "{}", item.source);
            for (found, expected) in found.iter().zip(expected) {
                assert_eq!(found.class, expected.class);
                let edges = |b: &LabelBox| [b.left, b.top, b.right, b.bottom];
                let pairs = edges(found).into_iter().zip(edges(expected));
                let far = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(far < 1e-3, "{found:?} was {expected:?}");
                assert!(found.pixels(SIZE).eq(expected.pixels(SIZE)));
            }
        }
        let coco =
            files::read_whole(&temporary.path().join(ANNOTATIONS), files::TEXT).expect("written");
        let coco: serde_json::Value = serde_json::from_slice(&coco).expect("JSON");
        assert_eq!(coco["images"][2]["file_name"], "000002-xray.png");
        assert_eq!(coco["annotations"].as_array().map(Vec::len), Some(3));
        assert_eq!(coco["annotations"][2]["image_id"], 3);
    }
}
