//! Boxes from a table to a built data set, and images of which nobody knows the class.

use crate::process::{scanweave, untouched};
use scanweave::image::Frame;
use scanweave::label::boxes::{around, yolo};
use scanweave::label::{ClassMap, Label, LabelBox, LabelKind};
use scanweave::phantom::{self, Anatomy};
use scanweave::study::Study;
use scanweave::train::Recipe;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Working size of the preset.
const SIZE: usize = 64;
/// Pixels of the images in the folder: they are no squares.
const SIDES: (usize, usize) = (128, 96);

/// A study of boxes. Its lesions lie anywhere: an untrained mask generator leaves no room for them.
fn study() -> Study {
    let mut study = Study::named("phantom-thorax").expect("built in");
    study.name = "boxes".into();
    study.lesion = LabelKind::Boxes(vec!["consolidation".into(), "nodule".into()]);
    study.input.label_filter = false;
    study
}

/// A folder with `boxes.json`, the study, and `set/`: chests, every other one ill, and the table of
/// their consolidations, followed by `rows`.
fn chests(rows: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("a folder");
    let study = study();
    let both = serde_json::json!({ "study": study, "recipe": Recipe::of(&study) });
    let text = serde_json::to_vec(&both).expect("JSON");
    fs::write(folder.path().join("boxes.json"), text).expect("a study");
    let mut table = "image,class,x0,y0,x1,y1\n".to_owned();
    for seed in 0..12 {
        let drawn = phantom::draw(Anatomy::Thorax, seed, 96, seed % 2 == 1);
        let picture = drawn.images[0].1.resized(SIDES.0, SIDES.1);
        let name = format!("chest-{seed:02}.png");
        save(&set.join(&name), &picture.to_u8());
        let map = ClassMap::from_planes(&drawn.label).expect("one plane");
        for one in around(&map) {
            // The phantom is a square of 96 pixels, the image is wider.
            let wide = |x: f32| x * 128.0 / 96.0;
            let (left, right) = (wide(one.left), wide(one.right));
            let (top, bottom) = (one.top, one.bottom);
            let row = [left, top, right, bottom].map(|v| v.to_string()).join(",");
            table.push_str(&[name.as_str(), ",consolidation,", &row, "\n"].concat());
        }
    }
    fs::write(set.join("boxes.csv"), table + rows).expect("a table");
    folder
}

fn save(path: &Path, bytes: &[u8]) {
    let (width, height) = (SIDES.0 as u32, SIDES.1 as u32);
    let picture = image::GrayImage::from_raw(width, height, bytes.to_vec());
    picture.expect("all pixels").save(path).expect("a picture");
}

const PREPARE: &str =
    "data prepare --dataset folder --source set --study boxes.json --size 64 --out boxes.scan";

/// How many images of each split `data inspect` counts in a row.
fn counted(said: &str, row: &str) -> usize {
    let line = said.lines().find(|line| line.starts_with(row));
    let line = line.unwrap_or_else(|| panic!("no row {row} in\n{said}"));
    let numbers = line[row.len()..].split_whitespace();
    numbers.map(|n| n.parse::<usize>().expect("a number")).sum()
}

#[test]
fn boxes_go_all_the_way_from_a_table_to_a_data_set() {
    let folder = chests("");
    let folder = folder.path();
    let said = scanweave(folder, PREPARE).well().said;
    assert_eq!(counted(&said, "class consolidation"), 6);
    assert_eq!(counted(&said, "without a class"), 6);

    let common = "--study boxes.json --preset tiny --batch 2 --steps 2 --data boxes.scan";
    let structure = format!("train structure {common} --run structure");
    scanweave(folder, &structure).well();
    let synthesis =
        format!("train synthesis {common} --pretraining 1 --structure structure --run synthesis");
    scanweave(folder, &synthesis).well();
    scanweave(folder, "export structure synthesis --out model.weave").well();
    scanweave(
        folder,
        "build model.weave --count 4 --keep-refused --out built",
    )
    .well();
    scanweave(
        folder,
        "sample model.weave --count 1 --lesion --out samples",
    )
    .well();

    let built = folder.join("built");
    let text = |name: &str| fs::read_to_string(built.join(name)).expect("a file of the set");
    let coco: Value = serde_json::from_str(&text("annotations.json")).expect("JSON");
    assert_eq!(coco["categories"][1]["name"], "nodule");
    let mut boxes = 0;
    for index in 0..4 {
        let stem = format!("{index:06}");
        let entry: Value = serde_json::from_str(&text(&format!("{stem}.json"))).expect("JSON");
        let asked: Vec<LabelBox> =
            serde_json::from_value(entry["boxes"].clone()).expect("boxes of the subject");
        boxes += asked.len();
        let planes = planes(asked);
        assert_eq!(
            planes,
            of_yolo(&text(&format!("{stem}-xray.txt"))),
            "{stem}"
        );
        assert_eq!(
            planes,
            of_coco(&coco, &format!("{stem}-xray.png")),
            "{stem}"
        );
    }
    assert!(boxes >= 4, "a box for each: {boxes}");

    let again = PREPARE
        .replace("--source set", "--source built")
        .replace("boxes.scan", "again.scan");
    let said = scanweave(folder, &again).well().said;
    assert_eq!(counted(&said, "class consolidation"), 4);
}

