//! Synthetic subjects as a model draws them, before any filter looks at them.

use anyhow::{Context as _, ensure};
use scanweave::image::Image;
use scanweave::label::{ClassMap, Label, LesionStatistics, Placing};
use scanweave::random::{Purpose, Random};
use scanweave::structure::Structure;
use scanweave::study::Study;
use scanweave::synthesis::Synthesiser;

use super::draws::{Draws, Paints, Subject};
use crate::data::{Prepared, split};

/// Structure maps tried until one has room for a lesion.
const MAPS: u32 = 20;

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
    /// A model's pipeline, which can sample structure maps; what lesions look like, as the model carries it; and
    /// the data that it learnt from.
    ///
    /// # Errors
    /// When the study's lesions are placed and neither model nor data shows any.
    pub fn new(
        pipeline: &'a Synthesiser,
        statistics: Option<&'a LesionStatistics>,
        data: &Prepared,
    ) -> anyhow::Result<Self> {
        let kind = &pipeline.study().lesion;
        let items = split::training(&data.items);
        let labels = || items.iter().map(|item| &item.label);
        let lesions: Vec<Label> = labels().filter(|l| !l.is_empty()).cloned().collect();
        ensure!(
            !kind.is_placed() || !lesions.is_empty() || statistics.is_some(),
            "neither the model nor a training item shows a lesion, so none can be asked for: check the labels (`scanweave data inspect`)"
        );
        Ok(Self {
            pipeline,
            statistics,
            lesions,
            classes: labels().filter(|l| l.class().is_some()).cloned().collect(),
        })
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

impl Draws for Sampler<'_> {
    fn study(&self) -> &Study {
        self.pipeline.study()
    }

    fn size(&self) -> usize {
        self.pipeline.size()
    }

    fn sample(&self, seed: u64, index: u64) -> anyhow::Result<Subject> {
        let (kind, size) = (&self.study().lesion, self.size());
        let mut random = Random::nth(seed, Purpose::Lesion, index);
        let mut latents = Random::nth(seed, Purpose::Latent, index);
        let (structure, lesion) = self.map_with_lesion(&mut latents, &mut random)?;
        let label = match lesion {
            Some(lesion) => lesion,
            None if self.classes.is_empty() => kind.healthy(size),
            None => self.classes[random.below(self.classes.len())].clone(),
        };
        let noise = Random::nth(seed, Purpose::Fusion, index).bits();
        let images = self.paint(&structure, &label, noise)?;
        let lesion = label.class_map(size);
        Ok(Subject {
            images,
            structure: Some(structure),
            lesion: lesion.unwrap_or_else(|| ClassMap::empty(size, size)),
        })
    }

    fn at_once(&self) -> bool {
        self.pipeline.is_on_core()
    }

    fn painter(&self) -> Option<&dyn Paints> {
        Some(self)
    }
}

impl Paints for Sampler<'_> {
    fn paint(
        &self,
        structure: &Structure,
        label: &Label,
        noise: u64,
    ) -> anyhow::Result<Vec<Image>> {
        let sample = pollster::block_on(self.pipeline.paint(structure, label, noise))?;
        Ok(sample.images.into_iter().map(|(_, plane)| plane).collect())
    }
}
