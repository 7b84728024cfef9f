//! Boxes by hand: read, scaled, changed, placed, encoded, scored and written.

use super::*;
use crate::image::Frame;
use crate::label::BoxError;
use crate::label::{LabelKind, mask};
use crate::random::{Purpose, Random};
use proptest::prelude::*;

fn one(class: usize, [left, top, right, bottom]: [f32; 4]) -> LabelBox {
    LabelBox {
        class,
        left,
        top,
        right,
        bottom,
    }
}

fn chance(seed: u64) -> Random {
    Random::new(seed, Purpose::Lesion)
}

/// Forbidden outside a square that begins at `from` and ends at `to`.
fn organ(size: usize, from: usize, to: usize) -> Plane {
    let inside = |v: usize| (from..to).contains(&v);
    Plane::from_fn(size, size, |x, y| {
        f32::from(u8::from(!(inside(x) && inside(y))))
    })
}

#[test]
fn corners_are_scaled_with_their_image() {
    let found = LabelBox::framed(2, [10.0, 20.0, 30.0, 60.0], (100, 200), Frame::SQUARE, 64);
    assert_eq!(found, Ok(one(2, [6.4, 6.4, 19.2, 19.2])));
    let whole = LabelBox::framed(0, [0.0, 0.0, 100.0, 200.004], (100, 200), Frame::SQUARE, 64);
    assert_eq!(whole, Ok(one(0, [0.0, 0.0, 64.0, 64.0])), "rounded numbers");
}

#[test]
fn corners_that_are_no_box_are_refused() {
    let refused =
        |corners| LabelBox::framed(0, corners, (10, 20), Frame::SQUARE, 64).expect_err("no box");
    assert_eq!(refused([f64::NAN, 0.0, 1.0, 1.0]), BoxError::Numbers);
    assert_eq!(refused([0.0, 0.0, f64::INFINITY, 1.0]), BoxError::Numbers);
    for inverted in [[5.0, 0.0, 2.0, 1.0], [1.0, 3.0, 2.0, 3.0]] {
        assert!(matches!(refused(inverted), BoxError::Inverted { .. }));
    }
    for outside in [
        [-1.0, 0.0, 2.0, 1.0],
        [0.0, 0.0, 11.0, 1.0],
        [0.0, 0.0, 1.0, 21.0],
    ] {
        assert!(matches!(refused(outside), BoxError::Outside { .. }));
    }
    let said = refused([0.0, 0.0, 11.0, 1.0]).to_string();
    assert!(said.contains("10 x 20 pixels"), "{said}");
}

#[test]
fn pixels_are_those_whose_middle_lies_inside() {
    let pixels = |edges| one(0, edges).pixels(4).collect::<Vec<_>>();
    assert_eq!(pixels([1.0, 0.0, 3.0, 2.0]), [1, 2, 5, 6]);
    assert_eq!(
        pixels([0.6, 0.4, 2.4, 0.7]),
        [1],
        "0 and 2 are less than half"
    );
    assert_eq!(pixels([2.1, 3.1, 2.2, 3.2]), [14], "thinner than a pixel");
    assert_eq!(pixels([-9.0, 3.0, 9.0, 99.0]), [12, 13, 14, 15], "cut off");
    assert!(
        pixels([5.0, 5.0, 6.0, 6.0]).is_empty(),
        "beside the picture"
    );
}

#[test]
fn each_class_has_a_plane_and_boxes_may_overlap() {
    let kind = LabelKind::Boxes(vec!["nodule".into(), "mass".into()]);
    let label = Label::Boxes(vec![
        one(1, [0.0, 0.0, 2.0, 1.0]),
        one(0, [1.0, 0.0, 3.0, 1.0]),
    ]);
    let planes = kind.planes(&label, 3).expect("two planes");
    assert_eq!(planes[0].values()[..3], [0.0, 1.0, 1.0]);
    assert_eq!(planes[1].values()[..3], [1.0, 1.0, 0.0]);
    let map = label.class_map(3).expect("it lies somewhere");
    assert_eq!(map.values()[..3], [2, 2, 1], "the higher class on top");
    let nothing = kind.planes(&kind.healthy(3), 3).expect("two planes");
    assert!(nothing.iter().all(|p| p.mean() == 0.0));
    let third = Label::Boxes(vec![one(2, [0.0, 0.0, 1.0, 1.0])]);
    assert!(matches!(kind.planes(&third, 3), Err(LabelError::Class(_))));
    let inverted = Label::Boxes(vec![one(0, [1.0, 0.0, 0.0, 1.0])]);
    assert!(matches!(kind.planes(&inverted, 3), Err(LabelError::Box(_))));
    let foreign = kind.planes(&Label::Class(0), 3);
    assert_eq!(foreign, Err(LabelError::Kind("lesions as boxes")));
}

