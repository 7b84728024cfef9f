//! Instance normalisation with a scale and a shift per picture and plane, and the leaky rectifier behind it, as one
//! operation (Ulyanov 2016; conditional: Dumoulin 2017).
//!
//! `y = leaky(a x + b)` with `a = scale / deviation` and `b = shift - mean a`.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// What the gradient needs of the pass, of one plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    mean: f32,
    /// One over the deviation.
    sharpness: f32,
}

/// What is added to the variance, and the slope below zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    /// Added to the variance before the square root.
    pub epsilon: f32,
    /// Slope of the rectifier below zero.
    pub slope: f32,
}

/// Gradients of planes, scales and shifts.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// As the input, `[planes, area]`.
    pub x: Vec<f32>,
    /// `[planes]`.
    pub scale: Vec<f32>,
    /// `[planes]`.
    pub shift: Vec<f32>,
}

/// `x` `[planes, area]` normalised, with one scale and one shift per plane.
pub fn forward(form: Form, x: &[f32], scale: &[f32], shift: &[f32]) -> (Vec<f32>, Vec<Moments>) {
    let area = x.len() / scale.len();
    let mut y = vec![0.0; x.len()];
    let planes = y.par_chunks_mut(area).zip(x.par_chunks(area));
    let affine = scale.par_iter().zip(shift);
    let moments = planes.zip(affine).map(|((y, x), (scale, shift))| {
        let pass = Forward {
            form,
            x,
            scale: *scale,
            shift: *shift,
            y,
        };
        Arch::new().dispatch(pass)
    });
    let moments = moments.collect();
    (y, moments)
}

/// The gradients for that of the output.
pub fn backward(
    form: Form,
    x: &[f32],
    scale: &[f32],
    shift: &[f32],
    moments: &[Moments],
    gradient: &[f32],
) -> Gradients {
    let area = x.len() / scale.len();
    let mut found = vec![0.0; x.len()];
    let planes = found.par_chunks_mut(area).zip(x.par_chunks(area));
    let planes = planes.zip(gradient.par_chunks(area));
    let affine = scale.par_iter().zip(shift).zip(moments);
    let sums: Vec<(f32, f32)> = planes
        .zip(affine)
        .map(|(((found, x), gradient), ((scale, shift), moments))| {
            let pass = Backward {
                form,
                x,
                scale: *scale,
                shift: *shift,
                moments: *moments,
                gradient,
                found,
            };
            Arch::new().dispatch(pass)
        })
        .collect();
    let (scale, shift) = sums.into_iter().unzip();
    Gradients {
        x: found,
        scale,
        shift,
    }
}

impl Moments {
    /// `a` and `b` of a plane.
    fn line(self, scale: f32, shift: f32) -> (f32, f32) {
        let a = scale * self.sharpness;
        (a, shift - self.mean * a)
    }
}

struct Forward<'a> {
    form: Form,
    x: &'a [f32],
    scale: f32,
    shift: f32,
    y: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = Moments;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Moments {
        let (vectors, rest) = S::as_simd_f32s(self.x);
        let zero = simd.splat_f32s(0.0);
        let count = self.x.len() as f32;
        let sum = vectors.iter().fold(zero, |sum, v| simd.add_f32s(sum, *v));
        let mean = (simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()) / count;
        let middle = simd.splat_f32s(mean);
        let squares = vectors.iter().fold(zero, |sum, v| {
            let far = simd.sub_f32s(*v, middle);
            simd.mul_add_e_f32s(far, far, sum)
        });
        let squares = simd.reduce_sum_f32s(squares)
            + rest.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>();
        let moments = Moments {
            mean,
            sharpness: 1.0 / (squares / count + self.form.epsilon).sqrt(),
        };
        let (a, b) = moments.line(self.scale, self.shift);
        let (to, left) = S::as_mut_simd_f32s(self.y);
        let (wide_a, wide_b) = (simd.splat_f32s(a), simd.splat_f32s(b));
        let slope = simd.splat_f32s(self.form.slope);
        for (to, v) in to.iter_mut().zip(vectors) {
            let line = simd.mul_add_e_f32s(wide_a, *v, wide_b);
            *to = simd.max_f32s(line, simd.mul_f32s(slope, line));
        }
        for (to, v) in left.iter_mut().zip(rest) {
            let line = a * v + b;
            *to = line.max(self.form.slope * line);
        }
        moments
    }
}

struct Backward<'a> {
    form: Form,
    x: &'a [f32],
    scale: f32,
    shift: f32,
    moments: Moments,
    gradient: &'a [f32],
    found: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = (f32, f32);

    /// Gradients of scale and shift.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (f32, f32) {
        let Moments { mean, sharpness } = self.moments;
        let (a, b) = self.moments.line(self.scale, self.shift);
        let slope = self.form.slope;
        let (x, x_rest) = S::as_simd_f32s(self.x);
        let (gradient, gradient_rest) = S::as_simd_f32s(self.gradient);
        let (found, found_rest) = S::as_mut_simd_f32s(self.found);
        let [zero, one, wide_slope] = [0.0, 1.0, slope].map(|v| simd.splat_f32s(v));
        let [wide_a, wide_b] = [a, b].map(|v| simd.splat_f32s(v));
        // Of the line before the rectifier, kept where the result will stand.
        let (mut sum, mut product) = (zero, zero);
        for ((to, g), x) in found.iter_mut().zip(gradient).zip(x) {
            let line = simd.mul_add_e_f32s(wide_a, *x, wide_b);
            let above = simd.less_than_f32s(zero, line);
            let steep = simd.select_f32s(above, one, wide_slope);
            let g = simd.mul_f32s(*g, steep);
            *to = g;
            sum = simd.add_f32s(sum, g);
            product = simd.mul_add_e_f32s(g, *x, product);
        }
        let (mut total, mut with_x) = (simd.reduce_sum_f32s(sum), simd.reduce_sum_f32s(product));
        for ((to, g), x) in found_rest.iter_mut().zip(gradient_rest).zip(x_rest) {
            let steep = if a * x + b > 0.0 { 1.0 } else { slope };
            *to = g * steep;
            total += *to;
            with_x += *to * x;
        }
        let of_scale = (with_x - mean * total) * sharpness;
        // dx = a (g - mean of g - x^ mean of g x^), with x^ = (x - mean) sharpness
        let count = self.x.len() as f32;
        let along = -a * sharpness * of_scale / count;
        let constant = -a * total / count - along * mean;
        let [wide_along, wide_constant] = [along, constant].map(|v| simd.splat_f32s(v));
        for (to, x) in found.iter_mut().zip(x) {
            let rest = simd.mul_add_e_f32s(wide_along, *x, wide_constant);
            *to = simd.mul_add_e_f32s(wide_a, *to, rest);
        }
        for (to, x) in found_rest.iter_mut().zip(x_rest) {
            *to = a * *to + along * x + constant;
        }
        (of_scale, total)
    }
}
