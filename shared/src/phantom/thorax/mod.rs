//! A frontal chest radiograph: attenuation is summed along the beam, the film bends the sum.
//!
//! Nothing is painted in grey: body, bones and organs have a thickness, lungs take thickness away,
//! and the exposure that is left meets the characteristic curve of a film (Beer-Lambert, then a
//! sigmoid over the logarithm of exposure). Shadows overlap as they do on a real radiograph.

mod lungs;
mod skeleton;

use super::acquisition;
use super::field::{Field, TubePoint, centre};
use super::shape::{Ellipse, Noise, Point, Pose, bell, dome, lerp, smooth_max, smoothstep};
use crate::image::Plane;
use crate::random::{Purpose, Random};
use lungs::Heart;
use skeleton::Skeleton;

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThoraxOptions {
    /// Draw a consolidation in one lung.
    pub consolidation: bool,
}

/// Tissue codes of [`ThoraxImages::tissue`]; where shadows overlap the later one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ThoraxTissue {
    /// Air around the body.
    Outside = 0,
    /// Chest wall, shoulders, neck.
    SoftTissue = 1,
    /// What lies below the domes of the diaphragm.
    Abdomen = 2,
    /// Lung field.
    Lung = 3,
    /// Heart and great vessels.
    Heart = 4,
    /// Ribs, spine, clavicles, shoulder blades, arms.
    Bone = 5,
}

/// The anatomy of one person, independent of any picture size.
#[derive(Debug, Clone)]
pub struct Thorax {
    seed: u64,
    pose: Pose,
    chest: Chest,
    skeleton: Skeleton,
    heart: Heart,
    vessels: Vec<Vec<TubePoint>>,
    body: Body,
    lesion: Option<Consolidation>,
    texture: Noise,
}

/// One radiograph with its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct ThoraxImages {
    /// The radiograph, `size` x `size`, 0..=1, bone bright.
    pub image: Plane,
    /// One [`ThoraxTissue`] code per pixel, row-major.
    pub tissue: Vec<u8>,
    /// 1 outside the body, 0 inside.
    pub mask: Plane,
    /// 1 inside the consolidation, else 0.
    pub lesion: Plane,
}

/// Size of the rib cage, in body coordinates.
#[derive(Debug, Clone, Copy)]
struct Chest {
    apex: f32,
    base: f32,
    width: f32,
    shoulder: f32,
    dome: f32,
    step: f32,
    sulcus: f32,
    hilum: f32,
}

impl Chest {
    fn random(random: &mut Random) -> Self {
        let apex = random.range(-0.72, -0.62);
        let dome = random.range(0.3, 0.46);
        Self {
            apex,
            base: dome + random.range(0.1, 0.2),
            width: random.range(0.62, 0.74),
            shoulder: random.range(0.35, 0.8),
            dome,
            step: random.range(0.01, 0.06),
            sulcus: random.range(0.16, 0.26),
            hilum: lerp(apex, dome, random.range(0.42, 0.48)),
        }
    }

    /// Half-width of the rib cage at height `y`.
    fn cage(&self, y: f32) -> f32 {
        let t = ((self.base - y) / (self.base - self.apex)).min(1.0);
        if t < 0.0 {
            return self.width * (1.0 - 0.12 * t * t);
        }
        let round = libm::sqrtf(1.0 - t * t);
        self.width * lerp(round, libm::sqrtf(round), self.shoulder)
    }

    /// Height of the diaphragm at `x`; the heart's side lies lower.
    fn diaphragm(&self, x: f32) -> f32 {
        let side = smoothstep(-0.1, 0.1, x);
        let u = (x.abs() / self.width - 0.42) / 0.58;
        let lateral = if u > 0.0 {
            self.sulcus * u * u * (0.4 + 0.6 * u)
        } else {
            0.1 * u * u
        };
        self.dome + self.step * side + lateral.min(0.4)
    }
}

