//! Mean and 95 % interval of a figure that was measured several times.

use serde::Serialize;

/// 97.5 % quantiles of Student's t distribution with 1, 2, .. 30 degrees of freedom.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];
/// The same beyond: the normal distribution's.
const NORMAL: f64 = 1.960;

/// A mean with the interval that holds the true one in 95 of 100 cases, if the values are normal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interval {
    /// Mean of the values.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What was measured, one value per sampling seed.
    pub values: Vec<f64>,
}

impl Interval {
    /// Of the values that are finite: mean ± t s / sqrt(n), t of n - 1 degrees of freedom. `None` of
    /// fewer than two values, of which nothing is known.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        if values.len() < 2 {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let t = STUDENT.get(values.len() - 2).copied().unwrap_or(NORMAL);
        let half = t * (squares / (count - 1.0) / count).sqrt();
        Some(Self {
            mean,
            low: mean - half,
            high: mean + half,
            values,
        })
    }

    /// Cut to what can be: 0..=1.
    pub fn within_1(self) -> Self {
        Self {
            low: self.low.max(0.0),
            high: self.high.min(1.0),
            ..self
        }
    }

    /// Of shares, 0..=1, of `images` images in all: Wilson's score interval (1927) of the share among all of them, which
    /// stays within 0 and 1 and does not shrink to nothing where no image, or every one, counted. The seeds have as many
    /// images each. `None` without a value or an image.
    pub fn of_shares(values: impl IntoIterator<Item = f64>, images: usize) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        if values.is_empty() || images == 0 {
            return None;
        }
        let share = values.iter().sum::<f64>() / values.len() as f64;
        let (count, z) = (images as f64, NORMAL);
        let spread = (share * (1.0 - share) / count + z * z / (4.0 * count * count)).sqrt();
        let (middle, scale) = (share + z * z / (2.0 * count), 1.0 + z * z / count);
        Some(Self {
            mean: share,
            low: ((middle - z * spread) / scale).clamp(0.0, share),
            high: ((middle + z * spread) / scale).clamp(share, 1.0),
            values,
        })
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3}", self.mean)?;
        // Every seed gave the same, as real images do that do not depend on it.
        if self.low == self.high {
            return Ok(());
        }
        write!(f, " [{:.3}, {:.3}]", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_by_hand() {
        // s = 1, so the half is 4.303 / sqrt(3).
        let interval = Interval::of([1.0, 2.0, 3.0]).expect("three values");
        let half = 4.303 / 3.0_f64.sqrt();
        assert_eq!(interval.mean, 2.0);
        assert!((interval.high - 2.0 - half).abs() < 1e-9, "{interval:?}");
        assert!((2.0 - interval.low - half).abs() < 1e-9, "{interval:?}");
        assert_eq!(interval.to_string(), "2.000 [-0.484, 4.484]");
    }

    #[test]
    fn an_interval_of_shares_stays_within_0_and_1() {
        // 7 of 72, by hand.
        let few = Interval::of_shares([3.0 / 24.0, 1.0 / 24.0, 3.0 / 24.0], 72).expect("shares");
        assert!((few.mean - 7.0 / 72.0).abs() < 1e-12);
        assert!(
            (few.low - 0.0479).abs() < 1e-4 && (few.high - 0.1874).abs() < 1e-4,
            "{few:?}"
        );
        let all = Interval::of_shares([1.0, 1.0], 10).expect("shares");
        assert!(
            all.high == 1.0 && (all.low - 0.7225).abs() < 1e-4,
            "{all:?}"
        );
        assert_eq!(Interval::of_shares([0.5], 0), None);
        assert_eq!(Interval::of_shares([f64::NAN], 5), None);
    }

    #[test]
    fn many_values_take_the_normal_quantile() {
        let values = (0..100).map(|i| f64::from(i % 2));
        let interval = Interval::of(values).expect("values");
        let half = 1.96 * (25.0_f64 / 99.0 / 100.0).sqrt();
        assert!((interval.high - 0.5 - half).abs() < 1e-9, "{interval:?}");
    }

    #[test]
    fn what_is_no_number_does_not_count_and_one_value_says_nothing() {
        let interval = Interval::of([4.0, f64::NAN, 4.0, f64::INFINITY]).expect("two values");
        assert_eq!(interval.values, [4.0, 4.0]);
        assert_eq!((interval.low, interval.high), (4.0, 4.0));
        assert_eq!(interval.to_string(), "4.000");
        assert_eq!(Interval::of([1.0, f64::NAN]), None);
    }
}
