//! Whether organs are as large and as narrow as real ones, and differ as much from each other.

use scanweave::metrics::features::texture::shape;

use super::Evaluation;
use super::draws::Subject;
use super::metric::Metric;
use super::pictures::{MOST, spread};
use super::rows::{Measured, Section};
use crate::data::Split;
use crate::stages::items::structure;

/// Size and narrowness of the organs of real test images.
pub struct Organs {
    test: Vec<[f64; 2]>,
}

impl Organs {
    pub fn new(evaluation: &Evaluation) -> Self {
        let size = evaluation.draws.size();
        let items = spread(evaluation.of(Split::Test).collect(), MOST).into_iter();
        Self {
            test: items.map(|item| of(&structure(item, size).mask)).collect(),
        }
    }
}

impl Metric for Organs {
    /// Mean and standard deviation of both; nothing of what draws without maps.
    fn measured(
        &self,
        _seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let structures = subjects.iter().filter_map(|s| s.structure.as_ref());
        let synthetic: Vec<[f64; 2]> = structures.map(|s| of(&s.mask)).collect();
        if synthetic.is_empty() {
            return Ok(Vec::new());
        }
        let mut measured = Vec::new();
        for (at, what) in ["size, share of the picture", "narrowness"]
            .iter()
            .enumerate()
        {
            let values = |organs: &[[f64; 2]]| organs.iter().map(|o| o[at]).collect();
            let (synthetic, real) = (moments(values(&synthetic)), moments(values(&self.test)));
            for (which, name) in ["mean", "standard deviation"].iter().enumerate() {
                measured.push(Measured {
                    section: Section::Organ,
                    name: format!("{what}, {name}"),
                    synthetic: synthetic.map(|of| of[which]),
                    real: real.map(|of| of[which]),
                    share_of: None,
                });
            }
        }
        Ok(measured)
    }
}

/// Share of the picture, and the smaller by the larger principal axis.
fn of(mask: &scanweave::image::Plane) -> [f64; 2] {
    let [size, _, narrowness] = shape(&mask.map(|outside| 1.0 - outside));
    [size, narrowness]
}

/// Mean and standard deviation (of n - 1); `None` of fewer than two.
fn moments(values: Vec<f64>) -> Option<[f64; 2]> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some([mean, (squares / (values.len() - 1) as f64).sqrt()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;

    #[test]
    fn a_box_by_hand() {
        let inside = |x, y| (2..10).contains(&x) && (3..7).contains(&y);
        let mask = Plane::from_fn(16, 16, |x, y| f32::from(u8::from(!inside(x, y))));
        let [size, narrowness] = of(&mask);
        assert!((size - 0.125).abs() < 1e-12 && (narrowness - 0.5).abs() < 1e-12);
    }

    #[test]
    fn spread_by_hand() {
        assert_eq!(moments(vec![1.0, 2.0, 3.0]), Some([2.0, 1.0]));
        assert_eq!(moments(vec![1.0]), None);
    }
}
