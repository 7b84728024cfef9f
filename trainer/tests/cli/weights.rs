//! Weights files: what can be done with one, and with one that is damaged.

use crate::process::{content, scanweave, untouched};
use crate::trained::{TRAINED, copy};
use std::fs;
use std::path::Path;

#[test]
fn inspect_says_what_a_file_holds() {
    let ended = scanweave(&TRAINED, "inspect model.weave").well();
    for word in ["phantom-thorax", "generator", "decoder", "mask"] {
        assert!(
            ended.said.to_lowercase().contains(word),
            "`{word}`\n{ended}"
        );
    }
}

#[test]
fn a_seed_is_a_picture() {
    let folder = copy();
    let folder = folder.path();
    scanweave(folder, "sample model.weave --count 2 --seed 5 --out a").well();
    scanweave(folder, "sample model.weave --count 2 --seed 5 --out b").well();
    scanweave(folder, "sample model.weave --count 1 --seed 6 --out c").well();
    let picture = |name: &str| {
        let bytes = fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(image::load_from_memory(&bytes).is_ok(), "{name}");
        bytes
    };
    for stage in ["structure", "mask", "fused", "xray"] {
        let of = |run: &str, seed: u32| picture(&format!("{run}/{seed:06}-{stage}.png"));
        assert!(of("a", 5) == of("b", 5), "{stage} is reproducible");
        assert!(
            of("a", 6) == of("c", 6),
            "{stage} does not depend on --count"
        );
    }
    for stage in ["fused", "xray"] {
        assert!(
            picture(&format!("a/000005-{stage}.png")) != picture(&format!("a/000006-{stage}.png")),
            "{stage} follows the seed"
        );
    }
    let pixels = image::open(folder.join("a/000005-xray.png"))
        .expect("a picture")
        .to_luma8();
    assert_eq!((pixels.width(), pixels.height()), (64, 64));
    picture("a/sheet.png");
}

#[test]
fn a_finding_can_be_asked_for() {
    let folder = copy();
    let folder = folder.path();
    scanweave(
        folder,
        "sample model.weave --count 1 --class consolidation --out ill",
    )
    .well();
    scanweave(folder, "sample model.weave --count 1 --out well").well();
    let read = |name: &str| fs::read(folder.join(name).join("000001-xray.png")).expect("a picture");
    assert!(read("ill") != read("well"), "the generator sees the class");
    untouched(folder, || {
        let line = "sample model.weave --count 1 --class plague --out new";
        scanweave(folder, line).badly(2, &["plague", "normal", "consolidation"]);
        let line = "sample model.weave --count 1 --lesion --out new";
        scanweave(folder, line).badly(2, &["--lesion", "no lesion masks"]);
    });
}

#[test]
fn a_card_can_be_exchanged_and_nothing_else_changes() {
    let folder = copy();
    let folder = folder.path();
    let card = r#"{"title":"Measured later","data":"drawings","licence":"MIT","commands":[],"training":"","figures":[{"name":"error","value":"0.5"}],"limits":"none"}"#;
    fs::write(folder.join("card.json"), card).expect("a card");
    scanweave(
        folder,
        "export model.weave --card card.json --out new.weave",
    )
    .well();
    let ended = scanweave(folder, "inspect new.weave").well();
    assert!(ended.said.contains("Measured later"), "{ended}");
    scanweave(folder, "sample model.weave --count 1 --out a").well();
    scanweave(folder, "sample new.weave --count 1 --out b").well();
    let read = |name: &str| fs::read(folder.join(name).join("000001-xray.png")).expect("a picture");
    assert!(read("a") == read("b"), "the weights are the same");
    untouched(folder, || {
        fs::write(folder.join("bad.json"), "{").expect("a file");
        let line = "export model.weave --card bad.json --out other.weave";
        scanweave(folder, line).badly(1, &["bad.json", "model card"]);
        fs::remove_file(folder.join("bad.json")).expect("it is there");
    });
}

