//! Real images, where there are any: the variable `SCANWEAVE_DATA` names a folder that holds
//! `chest_xray/manifest.csv`. Without it these tests say so and do nothing: `cargo xtask test` ends with
//! what was skipped.

use crate::process::scanweave;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// Rows of the table that are used.
const ROWS: usize = 12;

/// The folder of real images; without one the test that asks is noted as skipped.
fn real_images() -> Option<PathBuf> {
    let folder = std::env::var_os("SCANWEAVE_DATA").map(PathBuf::from);
    if folder.is_none() {
        skipped("no real images are at hand (set SCANWEAVE_DATA)");
    }
    folder
}

/// Notes that this test does nothing, and why: what a passing test prints is not seen.
fn skipped(reason: &str) {
    println!("skipped: {reason}");
    let Some(notes) = std::env::var_os("SCANWEAVE_SKIPPED") else {
        return;
    };
    let thread = std::thread::current();
    let line = format!("{}\t{reason}\n", thread.name().unwrap_or("a test"));
    // One line in one write: other tests append at the same time.
    let file = fs::OpenOptions::new().create(true).append(true).open(notes);
    file.and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("SCANWEAVE_SKIPPED names a file that can be written");
}

/// A folder with `set/`: the head of the real table and the images it names.
fn some_radiographs() -> Option<TempDir> {
    let source = real_images()?.join("chest_xray");
    let table = fs::read_to_string(source.join("manifest.csv"))
        .expect("SCANWEAVE_DATA holds chest_xray/manifest.csv");
    let rows: Vec<&str> = table.lines().take(1 + ROWS).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    for row in &rows[1..] {
        let file = row.split(',').next().expect("the first column is the file");
        fs::create_dir_all(set.join(file).parent().expect("it lies in a folder"))
            .expect("a folder");
        fs::copy(source.join(file), set.join(file)).expect("an image of the table");
    }
    fs::write(set.join("manifest.csv"), rows.join("\n")).expect("a table");
    Some(folder)
}

#[test]
fn radiographs_are_prepared_by_their_table() {
    let Some(folder) = some_radiographs() else {
        return;
    };
    let line =
        "data prepare --dataset folder --source set --study chest-xray --size 64 --out data.scan";
    let ended = scanweave(folder.path(), line).well();
    assert!(ended.said.contains(&format!("{ROWS} items")), "{ended}");
    assert!(ended.said.contains("class normal"), "{ended}");
    scanweave(folder.path(), "data inspect data.scan").well();
    assert!(image::open(folder.path().join("data.sheet.png")).is_ok());
}

#[test]
fn the_structure_of_a_radiograph_is_lines_on_a_body() {
    let Some(folder) = some_radiographs() else {
        return;
    };
    let set = fs::read_to_string(folder.path().join("set/manifest.csv")).expect("the table");
    let file = set
        .lines()
        .nth(1)
        .and_then(|row| row.split(',').next())
        .expect("a row");
    let line = format!("extract set/{file} --study chest-xray --size 128 --out out --steps");
    scanweave(folder.path(), &line).well();
    let share = |name: &str| {
        let image = image::open(folder.path().join("out").join(name))
            .expect("a picture")
            .to_luma8();
        image.pixels().filter(|p| p.0[0] == 255).count() as f64
            / f64::from(image.width() * image.height())
    };
    assert!(
        (0.02..0.4).contains(&share("structure-map.png")),
        "lines: {}",
        share("structure-map.png")
    );
    assert!(share("mask.png") < 0.6, "background: {}", share("mask.png"));
}

/// The folder of original brain volumes.
fn brain_volumes() -> Option<PathBuf> {
    let folder = real_images()?.join("brain_mri/original");
    if !folder.is_dir() {
        skipped("no original volumes are at hand (SCANWEAVE_DATA has no brain_mri/original)");
        return None;
    }
    Some(folder)
}

#[test]
fn slices_of_real_volumes_are_prepared() {
    let Some(source) = brain_volumes() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("a folder");
    let mut table = "file,modality,subject,slice,mask_file\n".to_owned();
    let mut add = |from: &str, subject: &str, modality: &str, slices: [usize; 2], mask: &str| {
        let name = from.replace('/', "-");
        fs::copy(source.join(from), set.join(&name)).expect("an original");
        for slice in slices {
            let row = format!("{name},{modality},{subject},{slice},{mask}\n");
            table.push_str(&row);
        }
    };
    let truth = "brats_mha-BRATS_HG0015_truth.mha";
    for (file, modality) in [("T1", "t1"), ("T1C", "t1c"), ("FLAIR", "flair")] {
        let from = format!("brats_mha/BRATS_HG0015_{file}.mha");
        add(&from, "hg0015", modality, [80, 95], truth);
    }
    add(
        "brats_mha/BRATS_HG0015_truth.mha",
        "hg0015",
        "ct",
        [80, 95],
        "",
    );
    let flair = "tcga_native_nii/TCGA-FG-6692_hdbet_native_fla.nii.gz";
    add(flair, "fg6692", "flair", [10, 14], "");
    fs::write(set.join("manifest.csv"), table).expect("a table");
    let line =
        "data prepare --dataset folder --source set --study brain-mri --size 128 --out data.scan";
    let ended = scanweave(folder.path(), line).well();
    assert!(ended.said.contains("4 items"), "{ended}");
    scanweave(folder.path(), "data inspect data.scan").well();
    assert!(image::open(folder.path().join("data.sheet.png")).is_ok());
}
