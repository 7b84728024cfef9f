//! Signs of diabetic retinopathy: microaneurysms, blot haemorrhages, hard exudates.
//!
//! A spot is a disc, a blot a few discs that overlap.

use super::colour::{Colour, behind, mixed};
use crate::image::Plane;
use crate::phantom::field::{Field, TubePoint};
use crate::phantom::shape::{Point, Pose};
use crate::random::Random;

/// Blood outside the vessels, as optical density of a spot.
const BLOOD: Colour = [0.34, 0.85, 0.6];
/// Reflectance of lipid in the retina.
const EXUDATE: Colour = [1.0, 0.82, 0.42];
/// Share of a pixel from which a lesion is labelled; below, it is not drawn either.
const LEAST: f32 = 0.25;

/// The lesions of one eye as discs, centre and radius in body coordinates.
#[derive(Debug, Clone, Default)]
pub(super) struct Retinopathy {
    blood: Vec<(Point, f32)>,
    exudates: Vec<(Point, f32)>,
}

/// What the lesions cover of each pixel, 0..=1.
pub(super) struct Signs {
    blood: Plane,
    exudates: Plane,
}

impl Retinopathy {
    /// Lesions around the macula; `room` tells how far a place is from what they spare.
    pub(super) fn random(random: &mut Random, fovea: Point, room: impl Fn(Point) -> f32) -> Self {
        let mut lesions = Self::default();
        for _ in 0..8 + random.below(16) {
            let (at, radius) = (
                around(random, fovea, 0.12, 0.75),
                random.range(0.006, 0.011),
            );
            if room(at) > radius {
                lesions.blood.push((at, radius));
            }
        }
        for _ in 0..5 + random.below(6) {
            let (centre, radius) = (around(random, fovea, 0.18, 0.6), random.range(0.01, 0.022));
            for _ in 0..3 + random.below(4) {
                let at = around(random, centre, 0.0, 1.1 * radius);
                if room(at) > radius {
                    lesions.blood.push((at, radius * random.range(0.6, 1.0)));
                }
            }
        }
        for _ in 0..=random.below(3) {
            // Lipid settles in a ring around what leaks.
            let (centre, ring) = (around(random, fovea, 0.16, 0.42), random.range(0.03, 0.1));
            for _ in 0..12 + random.below(24) {
                let (at, radius) = (
                    around(random, centre, 0.5 * ring, ring),
                    random.range(0.004, 0.013),
                );
                if room(at) > radius {
                    lesions.exudates.push((at, radius));
                }
            }
        }
        lesions
    }

    /// What of it shows at `size` x `size` pixels.
    pub(super) fn signs(&self, pose: &Pose, size: usize) -> Signs {
        let covered = |spots: &[(Point, f32)]| {
            let mut field = Field::zeros(size);
            for &(at, radius) in spots {
                let spot = TubePoint {
                    at: pose.picture(at),
                    half: radius * pose.scale.y,
                    weight: 1.0,
                };
                field.piece(&spot, &spot, |u| ((1.0 - u) * 2.5).min(1.0));
            }
            field.averaged().map(|v| if v < LEAST { 0.0 } else { v })
        };
        Signs {
            blood: covered(&self.blood),
            exudates: covered(&self.exudates),
        }
    }
}

impl Signs {
    /// 1 where a lesion is, else 0.
    pub(super) fn label(&self) -> Plane {
        self.blood.zip(&self.exudates, f32::max).above(0.0)
    }

    /// What comes back of pixel `index` instead of `healthy` light.
    pub(super) fn over(&self, healthy: Colour, index: usize) -> Colour {
        let (blood, exudate) = (self.blood.values()[index], self.exudates.values()[index]);
        mixed(behind(healthy, BLOOD, blood), EXUDATE, 0.8 * exudate)
    }
}

/// A random place at a distance of `near` to `far` from `centre`.
fn around(random: &mut Random, centre: Point, near: f32, far: f32) -> Point {
    let angle = random.range(0.0, core::f32::consts::TAU);
    let reach = random.range(near, far);
    Point::new(
        centre.x + reach * libm::cosf(angle),
        centre.y + reach * libm::sinf(angle),
    )
}
