//! Volumes in a folder's table and before `extract`: the slices that are asked for, and what is wrong
//! with a file named before the first step.

use crate::process::{content, scanweave, untouched};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const PREPARE: &str =
    "data prepare --dataset folder --source set --study brain-mri --size 64 --out data.scan";
/// Slices of a head.
const DEPTH: usize = 4;
const SIDE: usize = 72;

/// A head whose brain is brighter in each slice; the slices do not all have one.
fn head(grey: f32) -> Vec<Plane> {
    let slice = |z: usize| {
        Plane::from_fn(SIDE, SIDE, move |x, y| {
            let (dx, dy) = (x as f32 - 35.5, y as f32 - 35.5);
            match dx * dx / 0.7 + dy * dy {
                r if r < 600.0 => grey + 0.1 * z as f32 + if dx > 5.0 { 0.1 } else { 0.0 },
                r if r < 820.0 => 0.9,
                _ => 0.0,
            }
        })
    };
    (0..DEPTH).map(slice).collect()
}

/// A tumour in slice 2 alone.
fn label(side: usize, depth: usize) -> Vec<Plane> {
    let slice = |z: usize| {
        Plane::from_fn(side, side, move |x, y| {
            let inside = z == 2 && x.abs_diff(30) < 4 && y.abs_diff(30) < 4;
            f32::from(u8::from(inside)) / 255.0
        })
    };
    (0..depth).map(slice).collect()
}

fn write(path: &Path, slices: &[Plane]) {
    let bytes = nifti::write(slices, [1.0; 3], "SYNTHETIC").expect("a volume");
    fs::write(path, bytes).expect("a file");
}

/// The same volume of 8 bits as a MetaImage.
fn meta(slices: &[Plane]) -> Vec<u8> {
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {SIDE} {SIDE} {DEPTH}\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    );
    let voxels = slices.iter().flat_map(Plane::to_u8);
    header.into_bytes().into_iter().chain(voxels).collect()
}

const TABLE: &str = "file,modality,subject,slice,mask_file\n";

/// Four subjects with T1 and Flair, slices 1 and 2 each; a label for all of them.
fn set() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("a folder");
    write(&set.join("label.nii"), &label(SIDE, DEPTH));
    let mut table = TABLE.to_owned();
    for subject in 0..4 {
        write(&set.join(format!("{subject}-t1.nii")), &head(0.5));
        let flair = meta(&head(0.2 + 0.05 * subject as f32));
        fs::write(set.join(format!("{subject}-flair.mha")), flair).expect("a file");
        for slice in [1, 2] {
            for file in ["t1.nii", "flair.mha"] {
                let modality = file.split('.').next().expect("a name");
                let row = format!("{subject}-{file},{modality},s{subject},{slice},label.nii\n");
                table.push_str(&row);
            }
        }
    }
    fs::write(set.join("manifest.csv"), table).expect("a table");
    folder
}

#[test]
fn slices_of_volumes_become_items() {
    let folder = set();
    let ended = scanweave(folder.path(), PREPARE).well();
    assert!(ended.said.contains("8 items of 64 x 64"), "{ended}");
    let first = fs::read(folder.path().join("data.scan")).expect("data");
    scanweave(folder.path(), PREPARE).well();
    assert!(first == fs::read(folder.path().join("data.scan")).expect("data"));
    let line = "train lesion --study brain-mri --data data.scan --preset tiny --steps 1 --run run";
    // There is no T1c: the stage says so, and so it has understood the labels.
    scanweave(folder.path(), line).badly(1, &["no training image of modality t1c"]);
}

#[test]
fn a_slice_is_extracted_as_its_picture_would_be() {
    let folder = set();
    let folder = folder.path();
    let extract = |image: &str, out: &str| {
        let line = format!("extract {image} --study brain-mri --size 64 --out {out}");
        scanweave(folder, &line)
    };
    extract("set/1-t1.nii --slice 2", "nifti").well();
    fs::write(folder.join("t1.mha"), meta(&head(0.5))).expect("a file");
    extract("t1.mha --slice 2", "meta").well();
    let files = |out: &str| content(&folder.join(out)).into_values().collect::<Vec<_>>();
    assert!(files("nifti") == files("meta"));
    assert_eq!(files("nifti").len(), 4);
    untouched(folder, || {
        extract("t1.mha", "none").badly(2, &["t1.mha", "4 slices", "--slice N"]);
        extract("t1.mha --slice 4", "none").badly(1, &["t1.mha", "no slice 4", "0 to 3"]);
        extract("set/manifest.csv --slice 1", "none").badly(2, &["--slice belongs to a volume"]);
        extract("gone.nii --slice 1", "none").badly(1, &["gone.nii: cannot be opened"]);
    });
}

