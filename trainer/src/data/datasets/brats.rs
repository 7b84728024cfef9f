//! BraTS as it is downloaded, every release: a folder per case, or all files in one.
//!
//! `BraTS20_Training_001_flair.nii.gz` until 2021, `BraTS-GLI-00000-000-t2f.nii.gz` from 2023 on, where the last number is
//! that of an examination: the same person's others belong into the same split. What the values of a label mean changed
//! in between (Baid et al., arXiv 2107.02314; Adewole et al., arXiv 2305.19369; de Verdier et al., arXiv 2405.18368).

use super::Listing;
use super::brats_names::{is_of_children, is_recent, parts, values};
use super::cases::{self, Cases, Options};
use super::located::Located;
use crate::data::volumes::is_volume;
use anyhow::{Result, ensure};
use scanweave::study::{Modality, Study};
use std::path::Path;

/// The layout, for messages.
const LAYOUT: &str = "BraTS, such as BraTS2021_00000_t1ce.nii.gz or BraTS-GLI-00000-000-t1c.nii.gz";
/// What labels end with; the second stands in one case of 2020, the last is that of radiotherapy.
const LABELS: [&str; 4] = ["seg", "segm", "segmentation", "gtv"];

/// Lists the set below `source`.
///
/// # Errors
/// When nothing is named as in BraTS, two files are the same of a case, or labels cannot be understood.
pub fn records(source: &Path, study: &Study, options: Options) -> Result<Listing> {
    let files = cases::files(source)?;
    let mut cases = Cases::new(study);
    let mut labels = Vec::new();
    for file in files.iter().filter(|file| is_volume(&file.path)) {
        let Some((case, word)) = parts(&file.stem) else {
            continue;
        };
        if LABELS.contains(&word.to_lowercase().as_str()) {
            labels.push((file, case, word));
        } else if study.place_called(word).is_some() || Modality::called(word).is_some() {
            cases.image(case, word, file.path.clone().into())?;
            cases.shows(case, subject(case));
        }
    }
    for (file, case, word) in labels {
        ensure!(
            !is_of_children(case) || study.label_planes() <= 1,
            "{}: BraTS-PED numbered its classes anew in 2024, and names do not tell the releases apart: choose a study of one class",
            file.path.display()
        );
        let codes = cases.codes(&values(case, word))?;
        let case = owner(case, file, &cases);
        cases.label(&case, &file.path, codes)?;
    }
    cases.finish(source, &files, LAYOUT, options)
}

/// Who was imaged: a recent case without the number of the examination.
fn subject(case: &str) -> &str {
    let recent = is_recent(case).then(|| case.rsplit_once('-')).flatten();
    recent.map_or(case, |(subject, _)| subject)
}