#[test]
fn boxes_lie_around_each_lesion_of_each_class() {
    let map = ClassMap::new(5, 2, vec![1, 1, 0, 2, 0, 1, 0, 0, 0, 1]).expect("ten pixels");
    let expected = [
        one(0, [0.0, 0.0, 2.0, 2.0]),
        one(0, [4.0, 1.0, 5.0, 2.0]),
        one(1, [3.0, 0.0, 4.0, 1.0]),
    ];
    assert_eq!(around(&map), expected);
    assert!(around(&ClassMap::empty(5, 2)).is_empty());
}

#[test]
fn a_box_stays_a_box_and_moves_with_the_picture() {
    let start = one(1, [2.0, 3.0, 6.0, 5.0]);
    let applied = |operation: Operation| operation.applied(start, 10);
    let expected = |edges| Some(one(1, edges));
    assert_eq!(
        applied(Operation::FlipHorizontal),
        expected([4.0, 3.0, 8.0, 5.0])
    );
    assert_eq!(
        applied(Operation::FlipVertical),
        expected([2.0, 5.0, 6.0, 7.0])
    );
    let shift = |right, down| applied(Operation::Shift { right, down });
    assert_eq!(shift(1.0, -2.0), expected([3.0, 1.0, 7.0, 3.0]));
    assert_eq!(shift(-4.0, 0.0), expected([0.0, 3.0, 2.0, 5.0]), "cut off");
    assert_eq!(shift(0.0, 9.0), None, "gone");
    let shrunk = applied(Operation::Shrink { pixels: 2.0 });
    assert_eq!(shrunk, expected([3.0, 3.5, 5.0, 4.5]), "half its sides");
    let small = applied(Operation::Shrink { pixels: 4.0 });
    assert_eq!(small, Some(start), "too small to shrink");
}

#[test]
fn two_operations_are_of_different_kinds() {
    let kind = |operation: &Operation| match operation {
        Operation::FlipHorizontal | Operation::FlipVertical => 0,
        Operation::Shift { .. } => 1,
        Operation::Shrink { .. } => 2,
    };
    let mut seen = [false; 3];
    for seed in 0..60 {
        let [a, b] = Operation::two(128, &mut chance(seed));
        assert_ne!(kind(&a), kind(&b));
        seen[kind(&a)] = true;
    }
    assert_eq!(seen, [true; 3]);
}

#[test]
fn statistics_by_hand() {
    let labels = [
        vec![one(0, [0.0, 0.0, 4.0, 1.0])],
        vec![one(0, [0.0, 0.0, 4.0, 1.0]), one(2, [0.0, 0.0, 5.0, 10.0])],
        vec![],
    ];
    let boxes = || labels.iter().map(Vec::as_slice);
    let found = BoxStatistics::of(boxes(), 3, 10).expect("boxes");
    assert_eq!((found.count.at(0.0), found.count.at(1.0)), (1.0, 2.0));
    assert!(found.is_sound() && found.classes() == 3);
    let mut drawn = [0, 0, 0];
    let mut random = chance(2);
    for _ in 0..300 {
        for shape in found.draw(20, &mut random) {
            drawn[shape.class] += 1;
            let expected = if shape.class == 0 { (8, 2) } else { (10, 20) };
            assert_eq!((shape.width, shape.height), expected, "twice as large");
        }
    }
    assert_eq!(drawn[1], 0, "a class without boxes is not drawn");
    assert!(drawn[0] > drawn[2] && drawn[2] > 0, "{drawn:?}");
    assert_eq!(BoxStatistics::of([], 3, 10), None);
    assert_eq!(BoxStatistics::of(boxes(), 0, 10), None);
    let text = serde_json::to_string(&found).expect("statistics");
    let wild = text.replace("\"share\":0.6666667", "\"share\":7.0");
    assert_ne!(wild, text);
    let wild: BoxStatistics = serde_json::from_str(&wild).expect("numbers");
    assert!(!wild.is_sound());
}

#[test]
fn a_box_that_fits_in_one_place_finds_it() {
    let labels = [vec![one(0, [0.0, 0.0, 4.0, 4.0])]];
    let statistics = BoxStatistics::of(labels.iter().map(Vec::as_slice), 1, 16).expect("a box");
    let placed = place_drawn(&statistics, &organ(16, 5, 9), &mut chance(1), 3);
    assert_eq!(placed, Some(vec![one(0, [5.0, 5.0, 9.0, 9.0])]));
    let narrow = place_drawn(&statistics, &organ(16, 5, 8), &mut chance(1), 3);
    assert_eq!(narrow, None);
}

#[test]
fn patients_boxes_find_their_way_in() {
    let start = [one(0, [1.0, 6.0, 4.0, 9.0])];
    let mask = Plane::from_fn(16, 16, |x, _| f32::from(u8::from(x < 8)));
    let placed = place(&start, &mask, &mut chance(1), 100).expect("mirrored");
    assert!(mask::is_legal(&mask, &class_map(&placed, 16)));
    assert!(place(&start, &Plane::filled(16, 16, 1.0), &mut chance(1), 20).is_none());
    assert!(place(&[], &Plane::filled(16, 16, 0.0), &mut chance(1), 20).is_none());
}

