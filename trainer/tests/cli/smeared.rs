//! Labels of several classes that somebody saved as JPEG.

use crate::process::{Ended, scanweave, untouched};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma, RgbImage};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SIDE: u32 = 128;

/// A head, brighter to the right.
fn head(x: u32, y: u32) -> u8 {
    let far = |a: u32| (i64::from(a) - 63).pow(2);
    match far(x) + far(y) {
        0..2000 => 90 + (x / 3) as u8,
        2000..2600 => 230,
        _ => 0,
    }
}

/// In head number 0 a disc of class 3 and one of class 1 that holds a disc of class 2; in number 1 a disc of class 2 alone.
fn class(head: u32, x: u32, y: u32) -> usize {
    let within = |at: (u32, u32), radius: u32| {
        let far = |a: u32, b: u32| a.abs_diff(b).pow(2);
        far(x, at.0) + far(y, at.1) < radius * radius
    };
    match head {
        0 if within((50, 44), 11) => 3,
        0 if within((76, 76), 6) => 2,
        0 if within((76, 76), 14) => 1,
        1 if within((60, 64), 13) => 2,
        _ => 0,
    }
}

/// The heads and their labels, drawn in these colours with this quality.
fn set(colours: [[u8; 3]; 4], quality: u8) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for kind in ["t1", "masks"] {
        fs::create_dir_all(at("set").join(kind)).expect("a folder");
    }
    for number in 0..2 {
        let head = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([head(x, y)]));
        head.save(at(&format!("set/t1/p{number}.png")))
            .expect("saved");
        let pixel = |x, y| image::Rgb(colours[class(number, x, y)]);
        let label = RgbImage::from_fn(SIDE, SIDE, pixel);
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
        label.write_with_encoder(encoder).expect("in memory");
        fs::write(at(&format!("set/masks/p{number}.jpg")), bytes).expect("a file");
    }
    folder
}

fn prepare(folder: &Path, more: &str) -> Ended {
    let line = format!(
        "data prepare --dataset folder --source set --study phantom-brain --size 128 --out data.scan {more}"
    );
    scanweave(folder, &line)
}

/// What was prepared is what was drawn: Dice above 0.97 for each class, and nothing far from where it was drawn.
fn check(folder: &Path) {
    let _ = fs::remove_dir_all(folder.join("out"));
    scanweave(folder, "data inspect data.scan --export out").well();
    for number in 0..2 {
        let name = format!("out/{number:06}-label.png");
        let label = image::open(folder.join(name))
            .expect("a label")
            .into_luma8();
        let is = |x, y, wanted: usize| class(number, x, y) == wanted;
        for wanted in 1..4 {
            let (mut both, mut all, mut astray) = (0, 0, 0);
            for (x, y, pixel) in label.enumerate_pixels() {
                let (found, drawn) = (usize::from(pixel.0[0]) == wanted, is(x, y, wanted));
                both += usize::from(found && drawn);
                all += usize::from(found) + usize::from(drawn);
                let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
                let near = |(dx, dy)| {
                    is(
                        x.saturating_add_signed(dx),
                        y.saturating_add_signed(dy),
                        wanted,
                    )
                };
                astray += usize::from(found && !around.into_iter().any(near));
            }
            let dice = if all == 0 {
                1.0
            } else {
                2.0 * f64::from(both as u32) / f64::from(all as u32)
            };
            assert!(dice > 0.97, "class {wanted} of head {number}: {dice}");
            assert_eq!(astray, 0, "class {wanted} of head {number}");
        }
    }
}

#[test]
fn greys_far_apart_are_the_classes_in_their_order() {
    for quality in [75, 90] {
        let folder = set([[0; 3], [85; 3], [170; 3], [255; 3]], quality);
        let ended = prepare(folder.path(), "").well();
        for word in [
            "p0.jpg and 1 more: the greys of JPEG labels are taken for the classes in their order",
            "is 85",
            "enhancing is 170",
            "JPEG has smeared the label",
        ] {
            assert!(ended.complained.contains(word), "`{word}`\n{ended}");
        }
        check(folder.path());
    }
}

#[test]
fn a_legend_names_colours_that_jpeg_has_smeared() {
    let folder = set([[0; 3], [255, 0, 0], [0, 170, 0], [240, 220, 40]], 75);
    let folder = folder.path();
    untouched(folder, || {
        prepare(folder, "").badly(1, &["p0.jpg", "--legend", "in colour"]);
    });
    let table = "colour,class\n#ff0000,1\n#00aa00,2\n#f0dc28,3\n";
    fs::write(folder.join("legend.csv"), table).expect("a table");
    let ended = prepare(folder, "--legend legend.csv").well();
    let word = "JPEG has smeared the label";
    assert!(ended.complained.contains(word), "{ended}");
    check(folder);
    let table = "colour,class\n#ff0000,1\n#e81010,2\n";
    fs::write(folder.join("legend.csv"), table).expect("a table");
    let words = ["#e81010 and #ff0000 lie", "save the label as a PNG"];
    prepare(folder, "--legend legend.csv").badly(1, &words);
}

#[test]
fn what_cannot_be_told_from_noise_is_refused() {
    let numbers = set([[0; 3], [1; 3], [2; 3], [3; 3]], 90);
    let words = ["p0.jpg", "cannot be told from its noise", "as PNG"];
    prepare(numbers.path(), "").badly(1, &words);
    let two = set([[0; 3], [0; 3], [170; 3], [255; 3]], 90);
    let words = ["the greys 0, 170, 25", "3 lesion classes", "--legend"];
    prepare(two.path(), "").badly(1, &words);
    let table = "colour,class\n#aaaaaa,2\n#ffffff,3\n";
    fs::write(two.path().join("legend.csv"), table).expect("a table");
    prepare(two.path(), "--legend legend.csv").well();
}