/// What the generator is given.
fn planes(boxes: Vec<LabelBox>) -> Vec<scanweave::image::Plane> {
    let planes = study().lesion.planes(&Label::Boxes(boxes), SIZE);
    planes.expect("boxes of the study")
}

fn of_yolo(text: &str) -> Vec<scanweave::image::Plane> {
    let read = |line: &str| {
        let (class, shares) = yolo::parse(line).expect("a line");
        let corners = shares.map(|v| v * SIZE as f64);
        LabelBox::framed(class, corners, (SIZE, SIZE), Frame::SQUARE, SIZE).expect("a box")
    };
    planes(text.lines().map(read).collect())
}

fn of_coco(coco: &Value, name: &str) -> Vec<scanweave::image::Plane> {
    let images = coco["images"].as_array().expect("images");
    let image = images.iter().find(|i| i["file_name"] == name).expect(name);
    assert_eq!(
        (&image["width"], &image["height"]),
        (&64.into(), &64.into())
    );
    let rows = coco["annotations"].as_array().expect("annotations");
    let own = rows.iter().filter(|row| row["image_id"] == image["id"]);
    let read = |row: &Value| {
        let [x, y, width, height]: [f64; 4] =
            serde_json::from_value(row["bbox"].clone()).expect("four numbers");
        let class = row["category_id"].as_u64().expect("a class") as usize - 1;
        let corners = [x, y, x + width, y + height];
        LabelBox::framed(class, corners, (SIZE, SIZE), Frame::SQUARE, SIZE).expect("a box")
    };
    planes(own.map(read).collect())
}

#[test]
fn a_table_of_boxes_that_lies_is_refused() {
    for (row, said) in [
        ("chest-00.png,tumour,1,1,2,2", "tumour"),
        ("chest-99.png,nodule,1,1,2,2", "chest-99.png"),
        ("chest-00.png,nodule,1,1,129,2", "128 x 96"),
        ("chest-00.png,nodule,9,1,3,2", "upper left"),
        ("chest-00.png,nodule,NaN,1,3,2", "no number"),
    ] {
        let folder = chests(&format!("{row}\n"));
        let table = fs::read_to_string(folder.path().join("set/boxes.csv")).expect("a table");
        let place = format!("boxes.csv, line {}", table.lines().count());
        untouched(folder.path(), || {
            scanweave(folder.path(), PREPARE).badly(1, &[&place, said]);
        });
    }
    let folder = chests("");
    fs::remove_file(folder.path().join("set/boxes.csv")).expect("it was there");
    scanweave(folder.path(), PREPARE).badly(1, &["set", "boxes.csv", "YOLO"]);
}

#[test]
fn images_of_which_nobody_knows_the_class_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (seed, place) in [
        (0, "normal"),
        (1, "consolidation"),
        (2, "normal"),
        (3, "unread"),
    ] {
        let class = folder.join("set/train").join(place);
        fs::create_dir_all(&class).expect("a folder");
        let picture = &phantom::draw(Anatomy::Thorax, seed, 64, seed % 2 == 1).images[0].1;
        let picture = picture.resized(SIDES.0, SIDES.1);
        save(&class.join(format!("{seed}.png")), &picture.to_u8());
    }
    let prepare =
        "data prepare --dataset folder --source set --study phantom-thorax --size 64 --out x.scan";
    let said = scanweave(folder, prepare).well();
    assert!(
        said.complained.contains("1 of 4 items have no class"),
        "{said}"
    );
    let train =
        "train structure --study phantom-thorax --preset tiny --data x.scan --run r --dry-run";
    let said = scanweave(folder, train).well();
    let told = "1 of 4 training images have no class that the study knows";
    assert!(said.complained.contains(told), "{said}");
}
