//! Soft shapes and smooth noise, the clay that anatomy is formed from.
//!
//! Only arithmetic, square roots and `libm`: the same bits come out on native and on wasm.

/// A place in the picture or in the body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// How the body lies in the picture: picture = rotate(scale * body) + shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    pub(super) scale: Point,
    pub(super) shift: Point,
    sine: f32,
    cosine: f32,
}

impl Pose {
    pub(super) fn new(angle: f32, scale: Point, shift: Point) -> Self {
        Self {
            scale,
            shift,
            sine: libm::sinf(angle),
            cosine: libm::cosf(angle),
        }
    }

    /// From the body into the picture.
    pub(super) fn picture(&self, p: Point) -> Point {
        let (x, y) = (p.x * self.scale.x, p.y * self.scale.y);
        Point::new(
            self.cosine * x - self.sine * y + self.shift.x,
            self.sine * x + self.cosine * y + self.shift.y,
        )
    }

    /// From the picture into the body.
    pub(super) fn body(&self, x: f32, y: f32) -> Point {
        let (dx, dy) = (x - self.shift.x, y - self.shift.y);
        Point::new(
            (self.cosine * dx + self.sine * dy) / self.scale.x,
            (self.cosine * dy - self.sine * dx) / self.scale.y,
        )
    }
}

/// A rotated ellipse.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ellipse {
    pub(super) centre: Point,
    pub(super) radii: Point,
    sine: f32,
    cosine: f32,
}

impl Ellipse {
    pub(super) fn new(centre: Point, radii: Point, angle: f32) -> Self {
        Self {
            centre,
            radii,
            sine: libm::sinf(angle),
            cosine: libm::cosf(angle),
        }
    }

    /// Distance from the centre in radii: 1 on the border.
    pub(super) fn radius(&self, p: Point) -> f32 {
        let (dx, dy) = (p.x - self.centre.x, p.y - self.centre.y);
        let u = (self.cosine * dx + self.sine * dy) / self.radii.x;
        let v = (self.cosine * dy - self.sine * dx) / self.radii.y;
        libm::sqrtf(u * u + v * v)
    }

    /// Thickness of the ellipsoid of these radii seen from the front: 1 in the middle, 0 outside.
    pub(super) fn thickness(&self, p: Point) -> f32 {
        dome(self.radius(p))
    }
}

/// Height of the unit half circle at distance `u` from its centre.
pub(super) fn dome(u: f32) -> f32 {
    libm::sqrtf((1.0 - u * u).max(0.0))
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The smaller of two, the corner rounded over a width of `k`.
pub(super) fn smooth_min(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// The larger of two, the corner rounded over a width of `k`.
pub(super) fn smooth_max(a: f32, b: f32, k: f32) -> f32 {
    -smooth_min(-a, -b, k)
}

/// A bell of height 1 and standard deviation 1, without tails: exactly 0 beyond 3.
pub(super) fn bell(u: f32) -> f32 {
    let t = (1.0 - u * u / 9.0).max(0.0);
    let t2 = t * t;
    t2 * t2
}

/// Smooth noise of mean about 0, on a lattice of unit cells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise(pub(crate) u32);

impl Noise {
    /// One octave, -1..1.
    pub(super) fn at(self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (libm::floorf(x), libm::floorf(y));
        let (ix, iy) = (fx as i32, fy as i32);
        let (u, v) = (fade(x - fx), fade(y - fy));
        let top = lerp(self.corner(ix, iy), self.corner(ix + 1, iy), u);
        let bottom = lerp(self.corner(ix, iy + 1), self.corner(ix + 1, iy + 1), u);
        lerp(top, bottom, v)
    }

    /// `octaves` octaves, each twice as fine and `gain` times as strong as the one before.
    pub(crate) fn octaves(self, x: f32, y: f32, octaves: u32, gain: f32) -> f32 {
        let (mut sum, mut weight, mut scale) = (0.0, 1.0, 1.0);
        for octave in 0..octaves {
            let layer = Self(self.0.wrapping_add(octave.wrapping_mul(0x9E37_79B9)));
            sum += weight * layer.at(x * scale, y * scale);
            weight *= gain;
            scale *= 2.0;
        }
        sum
    }

    fn corner(self, x: i32, y: i32) -> f32 {
        let mut h =
            self.0 ^ (x as u32).wrapping_mul(0x85EB_CA6B) ^ (y as u32).wrapping_mul(0xC2B2_AE35);
        h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
        h = (h ^ (h >> 15)).wrapping_mul(0x846C_A68B);
        h ^= h >> 16;
        (h >> 8) as f32 * (2.0 / 16_777_216.0) - 1.0
    }
}

/// From `a` (t = 0) to `b` (t = 1).
pub(super) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

fn fade(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}
