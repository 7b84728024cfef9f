//! A folder of images: with a table `manifest.csv`, or plain folders named after modalities.
//!
//! The table has one row per file with the columns `file, modality, subject, slice, label, source,
//! split, group, mask_file`; only `file` and `modality` are needed. Where a file is a volume, `slice` says
//! which slice of it a row means, from 0, and the same slice of `mask_file` where that is a volume too.
//! Without a table, images of the
//! modality `t1` lie in `t1/`, images of one case have the same file name in every folder, lesion
//! labels lie in `label/`, and a folder named after a class gives the class. Boxes are listed in a table of
//! their own or beside the images, see [`super::boxes`].

use super::boxes::Boxes;
use super::{check_folder, images_below, inside, relative};
use crate::data::volumes::is_volume;
use crate::data::{Content, Picture, Record, Split};
use anyhow::{Context, Result, bail, ensure};
use scanweave::study::Study;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The table's file name.
pub const MANIFEST: &str = "manifest.csv";

/// Lists what lies in `source`, by its table if it has one; `only` keeps the rows that have the
/// given value in each given column.
///
/// # Errors
/// When nothing in the folder belongs to the study (the error says what was found), or `only`
/// names a column that the table lacks.
pub fn records(source: &Path, study: &Study, only: &[(String, String)]) -> Result<Vec<Record>> {
    check_folder(source)?;
    let manifest = source.join(MANIFEST);
    let mut records = if manifest.is_file() {
        from_manifest(source, &manifest, study, only)?
    } else {
        ensure!(
            only.is_empty(),
            "{}: --only needs a {MANIFEST}, and there is none",
            source.display()
        );
        from_folders(source, study)?
    };
    if let Some(listed) = Boxes::of(source, &study.lesion)? {
        for record in &mut records {
            if let Content::Files { images, boxes, .. } = &mut record.content {
                *boxes = Some(listed.of_case(images)?);
            }
        }
        listed.check()?;
    }
    Ok(records)
}

#[derive(Debug, Deserialize)]
struct Row {
    file: String,
    modality: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    slice: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    split: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    mask_file: String,
}

/// Where the columns of `only` stand in the table, with the values asked for.
fn places<'a>(
    only: &'a [(String, String)],
    headers: &csv::StringRecord,
) -> Result<Vec<(usize, &'a str)>> {
    let place = |(column, value): &'a (String, String)| {
        let at = headers.iter().position(|header| header == column);
        let at = at.with_context(|| {
            let names: Vec<_> = headers.iter().collect();
            format!(
                "--only: there is no column '{column}'; there are {}",
                names.join(", ")
            )
        })?;
        Ok((at, value.as_str()))
    };
    only.iter().map(place).collect()
}

fn from_manifest(
    folder: &Path,
    manifest: &Path,
    study: &Study,
    only: &[(String, String)],
) -> Result<Vec<Record>> {
    let table = || manifest.display().to_string();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(manifest)
        .with_context(table)?;
    let mut cases: BTreeMap<String, Record> = BTreeMap::new();
    let mut others = BTreeSet::new();
    let headers = reader.headers().with_context(table)?.clone();
    let wanted = places(only, &headers).with_context(table)?;
    for row in reader.records() {
        let row = row.with_context(table)?;
        if wanted
            .iter()
            .any(|(at, value)| row.get(*at) != Some(*value))
        {
            continue;
        }
        let row: Row = row.deserialize(Some(&headers)).with_context(|| {
            format!(
                "{}: at least the columns file and modality are needed",
                table()
            )
        })?;
        let Some(place) = study.place_of(&row.modality) else {
            others.insert(row.modality);
            continue;
        };
        let file = picture(folder, &row.file, &row).with_context(table)?;
        let case = cases
            .entry(case_name(&row, study))
            .or_insert_with(|| empty_record(&row, study));
        let Content::Files { images, label, .. } = &mut case.content else {
            continue;
        };
        if images[place].replace(file).is_some() {
            bail!(
                "{}: two {} images of the same case, the second is {}",
                table(),
                row.modality,
                row.file
            );
        }
        if !row.mask_file.is_empty() {
            *label = Some(picture(folder, &row.mask_file, &row).with_context(table)?);
        }
    }
    ensure!(
        !cases.is_empty(),
        "{}",
        nothing_found(manifest, study, &others)
    );
    Ok(cases.into_values().collect())
}

/// Rows of one case share this name: with several modalities the group (a slice of a subject), else
/// every file, or slice of a volume, is a case.
fn case_name(row: &Row, study: &Study) -> String {
    let volume = is_volume(Path::new(&row.file));
    if study.modalities.len() == 1 {
        return if volume {
            format!("{}, slice {}", row.file, row.slice)
        } else {
            row.file.clone()
        };
    }
    let grouped = !row.group.is_empty() && class_of(&row.group, study).is_none();
    let case = match (grouped, volume) {
        (false, _) => format!("{}/{}", row.subject, row.slice),
        (true, false) => row.group.clone(),
        (true, true) => format!("{}/{}", row.group, row.slice),
    };
    format!("{}/{case}", row.source)
}

