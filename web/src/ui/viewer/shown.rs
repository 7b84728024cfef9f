//! What the viewer shows at the moment: the picture, or where a pointer is still down what a preview
//! makes of it.

use leptos::prelude::*;
use scanweave::study::Modality;

use crate::model::protocol::{Picture, Pixels};
use crate::ui::page::Page;
use crate::ui::structure::named;
use crate::ui::words::{
    CT, FLAIR, FUNDUS_IMAGE, PICTURE_OF_FINDING, PICTURE_OF_SEED, SYNTHETIC_NAMED, T1,
    T1_WITH_CONTRAST, T2, Word, XRAY,
};

/// The picture of a modality.
pub fn image(page: Page, index: usize) -> Option<Pixels> {
    let modality = modality(page, index)?;
    let of = |picture: &Option<Picture>| {
        let mut images = picture.iter().flat_map(|p| &p.images);
        images
            .find(|image| image.0 == modality)
            .map(|image| image.1.clone())
    };
    page.preview.with(of).or_else(|| page.picture.with(of))
}

/// Another part of the picture.
pub fn part<T>(page: Page, pick: impl Fn(&Picture) -> Option<T>) -> Option<T> {
    let preview = page.preview.with(|p| p.as_ref().and_then(&pick));
    preview.or_else(|| page.picture.with(|p| p.as_ref().and_then(&pick)))
}

/// The lesion asked for. A preview without one means that there is none.
pub fn lesion(page: Page) -> Option<Pixels> {
    let of = |p: &Picture| p.lesion.as_ref().map(|l| l.shades.clone());
    let preview = page.preview.with(|p| p.as_ref().map(of));
    preview.unwrap_or_else(|| page.picture.with(|p| p.as_ref().and_then(of)))
}

/// The modality in this place of the model.
pub fn modality(page: Page, index: usize) -> Option<Modality> {
    page.opened.with(|m| {
        let modalities = m.as_ref().map(|m| &m.study.modalities);
        modalities.and_then(|list| list.get(index).copied())
    })
}

/// How many modalities there are; one frame while no model is there.
pub fn count(page: Page) -> usize {
    page.opened
        .with(|m| m.as_ref().map_or(1, |m| m.study.modalities.len()))
}

/// The name of a modality for people.
pub fn title(modality: Modality) -> Word {
    match modality {
        Modality::Xray => XRAY,
        Modality::T1 => T1,
        Modality::T1c => T1_WITH_CONTRAST,
        Modality::T2 => T2,
        Modality::Flair => FLAIR,
        Modality::Fundus => FUNDUS_IMAGE,
        Modality::Ct => CT,
    }
}

/// The name of the modality in this place; empty while there is none.
pub fn name(page: Page, index: usize) -> &'static str {
    modality(page, index).map_or("", |m| title(m).say())
}

/// What stands below a picture.
pub fn caption(page: Page, index: usize) -> String {
    let named = |m| SYNTHETIC_NAMED.with(&[("name", title(m).say())]);
    modality(page, index).map_or_else(String::new, named)
}

/// A picture in words.
pub fn described(page: Page, index: usize) -> String {
    let (picture, seed) = (caption(page, index), page.seed.get().to_string());
    let findings = page.findings();
    match findings.get(page.class.get()) {
        Some(finding) => {
            let finding = named(finding);
            PICTURE_OF_FINDING.with(&[
                ("picture", &picture),
                ("seed", &seed),
                ("finding", &finding),
            ])
        }
        None => PICTURE_OF_SEED.with(&[("picture", &picture), ("seed", &seed)]),
    }
}
