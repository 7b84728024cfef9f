//! Small filters over one plane, each a separable loop over rows.
//!
//! Pixels beyond the edge repeat the edge. Rows are copied into buffers that are padded by that
//! rule, so that the inner loops run over plain slices which the compiler turns into vector code.

use crate::image::Plane;

/// Signed Sobel derivatives in x and in y, not divided by their weight of 8.
pub fn sobel(image: &Plane) -> (Plane, Plane) {
    let (width, height) = (image.width(), image.height());
    let mut across = Plane::filled(width, height, 0.0);
    let mut down = Plane::filled(width, height, 0.0);
    let mut smooth = vec![0.0; width + 2];
    let mut slope = vec![0.0; width + 2];
    for y in 0..height {
        let (above, here, below) = neighbours(image, y);
        for (out, ((a, b), c)) in smooth[1..]
            .iter_mut()
            .zip(above.iter().zip(here).zip(below))
        {
            *out = a + 2.0 * b + c;
        }
        for (out, (a, c)) in slope[1..].iter_mut().zip(above.iter().zip(below)) {
            *out = c - a;
        }
        repeat_edges(&mut smooth);
        repeat_edges(&mut slope);
        for (out, (l, r)) in row_mut(&mut across, y)
            .iter_mut()
            .zip(smooth.iter().zip(&smooth[2..]))
        {
            *out = r - l;
        }
        let three = slope.iter().zip(&slope[1..]).zip(&slope[2..]);
        for (out, ((l, c), r)) in row_mut(&mut down, y).iter_mut().zip(three) {
            *out = l + 2.0 * c + r;
        }
    }
    (across, down)
}

/// Gaussian blur with a true 3x3 kernel of this sigma, in pixels; sigma near 0 changes nothing.
pub fn blur(image: &Plane, sigma: f32) -> Plane {
    let (width, height) = (image.width(), image.height());
    let (centre, side) = gaussian(sigma);
    let mut blurred = Plane::filled(width, height, 0.0);
    let mut column = vec![0.0; width + 2];
    for y in 0..height {
        let (above, here, below) = neighbours(image, y);
        for (out, ((a, b), c)) in column[1..]
            .iter_mut()
            .zip(above.iter().zip(here).zip(below))
        {
            *out = centre * b + side * (a + c);
        }
        repeat_edges(&mut column);
        let three = column.iter().zip(&column[1..]).zip(&column[2..]);
        for (out, ((l, c), r)) in row_mut(&mut blurred, y).iter_mut().zip(three) {
            *out = centre * c + side * (l + r);
        }
    }
    blurred
}

/// Gaussian over as many pixels as it needs, sigma in pixels; 0 changes nothing.
pub fn smoothed(image: &Plane, sigma: f32) -> Plane {
    if sigma <= 0.0 {
        return image.clone();
    }
    let reach = clamp_radius(image, libm::ceilf(3.0 * sigma) as usize);
    let weight = |i: usize| {
        let distance = i as f64 / f64::from(sigma);
        libm::exp(-0.5 * distance * distance)
    };
    let sum = weight(0) + 2.0 * (1..=reach).map(weight).sum::<f64>();
    let kernel: Vec<f32> = (0..=reach).map(|i| (weight(i) / sum) as f32).collect();
    convolved(
        &transposed(&convolved(&transposed(image), &kernel)),
        &kernel,
    )
}

/// Each row convolved with a symmetric kernel, given from its centre outwards.
fn convolved(image: &Plane, kernel: &[f32]) -> Plane {
    let (width, height, reach) = (image.width(), image.height(), kernel.len() - 1);
    let mut result = image.map(|v| v * kernel[0]);
    let mut padded = vec![0.0; width + 2 * reach];
    for y in 0..height {
        let row = row(image, y);
        padded[..reach].fill(row[0]);
        padded[reach..reach + width].copy_from_slice(row);
        padded[reach + width..].fill(row[width - 1]);
        for (distance, weight) in kernel.iter().enumerate().skip(1) {
            let sides = padded[reach - distance..]
                .iter()
                .zip(&padded[reach + distance..]);
            for (out, (l, r)) in row_mut(&mut result, y).iter_mut().zip(sides) {
                *out += weight * (l + r);
            }
        }
    }
    result
}

fn transposed(plane: &Plane) -> Plane {
    Plane::from_fn(plane.height(), plane.width(), |x, y| plane.at(y, x))
}

