//! Soft parts of the thorax: lungs with their vessels, heart and great vessels, diaphragm.

use super::Chest;
use crate::phantom::field::TubePoint;
use crate::phantom::shape::{Ellipse, Point, bell, smooth_max, smooth_min, smoothstep};
use crate::random::Random;

/// Heart and great vessels.
#[derive(Debug, Clone)]
pub(super) struct Heart {
    ventricle: Ellipse,
    atrium: Ellipse,
    pulmonary: Ellipse,
    knob: Ellipse,
    upper: f32,
    low: f32,
    width: f32,
}

impl Heart {
    /// A heart of a random size that rests on the diaphragm.
    pub(super) fn random(random: &mut Random, chest: &Chest) -> Self {
        let size = chest.width * random.range(0.33, 0.45);
        let low = chest.dome + random.range(-0.13, -0.06);
        let angle = random.range(0.35, 0.75);
        let ventricle = Ellipse::new(
            Point::new(size * random.range(0.28, 0.42), low),
            Point::new(
                size * random.range(1.0, 1.1),
                size * random.range(0.72, 0.84),
            ),
            angle,
        );
        let atrium = Ellipse::new(
            Point::new(-size * random.range(0.16, 0.28), low - 0.06),
            Point::new(
                size * random.range(0.42, 0.55),
                size * random.range(0.65, 0.8),
            ),
            -0.15,
        );
        let arch = chest.apex + random.range(0.3, 0.36);
        let pulmonary = Ellipse::new(
            Point::new(random.range(0.06, 0.1), arch + 0.17),
            Point::new(random.range(0.1, 0.13), 0.12),
            0.3,
        );
        let knob = Ellipse::new(
            Point::new(random.range(0.07, 0.11), arch),
            Point::new(random.range(0.07, 0.1), random.range(0.07, 0.1)),
            0.0,
        );
        Self {
            ventricle,
            atrium,
            pulmonary,
            knob,
            upper: random.range(0.1, 0.15),
            low,
            width: size,
        }
    }

    /// Thickness of the blood and muscle in front of the detector, 0..=1.
    pub(super) fn thickness(&self, p: Point) -> f32 {
        let chambers = smooth_max(self.ventricle.thickness(p), self.atrium.thickness(p), 0.12);
        let vessels = 0.55 * smooth_max(self.knob.thickness(p), self.pulmonary.thickness(p), 0.1);
        smooth_max(chambers, vessels, 0.1).clamp(0.0, 1.0)
    }

    /// Shadow of everything between the lungs, 0..=1, with the heart of thickness `heart`.
    pub(super) fn mediastinum(&self, p: Point, heart: f32) -> f32 {
        let half = self.upper
            + 0.03 * smoothstep(-0.3, -0.75, p.y)
            + 0.42 * self.width * smoothstep(self.low - 0.75, self.low, p.y);
        let strip = 1.0
            - smoothstep(
                half * 0.7,
                half * 1.1,
                (p.x - 0.012 - 0.13 * self.width * smoothstep(self.low - 0.5, self.low, p.y)).abs(),
            );
        smooth_max(strip, smoothstep(0.0, 0.35, heart), 0.15).clamp(0.0, 1.0)
    }
}

/// Air on the way through the chest at `p`, 0 (none) to 1 (the full depth of a lung).
pub(super) fn air(chest: &Chest, p: Point) -> f32 {
    if p.y <= chest.apex || p.x.abs() >= chest.width {
        return 0.0;
    }
    let floor = chest.diaphragm(p.x) - p.y;
    let rim = side_depth(chest, p);
    if floor <= 0.0 || rim <= 0.0 {
        return 0.0;
    }
    let u = (1.0 - rim / 0.42).max(0.0);
    let full = libm::sqrtf(1.0 - u * u) * smoothstep(0.0, 0.03, rim);
    // The dome cuts the air off sharply, the lung thins out only a little above it.
    full * smoothstep(0.0, 0.035, floor) * (0.8 + 0.2 * smoothstep(0.0, 0.3, floor))
}

/// Distance from the border of the lung field, positive inside.
pub(super) fn depth(chest: &Chest, p: Point) -> f32 {
    smooth_min(side_depth(chest, p), chest.diaphragm(p.x) - p.y, 0.03)
}

