//! Arguments that cannot be meant: exit code 2, what is possible, and nothing done.

use crate::process::{scanweave, untouched};

/// A command line and what the answer must say.
const CASES: [(&str, &[&str]); 25] = [
    ("", &["Usage"]),
    ("dance", &["dance"]),
    ("extract a.png --out o", &["--study"]),
    (
        "extract a.png --study heart --out o",
        &["heart", "chest-xray", "retina"],
    ),
    (
        "extract a.png --study retina --out o --size 100",
        &["100", "multiple of 16"],
    ),
    (
        "data prepare --dataset mnist --out d",
        &["mnist", "chest-xray", "folder", "phantom"],
    ),
    (
        "data prepare --dataset phantom --study heart --out d",
        &["heart", "phantom-thorax"],
    ),
    (
        "data prepare --dataset phantom --count 0 --out d",
        &["--count"],
    ),
    ("data prepare --dataset folder --out d", &["--source"]),
    ("data prepare --dataset phantom", &["--out"]),
    (
        "train structure --study heart --data d --run r",
        &["heart", "phantom-brain"],
    ),
    (
        "train everything --study retina --data d --run r",
        &["everything", "structure", "synthesis"],
    ),
    (
        "train structure --study retina --data d --run r --device abacus",
        &["abacus", "flex", "libtorch"],
    ),
    (
        "train structure --study retina --data d --run r --preset huge",
        &["huge", "tiny", "demo"],
    ),
    (
        "train structure --study retina --data d --run r --batch 1",
        &["--batch"],
    ),
    (
        "train structure --study retina --data d --run r --steps 0",
        &["--steps"],
    ),
    (
        "train structure --study retina --data d --run r --steps 5 --minutes 1",
        &["--minutes"],
    ),
    ("export --out m.weave", &["RUN"]),
    ("export r --out model.zip", &["model.zip", ".weave"]),
    ("export r", &["--out", "--onnx"]),
    ("export r --onnx g.pb", &["g.pb", ".onnx"]),
    ("export m.weave r --out n.weave", &["alone", "--card"]),
    ("export m.weave r --onnx g.onnx", &["alone", "--onnx"]),
    (
        "export r --out m.weave --precision q4",
        &["q4", "q8", "f16"],
    ),
    ("sample m.weave --out o --count 0", &["--count"]),
];

#[test]
fn wrong_usage_is_answered_with_what_is_possible() {
    let folder = tempfile::tempdir().expect("a folder");
    untouched(folder.path(), || {
        for (line, words) in CASES {
            scanweave(folder.path(), line).badly(2, words);
        }
    });
}

#[test]
fn help_teaches() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases: [(&str, &[&str]); 9] = [
        (
            "--help",
            &[
                "extract", "data", "train", "export", "sample", "evaluate", "inspect",
            ],
        ),
        ("extract --help", &["scanweave study list", "structure map"]),
        (
            "data prepare --help",
            &[
                "Possible values",
                "study file",
                "split by subject",
                "boxes.csv",
            ],
        ),
        (
            "train --help",
            &["Possible values", "--resume", "--structure <RUN>", "2e-4"],
        ),
        ("runs --help", &["diverged", "DIR"]),
        ("report --help", &["RUN", "report.html"]),
        ("devices --help", &["--device"]),
        (
            "export --help",
            &["Possible values", "weave", "--onnx", "opset"],
        ),
        ("evaluate --help", &["--judge", "95 % interval", "phantoms"]),
    ];
    for (line, words) in cases {
        let ended = scanweave(folder.path(), line).well();
        for word in words {
            assert!(ended.said.contains(word), "`{word}` is not taught\n{ended}");
        }
    }
}
