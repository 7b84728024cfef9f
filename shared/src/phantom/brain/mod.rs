//! An axial slice of a head: every point is one tissue, every modality is that tissue's signal.
//!
//! One anatomy is sampled once; T1, T1c, T2 and Flair then differ only by the signal equation and
//! the scanner's noise, which is what makes them registered.

mod cortex;
mod deep;
mod sequence;
mod signal;
mod tumour;

use super::acquisition::{self, Scanner};
use super::field::{Field, SUPERSAMPLING};
use super::shape::{Noise, Point, Pose, smoothstep};
use crate::image::Plane;
use crate::random::{Purpose, Random};
use cortex::Cortex;
use deep::Deep;
pub use sequence::Sequence;
use signal::Contrast;
use tumour::Tumour;

/// What to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainOptions {
    /// Draw a tumour.
    pub tumour: bool,
    /// What to render.
    pub sequences: Vec<Sequence>,
}

impl Default for BrainOptions {
    fn default() -> Self {
        Self {
            tumour: false,
            sequences: Sequence::ALL.to_vec(),
        }
    }
}

/// Tissue codes of [`BrainImages::tissue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum BrainTissue {
    /// Air around the head.
    Outside = 0,
    /// Skin and muscle.
    Scalp = 1,
    /// Fat under the skin.
    Fat = 2,
    /// Bone.
    Skull = 3,
    /// Cerebrospinal fluid around the brain and in the sulci.
    Csf = 4,
    /// Grey matter, cortex and nuclei.
    Grey = 5,
    /// White matter.
    White = 6,
    /// Cerebrospinal fluid of the ventricles.
    Ventricle = 7,
    /// Venous sinus.
    Vessel = 8,
    /// Oedema around the tumour.
    Oedema = 9,
    /// Enhancing rim of the tumour.
    Enhancing = 10,
    /// Necrotic core of the tumour.
    Necrosis = 11,
}

impl BrainTissue {
    const COUNT: usize = 12;
    /// Every tissue, in the order of the codes.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Outside,
        Self::Scalp,
        Self::Fat,
        Self::Skull,
        Self::Csf,
        Self::Grey,
        Self::White,
        Self::Ventricle,
        Self::Vessel,
        Self::Oedema,
        Self::Enhancing,
        Self::Necrosis,
    ];
}

/// The anatomy of one slice, independent of any picture size.
#[derive(Debug, Clone)]
pub struct Brain {
    seed: u64,
    sequences: Vec<Sequence>,
    pose: Pose,
    head: Head,
    cortex: Cortex,
    deep: Deep,
    tumour: Option<Tumour>,
    texture: Noise,
}

/// Registered pictures of one slice with their truth.
#[derive(Debug, Clone, PartialEq)]
pub struct BrainImages {
    /// One picture per sequence asked for, `size` x `size`, 0..=1.
    pub images: Vec<(Sequence, Plane)>,
    /// One [`BrainTissue`] code per pixel, row-major.
    pub tissue: Vec<u8>,
    /// 1 outside the head, 0 inside.
    pub mask: Plane,
    /// 1 in oedema.
    pub oedema: Plane,
    /// 1 in the enhancing rim.
    pub enhancing: Plane,
    /// 1 in necrosis.
    pub necrosis: Plane,
}

/// Layers of the head, as distances from its surface.
#[derive(Debug, Clone, Copy)]
struct Head {
    radii: Point,
    front: f32,
    skin: f32,
    fat: f32,
    skull: f32,
    fluid: f32,
    wobble: Noise,
}

impl Head {
    fn random(random: &mut Random) -> Self {
        Self {
            radii: Point::new(random.range(0.7, 0.77), random.range(0.86, 0.93)),
            front: random.range(0.04, 0.13),
            skin: random.range(0.012, 0.02),
            fat: random.range(0.02, 0.04),
            skull: random.range(0.04, 0.06),
            fluid: random.range(0.008, 0.024),
            wobble: Noise(random.bits() as u32),
        }
    }

