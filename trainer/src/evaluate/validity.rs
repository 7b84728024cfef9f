//! Whether the lesion that was asked for is the lesion that is seen.
//!
//! A segmenter that never met the generator looks for it in synthetic and in real images. All
//! images of one kind are pooled before Dice is taken, so that a lesion of three pixels counts as
//! what it is. Real images are those of the test split with a lesion, as every synthetic one has.

use anyhow::ensure;
use burn::tensor::{Device, Tensor};
use scanweave::image::Image;
use scanweave::label::ClassMap;
use scanweave::metrics::Overlap;
use scanweave::networks::Unet;
use scanweave::study::Study;
use scanweave::train::batch::stack_data;
use scanweave::train::steps::LesionNetworks;

use super::draws::Subject;
use super::metric::Metric;
use super::rows::{Measured, Section};
use super::{Evaluation, mean};
use crate::data::Split;
use crate::stages::items::{class_map, image};
use crate::stages::lesion::segmented;

/// The figure over all modalities and classes together.
pub const ALL_LESIONS: &str = "all modalities, any lesion";

/// Images segmented at once.
const BATCH: usize = 8;

/// The judge and what it finds in real images.
pub struct Validity<'a> {
    judge: &'a LesionNetworks,
    device: &'a Device,
    study: &'a Study,
    /// Per modality as [`Validity::overlaps`] gives them.
    real: Vec<Vec<Overlap>>,
}

impl<'a> Validity<'a> {
    /// # Errors
    /// When no test item has a lesion.
    pub fn new(
        evaluation: &Evaluation<'a>,
        (judge, device): (&'a LesionNetworks, &'a Device),
    ) -> anyhow::Result<Self> {
        let (study, size) = (evaluation.draws.study(), evaluation.draws.size());
        let items = evaluation.of(Split::Test);
        let sick: Vec<_> = items
            .map(|item| (item, class_map(item, size)))
            .filter(|(_, label)| !label.is_empty())
            .collect();
        ensure!(
            !sick.is_empty(),
            "no test item has a lesion, so the judge has nothing real to be compared on: check the labels (`scanweave data inspect`)"
        );
        let mut validity = Self {
            judge,
            device,
            study,
            real: Vec::new(),
        };
        for modality in 0..study.modalities.len() {
            let seen = sick.iter().filter_map(|(item, label)| {
                Some((image(item.images[modality].as_deref()?, size), label))
            });
            let overlaps = validity.overlaps(modality, &seen.collect::<Vec<_>>())?;
            validity.real.push(overlaps);
        }
        Ok(validity)
    }

    fn name(&self, modality: usize, class: usize) -> String {
        let modality = &self.study.modalities[modality].name;
        let class = class
            .checked_sub(1)
            .map(|c| &self.study.lesion.classes()[c]);
        let class = class.map_or("any lesion", String::as_str);
        format!("{modality}, {class}")
    }

    /// What was asked for and what is found, of all lesions, then per class, summed over the images.
    fn overlaps(
        &self,
        modality: usize,
        images: &[(Image, &ClassMap)],
    ) -> anyhow::Result<Vec<Overlap>> {
        let segmenter = &self.judge.segmenters[modality];
        let mut sums = vec![Overlap::default(); 1 + self.study.label_planes()];
        for chunk in images.chunks(BATCH) {
            let found = found(segmenter, chunk, self.study.channels(), self.device);
            for (found, (_, asked)) in found.iter().zip(chunk) {
                sums[0] = sums[0] + Overlap::of_lesions(asked, found)?;
                for (class, sum) in (1..).zip(&mut sums[1..]) {
                    *sum = *sum + Overlap::of_class(asked, found, class)?;
                }
            }
        }
        Ok(sums)
    }
}

impl Metric for Validity<'_> {
    /// Dice per modality and class, of all lesions, and the mean over modalities and classes.
    fn measured(
        &self,
        _seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let mut measured = Vec::new();
        let mut pooled = [Overlap::default(); 2];
        let mut classes = Vec::new();
        for (modality, real) in self.real.iter().enumerate() {
            let seen: Vec<(Image, &ClassMap)> = subjects
                .iter()
                .map(|s| (s.images[modality].clone(), &s.lesion))
                .collect();
            let synthetic = self.overlaps(modality, &seen)?;
            for (class, (&synthetic, &real)) in synthetic.iter().zip(real).enumerate() {
                measured.push(row(self.name(modality, class), synthetic, real));
                if class > 0 {
                    classes.push((dice(synthetic), dice(real)));
                }
            }
            pooled = [pooled[0] + synthetic[0], pooled[1] + real[0]];
        }
        measured.push(row(ALL_LESIONS.into(), pooled[0], pooled[1]));
        measured.push(mean_of_classes(&classes));
        Ok(measured)
    }
}

fn found(
    segmenter: &Unet,
    images: &[(Image, &ClassMap)],
    channels: usize,
    device: &Device,
) -> Vec<ClassMap> {
    let size = images[0].0.width();
    let each = images
        .iter()
        .map(|(image, _)| image.clone().spread(channels));
    let values = each.flat_map(Image::into_values).collect();
    let data = stack_data(values, channels, size);
    segmented(segmenter, Tensor::from_data(data, device))
}

/// Dice, unless nothing was asked for.
fn dice(overlap: Overlap) -> Option<f64> {
    overlap.dice_of_present().map(f64::from)
}

fn row(name: String, synthetic: Overlap, real: Overlap) -> Measured {
    Measured {
        section: Section::Validity,
        name,
        synthetic: dice(synthetic),
        real: dice(real),
        share_of: None,
    }
}

/// Only of those that both sides show, so that the two means speak of the same.
fn mean_of_classes(dices: &[(Option<f64>, Option<f64>)]) -> Measured {
    let both = || dices.iter().filter_map(|&(s, r)| Some((s?, r?)));
    Measured {
        section: Section::Validity,
        name: "mean over modalities and classes".into(),
        synthetic: mean(both().map(|(s, _)| Some(s))),
        real: mean(both().map(|(_, r)| Some(r))),
        share_of: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_one_side_lacks_is_left_out_of_both_means() {
        let of = [
            (Some(0.5), Some(0.75)),
            (Some(0.1), None),
            (Some(1.0), Some(0.25)),
        ];
        let mean = mean_of_classes(&of);
        assert_eq!((mean.synthetic, mean.real), (Some(0.75), Some(0.5)));
        assert_eq!(mean_of_classes(&of[1..2]).synthetic, None);
    }

    #[test]
    fn finding_what_nobody_asked_for_is_no_dice() {
        let overlap = |first, both| Overlap {
            first,
            second: 10,
            both,
        };
        assert_eq!(dice(overlap(0, 0)), None);
        assert_eq!(dice(overlap(10, 5)), Some(0.5));
    }
}