#[test]
fn a_class_that_no_judge_finds_is_neither_offered_nor_written() {
    let folder = copy();
    let folder = folder.path();
    let card = |class: &str| {
        let text = format!(r#"{{"withheld":[{{"class":"{class}","why":"it changes 1 of 255"}}]}}"#);
        fs::write(folder.join("card.json"), text).expect("a card");
    };
    card("consolidation");
    let export = "export model.weave --card card.json --out held.weave";
    scanweave(folder, export).well();
    let said = scanweave(folder, "inspect held.weave").well().said;
    assert!(
        said.contains("consolidation: it changes 1 of 255"),
        "{said}"
    );
    for (model, classes) in [
        ("model", ["normal", "consolidation", "normal"]),
        ("held", ["normal"; 3]),
    ] {
        let line = format!("build {model}.weave --count 3 --keep-refused --out {model}");
        scanweave(folder, &line).well();
        let table = fs::read_to_string(folder.join(model).join("manifest.csv"));
        let table = table.expect("a table");
        let labels = table.lines().skip(1).map(|row| row.split(',').nth(4));
        let labels: Option<Vec<&str>> = labels.collect();
        assert_eq!(labels.expect("labels"), classes, "{model}");
    }
    untouched(folder, || {
        let line = "build held.weave --count 1 --class consolidation --out new";
        scanweave(folder, line).badly(2, &["consolidation", "it changes 1 of 255"]);
    });
    // Whoever measures it may still look at it.
    let line = "sample held.weave --count 1 --class consolidation --out looked";
    scanweave(folder, line).well();
    for class in ["virus", "normal"] {
        card(class);
        scanweave(folder, export).badly(1, &[class, "consolidation"]);
    }
}

#[test]
fn export_is_reproducible_in_every_precision() {
    let folder = copy();
    let folder = folder.path();
    let mut sizes = Vec::new();
    for precision in ["q8", "f16", "f32"] {
        let export = |name: &str| {
            scanweave(
                folder,
                &format!("export synthesis structure --precision {precision} --out {name}"),
            )
            .well();
            fs::read(folder.join(name)).expect("it was exported")
        };
        let (first, second) = (export("a.weave"), export("b.weave"));
        assert!(first == second, "{precision}");
        scanweave(folder, "sample a.weave --count 1 --out drawn").well();
        sizes.push(first.len());
    }
    assert!(sizes[0] < sizes[1] && sizes[1] < sizes[2], "{sizes:?}");
}

#[test]
fn truncated_latents_are_all_alike() {
    let folder = copy();
    let folder = folder.path();
    let distinct = |truncation: &str| {
        let line = format!("export synthesis structure --truncation {truncation} --out t.weave");
        scanweave(folder, &line).well();
        scanweave(folder, "sample t.weave --count 3 --seed 1 --out t").well();
        let map = |seed: u32| fs::read(folder.join(format!("t/{seed:06}-structure.png")));
        let maps: std::collections::BTreeSet<_> = (1..=3).map(|seed| map(seed).unwrap()).collect();
        maps.len()
    };
    assert_eq!(distinct("1e-9"), 1);
    assert_eq!(distinct("1"), 3);
    untouched(folder, || {
        let line = "export synthesis structure --truncation 1.5 --out new.weave";
        scanweave(folder, line).badly(2, &["--truncation", "at most 1"]);
    });
}

#[test]
fn a_generator_is_written_as_onnx_from_runs_and_from_a_file() {
    let folder = copy();
    let folder = folder.path();
    let both = "export synthesis structure --precision f32 --out whole.weave --onnx runs.onnx";
    scanweave(folder, both).well();
    scanweave(folder, "export whole.weave --onnx file.onnx").well();
    let read = |name: &str| fs::read(folder.join(name)).expect("it was exported");
    assert!(read("runs.onnx") == read("file.onnx"), "the same generator");
    untouched(folder, || {
        let line = "export nothing.weave --onnx new.onnx";
        scanweave(folder, line).badly(1, &["nothing.weave"]);
    });
}

#[test]
fn export_refuses_runs_that_are_no_model() {
    let folder = copy();
    let folder = folder.path();
    fs::write(folder.join("card.json"), b"not a card").expect("a file");
    fs::create_dir(folder.join("nothing")).expect("a folder");
    untouched(folder, || {
        for (line, words) in [
            ("export structure --out new.weave", &["synthesis run"][..]),
            (
                "export synthesis synthesis --out new.weave",
                &["synthesis run"],
            ),
            (
                "export nothing --out new.weave",
                &["nothing", "config.json"],
            ),
            ("export gone --out new.weave", &["gone"]),
            (
                "export structure synthesis --card card.json --out new.weave",
                &["card.json"],
            ),
            (
                "export structure synthesis --card gone.json --out new.weave",
                &["gone.json"],
            ),
            (
                "export structure synthesis --out gone/new.weave",
                &["gone/new.weave", "folder"],
            ),
        ] {
            scanweave(folder, line).badly(1, words);
        }
    });
}

#[test]
fn a_synthesis_run_alone_makes_a_model_that_says_it_cannot_sample() {
    let folder = copy();
    let folder = folder.path();
    scanweave(folder, "export synthesis --out painter.weave").well();
    scanweave(folder, "inspect painter.weave").well();
    untouched(folder, || {
        scanweave(folder, "sample painter.weave --count 1 --out new")
            .badly(1, &["painter.weave", "structure"]);
    });
}

#[test]
fn a_damaged_file_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let whole = fs::read(TRAINED.join("model.weave")).expect("a model");
    for (what, bytes) in damaged(&whole) {
        fs::write(folder.join("bad.weave"), bytes).expect("a file");
        untouched(folder, || {
            println!("{what}");
            scanweave(folder, "inspect bad.weave").badly(1, &["bad.weave"]);
            scanweave(folder, "sample bad.weave --count 1 --out new").badly(1, &["bad.weave"]);
        });
    }
    scanweave(folder, "sample gone.weave --out new").badly(1, &["gone.weave"]);
    scanweave(folder, "inspect gone.weave").badly(1, &["gone.weave"]);
}

