//! The fundus camera: flash, optics, sensor.

use super::aperture::Aperture;
use super::colour::Colour;
use crate::image::Plane;
use crate::phantom::acquisition::blurred;
use crate::phantom::field::centre;
use crate::phantom::shape::{Noise, Point, smoothstep};
use crate::random::Random;

/// Settings of one photograph.
pub(super) struct Camera {
    light: Colour,
    vignetting: f32,
    slope: Point,
    uneven: Noise,
    blur: f32,
    noise: f32,
}

impl Camera {
    pub(super) fn random(random: &mut Random) -> Self {
        let flash = random.range(0.88, 1.2);
        Self {
            light: [
                flash,
                flash * random.range(0.78, 1.15),
                flash * random.range(0.3, 1.25),
            ],
            vignetting: random.range(0.12, 0.4),
            slope: Point::new(random.range(-0.14, 0.14), random.range(-0.14, 0.14)),
            uneven: Noise(random.bits() as u32),
            blur: random.range(0.4, 0.75),
            noise: random.range(0.5, 1.2),
        }
    }

    /// The light that the flash brings to `p`, per channel; 1 is what whole white shows.
    pub(super) fn flash(&self, p: Point) -> Colour {
        let round = p.x * p.x + p.y * p.y;
        let uneven = 0.1 * self.uneven.at(1.6 * p.x, 1.6 * p.y);
        let amount = 1.04 - self.vignetting * round * round - 0.12 * round
            + self.slope.x * p.x
            + self.slope.y * p.y
            + uneven;
        self.light.map(|light| light * amount.max(0.05))
    }

    /// One channel as the sensor gives it: point spread, photon and readout noise, response curve,
    /// black outside the field.
    pub(super) fn exposed(
        &self,
        light: &Plane,
        channel: usize,
        aperture: &Aperture,
        random: &mut Random,
    ) -> Plane {
        let size = light.width();
        let mut image = blurred(light, self.blur * size as f32 / 512.0);
        // Blue has the least light and the most gain.
        let (photons, readout) = [(0.4e-4, 0.002), (0.6e-4, 0.002), (1.6e-4, 0.004)][channel];
        for (i, value) in image.values_mut().iter_mut().enumerate() {
            let (x, y) = centre(i % size, i / size, size);
            let pixel = 2.0 / size as f32;
            let open = smoothstep(-0.5 * pixel, 0.5 * pixel, aperture.depth(Point::new(x, y)));
            let noise = self.noise * libm::sqrtf(photons * value.max(0.0) + readout * readout);
            let seen = response(*value) + noise * random.normal();
            *value = (0.008 * self.noise + open * seen).clamp(0.0, 1.0);
        }
        image
    }
}

/// Straight up to 0.75, then a shoulder that never quite reaches 1.
fn response(light: f32) -> f32 {
    let over = (light - 0.75).max(0.0) / 0.25;
    light.min(0.75) + 0.25 * over / (1.0 + over)
}
