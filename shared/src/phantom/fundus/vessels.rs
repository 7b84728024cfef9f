//! Arteries and veins of the retina: trunks that leave the disc, trees that fill the rest.
//!
//! The trunks are anatomy: one per half, which divides near the margin of the disc into an arcade
//! around the macula (a parabola with its vertex at the disc, Oloumi 2012) and a nasal branch. The
//! halves do not supply each other: on the temporal side they meet in the horizontal raphe.

use super::growth::{Piece, STEP, Tree, distance, unit};
use crate::image::Plane;
use crate::phantom::field::{Field, TubePoint};
use crate::phantom::shape::{Noise, Point, Pose, dome, lerp, smoothstep};
use crate::random::Random;

/// No vessel comes nearer to the fovea than this, in body coordinates.
const AVASCULAR: f32 = 0.075;

/// Narrower than this many pixels, a vessel is below the limit of resolution and not labelled.
const RESOLVED: f32 = 0.45;

/// Spacing of the targets and reach of the supply, generation by generation: few large branches
/// first, then what fills the gaps between them.
const GENERATIONS: [(f32, f32); 3] = [(0.4, 0.15), (0.2, 0.09), (0.13, 0.065)];

/// How much vessels tend away from the disc beside the pull of 1 of what needs supply.
const OUTWARD: f32 = 0.95;
/// The same for the horizontal raphe, in its strongest place 0.4 times this.
const RAPHE: f32 = 2.0;

/// Both trees of an eye as straight pieces, in body coordinates (see [`super::Fundus`]).
#[derive(Debug, Clone)]
pub(super) struct Vessels {
    pub(super) arteries: Vec<Piece>,
    pub(super) veins: Vec<Piece>,
}

/// Where the vessels grow.
pub(super) struct Bed<'a> {
    /// Centre of the fovea; the disc's is the origin.
    pub(super) fovea: Point,
    /// Radius of the optic disc.
    pub(super) disc: f32,
    /// Whether a place needs supply.
    pub(super) inside: &'a dyn Fn(Point) -> bool,
}

/// How one kind of vessel differs from the other.
#[derive(Clone, Copy)]
struct Kind {
    root: f32,
    /// Where the trunks leave the disc above and below, along x.
    exit: f32,
    /// Height of the arcades above and below the fovea.
    height: f32,
    tortuosity: f32,
}

impl Vessels {
    pub(super) fn random(random: &mut Random, bed: &Bed) -> Self {
        let root = random.range(0.0155, 0.0185);
        let tortuosity = random.range(0.008, 0.02);
        let height = random.range(0.5, 0.6);
        let swap = |random: &mut Random| if random.chance(0.7) { 1.0 } else { -1.0 };
        let outer = random.range(0.045, 0.085) * swap(random);
        let nasal = random.range(0.15, 0.3) * swap(random);
        let vein = Kind {
            root,
            exit: (-0.25 - nasal) * bed.disc,
            height: height + outer,
            tortuosity,
        };
        let artery = Kind {
            root: root * random.range(0.68, 0.78),
            exit: (-0.25 + nasal) * bed.disc,
            height: height - outer,
            tortuosity: 0.8 * tortuosity,
        };
        Self {
            arteries: halves(random, bed, artery),
            veins: halves(random, bed, vein),
        }
    }
}

/// The upper and the lower tree of one kind.
fn halves(random: &mut Random, bed: &Bed, kind: Kind) -> Vec<Piece> {
    let raphe = Noise(random.bits() as u32);
    let wave = Noise(random.bits() as u32);
    let mut pieces = Vec::new();
    for side in [-1.0, 1.0] {
        let mut tree = trunks(random, bed, kind, side);
        let own = |p: Point| {
            let border =
                bed.fovea.y * smoothstep(0.0, bed.fovea.x, p.x) + 0.09 * raphe.at(4.0 * p.x, 0.5);
            side * (p.y - border) > 0.0
        };
        let calm = |p: Point| distance(p, bed.fovea) > AVASCULAR + 0.5 * STEP;
        for (spacing, reach) in GENERATIONS {
            let mut targets = jittered(random, spacing);
            targets.retain(|&p| own(p) && calm(p) && (bed.inside)(p));
            tree.colonise(targets, reach, |p| flow(p, bed, kind.height), calm);
        }
        tree.smooth(6);
        tree.displace(|p| swayed(p, bed, wave, kind.tortuosity));
        pieces.extend(tree.pieces(kind.root));
    }
    pieces
}

/// Where blood flows at `p`: away from the disc; between the arcades towards the raphe as well.
fn flow(p: Point, bed: &Bed, height: f32) -> Point {
    let away = unit(p.x, p.y).unwrap_or(Point::new(0.0, 0.0));
    let y = (p.y - bed.fovea.y) / height;
    let bow = RAPHE * y * (1.0 - y * y).max(0.0) * smoothstep(0.2, 0.9, p.x / bed.fovea.x);
    Point::new(OUTWARD * away.x, OUTWARD * away.y - bow)
}

/// `p` moved by a smooth random field: tortuosity bends vessels and lets none of a tree meet. Around
/// the fovea and at the root nothing moves.
fn swayed(p: Point, bed: &Bed, wave: Noise, strength: f32) -> Point {
    let still = smoothstep(AVASCULAR, 3.0 * AVASCULAR, distance(p, bed.fovea))
        * smoothstep(0.0, bed.disc, distance(p, Point::new(0.0, 0.0)));
    let sway = |shift: f32| {
        still
            * strength
            * (wave.at(6.0 * p.x + shift, 6.0 * p.y)
                + 0.4 * wave.at(17.0 * p.x + shift, 17.0 * p.y - 40.0))
    };
    Point::new(p.x + sway(0.0), p.y + sway(100.0))
}

