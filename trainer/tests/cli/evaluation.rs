//! `evaluate`: a small model of phantom brains with a judge, measured from end to end.

use crate::process::{scanweave, untouched};
use crate::trained::TRAINED;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Steps of the structure stage: enough for maps that have room for a lesion.
const STRUCTURE_STEPS: u32 = 80;

/// Trains `stage` for a few steps on `data.scan`.
fn train(folder: &Path, stage: &str, more: &str) {
    let line = format!(
        "train {stage} --study phantom-brain --preset tiny --batch 2 --data data.scan {more}"
    );
    scanweave(folder, &line).well();
}

fn model(folder: &Path) {
    scanweave(
        folder,
        "data prepare --dataset phantom --study phantom-brain --count 40 --size 64 --out data.scan",
    )
    .well();
    let structure = format!("--run structure --steps {STRUCTURE_STEPS}");
    train(folder, "structure", &structure);
    train(folder, "lesion", "--run guide --steps 8");
    train(folder, "lesion", "--run twin --steps 8");
    let judge = "--run judge --steps 8 --seed 2 --segmenter-width 5";
    train(folder, "lesion", judge);
    train(folder, "translator", "--run translator --steps 2");
    let synthesis = "--run synthesis --steps 4 --pretraining 2 --structure structure --lesion guide --translator translator";
    train(folder, "synthesis", synthesis);
    scanweave(folder, "export structure synthesis guide --out model.weave").well();
}

#[test]
fn figures_of_a_model_stand_beside_those_of_real_images() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    model(folder);
    let line =
        "evaluate model.weave --data data.scan --judge judge --guide guide --count 4 --out e.json";
    let ended = scanweave(folder, line).well();
    for word in [
        "t1, oedema",
        "flair, any lesion",
        "mean over modalities and classes",
        "edge shift t2 to the tissue, px",
        "edge shift t1-t2, px",
        "mutual information t2-flair, nats",
        "t1c, random features: Frechet distance",
        "t2, texture features: kernel distance",
        "flair, texture features: coverage",
        "t1, periods of 2 to 4 px",
        "share with a closed outline",
        "Euler number, median",
        "narrowness, standard deviation",
        "structure maps",
        "share nearer than 95 % of the real test images",
        "3 sampling seeds",
        "0.95",
    ] {
        assert!(ended.said.contains(word), "`{word}` is missing\n{ended}");
    }
    assert!(!ended.complained.contains("warning"), "{ended}");
    assert!(ended.complained.contains("train it longer"), "{ended}");
    let written = fs::read(folder.join("e.json")).expect("it was written");
    check(&serde_json::from_slice(&written).expect("JSON"));

    scanweave(folder, line).well();
    let again = fs::read(folder.join("e.json")).expect("it was written");
    assert!(again == written, "the seeds decide every digit");

    let line = "evaluate model.weave --data data.scan --judge guide --count 2";
    let ended = scanweave(folder, line).well();
    assert!(ended.complained.contains("as wide as the guide"), "{ended}");
    untouched(folder, || {
        let line = "evaluate model.weave --data data.scan --judge guide --guide guide --out n.json";
        scanweave(folder, line).badly(1, &["the judge is the guide"]);
        let line = line.replace("--judge guide", "--judge twin");
        scanweave(folder, &line).badly(1, &["the judge is the guide"]);
        let line = "evaluate model.weave --data data.scan --judge synthesis --out n.json";
        scanweave(folder, line).badly(1, &["synthesis run", "lesion run"]);
    });
}

/// Every row has finite values in the range of its figure, one per seed.
fn check(report: &Value) {
    assert_eq!(report["seeds"], serde_json::json!([1, 2, 3]));
    assert_eq!(report["study"], "phantom-brain");
    let rows = report["rows"].as_array().expect("rows");
    assert!(rows.len() > 30, "{}", rows.len());
    assert_eq!(report["figures"].as_array().map(Vec::len), Some(rows.len()));
    for row in rows {
        let name = row["name"].as_str().expect("a name");
        let section = row["section"].as_str().expect("a section");
        let (least, most) = match section {
            "register" => (0.0, 64.0_f64.ln()),
            // An unbiased distance may be negative, and four images are far from others.
            "distance" | "lines" => (f64::MIN, f64::MAX),
            "spectrum" => (f64::MIN_POSITIVE, f64::MAX),
            _ => (0.0, 1.0),
        };
        // Four images are too few for five neighbours.
        let few = name.ends_with("density") || name.ends_with("coverage");
        for side in ["synthetic", "real"] {
            if row[side].is_null() {
                assert!(
                    section == "validity" || few,
                    "only a class may be absent: {row}"
                );
                continue;
            }
            let values = row[side]["values"].as_array().expect("values");
            assert_eq!(values.len(), 3, "{name}");
            for value in values {
                let value = value.as_f64().unwrap_or(f64::NAN);
                assert!((least..=most).contains(&value), "{name}, {side}: {value}");
            }
            let end = |end: &str| row[side][end].as_f64().expect("finite");
            assert!(
                end("low") <= end("mean") && end("mean") <= end("high"),
                "{row}"
            );
        }
    }
    let copied = rows
        .iter()
        .find(|r| r["name"] == "mean")
        .expect("memorisation");
    assert!(
        copied["real"]["mean"].as_f64().expect("finite") > 0.0,
        "{copied}"
    );
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let folder = crate::trained::copy();
    let folder = folder.path();
    let prepare =
        "data prepare --dataset phantom --study phantom-brain --count 2 --size 64 --out brain.scan";
    scanweave(folder, prepare).well();
    scanweave(folder, "export synthesis --out painter.weave").well();
    untouched(folder, || {
        let refused = |line: &str, code, words: &[&str]| {
            scanweave(folder, line).badly(code, words);
        };
        let painter = "evaluate painter.weave --data data.scan --out n.json";
        refused(painter, 1, &["painter.weave", "decoder"]);
        let brain = "evaluate model.weave --data brain.scan --out n.json";
        refused(brain, 1, &["phantom-brain", "phantom-thorax", "brain.scan"]);
        let judge = "evaluate model.weave --data data.scan --judge structure";
        refused(judge, 2, &["no lesion masks"]);
        refused(
            "evaluate model.weave --data data.scan --seeds 2",
            2,
            &["--seeds"],
        );
        refused(
            "evaluate model.weave --data data.scan --count 1",
            2,
            &["--count"],
        );
    });
}

#[test]
fn a_study_of_one_modality_is_measured_without_a_judge() {
    let ended = scanweave(&TRAINED, "evaluate model.weave --data data.scan --count 3").well();
    assert!(ended.said.contains("structure maps"), "{ended}");
    for row in [
        "consolidation, told from the others",
        "consolidation against normal",
    ] {
        assert!(ended.said.contains(row), "{row}: {ended}");
    }
    assert!(
        !ended.said.contains("Register") && !ended.said.contains("Dice"),
        "{ended}"
    );
}
