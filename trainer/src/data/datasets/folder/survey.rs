//! What lies in a folder, for whoever expected something else to be found there.

use super::words::{Says, says};
use super::{Located, MANIFEST, subjects, tally};
use crate::data::datasets::{counted, first};
use crate::data::decode::is_image;
use crate::data::volumes::is_volume;
use scanweave::study::Study;
use std::collections::BTreeMap;
use std::path::Path;

/// Names shown of each kind.
const SHOWN: usize = 3;

/// That no row of a table is of the study.
pub fn no_rows(
    table: &Path,
    study: &Study,
    others: &BTreeMap<String, usize>,
    files: &[Located],
) -> String {
    let found = if others.is_empty() {
        let rest = files.iter().filter(|file| file.name != MANIFEST);
        format!(
            "no row, and beside the table {}",
            there(&rest.collect::<Vec<_>>())
        )
    } else {
        tally(others, "row")
    };
    format!(
        "{}; found: {found}. Choose another --study or --source",
        missing(table, study)
    )
}

/// That no image of plain folders is of the study.
pub fn no_images(source: &Path, study: &Study, files: &[Located]) -> String {
    let found = there(&files.iter().collect::<Vec<_>>());
    let layout = layout(files).map(|text| format!(" This {text}."));
    let volumes = volumes_aside(files, study).map(|text| format!(" {text}."));
    let images = files.iter().any(|file| is_image(&file.path));
    let folders = images.then(|| {
        let names = study.modality_names();
        format!(
            " Without a table, images lie in folders named after their modality: {}/.",
            names.join("/, ")
        )
    });
    let dicom = files.iter().any(is_dicom);
    let dicom = dicom.then_some(" DICOM slices of one series are a volume: name their folder in the column file of manifest.csv, or convert them with dcm2niix.");
    format!(
        "{}; found: {found}.{}{}{}{} Otherwise choose another --study or --source",
        missing(source, study),
        layout.unwrap_or_default(),
        volumes.unwrap_or_default(),
        folders.unwrap_or_default(),
        dicom.unwrap_or_default()
    )
}

fn missing(place: &Path, study: &Study) -> String {
    format!(
        "{}: no image of the modalities of study {} ({})",
        place.display(),
        study.name,
        study.modality_names().join(", ")
    )
}

/// What to do about volumes that no table names; nothing where there are none.
pub fn volumes_aside(files: &[Located], study: &Study) -> Option<String> {
    let aside = |file: &&Located| {
        let mut folders = file.folders.iter();
        is_volume(&file.path)
            && !is_dicom(file)
            && !folders.any(|folder| says(folder, study) == Says::Labels)
    };
    let volumes: Vec<&Located> = files.iter().filter(aside).collect();
    let volume = volumes.first()?;
    let subject = subjects::named(&volume.name, study);
    Some(format!(
        "{} not read without a table: a volume needs a row in {MANIFEST} for each slice, such as `file,modality,subject,slice` and `{},{},{subject},40`",
        match volumes.len() {
            1 => "1 volume is".to_owned(),
            several => format!("{several} volumes are"),
        },
        volume.name,
        modality(volume, study)
    ))
}

/// The modality that a path names, else the first of the study.
fn modality(file: &Located, study: &Study) -> String {
    let lower = file.stem.to_lowercase();
    let words = file.folders.iter().map(String::as_str);
    let place = words
        .chain(lower.split(|c: char| !c.is_alphanumeric()))
        .find_map(|word| study.place_called(word));
    study.modalities[place.unwrap_or(0)].name.clone()
}

