//! The middle of the slice: lateral and third ventricle, basal ganglia, thalamus.

use super::BrainTissue;
use crate::phantom::shape::{Ellipse, Noise, Point, smooth_min};
use crate::random::Random;

/// Ventricles and deep grey matter; one half, mirrored with a slight asymmetry.
#[derive(Debug, Clone)]
pub(super) struct Deep {
    horns: [Vec<Ball>; 2],
    third: Ellipse,
    caudate: Ellipse,
    lentiform: Ellipse,
    thalamus: Ellipse,
    ganglia: bool,
    warp: Noise,
}

#[derive(Debug, Clone, Copy)]
struct Ball {
    at: Point,
    radius: f32,
}

impl Deep {
    pub(super) fn random(random: &mut Random) -> Self {
        // Low slices cut the basal ganglia, high ones the bodies of the ventricles.
        let ganglia = random.chance(0.65);
        let size = random.range(0.75, 1.35);
        let shift = random.range(-0.03, 0.03);
        let horns = [0, 1].map(|_| {
            let own = size * random.range(0.9, 1.1);
            horn(random, ganglia, own, shift)
        });
        let spread = 0.05 * (size - 1.0);
        let tilt = random.range(-0.1, 0.1);
        Self {
            horns,
            third: Ellipse::new(
                Point::new(0.0, 0.06 + shift),
                Point::new(0.013 + 0.012 * (size - 0.75), 0.1),
                0.0,
            ),
            caudate: Ellipse::new(
                Point::new(0.155 + spread, -0.2 + shift),
                Point::new(0.045, 0.095),
                0.32 + tilt,
            ),
            lentiform: Ellipse::new(
                Point::new(0.305, -0.035 + shift),
                Point::new(0.072, 0.15),
                -0.24 + tilt,
            ),
            thalamus: Ellipse::new(
                Point::new(0.122 + spread, 0.085 + shift),
                Point::new(0.082, 0.125),
                -0.32 + tilt,
            ),
            ganglia,
            warp: Noise(random.bits() as u32),
        }
    }

    /// The ventricle or nucleus that `p` lies in.
    pub(super) fn tissue(&self, p: Point) -> Option<BrainTissue> {
        if p.x.abs() > 0.5 || p.y.abs() > 0.7 {
            return None;
        }
        let q = self.shaken(p);
        if self.ventricle(q) < 0.0 {
            return Some(BrainTissue::Ventricle);
        }
        self.grey(q).then_some(BrainTissue::Grey)
    }

    /// Distance to the ventricles, negative inside.
    pub(super) fn ventricle(&self, p: Point) -> f32 {
        let balls = &self.horns[usize::from(p.x > 0.0)];
        let mirrored = Point::new(p.x.abs(), p.y);
        let mut nearest = 9.0;
        for pair in balls.windows(2) {
            // A break in the chain (frontal to occipital horn) is marked by a negative radius.
            if pair[0].radius > 0.0 {
                nearest = smooth_min(nearest, capsule(&pair[0], &pair[1], mirrored), 0.02);
            }
        }
        // The septum keeps the two sides apart.
        nearest = nearest.max(0.009 - p.x.abs());
        if self.ganglia {
            nearest = nearest.min((self.third.radius(p) - 1.0) * self.third.radii.x);
        }
        nearest
    }

    fn grey(&self, p: Point) -> bool {
        let mirrored = Point::new(p.x.abs(), p.y);
        let caudate = self.caudate.radius(mirrored) < if self.ganglia { 1.0 } else { 0.6 };
        let lower = self.lentiform.radius(mirrored) < 1.0 || self.thalamus.radius(mirrored) < 1.0;
        caudate || (self.ganglia && lower)
    }

    fn shaken(&self, p: Point) -> Point {
        let n = |offset: f32| 0.022 * self.warp.octaves(p.x * 7.0 + offset, p.y * 7.0, 2, 0.5);
        Point::new(p.x + n(0.0) * (p.x.abs() * 8.0).min(1.0), p.y + n(31.0))
    }
}

/// The chain of balls whose hull is a lateral ventricle on the positive side.
fn horn(random: &mut Random, ganglia: bool, size: f32, shift: f32) -> Vec<Ball> {
    let mut ball = |x: f32, y: f32, radius: f32| Ball {
        at: Point::new(
            x + random.range(-0.006, 0.006),
            y + shift + random.range(-0.012, 0.012),
        ),
        radius: radius * size,
    };
    if ganglia {
        vec![
            ball(0.035, -0.1, 0.016),
            ball(0.06, -0.19, 0.03),
            ball(0.125, -0.3, 0.024),
            Ball {
                radius: -1.0,
                ..ball(0.14, -0.32, 0.01)
            },
            ball(0.2, 0.21, 0.026),
            ball(0.25, 0.31, 0.04),
            ball(0.22, 0.46, 0.018),
        ]
    } else {
        vec![
            ball(0.11, -0.3, 0.024),
            ball(0.075, -0.16, 0.04),
            ball(0.07, 0.02, 0.042),
            ball(0.12, 0.2, 0.046),
            ball(0.18, 0.31, 0.03),
        ]
    }
}

fn capsule(a: &Ball, b: &Ball, p: Point) -> f32 {
    let (dx, dy) = (b.at.x - a.at.x, b.at.y - a.at.y);
    let along = (((p.x - a.at.x) * dx + (p.y - a.at.y) * dy) / (dx * dx + dy * dy).max(1e-9))
        .clamp(0.0, 1.0);
    let (ex, ey) = (p.x - a.at.x - along * dx, p.y - a.at.y - along * dy);
    libm::sqrtf(ex * ex + ey * ey) - (a.radius + along * (b.radius - a.radius))
}
