//! What is said is lost where nobody can hear it, and the work is not: streams that are full or closed, and the signals
//! by which schedulers and terminals end what runs in them.

use crate::process::{Ended, in_shell, scanweave, signal, start, until_there, wait};
use crate::trained::{TRAINED, copy, structure};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

/// How the run stands, and after how many steps.
fn stands(run: &Path) -> (String, u64) {
    let text = fs::read(run.join("state.json")).expect("a state");
    let state: Value = serde_json::from_slice(&text).expect("JSON");
    let name = state["state"].as_str().expect("a name");
    (name.into(), state["step"].as_u64().expect("a number"))
}

#[test]
fn a_training_outlives_full_streams() {
    let folder = copy();
    let folder = folder.path();
    let line = structure("full", "--steps 6");
    let mut shell = in_shell(folder, ":", &line, ">/dev/full 2>/dev/full");
    let status = shell.status().expect("a shell");
    assert_eq!(status.code(), Some(0));
    assert_eq!(stands(&folder.join("full")), ("finished".into(), 6));
    assert!(folder.join("full/checkpoints/step-00000006.ckpt").exists());
}

#[test]
fn a_training_outlives_those_who_read_it() {
    let folder = copy();
    let folder = folder.path();
    let mut child = start(folder, &structure("alone", "--steps 6"));
    drop((child.stdout.take(), child.stderr.take()));
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert_eq!(stands(&folder.join("alone")), ("finished".into(), 6));
    assert!(folder.join("alone/checkpoints/step-00000006.ckpt").exists());
}

#[test]
fn a_result_that_is_lost_is_an_error_unless_its_reader_has_gone() {
    for line in [
        "study show phantom-brain",
        "study list",
        "inspect model.weave",
        "runs",
    ] {
        let full = in_shell(&TRAINED, ":", line, ">/dev/full").output();
        let full = full.expect("a shell");
        assert_eq!(full.status.code(), Some(1), "{line}");
        let complained = String::from_utf8_lossy(&full.stderr);
        let said = complained.contains("standard output cannot be written");
        assert!(said && !complained.contains("panicked"), "{complained}");

        let mut child = in_shell(&TRAINED, ":", line, "");
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("a shell");
        drop(child.stdout.take());
        wait(child, line).well();
    }
}

/// A training without an end of its own that has written its first checkpoint.
fn begun(folder: &Path, before: &str, run: &str) -> Child {
    let line = structure(run, "--steps 100000");
    let mut shell = in_shell(folder, before, &line, "");
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = shell.spawn().expect("a shell");
    let first = folder.join(run).join("checkpoints/step-00000005.ckpt");
    until_there(&first, &mut child);
    child
}

fn has_saved(folder: &Path, run: &str, ended: Ended) {
    let ended = ended.well();
    assert!(ended.said.contains("--resume"), "{ended}");
    let (state, step) = stands(&folder.join(run));
    assert_eq!(state, "interrupted");
    let last = format!("{run}/checkpoints/step-{step:08}.ckpt");
    assert!(folder.join(last).exists(), "{step} steps");
    let resumed = structure(run, &format!("--steps {} --resume", step + 1));
    scanweave(folder, &resumed).well();
}

#[test]
fn whoever_ends_a_training_finds_it_saved() {
    let folder = copy();
    let folder = folder.path();
    for name in ["TERM", "HUP"] {
        let child = begun(folder, ":", name);
        // A terminal that is closed sends more than one.
        signal(&child, name);
        signal(&child, name);
        has_saved(folder, name, wait(child, name));
    }
}

#[test]
fn what_nohup_began_is_not_ended_by_a_terminal() {
    let folder = copy();
    let folder = folder.path();
    let mut child = begun(folder, "trap '' HUP", "kept");
    signal(&child, "HUP");
    let (_, step) = stands(&folder.join("kept"));
    let later = format!("kept/checkpoints/step-{:08}.ckpt", step + 10);
    until_there(&folder.join(later), &mut child);
    signal(&child, "TERM");
    has_saved(folder, "kept", wait(child, "kept"));
}
