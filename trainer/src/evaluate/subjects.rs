//! Synthetic subjects as the model draws them, before any filter looks at them.

use anyhow::{Context as _, ensure};
use scanweave::label::{ClassMap, Label, LesionStatistics, Placing};
use scanweave::random::{Purpose, Random};
use scanweave::structure::Structure;
use scanweave::synthesis::{Sample, Synthesiser};

use super::Evaluation;
use crate::data::Split;

/// Structure maps tried until one has room for a lesion.
const MAPS: u32 = 20;

/// One synthetic subject.
pub struct Subject {
    /// Structure map and images.
    pub sample: Sample,
    /// The lesion that was asked for; empty where the study's labels are not placed.
    pub lesion: ClassMap,
}

/// Draws subjects: every one sick where the study's lesions are placed, classes of the whole image as
/// often as in the training data.
pub struct Sampler<'a> {
    pipeline: &'a Synthesiser,
    statistics: Option<&'a LesionStatistics>,
    /// Labels of training items that show a lesion.
    lesions: Vec<Label>,
    /// Labels of training items that are a class of the whole image.
    classes: Vec<Label>,
}

impl<'a> Sampler<'a> {
    /// # Errors
    /// When the study's lesions are placed and neither model nor data shows any.
    pub fn new(evaluation: &Evaluation<'a>) -> anyhow::Result<Self> {
        let kind = &evaluation.pipeline.study().lesion;
        let labels = || evaluation.of(Split::Train).map(|item| &item.label);
        let lesions: Vec<Label> = labels().filter(|l| !l.is_empty()).cloned().collect();
        ensure!(
            !kind.is_placed() || !lesions.is_empty() || evaluation.lesions.is_some(),
            "neither the model nor a training item shows a lesion, so none can be asked for: check the labels (`scanweave data inspect`)"
        );
        Ok(Self {
            pipeline: evaluation.pipeline,
            statistics: evaluation.lesions,
            lesions,
            classes: labels().filter(|l| l.class().is_some()).cloned().collect(),
        })
    }

    /// `count` subjects; subject k follows from `seed` and k alone.
    pub fn subjects(
        &self,
        seed: u64,
        count: usize,
        done: &dyn Fn(),
    ) -> anyhow::Result<Vec<Subject>> {
        let subject = |k| {
            let subject = self.subject(seed, k);
            done();
            subject
        };
        (0..count as u64).map(subject).collect()
    }

    fn subject(&self, seed: u64, k: u64) -> anyhow::Result<Subject> {
        let (kind, size) = (&self.pipeline.study().lesion, self.pipeline.size());
        let mut random = Random::nth(seed, Purpose::Lesion, k);
        let mut latents = Random::nth(seed, Purpose::Latent, k);
        let (structure, lesion) = self.map_with_lesion(&mut latents, &mut random)?;
        let label = match lesion {
            Some(lesion) => lesion,
            None if self.classes.is_empty() => kind.healthy(size),
            None => self.classes[random.below(self.classes.len())].clone(),
        };
        let noise = Random::nth(seed, Purpose::Fusion, k).bits();
        let sample = pollster::block_on(self.pipeline.paint(&structure, &label, noise))?;
        let lesion = label.class_map(size);
        let lesion = lesion.unwrap_or_else(|| ClassMap::empty(size, size));
        Ok(Subject { sample, lesion })
    }

    /// A sampled map with a lesion where one may lie; a map without room is drawn again. No lesion where
    /// the study's labels are not placed.
    fn map_with_lesion(
        &self,
        latents: &mut Random,
        random: &mut Random,
    ) -> anyhow::Result<(Structure, Option<Label>)> {
        let study = self.pipeline.study();
        let placing = Placing {
            margin: study.placing_margin_at(self.pipeline.size()),
            statistics: self.statistics,
            patients: &self.lesions,
        };
        for _ in 0..MAPS {
            let latent = latents.normals(self.pipeline.latent());
            let structure = pollster::block_on(self.pipeline.structure(&latent))?;
            if !study.lesion.is_placed() {
                return Ok((structure, None));
            }
            if let Some(lesion) = placing.on(&structure.mask, random) {
                return Ok((structure, Some(lesion)));
            }
        }
        None.with_context(|| {
            format!("none of {MAPS} sampled structure maps has room for a lesion: the structure stage needs more training")
        })
    }
}
