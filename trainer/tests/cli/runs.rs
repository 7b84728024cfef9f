//! Runs, checkpoints and data files that are not what they should be.

use crate::process::{content, scanweave, untouched};
use crate::trained::{STRUCTURE_STEPS, TRAINED, copy, exported, structure, synthesis};
use std::fs;
use std::path::Path;

#[test]
fn a_run_of_other_settings_is_neither_continued_nor_overwritten() {
    let resume = |more: &str| structure("structure", &format!("--steps 30 --resume {more}"));
    untouched(&TRAINED, || {
        scanweave(&TRAINED, &structure("structure", "--steps 30"))
            .badly(1, &["structure", "--resume"]);
        scanweave(&TRAINED, &resume("--seed 9")).badly(1, &["structure", "`seed`"]);
        scanweave(&TRAINED, &resume("--rate 0.1")).badly(1, &["structure", "`rate`"]);
        scanweave(&TRAINED, &synthesis("structure", "--steps 30 --resume"))
            .badly(1, &["structure"]);
        scanweave(&TRAINED, &structure("gone", "--steps 30 --resume"))
            .badly(1, &["gone", "config.json"]);
    });
}

#[test]
fn data_of_another_study_or_size_is_refused_with_the_remedy() {
    let folder = copy();
    let folder = folder.path();
    untouched(folder, || {
        let line = structure("new", "--steps 3").replace("--preset tiny", "--preset demo");
        scanweave(folder, &line).badly(1, &["data.scan", "64", "128", "--size 128"]);
        let line = structure("new", "--steps 3").replace("phantom-thorax", "chest-xray");
        scanweave(folder, &line).badly(1, &["data.scan", "phantom-thorax", "chest-xray"]);
        let line = structure("new", "--steps 3").replace("data.scan", "gone.scan");
        scanweave(folder, &line).badly(1, &["gone.scan"]);
    });
}

#[test]
fn a_damaged_data_file_is_refused_with_the_remedy() {
    let folder = copy();
    let folder = folder.path();
    let whole = fs::read(folder.join("data.scan")).expect("data");
    for damaged in damage(&whole) {
        fs::write(folder.join("data.scan"), damaged).expect("a file");
        untouched(folder, || {
            let words = ["data.scan", "data prepare"];
            scanweave(folder, &structure("new", "--steps 3")).badly(1, &words);
            scanweave(folder, "data inspect data.scan").badly(1, &words);
        });
    }
}

/// A file empty, cut and flipped at several places.
fn damage(whole: &[u8]) -> Vec<Vec<u8>> {
    let cuts = [0, 5, 11, 40, whole.len() / 2, whole.len() - 1];
    let mut damaged: Vec<Vec<u8>> = cuts.iter().map(|&cut| whole[..cut].to_vec()).collect();
    for at in [0, 9, 13, 60, whole.len() / 3, whole.len() - 1] {
        let mut flipped = whole.to_vec();
        flipped[at] ^= 0x10;
        damaged.push(flipped);
    }
    damaged
}

#[test]
fn a_truncated_checkpoint_is_passed_over_for_the_one_before() {
    let folder = copy();
    let folder = folder.path();
    let (whole, _) = exported(folder, "structure synthesis");
    cut(folder, "step-00000020.ckpt");
    let line = structure("structure", &format!("--steps {STRUCTURE_STEPS} --resume"));
    let ended = scanweave(folder, &line).well();
    assert!(ended.complained.contains("step-00000020.ckpt"), "{ended}");
    let next = "trying structure/checkpoints/step-00000015.ckpt";
    assert!(ended.complained.contains(next), "{ended}");
    let (again, _) = exported(folder, "structure synthesis");
    assert!(
        again == whole,
        "five steps trained anew lead to the same networks"
    );
}

#[test]
fn without_a_whole_checkpoint_nothing_is_done() {
    let folder = copy();
    let folder = folder.path();
    for step in [10, 15, 20] {
        cut(folder, &format!("step-{step:08}.ckpt"));
    }
    cut(folder, "best.ckpt");
    untouched(folder, || {
        let words = ["checkpoint", "best.ckpt", "damaged", "train anew"];
        scanweave(folder, &structure("structure", "--steps 30 --resume")).badly(1, &words);
        scanweave(folder, &synthesis("new", "--steps 3")).badly(1, &words);
        scanweave(folder, "export structure synthesis --out new.weave").badly(1, &words);
    });
}

