//! A colour photograph of the fundus: retina, optic disc, macula and both vessel trees.
//!
//! Light is followed, not paint: a flash falls through the blood of the vessels on pigment and
//! choroid and comes back in three channels to a camera that blurs, saturates and adds noise. So red
//! is bright and flat, green shows the vessels best, and blue is dark and noisy, as in photographs.
//!
//! Body coordinates: the disc's centre is the origin, x points to the temple in either eye, y down;
//! one unit is about half the field of a 45 degree photograph (6.6 mm).

mod aperture;
mod camera;
mod colour;
mod growth;
mod papilla;
mod retinopathy;
mod vessels;

use super::field::centre;
use super::shape::{Point, Pose};
use crate::image::Plane;
use crate::random::{Purpose, Random};
use aperture::Aperture;
use camera::Camera;
use colour::{ARTERY, Backdrop, VEIN, behind};
use papilla::Papilla;
use retinopathy::{Retinopathy, Signs};
use vessels::{Bed, Vessels};

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FundusOptions {
    /// Draw signs of diabetic retinopathy.
    pub retinopathy: bool,
}

/// Tissue codes of [`FundusImages::tissue`]; where layers overlap the later one wins. Lesions have
/// no code of their own: an eye has one anatomy with and without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FundusTissue {
    /// Outside the field of view.
    Outside = 0,
    /// Retina with nothing special before it.
    Retina = 1,
    /// The dark area around the fovea.
    Macula = 2,
    /// Rim of the optic disc.
    Disc = 3,
    /// Cup of the optic disc.
    Cup = 4,
    /// Vein.
    Vein = 5,
    /// Artery.
    Artery = 6,
}

/// The anatomy of one eye, independent of any picture size.
#[derive(Debug, Clone)]
pub struct Fundus {
    seed: u64,
    pose: Pose,
    aperture: Aperture,
    backdrop: Backdrop,
    papilla: Papilla,
    vessels: Vessels,
    retinopathy: Retinopathy,
}

/// One photograph with its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct FundusImages {
    /// Red, green and blue, `size` x `size`, 0..=1.
    pub rgb: [Plane; 3],
    /// One [`FundusTissue`] code per pixel, row-major.
    pub tissue: Vec<u8>,
    /// 1 outside the field of view, 0 inside.
    pub mask: Plane,
    /// 1 on arteries, else 0. Vessels narrower than about half a pixel are not labelled, others are at
    /// least one pixel wide; where the trees cross, both planes are 1.
    pub artery: Plane,
    /// 1 on veins, else 0, as [`FundusImages::artery`].
    pub vein: Plane,
    /// 1 on lesions, else 0.
    pub lesion: Plane,
    /// Centre of the optic disc (x, y), in pixels from the upper left corner of the picture.
    pub disc: (f32, f32),
    /// Centre of the fovea, likewise.
    pub fovea: (f32, f32),
}

impl Fundus {
    /// The anatomy that belongs to `seed`.
    pub fn random(seed: u64, options: FundusOptions) -> Self {
        let mut random = Random::new(seed, Purpose::Anatomy);
        let aperture = Aperture::random(&mut random);
        let papilla = Papilla::random(&mut random);
        let fovea = Point::new(
            5.0 * papilla.radius() * random.range(0.94, 1.06),
            random.range(0.02, 0.09),
        );
        let pose = pose(&mut random);
        let backdrop = Backdrop::random(&mut random, fovea);
        let vessels = Vessels::random(
            &mut random,
            &Bed {
                fovea,
                disc: papilla.radius(),
                inside: &|p| aperture.depth(pose.picture(p)) > -0.1,
            },
        );
        let mut chance = Random::new(seed, Purpose::Lesion);
        let room = |p: Point| {
            let disc = growth::distance(p, Point::new(0.0, 0.0)) - 1.3 * papilla.radius();
            let fovea = growth::distance(p, fovea) - 0.06;
            disc.min(fovea).min(aperture.depth(pose.picture(p)) - 0.05)
        };
        let retinopathy = if options.retinopathy {
            Retinopathy::random(&mut chance, fovea, room)
        } else {
            Retinopathy::default()
        };
        Self {
            seed,
            pose,
            aperture,
            backdrop,
            papilla,
            vessels,
            retinopathy,
        }
    }

