//! The full method on phantom brains: every stage, one model, a labelled data set.

use crate::process::{content, scanweave};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

const COMMON: &str =
    "--study phantom-brain --data brains.scan --preset tiny --batch 4 --seed 3 --save-every 2";

/// The command that trains every stage on the brains.
const ALL: &str = "--run all --steps 4 --pretraining 2 --strict --augment";

/// Twelve brains, and every stage trained on them for a few steps by `train all`.
static BRAINS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let prepare = "data prepare --dataset phantom --study phantom-brain --size 64 --count 12 --out brains.scan";
    scanweave(&folder, prepare).well();
    scanweave(&folder, &format!("train all {COMMON} {ALL}")).well();
    scanweave(&folder, &export("all", "model.weave")).well();
    folder
});

fn export(runs: &str, out: &str) -> String {
    format!("export {runs} --out {out}")
}

#[test]
fn all_stages_are_trained_in_order_and_not_twice() {
    let folder = &*BRAINS;
    for stage in ["structure", "lesion", "translator", "synthesis"] {
        let state = fs::read(folder.join("all").join(stage).join("state.json")).expect("a state");
        let state: Value = serde_json::from_slice(&state).expect("JSON");
        assert_eq!(state["state"], "finished", "{stage}");
    }
    let before = content(&folder.join("all"));
    let again = scanweave(folder, &format!("train all {COMMON} {ALL}")).well();
    assert_eq!(again.said.matches("finished before: 4 steps").count(), 4);
    assert!(before == content(&folder.join("all")), "nothing is written");
}

#[test]
fn interrupted_stages_go_on_as_if_they_had_not_been() {
    let folder = &*BRAINS;
    let other = "--structure all/structure --lesion two/lesion --translator two/translator --pretraining 2 --strict";
    for (stage, sources) in [("lesion", ""), ("translator", ""), ("synthesis", other)] {
        let line = |steps, more| {
            format!("train {stage} {COMMON} --run two/{stage} --steps {steps} {sources} {more}")
        };
        scanweave(folder, &line(2, "")).well();
        scanweave(folder, &line(4, "--resume")).well();
    }
    let line = "export all/structure two/lesion two/synthesis --out two.weave";
    scanweave(folder, line).well();
    let (one, two) = (folder.join("model.weave"), folder.join("two.weave"));
    assert!(fs::read(one).expect("a model") == fs::read(two).expect("a model"));
}

#[test]
fn a_data_set_is_the_same_however_it_was_built() {
    let folder = &*BRAINS;
    let build = |count, out: &str| {
        let line = format!("build model.weave --count {count} --seed 5 --keep-refused --out {out}");
        scanweave(folder, &line).well()
    };
    build(3, "whole");
    build(1, "parts");
    build(3, "parts");
    // What was lost, emptied or left half-written since.
    fs::remove_file(folder.join("parts/000000-label.png")).expect("a label");
    fs::write(folder.join("parts/000002-mask.png"), b"").expect("a file");
    fs::write(folder.join("parts/000001-mask.png.1.tmp"), b"half").expect("a file");
    build(3, "parts");
    let files = |out: &str| {
        let root = folder.join(out);
        let all = content(&root).into_iter();
        all.map(|(path, bytes)| (path.strip_prefix(&root).map(PathBuf::from).ok(), bytes))
            .collect::<Vec<_>>()
    };
    assert!(files("whole") == files("parts"));

    let table = fs::read_to_string(folder.join("whole/manifest.csv")).expect("a table");
    assert_eq!(table.lines().count(), 1 + 3 * 4, "four modalities each");
    assert!(table.lines().skip(1).all(|line| line.contains("SYNTHETIC")));
    let about = fs::read(folder.join("whole/dataset.json")).expect("a description");
    let about: Value = serde_json::from_slice(&about).expect("JSON");
    assert_eq!(about["mark"], "SYNTHETIC");
    let label = image::open(folder.join("whole/000000-label.png")).expect("a label");
    assert!(label.to_luma8().pixels().all(|p| p.0[0] <= 3));

    // Without the option those stay out whose map was refused in every try.
    let said = scanweave(folder, "build model.weave --count 2 --seed 5 --out chosen")
        .well()
        .said;
    let entry = |index: u32| -> Value {
        let text = fs::read(folder.join(format!("chosen/00000{index}.json"))).expect("an entry");
        serde_json::from_slice(&text).expect("JSON")
    };
    let stays = |index: &u32| entry(*index)["provenance"]["accepted"] == true;
    let kept: Vec<u32> = (0..2).filter(stays).collect();
    assert!(
        said.contains(&format!("{} subjects in", kept.len())),
        "{said}"
    );
    assert_eq!(said.contains("were left out"), kept.len() < 2, "{said}");
    for index in 0..2 {
        let picture = folder.join(format!("chosen/00000{index}-mask.png"));
        assert_eq!(picture.is_file(), kept.contains(&index), "{index}");
    }
    let table = fs::read_to_string(folder.join("chosen/manifest.csv")).expect("a table");
    assert_eq!(table.lines().count(), 1 + 4 * kept.len());

    let other = "build model.weave --count 1 --seed 6 --out whole";
    scanweave(folder, other).badly(1, &["whole", "another model, seed or settings"]);
    let read = "data prepare --dataset folder --source whole --study phantom-brain --size 64 --out again.scan --skip-broken";
    scanweave(folder, read).well();
}