/// Outline and thickness of the body.
#[derive(Debug, Clone, Copy)]
struct Body {
    neck: f32,
    slope: f32,
    torso: f32,
    depth: f32,
    stomach: Ellipse,
    gas: f32,
    breast: f32,
}

impl Body {
    fn random(random: &mut Random, chest: &Chest) -> Self {
        let stomach = Ellipse::new(
            Point::new(
                random.range(0.26, 0.4),
                chest.dome + chest.step + random.range(0.13, 0.19),
            ),
            Point::new(random.range(0.09, 0.17), random.range(0.06, 0.1)),
            random.range(-0.3, 0.3),
        );
        Self {
            neck: random.range(0.2, 0.26),
            slope: random.range(0.1, 0.2),
            torso: chest.width + random.range(0.07, 0.14),
            depth: random.range(1.75, 2.05),
            stomach,
            gas: if random.chance(0.7) {
                random.range(0.25, 0.6)
            } else {
                0.0
            },
            breast: if random.chance(0.35) {
                random.range(0.06, 0.16)
            } else {
                0.0
            },
        }
    }

    /// Half-width of neck, shoulders and torso together.
    fn half(&self, chest: &Chest, y: f32) -> f32 {
        let top = chest.apex - self.slope;
        let neck = self.neck + 0.05 * smoothstep(top - 0.3, top, y);
        let fall = smoothstep(top - 0.06, top + 0.3, y);
        let shoulders = lerp(neck, 1.12, libm::sqrtf(fall));
        let torso = smoothstep(chest.apex + 0.25, chest.apex + 0.75, y);
        lerp(shoulders, self.torso, torso)
    }

    fn breast_at(&self, p: Point) -> f32 {
        if self.breast <= 0.0 {
            return 0.0;
        }
        self.breast
            * bell((p.x.abs() - 0.36) / 0.13)
            * smoothstep(-0.2, 0.28, p.y)
            * (1.0 - smoothstep(0.3, 0.36, p.y))
    }

    /// Soft tissue on the way through the body, before the lungs are taken away; 0 outside.
    fn thickness(&self, chest: &Chest, p: Point) -> f32 {
        let half = self.half(chest, p.y);
        let u = p.x.abs() / half;
        let flank = 1.0 - 0.35 * smoothstep(self.torso - 0.1, self.torso + 0.2, p.x.abs());
        let trunk = flank
            * libm::sqrtf(dome(u.min(1.0)))
            * self.depth
            * (0.5 + 0.5 * smoothstep(chest.apex - 0.2, chest.apex + 0.25, p.y));
        let arm_at = 1.0 + 0.1 * (p.y - chest.apex);
        let arm = 0.75
            * dome(((p.x.abs() - arm_at) / 0.17).abs().min(1.0))
            * smoothstep(chest.apex - 0.02, chest.apex + 0.12, p.y);
        let breast = self.breast_at(p);
        let limbs = arm * (1.0 - 0.5 * smoothstep(0.0, 0.3, trunk));
        smooth_max(trunk, limbs, 0.05).max(0.0) + breast
    }
}

/// Fluid in the air spaces: patches with a torn border.
#[derive(Debug, Clone)]
struct Consolidation {
    patches: Vec<Ellipse>,
    noise: Noise,
    strength: f32,
}

impl Consolidation {
    fn random(random: &mut Random, chest: &Chest, heart: &Heart) -> Self {
        let count = 1 + random.below(3);
        let first = Self::place(random, chest, heart);
        let patches = (0..count)
            .map(|i| {
                let shift = if i == 0 { 0.0 } else { 0.12 };
                let at = Point::new(
                    first.x + random.range(-shift, shift),
                    first.y + random.range(-shift, shift),
                );
                let radii = Point::new(random.range(0.1, 0.2), random.range(0.09, 0.19));
                Ellipse::new(at, radii, random.range(-0.6, 0.6))
            })
            .collect();
        Self {
            patches,
            noise: Noise(random.bits() as u32),
            strength: random.range(0.5, 0.85),
        }
    }

