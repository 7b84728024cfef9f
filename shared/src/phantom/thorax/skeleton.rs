//! Bones of the thorax. A rib is a tilted loop in space, seen from the front: that alone gives the
//! flat posterior arcs, the bright lateral turn and the faint steep anterior ends of a radiograph.

use super::Chest;
use crate::phantom::field::{Field, TubePoint};
use crate::phantom::shape::{Ellipse, Point, Pose, bell, dome, smoothstep};
use crate::random::Random;

/// Everything of bone, in body coordinates.
#[derive(Debug, Clone)]
pub(super) struct Skeleton {
    ribs: Vec<Vec<TubePoint>>,
    clavicles: Vec<Vec<TubePoint>>,
    shoulders: Vec<Vec<TubePoint>>,
    heads: [Ellipse; 2],
    spine: Spine,
}

/// The vertebral column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spine {
    half: f32,
    bend: f32,
    phase: f32,
    pitch: f32,
    strength: f32,
}

impl Skeleton {
    pub(super) fn random(random: &mut Random, chest: &Chest) -> Self {
        let spine = Spine {
            half: random.range(0.068, 0.084),
            bend: random.range(-0.022, 0.022),
            phase: random.unit(),
            pitch: random.range(0.115, 0.14),
            strength: random.range(0.3, 0.45),
        };
        let mut ribs = Vec::new();
        let pattern = RibPattern::random(random);
        for side in [-1.0, 1.0] {
            for k in 0..11 {
                ribs.push(pattern.rib(random, chest, &spine, k, side));
            }
        }
        let clavicle_tilt = random.range(-0.02, 0.14);
        let clavicles = [-1.0, 1.0].map(|side| clavicle(random, chest, side, clavicle_tilt));
        let shoulder = random.range(0.86, 0.95);
        let shoulders = [-1.0, 1.0]
            .iter()
            .flat_map(|&side| scapula(random, chest, side, shoulder));
        let shoulders = shoulders.collect();
        let heads = [-1.0, 1.0].map(|side| {
            let at = Point::new(side * shoulder, chest.apex + random.range(0.0, 0.05));
            Ellipse::new(at, Point::new(0.1, 0.11), 0.0)
        });
        Self {
            ribs,
            clavicles: clavicles.to_vec(),
            shoulders,
            heads,
            spine,
        }
    }

    /// Path length through bone on the sampling grid, in units of strong bone.
    pub(super) fn path(&self, size: usize, pose: &Pose) -> Field {
        let mut field = Field::sampled(size, |x, y| {
            let p = pose.body(x, y);
            self.spine.thickness(p) + 0.5 * self.heads.iter().map(|h| h.thickness(p)).sum::<f32>()
        });
        let into_picture = |points: &[TubePoint]| -> Vec<TubePoint> {
            let scale = 0.5 * (pose.scale.x + pose.scale.y);
            let place = |p: &TubePoint| TubePoint {
                at: pose.picture(p.at),
                half: p.half * scale,
                weight: p.weight,
            };
            points.iter().map(place).collect()
        };
        for bone in self.ribs.iter().chain(&self.clavicles) {
            field.tube(&into_picture(bone), hollow);
        }
        for bone in &self.shoulders {
            field.tube(&into_picture(bone), dome);
        }
        field
    }
}

impl Spine {
    /// Where the column runs at height `y`.
    pub(super) fn middle(&self, y: f32) -> f32 {
        self.bend * libm::sinf(2.2 * y + 4.0 * self.phase)
    }

    fn thickness(&self, p: Point) -> f32 {
        let half = self.half * (1.0 + 0.16 * p.y);
        let u = (p.x - self.middle(p.y)) / half;
        if u.abs() > 1.9 {
            return 0.0;
        }
        let place = (p.y / self.pitch) + self.phase;
        let within = place - libm::floorf(place) - 0.5;
        let disc = smoothstep(0.36, 0.48, within.abs());
        let waist = 1.0 - 0.10 * (1.0 - 4.0 * within * within);
        let body = (1.0 - smoothstep(0.8, 1.06, u.abs() / waist)) * (0.9 - 0.34 * disc);
        let pedicle = |side: f32| {
            let (dx, dy) = ((u - side * 0.55) / 0.24, (within + 0.14) / 0.15);
            0.2 * bell(libm::sqrtf(dx * dx + dy * dy) * 1.5)
        };
        let process = 0.24 * bell(u / 0.14) * bell((within - 0.22) / 0.17);
        let transverse = 0.24
            * bell((within + 0.1) / 0.1)
            * smoothstep(0.8, 1.05, u.abs())
            * (1.0 - smoothstep(1.4, 1.85, u.abs()));
        self.strength * (body + pedicle(-1.0) + pedicle(1.0) + process + transverse)
    }
}

