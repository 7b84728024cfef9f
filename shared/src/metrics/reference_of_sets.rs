//! The figures of sets of images against values of numpy, scipy, scikit-learn, scikit-image and prdc: see
//! `tests/reference/figures.py`.

use serde::Deserialize;

use super::distribution::{Gaussian, Manifold, kernel_distance};
use super::features::texture;
use super::{Topology, octave_powers};
use crate::image::Plane;

#[derive(Deserialize)]
struct Document {
    distances: Distances,
    image: Vec<u8>,
    organ: Vec<u8>,
    texture: Vec<f64>,
    octaves: Vec<f64>,
    maps: Vec<Map>,
}

#[derive(Deserialize)]
struct Distances {
    a: Vec<Vec<f64>>,
    b: Vec<Vec<f64>>,
    frechet: f64,
    diagonal: f64,
    kernel: f64,
    precision: f64,
    recall: f64,
    density: f64,
    coverage: f64,
}

#[derive(Deserialize)]
struct Map {
    #[serde(rename = "map")]
    lines: Vec<u8>,
    components: usize,
    euler: i64,
    length: usize,
    open_ends: usize,
}

fn document() -> Document {
    serde_json::from_str(include_str!("../../../tests/reference/figures.json"))
        .expect("the reference")
}

fn binary(bytes: &[u8]) -> Plane {
    let values = bytes.iter().map(|&v| f32::from(v)).collect();
    Plane::new(64, 64, values).expect("a square")
}

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() < tolerance * expected.abs().max(1.0)
}

#[test]
fn distances_are_those_of_scipy_and_scikit_learn() {
    let of = document().distances;
    let (a, b) = (Gaussian::of(&of.a), Gaussian::of(&of.b));
    let (a, b) = (a.expect("rows"), b.expect("rows"));
    assert!(
        close(a.distance(&b), of.frechet, 1e-9),
        "{}",
        a.distance(&b)
    );
    assert!(close(b.distance(&a), of.frechet, 1e-9), "both ways");
    assert!(close(a.diagonal_distance(&b), of.diagonal, 1e-9));
    let kernel = kernel_distance(&of.a, &of.b).expect("rows");
    assert!(close(kernel, of.kernel, 1e-9), "{kernel}");
}

#[test]
fn manifolds_are_those_of_their_authors() {
    let of = document().distances;
    let real = Manifold::of(&of.a, 3).expect("rows");
    let synthetic = Manifold::of(&of.b, 3).expect("rows");
    for (found, expected) in [
        (real.share_within(&of.b), of.precision),
        (synthetic.share_within(&of.a), of.recall),
        (real.density(&of.b), of.density),
        (real.coverage(&of.b), of.coverage),
    ] {
        assert!(
            close(found.expect("rows"), expected, 1e-12),
            "{found:?}, {expected}"
        );
    }
}

#[test]
fn texture_is_that_of_scikit_image() {
    let document = document();
    let image = Plane::from_u8(64, 64, &document.image).expect("a picture");
    let found = texture(&image, &binary(&document.organ)).expect("an organ");
    assert_eq!(found.len(), document.texture.len());
    for (at, (found, expected)) in found.iter().zip(&document.texture).enumerate() {
        assert!(
            close(*found, *expected, 1e-5),
            "feature {at}: {found}, {expected}"
        );
    }
}

#[test]
fn octaves_are_those_of_numpy() {
    let document = document();
    let image = Plane::from_u8(64, 64, &document.image).expect("a picture");
    let found = octave_powers(&image, &binary(&document.organ)).expect("an organ");
    assert_eq!(found.len(), document.octaves.len());
    for (found, expected) in found.iter().zip(&document.octaves) {
        assert!((found / expected - 1.0).abs() < 1e-3, "{found}, {expected}");
    }
}

#[test]
fn lines_hang_together_as_scikit_image_sees_them() {
    for map in document().maps {
        let found = Topology::of(&binary(&map.lines));
        assert_eq!((found.components, found.euler), (map.components, map.euler));
        assert_eq!((found.length, found.open_ends), (map.length, map.open_ends));
    }
}
