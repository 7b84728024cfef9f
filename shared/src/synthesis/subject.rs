//! One labelled synthetic subject (section 8 of the method): structure filter, legal label, every
//! modality, and how each of them came to be.
//!
//! Subject k of a seed depends on (seed, k) alone: every kind of chance has a stream of its own.

use super::{Label, Sample, SynthesisError, Synthesiser};
use crate::dataset::{Provenance, Recipe};
use crate::label::{ClassMap, LESION_TRIES, LabelKind, place_drawn};
use crate::metrics::Overlap;
use crate::random::{Purpose, Random};
use crate::structure::filter::{Selection, contour_error};
use crate::structure::{Structure, StructureFilter, forbidden};

/// Maps that are given up for want of a legal label before the subject stays healthy.
const MAPS: u32 = 5;

/// A labelled synthetic subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Structure, fused input and every modality.
    pub sample: Sample,
    /// Class of the whole image, for studies with such a label.
    pub class: Option<usize>,
    /// The lesion mask, for studies with one; empty for a healthy subject.
    pub lesion: Option<ClassMap>,
    /// How it came to be.
    pub provenance: Provenance,
}

/// A map that was kept, with what the filter saw of it.
struct Chosen {
    structure: Structure,
    score: Option<f32>,
    error: f32,
    tries: u32,
    accepted: bool,
}

impl Synthesiser {
    /// Subject number `index` of the series `seed`.
    pub async fn subject(
        &self,
        recipe: &Recipe,
        seed: u64,
        index: u64,
    ) -> Result<Subject, SynthesisError> {
        self.subject_with_pauses(recipe, seed, index, &async || ())
            .await
    }

    /// As [`Synthesiser::subject`]; `pause` is awaited between two networks, for who has one thread and
    /// must do something else meanwhile: many maps may be drawn before one is accepted.
    pub async fn subject_with_pauses(
        &self,
        recipe: &Recipe,
        seed: u64,
        index: u64,
        pause: &impl AsyncFn(),
    ) -> Result<Subject, SynthesisError> {
        let mut latents = Random::nth(seed, Purpose::Latent, index);
        let mut chance = Random::nth(seed, Purpose::Lesion, index);
        let noise = Random::nth(seed, Purpose::Fusion, index).bits();
        let healthy = chance.chance(recipe.healthy);
        let mut chosen = self.choose(recipe, &mut latents, pause).await?;
        let mut maps = chosen.tries;
        let mut lesion = self.lesion(&chosen.structure, healthy, &mut chance);
        for _ in 1..MAPS {
            let wanted = !healthy && lesion.as_ref().is_some_and(ClassMap::is_empty);
            if !wanted {
                break;
            }
            chosen = self.choose(recipe, &mut latents, pause).await?;
            maps += chosen.tries;
            lesion = self.lesion(&chosen.structure, healthy, &mut chance);
        }
        let (class, label) = self.label(recipe, index, lesion.as_ref());
        pause().await;
        let sample = self.paint(&chosen.structure, &label, noise).await?;
        let found = self.found(&sample, lesion.as_ref(), pause).await?;
        Ok(Subject {
            sample,
            class,
            lesion,
            provenance: Provenance {
                seed,
                index,
                maps,
                score: chosen.score,
                contour_error: chosen.error,
                accepted: chosen.accepted,
                noise,
                found,
            },
        })
    }

    /// Algorithm 3.
    async fn choose(
        &self,
        recipe: &Recipe,
        latents: &mut Random,
        pause: &impl AsyncFn(),
    ) -> Result<Chosen, SynthesisError> {
        let once = StructureFilter {
            tries: 1,
            ..StructureFilter::default()
        };
        let filter = recipe.filter.unwrap_or(once);
        pause().await;
        let (first, score, error) = self.judged(latents).await?;
        let mut selection = Selection::new(filter, (first, score), score.unwrap_or(0.0), error);
        while selection.wants_more() {
            pause().await;
            let (map, score, error) = self.judged(latents).await?;
            selection.offer((map, score), score.unwrap_or(0.0), error);
        }
        let kept = selection.into_choice();
        let (structure, score) = kept.map;
        Ok(Chosen {
            structure,
            score,
            error: kept.error,
            tries: kept.tries,
            accepted: kept.accepted,
        })
    }

    async fn judged(
        &self,
        latents: &mut Random,
    ) -> Result<(Structure, Option<f32>, f32), SynthesisError> {
        let structure = self.structure(&latents.normals(self.latent())).await?;
        let score = self.score(&structure.map).await?;
        let error = contour_error(&structure.map, &structure.mask);
        Ok((structure, score, error))
    }

    /// Algorithm 4 on a drawn lesion. `None` for studies without lesion masks; empty for a healthy
    /// subject, without statistics of lesions, and where no place was found.
    fn lesion(
        &self,
        structure: &Structure,
        healthy: bool,
        random: &mut Random,
    ) -> Option<ClassMap> {
        if !matches!(self.study.lesion, LabelKind::Mask(_)) {
            return None;
        }
        let nothing = ClassMap::empty(self.size, self.size);
        let Some(statistics) = self.lesions.as_ref().filter(|_| !healthy) else {
            return Some(nothing);
        };
        let margin = self.study.lesion_margin_at(self.size);
        let forbidden = forbidden(&structure.mask, margin);
        let placed = place_drawn(statistics, &forbidden, random, LESION_TRIES);
        Some(placed.unwrap_or(nothing))
    }

    /// A lesion for `structure`, drawn by the model's statistics and placed where it may lie; `seed`
    /// decides. `None` for studies without lesion masks; empty where no place was found and without
    /// statistics.
    pub fn placed_lesion(&self, structure: &Structure, seed: u64) -> Option<ClassMap> {
        let mut random = Random::new(seed, Purpose::Lesion);
        self.lesion(structure, false, &mut random)
    }

    fn label(
        &self,
        recipe: &Recipe,
        index: u64,
        lesion: Option<&ClassMap>,
    ) -> (Option<usize>, Label) {
        match (&self.study.lesion, lesion) {
            (LabelKind::Class(names), _) => {
                let in_turn = (index % names.len().max(1) as u64) as usize;
                let class = recipe.class.unwrap_or(in_turn);
                (Some(class), Label::Class(class))
            }
            (_, Some(lesion)) => {
                let planes = lesion.planes(self.study.label_planes());
                (None, Label::Planes(planes))
            }
            _ => (None, Label::None),
        }
    }

    /// Per modality what the model's own segmenter finds of the lesion.
    async fn found(
        &self,
        sample: &Sample,
        lesion: Option<&ClassMap>,
        pause: &impl AsyncFn(),
    ) -> Result<Vec<Option<f32>>, SynthesisError> {
        let mut found = Vec::new();
        for (modality, (_, image)) in sample.images.iter().enumerate() {
            pause().await;
            let seen = match lesion {
                Some(_) => self.segment(modality, image).await?,
                None => None,
            };
            let pair = lesion.zip(seen.as_ref());
            let overlap = pair.map(|(asked, seen)| Overlap::of_lesions(asked, seen));
            found.push(overlap.and_then(Result::ok).map(Overlap::dice));
        }
        Ok(found)
    }
}
