//! Folders and tables as hospitals, challenges and colleagues make them: who is imaged, what belongs to what, and what is
//! said of the rest.

use crate::pictures::{png, thorax, tiff};
use crate::process::{Ended, scanweave, untouched};
use image::{GrayImage, Luma};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with `set/`, and these files in it.
fn set(files: &[(String, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join("set").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

/// A radiograph unlike those of other numbers.
fn chest(number: usize) -> Vec<u8> {
    let mut image = thorax(64);
    for x in 20..30 {
        let y = 20 + number as u32 % 20;
        image.put_pixel(x, y, Luma([16 + 3 * number as u8]));
    }
    png(image)
}

/// A head of 64 px.
fn head(grey: u8) -> GrayImage {
    GrayImage::from_fn(64, 64, |x, y| {
        let (dx, dy) = (f64::from(x) - 31.5, f64::from(y) - 31.5);
        Luma([match (dx * dx / 0.7 + dy * dy).sqrt() {
            r if r < 22.0 => grey,
            r if r < 26.0 => 230,
            _ => 0,
        }])
    })
}

fn prepare(folder: &Path, study: &str, more: &str) -> Ended {
    let line = format!(
        "data prepare --dataset folder --source set --study {study} --size 64 --out data.scan {more}"
    );
    scanweave(folder, &line)
}

/// The numbers of a row that is printed at the end, one per split.
fn row(ended: &Ended, name: &str) -> Vec<usize> {
    let line = ended.said.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no row {name}\n{ended}"));
    let numbers = line[name.len()..].split_whitespace();
    numbers.map(|n| n.parse().expect("a number")).collect()
}

#[track_caller]
fn says(ended: &Ended, words: &[&str]) {
    for word in words {
        assert!(
            ended.complained.contains(word),
            "`{word}` is not said\n{ended}"
        );
    }
}

#[test]
fn the_images_of_a_patient_stay_on_one_side() {
    let layouts: [fn(usize, usize) -> String; 2] = [
        |patient, image| format!("xray/patient{patient:02}_{image}.png"),
        |patient, image| format!("xray/patient{patient:02}/{image}.png"),
    ];
    for layout in layouts {
        let file = |i: usize| (layout(i / 3, i % 3), chest(i));
        let folder = set(&(0..36).map(file).collect::<Vec<_>>());
        let ended = prepare(folder.path(), "chest-xray", "").well();
        assert_eq!(row(&ended, "items"), [33, 3]);
        assert_eq!(row(&ended, "subjects"), [11, 1]);
        let example = format!("patient00 <- {}, {}", layout(0, 0), layout(0, 1));
        says(&ended, &["note: 12 subjects by", &example, "--subject"]);
    }
    let file = |i: usize| {
        let split = if i < 9 { "train" } else { "test" };
        (
            format!("{split}/patient{:02}/{}.png", i / 3, i % 3),
            chest(i),
        )
    };
    let folder = set(&(0..12).map(file).collect::<Vec<_>>());
    let ended = prepare(folder.path(), "chest-xray", "").well();
    assert_eq!(row(&ended, "items"), [9, 3]);
    assert_eq!(row(&ended, "subjects"), [3, 1]);

    let ended = prepare(folder.path(), "chest-xray", "--subject /([0-9])[.]png").well();
    assert_eq!(row(&ended, "subjects"), [3, 0]);
    says(
        &ended,
        &[
            "3 subjects by --subject",
            "3 subjects found in several splits",
        ],
    );
    let ended = prepare(folder.path(), "chest-xray", "--subject patient00/(.)");
    ended.badly(1, &["patient00/(.)", "captures nothing", "patient03/0.png"]);
}

#[test]
fn an_expression_for_subjects_is_checked_where_it_is_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    untouched(folder.path(), || {
        prepare(folder.path(), "chest-xray", "--subject (").badly(2, &["--subject"]);
        prepare(folder.path(), "chest-xray", "--subject p[0-9]").badly(2, &["--subject", "group"]);
        let line = "data prepare --dataset phantom --out d.scan --subject (.)";
        scanweave(folder.path(), line).badly(2, &["--subject", "--dataset folder"]);
    });
}

/// Twelve radiographs and a table of them with these splits.
fn with_splits(splits: &[&str]) -> TempDir {
    let mut table = "file,modality,subject,label,split\n".to_owned();
    let mut files = Vec::new();
    for i in 0..12 {
        let split = splits[i % splits.len()];
        let row = format!("{i}.png,xray,p{i},normal,{split}\n");
        table.push_str(&row);
        files.push((format!("{i}.png"), chest(i)));
    }
    files.push(("manifest.csv".into(), table.into()));
    set(&files)
}

#[test]
fn the_splits_of_a_data_set_are_kept() {
    let folder = with_splits(&["Training", "testing"]);
    let ended = prepare(folder.path(), "chest-xray", "").well();
    assert_eq!(row(&ended, "items"), [6, 6]);

    let folder = with_splits(&["train", "valid", "test"]);
    let ended = prepare(folder.path(), "chest-xray", "").well();
    assert_eq!(row(&ended, "items"), [4, 4, 4]);
    says(&ended, &["split val: 4 items"]);
    // Of four subjects none would be set apart.
    let line = "train structure --study chest-xray --data data.scan --preset tiny --batch 2 --steps 2 --run run";
    scanweave(folder.path(), line).well();
    let stats = fs::read_to_string(folder.path().join("run/stats.jsonl")).expect("statistics");
    let chosen = stats.contains("\"reconstruction error\"");
    assert!(chosen && folder.path().join("run/checkpoints/best.ckpt").exists());

    let folder = with_splits(&["train", "fold2"]);
    untouched(folder.path(), || {
        let ended = prepare(folder.path(), "chest-xray", "");
        ended.badly(
            1,
            &[
                "manifest.csv, line 3",
                "'fold2'",
                "training",
                "valid",
                "test",
            ],
        );
    });
}

#[test]
fn a_table_is_the_same_however_it_was_saved() {
    let plain =
        "file,modality,subject,label\nimg/a.png,xray,Jäger,normal\nimg/b.png,xray,p2,virus\n";
    let semicolons = plain.replace(',', ";");
    let marked = format!("\u{feff}{plain}");
    let ways: [(&str, Vec<u8>); 8] = [
        ("plain", plain.into()),
        ("semicolons", semicolons.clone().into()),
        ("tabs", plain.replace(',', "\t").into()),
        ("sep=", format!("sep=;\r\n{semicolons}").into()),
        (
            "UTF-16",
            marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("Latin-1", plain.chars().map(|c| c as u8).collect()),
        (
            "capitals",
            plain.replacen("file,modality", "File, Modality", 1).into(),
        ),
        (
            "paths",
            plain
                .replace("img/a", "./img/a")
                .replace("img/b", "img\\b")
                .into(),
        ),
    ];
    let mut first = None;
    for (way, table) in ways {
        let folder = set(&[
            ("img/a.png".into(), chest(1)),
            ("img/b.png".into(), chest(2)),
            ("manifest.csv".into(), table),
        ]);
        prepare(folder.path(), "chest-xray", "").well();
        let data = fs::read(folder.path().join("data.scan")).expect("data");
        assert!(*first.get_or_insert_with(|| data.clone()) == data, "{way}");
    }
    let folder = set(&[("manifest.csv".into(), b"# by hand\nname;kind\n".into())]);
    let ended = prepare(folder.path(), "chest-xray", "");
    ended.badly(1, &["manifest.csv", "'# by hand'", "file,modality,subject"]);
}

/// A head in three modalities, and these labels.
fn labelled(case: &str, labels: &[&str]) -> TempDir {
    let modalities = ["t1", "t1c", "flair"].into_iter().enumerate();
    let image = |(i, modality)| {
        (
            format!("{modality}/{case}.png"),
            png(head(60 + 40 * i as u8)),
        )
    };
    let folder = set(&modalities.map(image).collect::<Vec<_>>());
    let spot = GrayImage::from_fn(64, 64, |x, y| {
        Luma([u8::from(x.abs_diff(32) < 6 && y.abs_diff(28) < 6)])
    });
    for label in labels {
        let path = folder.path().join("set").join(label);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let bytes = if path.extension().is_some_and(|ending| ending == "tif") {
            tiff(&spot)
        } else {
            png(spot.clone())
        };
        fs::write(path, bytes).expect("a label");
    }
    folder
}

#[test]
fn labels_are_found_by_every_usual_name() {
    let mut first = None;
    for label in [
        "label/a.png",
        "label/a.tif",
        "labels/a.PNG",
        "masks/a.png",
        "seg/a_seg.png",
        "flair/a_mask.png",
        "t1/a-label.png",
    ] {
        let folder = labelled("a", &[label]);
        let ended = prepare(folder.path(), "brain-mri", "").well();
        says(
            &ended,
            &[&format!("cases with a label: 1 of 1, e.g. a <- {label}")],
        );
        let data = fs::read(folder.path().join("data.scan")).expect("data");
        assert!(
            *first.get_or_insert_with(|| data.clone()) == data,
            "{label}"
        );
    }
    let folder = labelled("scan.1", &["label/scan.png", "label/scan.1.old.png"]);
    let ended = prepare(folder.path(), "brain-mri", "").well();
    let unused = "2 files in the folder are used by nothing: label/scan.1.old.png, label/scan.png";
    says(&ended, &[unused]);
    let folder = labelled("a", &["label/a.png", "masks/a.png"]);
    untouched(folder.path(), || {
        let ended = prepare(folder.path(), "brain-mri", "");
        ended.badly(1, &["two labels", "label/a.png", "masks/a.png"]);
    });
}

#[test]
fn a_folder_of_something_else_is_described() {
    let file = |name: &str| (name.to_owned(), b"x".to_vec());
    for (files, words) in [
        (
            vec![
                file("sub-01/anat/sub-01_T1w.nii.gz"),
                file("dataset_description.json"),
            ],
            [
                "1 volume (sub-01/",
                "looks like BIDS",
                "sub-01_T1w.nii.gz,t1,sub-01,40",
            ],
        ),
        (
            vec![file("t1/a.nii.gz"), file("flair/a.nii.gz")],
            [
                "2 volumes (flair/a.nii.gz,",
                "a row in manifest.csv",
                "file,modality,subject,slice",
            ],
        ),
        (
            vec![file("xray/a.dcm"), file("readme.txt")],
            [
                "1 DICOM file (xray/a.dcm)",
                "1 other file (readme.txt)",
                "dcm2niix",
            ],
        ),
    ] {
        let folder = set(&files);
        prepare(folder.path(), "brain-mri", "").badly(1, &words);
    }
    // Capital letters are no other modality.
    let heads = ["T1", "T1C", "FLAIR"].into_iter().enumerate();
    let head = |(i, name)| (format!("{name}/a.png"), png(head(60 + 40 * i as u8)));
    let folder = set(&heads.map(head).collect::<Vec<_>>());
    let ended = prepare(folder.path(), "brain-mri", "").well();
    assert_eq!(row(&ended, "modality flair"), [1, 0]);
}

#[test]
fn words_that_are_no_class_and_copies_are_told() {
    let same = chest(7);
    let folder = set(&[
        ("train/NORMAL/a.png".into(), chest(1)),
        ("train/COVID/c.png".into(), same.clone()),
        ("test/NORMAL/d.png".into(), same),
        ("test/TB/e.png".into(), chest(3)),
    ]);
    let ended = prepare(folder.path(), "chest-xray", "").well();
    assert_eq!(row(&ended, "items"), [2, 2]);
    let copies = "1 image found in several splits, byte for byte: set/train/COVID/c.png = set/test/NORMAL/d.png";
    says(&ended, &["COVID (1 image), TB (1 image)", copies]);
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_itself_gives_nothing_twice() {
    let folder = set(&[
        ("xray/a.png".into(), chest(1)),
        ("xray/b.png".into(), chest(2)),
    ]);
    std::os::unix::fs::symlink(".", folder.path().join("set/xray/again")).expect("a link");
    let ended = prepare(folder.path(), "chest-xray", "").well();
    assert_eq!(row(&ended, "items").iter().sum::<usize>(), 2);
}
