//! Structural similarity on one and on several scales (Wang, Simoncelli and Bovik 2003).
//!
//! The window is 11 x 11 pixels, Gaussian with sigma 1.5, and never reaches beyond the image; K1 and
//! K2 are 0.01 and 0.03, the range of the data 1. Between scales an image is averaged over 2 x 2
//! pixels (an odd last row or column is dropped).

use super::{MetricError, each_channel, same_size};
use crate::image::{Image, Plane};

/// Side of the window, pixels.
const WINDOW: usize = 11;
const SIGMA: f64 = 1.5;
const C1: f64 = 0.01 * 0.01;
const C2: f64 = 0.03 * 0.03;

/// Exponents of the five scales, finest first, as published.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// Mean structural similarity of two images, 0..=1 each; 1 for equal ones.
pub fn ssim(a: &Plane, b: &Plane) -> Result<f32, MetricError> {
    checked(a, b)?;
    Ok(compared(&Grid::of(a), &Grid::of(b)).0 as f32)
}

/// Multi-scale structural similarity of two images, values 0..=1; 1 for equal ones.
///
/// Five scales need a smaller side of 176 pixels, so that the coarsest still holds the window. For
/// smaller images the scales that do not fit are left out and the weights of the others are divided
/// by their sum: 4 scales from 88 pixels, 3 from 44, 2 from 22, 1 from 11. Values of images of
/// different sizes are therefore not comparable. A negative contrast term counts as 0.
///
/// ```
/// use scanweave::metrics::ms_ssim;
/// use scanweave::phantom::{self, Anatomy};
///
/// let chest = |seed| phantom::draw(Anatomy::Thorax, seed, 64, false).images[0].1.to_grey();
/// assert!((ms_ssim(&chest(1), &chest(1))? - 1.0).abs() < 1e-6);
/// assert!(ms_ssim(&chest(1), &chest(2))? < 0.9);
/// # Ok::<(), scanweave::metrics::MetricError>(())
/// ```
pub fn ms_ssim(a: &Plane, b: &Plane) -> Result<f32, MetricError> {
    checked(a, b)?;
    let scales = scales(a.width().min(a.height()));
    let total: f64 = WEIGHTS[..scales].iter().sum();
    let (mut a, mut b) = (Grid::of(a), Grid::of(b));
    let mut product = 1.0;
    for (scale, weight) in WEIGHTS[..scales].iter().enumerate() {
        let (whole, contrast) = compared(&a, &b);
        let last = scale + 1 == scales;
        let term = if last { whole } else { contrast };
        product *= libm::pow(term.max(0.0), weight / total);
        if !last {
            (a, b) = (a.halved(), b.halved());
        }
    }
    Ok(product as f32)
}

/// [`ms_ssim`] of images with several channels: the mean over them.
pub fn ms_ssim_of_images(a: &Image, b: &Image) -> Result<f32, MetricError> {
    let each = each_channel(a, b, ms_ssim)?;
    Ok(each.iter().sum::<f32>() / each.len() as f32)
}

/// Number of scales whose image holds the window.
fn scales(side: usize) -> usize {
    (1..=WEIGHTS.len())
        .rev()
        .find(|scale| side >> (scale - 1) >= WINDOW)
        .unwrap_or(1)
}

fn checked(a: &Plane, b: &Plane) -> Result<(), MetricError> {
    same_size(a, b)?;
    let (width, height) = (a.width(), a.height());
    if width.min(height) < WINDOW {
        let least = WINDOW;
        return Err(MetricError::TooSmall {
            width,
            height,
            least,
        });
    }
    Ok(())
}