/// The volume with two voxels that are no numbers.
#[test]
fn voxels_that_are_no_numbers_are_told() {
    let folder = set();
    let folder = folder.path();
    let values = head(0.5);
    let values = values.iter().flat_map(|plane| plane.values().to_vec());
    let mut values: Vec<f32> = values.collect();
    values[0] = f32::NAN;
    values[1] = f32::INFINITY;
    let header = format!(
        "ObjectType = Image\nNDims = 3\nDimSize = {SIDE} {SIDE} {DEPTH}\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
    );
    let voxels = values.iter().flat_map(|v| v.to_le_bytes());
    let bytes: Vec<u8> = header.into_bytes().into_iter().chain(voxels).collect();
    fs::write(folder.join("set/1-flair.mha"), bytes).expect("a file");
    let ended = scanweave(folder, PREPARE).well();
    let note = format!("1-flair.mha: 2 of {} voxels", SIDE * SIDE * DEPTH);
    assert!(ended.complained.contains(&note), "{ended}");
    assert!(ended.complained.contains("hold no data"), "{ended}");
}

/// Replaces files of the set: a name, its content, and what must be said beside the name.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let nifti = |slices: &[Plane]| nifti::write(slices, [1.0; 3], "").expect("a volume");
    let mut nan = nifti(&head(0.5));
    // The same bytes as floats: a quarter as many voxels, all of them NaN.
    nan[70] = 16;
    nan[42] = (SIDE / 4) as u8;
    nan[352..].fill(0xff);
    let cut = nifti(&head(0.5))[..5000].to_vec();
    let other_classes = nifti(&label(SIDE - 1, DEPTH));
    vec![
        (
            "2-t1.nii",
            nan,
            &["no finite numbers", "leave the volume out"],
        ),
        (
            "2-t1.nii",
            nifti(&vec![Plane::filled(SIDE, SIDE, 0.5); DEPTH]),
            &["the volume is constant", "leave it out"],
        ),
        ("2-t1.nii", cut, &["cut short", "copy it again"]),
        (
            "2-t1.nii",
            nifti(&head(0.5)[..2]),
            &["no slice 2", "2 slices, 0 to 1"],
        ),
        (
            "2-flair.mha",
            b"nothing".to_vec(),
            &["no volume that can be read"],
        ),
        (
            "label.nii",
            nifti(&label(SIDE, DEPTH + 1)),
            &[
                "72 x 72 x 5 voxels",
                "72 x 72 x 4 voxels",
                "the image's grid",
            ],
        ),
        (
            "label.nii",
            other_classes,
            &["71 x 71 pixels", "72 x 72 pixels", "the image's grid"],
        ),
    ]
}

#[test]
fn a_volume_that_cannot_be_used_is_named() {
    for (name, bytes, words) in broken() {
        let folder = set();
        fs::write(folder.path().join("set").join(name), bytes).expect("a file");
        untouched(folder.path(), || {
            let ended = scanweave(folder.path(), PREPARE);
            ended.badly(1, &[&[name, "--skip-broken"], words].concat());
        });
    }
}

#[test]
fn rows_that_name_no_slice_are_refused() {
    let folder = set();
    let table = folder.path().join("set/manifest.csv");
    for (row, words) in [
        ("0-t1.nii,t1,s0,,\n", ["0-t1.nii", "from 0, not ''"]),
        ("0-t1.nii,t1,s0,-1,\n", ["0-t1.nii", "from 0, not '-1'"]),
        (
            "0-t1.nii,t1,s0,1,\n0-t1.nii,t1,s0,1,\n",
            ["same case", "0-t1.nii"],
        ),
    ] {
        fs::write(&table, format!("{TABLE}{row}")).expect("a table");
        untouched(folder.path(), || {
            scanweave(folder.path(), PREPARE).badly(1, &words);
        });
    }
}