#[test]
fn agreement_counts_boxes_that_overlap_by_half() {
    let (a, b) = (one(0, [0.0, 0.0, 4.0, 4.0]), one(0, [0.0, 0.0, 4.0, 2.0]));
    assert_eq!(iou(&a, &b), 0.5);
    assert_eq!(iou(&a, &one(0, [9.0, 9.0, 10.0, 10.0])), 0.0);
    assert_eq!(f1(&[a], &[b]), 1.0);
    assert_eq!(f1(&[a], &[b, b]), 2.0 / 3.0, "the second is too many");
    assert_eq!(f1(&[a], &[one(1, [0.0, 0.0, 4.0, 4.0])]), 0.0);
    assert_eq!(
        (f1(&[], &[]), f1(&[a], &[]), f1(&[], &[a])),
        (1.0, 0.0, 0.0)
    );
}

#[test]
fn coco_counts_from_one() {
    let mut file = Annotations::new("a set", &["nodule".into(), "mass".into()]);
    file.add("a.png".into(), 64, &[]);
    let boxes = [one(1, [2.0, 3.0, 6.0, 5.0]), one(0, [0.0, 0.0, 1.0, 1.0])];
    file.add("b.png".into(), 64, &boxes);
    let json = serde_json::to_value(&file).expect("JSON");
    assert_eq!(json["images"][1]["file_name"], "b.png");
    assert_eq!(json["images"][1]["width"], 64);
    let rows = json["annotations"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["image_id"], 2);
    assert_eq!(rows[0]["category_id"], 2);
    assert_eq!(rows[0]["bbox"], serde_json::json!([2.0, 3.0, 4.0, 2.0]));
    assert_eq!(
        (&rows[0]["area"], &rows[0]["iscrowd"]),
        (&8.0.into(), &0.into())
    );
    assert_eq!(
        json["categories"][1],
        serde_json::json!({"id": 2, "name": "mass"})
    );
}

#[test]
fn a_line_of_yolo_by_hand() {
    let boxes = [one(1, [2.0, 3.0, 6.0, 5.0]), one(0, [0.0, 0.0, 8.0, 8.0])];
    let expected = "1 0.500000 0.500000 0.500000 0.250000\n0 0.500000 0.500000 1.000000 1.000000\n";
    assert_eq!(yolo::text(&boxes, 8), expected);
    assert_eq!(
        yolo::parse("1 0.5 0.5 0.5 0.25"),
        Ok((1, [0.25, 0.375, 0.75, 0.625]))
    );
    for (line, said) in [
        ("", "empty"),
        ("x 1 1 1 1", "'x'"),
        ("-1 1 1 1 1", "'-1'"),
        ("0 a 1 1 1", "'a'"),
        ("0 1 1 1", "this one 4"),
        ("0 1 1 1 1 1 1", "this one 7"),
    ] {
        let refused = yolo::parse(line).expect_err(line);
        assert!(refused.contains(said), "{line}: {refused}");
    }
}

proptest! {
    #[test]
    fn boxes_survive_yolo(
        class in 0_usize..9,
        x in 0_u16..90, y in 0_u16..90, width in 1_u16..40, height in 1_u16..40,
    ) {
        let (right, bottom) = ((x + width).min(96), (y + height).min(96));
        let start = one(class, [x, y, right, bottom].map(f32::from));
        let text = yolo::text(&[start], 96);
        let (class, shares) = yolo::parse(text.trim()).expect("a line");
        let back = LabelBox::framed(class, shares.map(|v| v * 96.0), (96, 96), Frame::SQUARE, 96).expect("a box");
        prop_assert_eq!(back.class, start.class);
        let near = |a: f32, b: f32| (a - b).abs() < 1e-3;
        prop_assert!(near(back.left, start.left) && near(back.right, start.right));
        prop_assert!(near(back.top, start.top) && near(back.bottom, start.bottom));
        prop_assert!(back.pixels(96).eq(start.pixels(96)), "the same pixels");
    }

    #[test]
    fn placed_boxes_are_legal(seed in any::<u64>(), from in 0_usize..20, to in 24_usize..48) {
        let labels = [
            vec![one(0, [0.0, 0.0, 6.0, 3.0]), one(1, [4.0, 4.0, 9.0, 16.0])],
            vec![one(1, [1.0, 1.0, 4.0, 5.0])],
        ];
        let statistics = BoxStatistics::of(labels.iter().map(Vec::as_slice), 2, 48).expect("boxes");
        let forbidden = organ(48, from, to);
        let drawn = place_drawn(&statistics, &forbidden, &mut chance(seed), 100);
        if let Some(drawn) = drawn {
            prop_assert!(mask::is_legal(&forbidden, &class_map(&drawn, 48)));
            if let Some(placed) = place(&drawn, &forbidden, &mut chance(seed), 100) {
                prop_assert!(mask::is_legal(&forbidden, &class_map(&placed, 48)));
            }
        }
    }
}