/// Median filter of a binary plane (0 and 1) with a square window of `side` pixels: the majority.
/// An even side counts as the next odd one.
pub fn median_binary(plane: &Plane, side: usize) -> Plane {
    let radius = clamp_radius(plane, side / 2);
    if radius == 0 {
        return plane.clone();
    }
    let half = ((2 * radius + 1) * (2 * radius + 1) / 2) as f32;
    let mut counts = box_sums(plane, radius);
    for value in counts.values_mut() {
        *value = if *value > half { 1.0 } else { 0.0 };
    }
    counts
}

/// Dilates the ones of a binary plane by a square that reaches `radius` pixels each way.
pub fn dilate(plane: &Plane, radius: usize) -> Plane {
    box_sums(plane, clamp_radius(plane, radius)).above(0.5)
}

/// Erodes the ones of a binary plane by a square that reaches `radius` pixels each way.
pub fn erode(plane: &Plane, radius: usize) -> Plane {
    let zeros = plane.map(|v| if v > 0.5 { 0.0 } else { 1.0 });
    dilate(&zeros, radius).map(|v| 1.0 - v)
}

/// Local contrast normalisation, `(x - mean) / (deviation + floor)` over a square window that
/// reaches `radius` pixels each way.
pub fn local_contrast(image: &Plane, radius: usize, floor: f32) -> Plane {
    let radius = clamp_radius(image, radius);
    let share = 1.0 / ((2 * radius + 1) * (2 * radius + 1)) as f32;
    // Around the mean of the whole image the squares stay small: less is lost in the subtraction.
    let centre = image.mean();
    let centred = image.map(|v| v - centre);
    let mut mean = box_sums(&centred, radius);
    let square = box_sums(&centred.map(|v| v * v), radius);
    for ((m, s), x) in mean
        .values_mut()
        .iter_mut()
        .zip(square.values())
        .zip(centred.values())
    {
        let average = *m * share;
        let variance = (s * share - average * average).max(0.0);
        *m = (x - average) / (variance.sqrt() + floor);
    }
    mean
}

/// Sum over the square window that reaches `radius` pixels each way.
fn box_sums(plane: &Plane, radius: usize) -> Plane {
    let (width, height) = (plane.width(), plane.height());
    let mut across = Plane::filled(width, height, 0.0);
    let mut padded = vec![0.0; width + 2 * radius];
    for y in 0..height {
        let row = row(plane, y);
        padded[..radius].fill(row[0]);
        padded[radius..radius + width].copy_from_slice(row);
        padded[radius + width..].fill(row[width - 1]);
        running_sums(&padded, 2 * radius + 1, row_mut(&mut across, y));
    }
    let mut sums = Plane::filled(width, height, 0.0);
    let mut column = vec![0.0_f64; width];
    for offset in 0..=2 * radius {
        let new = row(&across, clamped(offset, radius, height));
        for (sum, value) in column.iter_mut().zip(new) {
            *sum += f64::from(*value);
        }
    }
    for y in 0..height {
        let new = row(&across, clamped(y + 2 * radius + 1, radius, height));
        let old = row(&across, clamped(y, radius, height));
        let sides = new.iter().zip(old);
        let sums = row_mut(&mut sums, y).iter_mut().zip(&mut column);
        for ((out, sum), (new, old)) in sums.zip(sides) {
            *out = *sum as f32;
            *sum += f64::from(*new) - f64::from(*old);
        }
    }
    sums
}

/// Each output is the sum of `length` neighbouring inputs; summed in double precision, in which
/// counts are exact and the drift of the running sum is far below single precision.
fn running_sums(padded: &[f32], length: usize, out: &mut [f32]) {
    let mut sum: f64 = padded[..length].iter().map(|&v| f64::from(v)).sum();
    out[0] = sum as f32;
    for (out, (old, new)) in out[1..]
        .iter_mut()
        .zip(padded.iter().zip(&padded[length..]))
    {
        sum += f64::from(*new) - f64::from(*old);
        *out = sum as f32;
    }
}

/// Row of a plane that lies `shift` rows above `index`, edges repeated.
fn clamped(index: usize, shift: usize, height: usize) -> usize {
    index.saturating_sub(shift).min(height - 1)
}

/// A window larger than the plane sees nothing new; values of foreign files stay affordable.
fn clamp_radius(plane: &Plane, radius: usize) -> usize {
    radius.min(plane.width().max(plane.height()))
}

