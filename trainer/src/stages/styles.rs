//! The styles of a data set's images.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use scanweave::study::Study;
use scanweave::style::{Fitted, Measured, Style, measures, organ_share};

use super::items::{image, structure};
use crate::data::Item;

/// How the styles of the items that are learnt from are distributed, where the study's generator is told one.
pub fn of_training(items: &[&Item], study: &Study, size: usize) -> Option<Fitted> {
    study.style.then_some(())?;
    let measured = items.par_iter().map(|item| measured_of(item, study, size));
    Fitted::fit(&measured.collect::<Vec<_>>(), study.modalities.len())
}

/// The style of every item.
pub fn of_items(fitted: &Fitted, items: &[&Item], study: &Study, size: usize) -> Vec<Style> {
    let measured = items.par_iter().map(|item| measured_of(item, study, size));
    let measured: Vec<_> = measured.collect();
    let numbered = measured.iter().zip(0..);
    numbered
        .map(|(m, seed)| fitted.of_subject(m, seed))
        .collect()
}

/// What is measured of an item.
pub fn measured_of(item: &Item, study: &Study, size: usize) -> Measured {
    let mask = structure(item, size).mask;
    let of = |(modality, bytes): (usize, &Option<Vec<u8>>)| {
        let plane = study.plane_of(modality, &image(bytes.as_deref()?, size));
        measures(&plane, &mask)
    };
    Measured {
        organ: organ_share(&mask),
        images: item.images.iter().enumerate().map(of).collect(),
    }
}
