//! What the machine adds to the anatomy: blur, uneven exposure or coil sensitivity, noise, film.

use super::field::centre;
use crate::image::Plane;
use crate::random::Random;

/// A radiograph from attenuation: scatter, uneven exposure, quantum noise, film curve.
pub(super) fn radiograph(attenuation: &Plane, random: &mut Random) -> Plane {
    let size = attenuation.width();
    let dose = random.range(3000.0, 12000.0);
    let film = Film::random(random);
    let heel = (random.range(-0.08, 0.08), random.range(-0.08, 0.08));
    let blur = random.range(0.35, 0.6) * size as f32 / 128.0;
    // Scatter is so smooth that a quarter of the resolution holds it.
    let coarse = size.div_ceil(4);
    let wide = attenuation.resized(coarse, coarse);
    let scatter = blurred(&wide, coarse as f32 / 24.0).resized(size, size);
    let sharp = blurred(attenuation, blur);
    let mut exposed = sharp.zip(&scatter, |a, wide| 0.88 * a + 0.12 * wide.min(a + 0.6));
    for (i, value) in exposed.values_mut().iter_mut().enumerate() {
        let (x, y) = centre(i % size, i / size, size);
        // Counted quanta: the variance of log exposure is one over their number.
        let quanta = dose * libm::expf(-*value);
        let noise = random.normal() / libm::sqrtf(quanta);
        *value = film.darkening(*value * (1.0 + heel.0 * x + heel.1 * y) + noise);
    }
    exposed
}

/// The characteristic curve of the film, shown as a positive on a light box.
struct Film {
    gradient: f32,
    middle: f32,
    veil: f32,
}

impl Film {
    fn random(random: &mut Random) -> Self {
        Self {
            gradient: random.range(1.9, 2.5),
            middle: random.range(1.25, 1.5),
            veil: random.range(0.0, 0.04),
        }
    }

    fn darkening(&self, attenuation: f32) -> f32 {
        let curve = |a: f32| 1.0 / (1.0 + libm::expf(-self.gradient * (a - self.middle)));
        let zero = curve(0.0);
        let value = (curve(attenuation) - zero) / (1.0 - zero);
        // The shoulder of the curve never saturates: the spine shows behind the heart.
        let value = 0.8 * value + 0.2 * (attenuation / 3.6);
        (self.veil + (1.0 - self.veil) * 0.98 * value).clamp(0.0, 1.0)
    }
}

/// The coil: its sensitivity over the slice, shared by all sequences of one examination.
pub(super) struct Scanner {
    linear: (f32, f32),
    bowl: f32,
    cross: f32,
    noise: f32,
    blur: f32,
}

impl Scanner {
    pub(super) fn random(random: &mut Random) -> Self {
        Self {
            linear: (random.range(-0.07, 0.07), random.range(-0.07, 0.07)),
            bowl: random.range(-0.08, 0.05),
            cross: random.range(-0.04, 0.04),
            noise: random.range(0.008, 0.025),
            blur: random.range(0.4, 0.6),
        }
    }

    /// Multiplicative bias at `(x, y)`, about 0.8..=1.2 as in BrainWeb's 40% setting.
    fn sensitivity(&self, x: f32, y: f32) -> f32 {
        let round = x * x + y * y;
        1.0 + self.linear.0 * x + self.linear.1 * y + self.bowl * (round - 0.5) + self.cross * x * y
    }
}

/// A magnitude image: blur, bias field, Rician noise (the length of a noisy complex number).
pub(super) fn magnitude(signal: &Plane, scanner: &Scanner, random: &mut Random) -> Plane {
    let size = signal.width();
    let mut image = blurred(signal, scanner.blur * size as f32 / 128.0);
    for (i, value) in image.values_mut().iter_mut().enumerate() {
        let (x, y) = centre(i % size, i / size, size);
        // |S + n| of a complex normal n in polar form: n = s r exp(i a), r Rayleigh, a uniform.
        let signal = *value * scanner.sensitivity(x, y);
        let rayleigh = -2.0 * libm::logf(1.0 - random.unit()) * scanner.noise * scanner.noise;
        let angle = core::f32::consts::TAU * random.unit();
        let square =
            signal * signal + 2.0 * signal * libm::sqrtf(rayleigh) * libm::cosf(angle) + rayleigh;
        *value = libm::sqrtf(square.max(0.0)).min(1.0);
    }
    image
}

/// Gaussian blur with a standard deviation in pixels, each axis on its own, borders repeated.
pub(super) fn blurred(plane: &Plane, sigma: f32) -> Plane {
    let kernel = kernel(sigma);
    transposed_blur(&transposed_blur(plane, &kernel), &kernel)
}

/// Blurs along x and swaps the axes: twice is a blur along both.
fn transposed_blur(plane: &Plane, kernel: &[f32]) -> Plane {
    let (width, height) = (plane.width(), plane.height());
    let reach = kernel.len() / 2;
    let mut result = Plane::filled(height, width, 0.0);
    let mut padded = vec![0.0; width + 2 * reach];
    for (y, row) in plane.values().chunks(width).enumerate() {
        padded[..reach].fill(row[0]);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        for (x, window) in padded.windows(kernel.len()).enumerate() {
            let mut sum = 0.0;
            for (value, weight) in window.iter().zip(kernel) {
                sum += value * weight;
            }
            result.set(y, x, sum);
        }
    }
    result
}

fn kernel(sigma: f32) -> Vec<f32> {
    let reach = (libm::ceilf(2.5 * sigma) as usize).max(1);
    let mut weights: Vec<f32> = (0..=2 * reach)
        .map(|i| {
            let u = (i as f32 - reach as f32) / sigma.max(1e-3);
            libm::expf(-0.5 * u * u)
        })
        .collect();
    let total: f32 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= total;
    }
    weights
}
