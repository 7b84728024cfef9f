//! Second order: which grey levels meet at a distance (grey-level co-occurrence, Haralick et al. 1973).

use super::levels::{LEVELS, level};
use super::values::entropy;
use crate::image::Plane;

/// Contrast, correlation, energy, homogeneity and entropy of 16 levels, of both orders and four directions together; zeros
/// where no two pixels of the organ lie so far apart.
pub fn meetings(image: &Plane, inside: &Plane, distance: usize) -> [f64; 5] {
    let (width, height) = (image.width(), image.height());
    let levels: Vec<Option<usize>> = image
        .values()
        .iter()
        .zip(inside.values())
        .map(|(&v, &inside)| (inside > 0.5).then(|| level(v)))
        .collect();
    let mut counts = [0.0; LEVELS * LEVELS];
    let d = distance as isize;
    for (across, down) in [(d, 0), (d, d), (0, d), (-d, d)] {
        for y in 0..height.saturating_sub(down as usize) {
            for x in 0..width {
                let Some(other) = x.checked_add_signed(across).filter(|&x| x < width) else {
                    continue;
                };
                let pair = (
                    levels[y * width + x],
                    levels[(y + down as usize) * width + other],
                );
                if let (Some(a), Some(b)) = pair {
                    counts[a * LEVELS + b] += 1.0;
                    counts[b * LEVELS + a] += 1.0;
                }
            }
        }
    }
    figures(&counts)
}

fn figures(counts: &[f64; LEVELS * LEVELS]) -> [f64; 5] {
    let sum: f64 = counts.iter().sum();
    if sum == 0.0 {
        return [0.0; 5];
    }
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        let cells = counts.iter().enumerate();
        let terms =
            cells.map(|(at, count)| count / sum * of((at / LEVELS) as f64, (at % LEVELS) as f64));
        terms.sum::<f64>()
    };
    let middle = mean(&|a, _| a);
    let variance = mean(&|a, _| (a - middle) * (a - middle));
    let shared = mean(&|a, b| (a - middle) * (b - middle));
    let correlation = if variance > 1e-12 {
        shared / variance
    } else {
        1.0
    };
    [
        mean(&|a, b| (a - b) * (a - b)),
        correlation,
        counts.iter().map(|c| (c / sum) * (c / sum)).sum(),
        mean(&|a, b| 1.0 / (1.0 + (a - b) * (a - b))),
        entropy(counts),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_by_hand() {
        // Levels 0, 0, 1, 1: they meet as 0-0, 0-1, 1-1.
        let image = Plane::new(4, 1, vec![0.0, 0.0, 0.1, 0.1]).expect("a row");
        let inside = Plane::filled(4, 1, 1.0);
        let [contrast, correlation, energy, homogeneity, bits] = meetings(&image, &inside, 1);
        assert!((contrast - 1.0 / 3.0).abs() < 1e-12);
        assert!((correlation - 1.0 / 3.0).abs() < 1e-12);
        assert!((energy - (2.0 / 9.0 + 2.0 / 36.0)).abs() < 1e-12);
        assert!((homogeneity - (2.0 / 3.0 + 1.0 / 6.0)).abs() < 1e-12);
        assert!((bits - (2.0 / 3.0 * 3.0_f64.log2() + 6.0_f64.log2() / 3.0)).abs() < 1e-12);
        assert_eq!(meetings(&image, &inside, 4), [0.0; 5]);
    }
}
