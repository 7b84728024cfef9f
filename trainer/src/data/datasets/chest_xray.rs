//! The public chest X-ray set in its Kaggle layout: `train|test/NORMAL|PNEUMONIA/*.jpeg`.
//!
//! Kermany et al., Cell 172 (2018). The file name tells subject and kind: `IM-0117-0001-0002.jpeg`,
//! `NORMAL2-IM-0123-0001.jpeg`, `person12_bacteria_46.jpeg`. The numbering starts anew in `test/`,
//! so the split is part of the subject. The set's `val` folder (16 images) counts as training.

use super::{check_folder, images_below, relative};
use crate::data::{Content, Record, Split};
use anyhow::{Result, ensure};
use scanweave::study::Study;
use std::path::Path;

/// Lists the set below `source`.
///
/// # Errors
/// When the folder does not have the layout; the error says which reader to take instead.
pub fn records(source: &Path, study: &Study) -> Result<Vec<Record>> {
    check_folder(source)?;
    let mut records = Vec::new();
    for (folder, split) in [
        ("train", Split::Train),
        ("val", Split::Train),
        ("test", Split::Test),
    ] {
        for kind in ["NORMAL", "PNEUMONIA"] {
            let images = source.join(folder).join(kind);
            if !images.is_dir() {
                continue;
            }
            for path in images_below(&images)? {
                let name = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                records.push(Record {
                    subject: subject(folder, &name),
                    split: Some(split),
                    class: class(kind, &name)
                        .and_then(|c| study.lesion.classes().iter().position(|n| n == c)),
                    source: relative(&path, source),
                    content: Content::Files {
                        images: vec![Some(path.into())],
                        label: None,
                        boxes: None,
                    },
                });
            }
        }
    }
    ensure!(
        !records.is_empty(),
        "{}: no images in train|test/NORMAL|PNEUMONIA: give the folder that holds train and test, or read another layout with --dataset folder",
        source.display()
    );
    Ok(records)
}

/// The folder, the prefix and the first number: `train-IM-0117`, `test-person12`.
fn subject(folder: &str, name: &str) -> String {
    let digits = name.find("IM-").map_or(0, |at| at + 3);
    let start = name[digits..]
        .find(|c: char| c.is_ascii_digit())
        .map_or(name.len(), |at| digits + at);
    let end = name[start..]
        .find(|c: char| !c.is_ascii_digit())
        .map_or(name.len(), |at| start + at);
    // The validation folder was cut out of the training folder, whose numbers it shares.
    let folder = if folder == "val" { "train" } else { folder };
    format!("{folder}-{}", &name[..end])
}

/// The class that folder and file name tell.
fn class(kind: &str, name: &str) -> Option<&'static str> {
    if kind == "NORMAL" {
        return Some("normal");
    }
    ["bacteria", "virus"]
        .into_iter()
        .find(|c| name.to_ascii_lowercase().contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_split_prefix_and_number() {
        assert_eq!(subject("train", "person12_bacteria_46"), "train-person12");
        assert_eq!(subject("test", "IM-0117-0001-0002"), "test-IM-0117");
        assert_eq!(
            subject("train", "NORMAL2-IM-0123-0001"),
            "train-NORMAL2-IM-0123"
        );
        assert_eq!(
            subject("val", "NORMAL2-IM-1427-0001"),
            "train-NORMAL2-IM-1427"
        );
        assert_eq!(subject("test", "strange"), "test-strange");
    }

    #[test]
    fn classes_come_from_folder_and_name() {
        assert_eq!(class("NORMAL", "IM-0117-0001"), Some("normal"));
        assert_eq!(class("PNEUMONIA", "person12_bacteria_46"), Some("bacteria"));
        assert_eq!(class("PNEUMONIA", "person12_virus_46"), Some("virus"));
        assert_eq!(class("PNEUMONIA", "person12"), None);
    }

    #[test]
    fn the_layout_is_read_in_order() {
        let folder = std::env::temp_dir().join(format!("scanweave-chest-{}", std::process::id()));
        for name in [
            "train/NORMAL/IM-0115-0001.jpeg",
            "test/PNEUMONIA/person1_virus_6.jpeg",
            "train/NORMAL/.hidden.jpeg",
        ] {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, b"x").expect("a file");
        }
        let study = Study::named("chest-xray").expect("built in");
        let found = records(&folder, &study).expect("two images");
        let seen: Vec<_> = found
            .iter()
            .map(|r| (r.subject.as_str(), r.split, r.class))
            .collect();
        let expected = [
            ("train-IM-0115", Some(Split::Train), Some(0)),
            ("test-person1", Some(Split::Test), Some(2)),
        ];
        assert_eq!(seen, expected);
        assert_eq!(found[1].source, "test/PNEUMONIA/person1_virus_6.jpeg");
        std::fs::remove_dir_all(&folder).expect("cleaned");
        let error = format!("{:#}", records(&folder, &study).expect_err("gone"));
        assert!(error.contains("no such folder"), "{error}");
    }
}
