//! Data sets as they are downloaded, from the folder to what a training sees.

use crate::process::{scanweave, untouched};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SIDE: usize = 48;

/// Three slices, the middle one of which shows a head with a bright half.
fn head(grey: f32) -> Vec<Plane> {
    let slice = |z: usize| {
        Plane::from_fn(SIDE, SIDE, move |x, y| {
            let (dx, dy) = (x as f32 - 23.5, y as f32 - 23.5);
            match dx * dx + dy * dy {
                r if z == 1 && r < 250.0 => grey + if dx > 4.0 { 0.2 } else { 0.0 },
                r if z == 1 && r < 380.0 => 0.9,
                _ => 0.0,
            }
        })
    };
    (0..3).map(slice).collect()
}

/// Lesions of these classes beside each other in the same slice.
fn label(classes: [u8; 3]) -> Vec<Plane> {
    let slice = |z: usize| {
        Plane::from_fn(SIDE, SIDE, move |x, y| {
            let inside = z == 1 && (20..24).contains(&y) && (16..28).contains(&x);
            let class = classes[(x.saturating_sub(16) / 4).min(2)];
            f32::from(if inside { class } else { 0 }) / 255.0
        })
    };
    (0..3).map(slice).collect()
}

fn put(folder: &Path, name: &str, slices: &[Plane]) {
    let path = folder.join("set").join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let bytes = nifti::write(slices, [1.0; 3], "SYNTHETIC").expect("a volume");
    fs::write(path, bytes).expect("a file");
}

/// Two examinations of one person and one of another.
fn brats() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for case in [
        "BraTS-GLI-00001-000",
        "BraTS-GLI-00001-001",
        "BraTS-GLI-00002-000",
    ] {
        for (word, grey) in [("t1n", 0.3), ("t1c", 0.4), ("t2w", 0.5), ("t2f", 0.6)] {
            put(
                folder.path(),
                &format!("{case}/{case}-{word}.nii"),
                &head(grey),
            );
        }
        put(
            folder.path(),
            &format!("{case}/{case}-seg.nii"),
            &label([1, 2, 3]),
        );
    }
    folder
}

#[test]
fn a_challenge_is_prepared_as_it_is_downloaded() {
    let folder = brats();
    let folder = folder.path();
    let prepare = "data prepare --dataset brats --source set --size 48 --slices 4 --out data.scan";
    let ended = scanweave(folder, prepare).well();
    assert!(ended.said.contains("3 items of 48 x 48"), "{ended}");
    for words in [
        "cases with a label: 3 of 3",
        "enhancing is 3 (enhancing)",
        "at most 4 slices",
    ] {
        assert!(ended.complained.contains(words), "{words}: {ended}");
    }
    scanweave(folder, "data inspect data.scan --export out").well();
    let table = fs::read_to_string(folder.join("out/items.csv")).expect("a table");
    let mut rows = csv(&table);
    rows.sort();
    assert_eq!(rows[0][0], "BraTS-GLI-00001");
    assert_eq!(rows[0], rows[1], "one person, one split");
    assert_eq!(rows[2][0], "BraTS-GLI-00002");
    let label = image::open(folder.join("out/000000-label.png")).expect("a label");
    let label = label.into_luma8();
    let classes = [17, 21, 25].map(|x| label.get_pixel(x, 22).0[0]);
    // The file's rows and columns are as they are looked at.
    assert_eq!(classes, [1, 2, 4]);
    assert_eq!(label.get_pixel(30, 22).0[0], 0);
}

/// Subject and split of each row.
fn csv(table: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let cells = line.split(',').skip(1).take(2);
        cells.map(str::to_owned).collect()
    };
    table.lines().skip(1).map(cells).collect()
}

#[test]
fn a_plain_reading_names_the_option_and_options_belong_together() {
    let folder = brats();
    let folder = folder.path();
    untouched(folder, || {
        let prepare = |options: &str| {
            let line = format!("data prepare --source set --out data.scan {options}");
            scanweave(folder, &line)
        };
        prepare("--dataset folder --study brats").badly(1, &["BraTS", "--dataset brats"]);
        prepare("--dataset folder --slices 2").badly(2, &["--slices", "manifest.csv"]);
        prepare("--dataset brats --only a=b").badly(2, &["--only", "--dataset folder"]);
        prepare("--dataset brats --slices 0").badly(2, &["--slices"]);
        prepare("--dataset brats --study lung-ct").badly(1, &["lung-ct (ct)", "t1c, t1n"]);
        prepare("--dataset decathlon").badly(1, &["dataset.json"]);
        prepare("--dataset bids").badly(1, &["BIDS"]);
        for dataset in ["brats", "decathlon", "bids", "nnunet"] {
            let line = format!("data prepare --dataset {dataset} --out d");
            scanweave(folder, &line).badly(2, &["--source"]);
        }
    });
}

/// The header of a file, and of its voxels nothing.
fn cut(path: &Path) {
    let bytes = fs::read(path).expect("a volume");
    fs::write(path, &bytes[..352]).expect("a file");
}

#[test]
fn a_dry_run_reads_no_voxel() {
    let folder = brats();
    let folder = folder.path();
    for entry in fs::read_dir(folder.join("set")).expect("a folder") {
        let case = entry.expect("a case").path();
        for file in fs::read_dir(case).expect("a folder") {
            cut(&file.expect("a file").path());
        }
    }
    // Nobody reads a file of this length whole.
    let long = "set/BraTS-GLI-00001-000/BraTS-GLI-00001-000-t1n.nii";
    let file = fs::File::options().write(true).open(folder.join(long));
    file.expect("a file")
        .set_len(3 << 30)
        .expect("a sparse file");
    let prepare = "data prepare --dataset brats --source set --size 48 --out data.scan";
    let ended = scanweave(folder, &format!("{prepare} --slices 2 --dry-run")).well();
    for words in [
        "would hold at most 6 items of 48 x 48 pixels; nothing is written",
        "9 slices of 3 volumes: at most 2 of each, which are chosen when pixels are read",
        "48 x 48 x 3 voxels",
    ] {
        assert!(ended.said.contains(words), "{words}: {ended}");
    }
    assert!(!ended.complained.contains("would be refused"), "{ended}");
    let cases = ended.said.lines().find(|line| line.starts_with("cases"));
    assert!(cases.is_some(), "{ended}");
    assert!(!folder.join("data.scan").exists());
    let ended = scanweave(folder, &format!("{prepare} --slices 9 --dry-run")).well();
    assert!(ended.said.contains("at most 9 items"), "{ended}");
    scanweave(folder, prepare).badly(1, &["3 of 3 items cannot be used"]);
}
