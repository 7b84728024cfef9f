//! Whether the lines of structure maps hang together as those of real images do.

use rayon::prelude::*;
use scanweave::metrics::Topology;
use scanweave::structure::{Structure, StructureFilter, contour_error};

use super::Evaluation;
use super::draws::Subject;
use super::metric::Metric;
use super::nearest::percentile;
use super::pictures::{MOST, spread};
use super::rows::{Measured, Section};
use crate::data::Split;
use crate::stages::items::structure;

/// What lies between these shares of the real training maps is usual.
const USUAL: [f64; 2] = [0.05, 0.95];
/// What is counted of a map, in the order of [`Counted::counts`].
const COUNTS: [&str; 3] = ["pieces", "open ends per 100 px of line", "Euler number"];

/// Of one map.
struct Counted {
    closed: bool,
    counts: [f64; 3],
}

impl Counted {
    fn of(structure: &Structure) -> Self {
        let topology = Topology::of(&structure.map);
        let error = contour_error(&structure.map, &structure.mask);
        Self {
            closed: error <= StructureFilter::default().error,
            counts: [
                topology.components as f64,
                topology.openness(),
                topology.euler as f64,
            ],
        }
    }
}

/// Real maps, and what is usual among those of the training split.
pub struct Lines {
    usual: [Option<[f64; 2]>; 3],
    test: Vec<Counted>,
}

impl Lines {
    pub fn new(evaluation: &Evaluation) -> Self {
        let size = evaluation.draws.size();
        let of = |split| -> Vec<Counted> {
            let items = spread(evaluation.of(split).collect(), MOST);
            let each = items.par_iter();
            each.map(|item| Counted::of(&structure(item, size)))
                .collect()
        };
        let training = of(Split::Train);
        Self {
            usual: [0, 1, 2].map(|at| usual(&values(&training, at))),
            test: of(Split::Test),
        }
    }
}

impl Metric for Lines {
    /// Share of closed outlines, medians, and shares of maps that are usual by each count.
    fn measured(
        &self,
        _seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let maps = subjects.par_iter().filter_map(|s| s.structure.as_ref());
        let synthetic: Vec<Counted> = maps.map(Counted::of).collect();
        if synthetic.is_empty() {
            return Ok(Vec::new());
        }
        let row = |name: String, of: &dyn Fn(&[Counted]) -> Option<f64>, share: bool| Measured {
            section: Section::Lines,
            name,
            synthetic: of(&synthetic),
            real: of(&self.test),
            share_of: share.then_some(synthetic.len()),
        };
        let closed = |maps: &[Counted]| share(maps.iter().map(|map| map.closed));
        let mut measured = vec![row("share with a closed outline".into(), &closed, true)];
        for (at, name) in COUNTS.iter().enumerate() {
            let median = |maps: &[Counted]| percentile(&values(maps, at), 0.5);
            measured.push(row(format!("{name}, median"), &median, false));
            let within = |maps: &[Counted]| {
                let [low, high] = self.usual[at]?;
                share(values(maps, at).iter().map(|v| (low..=high).contains(v)))
            };
            let name = format!("{name}, share within 5 to 95 % of real training maps");
            measured.push(row(name, &within, true));
        }
        Ok(measured)
    }
}

fn values(maps: &[Counted], at: usize) -> Vec<f64> {
    maps.iter().map(|map| map.counts[at]).collect()
}

fn usual(values: &[f64]) -> Option<[f64; 2]> {
    let [low, high] = USUAL.map(|p| percentile(values, p));
    Some([low?, high?])
}

fn share(of: impl Iterator<Item = bool>) -> Option<f64> {
    super::mean(of.map(|yes| Some(f64::from(u8::from(yes)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;

    #[test]
    fn a_closed_outline_and_one_with_a_gap() {
        let ring = |open: bool| {
            let map = Plane::from_fn(64, 64, |x, y| {
                let inside = (14..50).contains(&x) && (14..50).contains(&y);
                let border = x == 14 || x == 49 || y == 14 || y == 49;
                let gap = open && y == 14 && (25..40).contains(&x);
                f32::from(u8::from(inside && border && !gap))
            });
            let organ = |x, y| (14..50).contains(&x) && (14..50).contains(&y);
            let mask = Plane::from_fn(64, 64, |x, y| f32::from(u8::from(!organ(x, y))));
            Counted::of(&Structure { map, mask })
        };
        let (closed, open) = (ring(false), ring(true));
        assert!(closed.closed && !open.closed);
        // One piece each; the ring has a hole and no end, the other two ends.
        assert_eq!(
            (closed.counts[0], closed.counts[1], closed.counts[2]),
            (1.0, 0.0, 0.0)
        );
        assert_eq!((open.counts[0], open.counts[2]), (1.0, 1.0));
        assert!(open.counts[1] > 1.0, "{}", open.counts[1]);
    }

    #[test]
    fn what_is_usual_is_nine_tenths() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(usual(&values), Some([5.0, 95.0]));
        assert_eq!(usual(&[]), None);
        assert_eq!(share([true, false, false, true].into_iter()), Some(0.5));
    }
}