    /// The photograph and its truth at `size` x `size` pixels.
    ///
    /// # Panics
    /// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
    pub fn render(&self, size: usize) -> FundusImages {
        let mut random = Random::new(self.seed, Purpose::Acquisition);
        let camera = Camera::random(&mut random);
        let signs = self.retinopathy.signs(&self.pose, size);
        let light = self.light(size, &camera, &signs);
        let rgb = [0, 1, 2].map(|c| camera.exposed(&light[c], c, &self.aperture, &mut random));
        self.with_truth(rgb, &signs)
    }

    /// Light from every pixel, per channel, before the camera.
    fn light(&self, size: usize, camera: &Camera, signs: &Signs) -> [Plane; 3] {
        let blood = |pieces| vessels::blood(pieces, &self.pose, size);
        let (artery, vein) = (blood(&self.vessels.arteries), blood(&self.vessels.veins));
        let reflex = |pieces| vessels::reflex(pieces, &self.pose, size);
        let (bright, dim) = (reflex(&self.vessels.arteries), reflex(&self.vessels.veins));
        let mut light = [0; 3].map(|_| Plane::filled(size, size, 0.0));
        for i in 0..size * size {
            let (x, y) = centre(i % size, i / size, size);
            let p = self.pose.body(x, y);
            let tissue = self.papilla.over(self.backdrop.reflectance(p), p);
            let tissue = behind(tissue, ARTERY, artery.values()[i]);
            let tissue = behind(tissue, VEIN, vein.values()[i]);
            let shine = 1.0 + 0.2 * bright.values()[i] + 0.08 * dim.values()[i];
            let tissue = signs.over(tissue.map(|v| v * shine), i);
            let flash = camera.flash(Point::new(x, y));
            for (c, plane) in light.iter_mut().enumerate() {
                plane.values_mut()[i] = flash[c] * tissue[c];
            }
        }
        light
    }

    fn with_truth(&self, rgb: [Plane; 3], signs: &Signs) -> FundusImages {
        let size = rgb[0].width();
        let depth = |x, y| {
            let (x, y) = centre(x, y, size);
            self.aperture.depth(Point::new(x, y))
        };
        let mask = Plane::from_fn(size, size, |x, y| if depth(x, y) > 0.0 { 0.0 } else { 1.0 });
        let inside = |label: Plane| label.zip(&mask, |label, outside| label * (1.0 - outside));
        let artery = inside(vessels::label(&self.vessels.arteries, &self.pose, size));
        let vein = inside(vessels::label(&self.vessels.veins, &self.pose, size));
        let tissue = (0..size * size).map(|i| {
            let tissue = match (mask.values()[i], artery.values()[i], vein.values()[i]) {
                (1.0, ..) => FundusTissue::Outside,
                (_, 1.0, _) => FundusTissue::Artery,
                (.., 1.0) => FundusTissue::Vein,
                _ => {
                    let (x, y) = centre(i % size, i / size, size);
                    self.tissue(self.pose.body(x, y))
                }
            };
            tissue as u8
        });
        FundusImages {
            tissue: tissue.collect(),
            lesion: inside(signs.label()),
            disc: self.pixel(Point::new(0.0, 0.0), size),
            fovea: self.pixel(self.backdrop.fovea, size),
            rgb,
            mask,
            artery,
            vein,
        }
    }

    /// What lies at `p`, vessels aside.
    fn tissue(&self, p: Point) -> FundusTissue {
        if self.papilla.hollow(p) {
            FundusTissue::Cup
        } else if self.papilla.covers(p) {
            FundusTissue::Disc
        } else if self.backdrop.is_macula(p) {
            FundusTissue::Macula
        } else {
            FundusTissue::Retina
        }
    }

    /// Where `p` of the body lies in a picture, in pixels.
    fn pixel(&self, p: Point, size: usize) -> (f32, f32) {
        let p = self.pose.picture(p);
        let scale = 0.5 * size as f32;
        ((p.x + 1.0) * scale, (p.y + 1.0) * scale)
    }
}

/// How the eye lies in the picture: a left eye with the disc on the left, or a right eye, its mirror
/// image; disc and fovea are both in the field.
fn pose(random: &mut Random) -> Pose {
    let side = if random.chance(0.5) { 1.0 } else { -1.0 };
    let scale = random.range(0.92, 1.25);
    let disc = Point::new(-side * random.range(0.3, 0.62), random.range(-0.1, 0.1));
    Pose::new(
        random.range(-0.1, 0.1),
        Point::new(side * scale, scale),
        disc,
    )
}

#[cfg(test)]
mod tests;
