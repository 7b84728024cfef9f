//! From phantoms to pictures, and that an interruption on the way changes nothing.

use crate::process::{content, scanweave, signal, start, until_there, untouched, wait};
use crate::trained::{
    STRUCTURE_STEPS, SYNTHESIS_STEPS, TRAINED, copy, exported, structure, synthesis,
};
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn a_run_leaves_what_people_look_at() {
    let run = TRAINED.join("structure");
    let configuration: Value =
        serde_json::from_slice(&fs::read(run.join("config.json")).expect("a configuration"))
            .expect("JSON");
    assert_eq!(configuration["study"]["name"], "phantom-thorax");
    assert_eq!(configuration["batch"], 2);
    for (step, line) in logged(&run) {
        for speed in [
            "images_per_second",
            "loader_images_per_second",
            "step_images_per_second",
        ] {
            assert!(
                line[speed].as_f64().is_some_and(|v| v > 0.0),
                "{speed}: {line}"
            );
        }
        assert!(
            line["mse"].as_f64().is_some_and(f64::is_finite),
            "step {step}: {line}"
        );
    }
    assert_eq!(
        logged(&run)
            .iter()
            .map(|(step, _)| *step)
            .collect::<Vec<_>>(),
        [1, STRUCTURE_STEPS]
    );
    for step in [0, STRUCTURE_STEPS] {
        let sheet = image::open(run.join(format!("sheets/step-{step:08}.png"))).expect("a sheet");
        assert!(
            sheet.width() > 600,
            "twelve pictures of 64 pixels stand side by side"
        );
    }
    let names: Vec<String> = content(&run.join("checkpoints"))
        .keys()
        .map(|p| name(p))
        .collect();
    assert_eq!(
        names,
        [
            "best.ckpt",
            "step-00000010.ckpt",
            "step-00000015.ckpt",
            "step-00000020.ckpt"
        ]
    );
}

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned()
}

fn logged(run: &Path) -> Vec<(u64, Value)> {
    let text = fs::read_to_string(run.join("stats.jsonl")).expect("statistics");
    let line = |line| {
        let value: Value = serde_json::from_str(line).expect("one object per line");
        (value["step"].as_u64().expect("a step"), value)
    };
    let lines = text.lines().map(line);
    lines
        .filter(|(_, value)| value["validation"].is_null())
        .collect()
}

/// Steps and figures of the validations.
fn validated(run: &Path) -> Vec<(u64, Value)> {
    let text = fs::read_to_string(run.join("stats.jsonl")).expect("statistics");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let lines = lines.filter(|v| !v["validation"].is_null());
    lines
        .map(|v| (v["step"].as_u64().expect("a step"), v["validation"].clone()))
        .collect()
}

#[test]
fn a_structure_run_killed_and_resumed_equals_one_that_was_not() {
    let folder = copy();
    let folder = folder.path();
    // Without an end of its own, so that it is surely at work when it is killed.
    let mut child = start(folder, &structure("killed", "--steps 100000"));
    until_there(
        &folder.join("killed/checkpoints/step-00000005.ckpt"),
        &mut child,
    );
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let at: Vec<String> = content(&folder.join("killed/checkpoints"))
        .keys()
        .map(|p| name(p))
        .collect();
    assert!(
        at.iter().all(|n| n.as_str() < "step-00000020.ckpt"),
        "killed too late: {at:?}"
    );

    let line = structure("killed", &format!("--steps {STRUCTURE_STEPS} --resume"));
    scanweave(folder, &line).well();
    let (resumed, _) = exported(folder, "killed synthesis");
    let steps: Vec<u64> = logged(&folder.join("killed"))
        .iter()
        .map(|(s, _)| *s)
        .collect();
    assert_eq!(steps, [1, STRUCTURE_STEPS], "no step is logged twice");
    assert_eq!(
        validated(&folder.join("killed")),
        validated(&folder.join("structure"))
    );
    let (whole, ended) = exported(folder, "structure synthesis");
    assert!(!ended.complained.contains("another state"), "{ended}");
    assert!(resumed == whole, "{}", difference(&resumed, &whole));
}

/// Every other training of these tests has the threads that the machine has.
#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = copy();
    let folder = folder.path();
    let line = structure("alone", &format!("--steps {STRUCTURE_STEPS} --threads 1"));
    scanweave(folder, &line).well();
    let (alone, _) = exported(folder, "alone synthesis");
    let (several, _) = exported(folder, "structure synthesis");
    assert!(alone == several, "{}", difference(&alone, &several));
}

#[test]
fn a_synthesis_run_interrupted_and_resumed_equals_one_that_was_not() {
    let folder = copy();
    let folder = folder.path();
    let line = synthesis("interrupted", "--steps 100000");
    let mut child = start(folder, &line);
    until_there(
        &folder.join("interrupted/checkpoints/step-00000002.ckpt"),
        &mut child,
    );
    interrupt(&mut child);
    let ended = wait(child, &line);
    if cfg!(unix) {
        let ended = ended.well();
        assert!(
            ended.said.contains("--resume") && ended.said.contains("interrupted"),
            "{ended}"
        );
    }
    let steps: Vec<String> = content(&folder.join("interrupted/checkpoints"))
        .keys()
        .map(|p| name(p))
        .collect();
    assert!(
        steps.iter().all(|n| n.as_str() < "step-00000006.ckpt"),
        "interrupted too late: {steps:?}"
    );

    scanweave(
        folder,
        &synthesis(
            "interrupted",
            &format!("--steps {SYNTHESIS_STEPS} --resume"),
        ),
    )
    .well();
    let (resumed, _) = exported(folder, "structure interrupted");
    let (whole, _) = exported(folder, "structure synthesis");
    assert!(resumed == whole, "{}", difference(&resumed, &whole));
}

