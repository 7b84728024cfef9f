//! What light comes back: layers of the fundus and the blood before them, per channel.
//!
//! Nothing is painted in its colour. White sclera and choroid reflect; melanin, the pigment of the
//! macula and blood take their share of red, green and blue (Beer-Lambert; coefficients chosen by
//! eye and by the channel means of photographs, in the order of Preece and Claridge 2002).

use crate::phantom::shape::{Noise, Point, lerp, smoothstep};
use crate::random::Random;

/// Red, green and blue, 0..=1 for what a camera shows.
pub(super) type Colour = [f32; 3];

/// Reflectance of the layers behind the pigment.
const BASE: Colour = [0.9, 0.36, 0.18];
const MELANIN: Colour = [0.42, 0.62, 0.55];
/// Where the macula is thick and its pigment epithelium tall.
const MACULA: Colour = [0.24, 0.36, 0.2];
const FOVEA: Colour = [0.16, 0.3, 0.2];
/// Optical density per unit of thickness in body coordinates.
pub(super) const ARTERY: Colour = [1.6, 15.0, 14.0];
pub(super) const VEIN: Colour = [5.0, 20.0, 18.0];

/// `a` (share 0) to `b` (share 1), channel by channel.
pub(super) fn mixed(a: Colour, b: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|c| lerp(a[c], b[c], share))
}

/// `light` behind an absorber of `density`, per channel, and thickness `amount`.
pub(super) fn behind(light: Colour, density: Colour, amount: f32) -> Colour {
    [0, 1, 2].map(|c| light[c] * libm::expf(-density[c] * amount))
}

/// Pigment epithelium and choroid of one eye, the macula included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backdrop {
    pub(super) fovea: Point,
    macula: f32,
    depth: f32,
    pigment: f32,
    tessellation: f32,
    patches: Noise,
    grain: Noise,
    choroid: Noise,
}

impl Backdrop {
    pub(super) fn random(random: &mut Random, fovea: Point) -> Self {
        Self {
            fovea,
            macula: random.range(0.14, 0.2),
            depth: random.range(0.85, 1.35),
            pigment: random.range(0.2, 0.9),
            tessellation: random.range(-0.2, 0.38).max(0.04),
            patches: Noise(random.bits() as u32),
            grain: Noise(random.bits() as u32),
            choroid: Noise(random.bits() as u32),
        }
    }

    /// Whether `p` belongs to the dark area around the fovea.
    pub(super) fn is_macula(&self, p: Point) -> bool {
        self.eccentricity(p) < self.macula
    }

    /// Distance from the fovea, measured shorter along the horizontal, where the macula is wider.
    fn eccentricity(&self, p: Point) -> f32 {
        let (dx, dy) = ((p.x - self.fovea.x) / 1.15, p.y - self.fovea.y);
        libm::sqrtf(dx * dx + dy * dy)
    }

    /// Reflectance at `p` under white light, without vessels and disc.
    pub(super) fn reflectance(&self, p: Point) -> Colour {
        let radius = self.eccentricity(p);
        let patches = 0.28 * self.patches.octaves(p.x * 2.2, p.y * 2.2, 3, 0.5);
        let grain = 0.1 * self.grain.octaves(p.x * 24.0, p.y * 24.0, 3, 0.75);
        let streaks = self.streaks(p) * smoothstep(0.1, 0.6, radius);
        let pigment = (self.pigment + patches + grain + streaks).max(0.0);
        let light = behind(BASE, MELANIN, pigment);
        let wide = radius / (1.15 * self.macula);
        let light = behind(light, MACULA, self.depth * libm::expf(-wide * wide));
        let narrow = radius / (0.33 * self.macula);
        behind(light, FOVEA, self.depth * libm::expf(-narrow * narrow))
    }

    /// Pigment between the vessels of the choroid, which fan out from the posterior pole: noise drawn
    /// out along the line from the fovea (a short line integral convolution, Cabral 1993).
    fn streaks(&self, p: Point) -> f32 {
        let (dx, dy) = (p.x - self.fovea.x, p.y - self.fovea.y);
        let length = libm::sqrtf(dx * dx + dy * dy).max(1e-3);
        let sway = 0.9 * self.grain.at(p.x * 3.0 + 50.0, p.y * 3.0);
        let (ux, uy) = ((dx - sway * dy) / length, (dy + sway * dx) / length);
        let mut sum = 0.0;
        for step in -2..=2 {
            let along = 0.025 * step as f32;
            let (x, y) = (p.x + along * ux, p.y + along * uy);
            sum += self.choroid.octaves(x * 22.0, y * 22.0, 2, 0.5);
        }
        // Vessels are bands, so the noise is pushed towards its extremes.
        let band = sum * 0.55;
        self.tessellation * band / (1.0 + band.abs())
    }
}
