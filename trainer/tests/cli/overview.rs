//! What shows people how trainings stand: `runs`, `report`, `devices`, and the lock that keeps two
//! trainings from writing one run.

use crate::process::{scanweave, start, until_there, untouched, wait};
use crate::trained::{STRUCTURE_STEPS, TRAINED, copy, structure};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The line of `scanweave runs` about a run.
fn line_of(folder: &Path, run: &str) -> String {
    let ended = scanweave(folder, "runs").well();
    let found = ended.said.lines().find(|line| line.starts_with(run));
    found
        .unwrap_or_else(|| panic!("{run} is not listed\n{ended}"))
        .into()
}

#[test]
fn runs_are_listed_with_state_and_figures() {
    untouched(&TRAINED, || {
        let line = line_of(&TRAINED, "structure ");
        for word in [
            "phantom-thorax",
            "finished",
            "20",
            "reconstruction error",
            "mse",
        ] {
            assert!(line.contains(word), "`{word}`: {line}");
        }
        assert!(line_of(&TRAINED, "synthesis ").contains("finished"));
    });
    let nothing = tempfile::tempdir().expect("a folder");
    let ended = scanweave(nothing.path(), "runs").well();
    assert!(ended.said.contains("scanweave train"), "{ended}");
    scanweave(nothing.path(), "runs gone").badly(1, &["gone"]);
}

#[test]
fn a_run_at_work_is_running_and_no_other_may_write_it() {
    let folder = copy();
    let folder = folder.path();
    let endless = structure("busy", "--steps 100000");
    let mut child = start(folder, &endless);
    until_there(
        &folder.join("busy/checkpoints/step-00000005.ckpt"),
        &mut child,
    );
    let id = child.id().to_string();
    assert!(line_of(folder, "busy").contains("running"));
    scanweave(folder, &format!("{endless} --resume")).badly(1, &["busy", &id, "--run"]);
    scanweave(folder, &endless).badly(1, &["busy", "already holds a run"]);
    child.kill().expect("it runs");
    wait(child, &endless);
    assert!(line_of(folder, "busy").contains("interrupted"));
    let record = fs::read(folder.join("busy/state.json")).expect("a state");
    let record: Value = serde_json::from_slice(&record).expect("JSON");
    assert_eq!(record["sittings"][0]["device"], "flex");
    scanweave(folder, "report busy").well();
    let page = fs::read_to_string(folder.join("busy/report.html")).expect("a report");
    assert!(page.contains("interrupted"));
}

#[test]
fn a_report_holds_everything_and_links_to_nothing() {
    let folder = copy();
    let folder = folder.path();
    let file = folder.join("structure/report.html");
    let written = fs::read_to_string(&file).expect("the training wrote it");
    fs::remove_file(&file).expect("it was there");
    let ended = scanweave(folder, "report structure").well();
    assert!(ended.said.contains("report.html"), "{ended}");
    let page = fs::read_to_string(&file).expect("it is written anew");
    assert_eq!(page, written, "rebuilt from the files alone");
    for word in [
        "finished",
        "step 0<",
        &format!("step {STRUCTURE_STEPS}<"),
        "data:image/png;base64,iVBOR",
        "<svg",
        ">mse<",
        "reconstruction error, lower is better",
        "loader alone",
        "waiting for batches",
        "study.line_threshold",
        "<td>flex</td>",
    ] {
        assert!(page.contains(word), "`{word}` is not in the report");
    }
    // The letters of an encoded picture may spell anything.
    let pieces = page.split("base64,");
    let page: String = pieces
        .map(|piece| piece.split_once("\">").map_or(piece, |p| p.1))
        .collect();
    for word in ["http", "<script", "<link", "url(", "NaN"] {
        assert!(!page.contains(word), "`{word}` is in the report");
    }
    scanweave(folder, "report gone").badly(1, &["gone", "scanweave train"]);
}

/// Changes the configuration of the structure run.
fn configure(folder: &Path, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
    let file = folder.join("structure/config.json");
    let text = fs::read(&file).expect("a configuration");
    let mut configuration: Value = serde_json::from_slice(&text).expect("JSON");
    change(configuration.as_object_mut().expect("an object"));
    fs::write(&file, configuration.to_string()).expect("a file");
}

#[test]
fn a_run_of_an_older_version_is_named_with_it() {
    let folder = copy();
    let folder = folder.path();
    configure(folder, |known| {
        known.insert("version".into(), "0.0.7".into());
        known.remove("settings");
        known.insert("augment".into(), false.into());
    });
    let words = ["config.json", "0.0.7", "settings", "new run"];
    scanweave(folder, &structure("structure", "--steps 30 --resume")).badly(1, &words);
    scanweave(folder, "report structure").badly(1, &words);
    assert!(line_of(folder, "structure ").contains("unreadable"));
}

/// What a step does, or who validates, has changed since: the run does not go on, and can be used.
#[test]
fn a_run_that_was_begun_by_another_method_does_not_go_on() {
    let folder = copy();
    let folder = folder.path();
    configure(folder, |known| {
        assert_eq!(known.remove("method"), Some(2.into()));
    });
    let resumed = structure("structure", "--steps 30 --resume");
    scanweave(folder, &resumed).badly(1, &["structure", "method"]);
    scanweave(folder, "report structure").well();
}

#[test]
fn devices_are_tried_and_what_is_missing_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    untouched(folder.path(), || {
        let ended = scanweave(folder.path(), "devices").well();
        for name in [
            "flex",
            "libtorch",
            "libtorch:cuda",
            "cuda:0",
            "vulkan",
            "metal",
        ] {
            let line = ended
                .said
                .lines()
                .find(|l| l.starts_with(&format!("{name} ")));
            let line = line.unwrap_or_else(|| panic!("{name} is not listed\n{ended}"));
            let explained = ["ready", "--features", "not on this machine: "];
            assert!(explained.iter().any(|word| line.contains(word)), "{line}");
        }
        let flex = ended.said.lines().find(|l| l.starts_with("flex"));
        assert!(
            !cfg!(feature = "flex") || flex.is_some_and(|l| l.ends_with("ready")),
            "{ended}"
        );
    });
}
