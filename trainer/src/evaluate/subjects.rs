//! Synthetic subjects as the model draws them, before any filter looks at them.

use anyhow::{Context as _, ensure};
use scanweave::label::{ClassMap, LESION_TRIES, LabelKind, LesionStatistics, place, place_drawn};
use scanweave::random::{Purpose, Random};
use scanweave::structure::{Structure, forbidden};
use scanweave::synthesis::{Label, Sample, Synthesiser, default_label};

use super::Evaluation;
use crate::data::Split;
use crate::stages::batch::class_map;

/// Structure maps tried until one has room for a lesion.
const MAPS: u32 = 20;
/// Share of the lesions that are drawn by the learnt statistics instead of taken from a patient.
const DRAWN: f32 = 0.5;

/// One synthetic subject.
pub struct Subject {
    /// Structure map and images.
    pub sample: Sample,
    /// The lesion that was asked for; empty where the study has no lesion masks.
    pub lesion: ClassMap,
}

/// Draws subjects: every one sick where the study has lesion masks, classes of the whole image as
/// often as in the training data.
pub struct Sampler<'a> {
    pipeline: &'a Synthesiser,
    statistics: Option<&'a LesionStatistics>,
    /// Labels of training items that show a lesion.
    lesions: Vec<ClassMap>,
    /// Classes of the training items.
    classes: Vec<usize>,
}

impl<'a> Sampler<'a> {
    /// # Errors
    /// When the study has lesion masks and neither model nor data shows any.
    pub fn new(evaluation: &Evaluation<'a>) -> anyhow::Result<Self> {
        let size = evaluation.pipeline.size();
        let labels = evaluation
            .of(Split::Train)
            .map(|item| class_map(item, size));
        let masks = evaluation.has_masks();
        let lesions: Vec<_> = labels.filter(|l| masks && !l.is_empty()).collect();
        ensure!(
            !masks || !lesions.is_empty() || evaluation.lesions.is_some(),
            "neither the model nor a training item shows a lesion, so none can be asked for: check the labels (`scanweave data inspect`)"
        );
        Ok(Self {
            pipeline: evaluation.pipeline,
            statistics: evaluation.lesions,
            lesions,
            classes: evaluation
                .of(Split::Train)
                .filter_map(|i| i.class)
                .collect(),
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
        let study = self.pipeline.study();
        let mut random = Random::nth(seed, Purpose::Lesion, k);
        let mut latents = Random::nth(seed, Purpose::Latent, k);
        let (structure, lesion) = self.map_with_lesion(&mut latents, &mut random)?;
        let label = match &study.lesion {
            LabelKind::Mask(_) => Label::Planes(lesion.planes(study.label_planes())),
            LabelKind::Class(_) if !self.classes.is_empty() => {
                Label::Class(self.classes[random.below(self.classes.len())])
            }
            kind => default_label(kind),
        };
        let noise = Random::nth(seed, Purpose::Fusion, k).bits();
        let sample = pollster::block_on(self.pipeline.paint(&structure, &label, noise))?;
        Ok(Subject { sample, lesion })
    }

    /// A sampled map with a lesion where one may lie; a map without room is drawn again.
    fn map_with_lesion(
        &self,
        latents: &mut Random,
        random: &mut Random,
    ) -> anyhow::Result<(Structure, ClassMap)> {
        let size = self.pipeline.size();
        let masks = matches!(self.pipeline.study().lesion, LabelKind::Mask(_));
        for _ in 0..MAPS {
            let latent = latents.normals(self.pipeline.latent());
            let structure = pollster::block_on(self.pipeline.structure(&latent))?;
            if !masks {
                return Ok((structure, ClassMap::empty(size, size)));
            }
            if let Some(lesion) = self.lesion_on(&structure, random) {
                return Ok((structure, lesion));
            }
        }
        None.with_context(|| {
            format!("none of {MAPS} sampled structure maps has room for a lesion: the structure stage needs more training")
        })
    }

    /// Algorithm 4, as in training.
    fn lesion_on(&self, structure: &Structure, random: &mut Random) -> Option<ClassMap> {
        let margin = self.pipeline.study().lesion_margin_at(self.pipeline.size());
        let forbidden = forbidden(&structure.mask, margin);
        let drawn = self
            .statistics
            .filter(|_| self.lesions.is_empty() || random.chance(DRAWN));
        if let Some(statistics) = drawn {
            return place_drawn(statistics, &forbidden, random, LESION_TRIES);
        }
        let source = &self.lesions[random.below(self.lesions.len())];
        place(source, &forbidden, random, LESION_TRIES)
    }
}