/// The case of a label: the one of its name, else that of its folder. One label of 2020 kept the name that it had in a
/// hospital.
fn owner(case: &str, file: &Located, cases: &Cases) -> String {
    let known = |name: &str| cases.names().any(|known| known == name);
    let folder = file.folders.last().filter(|folder| known(folder));
    match folder {
        Some(folder) if !known(case) => folder.clone(),
        _ => case.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::sketch::{Sketch, item, options, study};

    /// The same two people in the names of two releases.
    fn until_2021(nested: bool) -> Sketch {
        let sketch = Sketch::new();
        for case in ["BraTS2021_00000", "BraTS2021_00002"] {
            let place = if nested {
                format!("{case}/{case}")
            } else {
                case.into()
            };
            for (word, grey) in [("flair", 10), ("t1", 20), ("t1ce", 30), ("t2", 40)] {
                sketch.volume(&format!("{place}_{word}.nii.gz"), &[grey]);
            }
            sketch.label(&format!("{place}_seg.nii.gz"), &[1, 2, 4]);
        }
        sketch
    }

    #[test]
    fn cases_are_read_nested_or_flat() {
        for nested in [true, false] {
            let sketch = until_2021(nested);
            let listing = records(sketch.path(), &study("brats"), options(2)).expect("two cases");
            let names: Vec<_> = listing.records.iter().map(|r| r.source.as_str()).collect();
            assert_eq!(
                names,
                [
                    "BraTS2021_00000, slice 1",
                    "BraTS2021_00000, slice 2",
                    "BraTS2021_00002, slice 1",
                    "BraTS2021_00002, slice 2",
                ]
            );
            let item = item(&listing.records[0], "brats");
            assert_eq!(
                item.greys(),
                [20, 30, 40, 10].map(Some),
                "t1, t1c, t2, flair"
            );
            assert_eq!(item.classes(), [1, 2, 4]);
        }
    }

    #[test]
    fn the_label_3_of_recent_releases_is_enhancing_and_examinations_are_of_one_person() {
        let sketch = Sketch::new();
        for case in [
            "BraTS-GLI-00005-000",
            "BraTS-GLI-00005-001",
            "BraTS-GLI-00006-000",
        ] {
            for (word, grey) in [("t1n", 20), ("t1c", 30), ("t2w", 40), ("t2f", 10)] {
                sketch.volume(&format!("{case}/{case}-{word}.nii.gz"), &[grey]);
            }
            sketch.label(&format!("{case}/{case}-seg.nii.gz"), &[1, 2, 3]);
        }
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("three cases");
        let subjects: Vec<_> = listing.records.iter().map(|r| r.subject.as_str()).collect();
        assert_eq!(
            subjects,
            ["BraTS-GLI-00005", "BraTS-GLI-00005", "BraTS-GLI-00006"]
        );
        let item = item(&listing.records[0], "brats");
        assert_eq!(item.greys(), [20, 30, 40, 10].map(Some));
        assert_eq!(item.classes(), [1, 2, 4]);
        let whole = records(sketch.path(), &study("brain-mri"), options(1)).expect("three cases");
        let whole = super::super::sketch::item(&whole.records[0], "brain-mri");
        assert_eq!(whole.classes(), [1, 1, 1]);
    }

    #[test]
    fn cases_without_a_label_and_other_files_are_told() {
        let sketch = until_2021(true);
        sketch.volume(
            "BraTS20_Validation_001/BraTS20_Validation_001_flair.nii.gz",
            &[10],
        );
        sketch.text("name_mapping.csv", "");
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("two cases");
        assert_eq!(listing.records.len(), 2);
        let notes = listing.notes.join("\n");
        for words in [
            "left out: BraTS20_Validation_001",
            "labels: enhancing is 4 (enhancing)",
            "used by nothing: name_mapping.csv",
        ] {
            assert!(notes.contains(words), "{words}: {notes}");
        }
        let empty = Sketch::new();
        empty.volume("scan1.nii", &[10]);
        let error = records(empty.path(), &study("brats"), options(1)).expect_err("no BraTS");
        assert!(
            error.to_string().contains("BraTS-GLI-00000-000-t1c"),
            "{error}"
        );
    }

    #[test]
    fn a_label_of_another_name_belongs_to_its_folder() {
        let sketch = Sketch::new();
        let case = "BraTS20_Training_355";
        sketch.volume(&format!("{case}/{case}_t1.nii"), &[20]);
        sketch.label(&format!("{case}/W39_1998.09.19_Segm.nii"), &[4]);
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("a case");
        assert_eq!(item(&listing.records[0], "brats").classes(), [4]);
    }

    #[test]
    fn children_of_unknown_numbering_need_one_class() {
        let sketch = Sketch::new();
        sketch.volume("BraTS-PED-00001-000-t1n.nii.gz", &[20]);
        sketch.label("BraTS-PED-00001-000-seg.nii.gz", &[1, 4]);
        let error = records(sketch.path(), &study("brats"), options(1)).expect_err("either");
        assert!(
            format!("{error:#}").contains("BraTS-PED-00001-000-seg"),
            "{error:#}"
        );
        let listing = records(sketch.path(), &study("brain-mri"), options(1)).expect("a case");
        assert_eq!(item(&listing.records[0], "brain-mri").classes(), [1, 1]);
    }
}
