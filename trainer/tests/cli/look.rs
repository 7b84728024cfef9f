//! What people see before they train: the report and the sheet beside the data.

use crate::pictures::{png, thorax};
use crate::process::{Ended, scanweave, untouched};
use image::{GrayImage, Luma, Rgb};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A head of 64 px.
fn head(grey: u8) -> GrayImage {
    GrayImage::from_fn(64, 64, |x, y| {
        let (dx, dy) = (f64::from(x) - 31.5, f64::from(y) - 31.5);
        Luma([match (dx * dx / 0.7 + dy * dy).sqrt() {
            r if r < 22.0 => grey + if dx > 6.0 { 30 } else { 0 },
            r if r < 26.0 => 230,
            _ => 0,
        }])
    })
}

/// A square lesion from (27, 23) to (37, 33).
fn lesion() -> GrayImage {
    GrayImage::from_fn(64, 64, |x, y| {
        Luma([u8::from(x.abs_diff(32) < 6 && y.abs_diff(28) < 6)])
    })
}

/// Six patients in T1 and FLAIR below `set/`, the first two with a lesion.
fn heads() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for patient in 0..6 {
        let put = |kind: &str, image: GrayImage| {
            let path = folder.path().join(format!("set/{kind}/p{patient}.png"));
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, png(image)).expect("a file");
        };
        put("t1", head(60 + 10 * patient));
        put("flair", head(100 + 10 * patient));
        if patient < 2 {
            put("masks", lesion());
        }
    }
    folder
}

fn prepare(folder: &Path, more: &str) -> Ended {
    let line = format!(
        "data prepare --dataset folder --source set --study brain-mri --size 64 --out data.scan {more}"
    );
    scanweave(folder, &line)
}

/// A page without its pictures, whose letters may spell anything.
fn page(path: &Path) -> String {
    let page = fs::read_to_string(path).expect("a page");
    let mut pieces = page.split("base64,");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + piece.split_once("\">").map_or(piece, |p| p.1)
    })
}

#[test]
fn a_report_stands_beside_the_data() {
    let folder = heads();
    let folder = folder.path();
    fs::write(folder.join("set/t1/q.png"), b"no image").expect("a file");
    fs::write(folder.join("set/notes.txt"), b"mine").expect("a file");
    let ended = prepare(folder, "--skip-broken").well();
    for name in ["data.report.html", "data.sheet.png"] {
        assert!(ended.said.contains(name), "{ended}");
    }
    let page = page(&folder.join("data.report.html"));
    for word in [
        "<h1>data.scan</h1>",
        "study brain-mri, 64 x 64 px",
        "p0 &lt;- ",
        "cases with a label: 2 of 7",
        "used by nothing: notes.txt",
        "<th>modality flair</th><td class=\"number\">5</td>",
        "<th>without a class</th>",
        "t1/q.png",
        "t1, % of the pixels",
        "<th>t1</th><td class=\"number\">6</td><td>64 x 64 pixels</td>",
        "2.95 %",
        "<td>tumour</td><td>p0</td>",
        "<svg",
    ] {
        assert!(page.contains(word), "`{word}` is not in\n{page}");
    }
    for word in ["http", "<script", "<link", "url(", "NaN"] {
        assert!(!page.contains(word), "`{word}` is in the report");
    }
}

#[test]
fn the_sheet_shows_every_modality_with_the_lesion_outlined() {
    let folder = heads();
    let folder = folder.path();
    prepare(folder, "").well();
    let sheet = image::open(folder.join("data.sheet.png")).expect("a sheet");
    let sheet = sheet.to_rgb8();
    // Cases of six pictures of 128 px, twice the data's: T1, T1c, FLAIR, background, structure map, input.
    let tile = |case: u32, picture: u32| (4 + case * (6 * 130 + 4) + picture * 130, 30);
    let outline = Rgb([51, 217, 255]);
    let drawn = |case, picture, x, y| {
        let (left, top) = tile(case, picture);
        *sheet.get_pixel(left + x, top + y) == outline
    };
    for picture in [0, 2] {
        for (x, y) in [(54, 46), (75, 46), (54, 67), (75, 67), (64, 46)] {
            assert!(drawn(0, picture, x, y), "picture {picture} at {x}, {y}");
        }
        assert!(!drawn(0, picture, 64, 56), "the lesion itself is seen");
        assert!(!drawn(0, picture, 53, 46), "nothing lies outside of it");
    }
    let is_grey = |picture| {
        let (left, top) = tile(0, picture);
        (0..128 * 128).all(|i| {
            let [r, g, b] = sheet.get_pixel(left + i % 128, top + i / 128).0;
            r == g && g == b
        })
    };
    assert!((3..6).all(is_grey) && is_grey(1));

    let line = "data inspect data.scan --sheet again.png --report again.html";
    scanweave(folder, line).well();
    let read = |name: &str| fs::read(folder.join(name)).expect("a file");
    assert!(read("again.png") == read("data.sheet.png"));
    assert!(page(&folder.join("again.html")).contains("<th>modality flair</th>"));
    scanweave(folder, "data inspect data.scan --report data.scan")
        .badly(2, &["data.scan", "another place"]);
}

