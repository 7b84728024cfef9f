//! Laying one image on another that may have been cropped.
//!
//! Lucas & Kanade, An iterative image registration technique with an application to stereo vision (1981): the window of one
//! image that the other shows is found step by step, each the least squares of what its edges say. Gain and offset of grey
//! are found with it, so that a brighter copy lies where it should.

use scanweave::image::Plane;

/// Steps, of which the last ones hardly move.
const STEPS: usize = 10;
/// A window is at least and at most so large, of the image.
const SCALES: [f64; 2] = [0.8, 1.25];
/// It lies at most so far beside, of half a side.
const SHIFT: f64 = 0.2;
/// How large the details are that are compared: what is left without what is so many times as coarse.
const DETAIL: usize = 4;
/// So much of an image the two must share.
const SHARED: f32 = 0.6;
/// Scale and shift along x and y, gain and offset of grey.
const UNKNOWN: usize = 6;

/// The part of an image that another one shows. Places go from -1 to 1 along both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Along x and y.
    scale: [f64; 2],
    shift: [f64; 2],
}

impl Window {
    /// All of it.
    pub const WHOLE: Self = Self {
        scale: [1.0; 2],
        shift: [0.0; 2],
    };

    /// The window of `of` that `shown` shows, both square and of one size.
    pub fn onto(of: &Plane, shown: &Plane) -> Self {
        let (of, shown) = (soft(of), soft(shown));
        let side = of.width();
        let slope = |along: [usize; 2]| {
            Plane::from_fn(side, side, |x, y| {
                let before = of.at(x.saturating_sub(along[0]), y.saturating_sub(along[1]));
                let last = side - 1;
                let behind = of.at((x + along[0]).min(last), (y + along[1]).min(last));
                (behind - before) / 2.0
            })
        };
        let slopes = [slope([1, 0]), slope([0, 1])];
        let mut window = Self::WHOLE;
        for _ in 0..STEPS {
            let Some(step) = window.step(&of, &slopes, &shown) else {
                break;
            };
            for axis in 0..2 {
                let scale = window.scale[axis] + step[2 * axis];
                window.scale[axis] = scale.clamp(SCALES[0], SCALES[1]);
                let shift = window.shift[axis] + step[2 * axis + 1];
                window.shift[axis] = shift.clamp(-SHIFT, SHIFT);
            }
        }
        window
    }

    /// How alike the details of this window of `of` are to those of `shown`, -1..=1; -1 where they share too little.
    pub fn agreement(self, of: &Plane, shown: &Plane) -> f32 {
        let side = shown.width();
        let mut inside = Vec::with_capacity(side * side);
        let seen = Plane::from_fn(side, side, |x, y| {
            let place = self.place(x, y, side);
            inside.push(is_inside(place, side));
            sample(of, place)
        });
        let pairs = || {
            let details = [details(&seen), details(shown)].map(Plane::into_values);
            let [own, there] = details;
            let both = own.into_iter().zip(there).zip(&inside);
            both.filter(|(_, inside)| **inside).map(|(pair, _)| pair)
        };
        let pairs: Vec<(f32, f32)> = pairs().collect();
        if (pairs.len() as f32) < SHARED * (side * side) as f32 {
            return -1.0;
        }
        correlation(&pairs)
    }

    /// Where the pixel of the shown image stands in the other, in pixels.
    fn place(self, x: usize, y: usize, side: usize) -> [f64; 2] {
        let half = side as f64 / 2.0;
        let places = [x, y].map(|at| (at as f64 + 0.5) / half - 1.0);
        std::array::from_fn(|axis| {
            (places[axis] * self.scale[axis] + self.shift[axis] + 1.0) * half - 0.5
        })
    }

    /// What to add to scale and shift along x, then along y.
    fn step(self, of: &Plane, slopes: &[Plane; 2], shown: &Plane) -> Option<[f64; UNKNOWN]> {
        let side = shown.width();
        let half = side as f64 / 2.0;
        let mut sums = [[0.0; UNKNOWN]; UNKNOWN];
        let mut right = [0.0; UNKNOWN];
        for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
            let place = self.place(x, y, side);
            if !is_inside(place, side) {
                continue;
            }
            let [across, down] = [x, y].map(|at| (at as f64 + 0.5) / half - 1.0);
            let [dx, dy] = [0, 1].map(|axis| f64::from(sample(&slopes[axis], place)) * half);
            let grey = f64::from(shown.at(x, y));
            let row = [dx * across, dx, dy * down, dy, -grey, -1.0];
            let value = f64::from(sample(of, place));
            for (i, own) in row.iter().enumerate() {
                for (sum, other) in sums[i].iter_mut().zip(&row) {
                    *sum += own * other;
                }
                right[i] -= own * value;
            }
        }
        solved(sums, right)
    }
}

