//! Images of several channels from end to end: photographs in colour, and slices of a volume with their
//! neighbours.

use crate::pictures::png;
use crate::process::scanweave;
use image::{ColorType, DynamicImage, GrayImage, RgbImage};
use scanweave::formats::nifti;
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};
use scanweave::weights;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const COMMON: &str = "--study phantom-fundus --data eyes.scan --preset tiny --batch 2";

/// A drawn fundus as a photograph.
fn photograph(seed: u64) -> RgbImage {
    let drawn = phantom::draw(Anatomy::Fundus, seed, 80, false);
    let bytes = drawn.images[0].1.to_interleaved_u8();
    RgbImage::from_raw(80, 80, bytes).expect("three bytes per pixel")
}

fn open(file: &Path) -> DynamicImage {
    image::open(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// It is in colour, and no two channels are the same.
fn coloured(file: &Path) {
    let picture = open(file);
    assert_eq!(picture.color(), ColorType::Rgb8, "{}", file.display());
    let rgb = picture.to_rgb8();
    let differ = |a: usize, b: usize| rgb.pixels().any(|p| p.0[a] != p.0[b]);
    let all = differ(0, 1) && differ(1, 2) && differ(0, 2);
    assert!(all, "{}: channels are alike", file.display());
}

fn grey(file: &Path) {
    assert_eq!(open(file).color(), ColorType::L8, "{}", file.display());
}

/// Trained for a few steps; the structure stage long enough for maps that have room for a lesion.
fn eyes(folder: &Path) {
    let run = |line: &str| scanweave(folder, line).well();
    run(
        "data prepare --dataset phantom --study phantom-fundus --count 24 --size 64 --out eyes.scan",
    );
    let train = |stage: &str, more: &str| run(&format!("train {stage} {COMMON} {more}"));
    train("structure", "--run structure --steps 80");
    train("lesion", "--run guide --steps 3");
    train(
        "lesion",
        "--run judge --steps 2 --seed 2 --segmenter-width 5",
    );
    train(
        "synthesis",
        "--run synthesis --steps 4 --pretraining 2 --strict --structure structure --lesion guide",
    );
    run("export structure guide synthesis --out eyes.weave --onnx eyes.onnx");
}

#[test]
fn a_study_in_colour_goes_through_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    eyes(folder);
    let run = |line: &str| scanweave(folder, line).well();
    let bytes = fs::read(folder.join("eyes.weave")).expect("a model");
    let model = weights::read(&bytes).expect("a model");
    assert_eq!(model.study.channels(), 3);
    assert_eq!(model.study.source_weights, [0.0, 1.0, 0.0]);
    let said = run("inspect eyes.weave").said;
    assert!(said.contains("fundus (colour)"), "{said}");
    let onnx = fs::metadata(folder.join("eyes.onnx"))
        .expect("a graph")
        .len();
    assert!(onnx > 10_000, "{onnx} bytes");

    run("sample eyes.weave --count 2 --seed 3 --lesion --out drawn");
    for picture in ["000003-fundus.png", "000004-fundus.png", "sheet.png"] {
        coloured(&folder.join("drawn").join(picture));
    }
    for stage in ["structure", "mask", "fused", "lesion"] {
        grey(&folder.join(format!("drawn/000003-{stage}.png")));
    }
    run("build eyes.weave --count 2 --out set --no-structure-filter");
    coloured(&folder.join("set/000001-fundus.png"));
    coloured(&folder.join("set/sheet.png"));
    let read = "data prepare --dataset folder --source set --study phantom-fundus --size 64 --out again.scan";
    let said = run(read).said;
    assert!(said.contains("modality fundus, colour"), "{said}");
    for stage in ["guide", "synthesis"] {
        let mut sheets = fs::read_dir(folder.join(stage).join("sheets")).expect("sheets");
        coloured(&sheets.next().expect("a sheet").expect("a file").path());
    }

    let line = "evaluate eyes.weave --data eyes.scan --judge judge --guide guide --count 2";
    let said = run(line).said;
    for word in [
        "fundus, retinopathy",
        "structure maps",
        "images of the source modality",
    ] {
        assert!(said.contains(word), "`{word}` is missing: {said}");
    }
}

#[test]
fn photographs_stay_in_colour_and_their_maps_come_from_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let set = folder.join("set");
    fs::create_dir(&set).expect("a folder");
    for seed in 0..5 {
        let file = set.join(format!("eye{seed}.png"));
        fs::write(file, png(photograph(seed))).expect("a photograph");
    }
    let first = photograph(0);
    let green = GrayImage::from_fn(80, 80, |x, y| image::Luma([first.get_pixel(x, y).0[1]]));
    fs::write(set.join("grey.png"), png(green)).expect("a grey one");
    let run = |line: &str| scanweave(folder, line).well();
    let prepare =
        "data prepare --dataset folder --source set --study retina --size 64 --out eyes.scan";
    let said = run(prepare).said;
    assert!(
        said.contains("6 items") && said.contains("fundus, colour"),
        "{said}"
    );
    run("data inspect eyes.scan");
    coloured(&folder.join("eyes.sheet.png"));

    run("extract set/eye0.png --study retina --size 64 --out colour");
    run("extract set/grey.png --study retina --size 64 --out green");
    coloured(&folder.join("colour/image.png"));
    let map = |of: &str| open(&folder.join(of).join("structure-map.png")).to_luma8();
    let (colour, green) = (map("colour"), map("green"));
    let differing = colour.pixels().zip(green.pixels()).filter(|(a, b)| a != b);
    // Rounding may tip a pixel that lies on the threshold.
    assert!(
        differing.count() <= 8,
        "the map is that of the green channel"
    );
    assert!(colour.pixels().any(|p| p.0[0] > 0), "it has lines");
}