#[test]
fn a_report_in_the_folder_of_the_images_is_none_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join("set")).expect("a folder");
    for name in ["a.png", "b.png"] {
        fs::write(folder.join("set").join(name), png(thorax(64))).expect("a file");
    }
    let line =
        "data prepare --dataset folder --source set --study chest-xray --size 64 --out set/x.scan";
    scanweave(folder, line).well();
    let first = fs::read(folder.join("set/x.scan")).expect("data");
    assert!(folder.join("set/x.sheet.png").is_file());
    scanweave(folder, line).well();
    assert!(first == fs::read(folder.join("set/x.scan")).expect("data"));

    fs::write(folder.join("set/y.sheet.png"), png(thorax(64))).expect("a file");
    untouched(folder, || {
        let line = line.replace("x.scan", "y.scan");
        scanweave(folder, &line).badly(2, &["y.sheet.png", "another place"]);
    });
}

#[test]
fn a_dry_run_tells_what_would_happen_and_writes_nothing() {
    let folder = heads();
    let folder = folder.path();
    fs::write(folder.join("set/t1/q.png"), b"no image").expect("a file");
    fs::write(folder.join("set/notes.txt"), b"mine").expect("a file");
    let small = GrayImage::from_fn(32, 32, |x, y| Luma([u8::from(x > 9 && y > 9)]));
    fs::write(folder.join("set/masks/p1.png"), png(small)).expect("a file");
    untouched(folder, || {
        let ended = prepare(folder, "--dry-run").well();
        for word in [
            "data.scan would hold 5 items of 64 x 64 pixels; nothing is written",
            "with a label",
            "64 x 64 pixels",
            "32 x 32 pixels",
        ] {
            assert!(ended.said.contains(word), "`{word}`\n{ended}");
        }
        for word in [
            "would be refused: p1: ",
            "label has 32 x 32 pixels",
            "would be refused: q: ",
            "used by nothing: notes.txt",
            "cases with a label: 2 of 7",
        ] {
            assert!(ended.complained.contains(word), "`{word}`\n{ended}");
        }
        let row = ended
            .said
            .lines()
            .find(|line| line.starts_with("with a label"));
        let numbers = row.expect("a row").split_whitespace().skip(3);
        assert_eq!(
            numbers.filter_map(|n| n.parse::<u32>().ok()).sum::<u32>(),
            2
        );
    });
    let line = "data prepare --dataset phantom --count 9 --out new/data.scan --dry-run";
    untouched(folder, || {
        let ended = scanweave(folder, line).well();
        assert!(ended.said.contains("would hold 9 items"), "{ended}");
    });
}

/// The file that an error tells to look at.
fn shown(said: &str) -> std::path::PathBuf {
    let path = said.split_once("; see ").map(|(_, path)| path);
    let path = path.unwrap_or_else(|| panic!("no picture is named in {said}"));
    path.lines().next().unwrap_or_default().trim().into()
}

#[test]
fn a_refused_label_is_shown_beside_its_image() {
    let folder = heads();
    let folder = folder.path();
    let scan = GrayImage::from_fn(64, 64, |x, y| Luma([(2 * x + y) as u8]));
    fs::write(folder.join("set/masks/p1.png"), png(scan)).expect("a file");
    let check = |picture: &Path| {
        let picture = image::open(picture).expect("a picture").to_luma8();
        assert_eq!(picture.dimensions(), (2 + 256 + 2 + 256 + 2, 260));
        let at = |x, y| picture.get_pixel(x, y).0[0];
        assert!(at(4, 4) < 20 && at(130, 130) > 60, "the head");
        assert!(at(264, 6) < 20 && at(510, 250) > 230, "what is no label");
    };
    let words = ["p1", "masks/p1.png: this looks like a picture"];
    untouched(folder, || {
        let ended = prepare(folder, "").badly(1, &words);
        let picture = shown(&ended.complained);
        check(&picture);
        assert!(picture.starts_with(std::env::temp_dir()));
        fs::remove_dir_all(picture.parent().expect("a folder")).expect("ours");
    });
    let ended = prepare(folder, "--skip-broken").well();
    assert_eq!(
        shown(&ended.complained),
        Path::new("data.refused/refused-0000.png")
    );
    check(&folder.join("data.refused/refused-0000.png"));
    let page = page(&folder.join("data.report.html"));
    assert!(page.contains("see data.refused/refused-0000.png"), "{page}");

    let organ = GrayImage::from_fn(64, 64, |x, y| {
        Luma([u8::from(x.abs_diff(32) < 20 && y.abs_diff(32) < 22)])
    });
    fs::write(folder.join("set/masks/p1.png"), png(organ)).expect("a file");
    let ended = prepare(folder, "--skip-broken").well();
    let said = "masks/p1.png: the label covers";
    assert!(ended.complained.contains(said), "{ended}");
    assert_eq!(
        shown(&ended.complained),
        Path::new("data.refused/refused-0000.png")
    );
    fs::write(folder.join("set/masks/p1.png"), png(lesion())).expect("a file");
    prepare(folder, "").well();
    assert!(!folder.join("data.refused").exists());
}

