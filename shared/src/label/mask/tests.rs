//! Drawn and placed lesions: legal, organic, of the learnt sizes, always the same.

use std::sync::LazyLock;

use super::*;
use crate::image::Plane;
use crate::label::TRIES;
use crate::phantom::{self, Anatomy};
use crate::random::{Purpose, Random};
use crate::structure::components::Components;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const SIZE: usize = 96;

fn labels(anatomy: Anatomy) -> Vec<ClassMap> {
    let of_seed = |seed| phantom::draw(anatomy, seed, SIZE, true).label;
    (0..16)
        .map(|seed| ClassMap::from_planes(&of_seed(seed)).expect("planes"))
        .collect()
}

fn brain() -> &'static MaskStatistics {
    static BRAIN: LazyLock<MaskStatistics> =
        LazyLock::new(|| MaskStatistics::of(&labels(Anatomy::Brain), 3).expect("tumours"));
    &BRAIN
}

/// Statistics of one shape: one class, `count` lesions of `area` each.
fn discs(count: f32, area: f32) -> MaskStatistics {
    serde_json::from_value(serde_json::json!({
        "count": [count], "area": [area], "satellite": [0.2], "elongation": [1.0, 3.0],
        "nesting": [1], "shares": [[1.0]], "satellite_shares": [[1.0]],
    }))
    .expect("statistics")
}

/// Forbidden outside a disc that reaches to `reach` of half the side.
fn organ(size: usize, reach: f32) -> Plane {
    let place = |i: usize| (2 * i + 1) as f32 / size as f32 - 1.0;
    Plane::from_fn(size, size, |x, y| {
        let outside = place(x) * place(x) + place(y) * place(y) > reach * reach;
        f32::from(u8::from(outside))
    })
}

fn lesion_stream(seed: u64) -> Random {
    Random::new(seed, Purpose::Lesion)
}

#[test]
fn legality_by_hand() {
    let mask = Plane::new(3, 1, vec![1.0, 0.0, 0.0]).expect("three pixels");
    let label = |classes: [u8; 3]| ClassMap::new(3, 1, classes.to_vec()).expect("three pixels");
    assert!(is_legal(&mask, &label([0, 2, 0])));
    assert!(!is_legal(&mask, &label([1, 2, 0])));
    assert!(
        !is_legal(&mask, &label([0, 0, 0])),
        "an empty label is no lesion"
    );
}

#[test]
fn what_does_not_fit_is_not_placed() {
    let whole = ClassMap::new(8, 8, vec![1; 64]).expect("64 pixels");
    let nowhere = Plane::filled(8, 8, 1.0);
    assert_eq!(
        place(&whole, &organ(8, 0.8), &mut lesion_stream(0), 100),
        None
    );
    assert_eq!(
        place_drawn(brain(), &nowhere, &mut lesion_stream(0), 100),
        None
    );
    assert_eq!(
        place_drawn(&discs(1.0, 0.9), &organ(32, 0.5), &mut lesion_stream(0), 20),
        None
    );
    let everywhere = Plane::filled(8, 8, 0.0);
    let none = ClassMap::empty(8, 8);
    assert_eq!(place(&none, &everywhere, &mut lesion_stream(0), 100), None);
}

#[test]
fn a_label_on_the_background_finds_its_way_in() {
    let mut source = ClassMap::empty(64, 64);
    for i in 0..9 {
        source.set((8 + i / 3) * 64 + 8 + i % 3, 1);
    }
    let mask = Plane::from_fn(64, 64, |x, _| if x < 32 { 1.0 } else { 0.0 });
    assert!(!is_legal(&mask, &source));
    let placed = place(&source, &mask, &mut lesion_stream(1), TRIES);
    assert!(is_legal(&mask, &placed.expect("a flip brings it over")));
}

#[test]
fn areas_follow_the_statistics() {
    let region = Plane::filled(SIZE, SIZE, 1.0);
    let statistics = brain();
    let mut areas: Vec<f32> = (0..200)
        .map(|seed| draw(statistics, &region, &mut lesion_stream(seed)).expect("a lesion"))
        .map(|label| {
            Components::of(&label.union())
                .areas()
                .into_iter()
                .max()
                .expect("one")
        })
        .map(|area| area as f32 / (SIZE * SIZE) as f32)
        .collect();
    areas.sort_by(f32::total_cmp);
    let (low, high) = (statistics.area.at(0.25), statistics.area.at(0.75));
    assert!((areas[50] - low).abs() < 0.25 * low, "{} {low}", areas[50]);
    assert!(
        (areas[150] - high).abs() < 0.25 * high,
        "{} {high}",
        areas[150]
    );
}

#[test]
fn blobs_are_whole_and_exact() {
    let region = Plane::filled(64, 64, 1.0);
    for seed in 0..60 {
        let label = draw(&discs(1.0, 0.05), &region, &mut lesion_stream(seed)).expect("a lesion");
        assert_eq!(Components::of(&label.union()).areas(), [205], "seed {seed}");
    }
}

#[test]
fn blobs_are_neither_discs_nor_rags() {
    let region = Plane::filled(128, 128, 1.0);
    let compact = |seed| {
        let label = draw(&discs(1.0, 0.05), &region, &mut lesion_stream(seed)).expect("a lesion");
        let lesion = label.union();
        let border = crate::structure::operators::dilate(&lesion, 1).mean() - lesion.mean();
        border * 128.0 * 128.0 / (2.0 * (core::f32::consts::PI * label.area() as f32).sqrt())
    };
    let mean = (0..60).map(compact).sum::<f32>() / 60.0;
    assert!(
        (1.15..2.2).contains(&mean),
        "border by that of a disc: {mean}"
    );
}

#[test]
fn several_lesions_lie_apart() {
    let region = Plane::filled(128, 128, 1.0);
    let apart = (0..40).filter(|&seed| {
        let label = draw(&discs(3.0, 0.01), &region, &mut lesion_stream(seed)).expect("lesions");
        Components::of(&label.union()).areas().len() == 3
    });
    assert!(apart.count() > 30);
}

#[test]
fn the_rim_lies_around_the_core() {
    let statistics = brain();
    let region = Plane::filled(SIZE, SIZE, 1.0);
    let mut touching = 0;
    for seed in 0..30 {
        let label = draw(statistics, &region, &mut lesion_stream(seed)).expect("a lesion");
        for (i, &class) in label.values().iter().enumerate() {
            let beside = [i.wrapping_sub(1), i + 1, i.wrapping_sub(SIZE), i + SIZE];
            let touches = |i: &usize| label.values().get(*i) == Some(&0);
            touching += usize::from(class == 3 && beside.iter().any(touches));
        }
    }
    assert!(touching < 30 * 6, "core pixels at the outside: {touching}");
}

#[test]
fn a_golden_lesion_is_unchanged() {
    let label = place_drawn(brain(), &organ(SIZE, 0.8), &mut lesion_stream(5), TRIES);
    let digest = Sha256::digest(label.expect("a lesion").values());
    assert_eq!(
        data_encoding::HEXLOWER.encode(&digest[..8]),
        "56013676bbe4f572"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn placed_lesions_are_legal_and_keep_their_classes(seed in any::<u64>(), reach in 0.3f32..1.0) {
        let mask = organ(SIZE, reach);
        let mut random = lesion_stream(seed);
        if let Some(drawn) = place_drawn(brain(), &mask, &mut random, 20) {
            prop_assert!(is_legal(&mask, &drawn));
            if let Some(placed) = place(&drawn, &mask, &mut random, TRIES) {
                prop_assert!(is_legal(&mask, &placed));
            }
        }
    }
}
