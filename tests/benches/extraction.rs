//! Time of the structure extraction of one 512 px image on one core, beside the same operators through `imageproc`.
//!
//! Two comparisons, because `imageproc` has no counterpart of the whole: the complete extraction of the chest X-ray
//! study (organ mask, local contrast normalisation, algorithm 1), which has a goal, and algorithm 1 alone without
//! normalisation and mask, which is written here a second time with the filters of `imageproc`: the same Sobel
//! kernels, the same 3x3 Gaussian, the same thresholds, the same median. How many pixels the two disagree on is told,
//! so that nobody compares different things. Prints one line of JSON; `cargo xtask bench extraction` reads it.

use std::hint::black_box;
use std::time::Instant;

use imageproc::filter::{median_filter, separable_filter_equal};
use imageproc::gradients::{horizontal_sobel, vertical_sobel};
use imageproc::image::{GrayImage, ImageBuffer, Luma};
use imageproc::map::{map_pixels, map_pixels2};
use scanweave::image::Plane;
use scanweave::phantom::{self, Anatomy};
use scanweave::structure::{organ_mask, structure_map};
use scanweave::study::{Extraction, Study};

/// Side of the image, pixels.
const SIDE: usize = 512;

/// Repetitions; the fastest is told, because whatever else the machine does only adds time.
const ROUNDS: usize = 40;

type Float = ImageBuffer<Luma<f32>, Vec<f32>>;

fn main() {
    let study = Study::named("chest-xray").expect("built in");
    let pixels = phantom::draw(Anatomy::Thorax, 1, SIDE, false).images[0]
        .1
        .to_u8();
    let image = Plane::from_u8(SIDE, SIDE, &pixels).expect("one value per pixel");
    let values = study.extraction_at(SIDE);
    let mask_settings = study.mask_at(SIDE);
    let complete = fastest(|| {
        let mask = organ_mask(black_box(&image), &mask_settings).expect("a body");
        structure_map(&image, &mask, &values).expect("structure")
    });

    let plain = Extraction {
        contrast: None,
        ..values
    };
    let open = Plane::filled(SIDE, SIDE, 0.0);
    let own = || structure_map(black_box(&image), &open, &plain).expect("structure");
    let picture =
        GrayImage::from_raw(SIDE as u32, SIDE as u32, pixels).expect("one value per pixel");
    let peer = || through_imageproc(black_box(&picture), &plain);
    let line = serde_json::json!({
        "extraction_ms": complete,
        "operators_ms": fastest(own),
        "imageproc_ms": fastest(peer),
        "differing": differing(&own(), &peer()),
    });
    println!("{line}");
}

/// Algorithm 1 without normalisation and mask, as [`structure_map`] computes it.
fn through_imageproc(image: &GrayImage, values: &Extraction) -> GrayImage {
    let across = horizontal_sobel(image);
    let down = vertical_sobel(image);
    let kernel = gaussian(values.sigma1);
    let smooth = |gradient: &Float| separable_filter_equal(&stretched(gradient), &kernel);

    let lower = smooth(&map_pixels2(&across, &down, |a, b| {
        Luma([f32::from(a[0].min(b[0]))])
    }));
    let below = mean(&lower) - values.alpha;
    let upper = smooth(&map_pixels2(&across, &down, |a, b| {
        Luma([f32::from(a[0].max(b[0]))])
    }));
    let above = mean(&upper) + values.alpha;
    let union = map_pixels2(&lower, &upper, |l, u| {
        Luma([f32::from(u8::from(l[0] < below || u[0] > above))])
    });
    let lines = separable_filter_equal(&union, &gaussian(values.sigma2));
    let lines: GrayImage = map_pixels(&lines, |v| Luma([u8::from(v[0] > values.beta)]));
    let radius = (values.median / 2) as u32;
    median_filter(&lines, radius, radius)
}

fn stretched(image: &Float) -> Float {
    let range = |(lo, hi): (f32, f32), v: &f32| (lo.min(*v), hi.max(*v));
    let (lo, hi) = image
        .as_raw()
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), range);
    map_pixels(image, |v| Luma([(v[0] - lo) / (hi - lo)]))
}

fn mean(image: &Float) -> f32 {
    let sum: f64 = image.as_raw().iter().map(|&v| f64::from(v)).sum();
    (sum / image.as_raw().len() as f64) as f32
}

/// A 3-tap Gaussian that sums to 1.
fn gaussian(sigma: f32) -> [f32; 3] {
    let side = (-1.0 / (2.0 * sigma * sigma)).exp();
    let sum = 1.0 + 2.0 * side;
    [side / sum, 1.0 / sum, side / sum]
}

/// Share of the pixels that are a line in one map and none in the other.
fn differing(own: &Plane, peer: &GrayImage) -> f64 {
    let pairs = own.values().iter().zip(peer.as_raw());
    let count = pairs.filter(|(a, b)| **a != f32::from(**b)).count();
    count as f64 / own.values().len() as f64
}

/// Time of the fastest call, milliseconds.
fn fastest<T>(work: impl Fn() -> T) -> f64 {
    let times = (0..ROUNDS).map(|_| {
        let begin = Instant::now();
        black_box(work());
        begin.elapsed().as_secs_f64() * 1e3
    });
    times.fold(f64::INFINITY, f64::min)
}
