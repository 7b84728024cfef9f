//! The Frechet distance of two sets of features, each taken for a normal distribution (Heusel et al. 2017).
//!
//! A covariance of a hundred features wants more images than a test split has, so it is shrunk towards a multiple of the
//! identity, by as much as Ledoit and Wolf (2004) find best. Few images still make the distance larger: compare distances of
//! sets of the same sizes alone.

use super::symmetric::Symmetric;

/// Mean and covariance of a set of features.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaussian {
    mean: Vec<f64>,
    variances: Vec<f64>,
    covariance: Symmetric,
}

impl Gaussian {
    /// Of one row per image; `None` of fewer than two.
    pub fn of(features: &[Vec<f64>]) -> Option<Self> {
        let (count, size) = (features.len() as f64, features.first()?.len());
        if features.len() < 2 || size == 0 {
            return None;
        }
        let mut mean = vec![0.0; size];
        for row in features {
            mean.iter_mut().zip(row).for_each(|(sum, v)| *sum += v);
        }
        for sum in &mut mean {
            *sum /= count;
        }
        let mut covariance = vec![0.0; size * size];
        // Sum of the fourth powers of the lengths.
        let mut fourth = 0.0;
        for row in features {
            let x: Vec<f64> = row.iter().zip(&mean).map(|(v, m)| v - m).collect();
            for (sums, a) in covariance.chunks_exact_mut(size).zip(&x) {
                sums.iter_mut().zip(&x).for_each(|(sum, b)| *sum += a * b);
            }
            fourth += x.iter().map(|v| v * v).sum::<f64>().powi(2);
        }
        for sum in &mut covariance {
            *sum /= count;
        }
        let mut covariance = Symmetric {
            size,
            values: covariance,
        };
        let variances = (0..size).map(|i| covariance.at(i, i)).collect();
        shrink(&mut covariance, fourth / count, count);
        Some(Self {
            mean,
            variances,
            covariance,
        })
    }

    /// `|m - n|^2 + tr(S + T - 2 (S T)^(1/2))` of the means m, n and the shrunk covariances S, T.
    pub fn distance(&self, other: &Self) -> f64 {
        let root = self.covariance.clone().root();
        let (eigenvalues, _) = root.around(&other.covariance).eigen();
        let shared: f64 = eigenvalues.iter().map(|v| v.max(0.0).sqrt()).sum();
        let traces = self.covariance.trace() + other.covariance.trace();
        (self.between_means(other) + traces - 2.0 * shared).max(0.0)
    }

    /// The same as if no feature went with another: the variances alone, which nothing shrinks.
    pub fn diagonal_distance(&self, other: &Self) -> f64 {
        let pairs = self.variances.iter().zip(&other.variances);
        let spread = pairs.map(|(a, b)| (a.sqrt() - b.sqrt()).powi(2));
        self.between_means(other) + spread.sum::<f64>()
    }

    fn between_means(&self, other: &Self) -> f64 {
        let pairs = self.mean.iter().zip(&other.mean);
        pairs.map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// Shrinks as Ledoit and Wolf do; `fourth` is the mean of the fourth powers of the lengths of the centred rows.
fn shrink(covariance: &mut Symmetric, fourth: f64, count: f64) {
    let size = covariance.size as f64;
    let middle = covariance.trace() / size;
    let squares: f64 = covariance.values.iter().map(|v| v * v).sum();
    let noise = (fourth - squares) / (size * count);
    let away = squares / size - middle * middle;
    if away <= 0.0 {
        return;
    }
    let share = (noise.min(away) / away).max(0.0);
    for v in &mut covariance.values {
        *v *= 1.0 - share;
    }
    for i in 0..covariance.size {
        covariance.values[i * covariance.size + i] += share * middle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four corners of a rectangle around a point.
    fn corners(x: f64, y: f64, half: [f64; 2]) -> Vec<Vec<f64>> {
        let signs = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]];
        let corner = |[a, b]: [f64; 2]| vec![x + a * half[0], y + b * half[1]];
        signs.map(corner).to_vec()
    }

    #[test]
    fn a_set_is_at_no_distance_from_itself_and_a_shift_counts_squared() {
        let one = Gaussian::of(&corners(0.0, 0.0, [1.0, 1.0])).expect("four rows");
        let moved = Gaussian::of(&corners(3.0, 4.0, [1.0, 1.0])).expect("four rows");
        assert!(one.distance(&one) < 1e-12 && one.diagonal_distance(&one) == 0.0);
        assert!((one.distance(&moved) - 25.0).abs() < 1e-12);
        assert!((one.diagonal_distance(&moved) - 25.0).abs() < 1e-12);
    }

    #[test]
    fn spread_counts_by_deviations() {
        // Standard deviations 1 and 1 against 3 and 1.
        let one = Gaussian::of(&corners(0.0, 0.0, [1.0, 1.0])).expect("four rows");
        let wide = Gaussian::of(&corners(0.0, 0.0, [3.0, 1.0])).expect("four rows");
        assert!((one.diagonal_distance(&wide) - 4.0).abs() < 1e-12);
        assert_eq!(Gaussian::of(&corners(0.0, 0.0, [1.0, 1.0])[..1]), None);
    }
}
