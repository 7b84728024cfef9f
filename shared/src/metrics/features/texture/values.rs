//! First order: grey values without their places.

use super::levels::{self, LEVELS};

/// Mean, standard deviation, skewness, kurtosis, five percentiles and the entropy of 16 levels (bits).
pub fn features(values: &[f64]) -> Vec<f64> {
    let mut features = moments(values).to_vec();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    features.extend([0.05, 0.25, 0.5, 0.75, 0.95].map(|p| between(&sorted, p)));
    let mut counts = [0.0; LEVELS];
    for &v in values {
        counts[levels::level(v as f32)] += 1.0;
    }
    features.push(entropy(&counts));
    features
}

/// Mean, standard deviation, skewness and kurtosis (3 of a normal distribution); the last two are 0 where all is equal.
pub fn moments(values: &[f64]) -> [f64; 4] {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let central = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / count;
    let variance = central(2);
    if variance < 1e-12 {
        return [mean, 0.0, 0.0, 0.0];
    }
    let deviation = variance.sqrt();
    [
        mean,
        deviation,
        central(3) / (variance * deviation),
        central(4) / (variance * variance),
    ]
}

/// The value below which a share `p` lies, linear between neighbours; 0 of none.
pub fn percentile(mut values: Vec<f64>, p: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    between(&values, p)
}

fn between(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = p * last as f64;
    let (low, high) = (place.floor() as usize, place.ceil() as usize);
    sorted[low] + (place - place.floor()) * (sorted[high] - sorted[low])
}

/// Of counts, bits.
pub fn entropy(counts: &[f64]) -> f64 {
    let sum: f64 = counts.iter().sum();
    let terms = counts.iter().filter(|c| **c > 0.0).map(|c| {
        let share = c / sum;
        -share * libm::log2(share)
    });
    terms.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_by_hand() {
        // Mean 1, variance 3, third moment 6, fourth 21.
        let values = [0.0, 0.0, 0.0, 4.0];
        let [mean, deviation, skewness, kurtosis] = moments(&values);
        assert_eq!(mean, 1.0);
        assert!((deviation - 3.0_f64.sqrt()).abs() < 1e-12);
        assert!((skewness - 6.0 / 27.0_f64.sqrt()).abs() < 1e-12);
        assert!((kurtosis - 21.0 / 9.0).abs() < 1e-12);
        assert_eq!(moments(&[0.5; 4]), [0.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn four_equal_shares_are_two_bits() {
        assert!((entropy(&[3.0, 3.0, 0.0, 3.0, 3.0]) - 2.0).abs() < 1e-12);
        assert_eq!(percentile(vec![3.0, 1.0, 2.0], 0.25), 1.5);
    }
}
