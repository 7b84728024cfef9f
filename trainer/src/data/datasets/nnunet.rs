//! nnU-Net, versions 1 and 2: `imagesTr/CASE_0000.nii.gz` per channel, `labelsTr/CASE.nii.gz`, and `dataset.json`.
//!
//! Isensee et al., Nature Methods 18 (2021). Images in `imagesTs` are test images where `labelsTs` has their labels, and left
//! aside otherwise.

use super::Listing;
use super::cases::{self, Cases, Options};
use super::described::Described;
use super::located::Located;
use crate::data::Split;
use crate::data::decode::is_image;
use crate::data::volumes::is_volume;
use anyhow::Result;
use scanweave::study::Study;
use std::collections::BTreeMap;
use std::path::Path;

/// The layout, for messages.
const LAYOUT: &str = "nnU-Net (imagesTr/CASE_0000.nii.gz)";
/// Digits of a channel's number.
const DIGITS: usize = 4;

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
    let of = |name: &str| {
        let inside = folder.join(name);
        let is_in = |file: &&Located| file.path.parent() == Some(&inside);
        let seen = |file: &&Located| is_image(&file.path) || is_volume(&file.path);
        files.iter().filter(is_in).filter(seen).collect::<Vec<_>>()
    };
    let labels = |name: &str| -> BTreeMap<String, &Located> {
        let labels = of(name).into_iter();
        labels.map(|file| (file.stem.clone(), file)).collect()
    };
    let tested = labels("labelsTs");
    for (images, labels, split) in [
        ("imagesTr", labels("labelsTr"), Split::Train),
        ("imagesTs", tested.clone(), Split::Test),
    ] {
        for file in of(images) {
            let Some((case, channel)) = numbered(&file.stem) else {
                continue;
            };
            if split == Split::Test && !labels.contains_key(case) {
                continue;
            }
            let unnamed = || format!("channel {channel}");
            let name = channels.get(&channel).cloned().unwrap_or_else(unnamed);
            cases.image(case, &name, file.path.clone().into())?;
            if !tested.is_empty() {
                cases.belongs_to(case, split);
            }
        }
        for (case, label) in labels {
            cases.label(&case, &label.path, codes.clone())?;
        }
    }
    cases.finish(source, &files, LAYOUT, options)
}

/// The case and the channel that the name of an image tells.
fn numbered(stem: &str) -> Option<(&str, usize)> {
    let (case, channel) = stem.rsplit_once('_')?;
    let number = channel.len() == DIGITS && channel.bytes().all(|b| b.is_ascii_digit());
    let channel = channel.parse().ok().filter(|_| number)?;
    Some((case, channel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::sketch::{Sketch, item, options, study};

    const VERSION_2: &str = r#"{"channel_names": {"0": "T2f", "1": "T1"},
        "labels": {"background": 0, "whole tumor": [1, 2, 3], "necrosis": [2, 3], "enhancing": 3},
        "regions_class_order": [1, 2, 3], "numTraining": 3, "file_ending": ".nii.gz"}"#;
    const VERSION_1: &str = r#"{"modality": {"0": "FLAIR", "1": "T1w"},
        "labels": {"0": "background", "1": "edema", "2": "necrosis", "3": "enhancing"}}"#;

    fn brains(description: &str) -> Sketch {
        let sketch = Sketch::new();
        for case in ["case_001", "case_002"] {
            sketch.volume(&format!("imagesTr/{case}_0000.nii.gz"), &[10]);
            sketch.volume(&format!("imagesTr/{case}_0001.nii.gz"), &[20]);
            sketch.label(&format!("labelsTr/{case}.nii.gz"), &[2, 3]);
        }
        sketch.volume("imagesTs/case_003_0001.nii.gz", &[20]);
        sketch.text("dataset.json", description);
        sketch
    }

    #[test]
    fn channels_and_labels_of_both_versions_are_matched_by_name() {
        for description in [VERSION_1, VERSION_2] {
            let sketch = brains(description);
            let listing = records(sketch.path(), &study("brats"), options(1)).expect("two cases");
            let seen: Vec<_> = listing
                .records
                .iter()
                .map(|r| (r.source.as_str(), r.subject.as_str(), r.split))
                .collect();
            assert_eq!(
                seen,
                [
                    ("case_001, slice 2", "case_001", None),
                    ("case_002, slice 2", "case_002", None)
                ]
            );
            let read = item(&listing.records[1], "brats");
            assert_eq!(read.greys(), [Some(20), None, None, Some(10)]);
            assert_eq!(read.classes(), [1, 4], "necrosis and enhancing");
            let notes = listing.notes.join("\n");
            assert!(
                notes.contains("nothing: imagesTs/case_003_0001.nii.gz"),
                "{notes}"
            );
        }
    }

    #[test]
    fn test_images_with_labels_are_the_test_split() {
        let sketch = brains(VERSION_1);
        sketch.label("labelsTs/case_003.nii.gz", &[1]);
        sketch.volume("imagesTs/case_004_0001.nii.gz", &[20]);
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("three cases");
        let splits: Vec<_> = listing.records.iter().map(|r| r.split).collect();
        let (train, test) = (Some(Split::Train), Some(Split::Test));
        assert_eq!(splits, [train, train, test]);
        assert_eq!(item(&listing.records[2], "brats").classes(), [2]);
    }

    #[test]
    fn frames_of_one_patient_are_one_subject() {
        let sketch = Sketch::new();
        for patient in [1, 2] {
            for frame in ["01", "12"] {
                let case = format!("patient00{patient}_frame{frame}");
                sketch.volume(&format!("imagesTr/{case}_0000.nii.gz"), &[20]);
            }
        }
        sketch.text(
            "dataset.json",
            r#"{"channel_names": {"0": "cine"}, "labels": {}}"#,
        );
        let mut heart = study("lung-ct");
        heart.modalities[0].name = "cine".into();
        let listing = records(sketch.path(), &heart, options(1)).expect("four cases");
        let subjects: Vec<_> = listing.records.iter().map(|r| r.subject.as_str()).collect();
        assert_eq!(
            subjects,
            ["patient001", "patient001", "patient002", "patient002"]
        );
    }

    #[test]
    fn names_of_images_end_with_their_channel() {
        assert_eq!(numbered("la_003_0001"), Some(("la_003", 1)));
        for other in ["la_003", "la", "la_000a", "0000"] {
            assert_eq!(numbered(other), None, "{other}");
        }
    }
}
