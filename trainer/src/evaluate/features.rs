//! The two spaces of features that sets of images are compared in, in units of the spread of real training images.

use scanweave::metrics::features::{RandomFilters, texture};

use super::pictures::Picture;

/// Least spread of a feature: one step of 8 bits. Where preparation brought all images to one median, a rounded grey value is
/// the same for nearly all of them, and one step would be thirty standard deviations.
const STEP: f64 = 1.0 / 255.0;

/// What stands for an image.
#[derive(Clone, Copy)]
pub enum Space {
    /// Answers of random filters.
    Random,
    /// Texture and shape of the organ.
    Texture,
}

impl Space {
    pub const ALL: [Self; 2] = [Self::Random, Self::Texture];

    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random features",
            Self::Texture => "texture features",
        }
    }

    /// `None` where the picture has no organ, or is too small.
    pub fn features(self, filters: &RandomFilters, picture: &Picture) -> Option<Vec<f64>> {
        let features = match self {
            Self::Random => filters.features(&picture.plane),
            Self::Texture => texture(&picture.plane, &picture.inside).ok()?,
        };
        (!features.is_empty()).then_some(features)
    }
}

/// Mean and standard deviation of each feature.
pub struct Scale {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl Scale {
    /// `None` of no rows.
    pub fn of(rows: &[Vec<f64>]) -> Option<Self> {
        let count = rows.len() as f64;
        let size = rows.first()?.len();
        let mean_of = |of: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
            let sum = |at: usize| rows.iter().map(|row| of(at, row[at])).sum::<f64>();
            (0..size).map(|at| sum(at) / count).collect()
        };
        let mean = mean_of(&|_, v| v);
        let variance = mean_of(&|at, v| (v - mean[at]) * (v - mean[at]));
        let deviation = variance.into_iter().map(f64::sqrt);
        Some(Self {
            deviation: deviation.map(|d| d.max(STEP)).collect(),
            mean,
        })
    }

    /// Of rows the same in units of the deviations, from the means.
    pub fn standardised(&self, mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        for row in &mut rows {
            let scale = self.mean.iter().zip(&self.deviation);
            row.iter_mut()
                .zip(scale)
                .for_each(|(v, (m, d))| *v = (*v - m) / d);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_by_hand() {
        let rows = vec![vec![1.0, 5.0], vec![3.0, 5.0]];
        let scale = Scale::of(&rows).expect("two rows");
        let wanted = vec![vec![-1.0, 0.0], vec![1.0, 0.0]];
        assert_eq!(scale.standardised(rows), wanted);
        // What is the same for all is told by steps of 8 bits.
        let other = scale.standardised(vec![vec![6.0, 5.0 + 2.0 / 255.0]]);
        assert!(
            other[0][0] == 4.0 && (other[0][1] - 2.0).abs() < 1e-9,
            "{other:?}"
        );
        assert!(Scale::of(&[]).is_none());
    }
}
