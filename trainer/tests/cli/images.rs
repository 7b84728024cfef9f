//! `extract` and `data prepare` over images that are odd and images that are broken.

use crate::pictures::{coloured, declaring, deep, opaque, pages, png, thorax, tiff, twelve_bits};
use crate::process::{content, scanweave, untouched};
use image::GrayImage;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const EXTRACT: &str = "extract IMAGE --study phantom-thorax --size 64 --out out";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Structure map and mask of an image file, as pixels.
fn extracted(bytes: &[u8], name: &str) -> (GrayImage, GrayImage) {
    let folder = folder();
    fs::write(folder.path().join(name), bytes).expect("an image");
    scanweave(folder.path(), &EXTRACT.replace("IMAGE", name)).well();
    let open = |file: &str| {
        image::open(folder.path().join("out").join(file))
            .expect("a picture")
            .to_luma8()
    };
    (open("structure-map.png"), open("mask.png"))
}

fn share(image: &GrayImage, value: u8) -> f64 {
    let count = image.pixels().filter(|p| p.0[0] == value).count();
    count as f64 / f64::from(image.width() * image.height())
}

#[test]
fn every_step_becomes_a_picture() {
    let folder = folder();
    fs::write(folder.path().join("a.png"), png(thorax(128))).expect("an image");
    let line = "extract a.png --study phantom-thorax --out out/deep --steps";
    scanweave(folder.path(), line).well();
    let names: Vec<String> = content(&folder.path().join("out/deep"))
        .keys()
        .map(|p| {
            p.file_name()
                .expect("a file")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    for name in ["image.png", "mask.png", "structure-map.png", "fused.png"] {
        assert!(names.iter().any(|n| n == name), "{names:?}");
    }
    assert!(
        names.iter().filter(|n| n.starts_with("step-")).count() >= 8,
        "{names:?}"
    );
    for (path, bytes) in content(folder.path()) {
        let picture =
            image::load_from_memory(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(
            (picture.width(), picture.height()),
            (128, 128),
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_picture_is_the_same_in_every_kind_of_file() {
    let grey = thorax(96);
    let (map, mask) = extracted(&png(grey.clone()), "grey.png");
    assert!(
        (0.01..0.5).contains(&share(&map, 255)),
        "lines: {}",
        share(&map, 255)
    );
    assert!(
        (0.01..0.95).contains(&share(&mask, 255)),
        "background: {}",
        share(&mask, 255)
    );
    assert_eq!(
        extracted(&png(deep(&grey)), "deep.png"),
        (map.clone(), mask.clone()),
        "16 bits"
    );
    let nearly = [
        ("twelve.png", twelve_bits(&grey)),
        ("colour.png", coloured(&grey)),
        ("alpha.png", opaque(&grey)),
    ];
    for (name, image) in nearly {
        let (other, other_mask) = extracted(&png(image), name);
        let differing = |a: &GrayImage, b: &GrayImage| {
            a.pixels().zip(b.pixels()).filter(|(a, b)| a != b).count()
        };
        // Rounding may tip a pixel that lies on the threshold.
        assert!(
            differing(&map, &other) <= 8,
            "{name}: {} pixels differ",
            differing(&map, &other)
        );
        assert!(differing(&mask, &other_mask) <= 8, "{name}");
    }
}

#[test]
fn a_tiff_is_read_page_by_page() {
    let grey = thorax(96);
    let of_png = extracted(&png(grey.clone()), "grey.png");
    assert_eq!(extracted(&tiff(&grey), "grey.tif"), of_png);
    let folder = folder();
    fs::write(folder.path().join("a.tif"), pages(&grey)).expect("an image");
    let line = EXTRACT.replace("IMAGE", "a.tif");
    scanweave(folder.path(), &line).badly(1, &["a.tif", "3 pictures", "--volume"]);
    scanweave(folder.path(), &format!("{line} --volume 3")).badly(1, &["a.tif", "0 to 2"]);
    scanweave(folder.path(), &format!("{line} --volume 1")).well();
    let map = image::open(folder.path().join("out/structure-map.png")).expect("a map");
    let differing = map
        .to_luma8()
        .pixels()
        .zip(of_png.0.pixels())
        .filter(|(a, b)| a != b)
        .count();
    assert!(differing <= 8, "{differing} pixels differ");
}

#[test]
fn a_cmyk_jpeg_is_read() {
    let bytes = include_bytes!("../../../tests/reference/cmyk.jpeg");
    let (map, mask) = extracted(bytes, "print.jpeg");
    assert!(share(&map, 255) > 0.01, "the disc has an outline");
    let corner = mask.get_pixel(1, 1).0[0];
    let centre = mask.get_pixel(32, 32).0[0];
    assert_eq!(
        (corner, centre),
        (255, 0),
        "dark is background, bright is not: not inverted"
    );
}

/// What a copy that was broken off leaves.
fn half(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2].to_vec()
}

/// File name, content, what the message must say beside the name.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let whole = png(thorax(64));
    vec![
        ("empty.png", Vec::new(), "empty"),
        (
            "garbage.png",
            b"this is a letter, not an image".repeat(20),
            "damaged or no image",
        ),
        ("cut.png", half(&whole), "copy it again"),
        (
            "flat.png",
            png(GrayImage::from_pixel(64, 64, image::Luma([77]))),
            "constant",
        ),
        ("dot.png", png(GrayImage::new(1, 1)), "constant"),
        ("huge.png", declaring(20_000, 20_000), "16384"),
        (
            "cut.jpeg",
            half(include_bytes!("../../../tests/reference/cmyk.jpeg")),
            "copy it again",
        ),
        ("text.jpg", b"hello".to_vec(), "text.jpg"),
    ]
}

#[test]
fn extract_refuses_broken_images_and_leaves_nothing() {
    let folder = folder();
    for (name, bytes, reason) in broken() {
        fs::write(folder.path().join(name), bytes).expect("an image");
        untouched(folder.path(), || {
            scanweave(folder.path(), &EXTRACT.replace("IMAGE", name)).badly(1, &[name, reason]);
        });
        assert!(
            !folder.path().join("out").exists(),
            "{name} left an empty folder"
        );
    }
    scanweave(folder.path(), &EXTRACT.replace("IMAGE", "none.png")).badly(1, &["none.png"]);
    fs::create_dir(folder.path().join("folder.png")).expect("a folder");
    scanweave(folder.path(), &EXTRACT.replace("IMAGE", "folder.png")).badly(1, &["folder.png"]);
}

#[test]
fn prepare_names_every_broken_image_and_can_leave_them_out() {
    let folder = folder();
    let images = folder.path().join("images/xray");
    fs::create_dir_all(&images).expect("a folder");
    let names = ["a.png", "b.png", "c.png"];
    for (name, size) in names.iter().zip([64, 80, 96]) {
        fs::write(images.join(name), png(thorax(size))).expect("an image");
    }
    fs::write(images.join("empty.png"), b"").expect("an image");
    fs::write(images.join("flat.png"), png(GrayImage::new(9, 9))).expect("an image");
    let line = "data prepare --dataset folder --source images --study phantom-thorax --size 64 --out data.scan";
    untouched(folder.path(), || {
        scanweave(folder.path(), line)
            .badly(1, &["2 of 5", "empty.png", "flat.png", "--skip-broken"]);
    });
    let ended = scanweave(folder.path(), &format!("{line} --skip-broken")).well();
    assert!(ended.complained.contains("empty.png"), "{ended}");
    assert!(ended.said.contains("3 items"), "{ended}");
}

#[test]
fn prepare_refuses_folders_without_images() {
    let folder = folder();
    fs::create_dir(folder.path().join("nothing")).expect("a folder");
    fs::write(folder.path().join("file"), b"x").expect("a file");
    for dataset in ["folder", "chest-xray"] {
        for source in ["nothing", "gone", "file"] {
            untouched(folder.path(), || {
                let line =
                    format!("data prepare --dataset {dataset} --source {source} --out data.scan");
                scanweave(folder.path(), &line).badly(1, &[source]);
            });
        }
    }
}

#[test]
fn a_table_that_names_missing_files_is_refused() {
    let folder = folder();
    fs::create_dir(folder.path().join("set")).expect("a folder");
    let table = "file,modality,subject\na.png,xray,p1\n";
    fs::write(folder.path().join("set/manifest.csv"), table).expect("a table");
    let line = "data prepare --dataset folder --source set --out data.scan";
    untouched(folder.path(), || {
        scanweave(folder.path(), line).badly(1, &["a.png"]);
    });
    fs::write(
        folder.path().join("set/manifest.csv"),
        b"\xff\xfe\x00garbage\n\xff",
    )
    .expect("a table");
    untouched(folder.path(), || {
        scanweave(folder.path(), line).badly(1, &["manifest.csv"]);
    });
}

#[cfg(unix)]
#[test]
fn places_that_cannot_be_written_are_named() {
    let folder = folder();
    fs::write(folder.path().join("a.png"), png(thorax(64))).expect("an image");
    fs::write(folder.path().join("file"), b"mine").expect("a file");
    let phantoms = "data prepare --dataset phantom --count 3 --size 64 --out OUT";
    untouched(folder.path(), || {
        let out = EXTRACT
            .replace("IMAGE", "a.png")
            .replace("--out out", "--out file/deep");
        scanweave(folder.path(), &out).badly(1, &["file/deep"]);
        scanweave(folder.path(), &phantoms.replace("OUT", "file/data.scan")).badly(1, &["file"]);
    });
    // A folder under this name: the last step, the renaming, fails.
    fs::create_dir(folder.path().join("data.scan")).expect("a folder");
    untouched(folder.path(), || {
        scanweave(folder.path(), &phantoms.replace("OUT", "data.scan")).badly(1, &["data.scan"]);
    });
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    use crate::process::scanweave_on_a_full_disk;
    let folder = folder();
    fs::write(folder.path().join("data.scan"), b"older data").expect("a file");
    fs::write(folder.path().join("a.png"), png(thorax(64))).expect("an image");
    untouched(folder.path(), || {
        let line = "data prepare --dataset phantom --count 8 --size 64 --out data.scan";
        scanweave_on_a_full_disk(folder.path(), 4, line).badly(1, &["data.scan", "disk"]);
    });
    let line = "extract a.png --study phantom-thorax --size 512 --out out";
    scanweave_on_a_full_disk(folder.path(), 2, line).badly(1, &["image.png"]);
    assert_eq!(
        whole_pictures(&folder.path().join("out")),
        0,
        "the first picture is too large"
    );
}

/// Files in a folder, all of which must be whole pictures.
fn whole_pictures(folder: &Path) -> usize {
    let found = content(folder);
    for (path, bytes) in &found {
        assert!(
            image::load_from_memory(bytes).is_ok(),
            "{} is half a picture",
            path.display()
        );
    }
    found.len()
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = folder();
    let own = folder.path().join("own");
    fs::create_dir(&own).expect("a folder");
    fs::write(own.join("image.png"), png(thorax(64))).expect("an image");
    let prepare = "data prepare --dataset phantom --count 4 --size 64 --out p.scan";
    scanweave(folder.path(), prepare).well();
    untouched(folder.path(), || {
        let line = EXTRACT
            .replace("IMAGE", "own/image.png")
            .replace("--out out", "--out own");
        assert!(line.contains("--out own"), "{line}");
        scanweave(folder.path(), &line).badly(2, &["image.png", "another place"]);
        let line = "data inspect p.scan --sheet p.scan";
        scanweave(folder.path(), line).badly(2, &["p.scan", "another place"]);
        let line = EXTRACT.replace("IMAGE", "own/image.png --slice 3");
        scanweave(folder.path(), &line).badly(2, &["--slice", "image.png"]);
    });
}
