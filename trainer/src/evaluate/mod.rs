//! What a model is worth, in figures beside those of real images.
//!
//! Every figure is measured on synthetic subjects that no filter has chosen, once per sampling seed,
//! and stands beside the same figure of real images: a Dice of 0.8 says nothing until one knows that
//! the same judge reaches 0.85 on patients. Intervals cover the sampling seeds.

mod diversity;
mod interval;
mod nearest;
mod register;
mod rows;
mod subjects;
mod validity;

pub use interval::Interval;
pub use rows::{Report, Row, Section};
pub use validity::ALL_LESIONS;

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use scanweave::label::LesionStatistics;
use scanweave::synthesis::Synthesiser;
use scanweave::train::steps::LesionNetworks;

use crate::data::{Item, Prepared, Split};
use diversity::Likeness;
use register::Register;
use rows::{Measured, rows};
use subjects::Sampler;
use validity::Validity;

/// A model, the data it is measured against, and how often.
pub struct Evaluation<'a> {
    /// The model's pipeline; it can sample structure maps.
    pub pipeline: &'a Synthesiser,
    /// What lesions look like in the training set, as the model carries it.
    pub lesions: Option<&'a LesionStatistics>,
    /// Data of the model's study and size.
    pub data: &'a Prepared,
    /// Segmenters that had no part in training the model, with the device they are on.
    pub judge: Option<(&'a LesionNetworks, &'a Device)>,
    /// Subjects per seed, at least 2; also the most real images that a figure is measured on, but
    /// for validity and memorisation, which use all test images.
    pub count: usize,
    /// Sampling seeds; every figure is measured once with each.
    pub seeds: &'a [u64],
}

impl<'a> Evaluation<'a> {
    /// Measures everything; `done` is called after each painted subject, [`Evaluation::work`] times
    /// in all.
    ///
    /// # Errors
    /// When the data does not fit the model, holds no test item or no lesion where lesions are to
    /// be laid, or when the device fails.
    pub fn run(&self, done: &dyn Fn()) -> anyhow::Result<Vec<Row>> {
        self.check()?;
        let sampler = Sampler::new(self)?;
        let validity = self
            .judge
            .map(|judge| Validity::new(self, judge))
            .transpose()?;
        let register = Register::new(self)?;
        let likeness = Likeness::new(self)?;
        let mut measured: Vec<Vec<Measured>> = Vec::new();
        for &seed in self.seeds {
            let subjects = sampler.subjects(seed, self.count, done)?;
            let mut of_seed = Vec::new();
            if let Some(validity) = &validity {
                of_seed.extend(validity.measured(&subjects)?);
            }
            of_seed.extend(register.measured(seed, &subjects, done)?);
            of_seed.extend(likeness.measured(seed, &subjects)?);
            measured.push(of_seed);
        }
        Ok(rows(&measured))
    }

    /// Subjects painted in all.
    pub fn work(&self) -> usize {
        let own = register::with_truth(self).count();
        self.seeds.len() * (self.count + own)
    }

    fn check(&self) -> anyhow::Result<()> {
        let (header, study) = (&self.data.header, self.pipeline.study());
        ensure!(
            header.study == study.name,
            "the data was prepared for the study {}, the model is of {}",
            header.study,
            study.name
        );
        ensure!(
            header.modalities == study.modalities && header.label == study.lesion,
            "the data was prepared for other modalities or labels than the model has: prepare it again"
        );
        ensure!(
            header.size == self.pipeline.size(),
            "the data holds images of {} px, the model paints {} px: prepare it again with --size {1}",
            header.size,
            self.pipeline.size()
        );
        self.of(Split::Test)
            .next()
            .context("the data holds no test item, so there is nothing to compare with")?;
        self.of(Split::Train)
            .next()
            .context("the data holds no training item: give the data that the model learnt from")?;
        Ok(())
    }

    fn of(&self, split: Split) -> impl Iterator<Item = &'a Item> {
        self.data
            .items
            .iter()
            .filter(move |item| item.split == split)
    }
}

/// The mean of what could be measured.
fn mean(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values
        .into_iter()
        .flatten()
        .fold((0.0, 0_u32), |(sum, n), v| (sum + v, n + 1));
    (count > 0).then(|| sum / f64::from(count))
}