/// Files by kind, with the first of each.
fn there(files: &[&Located]) -> String {
    let mut kinds: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for file in files {
        let tests = KINDS.iter();
        let kind = tests.take_while(|(_, is)| !is(file)).count();
        kinds.entry(kind).or_default().push(&file.name);
    }
    let told = kinds.into_iter().map(|(kind, names)| {
        let what = KINDS.get(kind).map_or("other file", |(what, _)| *what);
        let count = counted(names.len(), what);
        format!("{count} ({})", first(names, SHOWN))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        "nothing".into()
    } else {
        told.join(", ")
    }
}

type Kind = (&'static str, fn(&Located) -> bool);

const KINDS: [Kind; 5] = [
    ("image", |file| is_image(&file.path)),
    ("DICOM file", is_dicom),
    ("volume", |file| is_volume(&file.path)),
    ("table", |file| {
        ends(file, &["csv", "tsv", "xlsx", "xls", "ods"])
    }),
    ("packed archive", |file| {
        ends(file, &["zip", "tar", "gz", "tgz", "7z", "rar", "bz2", "xz"])
    }),
];

fn is_dicom(file: &Located) -> bool {
    crate::data::dicom::is_dicom(&file.path)
}

fn ends(file: &Located, endings: &[&str]) -> bool {
    let ending = file.path.extension().unwrap_or_default().to_string_lossy();
    endings
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

/// The convention that files are named by and the option that reads it, where it is a known one.
pub fn layout(files: &[Located]) -> Option<String> {
    let in_training = |file: &Located| file.folders.iter().any(|folder| folder == "imagesTr");
    let bids = |file: &Located| {
        let subject = file.folders.iter().any(|folder| folder.starts_with("sub-"));
        subject && file.stem.starts_with("sub-") && is_volume(&file.path)
    };
    let brats = |file: &Located| {
        let stem = file.stem.to_lowercase();
        let ends = ["-t1n", "-t1c", "-t2w", "-t2f", "_t1ce"];
        let named = stem.starts_with("brats") || ends.iter().any(|end| stem.ends_with(end));
        named && is_volume(&file.path)
    };
    let numbered = |file: &Located| in_training(file) && file.stem.ends_with("_0000");
    let (name, option) = if files.iter().any(numbered) {
        ("nnU-Net", "nnunet")
    } else if files.iter().any(in_training) {
        ("the Medical Segmentation Decathlon", "decathlon")
    } else if files.iter().any(bids) {
        ("BIDS", "bids")
    } else if files.iter().any(brats) {
        ("BraTS", "brats")
    } else {
        return None;
    };
    Some(format!(
        "looks like {name}: --dataset {option} reads it as it is"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[&str]) -> String {
        let source = Path::new("set");
        let files = files
            .iter()
            .map(|name| Located::new(source.join(name), source));
        let study = Study::named("brain-mri").expect("built in");
        no_images(source, &study, &files.collect::<Vec<_>>())
    }

    #[test]
    fn what_lies_there_is_counted_and_named() {
        assert!(said(&[]).contains("study brain-mri (t1, t1c, flair); found: nothing."));
        let files = [
            "a.dcm", "b.zip", "c.txt", "x/1.png", "x/2.png", "x/3.png", "x/4.png",
        ];
        let text = said(&files);
        let found = "found: 4 images (x/1.png, x/2.png, x/3.png, ..), 1 DICOM file (a.dcm), 1 packed archive (b.zip), 1 other file (c.txt).";
        assert!(text.contains(found), "{text}");
        assert!(
            text.contains("t1/, t1c/, flair/") && text.contains("dcm2niix"),
            "{text}"
        );
    }

    #[test]
    fn layouts_are_recognised_and_a_row_is_shown() {
        for (files, layout, row) in [
            (
                [
                    "sub-01/anat/sub-01_FLAIR.nii.gz",
                    "sub-01/anat/sub-01_T1w.nii.gz",
                ],
                "looks like BIDS: --dataset bids",
                "`sub-01/anat/sub-01_FLAIR.nii.gz,flair,sub-01,40`",
            ),
            (
                [
                    "BraTS-GLI-00000-000/BraTS-GLI-00000-000-t1c.nii.gz",
                    "BraTS-GLI-00002-000/BraTS-GLI-00002-000-t1n.nii.gz",
                ],
                "looks like BraTS: --dataset brats",
                "t1c.nii.gz,t1c,BraTS-GLI-00000-000,40`",
            ),
            (
                ["imagesTr/BRATS_001.nii.gz", "labelsTr/BRATS_001.nii.gz"],
                "Decathlon: --dataset decathlon",
                "`imagesTr/BRATS_001.nii.gz,t1,BRATS_001,40`",
            ),
            (
                [
                    "imagesTr/case_001_0000.nii.gz",
                    "imagesTr/case_002_0000.nii.gz",
                ],
                "nnU-Net: --dataset nnunet",
                "`imagesTr/case_001_0000.nii.gz,t1,case_001,40`",
            ),
            (
                ["t1/a.nii", "flair/a.nii"],
                "2 volumes are not read",
                "`t1/a.nii,t1,a,40`",
            ),
        ] {
            let text = said(&files);
            assert!(text.contains(layout) && text.contains(row), "{text}");
        }
    }
}
