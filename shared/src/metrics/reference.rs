//! The metrics against values that numpy and scipy computed: see `tests/reference/metrics.py`.

use serde::Deserialize;

use super::{ms_ssim, mutual_information, psnr, ssim};
use crate::image::Plane;

#[derive(Deserialize)]
struct Document {
    cases: Vec<Case>,
    doubled_ms_ssim: f32,
}

#[derive(Deserialize)]
struct Case {
    size: usize,
    a: Vec<u8>,
    b: Vec<u8>,
    ssim: f32,
    ms_ssim: f32,
    psnr: f32,
    mutual_information: f32,
}

impl Case {
    fn planes(&self) -> (Plane, Plane) {
        let plane = |bytes| Plane::from_u8(self.size, self.size, bytes).expect("a picture");
        (plane(&self.a), plane(&self.b))
    }
}

fn document() -> Document {
    serde_json::from_str(include_str!("../../../tests/reference/metrics.json"))
        .expect("the reference")
}

fn close<E: std::fmt::Debug>(found: Result<f32, E>, expected: f32) -> bool {
    let found = found.expect("measurable");
    (found - expected).abs() < 2e-6 * expected.abs().max(1.0)
}

#[test]
fn every_metric_is_that_of_scipy() {
    for case in document().cases {
        let (a, b) = case.planes();
        assert!(close(ssim(&a, &b), case.ssim));
        assert!(close(ms_ssim(&a, &b), case.ms_ssim));
        assert!(close(psnr(&a, &b), case.psnr));
        assert!(close(
            mutual_information(&a, &b, None),
            case.mutual_information
        ));
    }
}

#[test]
fn five_scales_are_those_of_scipy() {
    let document = document();
    let case = document.cases.last().expect("cases");
    let (a, b) = case.planes();
    let side = 2 * case.size;
    let (a, b) = (a.resized_nearest(side, side), b.resized_nearest(side, side));
    assert!(close(ms_ssim(&a, &b), document.doubled_ms_ssim));
}
