//! Plain folders: what a file is, the names of its folders say.
//!
//! Images of the modality `t1` lie below a folder `t1`, those of one case under the same name below each modality's
//! folder; a study of one modality does without that folder. Folders named after splits and classes give these.

use super::words::{self, Says, labelled};
use super::{Found, Located, labels, labels_whole_images, relative, survey, unknown_classes};
use crate::data::decode::is_image;
use crate::data::dicom::is_dicom;
use crate::data::volumes::is_volume;
use crate::data::{Content, Record};
use anyhow::{Result, bail};
use scanweave::study::Study;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lists the cases of plain folders.
///
/// # Errors
/// When there are none, two images have one name, or labels cannot be told apart.
pub fn read(source: &Path, files: &[Located], study: &Study) -> Result<Found> {
    let (images, labels) = sorted(files, study);
    let mut cases: BTreeMap<String, Record> = BTreeMap::new();
    for (place, image) in &images {
        let name = case_name(image, study);
        let case = cases
            .entry(name.clone())
            .or_insert_with(|| empty(&name, study));
        let Content::Files { images, .. } = &mut case.content else {
            continue;
        };
        if let Some(other) = images[*place].replace(image.path.clone().into()) {
            bail!(
                "two images named {name}: {} and {}: rename one",
                other.path.display(),
                image.path.display()
            );
        }
    }
    if cases.is_empty() {
        bail!("{}", survey::no_images(source, study, files));
    }
    let mut notes = Vec::new();
    if study.lesion.is_segmented() {
        labels::attach(&mut cases, &labels, study)?;
        notes.extend(labelled_cases(&cases, source));
    }
    if labels_whole_images(study) {
        notes.extend(unknown_classes(&unknown(&cases, study), study));
    }
    notes.extend(survey::layout(files).map(|text| format!("the folder {text}")));
    notes.extend(survey::volumes_aside(files, study));
    Ok(Found {
        named: cases.values().flat_map(paths).collect(),
        records: cases.into_values().collect(),
        notes,
    })
}

/// The images with the place of their modality, and the labels.
fn sorted<'a>(
    files: &'a [Located],
    study: &Study,
) -> (Vec<(usize, &'a Located)>, Vec<&'a Located>) {
    let folders = || files.iter().flat_map(|file| &file.folders);
    let has_vessels = folders().any(|folder| words::is_of_vessels(folder));
    let says = |file: &Located| -> Vec<Says> {
        let said = |folder: &String| {
            if has_vessels && words::is_of_masks(folder) {
                Says::Aside
            } else {
                words::says(folder, study)
            }
        };
        file.folders.iter().map(said).collect()
    };
    let readable = |file: &&Located| is_image(&file.path) || is_volume(&file.path);
    let aside = |file: &&Located| says(file).contains(&Says::Aside);
    let (mut labels, images): (Vec<&Located>, Vec<&Located>) = files
        .iter()
        .filter(readable)
        .filter(|file| !aside(file))
        .partition(|file| says(file).contains(&Says::Labels));
    let is_label = |file: &&Located| labelled(&file.stem).is_some();
    let (beside, images): (Vec<_>, Vec<_>) = images.into_iter().partition(is_label);
    labels.extend(beside);
    let place = |file: &Located| {
        let mut said = says(file).into_iter();
        said.find_map(|said| match said {
            Says::Modality(place) => Some(place),
            _ => None,
        })
    };
    // A DICOM file mostly is one slice, and often the only way in which radiographs come.
    let is_picture = |file: &&Located| is_image(&file.path) || is_dicom(&file.path);
    let pictures = images.into_iter().filter(is_picture);
    let pictures: Vec<_> = pictures.map(|file| (place(file), file)).collect();
    // A study of one modality needs no folder for it; where there is one, it says what is an image.
    let alone = study.modalities.len() == 1 && pictures.iter().all(|(place, _)| place.is_none());
    let placed = pictures.into_iter().filter_map(|(place, file)| {
        let place = if alone { 0 } else { place? };
        Some((place, file))
    });
    (placed.collect(), labels)
}

/// What images of one case share: their path without the folder of the modality.
fn case_name(image: &Located, study: &Study) -> String {
    let folders = image.folders.iter().map(String::as_str);
    let modality = image
        .folders
        .iter()
        .position(|folder| study.place_called(folder).is_some());
    let shared = folders.enumerate().filter(|(at, _)| Some(*at) != modality);
    let parts = shared.map(|(_, folder)| folder);
    let parts: Vec<&str> = parts.chain([image.stem.as_str()]).collect();
    parts.join("/")
}

/// A case without images yet, by its name.
pub(super) fn empty(name: &str, study: &Study) -> Record {
    let above = name.rsplit_once('/').map_or("", |(above, _)| above);
    let said = || above.split('/').map(|folder| words::says(folder, study));
    Record {
        subject: String::new(),
        split: said().find_map(|said| match said {
            Says::Split(split) => Some(split),
            _ => None,
        }),
        class: said().find_map(|said| match said {
            Says::Class(class) => Some(class),
            _ => None,
        }),
        source: name.into(),
        content: Content::Files {
            images: vec![None; study.modalities.len()],
            label: None,
            boxes: None,
        },
    }
}

/// Folders that might name a class of the images without one, and how many lie below each.
fn unknown(cases: &BTreeMap<String, Record>, study: &Study) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (name, _) in cases.iter().filter(|(_, case)| case.class.is_none()) {
        let mut above: Vec<&str> = name.split('/').collect();
        above.pop();
        let word = above
            .iter()
            .find(|folder| words::says(folder, study) == Says::Nothing);
        if let Some(word) = word {
            *found.entry((*word).to_owned()).or_default() += 1;
        }
    }
    found
}

fn paths(case: &Record) -> Vec<PathBuf> {
    let Content::Files { images, label, .. } = &case.content else {
        return Vec::new();
    };
    let pictures = images.iter().flatten().chain(label);
    pictures.map(|picture| picture.path.clone()).collect()
}

/// How many cases have a label, with one of them; nothing where there is none.
fn labelled_cases(cases: &BTreeMap<String, Record>, source: &Path) -> Option<String> {
    let label = |(name, case): (&String, &Record)| match &case.content {
        Content::Files {
            label: Some(label), ..
        } => Some(format!("{name} <- {}", relative(&label.path, source))),
        _ => None,
    };
    let labels: Vec<String> = cases.iter().filter_map(label).collect();
    let example = labels.first()?;
    Some(format!(
        "cases with a label: {} of {}, e.g. {example}",
        labels.len(),
        cases.len()
    ))
}
