//! Algorithms 1 and 2 against values that numpy and scipy computed: see
//! `tests/reference/structure.py`.

use super::{Extraction, MaskSettings};
use super::{organ_mask, structure_steps};
use crate::image::Plane;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Document {
    width: usize,
    height: usize,
    image: Vec<u8>,
    masks: Vec<MaskCase>,
    maps: Vec<MapCase>,
}

#[derive(Deserialize)]
struct MaskCase {
    settings: MaskSettings,
    mask: Values,
}

#[derive(Deserialize)]
struct MapCase {
    values: Extraction,
    steps: BTreeMap<String, Values>,
}

/// A plane: numbers, or a string of binary digits.
#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    Binary(String),
    Numbers(Vec<f32>),
}

impl Values {
    fn plane(&self, document: &Document) -> Plane {
        let values = match self {
            Self::Binary(digits) => digits.bytes().map(|d| f32::from(d - b'0')).collect(),
            Self::Numbers(numbers) => numbers.clone(),
        };
        Plane::new(document.width, document.height, values).expect("a plane of the document's size")
    }
}

fn document() -> Document {
    serde_json::from_str(include_str!("../../../tests/reference/structure.json"))
        .expect("the reference")
}

fn image(document: &Document) -> Plane {
    Plane::from_u8(document.width, document.height, &document.image).expect("a picture")
}

#[test]
fn masks_are_those_of_scipy() {
    let document = document();
    for case in &document.masks {
        let mask = organ_mask(&image(&document), &case.settings).expect("a body");
        assert_eq!(mask, case.mask.plane(&document), "{:?}", case.settings);
    }
}

#[test]
fn every_step_is_that_of_scipy() {
    let document = document();
    let mask = document.masks[1].mask.plane(&document);
    for case in &document.maps {
        let steps = structure_steps(&image(&document), &mask, &case.values).expect("structure");
        assert_eq!(steps.len(), case.steps.len());
        for step in steps {
            let expected = case.steps[step.name].plane(&document);
            let pairs = step.plane.values().iter().zip(expected.values());
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let (lo, hi) = expected.min_max();
            let scale = hi.max(-lo).max(1.0);
            assert!(worst < 2e-5 * scale, "{} differs by {worst}", step.name);
        }
    }
}
