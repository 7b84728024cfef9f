//! Where images lie: the balls around the features of each that reach to the k-th nearest of its own set.
//!
//! Precision and recall (Kynkäänniemi et al. 2019) ask whether images of one set lie among those of the other; density and coverage
//! (Naeem et al. 2020) ask the same of the real balls alone, so that one stray image does not stretch what counts as real.

/// A set of features with the balls around them.
pub struct Manifold<'a> {
    features: &'a [Vec<f64>],
    /// Squared.
    radii: Vec<f64>,
    nearest: usize,
}

impl<'a> Manifold<'a> {
    /// The balls reach to the `nearest`-th other image; `None` where there are not so many, or none is asked for.
    pub fn of(features: &'a [Vec<f64>], nearest: usize) -> Option<Self> {
        if nearest == 0 || features.len() <= nearest {
            return None;
        }
        let radius = |(i, x): (usize, &Vec<f64>)| {
            let others = features.iter().enumerate().filter(|(j, _)| *j != i);
            let mut squares: Vec<f64> = others.map(|(_, y)| square(x, y)).collect();
            *squares
                .select_nth_unstable_by(nearest - 1, f64::total_cmp)
                .1
        };
        Some(Self {
            features,
            radii: features.iter().enumerate().map(radius).collect(),
            nearest,
        })
    }

    /// Share of `others` that lie in a ball, 0..=1: precision where the balls are real, recall where they are synthetic.
    pub fn share_within(&self, others: &[Vec<f64>]) -> Option<f64> {
        let within = |y: &&Vec<f64>| self.balls().any(|(x, radius)| square(x, y) <= radius);
        let count = others.iter().filter(within).count();
        (!others.is_empty()).then(|| count as f64 / others.len() as f64)
    }

    /// Mean number of balls that an image of `others` lies in, of the k that it lies in on average where both sets are of one kind:
    /// 1 there, and above where images crowd.
    pub fn density(&self, others: &[Vec<f64>]) -> Option<f64> {
        let balls = |y: &Vec<f64>| {
            let around = self.balls().filter(|(x, radius)| square(x, y) <= *radius);
            around.count()
        };
        let count: usize = others.iter().map(balls).sum();
        (!others.is_empty()).then(|| count as f64 / (self.nearest * others.len()) as f64)
    }

    /// Share of the balls that an image of `others` lies in, 0..=1.
    pub fn coverage(&self, others: &[Vec<f64>]) -> Option<f64> {
        let met = |(x, radius): &(&Vec<f64>, f64)| others.iter().any(|y| square(x, y) <= *radius);
        let count = self.balls().filter(met).count();
        (!others.is_empty()).then(|| count as f64 / self.features.len() as f64)
    }

    fn balls(&self) -> impl Iterator<Item = (&Vec<f64>, f64)> {
        self.features.iter().zip(self.radii.iter().copied())
    }
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(of: &[f64]) -> Vec<Vec<f64>> {
        of.iter().map(|&v| vec![v]).collect()
    }

    #[test]
    fn shares_by_hand() {
        // Radii to the first neighbour: 1, 1, 2, 6.
        let real = points(&[0.0, 1.0, 3.0, 9.0]);
        let balls = Manifold::of(&real, 1).expect("four points");
        // 0.5 lies in two balls, 4 in those of 3 and 9, 20 in none.
        let synthetic = points(&[0.5, 4.0, 20.0]);
        assert_eq!(balls.share_within(&synthetic), Some(2.0 / 3.0));
        assert_eq!(balls.density(&synthetic), Some(4.0 / 3.0));
        assert_eq!(balls.coverage(&synthetic), Some(1.0));
        assert_eq!(balls.coverage(&points(&[-1.0])), Some(0.25));
    }

    #[test]
    fn a_set_lies_in_itself_and_far_from_what_is_far() {
        let real = points(&[0.0, 1.0, 3.0, 9.0]);
        let balls = Manifold::of(&real, 2).expect("four points");
        assert_eq!(balls.share_within(&real), Some(1.0));
        assert_eq!(balls.coverage(&real), Some(1.0));
        let far = points(&[100.0, 101.0]);
        assert_eq!(balls.share_within(&far), Some(0.0));
        assert_eq!(
            (balls.density(&far), balls.coverage(&far)),
            (Some(0.0), Some(0.0))
        );
        assert!(Manifold::of(&real, 4).is_none() && Manifold::of(&real, 0).is_none());
        assert_eq!(balls.share_within(&[]), None);
    }
}