/// Means of the similarity and of its contrast-structure term over all windows.
fn compared(a: &Grid, b: &Grid) -> (f64, f64) {
    let kernel = kernel();
    let (mean_a, mean_b) = (a.filtered(&kernel), b.filtered(&kernel));
    let square_a = a.product(a).filtered(&kernel);
    let square_b = b.product(b).filtered(&kernel);
    let cross = a.product(b).filtered(&kernel);
    let (mut whole, mut contrast) = (0.0, 0.0);
    for i in 0..mean_a.values.len() {
        let (ma, mb) = (mean_a.values[i], mean_b.values[i]);
        let variances = square_a.values[i] - ma * ma + square_b.values[i] - mb * mb;
        let term = (2.0 * (cross.values[i] - ma * mb) + C2) / (variances + C2);
        contrast += term;
        whole += term * (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
    }
    let count = mean_a.values.len() as f64;
    (whole / count, contrast / count)
}

fn kernel() -> [f64; WINDOW] {
    let mut kernel = [0.0; WINDOW];
    for (i, weight) in kernel.iter_mut().enumerate() {
        let u = (i as f64 - (WINDOW / 2) as f64) / SIGMA;
        *weight = libm::exp(-0.5 * u * u);
    }
    let total: f64 = kernel.iter().sum();
    kernel.map(|weight| weight / total)
}

/// A plane in double precision: variances are small differences of large numbers.
struct Grid {
    width: usize,
    values: Vec<f64>,
}

impl Grid {
    fn of(plane: &Plane) -> Self {
        Self {
            width: plane.width(),
            values: plane.values().iter().map(|&v| f64::from(v)).collect(),
        }
    }

    fn product(&self, other: &Self) -> Self {
        let pairs = self.values.iter().zip(&other.values);
        Self {
            width: self.width,
            values: pairs.map(|(a, b)| a * b).collect(),
        }
    }

    /// Means under the window, wherever it fits: smaller by a window less one on each axis.
    fn filtered(&self, kernel: &[f64; WINDOW]) -> Self {
        let width = self.width - WINDOW + 1;
        let across: Vec<f64> = self
            .values
            .chunks_exact(self.width)
            .flat_map(|row| row.windows(WINDOW))
            .map(|window| window.iter().zip(kernel).map(|(v, k)| v * k).sum())
            .collect();
        let last = across.len() - (WINDOW - 1) * width;
        let down = |i: usize| (0..WINDOW).map(|k| across[i + k * width] * kernel[k]).sum();
        Self {
            width,
            values: (0..last).map(down).collect(),
        }
    }

    fn halved(&self) -> Self {
        let width = self.width / 2;
        let rows = self.values.chunks_exact(2 * self.width);
        let values = rows.flat_map(|pair| {
            let (above, below) = pair.split_at(self.width);
            (0..width).map(move |x| {
                let (left, right) = (2 * x, 2 * x + 1);
                0.25 * (above[left] + above[right] + below[left] + below[right])
            })
        });
        Self {
            width,
            values: values.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scales_are_those_that_hold_the_window() {
        let counts = [10, 11, 21, 22, 44, 88, 128, 175, 176, 512].map(scales);
        assert_eq!(counts, [1, 1, 1, 2, 3, 4, 4, 4, 5, 5]);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let small = Plane::filled(30, 10, 0.5);
        let least = WINDOW;
        assert_eq!(
            ms_ssim(&small, &small),
            Err(MetricError::TooSmall {
                width: 30,
                height: 10,
                least
            })
        );
        assert!(ssim(&small, &Plane::filled(10, 30, 0.5)).is_err());
    }

    #[test]
    fn flat_images_compare_by_their_means() {
        let (a, b) = (Plane::filled(40, 30, 0.25), Plane::filled(40, 30, 0.75));
        let expected = (2.0 * 0.25 * 0.75 + C1) / (0.0625 + 0.5625 + C1);
        assert!((f64::from(ssim(&a, &b).expect("images")) - expected).abs() < 1e-6);
    }

    #[test]
    fn channels_count_alike() {
        let (a, b) = (Plane::filled(30, 30, 0.25), Plane::filled(30, 30, 0.75));
        let of =
            |planes: [&Plane; 3]| Image::new(planes.map(Plane::clone).into()).expect("one size");
        let found = ms_ssim_of_images(&of([&a, &a, &a]), &of([&a, &b, &a])).expect("images");
        let expected = (2.0 + ms_ssim(&a, &b).expect("planes")) / 3.0;
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        let alone = ms_ssim_of_images(&a.clone().into(), &b.clone().into());
        assert_eq!(alone, ms_ssim(&a, &b), "one channel is a plane");
        assert!(ms_ssim_of_images(&a.clone().into(), &of([&a, &a, &a])).is_err());
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_one_for_equals(bytes in proptest::collection::vec(any::<u8>(), 2 * 24 * 23)) {
            let (a, b) = bytes.split_at(24 * 23);
            let (a, b) = (Plane::from_u8(24, 23, a).expect("a"), Plane::from_u8(24, 23, b).expect("b"));
            let value = ms_ssim(&a, &b).expect("images");
            prop_assert_eq!(value, ms_ssim(&b, &a).expect("images"));
            prop_assert!((0.0..1.0).contains(&value));
            prop_assert!((ms_ssim(&a, &a).expect("images") - 1.0).abs() < 1e-6);
        }
    }
}
