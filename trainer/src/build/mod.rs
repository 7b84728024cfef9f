//! A synthetic data set on disk: one subject after the other, each with its pictures, label and
//! provenance.
//!
//! The folder can be read back by `data prepare --dataset folder`. A subject is finished when its
//! provenance, written last, is there; an interrupted build goes on where it stopped. Every picture
//! is marked as synthetic in the folder's `dataset.json` and in its table.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use scanweave::dataset::{Dataset, Entry, HEADER, picture_name, provenance_name};
use scanweave::image::Plane;
use scanweave::synthesis::Subject;

use crate::{files, picture};

/// A folder that a data set is built into.
pub struct Folder {
    path: PathBuf,
    dataset: Dataset,
}

impl Folder {
    /// Opens or begins a data set.
    ///
    /// # Errors
    /// When the folder holds a data set of another model, seed or recipe.
    pub fn open(path: &Path, dataset: Dataset) -> anyhow::Result<Self> {
        let file = path.join("dataset.json");
        if file.exists() {
            let text = files::read_whole(&file)?;
            let found: Dataset = serde_json::from_slice(&text)
                .with_context(|| format!("{} is no data set's description", file.display()))?;
            ensure!(
                found == dataset,
                "{} holds a data set of another model, seed or recipe: choose another --out",
                path.display()
            );
        } else {
            files::create_folder(path)?;
            files::write_whole(&file, &serde_json::to_vec_pretty(&dataset)?)?;
        }
        Ok(Self {
            path: path.into(),
            dataset,
        })
    }

    /// Whether subject `index` is there, whole.
    pub fn holds(&self, index: u64) -> bool {
        self.provenance_file(index).exists()
    }

    /// Writes a subject: its pictures, then its provenance.
    pub fn add(&self, index: u64, subject: &Subject) -> anyhow::Result<()> {
        let sample = &subject.sample;
        self.picture(index, "structure", &sample.structure.map)?;
        self.picture(index, "mask", &sample.structure.mask)?;
        if let Some(lesion) = &subject.lesion {
            picture::save_label(&self.file(index, "label"), lesion)?;
        }
        for (modality, plane) in &sample.images {
            self.picture(index, modality, plane)?;
        }
        let entry = Entry {
            class: subject.class,
            lesion: subject.lesion.is_some(),
            provenance: subject.provenance.clone(),
        };
        let text = serde_json::to_vec_pretty(&entry)?;
        files::write_whole(&self.provenance_file(index), &text)
    }

    /// Writes the table of the first `count` subjects.
    pub fn finish(&self, count: u64) -> anyhow::Result<()> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(HEADER)?;
        for index in 0..count {
            let file = self.provenance_file(index);
            let Ok(text) = files::read_whole(&file) else {
                bail!("{} is missing: build again", file.display());
            };
            let entry: Entry = serde_json::from_slice(&text).with_context(|| {
                format!("{} is damaged: remove it and build again", file.display())
            })?;
            for modality in &self.dataset.modalities {
                table.write_record(self.dataset.row(index, modality, &entry))?;
            }
        }
        files::write_whole(&self.path.join("manifest.csv"), &table.into_inner()?)
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