/// Weights of the centre and of its two neighbours on one axis; they sum to 1.
fn gaussian(sigma: f32) -> (f32, f32) {
    let sigma = f64::from(sigma);
    let side = libm::exp(-1.0 / (2.0 * sigma * sigma));
    let sum = 1.0 + 2.0 * side;
    ((1.0 / sum) as f32, (side / sum) as f32)
}

fn row(plane: &Plane, y: usize) -> &[f32] {
    let width = plane.width();
    &plane.values()[y * width..(y + 1) * width]
}

fn row_mut(plane: &mut Plane, y: usize) -> &mut [f32] {
    let width = plane.width();
    &mut plane.values_mut()[y * width..(y + 1) * width]
}

fn neighbours(plane: &Plane, y: usize) -> (&[f32], &[f32], &[f32]) {
    let below = (y + 1).min(plane.height() - 1);
    (
        row(plane, y.saturating_sub(1)),
        row(plane, y),
        row(plane, below),
    )
}

fn repeat_edges(padded: &mut [f32]) {
    let last = padded.len() - 1;
    padded[0] = padded[1];
    padded[last] = padded[last - 1];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Plane {
        Plane::from_fn(5, 4, |x, y| x as f32 + 10.0 * y as f32)
    }

    #[test]
    fn sobel_of_a_ramp_is_its_slope() {
        let (gx, gy) = sobel(&ramp());
        assert_eq!((gx.at(2, 1), gy.at(2, 1)), (8.0, 80.0));
        assert_eq!(
            (gx.at(0, 1), gy.at(2, 0)),
            (4.0, 40.0),
            "half at the repeated edge"
        );
    }

    #[test]
    fn blur_keeps_the_sum_and_sigma_zero_the_image() {
        let mut spot = Plane::filled(5, 5, 0.0);
        spot.set(2, 2, 1.0);
        let blurred = blur(&spot, 1.0);
        assert!((blurred.mean() - spot.mean()).abs() < 1e-7);
        let e = (-0.5f32).exp();
        let weight = 1.0 / (1.0 + 2.0 * e);
        assert!((blurred.at(2, 2) - weight * weight).abs() < 1e-6);
        assert!((blurred.at(1, 1) - weight * weight * e * e).abs() < 1e-6);
        assert_eq!(blur(&spot, 0.0), spot);
        assert_eq!(blur(&spot, 0.01), spot);
    }

    #[test]
    fn a_wide_gaussian_keeps_the_sum_and_has_its_variance() {
        let mut spot = Plane::filled(41, 31, 0.0);
        spot.set(20, 15, 1.0);
        let wide = smoothed(&spot, 2.0);
        let (mut sum, mut variance) = (0.0, 0.0);
        for y in 0..31 {
            for x in 0..41 {
                let (value, dx) = (f64::from(wide.at(x, y)), x as f64 - 20.0);
                sum += value;
                variance += value * dx * dx;
            }
        }
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        // What lies beyond three sigmas is cut off: a little less than 4.
        assert!((variance - 3.92).abs() < 0.05, "{variance}");
        assert!((wide.at(23, 15) - wide.at(20, 12)).abs() < 1e-7);
        assert_eq!(smoothed(&spot, 0.0), spot);
    }

    #[test]
    fn median_is_the_majority() {
        let mut plane = Plane::filled(5, 5, 0.0);
        plane.set(2, 2, 1.0);
        assert_eq!(median_binary(&plane, 3), Plane::filled(5, 5, 0.0));
        assert_eq!(median_binary(&plane, 1), plane);
        let half = Plane::from_fn(6, 6, |x, _| if x < 3 { 1.0 } else { 0.0 });
        assert_eq!(median_binary(&half, 5), half);
        assert_eq!(median_binary(&half, usize::MAX).values().len(), 36);
    }

    #[test]
    fn contrast_of_a_flat_plane_is_flat() {
        let flat = local_contrast(&Plane::filled(7, 5, 0.3), 2, 0.02);
        assert!(flat.values().iter().all(|v| v.abs() < 1e-3));
    }

    #[test]
    fn dilation_reaches_its_radius() {
        let mut plane = Plane::filled(7, 7, 0.0);
        plane.set(3, 3, 1.0);
        let wide = dilate(&plane, 2);
        assert_eq!(wide.values().iter().sum::<f32>(), 25.0);
        assert_eq!(wide.at(0, 3), 0.0);
        assert_eq!(erode(&wide, 2), plane);
    }
}