/// Ctrl-C where there is one.
fn interrupt(child: &mut std::process::Child) {
    if cfg!(unix) {
        signal(child, "INT");
    } else {
        child.kill().expect("it runs");
    }
}

/// Which tensor of two models differs most, for the message of a test that fails.
fn difference(a: &[u8], b: &[u8]) -> String {
    let (Ok(a), Ok(b)) = (scanweave::weights::read(a), scanweave::weights::read(b)) else {
        return "one of the files cannot be read".into();
    };
    let mut lines = Vec::new();
    for (one, other) in a.networks.iter().zip(&b.networks) {
        let pairs = one
            .tensors
            .iter()
            .zip(&other.tensors)
            .filter(|(x, y)| x != y);
        let distance = |x: &[f32], y: &[f32]| {
            x.iter()
                .zip(y)
                .map(|(x, y)| (x - y).abs())
                .fold(0.0, f32::max)
        };
        let of: Vec<_> = pairs
            .map(|(x, y)| (distance(&x.values, &y.values), &x.name))
            .collect();
        let largest = of.iter().max_by(|x, y| x.0.total_cmp(&y.0));
        lines.push(format!(
            "{}: {} of {} tensors differ, most {largest:?}",
            one.role,
            of.len(),
            one.tensors.len()
        ));
    }
    let answers = a.known_answer == b.known_answer;
    lines.push(format!(
        "known answers equal: {answers}, studies equal: {}",
        a.study == b.study
    ));
    lines.join("\n")
}

#[test]
fn the_same_command_trains_the_same_networks_and_another_seed_others() {
    let folder = copy();
    let folder = folder.path();
    for (run, seed) in [("again", 1), ("other", 2)] {
        let ended = scanweave(
            folder,
            &structure(run, &format!("--steps {STRUCTURE_STEPS} --seed {seed}")),
        )
        .well();
        assert!(ended.said.contains("lines are only drawn sharp"), "{ended}");
    }
    let (first, _) = exported(folder, "structure synthesis");
    let (again, _) = exported(folder, "again synthesis");
    let (other, ended) = exported(folder, "other synthesis");
    assert!(first == again, "{}", difference(&first, &again));
    assert!(first != other, "the seed decides nothing");
    assert!(ended.complained.contains("another state"), "{ended}");
}

#[test]
fn a_dry_run_prints_the_configuration_and_does_nothing() {
    untouched(&TRAINED, || {
        let ended = scanweave(&TRAINED, &structure("dry", "--steps 3 --dry-run")).well();
        let printed: Value = serde_json::from_str(&ended.said).expect("JSON");
        assert_eq!(printed["geometry"]["size"], 64);
        for word in ["structure decoder", "parameters", "MB of memory"] {
            assert!(ended.complained.contains(word), "`{word}`\n{ended}");
        }
    });
}

#[test]
fn the_geometry_of_the_thesis_is_told_in_memory_and_refused_where_it_does_not_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let prepared = "data prepare --dataset phantom --count 4 --size 512 --out data.scan";
    scanweave(folder, prepared).well();
    let paper = "train structure --study phantom-thorax --data data.scan --run r --preset paper";
    let ended = scanweave(folder, &format!("{paper} --batch 2 --dry-run"));
    // A machine with little memory refuses, and tells the same.
    let table = ended.complained.clone();
    for word in ["structure decoder", "GB of memory at 2 images per step"] {
        assert!(table.contains(word), "`{word}`\n{ended}");
    }
    if ended.code == Some(0) {
        let printed: Value = serde_json::from_str(&ended.said).expect("JSON");
        assert_eq!(printed["geometry"]["latent_form"], "plane");
    }
    let large = format!("{paper} --batch 256 --dry-run");
    scanweave(folder, &large).badly(1, &["the machine has", "a smaller --batch"]);
    assert!(!folder.join("r").exists(), "nothing was begun");
    let vector = format!("{paper} --latent 64 --dry-run");
    scanweave(folder, &vector).badly(2, &["--latent goes with"]);
}

#[test]
fn structure_networks_learn_the_maps_of_large_images_at_half_the_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    scanweave(
        folder,
        "data prepare --dataset phantom --count 4 --size 256 --out data.scan",
    )
    .well();
    let train = "train structure --study phantom-thorax --data data.scan --preset large --run r";
    scanweave(folder, &format!("{train} --batch 2 --steps 1")).well();
    let sheet = image::open(folder.join("r/sheets/step-00000001.png")).expect("a sheet");
    // Real, reconstructed, as lines, sampled, as lines, and masks.
    let tile = sheet.height() / 6;
    assert!((128..140).contains(&tile), "{tile}");
}

#[test]
fn data_can_be_looked_into() {
    let folder = copy();
    let ended = scanweave(folder.path(), "data inspect data.scan --sheet look.png").well();
    for word in [
        "12 items of 64 x 64",
        "phantom-thorax",
        "xray",
        "consolidation",
        "subjects",
    ] {
        assert!(ended.said.contains(word), "`{word}`\n{ended}");
    }
    assert!(image::open(folder.path().join("look.png")).is_ok());
    scanweave(
        folder.path(),
        "data prepare --dataset phantom --count 12 --size 64 --seed 3 --out same.scan",
    )
    .well();
    let read = |name: &str| fs::read(folder.path().join(name)).expect("a file");
    assert!(
        read("same.scan") == read("data.scan"),
        "the same options give the same file"
    );
}