#[test]
fn what_a_stage_lacks_is_said_before_the_first_step() {
    let folder = &*BRAINS;
    let synthesis =
        |sources: &str| format!("train synthesis {COMMON} --run none --steps 1 {sources}");
    scanweave(folder, &synthesis("")).badly(2, &["--structure RUN"]);
    let structure = "--structure all/structure";
    scanweave(folder, &synthesis(structure)).badly(2, &["--lesion RUN"]);
    let both = format!("{structure} --lesion all/lesion");
    scanweave(folder, &synthesis(&both)).badly(2, &["--translator RUN"]);
    let swapped = format!("{structure} --lesion all/translator --translator all/translator");
    scanweave(folder, &synthesis(&swapped)).badly(1, &["is a translator run, not a lesion run"]);
    for (stage, option) in [
        ("lesion", "--structure all/structure"),
        ("lesion", "--strict"),
        ("structure", "--pretraining 5"),
    ] {
        let line = format!("train {stage} {COMMON} --run none --steps 1 {option}");
        let here = format!("not to `train {stage}`");
        let name = option.split(' ').next().expect("a name");
        scanweave(folder, &line).badly(2, &[name, "belongs to `train synthesis`", &here]);
    }
    let line = format!("train synthesis {COMMON} --run none --steps 1 --augment");
    scanweave(folder, &line).badly(2, &["--augment belongs to `train structure`"]);
    let line = format!("train all {COMMON} --run none --lesion all/lesion");
    scanweave(folder, &line).badly(2, &["leave out --lesion"]);
    let alone = "export all/lesion --out x.weave";
    scanweave(folder, alone).badly(1, &["a model needs one synthesis run"]);
    let twice = "export all/synthesis all/synthesis --out x.weave";
    scanweave(folder, twice).badly(1, &["both synthesis runs"]);
    let guide = "export all/synthesis all/translator --out x.weave";
    scanweave(folder, guide).badly(1, &["all/translator", "leave it out"]);
    assert!(!folder.join("none").exists());
}

/// The losses that a run has logged.
fn losses(run: &str) -> Vec<Value> {
    let text = fs::read_to_string(BRAINS.join(run).join("stats.jsonl")).expect("statistics");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let losses = lines.filter(|line| line["validation"].is_null());
    losses.collect()
}

/// One input a step: with a map of its own there is an image to be compared with, with a synthetic one none.
#[test]
fn the_smallest_batch_sees_synthetic_maps_too() {
    let folder = &*BRAINS;
    let common = COMMON.replace("--batch 4", "--batch 2");
    let sources = "--structure all/structure --lesion all/lesion --translator all/translator";
    let line = format!("train synthesis {common} --run small --steps 3 --pretraining 1 {sources}");
    scanweave(folder, &line).well();
    let losses = losses("small");
    let [own, synthetic] = losses.as_slice() else {
        panic!("the first step and the last are logged: {losses:?}")
    };
    assert!(own["l1"].is_number(), "pre-training: {own}");
    assert!(synthetic["l1"].is_null(), "{synthetic}");
    assert!(synthetic["lesion"].is_number(), "{synthetic}");
}

#[test]
fn an_ablation_needs_only_what_it_uses() {
    let folder = &*BRAINS;
    let line = |row: &str, run: &str| {
        format!(
            "train synthesis {COMMON} --run {run} --steps 1 --structure all/structure --ablation {row}"
        )
    };
    scanweave(folder, &line("d", "row-d")).well();
    scanweave(folder, &line("e", "row-e")).badly(2, &["--translator RUN"]);
    let configuration = fs::read(folder.join("row-d/config.json")).expect("a configuration");
    let configuration: Value = serde_json::from_slice(&configuration).expect("JSON");
    assert_eq!(configuration["study"]["input"]["noise_fusion"], true);
    assert_eq!(configuration["recipe"]["synthesis"]["registration"], 0.0);
}

