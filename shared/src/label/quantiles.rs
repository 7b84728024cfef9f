//! A distribution in a few numbers: what is learnt of sizes and counts, to draw others like them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::random::Random;

/// Number of quantiles that are kept of each distribution.
const KEPT: usize = 33;

/// Why statistics read from a file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatisticsError {
    /// Quantiles that are none.
    #[error("quantiles must be finite numbers in ascending order, at least one")]
    Quantiles,
    /// Classes that are none.
    #[error(
        "the classes of lesion statistics must be the numbers 1 to their count, each with its share"
    )]
    Classes,
}

/// A distribution as evenly spaced quantiles, ascending: the first is the minimum, the last the
/// maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f32>", into = "Vec<f32>")]
pub struct Quantiles(Vec<f32>);

impl Quantiles {
    /// The quantiles of `values`, `None` when there are none or one is not finite.
    pub fn of(mut values: Vec<f32>) -> Option<Self> {
        if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
            return None;
        }
        values.sort_unstable_by(f32::total_cmp);
        let at = |i: usize| between(&values, i as f32 / (KEPT - 1) as f32);
        Some(Self((0..KEPT).map(at).collect()))
    }

    /// One value for ever.
    pub(super) fn always(value: f32) -> Self {
        Self(vec![value])
    }

    /// The value below which the share `p`, 0..=1, of the distribution lies.
    pub fn at(&self, p: f32) -> f32 {
        between(&self.0, p.clamp(0.0, 1.0))
    }

    /// A random value of this distribution.
    pub fn draw(&self, random: &mut Random) -> f32 {
        self.at(random.unit())
    }
}

impl TryFrom<Vec<f32>> for Quantiles {
    type Error = StatisticsError;

    fn try_from(values: Vec<f32>) -> Result<Self, StatisticsError> {
        let usable = !values.is_empty() && values.iter().all(|v| v.is_finite());
        if usable && values.is_sorted() {
            Ok(Self(values))
        } else {
            Err(StatisticsError::Quantiles)
        }
    }
}

impl From<Quantiles> for Vec<f32> {
    fn from(quantiles: Quantiles) -> Self {
        quantiles.0
    }
}

/// Linear interpolation in sorted values at `p`, 0..=1.
fn between(sorted: &[f32], p: f32) -> f32 {
    let position = p * (sorted.len() - 1) as f32;
    let below = position as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    #[test]
    fn quantiles_draw_what_they_saw() {
        let quantiles = Quantiles::of(vec![1.0, 1.0, 1.0, 1.0, 9.0]).expect("values");
        assert_eq!(
            (quantiles.at(0.0), quantiles.at(0.5), quantiles.at(1.0)),
            (1.0, 1.0, 9.0)
        );
        let mut random = Random::new(1, Purpose::Lesion);
        let ones = (0..400)
            .filter(|_| quantiles.draw(&mut random) == 1.0)
            .count();
        assert!((260..340).contains(&ones), "{ones}");
        assert_eq!(Quantiles::of(vec![f32::NAN]), None);
    }
}
