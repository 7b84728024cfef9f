//! What a model is worth, in figures beside those of real images.
//!
//! Every figure is measured on synthetic subjects that no filter has chosen, once per sampling seed,
//! and stands beside the same figure of real images: a Dice of 0.8 says nothing until one knows that
//! the same judge reaches 0.85 on patients. Intervals cover the sampling seeds, those of shares all images (Wilson).

mod classes;
mod distances;
mod diversity;
mod draws;
mod features;
mod interval;
mod judge;
mod lines;
mod metric;
mod nearest;
mod organ;
mod pictures;
mod register;
mod rows;
mod spectrum;
mod subjects;
mod telling;
mod validity;

pub use draws::Draws;
pub use interval::Interval;
pub use pictures::spread;
pub use rows::{Report, Row, Section};
pub use subjects::Sampler;
pub use validity::ALL_LESIONS;

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use scanweave::study::Study;
use scanweave::train::steps::LesionNetworks;

use crate::beside::each;
use crate::data::{Item, Prepared, Split};
use classes::Classes;
use distances::Distances;
use diversity::Likeness;
use draws::Subject;
use lines::Lines;
use metric::Metric;
use organ::Organs;
use register::Register;
use rows::{Measured, rows};
use spectrum::Spectrum;
use telling::Telling;
use validity::Validity;

/// What draws, the data it is measured against, and how often.
pub struct Evaluation<'a> {
    /// A model or a baseline.
    pub draws: &'a dyn Draws,
    /// Data of its study and size ([`check`]).
    pub data: &'a Prepared,
    /// Segmenters that had no part in its training, with the device they are on.
    pub judge: Option<(&'a LesionNetworks, &'a Device)>,
    /// Where a network learns to tell synthetic images from real ones, if one is asked.
    pub classifier: Option<&'a Device>,
    /// Subjects per seed, at least 2; also the most real images that a figure is measured on, but
    /// for validity and memorisation, which use all test images, and medians and means over real ones alone, which use up to
    /// 1,000 of a split.
    pub count: usize,
    /// Sampling seeds; every figure is measured once with each.
    pub seeds: &'a [u64],
}

impl<'a> Evaluation<'a> {
    /// Measures everything; `done` is called after each painted subject, [`Evaluation::work`] times
    /// in all.
    ///
    /// # Errors
    /// When the data holds no item that a figure needs, or when the device fails.
    pub fn run(&self, done: &(dyn Fn() + Sync)) -> anyhow::Result<Vec<Row>> {
        let metrics = self.metrics()?;
        let mut measured: Vec<Vec<Measured>> = Vec::new();
        for &seed in self.seeds {
            let subjects = self.subjects(seed, done)?;
            let each = metrics.iter();
            let each = each.map(|metric| metric.measured(seed, &subjects, done));
            let of_seed: Vec<Vec<Measured>> = each.collect::<anyhow::Result<_>>()?;
            measured.push(of_seed.concat());
        }
        Ok(rows(&measured))
    }

    /// What is asked, in the order of the report. Another metric is a line here.
    fn metrics(&self) -> anyhow::Result<Vec<Box<dyn Metric + 'a>>> {
        let mut metrics: Vec<Box<dyn Metric>> = Vec::new();
        if let Some(judge) = self.judge {
            metrics.push(Box::new(Validity::new(self, judge)?));
        }
        if let Some(classes) = Classes::new(self) {
            metrics.push(Box::new(classes));
        }
        metrics.push(Box::new(Register::new(self)?));
        if let Some(device) = self.classifier {
            metrics.push(Box::new(Telling::new(self, device)?));
        }
        metrics.push(Box::new(Distances::new(self)));
        metrics.push(Box::new(Spectrum::new(self)));
        metrics.push(Box::new(Lines::new(self)));
        metrics.push(Box::new(Organs::new(self)));
        metrics.push(Box::new(Likeness::new(self)?));
        Ok(metrics)
    }

    fn subjects(&self, seed: u64, done: &(dyn Fn() + Sync)) -> anyhow::Result<Vec<Subject>> {
        let subject = |k| {
            let subject = self.draws.sample(seed, k);
            done();
            subject
        };
        let subjects = (0..self.count as u64).collect();
        each(self.draws.at_once(), subjects, subject)
    }

    /// Subjects painted in all.
    pub fn work(&self) -> usize {
        let own = register::with_truth(self).count();
        let classes = classes::count(self.draws.study());
        self.seeds.len() * (self.count * (1 + classes) + own)
    }

    fn of(&self, split: Split) -> impl Iterator<Item = &'a Item> {
        self.data
            .items
            .iter()
            .filter(move |item| item.split == split)
    }
}

/// Whether data can be compared with images of `study` and `size`.
///
/// # Errors
/// When it is of another study or size, or lacks a split.
pub fn check(data: &Prepared, study: &Study, size: usize) -> anyhow::Result<()> {
    let header = &data.header;
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
        header.size == size,
        "the data holds images of {} px, the model paints {size} px: prepare it again with --size {size}",
        header.size
    );
    let any = |split| data.items.iter().find(|item| item.split == split);
    any(Split::Test).context("the data holds no test item, so there is nothing to compare with")?;
    any(Split::Train)
        .context("the data holds no training item: give the data that the model learnt from")?;
    Ok(())
}

/// The mean of what could be measured.
fn mean(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values
        .into_iter()
        .flatten()
        .fold((0.0, 0_u32), |(sum, n), v| (sum + v, n + 1));
    (count > 0).then(|| sum / f64::from(count))
}