    /// A place well inside one lung, beside the heart.
    fn place(random: &mut Random, chest: &Chest, heart: &Heart) -> Point {
        let side = if random.chance(0.5) { 1.0 } else { -1.0 };
        for _ in 0..64 {
            let p = Point::new(
                side * random.range(0.15, chest.width),
                random.range(chest.apex + 0.2, chest.dome + 0.05),
            );
            let covered = heart.mediastinum(p, heart.thickness(p));
            if lungs::depth(chest, p) > 0.1 && covered < 0.1 {
                return p;
            }
        }
        Point::new(side * 0.5 * chest.width, chest.hilum)
    }

    /// Share of the air that is replaced, 0..=1.
    fn share(&self, p: Point) -> f32 {
        let reach = self
            .patches
            .iter()
            .map(|e| 1.0 - e.radius(p))
            .fold(-9.0, f32::max);
        if reach < -0.9 {
            return 0.0;
        }
        let torn = 0.3 * self.noise.octaves(p.x * 9.0, p.y * 9.0, 3, 0.55);
        smoothstep(-0.3, 0.6, reach + torn)
    }
}

impl Thorax {
    /// The anatomy that belongs to `seed`.
    pub fn random(seed: u64, options: ThoraxOptions) -> Self {
        let mut random = Random::new(seed, Purpose::Anatomy);
        let size = random.range(1.08, 1.26);
        let pose = Pose::new(
            random.range(-0.05, 0.05),
            Point::new(
                size * random.range(0.97, 1.05),
                size * random.range(0.97, 1.05),
            ),
            Point::new(random.range(-0.05, 0.05), random.range(0.04, 0.16)),
        );
        let chest = Chest::random(&mut random);
        let body = Body::random(&mut random, &chest);
        let heart = Heart::random(&mut random, &chest);
        let skeleton = Skeleton::random(&mut random, &chest);
        let strength = random.range(0.13, 0.21);
        let vessels = lungs::vessels(&mut random, &chest, strength);
        let texture = Noise(random.bits() as u32);
        let mut chance = Random::new(seed, Purpose::Lesion);
        let lesion = options
            .consolidation
            .then(|| Consolidation::random(&mut chance, &chest, &heart));
        Self {
            seed,
            pose,
            chest,
            skeleton,
            heart,
            vessels,
            body,
            lesion,
            texture,
        }
    }

    /// The radiograph and its truth at `size` x `size` pixels.
    ///
    /// # Panics
    /// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
    pub fn render(&self, size: usize) -> ThoraxImages {
        let bone = self.skeleton.path(size, &self.pose);
        let vessels = self.vessel_path(size);
        let mut sample = 0;
        let attenuation = Field::sampled(size, |x, y| {
            let p = self.pose.body(x, y);
            let soft = self.soft(p, vessels.values[sample]);
            let inside = smoothstep(0.0, 0.2, soft);
            sample += 1;
            soft + inside * self.bone_share(p) * bone.values[sample - 1]
        });
        let mut random = Random::new(self.seed, Purpose::Acquisition);
        let image = acquisition::radiograph(&attenuation.averaged(), &mut random);
        self.with_truth(image, &bone.averaged())
    }

    /// How much of the bone shows: harder radiation reaches the film behind the belly.
    fn bone_share(&self, p: Point) -> f32 {
        0.95 - 0.4 * smoothstep(0.0, 0.2, p.y - self.chest.diaphragm(p.x))
    }

