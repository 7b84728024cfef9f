//! One labelled synthetic subject (section 8 of the method): structure filter, legal label, every
//! modality, and how each of them came to be.
//!
//! Subject k of a seed depends on (seed, k) alone: every kind of chance has a stream of its own.

use super::{Sample, SynthesisError, Synthesiser};
use crate::dataset::{Provenance, Settings};
use crate::label::{Label, Placing};
use crate::random::{Purpose, Random};
use crate::structure::filter::{Choice, Selection};
use crate::structure::{Shape, Structure, StructureFilter};

/// Maps that are given up for want of a legal label before the subject stays healthy.
const MAPS: u32 = 5;

/// A labelled synthetic subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Structure, fused input and every modality.
    pub sample: Sample,
    /// The label that was asked for; empty for a healthy subject of a study whose lesions are placed.
    pub label: Label,
    /// How it came to be.
    pub provenance: Provenance,
}

impl Synthesiser {
    /// Subject number `index` of the series `seed`.
    pub async fn subject(
        &self,
        settings: &Settings,
        seed: u64,
        index: u64,
    ) -> Result<Subject, SynthesisError> {
        self.subject_with_pauses(settings, seed, index, &async || ())
            .await
    }

    /// As [`Synthesiser::subject`]; `pause` is awaited between two networks, for who has one thread and
    /// must do something else meanwhile: many maps may be drawn before one is accepted.
    pub async fn subject_with_pauses(
        &self,
        settings: &Settings,
        seed: u64,
        index: u64,
        pause: &impl AsyncFn(),
    ) -> Result<Subject, SynthesisError> {
        let mut latents = Random::nth(seed, Purpose::Latent, index);
        let mut chance = Random::nth(seed, Purpose::Lesion, index);
        let noise = Random::nth(seed, Purpose::Fusion, index).bits();
        let healthy = chance.chance(settings.healthy);
        let mut chosen = self.choose(settings, &mut latents, pause).await?;
        let mut maps = chosen.tries;
        let mut lesion = self.lesion(&chosen.map, healthy, &mut chance);
        for _ in 1..MAPS {
            let wanted = !healthy && lesion.as_ref().is_some_and(Label::is_empty);
            if !wanted {
                break;
            }
            chosen = self.choose(settings, &mut latents, pause).await?;
            maps += chosen.tries;
            lesion = self.lesion(&chosen.map, healthy, &mut chance);
        }
        let label = lesion.unwrap_or_else(|| self.whole(settings, index));
        pause().await;
        let sample = self.paint(&chosen.map, &label, noise).await?;
        let found = self.found(&sample, &label, pause).await?;
        Ok(Subject {
            sample,
            label,
            provenance: Provenance {
                seed,
                index,
                maps,
                score: chosen.score,
                contour_error: chosen.shape.error,
                ragged: chosen.shape.ragged,
                accepted: chosen.accepted,
                noise,
                found,
            },
        })
    }

    /// Algorithm 3.
    async fn choose(
        &self,
        settings: &Settings,
        latents: &mut Random,
        pause: &impl AsyncFn(),
    ) -> Result<Choice<Structure>, SynthesisError> {
        let once = StructureFilter {
            tries: 1,
            ..self.filter
        };
        let filter = settings.filter.unwrap_or(once);
        pause().await;
        let (first, score, shape) = self.judged(latents).await?;
        let mut selection = Selection::new(filter, first, score, shape);
        while selection.wants_more() {
            pause().await;
            let (map, score, shape) = self.judged(latents).await?;
            selection.offer(map, score, shape);
        }
        Ok(selection.into_choice())
    }

    async fn judged(
        &self,
        latents: &mut Random,
    ) -> Result<(Structure, Option<f32>, Shape), SynthesisError> {
        let structure = self.structure(&latents.normals(self.latent())).await?;
        let score = self.score(&structure.map).await?;
        let shape = Shape::of(&structure.map, &structure.mask);
        Ok((structure, score, shape))
    }

    /// Algorithm 4 on a drawn lesion. `None` for studies whose labels are not placed; empty for a
    /// healthy subject, without statistics of lesions, and where no place was found.
    fn lesion(&self, structure: &Structure, healthy: bool, random: &mut Random) -> Option<Label> {
        let kind = &self.study.lesion;
        if !kind.is_placed() {
            return None;
        }
        let placing = Placing {
            margin: self.study.placing_margin_at(self.size),
            statistics: self.lesions.as_ref().filter(|_| !healthy),
            patients: &[],
        };
        let placed = placing.on(&structure.mask, random);
        Some(placed.unwrap_or_else(|| kind.healthy(self.size)))
    }

    /// A lesion for `structure`, drawn by the model's statistics and placed where it may lie; `seed`
    /// decides. `None` for studies whose labels are not placed; empty where no place was found and
    /// without statistics.
    pub fn placed_lesion(&self, structure: &Structure, seed: u64) -> Option<Label> {
        let mut random = Random::new(seed, Purpose::Lesion);
        self.lesion(structure, false, &mut random)
    }

    /// The settings's class of the whole image, or all that are offered in turn; no lesion for other studies.
    fn whole(&self, settings: &Settings, index: u64) -> Label {
        let kind = &self.study.lesion;
        let turn = (index % self.offered.len().max(1) as u64) as usize;
        let in_turn = self.offered.get(turn).copied().unwrap_or(0);
        let class = settings.class.unwrap_or(in_turn);
        kind.whole(class).unwrap_or_else(|| kind.healthy(self.size))
    }

    /// Per modality how far what the model's own segmenter finds is the lesion asked for.
    async fn found(
        &self,
        sample: &Sample,
        label: &Label,
        pause: &impl AsyncFn(),
    ) -> Result<Vec<Option<f32>>, SynthesisError> {
        let mut found = Vec::new();
        for (modality, (_, image)) in sample.images.iter().enumerate() {
            pause().await;
            let seen = if self.study.lesion.is_segmented() {
                self.segment(modality, image).await?
            } else {
                None
            };
            found.push(seen.and_then(|seen| label.agreement(&Label::Mask(seen))));
        }
        Ok(found)
    }
}
