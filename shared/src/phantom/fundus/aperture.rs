//! What the camera lets through: a round field, often cut flat above and below by the sensor.

use crate::phantom::shape::Point;
use crate::random::Random;

/// The field of view, in picture coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aperture {
    centre: Point,
    radius: f32,
    /// Half the height between the flat cuts; not less than the radius when there are none.
    half_height: f32,
}

impl Aperture {
    pub(super) fn random(random: &mut Random) -> Self {
        let radius = random.range(0.93, 0.98);
        let shift = 0.99 - radius;
        let centre = Point::new(random.range(-shift, shift), random.range(-shift, shift));
        let cut = random.chance(0.5);
        let height = random.range(0.74, 0.88);
        Self {
            centre,
            radius,
            half_height: if cut { height * radius } else { radius },
        }
    }

    /// Distance from the edge of the field, positive inside.
    pub(super) fn depth(&self, p: Point) -> f32 {
        let (dx, dy) = (p.x - self.centre.x, p.y - self.centre.y);
        let round = self.radius - libm::sqrtf(dx * dx + dy * dy);
        round.min(self.half_height - dy.abs())
    }
}