    /// Attenuation of everything but bone.
    fn soft(&self, p: Point, vessels: f32) -> f32 {
        let body = self.body.thickness(&self.chest, p);
        if body <= 0.0 {
            return 0.0;
        }
        let heart = self.heart.thickness(p);
        let between = self.heart.mediastinum(p, heart);
        let lung = lungs::air(&self.chest, p);
        let grain = 0.05 * self.texture.octaves(p.x * 14.0, p.y * 14.0, 3, 0.7);
        let filled = self.filled(p);
        // Lung lies in front of and behind the heart and behind the domes, too.
        let below_dome = p.y - self.chest.diaphragm(p.x);
        let behind = if below_dome > -0.035 {
            let shade = smoothstep(-0.035, 0.0, below_dome) * (1.0 - lung);
            0.1 * shade * lungs::air(&self.chest, Point::new(p.x, p.y - 0.16))
        } else {
            0.0
        };
        let air = lung * (1.0 - 0.72 * between) + behind;
        let blood = lung * (vessels * (1.0 - 0.6 * between) + 0.16 * lungs::hila(&self.chest, p));
        let below = smoothstep(0.0, 0.25, below_dome);
        let gas = self.body.gas * self.body.stomach.thickness(p);
        let mut sum = body * (1.0 + 0.3 * grain) - air * (1.0 + grain) * (1.0 - filled) * 1.18
            + blood * (1.0 - filled);
        sum += 0.34 * heart + 0.16 * between + 0.22 * below
            - gas
            - 0.2 * lungs::airway(&self.chest, p);
        sum.max(0.1 * body)
    }

    fn filled(&self, p: Point) -> f32 {
        self.lesion.as_ref().map_or(0.0, |l| {
            let share = l.share(p);
            if share <= 0.0 {
                return 0.0;
            }
            let mottle = 0.85 + 0.15 * l.noise.octaves(p.x * 20.0, p.y * 20.0, 2, 0.6);
            l.strength * share * mottle
        })
    }

    fn vessel_path(&self, size: usize) -> Field {
        let mut field = Field::zeros(size);
        for tube in &self.vessels {
            let placed: Vec<TubePoint> = tube
                .iter()
                .map(|p| TubePoint {
                    at: self.pose.picture(p.at),
                    half: p.half * self.pose.scale.x,
                    ..*p
                })
                .collect();
            field.tube(&placed, dome);
        }
        field
    }

    fn with_truth(&self, image: Plane, bone: &Plane) -> ThoraxImages {
        let size = image.width();
        let mut tissue = vec![0; size * size];
        let mut lesion = Plane::filled(size, size, 0.0);
        for (i, code) in tissue.iter_mut().enumerate() {
            let (x, y) = centre(i % size, i / size, size);
            let p = self.pose.body(x, y);
            *code = self.tissue(p, bone.values()[i]) as u8;
            let covered = self.heart.mediastinum(p, self.heart.thickness(p));
            let sick = lungs::depth(&self.chest, p) > 0.0
                && covered < 0.5
                && *code != ThoraxTissue::Outside as u8;
            if sick && self.lesion.as_ref().is_some_and(|l| l.share(p) > 0.5) {
                lesion.values_mut()[i] = 1.0;
            }
        }
        let outside = |i: usize| {
            if tissue[i] == ThoraxTissue::Outside as u8 {
                1.0
            } else {
                0.0
            }
        };
        let mask = Plane::from_fn(size, size, |x, y| outside(y * size + x));
        ThoraxImages {
            image,
            tissue,
            mask,
            lesion,
        }
    }

    fn tissue(&self, p: Point, bone: f32) -> ThoraxTissue {
        if self.body.thickness(&self.chest, p) <= 0.02 {
            return ThoraxTissue::Outside;
        }
        if bone > 0.1 {
            return ThoraxTissue::Bone;
        }
        if self.heart.thickness(p) > 0.1 && p.y < self.chest.diaphragm(p.x) {
            return ThoraxTissue::Heart;
        }
        if lungs::depth(&self.chest, p) > 0.0 {
            return ThoraxTissue::Lung;
        }
        if p.y > self.chest.diaphragm(p.x) {
            return ThoraxTissue::Abdomen;
        }
        ThoraxTissue::SoftTissue
    }
}
