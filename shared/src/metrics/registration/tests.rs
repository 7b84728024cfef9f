//! Shifts that are known, between modalities that look nothing alike.

use super::*;
use crate::image::Image;
use crate::phantom::{self, Anatomy};

const SIZE: usize = 128;
/// Phantoms are rendered finer and moved there, so that a shift of half a pixel is exact.
const FINE: usize = 4;

fn greys(images: Vec<(&'static str, Image)>) -> Vec<(&'static str, Plane)> {
    let images = images.into_iter();
    images
        .map(|(name, image)| (name, image.to_grey()))
        .collect()
}

struct Brain {
    images: Vec<(&'static str, Plane)>,
    region: Plane,
}

impl Brain {
    fn new(seed: u64) -> Self {
        let phantom = phantom::draw(Anatomy::Brain, seed, SIZE * FINE, seed.is_multiple_of(2));
        Self {
            images: greys(phantom.images),
            region: phantom.mask.resized(SIZE, SIZE).map(|m| 1.0 - m),
        }
    }

    /// The modality, moved by `(right, down)` fine pixels.
    fn image(&self, modality: &str, right: isize, down: isize) -> Plane {
        let found = self.images.iter().find(|(m, _)| *m == modality);
        let image = &found.expect("rendered").1;
        let side = SIZE * FINE;
        let source = |v: usize, d: isize| (v as isize - d).clamp(0, side as isize - 1) as usize;
        Plane::from_fn(side, side, |x, y| {
            image.at(source(x, right), source(y, down))
        })
        .resized(SIZE, SIZE)
    }

    fn measured(&self, pair: (&str, &str), right: isize, down: isize) -> f32 {
        let (a, b) = (self.image(pair.0, 0, 0), self.image(pair.1, right, down));
        edge_shift(&a, &b, Some(&self.region), 6).expect("edges")
    }
}

#[test]
fn known_shifts_between_modalities_are_found() {
    // How far a pair may seem apart that is not.
    let pairs = [
        (("t1", "t2"), 0.4),
        (("t1", "flair"), 0.1),
        (("t2", "flair"), 0.2),
        (("t1", "t1c"), 0.1),
    ];
    let shifts: [(isize, isize); 6] = [(0, 0), (2, 0), (0, -4), (-8, 0), (0, 12), (8, 8)];
    for seed in 0..6 {
        let brain = Brain::new(seed);
        for (right, down) in shifts {
            let truth = ((right * right + down * down) as f32).sqrt() / FINE as f32;
            for (pair, floor) in pairs {
                let found = brain.measured(pair, right, down);
                let allowed = if truth == 0.0 { floor } else { 0.25 };
                let error = (found - truth).abs();
                assert!(error < allowed, "{pair:?} {seed}: {found} for {truth}");
            }
        }
    }
}

#[test]
fn contrast_does_not_matter() {
    let brain = Brain::new(3);
    let image = brain.image("t1", 0, 0);
    for contrast in [
        |v: f32| v,
        |v: f32| 1.0 - v,
        |v: f32| v * v,
        |v: f32| (1.0 - v).sqrt(),
    ] {
        let shift = edge_shift(&image, &image.map(contrast), None, 4).expect("edges");
        assert!(shift < 0.1, "{shift}");
    }
    assert!(edge_shift(&image, &image, None, 4).expect("edges") < 1e-6);
}

#[test]
fn shifts_that_differ_over_the_picture_do_not_cancel() {
    let brain = Brain::new(4);
    let (right, left) = (brain.image("t1", 8, 0), brain.image("t1", -8, 0));
    let torn = Plane::from_fn(SIZE, SIZE, |x, y| {
        if x < SIZE / 2 {
            right.at(x, y)
        } else {
            left.at(x, y)
        }
    });
    let shift = edge_shift(&brain.image("t1", 0, 0), &torn, None, 5).expect("edges");
    assert!((shift - 2.0).abs() < 0.3, "{shift}");
}

#[test]
fn what_cannot_be_measured_is_said() {
    let (flat, other) = (Plane::filled(32, 32, 0.5), Plane::filled(32, 31, 0.5));
    let nowhere = Plane::filled(32, 32, 0.0);
    assert_eq!(edge_shift(&flat, &flat, None, 3), Err(MetricError::NoEdges));
    assert!(matches!(
        edge_shift(&flat, &other, None, 3),
        Err(MetricError::Sizes { .. })
    ));
    assert_eq!(
        mutual_information(&flat, &flat, Some(&nowhere)),
        Err(MetricError::EmptyRegion)
    );
}

#[test]
fn information_by_hand() {
    let four = |values: [f32; 4]| Plane::new(4, 1, values.to_vec()).expect("four pixels");
    let (a, b) = (four([0.1, 0.1, 0.9, 0.9]), four([0.7, 0.7, 0.2, 0.2]));
    let information = |a: &Plane, b: &Plane| mutual_information(a, b, None).expect("one size");
    assert!((information(&a, &b) - 2.0_f32.ln()).abs() < 1e-6);
    assert_eq!(information(&a, &four([0.1, 0.9, 0.1, 0.9])), 0.0);
    assert_eq!(information(&a, &four([0.5; 4])), 0.0);
}