/// The shipped model: an untrained one leaves no place for a lesion.
#[test]
fn samples_show_the_lesion_that_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/brain-mri.weave");
    fs::copy(model, folder.join("model.weave")).expect("the shipped model");
    let sample =
        |rest: &str| scanweave(folder, &format!("sample model.weave --seed 3 {rest}")).well();
    sample("--count 1 --lesion --out with");
    sample("--count 1 --out without");
    let file = |run: &str, stage: &str| folder.join(run).join(format!("000003-{stage}.png"));
    let lesion = image::open(file("with", "lesion"))
        .expect("a label")
        .into_luma8();
    let asked = |x: u32, y: u32| lesion.get_pixel(x, y).0[0] > 0;
    assert!(lesion.enumerate_pixels().any(|(x, y, _)| asked(x, y)));
    assert!(!file("without", "lesion").exists());
    assert_eq!(
        fs::read(file("with", "structure")).unwrap(),
        fs::read(file("without", "structure")).unwrap()
    );
    let [with, without] =
        ["with", "without"].map(|run| image::open(file(run, "flair")).unwrap().into_luma8());
    let mut inside = (0.0, 0.0);
    for (x, y, pixel) in with.enumerate_pixels().filter(|&(x, y, _)| asked(x, y)) {
        inside.0 += f64::from(pixel.0[0]) - f64::from(without.get_pixel(x, y).0[0]);
        inside.1 += 1.0;
    }
    assert!(
        inside.0 / inside.1 > 10.0,
        "a lesion is bright in FLAIR: {inside:?}"
    );
}

#[test]
fn what_a_later_stage_lacks_is_said_before_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let set = folder.join("set");
    for modality in ["t1", "t1c", "flair"] {
        fs::create_dir_all(set.join(modality)).expect("a folder");
        for subject in 0..6_u8 {
            let pixel = |x: u32, y: u32| image::Luma([(x * 3) as u8 ^ (y * 2) as u8 ^ subject]);
            let picture = image::GrayImage::from_fn(64, 64, pixel);
            let file = set.join(modality).join(format!("s{subject}.png"));
            picture.save(file).expect("an image");
        }
    }
    let prepare =
        "data prepare --dataset folder --source set --study brain-mri --size 64 --out healthy.scan";
    scanweave(folder, prepare).well();
    let line = "train all --study brain-mri --data healthy.scan --preset tiny --run all --steps 1";
    scanweave(folder, line).badly(1, &["t1", "has a lesion", "data inspect"]);
    assert!(!folder.join("all").exists(), "no stage has begun");
    // Row E does without the lesion loss, so nobody looks for lesions.
    let ended = scanweave(folder, &format!("{line} --ablation e --batch 2")).well();
    assert_eq!(
        ended.complained.matches("empty labels").count(),
        1,
        "{ended}"
    );
    assert!(
        folder
            .join("all/synthesis/checkpoints/step-00000001.ckpt")
            .exists()
    );
    assert!(!folder.join("all/lesion").exists());
}

#[test]
fn the_study_and_recipe_of_a_run_are_trained_with() {
    let folder = &*BRAINS;
    let config = fs::read(folder.join("all/synthesis/config.json")).expect("a configuration");
    let mut config: Value = serde_json::from_slice(&config).expect("JSON");
    config["recipe"]["spectral"] = true.into();
    config["recipe"]["synthesis"]["lesion"] = 0.5.into();
    let common = COMMON.replace("phantom-brain", "own.json");
    let line = format!("train lesion {common} --run own --steps 2 --latent 16");
    fs::write(folder.join("own.json"), config.to_string()).expect("a study");
    scanweave(folder, &line).well();
    let used = fs::read(folder.join("own/config.json")).expect("a configuration");
    let used: Value = serde_json::from_slice(&used).expect("JSON");
    assert_eq!(used["study"], config["study"]);
    assert_eq!(used["recipe"], config["recipe"]);
    assert_eq!(used["geometry"]["latent"], 16);
    config["study"]["modalities"] = Value::Array(Vec::new());
    for (content, word) in [
        (config.to_string(), "no modality"),
        ("{".into(), "not JSON"),
        ("{}".into(), "study new"),
    ] {
        fs::write(folder.join("own.json"), content).expect("a study");
        scanweave(folder, &line).badly(2, &["own.json", word]);
    }
}

#[test]
fn a_run_on_other_data_is_mentioned_and_litter_is_cleared() {
    let folder = &*BRAINS;
    let prepare = "data prepare --dataset phantom --study phantom-brain --size 64 --count 12 --seed 9 --out other.scan";
    scanweave(folder, prepare).well();
    let common = COMMON.replace("brains.scan", "other.scan");
    let sources = "--structure all/structure --lesion all/lesion --translator all/translator";
    let line = |steps| {
        format!("train synthesis {common} --run mixed --steps {steps} {sources} --pretraining 2")
    };
    let ended = scanweave(folder, &line(2)).well();
    for stage in ["structure", "lesion", "translator"] {
        let word = format!("warning: the {stage} run has learnt from another data file");
        assert!(ended.complained.contains(&word), "{ended}");
    }
    let litter = folder.join("mixed/checkpoints/best.ckpt.77.tmp");
    fs::write(&litter, "half").expect("litter");
    scanweave(folder, &format!("{} --resume", line(4))).well();
    assert!(!litter.exists());
}
