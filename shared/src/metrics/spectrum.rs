//! How strong an image is at each size of detail: generators lose the finest, or draw a grid in its place.

use super::{MetricError, same_size};
use crate::image::Plane;
use crate::structure::operators::{erode, smoothed};

/// The longest period of the coarsest octave is at most this share of the side.
const COARSEST: usize = 4;
/// Periods, pixels, of an octave: from 2^(k + 1) to 2^(k + 2), the finest first.
pub fn periods(octave: usize) -> (usize, usize) {
    (2 << octave, 4 << octave)
}

/// Mean power of `image` in each octave of radial frequency, the finest first, inside the organ: its mean is taken off, and its border
/// fades within 1/16 of the side, so that neither outline nor edge of the picture counts. Noise of variance v that no pixel
/// shares with another has power v in each.
///
/// # Errors
/// When the planes differ in size, or nothing is left inside.
pub fn octave_powers(image: &Plane, inside: &Plane) -> Result<Vec<f64>, MetricError> {
    same_size(image, inside)?;
    let (width, height) = (image.width(), image.height());
    let window = window(inside);
    let sum: f64 = window.iter().sum();
    let squares: f64 = window.iter().map(|w| w * w).sum();
    if sum < 1.0 {
        return Err(MetricError::EmptyRegion);
    }
    let values = || image.values().iter().map(|&v| f64::from(v));
    let mean = values().zip(&window).map(|(v, w)| v * w).sum::<f64>() / sum;
    let side = width.max(height).next_power_of_two();
    let mut field = vec![(0.0, 0.0); side * side];
    for (at, (v, w)) in values().zip(&window).enumerate() {
        field[at / width * side + at % width].0 = (v - mean) * w;
    }
    transform_both(&mut field, side);
    let octaves = octaves(width.min(height));
    let mut sums = vec![(0.0, 0_u32); octaves];
    for (at, (re, im)) in field.iter().enumerate() {
        if let Some(octave) = octave(at % side, at / side, side).filter(|&o| o < octaves) {
            sums[octave].0 += (re * re + im * im) / squares;
            sums[octave].1 += 1;
        }
    }
    Ok(sums
        .iter()
        .map(|(sum, count)| sum / f64::from(*count))
        .collect())
}

/// How many octaves a picture of this smaller side has.
fn octaves(side: usize) -> usize {
    let fits = |&octave: &usize| periods(octave).1 * COARSEST <= side;
    (0..16).take_while(fits).count()
}

/// The octave of a place of the spectrum, whose radial frequency is its distance to the constant; `None` of what no axis can show.
fn octave(x: usize, y: usize, side: usize) -> Option<usize> {
    let signed = |k: usize| k.min(side - k) as f64 / side as f64;
    let frequency = libm::hypot(signed(x), signed(y));
    let within = |octave: &usize| frequency > 1.0 / periods(*octave).1 as f64;
    (frequency <= 0.5).then(|| (0..16).find(within)).flatten()
}

/// 1 well inside the organ and the picture, 0 outside, smooth between.
fn window(inside: &Plane) -> Vec<f64> {
    let (width, height) = (inside.width(), inside.height());
    let sigma = width.max(height) as f32 / 64.0;
    let (right, bottom) = (width - 1, height - 1);
    let organ = Plane::from_fn(width, height, |x, y| {
        let edge = x == 0 || y == 0 || x == right || y == bottom;
        f32::from(u8::from(!edge && inside.at(x, y) > 0.5))
    });
    let deep = erode(&organ, libm::ceilf(3.0 * sigma) as usize);
    let window = smoothed(&deep, sigma).into_values();
    window.into_iter().map(f64::from).collect()
}

/// The transform of rows, then of columns.
fn transform_both(field: &mut [(f64, f64)], side: usize) {
    let turns: Vec<(f64, f64)> = (0..side / 2)
        .map(|k| {
            let angle = -2.0 * std::f64::consts::PI * k as f64 / side as f64;
            (libm::cos(angle), libm::sin(angle))
        })
        .collect();
    for row in field.chunks_exact_mut(side) {
        transform(row, &turns);
    }
    let mut column = vec![(0.0, 0.0); side];
    for x in 0..side {
        (0..side).for_each(|y| column[y] = field[y * side + x]);
        transform(&mut column, &turns);
        (0..side).for_each(|y| field[y * side + x] = column[y]);
    }
}

/// The discrete Fourier transform of a power of two values (Cooley and Tukey 1965).
fn transform(values: &mut [(f64, f64)], turns: &[(f64, f64)]) {
    let count = values.len();
    let mut mirrored = 0;
    for at in 1..count {
        let mut bit = count / 2;
        while mirrored & bit != 0 {
            mirrored ^= bit;
            bit /= 2;
        }
        mirrored |= bit;
        if at < mirrored {
            values.swap(at, mirrored);
        }
    }
    let mut half = 1;
    while half < count {
        let step = count / (2 * half);
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let (cosine, sine) = turns[k * step];
                let turned = (b.0 * cosine - b.1 * sine, b.0 * sine + b.1 * cosine);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Random};

    #[test]
    fn a_transform_by_hand() {
        let mut values = [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0), (5.0, 0.0)];
        transform(&mut values, &[(1.0, 0.0), (0.0, -1.0)]);
        let wanted = [(11.0, 0.0), (-2.0, 3.0), (-3.0, 0.0), (-2.0, -3.0)];
        for (found, wanted) in values.iter().zip(wanted) {
            assert!((found.0 - wanted.0).abs() < 1e-12 && (found.1 - wanted.1).abs() < 1e-12);
        }
    }

    #[test]
    fn noise_is_as_strong_at_every_size_of_detail() {
        let mut random = Random::new(1, Purpose::Fusion);
        let mut mean = [0.0; 4];
        for _ in 0..20 {
            let values = random.normals(128 * 128).iter().map(|v| 0.1 * v).collect();
            let noise = Plane::new(128, 128, values).expect("a square");
            let inside = Plane::from_fn(128, 128, |x, y| {
                f32::from(u8::from(
                    x.abs_diff(64).pow(2) + y.abs_diff(64).pow(2) < 50 * 50,
                ))
            });
            let powers = octave_powers(&noise, &inside).expect("an organ");
            mean.iter_mut()
                .zip(powers)
                .for_each(|(sum, p)| *sum += p / 20.0);
        }
        for power in mean {
            assert!((power - 0.01).abs() < 0.0012, "{mean:?}");
        }
    }

    #[test]
    fn a_wave_is_in_the_octave_of_its_period() {
        let inside = Plane::filled(128, 128, 1.0);
        for (period, octave) in [(3.0, 0), (6.0, 1), (12.0, 2), (24.0, 3)] {
            let wave = Plane::from_fn(128, 128, |x, y| {
                let along = 0.6 * x as f64 + 0.8 * y as f64;
                libm::sin(2.0 * std::f64::consts::PI * along / period) as f32
            });
            let powers = octave_powers(&wave, &inside).expect("an organ");
            let whole: f64 = powers.iter().sum();
            assert!(powers[octave] > 0.9 * whole, "{period}: {powers:?}");
        }
        let nothing = Plane::filled(128, 128, 0.0);
        assert_eq!(
            octave_powers(&inside, &nothing),
            Err(MetricError::EmptyRegion)
        );
    }
}