/// The trunk of one half (`side` -1 above, 1 below) with its two branches.
fn trunks(random: &mut Random, bed: &Bed, kind: Kind, side: f32) -> Tree {
    let root = Point::new(-0.2 * bed.disc, 0.0);
    let mut tree = Tree::rooted(root, Point::new(0.0, side));
    let exit = kind.exit + random.range(-0.12, 0.12) * bed.disc;
    let height = kind.height * random.range(0.96, 1.04);
    let reach = random.range(1.25, 1.7);
    let sway = Noise(random.bits() as u32);
    let fork = 3 + random.below(5);
    let (mut tip, mut s, mut count, mut forked) = (0, 0.0_f32, 0, 0);
    while s < reach {
        // x = d s^2, |y| = 1.1 h (s - s^3 / 10): above the fovea at s = 1, then bending to the raphe.
        let (dx, dy) = (2.0 * bed.fovea.x * s, 1.1 * height * (1.0 - 0.3 * s * s));
        s += STEP / libm::sqrtf(dx * dx + dy * dy);
        let wander = 0.06 * s.min(1.0) * sway.at(4.0 * s, 0.0);
        let y = 1.1 * height * (s - 0.1 * s * s * s);
        let x = lerp(root.x, exit, smoothstep(0.0, bed.disc, y)) + bed.fovea.x * s * s;
        let at = Point::new(x, side * (y + wander));
        tip = tree.extend(tip, at);
        count += 1;
        if count == fork {
            forked = tip;
        }
    }
    nasal(random, &mut tree, forked, side);
    tree
}

/// The nasal branch: leaves the trunk at node `from` and runs outward almost straight.
fn nasal(random: &mut Random, tree: &mut Tree, from: usize, side: f32) {
    // Angles from the vertical, positive to the nose.
    let (first, last) = (random.range(0.35, 0.6), random.range(0.7, 1.15));
    let length = 16 + random.below(18);
    let mut tip = from;
    for i in 0..length {
        let bend = smoothstep(0.0, 8.0, i as f32);
        let angle = first + (last - first) * bend;
        let (at, _) = tree.tip(tip);
        let to = Point::new(
            at.x - STEP * libm::sinf(angle),
            at.y + side * STEP * libm::cosf(angle),
        );
        tip = tree.extend(tip, to);
    }
}

/// One target at a random place of every cell of a square grid.
fn jittered(random: &mut Random, cell: f32) -> Vec<Point> {
    let reach = (1.9 / cell) as i32;
    let mut targets = Vec::new();
    for iy in -reach..=reach {
        for ix in -reach..=reach {
            targets.push(Point::new(
                (ix as f32 + random.unit()) * cell,
                (iy as f32 + random.unit()) * cell,
            ));
        }
    }
    targets
}

/// Blood on the way of the light: the vessels' thickness in body coordinates, averaged per pixel.
pub(super) fn blood(pieces: &[Piece], pose: &Pose, size: usize) -> Plane {
    let thinnest = 1.2 / size as f32;
    drawn(pieces, size, dome, |(at, radius)| {
        let half = radius * pose.scale.y;
        // A tube between the samples would come out dotted: draw it wider and as much fainter.
        let drawn = half.max(thinnest);
        Some(TubePoint {
            at: pose.picture(at),
            half: drawn,
            weight: 2.0 * radius * half / drawn,
        })
    })
}

/// The bright line along the middle of larger vessels, where their wall reflects the flash, 0..=1.
pub(super) fn reflex(pieces: &[Piece], pose: &Pose, size: usize) -> Plane {
    let thinnest = 1.2 / size as f32;
    drawn(pieces, size, dome, |(at, radius)| {
        let half = 0.32 * radius * pose.scale.y;
        let drawn = half.max(thinnest);
        let weight = smoothstep(0.005, 0.013, radius) * half / drawn;
        (weight > 0.0).then(|| TubePoint {
            at: pose.picture(at),
            half: drawn,
            weight,
        })
    })
}

/// 1 on pixels that vessels wide enough to be resolved cover by half or more. The thinnest are drawn
/// one pixel wide, so that the labels of a tree hang together.
pub(super) fn label(pieces: &[Piece], pose: &Pose, size: usize) -> Plane {
    let pixel = 2.0 / size as f32;
    let cover = drawn(
        pieces,
        size,
        |_| 1.0,
        |(at, radius)| {
            let half = radius * pose.scale.y;
            (2.0 * half >= RESOLVED * pixel).then(|| TubePoint {
                at: pose.picture(at),
                half: half.max(0.5 * pixel),
                weight: 1.0,
            })
        },
    );
    cover.map(|share| if share < 0.5 { 0.0 } else { 1.0 })
}

/// The mean per pixel of all pieces of which `point` makes something at both ends.
fn drawn(
    pieces: &[Piece],
    size: usize,
    profile: fn(f32) -> f32,
    point: impl Fn((Point, f32)) -> Option<TubePoint>,
) -> Plane {
    let mut field = Field::zeros(size);
    for piece in pieces {
        if let (Some(from), Some(to)) = (point(piece.from), point(piece.to)) {
            field.piece(&from, &to, profile);
        }
    }
    field.averaged()
}