    /// Distance under the surface of the head, positive inside.
    fn depth(&self, p: Point) -> f32 {
        let width =
            self.radii.x * (1.0 + self.front * smoothstep(-0.9, 0.5, p.y) - self.front * 0.6);
        let (u, v) = (p.x / width, p.y / self.radii.y);
        let squared = u * u + v * v;
        let (gx, gy) = (u / width, v / self.radii.y);
        let slope = libm::sqrtf(gx * gx + gy * gy).max(0.2);
        // Distance to the border to first order, exact enough in the layers near it.
        let radius = libm::sqrtf(squared);
        (1.0 - radius) * radius.max(0.05) / slope + 0.008 * self.wobble.at(p.x * 3.0, p.y * 3.0)
    }

    fn hull(&self) -> f32 {
        self.skin + self.fat + self.skull + self.fluid
    }
}

impl Brain {
    /// The anatomy that belongs to `seed`.
    pub fn random(seed: u64, options: BrainOptions) -> Self {
        let mut random = Random::new(seed, Purpose::Anatomy);
        let size = random.range(0.94, 1.04);
        let pose = Pose::new(
            random.range(-0.09, 0.09),
            Point::new(
                size * random.range(0.97, 1.03),
                size * random.range(0.97, 1.03),
            ),
            Point::new(random.range(-0.04, 0.04), random.range(-0.03, 0.03)),
        );
        let head = Head::random(&mut random);
        let cortex = Cortex::random(&mut random);
        let deep = Deep::random(&mut random);
        let texture = Noise(random.bits() as u32);
        let mut chance = Random::new(seed, Purpose::Lesion);
        let fits = |p: Point, reach: f32| {
            head.depth(p) - head.hull() > 0.75 * reach + 0.05
                && p.x.abs() > 0.6 * reach
                && deep.ventricle(p) > 0.4 * reach
        };
        let tumour = options.tumour.then(|| Tumour::random(&mut chance, fits));
        Self {
            seed,
            sequences: options.sequences,
            pose,
            head,
            cortex,
            deep,
            tumour,
            texture,
        }
    }

    /// The pictures and their truth at `size` x `size` pixels.
    ///
    /// # Panics
    /// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
    pub fn render(&self, size: usize) -> BrainImages {
        let samples = self.sampled(size);
        let mut random = Random::new(self.seed, Purpose::Acquisition);
        let scanner = Scanner::random(&mut random);
        let images = self.sequences.iter().map(|&sequence| {
            let (signal, mut random) = self.signal(sequence, &samples, size);
            let image = acquisition::magnitude(&signal, &scanner, &mut random);
            (sequence, image)
        });
        let images = images.collect();
        let tissues: Vec<BrainTissue> = samples.into_iter().map(|(tissue, _)| tissue).collect();
        Self::with_truth(images, &tissues, size)
    }

    /// What a perfect scanner would show in each sequence asked for: the signal of the tissue with
    /// its texture, `size` x `size`, 0..=1, without blur, bias field and noise. An edge stands where
    /// the tissue changes.
    ///
    /// # Panics
    /// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
    pub fn signals(&self, size: usize) -> Vec<(Sequence, Plane)> {
        let samples = self.sampled(size);
        let signal = |&sequence| (sequence, self.signal(sequence, &samples, size).0);
        self.sequences.iter().map(signal).collect()
    }

    /// Tissue and grain of every sample of a picture.
    fn sampled(&self, size: usize) -> Vec<(BrainTissue, f32)> {
        let mut samples = Vec::new();
        Field::sampled(size, |x, y| {
            let p = self.pose.body(x, y);
            let grain = self.texture.octaves(p.x * 16.0, p.y * 16.0, 2, 0.6);
            samples.push((self.tissue(p), grain));
            0.0
        });
        samples
    }

