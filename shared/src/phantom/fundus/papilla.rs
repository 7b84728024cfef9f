//! The optic disc with its cup: nerve fibres without pigment before them, pale and bright.

use super::colour::{Colour, mixed};
use crate::phantom::shape::{Ellipse, Noise, Point, bell, smoothstep};
use crate::random::Random;

/// Reflectance of the rim and of the cup under white light.
const RIM: Colour = [1.02, 0.53, 0.33];
const CUP: Colour = [1.12, 0.82, 0.62];

/// The disc of one eye, its centre at the origin, temporal at positive x.
#[derive(Debug, Clone, Copy)]
pub(super) struct Papilla {
    outline: Ellipse,
    cup: Ellipse,
    pallor: f32,
    soft: f32,
    crescent: f32,
    halo: f32,
    noise: Noise,
}

impl Papilla {
    pub(super) fn random(random: &mut Random) -> Self {
        let height = random.range(0.108, 0.128);
        let width = height * random.range(0.86, 1.0);
        let tilt = random.range(-0.3, 0.3);
        let ratio = random.range(0.3, 0.62);
        let centre = Point::new(
            random.range(0.0, 0.3) * (1.0 - ratio) * width,
            random.range(-0.15, 0.15) * height,
        );
        Self {
            outline: Ellipse::new(Point::new(0.0, 0.0), Point::new(width, height), tilt),
            cup: Ellipse::new(centre, Point::new(ratio * width, ratio * height), tilt),
            pallor: random.range(0.0, 0.5),
            soft: random.range(0.06, 0.16),
            crescent: random.range(-0.5, 1.0).max(0.0),
            halo: random.range(0.0, 0.16),
            noise: Noise(random.bits() as u32),
        }
    }

    /// Mean radius of the disc.
    pub(super) fn radius(&self) -> f32 {
        0.5 * (self.outline.radii.x + self.outline.radii.y)
    }

    /// Whether `p` lies on the disc.
    pub(super) fn covers(&self, p: Point) -> bool {
        self.outline.radius(p) < 1.0
    }

    /// Whether `p` lies in the cup.
    pub(super) fn hollow(&self, p: Point) -> bool {
        self.cup.radius(p) < 1.0
    }

    /// The colour at `p`, where the retina alone would have `retina`.
    pub(super) fn over(&self, retina: Colour, p: Point) -> Colour {
        let radius = self.outline.radius(p);
        if radius > 4.0 {
            return retina;
        }
        let share = 1.0 - smoothstep(1.0 - self.soft, 1.0 + self.soft, radius);
        mixed(self.around(retina, p, radius), self.nerve(p, radius), share)
    }

    /// The retina near the disc: a thick layer of fibres shines, at the temporal margin pigment
    /// gathers outside a strip of bare sclera.
    fn around(&self, retina: Colour, p: Point, radius: f32) -> Colour {
        let fibres = self.halo * bell((radius - 1.0) / 0.9);
        let temporal = smoothstep(-0.2, 0.9, p.x / self.outline.radii.x);
        let bare = 0.45 * self.crescent * temporal * bell((radius - 1.04) / 0.05);
        let pigment = 0.5 * self.crescent * temporal * bell((radius - 1.17) / 0.04);
        let dark = 1.0 - pigment * 0.6;
        let light = mixed(retina, [0.95, 0.62, 0.45], fibres + bare);
        light.map(|v| v * dark)
    }

    /// The disc itself: nasal rim pink, temporal rim paler, the cup palest.
    fn nerve(&self, p: Point, radius: f32) -> Colour {
        let mottle = 0.06 * self.noise.octaves(p.x * 30.0, p.y * 30.0, 2, 0.6);
        let temporal = smoothstep(-1.0, 1.0, p.x / self.outline.radii.x);
        let pale = 0.35 * self.pallor + 0.3 * temporal - 0.12 * smoothstep(0.6, 1.0, radius);
        let hollow = 1.0 - smoothstep(0.65, 1.2, self.cup.radius(p));
        mixed(mixed(RIM, CUP, pale), CUP, hollow).map(|v| v * (1.0 + mottle))
    }
}