fn empty_record(row: &Row, study: &Study) -> Record {
    let class = class_of(&row.group, study).or_else(|| class_of(&row.label, study));
    Record {
        subject: if row.subject.is_empty() {
            row.file.clone()
        } else {
            row.subject.clone()
        },
        split: Split::from_name(&row.split),
        class,
        source: case_name(row, study),
        content: Content::Files {
            images: vec![None; study.modalities.len()],
            label: None,
            boxes: None,
        },
    }
}

fn class_of(name: &str, study: &Study) -> Option<usize> {
    study.lesion.class_named(name)
}

/// The picture in a file of the table; of a volume, the slice that the row names.
fn picture(folder: &Path, file: &str, row: &Row) -> Result<Picture> {
    let path = inside(folder, file)?;
    if !is_volume(&path) {
        return Ok(path.into());
    }
    let slice = row.slice.parse().ok().with_context(|| {
        format!(
            "{file} is a volume: the column slice must hold the number of one of its slices, from 0, not '{}'",
            row.slice
        )
    })?;
    Ok(Picture {
        slice: Some(slice),
        ..path.into()
    })
}

fn nothing_found(place: &Path, study: &Study, others: &BTreeSet<String>) -> String {
    let wanted: Vec<_> = study.modalities.iter().map(|m| m.name.as_str()).collect();
    let found: Vec<_> = others.iter().map(String::as_str).collect();
    let found = if found.is_empty() {
        "nothing".into()
    } else {
        found.join(", ")
    };
    format!(
        "{}: no image of the modalities of study {} ({}); found: {found}. Choose another --study or --source",
        place.display(),
        study.name,
        wanted.join(", ")
    )
}

fn from_folders(source: &Path, study: &Study) -> Result<Vec<Record>> {
    let mut cases: BTreeMap<String, Record> = BTreeMap::new();
    for (place, modality) in study.modalities.iter().enumerate() {
        let mut folder = source.join(&modality.name);
        if !folder.is_dir() && study.modalities.len() == 1 {
            folder = source.to_path_buf();
        }
        if !folder.is_dir() {
            continue;
        }
        for path in images_below(&folder)? {
            let name = relative(&path.with_extension(""), &folder);
            let case = cases
                .entry(name.clone())
                .or_insert_with(|| plain_record(&name, source, study));
            let Content::Files { images, .. } = &mut case.content else {
                continue;
            };
            if images[place].replace(path.into()).is_some() {
                bail!("{}: two images named {name}: rename one", folder.display());
            }
        }
    }
    ensure!(
        !cases.is_empty(),
        "{}",
        nothing_found(source, study, &BTreeSet::new())
    );
    Ok(cases.into_values().collect())
}