#[test]
fn the_best_checkpoint_stands_in_where_no_other_is_whole() {
    let folder = copy();
    let folder = folder.path();
    for step in [10, 15, 20] {
        cut(folder, &format!("step-{step:08}.ckpt"));
    }
    let line = structure("structure", &format!("--steps {STRUCTURE_STEPS} --resume"));
    let ended = scanweave(folder, &line).well();
    let next = "trying structure/checkpoints/best.ckpt";
    assert!(ended.complained.contains(next), "{ended}");
    let (again, _) = exported(folder, "structure synthesis");
    let untouched = copy();
    let (whole, _) = exported(untouched.path(), "structure synthesis");
    assert!(again == whole, "the same steps lead to the same networks");
}

fn cut(folder: &Path, name: &str) {
    let path = folder.join("structure/checkpoints").join(name);
    let bytes = fs::read(&path).expect("a checkpoint");
    fs::write(&path, &bytes[..bytes.len() * 2 / 3]).expect("a cut checkpoint");
}

#[test]
fn a_run_that_was_trained_twice_is_the_same_run() {
    let folder = copy();
    let folder = folder.path();
    scanweave(
        folder,
        &structure("twin", &format!("--steps {STRUCTURE_STEPS}")),
    )
    .well();
    let upon = |run: &str| {
        let line = synthesis("synthesis", "--steps 7 --resume");
        let line = line.replace("--structure structure", &format!("--structure {run}"));
        scanweave(folder, &line)
    };
    upon("twin").well();
    scanweave(folder, &structure("other", "--steps 5")).well();
    upon("other").badly(1, &["`foundations`"]);
}

#[test]
fn a_damaged_configuration_is_named() {
    let folder = copy();
    let folder = folder.path();
    fs::write(folder.join("structure/config.json"), b"{ \"version\": ").expect("a file");
    untouched(folder, || {
        scanweave(folder, &structure("structure", "--steps 30 --resume"))
            .badly(1, &["config.json"]);
        scanweave(folder, "export structure synthesis --out new.weave").badly(1, &["config.json"]);
    });
}

#[test]
fn a_training_that_cannot_begin_leaves_no_run() {
    let folder = copy();
    let folder = folder.path();
    untouched(folder, || {
        for minutes in ["0", "-1", "nan", "inf", "1e300"] {
            let ended = scanweave(folder, &structure("new", &format!("--minutes={minutes}")));
            ended.badly(2, &["--minutes"]);
        }
        for rate in ["0", "-1", "nan", "inf"] {
            let ended = scanweave(
                folder,
                &structure("new", &format!("--steps 1 --rate={rate}")),
            );
            ended.badly(2, &["--rate"]);
        }
        scanweave(folder, &structure("new", "--steps 1 --device cuda:7"))
            .badly(1, &["cuda", "--features"]);
        scanweave(folder, &structure("new", "--steps 1 --structure structure"))
            .badly(2, &["--structure"]);
        let without = synthesis("new", "--steps 1").replace("--structure structure", "");
        scanweave(folder, &without).badly(2, &["--structure"]);
        let wrong =
            synthesis("new", "--steps 1").replace("--structure structure", "--structure synthesis");
        scanweave(folder, &wrong).badly(1, &["synthesis", "not a structure run"]);
        scanweave(folder, &structure("data.scan/new", "--steps 1")).badly(1, &["data.scan/new"]);
    });
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_a_training_and_leaves_no_half_checkpoint() {
    use crate::process::scanweave_on_a_full_disk;
    let folder = copy();
    let folder = folder.path();
    // Room for the sheets, none for a checkpoint of several megabytes.
    let line = structure("new", "--steps 1");
    scanweave_on_a_full_disk(folder, 400, &line).badly(1, &["step-00000001.ckpt", "disk"]);
    assert!(
        content(&folder.join("new/checkpoints")).is_empty(),
        "half a checkpoint is left"
    );
    scanweave(folder, &structure("new", "--steps 2 --resume")).well();
}
