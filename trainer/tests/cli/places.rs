//! What a command writes takes the place of nothing that it reads and of nothing that is no file, and what a killed one
//! left goes.

use crate::process::{content, scanweave, untouched};
use crate::trained::copy;
use std::fs::{self, File};
use std::path::Path;

#[test]
fn an_input_is_not_replaced() {
    let folder = copy();
    let folder = folder.path();
    let own = |name: &str, from: &str| {
        let to = folder.join(name);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(folder.join(from), to).expect("a copy");
    };
    own("own/sheet.png", "model.weave");
    own("built/000000-mask.png", "model.weave");
    own("set/study.toml", "structure/config.json");
    fs::write(
        folder.join("set/manifest.csv"),
        "file,modality\na.png,xray\n",
    )
    .expect("a table");
    fs::write(folder.join("set/a.png"), b"an image").expect("a file");
    fs::write(folder.join("card.weave"), b"{}").expect("a card");
    let elsewhere = "another place";
    untouched(folder, || {
        for name in ["manifest.csv", "a.png", "study.toml"] {
            let line = format!("data prepare --dataset folder --source set --out set/{name}");
            scanweave(folder, &line).badly(2, &[name, elsewhere]);
        }
        for (line, name) in [
            ("sample own/sheet.png --count 1 --out own", "own/sheet.png"),
            (
                "build built/000000-mask.png --count 1 --out built",
                "mask.png",
            ),
            (
                "export model.weave --precision f16 --out model.weave",
                "model.weave",
            ),
            (
                "export structure synthesis --card card.weave --out card.weave",
                "card.weave",
            ),
            ("convert model.weave --out model.weave", "model.weave"),
            (
                "evaluate model.weave --data data.scan --out data.scan",
                "data.scan",
            ),
            (
                "evaluate model.weave --data data.scan --judge structure --out structure/config.json",
                "config.json",
            ),
        ] {
            scanweave(folder, line).badly(2, &[name, elsewhere]);
        }
    });
    // Of one file the card alone may change in its place.
    let line = "export model.weave --card card.json --out model.weave";
    let card = r#"{"title":"Anew","data":"","licence":"","commands":[],"training":"","figures":[],"limits":""}"#;
    fs::write(folder.join("card.json"), card).expect("a card");
    scanweave(folder, line).well();
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    let folder = copy();
    let folder = folder.path();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.join("pipe.onnx"))
        .status();
    assert!(made.expect("mkfifo is there").success());
    let large = File::create(folder.join("large.weave")).expect("a file");
    large.set_len(1 << 33).expect("a file with a hole");
    std::os::unix::fs::symlink("model.weave", folder.join("link.weave")).expect("a link");

    let device = "a device, pipe or socket";
    scanweave(folder, "inspect pipe.onnx").badly(1, &["pipe.onnx", device]);
    scanweave(folder, "inspect /dev/zero").badly(1, &["/dev/zero", device]);
    let limit = (1_u64 << 32).to_string();
    let words = ["large.weave", "8589934592", &limit];
    scanweave(folder, "inspect large.weave").badly(1, &words);
    scanweave(folder, "export model.weave --onnx pipe.onnx").badly(1, &["pipe.onnx", device]);

    scanweave(folder, "export structure synthesis --out link.weave").well();
    let link = fs::symlink_metadata(folder.join("link.weave")).expect("it is there");
    assert!(link.is_symlink());
    scanweave(folder, "inspect model.weave").well();
}

#[test]
fn what_killed_processes_left_goes_and_other_files_stay() {
    let folder = copy();
    let folder = folder.path();
    fs::create_dir(folder.join("drawn")).expect("a folder");
    let left = [
        "new.weave.7.tmp",
        "new.scan.7.tmp",
        "drawn/000001-mask.png.7.tmp",
    ];
    let kept = ["old.weave.7.tmp", "notes.tmp", "drawn/notes.2024.tmp"];
    for name in left.iter().chain(&kept) {
        fs::write(folder.join(name), b"half").expect("a file");
    }
    scanweave(folder, "export structure synthesis --out new.weave").well();
    scanweave(folder, "sample new.weave --count 1 --out drawn").well();
    let line = "data prepare --dataset phantom --count 3 --size 64 --out new.scan";
    scanweave(folder, line).well();
    let there = content(folder);
    let is_there = |name: &&str| there.contains_key(&folder.join(Path::new(name)));
    assert!(!left.iter().any(&is_there));
    assert!(kept.iter().all(is_there));
}

#[cfg(unix)]
#[test]
fn a_name_does_not_command_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a\u{1b}[2Jb.weave";
    fs::write(folder.path().join(name), b"no model").expect("a file");
    let ended = scanweave(folder.path(), &format!("inspect {name}"));
    let ended = ended.badly(1, &["a\\u{1b}[2Jb.weave"]);
    assert!(!ended.complained.contains('\u{1b}'), "{ended}");
}
