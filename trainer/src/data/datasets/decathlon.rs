//! The Medical Segmentation Decathlon as it is downloaded: `dataset.json` names channels, labels and training images.
//!
//! Antonelli et al., Nature Communications 13 (2022). An image holds all channels as volumes of one series. Test images have
//! no public label and are left aside.

use super::cases::{self, Cases, Options};
use super::described::Described;
use super::located::stem;
use super::{Listing, inside};
use crate::data::Picture;
use anyhow::Result;
use scanweave::study::Study;
use std::path::{Path, PathBuf};

/// The layout, for messages.
const LAYOUT: &str = "the Medical Segmentation Decathlon (dataset.json with a list training)";

/// Lists the set below `source`.
///
/// # Errors
/// When `dataset.json` is missing or says too little, no channel is of the study, or no label of its classes.
pub fn records(source: &Path, study: &Study, options: Options) -> Result<Listing> {
    let files = cases::files(source)?;
    let (described, folder) = Described::read(source)?;
    let channels = described.channels()?;
    let mut cases = Cases::new(study);
    cases.knows(&described.path);
    cases.has_channels(&channels);
    let codes = cases.codes(&described.labels()?)?;
    for pair in &described.training {
        let (case, path) = (stem(&pair.image), there(inside(&folder, &pair.image)?));
        for (&channel, name) in &channels {
            let picture = Picture {
                volume: (channels.len() > 1).then_some(channel),
                ..path.clone().into()
            };
            cases.image(case, name, picture)?;
        }
        if let Some(label) = &pair.label {
            let path = there(inside(&folder, label)?);
            cases.label(case, &path, codes.clone())?;
        }
    }
    cases.finish(source, &files, LAYOUT, options)
}

/// A file that is named, or the same one unpacked or packed; the named one where neither is there.
fn there(named: PathBuf) -> PathBuf {
    let name = named.to_string_lossy().into_owned();
    let other = match name.strip_suffix(".gz") {
        Some(unpacked) => PathBuf::from(unpacked),
        None => PathBuf::from(format!("{name}.gz")),
    };
    if !named.is_file() && other.is_file() {
        other
    } else {
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::sketch::{Sketch, item, options, study};

    fn brains() -> Sketch {
        let sketch = Sketch::new();
        let pairs = [1, 2].map(|i| {
            sketch.volume(&format!("imagesTr/BRATS_00{i}.nii.gz"), &[10, 20, 30, 40]);
            sketch.label(&format!("labelsTr/BRATS_00{i}.nii.gz"), &[1, 2, 3]);
            format!(
                r#"{{"image": "./imagesTr/BRATS_00{i}.nii.gz", "label": "./labelsTr/BRATS_00{i}.nii.gz"}}"#
            )
        });
        sketch.volume("imagesTs/BRATS_003.nii.gz", &[10, 20, 30, 40]);
        sketch.text(
            "dataset.json",
            &format!(
                r#"{{"name": "BRATS", "modality": {{"0": "FLAIR", "1": "T1w", "2": "t1gd", "3": "T2w"}},
                "labels": {{"0": "background", "1": "edema", "2": "non-enhancing tumor", "3": "enhancing tumour"}},
                "numTraining": 2, "training": [{}], "test": ["./imagesTs/BRATS_003.nii.gz"]}}"#,
                pairs.join(", ")
            ),
        );
        sketch
    }

    #[test]
    fn channels_and_labels_are_matched_by_name() {
        let sketch = brains();
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("two cases");
        let subjects: Vec<_> = listing.records.iter().map(|r| r.subject.as_str()).collect();
        assert_eq!(subjects, ["BRATS_001", "BRATS_002"]);
        let read = item(&listing.records[0], "brats");
        assert_eq!(
            read.greys(),
            [20, 30, 40, 10].map(Some),
            "t1, t1c, t2, flair"
        );
        assert_eq!(read.classes(), [2, 3, 4]);
        let notes = listing.notes.join("\n");
        assert!(
            notes.contains("oedema is 1 (edema)") && notes.contains("imagesTs/BRATS_003.nii.gz"),
            "{notes}"
        );
        let three = records(sketch.path(), &study("brain-mri"), options(1)).expect("two cases");
        let read = item(&three.records[0], "brain-mri");
        assert_eq!(read.greys(), [20, 30, 10].map(Some), "t1, t1c, flair");
        assert_eq!(read.classes(), [1, 1, 1]);
        assert!(
            three
                .notes
                .iter()
                .any(|note| note.contains("T2w (2 files)"))
        );
    }

    #[test]
    fn one_channel_is_one_volume_and_may_be_unpacked() {
        let sketch = Sketch::new();
        sketch.volume("Task03/imagesTr/liver_0.nii", &[90]);
        sketch.text(
            "Task03/dataset.json",
            r#"{"modality": {"0": "CT"}, "labels": {"0": "background", "1": "liver", "2": "cancer"},
            "training": [{"image": "./imagesTr/liver_0.nii.gz", "label": "./labelsTr/liver_0.nii.gz"}]}"#,
        );
        let listing = records(sketch.path(), &study("lung-ct"), options(1)).expect("a case");
        assert_eq!(item(&listing.records[0], "lung-ct").greys(), [Some(90)]);
        let error = records(sketch.path(), &study("brain-mri"), options(1)).expect_err("no CT");
        assert!(error.to_string().contains("there are CT"), "{error}");
    }
}
