//! One plane of pixels. Masks and structure maps are planes that hold only 0 and 1.

use serde::{Deserialize, Serialize};

use super::{ImageError, check_size};

/// A grey image: row-major, `values[y * width + x]`, normally 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Plane {
    /// A plane from its row-major values.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, ImageError> {
        check_size(width, height)?;
        if values.len() != width * height {
            return Err(ImageError::Length {
                width,
                height,
                got: values.len(),
            });
        }
        Ok(Self {
            width,
            height,
            values,
        })
    }

    /// A plane whose every pixel is `value`.
    ///
    /// # Panics
    /// When a side is 0 or larger than [`MAX_SIDE`](super::MAX_SIDE): sizes of outside data go through [`Plane::new`].
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        check_size(width, height).expect("the caller chose the size");
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// A plane computed pixel by pixel from `(x, y)`.
    pub fn from_fn(
        width: usize,
        height: usize,
        mut pixel: impl FnMut(usize, usize) -> f32,
    ) -> Self {
        let mut plane = Self::filled(width, height, 0.0);
        for y in 0..height {
            for x in 0..width {
                plane.values[y * width + x] = pixel(x, y);
            }
        }
        plane
    }

    /// A plane from 8-bit grey values, 0..=255 to 0..=1.
    pub fn from_u8(width: usize, height: usize, bytes: &[u8]) -> Result<Self, ImageError> {
        check_size(width, height)?;
        Self::new(
            width,
            height,
            bytes.iter().map(|&b| f32::from(b) / 255.0).collect(),
        )
    }

    /// 8-bit grey values, rounded to nearest, values outside 0..=1 clamped.
    pub fn to_u8(&self) -> Vec<u8> {
        self.values
            .iter()
            .map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
            .collect()
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Row-major values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Row-major values, to change.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The row-major values themselves.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The value at `(x, y)`.
    ///
    /// # Panics
    /// Outside the plane.
    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// Sets the value at `(x, y)`.
    pub fn set(&mut self, x: usize, y: usize, value: f32) {
        self.values[y * self.width + x] = value;
    }

    /// A new plane, `f` applied to every value.
    pub fn map(&self, f: impl Fn(f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            values: self.values.iter().map(|&v| f(v)).collect(),
        }
    }

    /// A new plane from two of the same size, value by value.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        assert_eq!(
            (self.width, self.height),
            (other.width, other.height),
            "planes of one size"
        );
        let values = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(&a, &b)| f(a, b))
            .collect();
        Self {
            width: self.width,
            height: self.height,
            values,
        }
    }

    /// 1 where the value is greater than `threshold`, else 0.
    pub fn above(&self, threshold: f32) -> Self {
        self.map(|v| if v > threshold { 1.0 } else { 0.0 })
    }

    /// Smallest and largest value.
    pub fn min_max(&self) -> (f32, f32) {
        self.values
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(lo, hi), &v| {
                (lo.min(v), hi.max(v))
            })
    }

    /// Mean of all values, summed in double precision.
    pub fn mean(&self) -> f32 {
        let sum: f64 = self.values.iter().map(|&v| f64::from(v)).sum();
        (sum / self.values.len() as f64) as f32
    }

    /// Stretched so that the smallest value becomes 0 and the largest 1.
    pub fn normalised(&self) -> Result<Self, ImageError> {
        if self.values.iter().any(|v| !v.is_finite()) {
            return Err(ImageError::NotFinite);
        }
        let (lo, hi) = self.min_max();
        if hi <= lo {
            return Err(ImageError::Constant(lo));
        }
        let range = hi - lo;
        Ok(self.map(|v| (v - lo) / range))
    }

    /// Resized by averaging over the area that each new pixel covers (shrinking) and by bilinear
    /// interpolation between pixel centres (growing), each axis on its own.
    ///
    /// # Panics
    /// When a new side is 0 or larger than [`MAX_SIDE`](super::MAX_SIDE).
    pub fn resized(&self, width: usize, height: usize) -> Self {
        check_size(width, height).expect("the caller chose the size");
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let columns = axis_weights(self.width, width);
        let rows = axis_weights(self.height, height);
        let across = Self::from_fn(width, self.height, |x, y| {
            columns[x].iter().map(|&(i, w)| self.at(i, y) * w).sum()
        });
        Self::from_fn(width, height, |x, y| {
            rows[y].iter().map(|&(i, w)| across.at(x, i) * w).sum()
        })
    }

    /// Resized to the nearest pixel; for masks and labels.
    pub fn resized_nearest(&self, width: usize, height: usize) -> Self {
        Self::from_fn(width, height, |x, y| {
            let sx = (2 * x + 1) * self.width / (2 * width);
            let sy = (2 * y + 1) * self.height / (2 * height);
            self.at(sx.min(self.width - 1), sy.min(self.height - 1))
        })
    }
}

/// For each target pixel the source pixels it draws from, with weights that sum to 1.
fn axis_weights(from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    let scale = from as f64 / to as f64;
    (0..to)
        .map(|i| {
            if scale > 1.0 {
                area(i, scale, from)
            } else {
                linear(i, scale, from)
            }
        })
        .collect()
}

fn area(i: usize, scale: f64, from: usize) -> Vec<(usize, f32)> {
    let (start, end) = (i as f64 * scale, (i + 1) as f64 * scale);
    let (first, last) = (start as usize, (libm::ceil(end) as usize).min(from));
    (first..last)
        .map(|j| {
            let covered = end.min((j + 1) as f64) - start.max(j as f64);
            (j, (covered / scale) as f32)
        })
        .collect()
}

fn linear(i: usize, scale: f64, from: usize) -> Vec<(usize, f32)> {
    let position = ((i as f64 + 0.5) * scale - 0.5).clamp(0.0, (from - 1) as f64);
    let left = position as usize;
    let right = (left + 1).min(from - 1);
    let fraction = (position - left as f64) as f32;
    vec![(left, 1.0 - fraction), (right, fraction)]
}