#[test]
fn labels_in_colour_are_read_by_their_legend() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for place in ["t1", "flair", "masks"] {
        fs::create_dir_all(folder.join("set").join(place)).expect("a folder");
    }
    let spot = |x: u32, y: u32| match (x.abs_diff(32) < 6 && y.abs_diff(28) < 6, x < 32) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => 2,
    };
    let colours = [[0, 0, 0], [200, 30, 30], [30, 200, 30]];
    let label = image::RgbImage::from_fn(64, 64, |x, y| Rgb(colours[spot(x, y)]));
    fs::write(folder.join("set/t1/a.png"), png(head(80))).expect("a file");
    fs::write(folder.join("set/flair/a.png"), png(head(140))).expect("a file");
    fs::write(folder.join("set/masks/a.png"), png(label)).expect("a file");
    let line = "data prepare --dataset folder --source set --study brats --size 64 --out data.scan";
    untouched(folder, || {
        let words = ["masks/a.png", "--legend", "#000000, #1ec81e, #c81e1e"];
        let ended = scanweave(folder, line).badly(1, &words);
        fs::remove_dir_all(shown(&ended.complained).parent().expect("a folder")).expect("ours");
    });
    fs::write(
        folder.join("legend.csv"),
        "colour,class\n#c81e1e,oedema\n30 200 30,4\n",
    )
    .expect("a file");
    scanweave(folder, &format!("{line} --legend legend.csv")).well();
    scanweave(folder, "data inspect data.scan --export out").well();
    let read = image::open(folder.join("out/000000-label.png")).expect("a label");
    let read = read.to_luma8();
    let numbers = [0, 2, 4];
    let right = |(x, y, pixel): (u32, u32, &Luma<u8>)| pixel.0[0] == numbers[spot(x, y)];
    assert!(read.enumerate_pixels().all(right));

    fs::write(folder.join("legend.csv"), "colour,class\n#c81e1e,bone\n").expect("a file");
    let wrong = format!("{line} --legend legend.csv");
    scanweave(folder, &wrong).badly(1, &["legend.csv, line 2", "'bone'", "enhancing"]);
    let thorax = "data prepare --dataset phantom --out d.scan --legend legend.csv";
    scanweave(folder, thorax).badly(2, &["--legend", "phantom-thorax"]);
}

#[test]
fn copies_that_were_saved_anew_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let chest = |seed: u64| {
        let drawn = scanweave::phantom::draw(scanweave::phantom::Anatomy::Thorax, seed, 128, false);
        GrayImage::from_raw(128, 128, drawn.images[0].1.to_u8()).expect("all pixels")
    };
    let put = |name: &str, image: &GrayImage| {
        let path = folder.join("set").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        image.save(path).expect("saved");
    };
    for seed in 0..4 {
        put(&format!("train/a{seed}.png"), &chest(seed));
        put(&format!("test/b{seed}.png"), &chest(100 + seed));
    }
    let smaller =
        image::imageops::resize(&chest(2), 100, 100, image::imageops::FilterType::Triangle);
    put("test/c.jpg", &smaller);
    let inner = image::imageops::crop_imm(&chest(3), 3, 2, 122, 123).to_image();
    put(
        "test/d.png",
        &GrayImage::from_fn(122, 123, |x, y| {
            Luma([inner.get_pixel(x, y).0[0].saturating_add(20)])
        }),
    );
    put("test/e.png", &chest(1));
    let line =
        "data prepare --dataset folder --source set --study chest-xray --size 128 --out x.scan";
    let ended = scanweave(folder, line).well();
    let alike = "2 images look nearly the same in two splits, as if saved anew, resized, cropped or brightened: test/c (test) ~ train/a2 (train), test/d (test) ~ train/a3 (train);";
    assert!(ended.complained.contains(alike), "{ended}");
    let same = "1 image found in several splits, byte for byte";
    assert!(ended.complained.contains(same), "{ended}");
    assert!(page(&folder.join("x.report.html")).contains("test/c (test) ~ train/a2"));
}
