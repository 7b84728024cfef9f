//! The style of an image: how its greys are spread and how much detail it has, whatever anatomy it shows.
//!
//! Devices and their settings differ, and so do subjects. A generator that is told nothing of it paints what lies between
//! all of them, one picture like the next. A style is measured, and no network learns it: in training the generator is told that of
//! the image it is compared with, in use one that is drawn as styles are distributed.

use serde::{Deserialize, Serialize};

use crate::image::Plane;
use crate::random::{Purpose, Random};
use crate::structure::operators::smoothed;

/// Values of the style of one image.
pub const LENGTH: usize = 6;
/// Quantiles of the greys inside the organ.
const QUANTILES: [f32; 3] = [0.1, 0.5, 0.9];
/// Deviations of the Gaussians whose differences are the bands of detail, pixels; the finest band begins at the image itself.
const BANDS: [f32; 4] = [0.0, 1.0, 2.0, 4.0];
/// Grey value that is added to the detail before its logarithm is taken: less detail is none.
const FAINT: f32 = 1e-3;
/// Scores are cut at so many deviations from the mean.
const FARTHEST: f32 = 2.5;
/// Least deviation of what is measured: what varies less does not vary.
const LEAST: f32 = 0.01;
/// Subjects whose styles are kept, at most, evenly spread over the sizes of their organs.
const KEPT: usize = 128;
/// How far an organ's share of the picture may lie from a map's before its subject hardly lends the map its style.
const ALIKE: f32 = 0.04;
/// How far a drawn style lies from the one that it is taken from: deviation of each score.
const ASIDE: f32 = 0.15;
/// Scores are kept in steps of this.
const STEP: f32 = 1.0 / 64.0;

/// What is measured of one image, in units of its own.
pub type Measures = [f32; LENGTH];

/// Of a plane, 0..=1, inside the organ (`mask` is 1 outside): the 10th, 50th and 90th percentile of its greys, and the
/// natural logarithm of the median magnitude of its detail at periods of about 2 to 4, 4 to 8 and 8 to 16 pixels. Nothing
/// without a pixel inside.
///
/// # Panics
/// When the two differ in size.
pub fn measures(plane: &Plane, mask: &Plane) -> Option<Measures> {
    let inside = |plane: &Plane, of: fn(f32) -> f32| {
        let pixels = plane.zip(mask, |v, m| if m > 0.5 { f32::NAN } else { of(v) });
        let mut values = pixels.into_values();
        values.retain(|v| !v.is_nan());
        values.sort_by(f32::total_cmp);
        values
    };
    let at = |sorted: &[f32], quantile: f32| {
        let last = sorted.len().checked_sub(1)?;
        Some(sorted[(quantile * last as f32).round() as usize])
    };
    let greys = inside(plane, |v| v);
    let mut found = [0.0; LENGTH];
    let (spread, detail) = found.split_at_mut(QUANTILES.len());
    for (value, quantile) in spread.iter_mut().zip(QUANTILES) {
        *value = at(&greys, quantile)?;
    }
    let blurred = BANDS.map(|sigma| smoothed(plane, sigma));
    for (value, pair) in detail.iter_mut().zip(blurred.windows(2)) {
        let band = pair[0].zip(&pair[1], |fine, coarse| fine - coarse);
        let median = at(&inside(&band, f32::abs), 0.5)?;
        *value = libm::logf(median + FAINT);
    }
    Some(found)
}

/// The styles of all modalities of a subject, as scores: deviations from the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Style(Vec<f32>);

impl Style {
    /// Of the modality at this place of the study.
    ///
    /// # Panics
    /// When the study has no such modality.
    pub fn of(&self, modality: usize) -> &[f32] {
        &self.0[modality * LENGTH..][..LENGTH]
    }
}

/// What is measured of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Share of the picture that the organ takes.
    pub organ: f32,
    /// Of the image of each modality, where it is there.
    pub images: Vec<Option<Measures>>,
}

/// How the styles of a study's images are distributed: those of subjects of the training set, by the sizes of their organs. A
/// slice through the top of a head has another detail than one through its base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Styles {
    /// From the smallest organ to the largest.
    subjects: Vec<Known>,
}

/// What a training knows of styles: how they are distributed, and what a score is. Only the former goes into a weights file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// How they are distributed.
    pub styles: Styles,
    /// Of each value of each modality.
    mean: Vec<f32>,
    /// Likewise.
    deviation: Vec<f32>,
}

/// The style of a subject of the training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Known {
    organ: f32,
    scores: Vec<f32>,
}

