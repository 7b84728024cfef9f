//! A glioma: necrotic core, enhancing rim, oedema that spreads along white matter, mass effect.

use super::BrainTissue;
use crate::phantom::shape::{Noise, Point};
use crate::random::Random;

/// One tumour, in body coordinates.
#[derive(Debug, Clone)]
pub(super) struct Tumour {
    centre: Point,
    radius: f32,
    stretch: Point,
    rim: f32,
    spread: f32,
    push: f32,
    noise: Noise,
}

impl Tumour {
    /// A tumour at a place that `fits` (given the centre and the reach) when one is found in 200
    /// tries, otherwise in the white matter of one side.
    pub(super) fn random(random: &mut Random, fits: impl Fn(Point, f32) -> bool) -> Self {
        let radius = random.range(0.09, 0.19);
        let mut centre = Point::new(if random.chance(0.5) { 0.33 } else { -0.33 }, -0.1);
        for _ in 0..200 {
            let p = Point::new(random.range(-0.6, 0.6), random.range(-0.7, 0.7));
            if fits(p, radius) {
                centre = p;
                break;
            }
        }
        Self {
            centre,
            radius,
            stretch: Point::new(random.range(0.85, 1.2), random.range(0.85, 1.2)),
            rim: random.range(0.022, 0.05),
            spread: random.range(0.08, 0.24),
            push: random.range(0.2, 0.55),
            noise: Noise(random.bits() as u32),
        }
    }

    /// Where the tissue now at `p` lay before the tumour grew.
    pub(super) fn before(&self, p: Point) -> Point {
        let (dx, dy) = (p.x - self.centre.x, p.y - self.centre.y);
        let reach = 2.2 * self.radius;
        let squared = (dx * dx + dy * dy) / (reach * reach);
        let pull = 1.0 - self.push * libm::expf(-squared);
        Point::new(self.centre.x + dx * pull, self.centre.y + dy * pull)
    }

    /// What the tumour makes of `healthy` tissue at `p`, which lies `room` under the surface of the
    /// brain; `None` leaves it. The solid part does not break through the surface.
    pub(super) fn tissue(&self, p: Point, healthy: BrainTissue, room: f32) -> Option<BrainTissue> {
        if !matches!(
            healthy,
            BrainTissue::Grey | BrainTissue::White | BrainTissue::Csf | BrainTissue::Ventricle
        ) {
            return None;
        }
        let (dx, dy) = (
            (p.x - self.centre.x) * self.stretch.x,
            (p.y - self.centre.y) * self.stretch.y,
        );
        let distance = libm::sqrtf(dx * dx + dy * dy);
        if distance > self.radius + 2.0 * self.spread {
            return None;
        }
        let rough = 0.3 * self.radius * self.noise.octaves(p.x * 9.0, p.y * 9.0, 3, 0.55);
        let solid = (distance + rough - self.radius).max(0.035 - room);
        let rim = self.rim * (1.0 + 0.7 * self.noise.at(p.x * 12.0 + 9.0, p.y * 12.0));
        if solid < -rim {
            return Some(BrainTissue::Necrosis);
        }
        if solid < 0.0 {
            return Some(BrainTissue::Enhancing);
        }
        let wander = self.noise.octaves(p.x * 4.0 + 17.0, p.y * 4.0, 3, 0.6);
        let reach = self.spread * (0.75 + 0.7 * wander);
        let permitted = match healthy {
            BrainTissue::White => reach,
            BrainTissue::Grey => 0.35 * reach,
            _ => return None,
        };
        (solid < permitted).then_some(BrainTissue::Oedema)
    }
}
