//! Whether images are as sharp, and as grainy, as real ones at each size of detail.

use rayon::prelude::*;
use scanweave::metrics::octave_powers;
use scanweave::metrics::spectrum::periods;
use scanweave::study::Study;

use super::Evaluation;
use super::draws::Subject;
use super::metric::Metric;
use super::pictures::{Picture, drawn, of_split};
use super::rows::{Measured, Section};
use crate::data::Split;

/// Least power: an image without any has no logarithm.
const LEAST: f64 = 1e-12;

/// Logarithms of the power of real images in each octave, per modality.
pub struct Spectrum<'a> {
    study: &'a Study,
    training: Vec<Vec<Vec<f64>>>,
    test: Vec<Vec<Vec<f64>>>,
}

impl<'a> Spectrum<'a> {
    pub fn new(evaluation: &Evaluation<'a>) -> Self {
        let study = evaluation.draws.study();
        let of = |split| {
            let modalities = 0..study.modalities.len();
            modalities
                .map(|m| of_split(evaluation, split, m, logarithms))
                .collect()
        };
        Self {
            training: of(Split::Train),
            test: of(Split::Test),
            study,
        }
    }
}

impl Metric for Spectrum<'_> {
    /// Per modality and octave the power as a multiple of that of real test images, geometric mean.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let mut measured = Vec::new();
        for (modality, of) in self.study.modalities.iter().enumerate() {
            let one =
                |subject: &Subject| logarithms(&Picture::of_subject(self.study, subject, modality));
            let synthetic: Vec<Vec<f64>> = subjects.par_iter().filter_map(one).collect();
            let training = drawn(&self.training[modality], seed, subjects.len());
            let test = &self.test[modality];
            let octaves = test.first().map_or(0, Vec::len);
            measured.extend((0..octaves).map(|octave| {
                let (least, most) = periods(octave);
                Measured {
                    section: Section::Spectrum,
                    name: format!("{}, periods of {least} to {most} px", of.name),
                    synthetic: multiple(&synthetic, test, octave),
                    real: multiple(&training, test, octave),
                    share_of: None,
                }
            }));
        }
        Ok(measured)
    }
}

fn logarithms(picture: &Picture) -> Option<Vec<f64>> {
    let powers = octave_powers(&picture.plane, &picture.inside).ok()?;
    Some(powers.into_iter().map(|p| p.max(LEAST).ln()).collect())
}

/// Geometric mean of one set's powers by that of the other's; `None` without an image of either.
fn multiple(set: &[Vec<f64>], other: &[Vec<f64>], octave: usize) -> Option<f64> {
    let mean = |rows: &[Vec<f64>]| super::mean(rows.iter().map(|row| Some(row[octave])));
    Some((mean(set)? - mean(other)?).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;
    use scanweave::random::{Purpose, Random};

    #[test]
    fn half_the_contrast_is_a_quarter_of_the_power() {
        let powers = |contrast: f32| {
            let noise = Random::new(3, Purpose::Fusion).normals(64 * 64);
            let values = noise.iter().map(|v| 0.5 + contrast * v).collect();
            let picture = Picture {
                plane: Plane::new(64, 64, values).expect("a square"),
                inside: Plane::filled(64, 64, 1.0),
            };
            vec![logarithms(&picture).expect("an organ")]
        };
        let (whole, half) = (powers(0.1), powers(0.05));
        for octave in 0..whole[0].len() {
            assert_eq!(multiple(&whole, &whole, octave), Some(1.0));
            let found = multiple(&half, &whole, octave).expect("both");
            assert!((found - 0.25).abs() < 1e-4, "{found}");
        }
        assert_eq!(multiple(&[], &whole, 0), None);
    }
}