impl Fitted {
    /// Of what was measured of subjects, of so many modalities each. What one lacks is taken from the next that has it. `None`
    /// where nobody has a modality.
    pub fn fit(subjects: &[Measured], modalities: usize) -> Option<Self> {
        let mut sorted: Vec<&Measured> = subjects.iter().collect();
        sorted.sort_by(|a, b| a.organ.total_cmp(&b.organ));
        let mut fitted = Self {
            styles: Styles {
                subjects: Vec::new(),
            },
            mean: Vec::new(),
            deviation: Vec::new(),
        };
        for modality in 0..modalities {
            let there: Vec<&Measures> = sorted
                .iter()
                .filter_map(|s| s.images[modality].as_ref())
                .collect();
            if there.is_empty() {
                return None;
            }
            for value in 0..LENGTH {
                let mean = |of: &dyn Fn(f64) -> f64| {
                    let sum: f64 = there.iter().map(|m| of(f64::from(m[value]))).sum();
                    sum / there.len() as f64
                };
                let middle = mean(&|v| v);
                let variance = mean(&|v| (v - middle) * (v - middle));
                fitted.mean.push(middle as f32);
                fitted.deviation.push(libm::sqrt(variance) as f32);
            }
        }
        let count = KEPT.min(sorted.len());
        for place in (0..count).map(|i| i * sorted.len() / count) {
            let images = (0..modalities).map(|modality| {
                let from = sorted[place..].iter().chain(&sorted[..place]);
                let measures = from.clone().find_map(|s| s.images[modality].as_ref())?;
                Some(fitted.scores(modality, measures))
            });
            let scores: Vec<[f32; LENGTH]> = images.collect::<Option<_>>()?;
            let scores = scores.concat();
            fitted.styles.subjects.push(Known {
                organ: sorted[place].organ,
                scores: scores.iter().map(|s| (s / STEP).round() * STEP).collect(),
            });
        }
        Some(fitted)
    }

    /// The scores of what was measured of an image of the modality at this place.
    ///
    /// # Panics
    /// When there is no such modality.
    pub fn scores(&self, modality: usize, measures: &Measures) -> [f32; LENGTH] {
        std::array::from_fn(|i| {
            let at = modality * LENGTH + i;
            if self.deviation[at] < LEAST {
                return 0.0;
            }
            let score = (measures[i] - self.mean[at]) / self.deviation[at];
            score.clamp(-FARTHEST, FARTHEST)
        })
    }

    /// The style of a subject of whom this was measured. That of a modality that is not there is drawn, with the seed.
    pub fn of_subject(&self, measured: &Measured, seed: u64) -> Style {
        let Style(mut scores) = self.styles.of_seed(seed, measured.organ);
        for (modality, measures) in measured.images.iter().enumerate() {
            if let Some(measures) = measures {
                let own = self.scores(modality, measures);
                scores[modality * LENGTH..][..LENGTH].copy_from_slice(&own);
            }
        }
        Style(scores)
    }
}

impl Styles {
    /// The style of a seed for a map whose organ takes this share of the picture: nearly that of a subject, the likelier the
    /// nearer its organ is in size. A map that changes a little keeps its style, or nearly always (Gumbel 1954: the
    /// largest of log-likelihoods with a noise that is each subject's own).
    pub fn of_seed(&self, seed: u64, organ: f32) -> Style {
        let mut random = Random::new(seed, Purpose::Style);
        let mut chosen = (f32::NEG_INFINITY, &self.subjects[0]);
        for known in &self.subjects {
            let gumbel = -libm::logf(-libm::logf(random.unit().max(f32::MIN_POSITIVE)));
            let away = (known.organ - organ) / ALIKE;
            let worth = gumbel - away * away / 2.0;
            if worth > chosen.0 {
                chosen = (worth, known);
            }
        }
        let (_, from) = chosen;
        let moved = |score: &f32| (score + ASIDE * random.normal()).clamp(-FARTHEST, FARTHEST);
        Style(from.scores.iter().map(moved).collect())
    }

    /// Whether styles of so many modalities can be drawn.
    pub fn is_sound(&self, modalities: usize) -> bool {
        let count = modalities * LENGTH;
        let finite = |values: &[f32]| values.len() == count && values.iter().all(|v| v.is_finite());
        let known = |k: &Known| k.organ.is_finite() && finite(&k.scores);
        (1..=KEPT).contains(&self.subjects.len()) && self.subjects.iter().all(known)
    }
}

