//! Features of texture inside the organ, as radiomics defines them (Haralick et al. 1973, Ojala et al. 2002, Laws 1980).
//!
//! Grey values, their slopes, how often two of them meet at a distance, patterns of a pixel's neighbours, energy of fixed
//! filters, and the shape of the organ. Only pixels whose whole neighbourhood lies in the organ count where one is needed.

mod levels;
mod meetings;
mod patterns;
mod values;

use crate::image::Plane;
use crate::metrics::MetricError;
use crate::metrics::same_size;
use crate::structure::operators::sobel;
use meetings::meetings;
use patterns::patterns;
use values::{moments, percentile};

/// Sobel's weights add up to this.
const SOBEL: f32 = 8.0;
/// Least pixels of an organ that has texture.
const LEAST: usize = 64;
/// One-dimensional filters of Laws: level, edge, spot, ripple.
const LAWS: [[f32; 5]; 4] = [
    [1.0, 4.0, 6.0, 4.0, 1.0],
    [-1.0, -2.0, 0.0, 2.0, 1.0],
    [-1.0, 0.0, 2.0, 0.0, -1.0],
    [1.0, -4.0, 6.0, -4.0, 1.0],
];

/// Features of an image of values 0..=1 where `inside` is above 0.5.
///
/// In this order: 10 of the grey values (mean, standard deviation, skewness, kurtosis, percentiles 5, 25, 50, 75 and 95,
/// entropy of 16 levels), 3 of the slopes (mean, standard deviation, percentile 95), 5 of the grey values that meet at each
/// of 1, 2 and 4 pixels (contrast, correlation, energy, homogeneity, entropy), 10 shares of local binary patterns, logarithms of 9
/// energies of Laws, 3 of the organ (share of the picture, roundness, narrowness).
///
/// # Errors
/// When the planes differ in size, or the organ has fewer than 64 pixels.
pub fn texture(image: &Plane, inside: &Plane) -> Result<Vec<f64>, MetricError> {
    same_size(image, inside)?;
    let within: Vec<f64> = of_organ(image, inside);
    if within.len() < LEAST {
        return Err(MetricError::EmptyRegion);
    }
    let mut features = values::features(&within);
    let (across, down) = sobel(image);
    let slope = across.zip(&down, |a, b| libm::sqrtf(a * a + b * b) / SOBEL);
    let slopes = of_organ(&slope, inside);
    let [mean, deviation, ..] = moments(&slopes);
    features.extend([mean, deviation, percentile(slopes, 0.95)]);
    for distance in [1, 2, 4] {
        features.extend(meetings(image, inside, distance));
    }
    features.extend(patterns(image, inside));
    features.extend(laws(image, inside));
    features.extend(shape(inside));
    Ok(features)
}

/// Share of the picture that is organ, roundness (4 pi area / perimeter^2 of the pixels' sides) and narrowness (the smaller
/// by the larger standard deviation of its pixels along the principal axes), each 0..=1; zeros without an organ.
pub fn shape(inside: &Plane) -> [f64; 3] {
    let (width, height) = (inside.width(), inside.height());
    let one = |x: usize, y: usize| inside.at(x, y) > 0.5;
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let pixels: Vec<(usize, usize)> = pixels.filter(|&(x, y)| one(x, y)).collect();
    let area = pixels.len() as f64;
    if pixels.is_empty() {
        return [0.0; 3];
    }
    let sides = |&(x, y): &(usize, usize)| {
        let open = [
            x == 0 || !one(x - 1, y),
            x + 1 == width || !one(x + 1, y),
            y == 0 || !one(x, y - 1),
            y + 1 == height || !one(x, y + 1),
        ];
        open.into_iter().filter(|open| *open).count()
    };
    let perimeter = pixels.iter().map(sides).sum::<usize>() as f64;
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        let sum: f64 = pixels.iter().map(|&(x, y)| of(x as f64, y as f64)).sum();
        sum / area
    };
    let (x, y) = (mean(&|x, _| x), mean(&|_, y| y));
    // A pixel is a square, not a point.
    let square = 1.0 / 12.0;
    let xx = mean(&|a, _| (a - x) * (a - x)) + square;
    let yy = mean(&|_, b| (b - y) * (b - y)) + square;
    let xy = mean(&|a, b| (a - x) * (b - y));
    let apart = ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt();
    let narrow = ((xx + yy - apart) / (xx + yy + apart)).max(0.0).sqrt();
    let round = 4.0 * std::f64::consts::PI * area / (perimeter * perimeter);
    [area / (width * height) as f64, round, narrow]
}

