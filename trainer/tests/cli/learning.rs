//! Every network that can be measured learns something within a small budget, on sixty phantom brains
//! of 64 px, whose truth is known: about two minutes on two cores.

use crate::process::scanweave;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Trains `stage` on the brains.
fn train(folder: &Path, stage: &str, run: &str, steps: u32) {
    let line = format!(
        "train {stage} --study phantom-brain --data brains.scan --preset tiny --run {run} --steps {steps} --save-every 1000 --sheet-every 1000"
    );
    scanweave(folder, &line).well();
}

const LESION: &str = "lesion --batch 8 --rate 1e-2";
const TRANSLATOR: &str = "translator --batch 8 --rate 1e-3";

/// The brains, and a lesion and a translator run that have learnt.
static LEARNT: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let prepare = "data prepare --dataset phantom --study phantom-brain --size 64 --count 60 --seed 1 --out brains.scan";
    scanweave(&folder, prepare).well();
    train(&folder, LESION, "lesion", 600);
    train(&folder, TRANSLATOR, "translator", 60);
    folder
});

/// A figure of a run's last validation.
fn figure(run: &str, name: &str) -> f64 {
    let text = fs::read_to_string(LEARNT.join(run).join("stats.jsonl")).expect("statistics");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut validations = lines.filter(|line| line.get("validation").is_some());
    let last = validations.next_back().expect("a validation");
    let value = last["validation"][name].as_f64();
    value.unwrap_or_else(|| panic!("no {name} in {last}"))
}

/// The segmenter of FLAIR, which finds next to nothing of the oedema untrained, gains at least 0.25
/// of Dice, the translator at least 1.5 dB.
#[test]
fn segmenters_and_translator_learn_within_a_small_budget() {
    train(&LEARNT, LESION, "untrained", 1);
    train(&LEARNT, TRANSLATOR, "mirror", 1);
    for (name, before, after, margin) in [
        ("dice flair oedema", "untrained", "lesion", 0.25),
        ("psnr", "mirror", "translator", 1.5),
    ] {
        let (before, after) = (figure(before, name), figure(after, name));
        assert!(after > before + margin, "{name}: {before} -> {after}");
    }
}

/// What `evaluate` says of a generator after this many steps of everything but the lesion loss, so
/// that the segmenters, which it has never seen, can judge it.
fn evaluated(run: &str, steps: u32) -> impl Fn(&str) -> f64 {
    let stage = "synthesis --ablation e --batch 2 --rate 4e-3 --pretraining 1000 --structure structure --translator translator";
    train(&LEARNT, stage, run, steps);
    let export = format!("export structure {run} --out {run}.weave");
    scanweave(&LEARNT, &export).well();
    let line = format!(
        "evaluate {run}.weave --data brains.scan --judge lesion --count 6 --out {run}.json"
    );
    scanweave(&LEARNT, &line).well();
    let report = fs::read(LEARNT.join(format!("{run}.json"))).expect("figures");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    move |name: &str| {
        let rows = report["rows"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["name"] == name);
        let mean = row.and_then(|row| row["synthetic"]["mean"].as_f64());
        mean.unwrap_or_else(|| panic!("no figure {name} in {report}"))
    }
}

/// The edges that the generator paints come at least 0.6 pixels nearer to the phantoms' tissue, to
/// less than a pixel, in the mean over the four modalities, and the judge finds the lesions that were
/// asked for in T2, where real images show it most: at least 0.3 of Dice more than untrained. Measured
/// when this was written: 1.66 -> 0.39 px, and 0.01 -> 0.57.
#[test]
fn synthesised_images_come_into_register_and_show_their_lesions() {
    train(&LEARNT, "structure --batch 2", "structure", 80);
    let (before, after) = (evaluated("fresh", 1), evaluated("taught", 400));
    let shift = |figure: &dyn Fn(&str) -> f64| {
        let of = |m: &str| figure(&format!("edge shift {m} to the tissue, px"));
        ["t1", "t1c", "t2", "flair"].map(of).iter().sum::<f64>() / 4.0
    };
    let (far, near) = (shift(&before), shift(&after));
    assert!(
        near < far - 0.6 && near < 1.0,
        "edge shift: {far} -> {near} px"
    );
    let dice = "t2, any lesion";
    let (missed, found) = (before(dice), after(dice));
    assert!(found > missed + 0.3, "{dice}: {missed} -> {found}");
}
