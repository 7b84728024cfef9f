//! Modalities and labels of one case that do not share a grid: refused, or brought onto one on request.

use crate::process::{Ended, scanweave, untouched};
use image::GrayImage;
use scanweave::formats::nifti;
use scanweave::image::Plane;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A head of 64 mm, at this place in millimetres; its brain is brighter to the left by `slope`.
fn head(x: f32, y: f32, slope: f32) -> f32 {
    let (dx, dy) = (x - 31.5, y - 31.5);
    match dx * dx / 0.7 + dy * dy {
        r if r < 480.0 => 0.4 + slope * dx,
        r if r < 700.0 => 0.95,
        _ => 0.0,
    }
}

/// Four slices of `side` x `side` voxels of `spacing` mm that show `value` of a place.
fn volume(path: &Path, side: usize, spacing: f32, value: impl Fn(f32, f32) -> f32) {
    let slice = |_| {
        Plane::from_fn(side, side, |x, y| {
            value(x as f32 * spacing, y as f32 * spacing)
        })
    };
    let slices: Vec<Plane> = (0..4).map(slice).collect();
    let bytes = nifti::write(&slices, [spacing, spacing, 1.0], "SYNTHETIC").expect("a volume");
    fs::write(path, bytes).expect("a file");
}

/// T1 of 64 x 64 voxels of a millimetre, FLAIR and the label of 32 x 32 of two.
fn set() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("a folder");
    volume(&set.join("t1.nii"), 64, 1.0, |x, y| head(x, y, 0.004));
    volume(&set.join("flair.nii"), 32, 2.0, |x, y| head(x, y, 0.01));
    volume(&set.join("label.nii"), 32, 2.0, |x, y| {
        let inside = (24.0..=30.0).contains(&x) && (24.0..=30.0).contains(&y);
        f32::from(u8::from(inside)) / 255.0
    });
    let table = "file,modality,subject,slice,mask_file\n\
                 t1.nii,t1,s,1,label.nii\nflair.nii,flair,s,1,label.nii\n";
    fs::write(set.join("manifest.csv"), table).expect("a table");
    folder
}

fn prepare(folder: &Path, more: &str) -> Ended {
    let line = format!(
        "data prepare --dataset folder --source set --study brain-mri --size 64 --out data.scan {more}"
    );
    scanweave(folder, &line)
}

#[test]
fn what_lies_apart_is_refused_unless_it_is_asked_for() {
    let folder = set();
    let folder = folder.path();
    untouched(folder, || {
        let words = ["flair.nii", "32 x 32", "64 x 64", "--resample"];
        prepare(folder, "").badly(1, &words);
        let ended = prepare(folder, "--dry-run").well();
        assert!(ended.said.contains("would hold 0 items"), "{ended}");
        let ended = prepare(folder, "--dry-run --resample").well();
        assert!(ended.said.contains("would hold 1 item "), "{ended}");
    });
    let ended = prepare(folder, "--resample").well();
    for word in [
        "flair.nii: it lies on another grid",
        "label.nii: the label lies on another grid",
        "from 32 x 32 x 4 voxels of 2.00 x 2.00 x 1.00 mm",
        "onto 64 x 64 x 4 voxels of 1.00 x 1.00 x 1.00 mm",
    ] {
        assert!(ended.complained.contains(word), "`{word}`\n{ended}");
    }
    scanweave(folder, "data inspect data.scan --export out").well();
    let open = |name: &str| -> GrayImage {
        let read = image::open(folder.join("out").join(name));
        read.expect("a picture").to_luma8()
    };
    let label = open("000000-label.png");
    for (x, y) in (0..64)
        .step_by(2)
        .flat_map(|y| (0..64).step_by(2).map(move |x| (x, y)))
    {
        let inside = (24..=30).contains(&x) && (24..=30).contains(&y);
        assert_eq!(label.get_pixel(x, y).0[0], u8::from(inside), "at {x}, {y}");
    }
    // Between the voxels of the coarse volume lies what is halfway.
    let flair = open("000000-flair.png");
    let at = |x: u32| i32::from(flair.get_pixel(x, 32).0[0]);
    for x in (21..43).step_by(2) {
        let halfway = i32::midpoint(at(x - 1), at(x + 1));
        assert!(
            (at(x) - halfway).abs() <= 1,
            "{} at {x}, not {halfway}",
            at(x)
        );
    }
    assert!(at(42) > at(20) + 20, "brighter to the left");
}