/// Without what is smaller than two pixels: edges pull from farther away.
fn soft(plane: &Plane) -> Plane {
    let side = plane.width();
    plane.resized(side / 2, side / 2).resized(side, side)
}

fn details(plane: &Plane) -> Plane {
    let side = plane.width();
    let coarse = plane.resized(side / DETAIL, side / DETAIL);
    plane.zip(&coarse.resized(side, side), |v, coarse| v - coarse)
}

fn is_inside(place: [f64; 2], side: usize) -> bool {
    place
        .iter()
        .all(|at| (-0.5..=side as f64 - 0.5).contains(at))
}

/// The value between pixels.
fn sample(plane: &Plane, place: [f64; 2]) -> f32 {
    let last = plane.width() - 1;
    let [x, y] = place.map(|at| at.clamp(0.0, last as f64));
    let (left, top) = (x as usize, y as usize);
    let (right, bottom) = ((left + 1).min(last), (top + 1).min(last));
    let (across, down) = (x.fract() as f32, y.fract() as f32);
    let upper = plane.at(left, top) * (1.0 - across) + plane.at(right, top) * across;
    let lower = plane.at(left, bottom) * (1.0 - across) + plane.at(right, bottom) * across;
    upper * (1.0 - down) + lower * down
}

/// Pearson's correlation; 0 where one of the two is constant.
fn correlation(pairs: &[(f32, f32)]) -> f32 {
    let count = pairs.len() as f64;
    let pairs = || pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b)));
    let (sum_a, sum_b) = pairs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (mean_a, mean_b) = (sum_a / count, sum_b / count);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in pairs().map(|(a, b)| (a - mean_a, b - mean_b)) {
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    let size = (aa * bb).sqrt();
    if size > 0.0 { (ab / size) as f32 } else { 0.0 }
}

/// The solution of a symmetric system by elimination; none where an image has no edges along one side.
fn solved(
    mut sums: [[f64; UNKNOWN]; UNKNOWN],
    mut right: [f64; UNKNOWN],
) -> Option<[f64; UNKNOWN]> {
    const NOTHING: f64 = 1e-9;
    for i in 0..UNKNOWN {
        let pivot = sums[i];
        if pivot[i] < NOTHING {
            return None;
        }
        for row in i + 1..UNKNOWN {
            let factor = sums[row][i] / pivot[i];
            for (value, above) in sums[row].iter_mut().zip(pivot).skip(i) {
                *value -= factor * above;
            }
            right[row] -= factor * right[i];
        }
    }
    for i in (0..UNKNOWN).rev() {
        let known = (i + 1..UNKNOWN).map(|j| sums[i][j] * right[j]);
        right[i] = (right[i] - known.sum::<f64>()) / sums[i][i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few soft discs.
    fn scene(side: usize, window: Window) -> Plane {
        let discs = [
            (0.3, 0.2, 0.3),
            (-0.4, 0.5, 0.2),
            (0.1, -0.5, 0.25),
            (-0.5, -0.3, 0.15),
        ];
        Plane::from_fn(side, side, |x, y| {
            let [x, y] = window
                .place(x, y, side)
                .map(|at| (at + 0.5) / side as f64 * 2.0 - 1.0);
            let near = |(cx, cy, r): &(f64, f64, f64)| {
                (-((x - cx).powi(2) + (y - cy).powi(2)) / (r * r)).exp()
            };
            discs.iter().map(near).sum::<f64>() as f32
        })
    }

    #[test]
    fn the_window_is_found_whatever_the_greys() {
        let whole = scene(32, Window::WHOLE);
        for (scale, shift) in [
            ([1.0, 1.0], [0.0, 0.0]),
            ([0.94, 0.96], [0.03, -0.02]),
            ([1.06, 1.04], [-0.04, 0.05]),
        ] {
            let window = Window { scale, shift };
            let shown = scene(32, window).map(|v| 0.6 * v + 0.2);
            let found = Window::onto(&whole, &shown);
            let far = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs().max((a[1] - b[1]).abs());
            assert!(far(found.scale, scale) < 0.01, "{found:?}, not {window:?}");
            assert!(far(found.shift, shift) < 0.01, "{found:?}, not {window:?}");
            assert!(found.agreement(&whole, &shown) > 0.97, "{found:?}");
        }
    }

    #[test]
    fn what_has_no_edges_lies_nowhere_and_agrees_with_nothing() {
        let (flat, whole) = (Plane::filled(32, 32, 0.4), scene(32, Window::WHOLE));
        assert_eq!(Window::onto(&flat, &whole), Window::WHOLE);
        assert_eq!(Window::WHOLE.agreement(&flat, &whole), 0.0);
        let far = Window {
            scale: [1.0; 2],
            shift: [1.2, 0.0],
        };
        assert_eq!(far.agreement(&whole, &whole), -1.0);
        let other = whole.map(|v| 1.0 - v);
        assert!(Window::WHOLE.agreement(&whole, &other) < -0.99);
    }
}
