//! The folded border: sulci are curved clefts that run inwards from the surface, grey matter is
//! what lies within a fixed distance of fluid.

use core::f32::consts::{PI, TAU};

use crate::phantom::shape::{Noise, Point, smooth_min, smoothstep};
use crate::random::Random;

/// Sulci looked at on either side of a point.
const NEIGHBOURS: usize = 3;

/// Clefts around the hull of the brain, and the fissure between the hemispheres.
#[derive(Debug, Clone)]
pub(super) struct Cortex {
    sulci: Vec<Sulcus>,
    warp: Noise,
    fissure_front: f32,
    fissure_back: f32,
    pub(super) thickness: f32,
    gap: f32,
}

#[derive(Debug, Clone, Copy)]
struct Sulcus {
    angle: f32,
    depth: f32,
    lean: f32,
    bend: f32,
    width: f32,
    fork: f32,
}

impl Cortex {
    pub(super) fn random(random: &mut Random) -> Self {
        let count = 24 + random.below(8);
        let gap = random.range(0.006, 0.013);
        let sulci = (0..count)
            .map(|k| {
                let angle = TAU * (k as f32 + random.range(-0.22, 0.22)) / count as f32 - PI;
                // The Sylvian fissure opens at the side, somewhat to the front.
                let side = libm::cosf(angle).abs() > 0.93 && libm::sinf(angle) < 0.1;
                let depth = if side {
                    random.range(0.2, 0.27)
                } else {
                    random.range(0.08, 0.2)
                };
                Sulcus {
                    angle,
                    depth,
                    lean: random.range(-0.6, 0.6),
                    bend: random.range(-0.12, 0.12),
                    width: gap * if side { 1.6 } else { random.range(0.7, 1.5) },
                    fork: if random.chance(0.6) {
                        random.range(0.35, 0.8)
                    } else {
                        0.0
                    },
                }
            })
            .collect();
        Self {
            sulci,
            warp: Noise(random.bits() as u32),
            fissure_front: random.range(-0.36, -0.28),
            fissure_back: random.range(0.3, 0.38),
            thickness: random.range(0.036, 0.044),
            gap,
        }
    }

    /// Distance to the nearest fluid of the surface (hull, sulci, fissure), negative within it.
    /// `depth` is how deep `p` lies under the hull.
    pub(super) fn distance(&self, p: Point, depth: f32) -> f32 {
        let mut nearest = depth.min(self.fissure(p));
        if depth < 0.33 {
            let q = Point::new(
                p.x + 0.05 * self.warp.octaves(p.x * 6.0, p.y * 6.0, 2, 0.6),
                p.y + 0.05 * self.warp.octaves(p.x * 6.0 + 40.0, p.y * 6.0, 2, 0.6),
            );
            nearest = smooth_min(nearest, self.clefts(q, depth), 0.03);
        }
        nearest
    }

    fn fissure(&self, p: Point) -> f32 {
        let wave = 0.012 * self.warp.at(p.y * 6.0, 7.5);
        let half = self.gap * 0.55 + 0.012 * smoothstep(0.55, 0.8, p.y.abs());
        let across = (p.x - wave).abs() - half;
        let beyond = (p.y - self.fissure_front).min(self.fissure_back - p.y);
        if beyond <= 0.0 {
            return across;
        }
        libm::sqrtf(across.max(0.0) * across.max(0.0) + beyond * beyond)
    }

    fn clefts(&self, p: Point, depth: f32) -> f32 {
        let angle = libm::atan2f(p.y, p.x);
        let radius = libm::sqrtf(p.x * p.x + p.y * p.y);
        let count = self.sulci.len();
        let nearest = libm::roundf((angle + PI) / TAU * count as f32) as usize;
        let mut best = 0.35_f32;
        for i in 0..=2 * NEIGHBOURS {
            let sulcus = &self.sulci[(nearest + count + i - NEIGHBOURS) % count];
            best = best.min(sulcus.distance(angle, radius, depth));
        }
        best
    }
}

impl Sulcus {
    fn distance(&self, angle: f32, radius: f32, depth: f32) -> f32 {
        let mut turn = angle - self.angle;
        if turn > PI {
            turn -= TAU;
        } else if turn < -PI {
            turn += TAU;
        }
        let inwards = depth / self.depth;
        if turn.abs() * radius > 0.35 {
            return 0.35;
        }
        let swing = inwards.min(1.0);
        let path = self.lean * depth * (0.3 + inwards) + 2.6 * self.bend * swing * (1.0 - swing);
        let across = turn * radius - path * 0.6;
        let fork = self.fork * (depth - 0.55 * self.depth).max(0.0);
        let across = (across.abs() - fork).abs();
        let beyond = (depth - self.depth).max(0.0);
        let width = self.width * (1.25 - 0.75 * inwards.min(1.0));
        libm::sqrtf(across * across + beyond * beyond) - width
    }
}