/// Share of the picture that the organ takes; `mask` is 1 outside it.
pub fn organ_share(mask: &Plane) -> f32 {
    let outside: f32 = mask.values().iter().sum();
    1.0 - outside / mask.values().len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_detail_are_those_of_the_organ() {
        // Inside, columns 8..24, a checkerboard of .3 and .5; outside something else.
        let mask = Plane::from_fn(32, 32, |x, _| f32::from(!(8..24).contains(&x)));
        let board = |x: usize, y: usize| if (x + y).is_multiple_of(2) { 0.5 } else { 0.3 };
        let plane = Plane::from_fn(32, 32, |x, y| if x < 4 { 1.0 } else { board(x, y) });
        let found = measures(&plane, &mask).expect("an organ");
        assert_eq!(found[0], 0.3);
        assert_eq!(found[2], 0.5);
        // A checkerboard is as fine as it goes: a Gaussian of one pixel leaves hardly anything of it, the grey .4.
        let fine = libm::expf(found[3]) - FAINT;
        assert!((fine - 0.1).abs() < 1e-3, "{fine}");
        assert!(found[5] < libm::logf(2.0 * FAINT), "{found:?}");
        let nothing = Plane::filled(32, 32, 1.0);
        assert_eq!(measures(&plane, &nothing), None);
        assert_eq!(organ_share(&mask), 0.5);
    }

    /// Subjects whose every value is their number, twice that in the second modality.
    fn subjects() -> Vec<Measured> {
        let subject = |number: u8| {
            let value = f32::from(number);
            Measured {
                organ: value / 100.0,
                images: vec![Some([value; LENGTH]), Some([2.0 * value; LENGTH])],
            }
        };
        (1..=40).map(subject).collect()
    }

    #[test]
    fn scores_are_deviations_from_the_mean_of_the_modality() {
        let mut three = subjects()[..3].to_vec();
        for subject in &mut three {
            subject.images[0].as_mut().expect("there")[1] = 0.5;
        }
        let fitted = Fitted::fit(&three, 2).expect("two modalities");
        // Of 1, 2 and 3 the mean is 2 and the deviation the root of two thirds.
        let expected = 1.0 / (2.0f32 / 3.0).sqrt();
        let scores = fitted.scores(0, &three[2].images[0].expect("there"));
        assert!((scores[0] - expected).abs() < 1e-6);
        assert_eq!(scores[1], 0.0, "what does not vary");
        let twice = fitted.scores(1, &three[2].images[1].expect("there"));
        assert!((twice[0] - expected).abs() < 1e-6);
        assert_eq!(fitted.scores(1, &[100.0; LENGTH]), [FARTHEST; LENGTH]);
    }

    #[test]
    fn a_drawn_style_is_near_that_of_a_subject_with_an_organ_of_about_the_size() {
        let subjects = subjects();
        let fitted = Fitted::fit(&subjects, 2).expect("two modalities");
        let styles = &fitted.styles;
        assert!(styles.is_sound(2) && !styles.is_sound(1));
        // Around subject 20 with a deviation of 4 subjects; theirs is 11.54.
        let drawn = |seed: u64| styles.of_seed(seed, 0.2);
        let scores: Vec<f32> = (0..400).map(|seed| drawn(seed).of(0)[0]).collect();
        let mean = scores.iter().sum::<f32>() / 400.0;
        let variance = scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f32>() / 400.0;
        let expected = ((4.0f32 / 11.54).powi(2) + ASIDE * ASIDE).sqrt();
        assert!((mean + 0.5 / 11.54).abs() < 0.06, "{mean}");
        assert!((variance.sqrt() - expected).abs() < 0.05, "{variance}");
        for seed in 0..60 {
            let apart = drawn(seed).of(0)[0] - drawn(seed).of(1)[0];
            assert!(apart.abs() < 8.0 * ASIDE, "of one subject: {apart}");
        }
        // A map whose organ grows by a two-hundredth keeps its style.
        let kept = (0..400).filter(|&seed| styles.of_seed(seed, 0.201) == drawn(seed));
        assert!(kept.count() > 380);
        assert_eq!(styles.of_seed(7, 0.2), styles.of_seed(7, 0.2));
        assert_ne!(styles.of_seed(7, 0.2), styles.of_seed(8, 0.2));
        let own = fitted.of_subject(&subjects[4], 1);
        assert_eq!(own.of(1), fitted.scores(1, &[10.0; LENGTH]));
    }

    #[test]
    fn what_a_subject_lacks_is_that_of_another_and_what_all_lack_is_told() {
        let mut some = subjects();
        for (number, subject) in some.iter_mut().enumerate() {
            subject.images[number % 2] = None;
        }
        let styles = Fitted::fit(&some, 2).expect("both are there").styles;
        assert_eq!(styles.subjects.len(), 40);
        assert!(styles.subjects.iter().all(|s| s.scores.len() == 2 * LENGTH));
        for subject in &mut some {
            subject.images[1] = None;
        }
        assert_eq!(Fitted::fit(&some, 2), None);
        assert_eq!(Fitted::fit(&[], 1), None);
    }
}
