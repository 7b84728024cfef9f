//! Registered brain images with something wrong: named, with the remedy, before the first step.

use crate::process::{scanweave, untouched};
use image::{GrayImage, Luma};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PREPARE: &str =
    "data prepare --dataset folder --source set --study phantom-brain --size 64 --out data.scan";

/// A head of 64 px whose brain has the grey value `grey`.
fn head(grey: u8) -> GrayImage {
    GrayImage::from_fn(64, 64, |x, y| {
        let (dx, dy) = (f64::from(x) - 31.5, f64::from(y) - 31.5);
        let radius = (dx * dx / 0.7 + dy * dy).sqrt();
        Luma([match radius {
            r if r < 22.0 => grey,
            r if r < 26.0 => 230,
            _ => 0,
        }])
    })
}

/// A label of `side` px with a spot of class `class`; 0 is an empty one.
fn label(side: u32, class: u8) -> GrayImage {
    GrayImage::from_fn(side, side, |x, y| {
        let inside = x.abs_diff(side / 2) < 4 && y.abs_diff(side / 2) < 4;
        Luma([if inside { class } else { 0 }])
    })
}

/// A set of `subjects` with these modalities and this label each.
fn set(subjects: usize, modalities: &[&str], label: &GrayImage) -> TempDir {
    set_of(&vec![modalities; subjects], label)
}

/// A set with the modalities of each subject, and this label.
fn set_of(subjects: &[&[&str]], label: &GrayImage) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("a folder");
    let mut table = "file,modality,subject,slice,group,mask_file\n".to_owned();
    for (subject, modalities) in subjects.iter().enumerate() {
        label
            .save(set.join(format!("{subject}-label.png")))
            .expect("a label");
        for (index, modality) in modalities.iter().enumerate() {
            let file = format!("{subject}-{modality}.png");
            let grey = 60 + 40 * index as u8 + subject as u8;
            head(grey).save(set.join(&file)).expect("an image");
            let row = format!("{file},{modality},s{subject},1,g{subject},{subject}-label.png");
            table.extend([row.as_str(), "\n"]);
        }
    }
    fs::write(set.join("manifest.csv"), table).expect("a table");
    folder
}

const ALL: [&str; 4] = ["t1", "t1c", "t2", "flair"];

#[test]
fn labels_that_do_not_fit_are_refused() {
    for (wrong, words) in [
        (
            label(64, 9),
            ["label.png", "the value 9", "3 lesion classes"],
        ),
        (label(32, 1), ["label.png", "32 x 32", "64 x 64"]),
    ] {
        let folder = set(3, &ALL, &wrong);
        untouched(folder.path(), || {
            scanweave(folder.path(), PREPARE).badly(1, &words);
        });
    }
}

#[test]
fn what_a_stage_needs_of_its_data_is_said_before_the_first_step() {
    let three = ["t1", "t1c", "flair"];
    let cases: [(TempDir, &str, &[&str]); 3] = [
        (
            set(1, &ALL, &label(64, 1)),
            "lesion",
            &["data.scan", "one subject only", "add subjects"],
        ),
        (
            set(12, &ALL, &label(64, 0)),
            "lesion",
            &["no training image", "has a lesion", "data inspect"],
        ),
        (
            set(12, &three, &label(64, 1)),
            "translator",
            &["no training image of modality t2"],
        ),
    ];
    for (folder, stage, words) in cases {
        scanweave(folder.path(), PREPARE).well();
        let line = format!(
            "train {stage} --study phantom-brain --data data.scan --preset tiny --steps 2 --run new"
        );
        untouched(folder.path(), || {
            scanweave(folder.path(), &line).badly(1, words);
        });
    }
}

/// Nobody has two modalities: T1, which structure maps are taken from, of some, the others of others.
#[test]
fn unpaired_modalities_are_learnt_from() {
    let subjects: Vec<&[&str]> = (0..24).map(|i| &ALL[i % 4..=i % 4]).collect();
    let folder = set_of(&subjects, &label(64, 1));
    let folder = folder.path();
    let ended = scanweave(folder, PREPARE).well();
    assert!(
        ended.complained.contains("18 of 24 items have no t1 image"),
        "{ended}"
    );
    let line = "train all --study phantom-brain --data data.scan --preset tiny --batch 4 --steps 2 --pretraining 1 --run run";
    scanweave(folder, line).well();
    let images = "export run/structure run/lesion run/synthesis --out model.weave";
    scanweave(folder, images).well();
}

/// Of a run's validations, those figures whose names the test takes.
fn validated(run: &Path, takes: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
    let text = fs::read_to_string(run.join("stats.jsonl")).expect("statistics");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let figures = lines.filter_map(|line| line["validation"].as_object().cloned());
    figures.flatten().filter(|(name, _)| takes(name)).collect()
}

/// Two sets whose test subjects alone are others: every checkpoint and every figure that chooses one is the same.
#[test]
fn test_images_decide_nothing() {
    let of = |greys: [u8; 2]| {
        let folder = set_of(&[&ALL[..1]; 14], &label(64, 1));
        let set = folder.path().join("set");
        let table = fs::read_to_string(set.join("manifest.csv")).expect("a table");
        let mut rows = table.lines();
        let mut split = format!("{},split\n", rows.next().expect("a head"));
        for (subject, row) in rows.enumerate() {
            let part = if subject < 2 { "test" } else { "train" };
            split.extend([row, ",", part, "\n"]);
        }
        fs::write(set.join("manifest.csv"), split).expect("a table");
        for (subject, grey) in greys.into_iter().enumerate() {
            let file = set.join(format!("{subject}-t1.png"));
            // Smaller, so that its map is another.
            let small = image::imageops::resize(&head(grey), 48, 48, image::imageops::Nearest);
            let mut seen = GrayImage::new(64, 64);
            image::imageops::replace(&mut seen, &small, 2 * i64::from(grey) / 25, 8);
            seen.save(file).expect("an image");
        }
        let folder_of = folder.path();
        scanweave(folder_of, PREPARE).well();
        let line = "--study phantom-brain --data data.scan --preset tiny --batch 2 --steps 2";
        scanweave(
            folder_of,
            &format!("train structure {line} --run structure"),
        )
        .well();
        let more = "--ablation d --pretraining 1 --structure structure --run synthesis";
        scanweave(folder_of, &format!("train synthesis {line} {more}")).well();
        folder
    };
    let (one, other) = (of([60, 70]), of([130, 40]));
    for (stage, figure) in [("structure", "reconstruction error"), ("synthesis", "l1")] {
        let test = format!("test {figure}");
        let of = |name: &str| {
            let runs = [&one, &other].map(|folder| folder.path().join(stage));
            runs.map(|run| validated(&run, |found| found == name))
        };
        let [chosen, chosen_too] = of(figure);
        assert!(!chosen.is_empty() && chosen == chosen_too, "{stage}");
        let [measured, measured_too] = of(&test);
        assert!(measured != measured_too && measured != chosen, "{stage}");
    }
}

#[test]
fn data_that_changed_since_the_run_began_is_refused() {
    let folder = set(12, &ALL, &label(64, 1));
    let folder = folder.path();
    scanweave(folder, PREPARE).well();
    let line = "train lesion --study phantom-brain --data data.scan --preset tiny --batch 2 --run run --steps";
    scanweave(folder, &format!("{line} 1")).well();
    head(200)
        .save(folder.join("set/3-t1.png"))
        .expect("an image");
    scanweave(folder, PREPARE).well();
    untouched(folder, || {
        scanweave(folder, &format!("{line} 2 --resume")).badly(1, &["run", "data"]);
    });
}