const SLICES: &str = "
name = 'slices'
base = 'lung-ct'
[[modalities]]
name = 'ct'
channels = 'neighbours'
";

/// A chest whose organs grow from slice to slice.
fn chest(depth: usize) -> Vec<Plane> {
    let slice = |z: usize| {
        Plane::from_fn(72, 72, move |x, y| {
            let (dx, dy) = (x as f32 - 35.5, y as f32 - 35.5);
            match dx * dx * 0.8 + dy * dy {
                r if r < 120.0 + 30.0 * z as f32 => 0.3,
                r if r < 900.0 => 0.8,
                _ => 0.0,
            }
        })
    };
    (0..depth).map(slice).collect()
}

#[test]
fn slices_with_their_neighbours_are_learnt_together_and_shown_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("slices.toml"), SLICES).expect("a study");
    let set = folder.join("set");
    fs::create_dir(&set).expect("a folder");
    let mut table = "file,modality,subject,slice\n".to_owned();
    for subject in 0..3 {
        let bytes = nifti::write(&chest(4), [1.0; 3], "").expect("a volume");
        fs::write(set.join(format!("{subject}.nii")), bytes).expect("a file");
        for slice in 0..4 {
            writeln!(table, "{subject}.nii,ct,s{subject},{slice}").expect("a text grows");
        }
    }
    fs::write(set.join("manifest.csv"), table).expect("a table");
    let run = |line: &str| scanweave(folder, line).well();
    let prepare =
        "data prepare --dataset folder --source set --study slices.toml --size 64 --out ct.scan";
    let said = run(prepare).said;
    assert!(
        said.contains("12 items") && said.contains("ct, neighbours"),
        "{said}"
    );
    let held = fs::metadata(folder.join("ct.scan")).expect("data").len();
    assert!(
        held > 12 * 3 * 64 * 64,
        "{held} bytes hold three slices each"
    );
    run("data inspect ct.scan");
    grey(&folder.join("ct.sheet.png"));
    run("extract set/1.nii --slice 2 --study slices.toml --size 64 --out steps");
    grey(&folder.join("steps/image.png"));

    let train = "train all --study slices.toml --data ct.scan --preset tiny --batch 2";
    run(&format!("{train} --run runs --steps 3 --pretraining 1"));
    run("export runs --out ct.weave");
    let said = run("inspect ct.weave").said;
    assert!(said.contains("ct (neighbours)"), "{said}");
    run("sample ct.weave --count 1 --out drawn");
    grey(&folder.join("drawn/000001-ct.png"));
    grey(&folder.join("drawn/sheet.png"));
}
