//! Studies as files: listed, shown, begun, and taken by every command.

use crate::pictures::{png, thorax};
use crate::process::scanweave;
use std::fs;

const STUDY: &str = r#"
name = "liver-pet"
title = "Liver PET"
base = "chest-xray"
lesion = "none"
line_reach = 3
style = true
[[modalities]]
name = "pet"
title = { en = "PET", zh = "正电子" }
scale = "organ-median"
[[modalities]]
name = "ct"
[recipe]
structure_classes = []
sharp_from = 1
synthesis = { registration = 0.0 }
"#;

/// Modalities that no built-in study has, without a label, from a folder of images to samples and figures.
#[test]
fn a_study_of_ones_own_goes_through_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("liver.toml"), STUDY).expect("a study");
    for modality in ["pet", "ct"] {
        let images = folder.join("set").join(modality);
        fs::create_dir_all(&images).expect("a folder");
        for case in 0..12 {
            let mut image = thorax(64);
            let shade = 16 + 8 * case as u8;
            for x in 20..30 {
                image.put_pixel(x, 20 + case % 20, image::Luma([shade]));
            }
            fs::write(images.join(format!("case{case}.png")), png(image)).expect("an image");
        }
    }
    let run = |line: &str| scanweave(folder, line).well();
    run("extract set/pet/case1.png --study liver.toml --size 64 --out steps");
    run("data prepare --dataset folder --source set --study liver.toml --size 64 --out liver.scan");
    let said = run("data inspect liver.scan").said;
    assert!(
        said.contains("modality pet") && said.contains("liver-pet"),
        "{said}"
    );
    let common = "--study liver.toml --data liver.scan --preset tiny --batch 4 --steps 2";
    run(&format!("train all {common} --run runs --pretraining 1"));
    assert!(
        !folder.join("runs/translator").exists(),
        "registration is off"
    );
    let ended = run("export runs --out liver.weave");
    assert!(ended.complained.contains("runs/synthesis"), "{ended}");
    let said = run("inspect liver.weave --provenance").said;
    for word in [
        "pet, ct",
        "liver-pet",
        "lines up to 3 pixels",
        "in a subject of the training set",
        "\"sharp_from\": 1",
        "\"steps\": 2",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    run("sample liver.weave --count 1 --out samples");
    assert!(folder.join("samples/000001-pet.png").exists());
    run("evaluate liver.weave --data liver.scan --count 4 --seeds 3 --out figures.json");
}

#[test]
fn studies_are_listed_shown_and_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let listed = scanweave(folder, "study list").well().said;
    for word in ["brain-mri", "t1, t1c, flair", "tumour", "lung-ct"] {
        assert!(listed.contains(word), "{word}: {listed}");
    }
    let shown = scanweave(folder, "study show brain-mri").well().said;
    assert!(shown.contains("# The lesion label"), "{shown}");
    scanweave(folder, "study new mine.toml --base brain-mri").well();
    let written = fs::read_to_string(folder.join("mine.toml")).expect("a file");
    assert_eq!(
        written,
        shown.replace("name = \"brain-mri\"", "name = \"mine\"")
    );
    assert_eq!(
        scanweave(folder, "study show mine.toml").well().said,
        written
    );
    scanweave(folder, "study new mine.toml").badly(1, &["mine.toml", "already there"]);
    scanweave(folder, "study new mine.txt").badly(1, &["ends in .toml"]);
    fs::write(
        folder.join("bad.toml"),
        "base = 'retina'\nname = 'x'\ncolour = 3",
    )
    .expect("a file");
    scanweave(folder, "study show bad.toml").badly(2, &["bad.toml", "colour"]);
    scanweave(folder, "study show heart").badly(2, &["brain-mri", "study new"]);
}

#[test]
fn files_of_format_2_are_converted_and_others_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let old = include_bytes!("../../../shared/src/weights/golden-2.weave");
    fs::write(folder.join("old.weave"), old).expect("a file");
    scanweave(folder, "inspect old.weave")
        .badly(1, &["old.weave", "format 2", "scanweave convert"]);
    scanweave(folder, "convert old.weave --out new.weave").well();
    let said = scanweave(folder, "inspect new.weave --provenance")
        .well()
        .said;
    assert!(
        said.contains("chest-xray") && said.contains("converted_from_format"),
        "{said}"
    );
    scanweave(folder, "convert new.weave --out newer.weave").badly(1, &["new.weave", "format 3"]);
    scanweave(folder, "convert old.weave --out old.weave").badly(2, &["old.weave"]);
}