/// The file cut and flipped all over its header and at places of its payload.
fn damaged(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let length = whole.len();
    let cuts = [0, 1, 6, 8, 11, 64, 500, length / 2, length - 33, length - 1];
    let mut found: Vec<_> = cuts
        .iter()
        .map(|&at| (format!("cut at {at}"), whole[..at].to_vec()))
        .collect();
    let places = (0..24)
        .map(|i| i * i * i * i)
        .chain([length / 2, length - 32, length - 1]);
    for at in places.filter(|&at| at < length) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0x81;
        found.push((format!("flipped at {at}"), bytes));
    }
    found.push(("longer".into(), [whole, b"more"].concat()));
    found
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_model_and_whole_pictures() {
    use crate::process::scanweave_on_a_full_disk;
    let folder = copy();
    let folder = folder.path();
    untouched(folder, || {
        let line = "export structure synthesis --out model.weave";
        scanweave_on_a_full_disk(folder, 8, line).badly(1, &["model.weave", "disk"]);
    });
    scanweave_on_a_full_disk(folder, 1, "sample model.weave --count 1 --out new")
        .badly(1, &["new/000001-"]);
    for (path, bytes) in left(&folder.join("new")) {
        assert!(
            image::load_from_memory(&bytes).is_ok(),
            "{path} is half a picture"
        );
    }
}

fn left(folder: &Path) -> Vec<(String, Vec<u8>)> {
    content(folder)
        .into_iter()
        .map(|(path, bytes)| (path.display().to_string(), bytes))
        .collect()
}