/// Distance from chest wall, apex and midline.
fn side_depth(chest: &Chest, p: Point) -> f32 {
    let wall = chest.cage(p.y) - p.x.abs();
    let apex = (p.y - chest.apex) * 1.1;
    let inner = p.x.abs() - 0.045;
    smooth_min(smooth_min(wall, apex, 0.16), inner, 0.06)
}

/// The vessels of both lungs: trees that leave the hila and thin out towards the border.
pub(super) fn vessels(random: &mut Random, chest: &Chest, strength: f32) -> Vec<Vec<TubePoint>> {
    let mut tubes = Vec::new();
    for side in [-1.0_f32, 1.0] {
        let hilum = Point::new(side * random.range(0.13, 0.17), chest.hilum - 0.03 * side);
        for i in 0..11 {
            // From steeply up over lateral to steeply down; the lower lobes carry more blood.
            let spread = -1.25 + 2.75 * (i as f32 + random.range(-0.3, 0.3)) / 10.0;
            let width = random.range(0.016, 0.026) * (1.0 + 0.25 * spread);
            let length = random.range(0.3, 0.55) * chest.width * 1.3;
            let from = Point::new(
                hilum.x + side * 0.05 * libm::cosf(spread),
                hilum.y + 0.09 * libm::sinf(spread),
            );
            let stem = Stem {
                from,
                angle: spread,
                side,
                width,
                length,
                strength,
            };
            grow(random, &stem, 2, &mut tubes);
        }
    }
    tubes
}

struct Stem {
    from: Point,
    angle: f32,
    side: f32,
    width: f32,
    length: f32,
    strength: f32,
}

fn grow(random: &mut Random, stem: &Stem, generations: u32, tubes: &mut Vec<Vec<TubePoint>>) {
    let curve = random.range(-0.9, 0.9);
    let steps = 7;
    let mut at = stem.from;
    let mut tube = Vec::with_capacity(steps + 1);
    for i in 0..=steps {
        let t = i as f32 / steps as f32;
        let taper = 1.0 - 0.6 * t;
        tube.push(TubePoint {
            at,
            half: stem.width * taper,
            weight: stem.strength * stem.width / 0.02 * taper,
        });
        let angle = stem.angle + curve * t;
        let step = stem.length / steps as f32;
        at = Point::new(
            at.x + stem.side * libm::cosf(angle) * step,
            at.y + libm::sinf(angle) * step,
        );
        if generations > 0 && (i == 2 || i == 4 || i == steps) {
            let fork = random.range(0.3, 0.75) * if random.chance(0.5) { 1.0 } else { -1.0 };
            let child = Stem {
                from: at,
                angle: angle + fork,
                width: stem.width * taper * random.range(0.6, 0.8),
                length: stem.length * random.range(0.4, 0.62),
                ..*stem
            };
            grow(random, &child, generations - 1, tubes);
        }
    }
    tubes.push(tube);
}

/// The root of each lung: soft shadow beside the heart, 0..=1.
pub(super) fn hila(chest: &Chest, p: Point) -> f32 {
    let shadow = |side: f32| {
        let (dx, dy) = (
            (p.x - side * 0.15) / 0.055,
            (p.y - chest.hilum + 0.03 * side) / 0.1,
        );
        bell(libm::sqrtf(dx * dx + dy * dy))
    };
    (shadow(-1.0) + shadow(1.0)).min(1.0)
}

/// Windpipe and main bronchi: air in front of the spine, 0..=1.
pub(super) fn airway(chest: &Chest, p: Point) -> f32 {
    if p.x.abs() > 0.25 || p.y > chest.hilum + 0.2 {
        return 0.0;
    }
    let carina = chest.hilum - 0.09;
    let pipe = bell((p.x + 0.012) / 0.022) * (1.0 - smoothstep(carina - 0.05, carina + 0.03, p.y));
    let below = p.y - carina;
    let branch = |side: f32, slope: f32| {
        let along = side * p.x;
        let line = (below - slope * along) / 0.026;
        bell(line) * smoothstep(-0.01, 0.03, along) * (1.0 - smoothstep(0.1, 0.17, along))
    };
    pipe.max(0.8 * branch(-1.0, 1.0))
        .max(0.8 * branch(1.0, 0.7))
}