    /// The signal of a sequence, and its random stream, from which the acquisition goes on.
    fn signal(
        &self,
        sequence: Sequence,
        samples: &[(BrainTissue, f32)],
        size: usize,
    ) -> (Plane, Random) {
        let mut random = Random::nth(self.seed, Purpose::Acquisition, sequence as u64);
        let contrast = Contrast::random(sequence, &mut random);
        let mut field = Field::zeros(size);
        for (value, &(tissue, grain)) in field.values.iter_mut().zip(samples) {
            *value = contrast.of(tissue) * (1.0 + 0.035 * grain);
        }
        (field.averaged(), random)
    }

    fn with_truth(
        images: Vec<(Sequence, Plane)>,
        samples: &[BrainTissue],
        size: usize,
    ) -> BrainImages {
        let tissue = majority(samples, size);
        let plane = |wanted: BrainTissue| {
            Plane::from_fn(size, size, |x, y| {
                f32::from(u8::from(tissue[y * size + x] == wanted as u8))
            })
        };
        BrainImages {
            images,
            mask: plane(BrainTissue::Outside),
            oedema: plane(BrainTissue::Oedema),
            enhancing: plane(BrainTissue::Enhancing),
            necrosis: plane(BrainTissue::Necrosis),
            tissue,
        }
    }

    fn tissue(&self, p: Point) -> BrainTissue {
        let depth = self.head.depth(p);
        if let Some(layer) = self.layer(p, depth) {
            return layer;
        }
        let Some(tumour) = &self.tumour else {
            return self.healthy(p, depth);
        };
        let before = tumour.before(p);
        let healthy = self.healthy(before, self.head.depth(before));
        let room = depth - self.head.hull();
        tumour.tissue(p, healthy, room).unwrap_or(healthy)
    }

    /// The layer around the brain that `p` lies in.
    fn layer(&self, p: Point, depth: f32) -> Option<BrainTissue> {
        let head = &self.head;
        // The venous sinus fills the corner between the fissure and the skull at the back.
        let behind = depth - head.hull() + head.fluid;
        if p.y > 0.3 && behind > 0.0 && behind + 1.5 * p.x.abs() < 0.05 {
            return Some(BrainTissue::Vessel);
        }
        let fat = head.fat * (1.0 + 0.45 * head.wobble.at(p.x * 4.0 + 20.0, p.y * 4.0));
        let borders = [
            (0.0, BrainTissue::Outside),
            (head.skin, BrainTissue::Scalp),
            (head.skin + fat, BrainTissue::Fat),
            (head.skin + head.fat + head.skull, BrainTissue::Skull),
        ];
        borders
            .into_iter()
            .find(|&(border, _)| depth <= border)
            .map(|(_, tissue)| tissue)
    }

    /// Brain and fluid, without the tumour.
    fn healthy(&self, p: Point, depth: f32) -> BrainTissue {
        if let Some(deep) = self.deep.tissue(p) {
            return deep;
        }
        let distance = self.cortex.distance(p, depth - self.head.hull());
        if distance < 0.0 {
            return BrainTissue::Csf;
        }
        if distance < self.cortex.thickness {
            return BrainTissue::Grey;
        }
        BrainTissue::White
    }
}

/// The commonest tissue of each pixel's samples; of equals the later code, so that thin fluid and
/// lesions are not lost.
fn majority(samples: &[BrainTissue], size: usize) -> Vec<u8> {
    let mut codes = Vec::with_capacity(size * size);
    for y in 0..size {
        for x in 0..size {
            let mut counts = [0_u8; BrainTissue::COUNT];
            for part in 0..SUPERSAMPLING * SUPERSAMPLING {
                let (dx, dy) = (part % SUPERSAMPLING, part / SUPERSAMPLING);
                let row = (y * SUPERSAMPLING + dy) * size * SUPERSAMPLING;
                counts[samples[row + x * SUPERSAMPLING + dx] as usize] += 1;
            }
            let best = (0..BrainTissue::COUNT).max_by_key(|&code| counts[code]);
            codes.push(best.map_or(0, |code| code as u8));
        }
    }
    codes
}