/// What the ribs of one person share.
struct RibPattern {
    first: f32,
    pitch: f32,
    drop: f32,
    rise: f32,
    half: f32,
    strength: f32,
}

impl RibPattern {
    fn random(random: &mut Random) -> Self {
        Self {
            first: random.range(0.0, 0.04),
            pitch: random.range(0.128, 0.145),
            drop: random.range(0.30, 0.52),
            rise: random.range(0.015, 0.05),
            half: random.range(0.021, 0.027),
            strength: random.range(0.2, 0.33),
        }
    }

    /// Rib `k` (0 the uppermost) of one side, from the spine round to the front.
    fn rib(
        &self,
        random: &mut Random,
        chest: &Chest,
        spine: &Spine,
        k: usize,
        side: f32,
    ) -> Vec<TubePoint> {
        let order = k as f32;
        let start = chest.apex
            + self.first
            + self.pitch * order * (1.0 + 0.006 * order)
            + random.range(-0.011, 0.011);
        let drop = self.drop * (0.55 + 0.075 * order.min(7.0)) * random.range(0.94, 1.06);
        let lateral = start + 0.5 * drop;
        let reach = chest.cage(lateral.min(chest.base + 0.1)).max(0.2) + 0.015;
        let half = self.half * (0.9 + 0.02 * order);
        let last = if k >= 9 {
            1.5
        } else {
            2.25 + random.range(-0.12, 0.12)
        };
        let root = spine.middle(start) + side * 0.06;
        (0..=36)
            .map(|i| {
                let angle = last * i as f32 / 36.0;
                let (sine, cosine) = (libm::sinf(angle), libm::cosf(angle));
                let x = root + side * (reach - 0.06) * sine;
                let lift = self.rise * libm::sinf((2.6 * angle).min(core::f32::consts::PI));
                let y = start + drop * 0.5 * (1.0 - cosine) - lift;
                // Seen end-on near the lateral turn, the path through the bone is longer.
                let turn = 1.0 + 0.22 * bell((angle - 1.57) / 0.2);
                let front = 1.0 - 0.42 * smoothstep(1.6, 1.95, angle);
                let end = 1.0 - smoothstep(last - 0.22, last, angle);
                TubePoint {
                    at: Point::new(x, y),
                    half: half * (1.0 + 0.25 * smoothstep(1.6, 2.2, angle)),
                    weight: self.strength * turn * front * end.max(0.02),
                }
            })
            .collect()
    }
}

/// Path through a tube with a dense wall: brightest just inside its border.
fn hollow(u: f32) -> f32 {
    let marrow = if u < 0.72 {
        0.52 * libm::sqrtf(0.5184 - u * u)
    } else {
        0.0
    };
    1.15 * dome(u) - marrow
}

fn clavicle(random: &mut Random, chest: &Chest, side: f32, tilt: f32) -> Vec<TubePoint> {
    let inner = Point::new(
        side * random.range(0.07, 0.1),
        chest.apex + random.range(0.15, 0.21),
    );
    let outer = Point::new(
        side * random.range(0.72, 0.82),
        chest.apex + 0.03 - tilt + random.range(-0.01, 0.02),
    );
    let bow = random.range(0.025, 0.045);
    (0..=20)
        .map(|i| {
            let t = i as f32 / 20.0;
            let swing = bow * libm::sinf(core::f32::consts::TAU * t);
            let ends = (2.0 * t - 1.0) * (2.0 * t - 1.0);
            TubePoint {
                at: Point::new(
                    inner.x + (outer.x - inner.x) * t,
                    inner.y + (outer.y - inner.y) * t - swing - 0.04 * t,
                ),
                half: 0.027 + 0.012 * ends,
                weight: 0.42,
            }
        })
        .collect()
}

/// The borders of the shoulder blade and the shaft of the arm.
fn scapula(random: &mut Random, chest: &Chest, side: f32, shoulder: f32) -> [Vec<TubePoint>; 3] {
    let at = |x: f32, y: f32, half: f32, weight: f32| TubePoint {
        at: Point::new(side * x, chest.apex + y),
        half,
        weight,
    };
    let tip = random.range(0.55, 0.7);
    let rim = shoulder - 0.1;
    let lateral = vec![
        at(rim, 0.07, 0.04, 0.25),
        at(rim - 0.05, 0.25, 0.026, 0.2),
        at(rim - 0.1, tip, 0.02, 0.1),
    ];
    let spine = vec![
        at(shoulder - 0.02, -0.07, 0.034, 0.24),
        at(rim - 0.16, 0.06, 0.02, 0.1),
        at(rim - 0.3, 0.12, 0.014, 0.03),
    ];
    let arm = vec![
        at(shoulder + 0.01, 0.04, 0.07, 0.3),
        at(shoulder + 0.05, 0.25, 0.058, 0.4),
        at(shoulder + 0.12, 0.9, 0.05, 0.4),
    ];
    [lateral, spine, arm]
}
