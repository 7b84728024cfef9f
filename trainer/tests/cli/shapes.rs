//! Images that are no squares: they keep their shape, labels lie on them, and what lies beside them draws no line.

use crate::pictures::png;
use crate::process::scanweave;
use image::{GrayImage, Luma};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Pixels of the images.
const SIDES: (u32, u32) = (96, 64);
/// In a square of 64 they are 64 x 43, below 10 lines of background.
const INNER: std::ops::Range<u32> = 10..53;

/// A round head to the left of the middle; its brightest spot is the lesion.
fn head(x: u32, y: u32, ill: bool) -> u8 {
    let (dx, dy) = (f64::from(x) - 40.0, f64::from(y) - 31.5);
    match dx.hypot(dy) {
        _ if ill && lesion(x, y) > 0 => 250,
        r if r < 22.0 => {
            if dx > 6.0 {
                130
            } else {
                100
            }
        }
        r if r < 27.0 => 180,
        _ => 0,
    }
}

fn lesion(x: u32, y: u32) -> u8 {
    u8::from((44..54).contains(&x) && (22..34).contains(&y))
}

/// Six patients in T1 and FLAIR, the first two of them ill.
fn heads(write: impl Fn(&Path, &dyn Fn(u32, u32) -> u8)) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for patient in 0..6 {
        let ill = patient < 2;
        let put = |kind: &str, value: &dyn Fn(u32, u32) -> u8| {
            let path = folder.path().join(format!("set/{kind}/p{patient}"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            write(&path, value);
        };
        put("t1", &|x, y| head(x, y, ill).saturating_sub(patient));
        put("flair", &|x, y| head(x, y, ill).saturating_sub(2 * patient));
        if ill {
            put("masks", &lesion);
        }
    }
    folder
}

fn as_png(path: &Path, value: &dyn Fn(u32, u32) -> u8) {
    let image = GrayImage::from_fn(SIDES.0, SIDES.1, |x, y| Luma([value(x, y)]));
    fs::write(path.with_extension("png"), png(image)).expect("a file");
}

/// One slice of voxels that are twice as high as wide.
fn as_volume(path: &Path, value: &dyn Fn(u32, u32) -> u8) {
    let (width, height) = (SIDES.0 as usize, SIDES.1 as usize / 2);
    let slice = Plane::from_fn(width, height, |x, y| {
        f32::from(value(x as u32, 2 * y as u32)) / 255.0
    });
    let bytes = nifti::write(&[slice], [1.0, 2.0, 3.0], "SYNTHETIC").expect("a volume");
    fs::write(path.with_extension("nii"), bytes).expect("a file");
}

/// Prepares and exports the set; what was noted.
fn prepared(folder: &Path) -> String {
    let line =
        "data prepare --dataset folder --source set --study brain-mri --size 64 --out data.scan";
    let noted = scanweave(folder, line).well().complained;
    scanweave(folder, "data inspect data.scan --export out").well();
    noted
}

fn open(path: &Path) -> GrayImage {
    let image = image::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    image.to_luma8()
}

#[test]
fn pictures_keep_their_shape_and_labels_lie_on_them() {
    let folder = heads(as_png);
    let folder = folder.path();
    let noted = prepared(folder);
    assert!(noted.contains("6 of 6 items are not square"), "{noted}");
    let table = fs::read_to_string(folder.join("out/items.csv")).expect("a table");
    let mut ill = 0;
    for (number, row) in table.lines().skip(1).enumerate() {
        let plane = |what: &str| open(&folder.join(format!("out/{number:06}-{what}.png")));
        let (image, map, mask) = (plane("t1"), plane("map"), plane("mask"));
        for (x, y, pixel) in image
            .enumerate_pixels()
            .filter(|(_, y, _)| !INNER.contains(y))
        {
            assert_eq!(pixel.0[0], 0, "{row}: ({x}, {y}) is beside the image");
            assert_eq!(
                map.get_pixel(x, y).0[0],
                0,
                "{row}: a line beside the image"
            );
            assert_eq!(
                mask.get_pixel(x, y).0[0],
                255,
                "{row}: no organ beside the image"
            );
        }
        let patient = (0..6).find(|p| row.contains(&format!("p{p}")));
        let patient = patient.unwrap_or_else(|| panic!("no patient in {row}"));
        if patient < 2 {
            ill += 1;
            let label = plane("label");
            assert!(
                overlap(&image, &label) > 0.9,
                "{row}: {}",
                overlap(&image, &label)
            );
        } else {
            // What one image becomes alone is what it became among all.
            let line =
                format!("extract set/flair/p{patient}.png --study brain-mri --size 64 --out one");
            scanweave(folder, &line).well();
            let alone = |name: &str| open(&folder.join("one").join(name));
            assert!(alone("structure-map.png") == map, "{row}: other lines");
            assert!(alone("mask.png") == mask, "{row}: another mask");
        }
    }
    assert_eq!(ill, 2);
}

/// Of the pixels that are brightest, as many as the label has, those that it has too.
fn overlap(image: &GrayImage, label: &GrayImage) -> f64 {
    let labelled: Vec<bool> = label.pixels().map(|p| p.0[0] > 0).collect();
    let count = labelled.iter().filter(|l| **l).count();
    assert!(count > 20, "a label of {count} pixels");
    let mut pixels: Vec<(u8, bool)> = image.pixels().map(|p| p.0[0]).zip(labelled).collect();
    pixels.sort_by(|a, b| b.cmp(a));
    let hit = pixels[..count]
        .iter()
        .filter(|(_, labelled)| *labelled)
        .count();
    hit as f64 / count as f64
}

#[test]
fn voxels_that_are_not_square_show_the_shape_that_they_have() {
    let (pictures, volumes) = (heads(as_png), heads(as_volume));
    let (pictures, volumes) = (pictures.path(), volumes.path());
    let cases = (0..6).flat_map(|patient| [(patient, "flair"), (patient, "t1")]);
    let rows = cases.map(|(patient, kind)| {
        let ill = patient < 2;
        let mask = if ill {
            format!("masks/p{patient}.nii")
        } else {
            String::new()
        };
        format!("{kind}/p{patient}.nii,{kind},p{patient},0,{mask}\n")
    });
    let table = "file,modality,subject,slice,mask_file\n".to_owned() + &rows.collect::<String>();
    fs::write(volumes.join("set/manifest.csv"), table).expect("a table");
    prepared(pictures);
    let noted = prepared(volumes);
    assert!(noted.contains("6 of 6 items are not square"), "{noted}");
    for number in 0..6 {
        for (what, bound) in [("t1", 8.0), ("label", 1.0 / 255.0)] {
            let at = |folder: &Path| folder.join(format!("out/{number:06}-{what}.png"));
            if !at(pictures).exists() {
                assert!(what == "label" && !at(volumes).exists(), "{number}");
                continue;
            }
            let (one, other) = (open(&at(pictures)), open(&at(volumes)));
            let pairs = one.pixels().zip(other.pixels());
            let sum: f64 = pairs.map(|(a, b)| f64::from(a.0[0].abs_diff(b.0[0]))).sum();
            let mean = sum / 4096.0;
            assert!(mean < bound, "{number}-{what}: {mean}");
        }
    }
}
