//! Lesions laid on a map: one policy for training, evaluation and the building of data sets.

use super::{Label, LesionStatistics};
use crate::image::Plane;
use crate::random::Random;
use crate::structure::forbidden;

/// Tries of algorithm 4 before another map is drawn.
pub const TRIES: u32 = 100;

/// Share of the lesions that are drawn by the learnt statistics, where there are both, instead of
/// taken from a patient.
const DRAWN: f32 = 0.5;

/// Where lesions come from, and where they may lie.
#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    /// Pixels that lesions keep from the outline of the organ; `None` lets them lie anywhere, as the
    /// rows of the ablation do that have no label filter.
    pub margin: Option<usize>,
    /// What new lesions are drawn by.
    pub statistics: Option<&'a LesionStatistics>,
    /// Labels of patients that show a lesion, to be turned, mirrored, moved and shrunk.
    pub patients: &'a [Label],
}

impl Placing<'_> {
    /// A lesion inside the organ whose background is `mask` (1): drawn by the statistics, or that of a
    /// patient changed by two random operations, tried up to [`TRIES`] times (algorithm 4). `None`
    /// where there is no lesion to lay, or no place was found.
    pub fn on(&self, mask: &Plane, random: &mut Random) -> Option<Label> {
        let forbidden = match self.margin {
            Some(margin) => forbidden(mask, margin),
            None => Plane::filled(mask.width(), mask.height(), 0.0),
        };
        let no_patients = self.patients.is_empty();
        let statistics = self.statistics;
        match statistics.filter(|_| no_patients || random.chance(DRAWN)) {
            Some(statistics) => statistics.placed(&forbidden, random, TRIES),
            None if no_patients => None,
            None => {
                let patient = &self.patients[random.below(self.patients.len())];
                patient.placed(&forbidden, random, TRIES)
            }
        }
    }
}