/// Logarithms of the mean absolute answer of each two filters but level with level; both orders of two are one energy.
fn laws(image: &Plane, inside: &Plane) -> Vec<f64> {
    let (width, height) = (image.width(), image.height());
    let reach = LAWS[0].len() / 2;
    if width.min(height) < LAWS[0].len() {
        return vec![0.0; 9];
    }
    let rows = LAWS.map(|filter| {
        Plane::from_fn(width, height, |x, y| {
            let x = x.clamp(reach, width - 1 - reach) - reach;
            let source = &image.values()[y * width + x..];
            filter.iter().zip(source).map(|(w, v)| w * v).sum()
        })
    });
    let energy = |row: usize, column: usize| {
        let answers = rows[row].values();
        let (mut sum, mut count) = (0.0, 0_u32);
        for y in reach..height - reach {
            for x in reach..width - reach {
                if inside.at(x, y) > 0.5 {
                    let down = LAWS[column].iter().enumerate();
                    let answer: f32 = down
                        .map(|(k, w)| w * answers[(y + k - reach) * width + x])
                        .sum();
                    sum += f64::from(answer.abs());
                    count += 1;
                }
            }
        }
        sum / f64::from(count.max(1))
    };
    let pairs = (0..4).flat_map(|a| (a.max(1)..4).map(move |b| (a, b)));
    let of = |(a, b): (usize, usize)| {
        let mean = 0.5 * (energy(a, b) + energy(b, a));
        libm::log(mean + 1.0 / 255.0)
    };
    pairs.map(of).collect()
}

/// Values of the pixels inside.
fn of_organ(plane: &Plane, inside: &Plane) -> Vec<f64> {
    let pairs = plane.values().iter().zip(inside.values());
    pairs
        .filter(|(_, inside)| **inside > 0.5)
        .map(|(v, _)| f64::from(*v))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_by_hand() {
        let rectangle = Plane::from_fn(20, 20, |x, y| {
            f32::from(u8::from((4..12).contains(&x) && (5..9).contains(&y)))
        });
        let [share, round, narrow] = shape(&rectangle);
        assert!((share - 32.0 / 400.0).abs() < 1e-12);
        assert!((round - 4.0 * std::f64::consts::PI * 32.0 / 576.0).abs() < 1e-12);
        // Variances of a box are side^2 / 12.
        assert!((narrow - 0.5).abs() < 1e-12, "{narrow}");
        assert_eq!(shape(&Plane::filled(8, 8, 0.0)), [0.0; 3]);
    }

    #[test]
    fn features_are_counted_and_finite_also_of_a_flat_image() {
        let inside = Plane::filled(32, 32, 1.0);
        let flat = texture(&Plane::filled(32, 32, 0.5), &inside).expect("an organ");
        assert_eq!(flat.len(), 10 + 3 + 15 + 10 + 9 + 3);
        assert!(flat.iter().all(|v| v.is_finite()), "{flat:?}");
        let none = Plane::filled(32, 32, 0.0);
        assert_eq!(texture(&inside, &none), Err(MetricError::EmptyRegion));
    }

    #[test]
    fn a_stripe_has_the_energy_of_its_direction() {
        // Stripes of 2 pixels: the ripple filter answers across them.
        let image = Plane::from_fn(32, 32, |x, _| (x % 2) as f32);
        let energies = laws(&image, &Plane::filled(32, 32, 1.0));
        // Pairs: LE LS LR EE ES ER SS SR RR. Level down, ripple across: 16 times 8 one way, 0 the other.
        assert!((energies[2] - (64.0 + 1.0 / 255.0_f64).ln()).abs() < 1e-6);
        assert!((energies[8] - (1.0 / 255.0_f64).ln()).abs() < 1e-6);
    }
}
