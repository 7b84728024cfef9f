//! How far synthetic images are from real ones as a set, and which of the two lie among the other.
//!
//! Real test images are what is measured to. Beside each figure of synthetic images stands that of as many real training images,
//! whose subjects are others: no generator has to be nearer to patients than patients are.

use rayon::prelude::*;
use scanweave::metrics::distribution::{Gaussian, Manifold, kernel_distance};
use scanweave::metrics::features::RandomFilters;
use scanweave::study::Study;

use super::Evaluation;
use super::draws::Subject;
use super::features::{Scale, Space};
use super::metric::Metric;
use super::pictures::{Picture, drawn, of_split};
use super::rows::{Measured, Section};
use crate::data::Split;

/// Neighbours that a ball of precision and recall reaches to, and of density and coverage, as their authors have them.
const NEAREST: [usize; 2] = [3, 5];

/// Features of the real images of one modality in one space.
struct Known {
    modality: usize,
    space: Space,
    scale: Scale,
    training: Vec<Vec<f64>>,
    test: Vec<Vec<f64>>,
}

/// Real images as features.
pub struct Distances<'a> {
    study: &'a Study,
    count: usize,
    filters: RandomFilters,
    known: Vec<Known>,
}

impl<'a> Distances<'a> {
    pub fn new(evaluation: &Evaluation<'a>) -> Self {
        let study = evaluation.draws.study();
        let filters = RandomFilters::default();
        let of = |(modality, space): (usize, Space)| {
            let rows = |split| {
                of_split(evaluation, split, modality, |picture| {
                    space.features(&filters, picture)
                })
            };
            let training = rows(Split::Train);
            let scale = Scale::of(&training)?;
            Some(Known {
                modality,
                space,
                test: scale.standardised(rows(Split::Test)),
                training: scale.standardised(training),
                scale,
            })
        };
        let modalities = 0..study.modalities.len();
        let each = modalities.flat_map(|m| Space::ALL.map(|space| (m, space)));
        Self {
            known: each.filter_map(of).collect(),
            count: evaluation.count,
            study,
            filters,
        }
    }

    fn synthetic(&self, known: &Known, subjects: &[Subject]) -> Vec<Vec<f64>> {
        let one = |subject: &Subject| {
            let picture = Picture::of_subject(self.study, subject, known.modality);
            known.space.features(&self.filters, &picture)
        };
        known
            .scale
            .standardised(subjects.par_iter().filter_map(one).collect())
    }
}

impl Metric for Distances<'_> {
    /// Per modality and space the distances of the sets, then what lies among the other.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let of = |known: &Known| {
            let mut synthetic = self.synthetic(known, subjects);
            let test = drawn(&known.test, seed, self.count);
            // Sets of one size: few images make most figures larger or smaller.
            let floor = drawn(&known.training, seed, synthetic.len());
            synthetic.truncate(floor.len());
            let modality = &self.study.modalities[known.modality].name;
            let name = format!("{modality}, {}", known.space.name());
            let (synthetic, real) =
                rayon::join(|| figures(&synthetic, &test), || figures(&floor, &test));
            let pairs = synthetic.into_iter().zip(real);
            let each = pairs.map(|((figure, synthetic), (_, real))| Measured {
                section: figure.section,
                name: format!("{name}: {}", figure.name),
                synthetic,
                real,
                share_of: figure.share_of,
            });
            each.collect()
        };
        let measured: Vec<Vec<Measured>> = self.known.par_iter().map(of).collect();
        Ok(measured.concat())
    }
}

/// What one of the figures is.
struct Figure {
    section: Section,
    name: &'static str,
    /// Of how many images it is a share.
    share_of: Option<usize>,
}

/// Of a set beside the real one.
fn figures(set: &[Vec<f64>], real: &[Vec<f64>]) -> [(Figure, Option<f64>); 7] {
    let pair = || Some((Gaussian::of(set)?, Gaussian::of(real)?));
    let balls = |nearest| Manifold::of(real, nearest);
    let (near, wide) = (balls(NEAREST[0]), balls(NEAREST[1]));
    let own = Manifold::of(set, NEAREST[0]);
    let figure = |section, name, share_of| Figure {
        section,
        name,
        share_of,
    };
    let distance = |name| figure(Section::Distance, name, None);
    let among = |name, share_of| figure(Section::Manifold, name, share_of);
    let pair = pair();
    let full = pair.as_ref().map(|(a, b)| b.distance(a));
    let diagonal = pair.as_ref().map(|(a, b)| b.diagonal_distance(a));
    let (many, of_real) = (Some(set.len()), Some(real.len()));
    [
        (distance("Frechet distance"), full),
        (distance("Frechet distance of variances alone"), diagonal),
        (distance("kernel distance"), kernel_distance(set, real)),
        (
            among("precision", many),
            near.and_then(|m| m.share_within(set)),
        ),
        (
            among("recall", of_real),
            own.and_then(|m| m.share_within(real)),
        ),
        (
            among("density", None),
            wide.as_ref().and_then(|m| m.density(set)),
        ),
        (
            among("coverage", of_real),
            wide.and_then(|m| m.coverage(set)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::random::{Purpose, Random};

    fn cloud(seed: u64, shift: f64) -> Vec<Vec<f64>> {
        let mut random = Random::new(seed, Purpose::Latent);
        let mut row = || {
            let values = random.normals(4);
            values.into_iter().map(|v| f64::from(v) + shift).collect()
        };
        (0..200).map(|_| row()).collect()
    }

    fn values(set: &[Vec<f64>], real: &[Vec<f64>]) -> [f64; 7] {
        figures(set, real).map(|(_, value)| value.expect("enough rows"))
    }

    #[test]
    fn a_set_is_like_itself() {
        let real = cloud(1, 0.0);
        let [full, diagonal, kernel, precision, recall, density, coverage] = values(&real, &real);
        assert!(full.abs() < 1e-9 && diagonal.abs() < 1e-9 && kernel < 0.0);
        assert_eq!((precision, recall, coverage), (1.0, 1.0, 1.0));
        assert!(density >= 1.0, "{density}");
    }

    #[test]
    fn another_of_its_kind_is_near_and_a_shifted_one_is_not() {
        let real = cloud(1, 0.0);
        let [_, _, kernel, precision, _, density, coverage] = values(&cloud(2, 0.0), &real);
        assert!(
            kernel.abs() < 0.1 && precision > 0.8 && coverage > 0.85,
            "{kernel}"
        );
        assert!((density - 1.0).abs() < 0.2, "{density}");
        // 4 features, each shifted by 3.
        let [full, diagonal, kernel, precision, _, density, _] = values(&cloud(2, 3.0), &real);
        assert!(
            (full - 36.0).abs() < 4.0 && (diagonal - 36.0).abs() < 4.0,
            "{full}"
        );
        assert!(kernel > 1.0 && precision < 0.2 && density < 0.1);
    }

    #[test]
    fn of_few_images_nothing_is_said() {
        let few = cloud(1, 0.0)[..3].to_vec();
        let found = figures(&few, &few);
        assert!(found[0].1.is_some() && found[3..].iter().all(|(_, value)| value.is_none()));
    }
}