/// A case of plain folders: every file name is a subject of its own.
fn plain_record(name: &str, source: &Path, study: &Study) -> Record {
    let parts: Vec<&str> = name.split('/').collect();
    let label = source.join("label").join(name).with_extension("png");
    Record {
        subject: (*parts.last().unwrap_or(&name)).into(),
        split: parts.iter().find_map(|part| Split::from_name(part)),
        class: parts.iter().find_map(|part| class_of(part, study)),
        source: name.into(),
        content: Content::Files {
            images: vec![None; study.modalities.len()],
            label: label.is_file().then(|| label.into()),
            boxes: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    /// A folder with these files, each holding its own name.
    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("scanweave-folder-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (file, content) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        folder
    }

    fn study(name: &str) -> Study {
        Study::named(name).expect("built in")
    }

    fn files(record: &Record) -> (Vec<bool>, bool) {
        match &record.content {
            Content::Files { images, label, .. } => (
                images.iter().map(Option::is_some).collect(),
                label.is_some(),
            ),
            Content::Phantom { .. } => panic!("files expected"),
        }
    }

    fn refusal(folder: &Path, name: &str) -> String {
        format!(
            "{:#}",
            records(folder, &study(name), &[]).expect_err("refused")
        )
    }

    #[test]
    fn a_table_gives_subject_split_and_class() {
        let table = "file,modality,subject,label,split,group\n\
                     b.png,xray,p2,pneumonia,test,virus\n\
                     a.png,xray,p1,normal,train,\n\
                     c.png,ct,p3,,,\n";
        let folder = folder("table", &[(MANIFEST, table)]);
        let found = records(&folder, &study("chest-xray"), &[]).expect("two rows");
        let seen: Vec<_> = found
            .iter()
            .map(|r| (r.source.as_str(), r.subject.as_str(), r.split, r.class))
            .collect();
        let (train, test) = (Some(Split::Train), Some(Split::Test));
        assert_eq!(
            seen,
            [
                ("a.png", "p1", train, Some(0)),
                ("b.png", "p2", test, Some(2))
            ]
        );
        let only = |text: &str| [("group".to_owned(), text.to_owned())];
        let virus = records(&folder, &study("chest-xray"), &only("virus")).expect("one row");
        assert_eq!(virus, found[1..]);
        let none = records(
            &folder,
            &study("chest-xray"),
            &[("colour".into(), "red".into())],
        );
        let error = format!("{:#}", none.expect_err("no such column"));
        assert!(
            error.contains("'colour'") && error.contains("group"),
            "{error}"
        );
        let error = refusal(&folder, "retina");
        assert!(
            error.contains("found: ct, xray") && error.contains("fundus"),
            "{error}"
        );
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn modalities_of_a_slice_are_one_case() {
        let table = "file,modality,subject,slice,source,split,group,mask_file\n\
                     1_t1.png,t1,s,1,set,train,s_1,1_m.png\n\
                     1_flair.png,flair,s,1,set,train,s_1,1_m.png\n\
                     2_flair.png,flair,s,2,set,train,s_2,\n";
        let folder = folder("slices", &[(MANIFEST, table)]);
        let found = records(&folder, &study("brain-mri"), &[]).expect("two cases");
        assert_eq!(found.len(), 2);
        assert_eq!(files(&found[0]), (vec![true, false, true], true));
        assert_eq!(files(&found[1]), (vec![false, false, true], false));
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn a_slice_of_a_volume_is_a_case() {
        let table = "file,modality,subject,slice,group,mask_file\n\
                     p1/t1.nii.gz,t1,p1,7,p1,p1/m.mha\n\
                     p1/flair.MHA,flair,p1,7,p1,p1/m.mha\n\
                     p1/flair.MHA,flair,p1,8,p1,\n";
        let brain = folder("volumes", &[(MANIFEST, table)]);
        let found = records(&brain, &study("brain-mri"), &[]).expect("two cases");
        assert_eq!(found.len(), 2);
        assert_eq!(files(&found[0]), (vec![true, false, true], true));
        let Content::Files { images, label, .. } = &found[0].content else {
            panic!("files expected")
        };
        let slices = images.iter().flatten().chain(label).map(|p| p.slice);
        assert!(slices.eq([Some(7); 3]));
        fs::remove_dir_all(brain).expect("cleaned");

        let table = "file,modality,slice\na.nii,xray,1\na.nii,xray,0\n";
        let one = folder("volume", &[(MANIFEST, table)]);
        let found = records(&one, &study("chest-xray"), &[]).expect("two slices");
        let seen: Vec<_> = found.iter().map(|r| (&*r.source, &*r.subject)).collect();
        assert_eq!(
            seen,
            [("a.nii, slice 0", "a.nii"), ("a.nii, slice 1", "a.nii")]
        );
        fs::remove_dir_all(one).expect("cleaned");
    }

    #[test]
    fn a_table_that_lies_is_refused() {
        let cases = [
            (
                "up",
                "file,modality\n../a.png,xray\n",
                "must be a path below",
            ),
            (
                "columns",
                "name,modality\na.png,xray\n",
                "columns file and modality",
            ),
            ("empty", "file,modality\n", "found: nothing"),
            (
                "slice",
                "file,modality,slice\na.nii,xray,top\n",
                "from 0, not 'top'",
            ),
        ];
        for (name, table, expected) in cases {
            let folder = folder(name, &[(MANIFEST, table)]);
            let error = refusal(&folder, "chest-xray");
            assert!(
                error.contains(expected) && error.contains(MANIFEST),
                "{error}"
            );
            fs::remove_dir_all(folder).expect("cleaned");
        }
        let empty = folder("nothing", &[]);
        assert!(refusal(&empty, "chest-xray").contains("scanweave-folder-nothing"));
        fs::remove_dir_all(empty).expect("cleaned");
    }

    #[test]
    fn plain_folders_are_matched_by_name() {
        let brain = folder(
            "brain",
            &[
                ("t1/a.png", ""),
                ("flair/a.tif", ""),
                ("flair/b.png", ""),
                ("label/a.png", ""),
            ],
        );
        let found = records(&brain, &study("brain-mri"), &[]).expect("two cases");
        assert_eq!(files(&found[0]), (vec![true, false, true], true));
        assert_eq!(files(&found[1]), (vec![false, false, true], false));
        fs::remove_dir_all(brain).expect("cleaned");
        let chest = folder(
            "chest",
            &[
                ("test/virus/a.png", ""),
                ("train/normal/b.jpeg", ""),
                ("notes.txt", ""),
            ],
        );
        let found = records(&chest, &study("chest-xray"), &[]).expect("two images");
        let seen: Vec<_> = found
            .iter()
            .map(|r| (r.subject.as_str(), r.split, r.class))
            .collect();
        assert_eq!(
            seen,
            [
                ("a", Some(Split::Test), Some(2)),
                ("b", Some(Split::Train), Some(0))
            ]
        );
        fs::remove_dir_all(chest).expect("cleaned");
    }
}
