//! What the viewer shows at the moment: the picture, or where a pointer is still down what a preview
//! makes of it.

use leptos::prelude::*;
use scanweave::study::Modality;

use crate::model::protocol::{Picture, Pixels};
use crate::model::scene::Scene;
use crate::ui::page::Page;
use crate::ui::structure::named;
use crate::ui::words::{
    Language, PICTURE_OF_FINDING, PICTURE_OF_SEED, STEP_SOURCE, SYNTHETIC_NAMED, spoken,
};

/// The picture of a modality.
pub fn image(page: Page, index: usize) -> Option<Pixels> {
    seen(page, index, Pixels::clone)
}

/// Whether the picture of a modality is in colour.
pub fn is_colour(page: Page, index: usize) -> bool {
    seen(page, index, Pixels::is_colour).unwrap_or(false)
}

fn seen<T>(page: Page, index: usize, read: fn(&Pixels) -> T) -> Option<T> {
    if is_original(page, index) {
        return part(page, |picture| picture.source.as_ref().map(read));
    }
    let modality = modality(page, index)?;
    let of = |picture: &Option<Picture>| {
        let mut images = picture.iter().flat_map(|p| &p.images);
        images
            .find(|image| image.0 == modality.name)
            .map(|image| read(&image.1))
    };
    page.preview.with(of).or_else(|| page.picture.with(of))
}

/// Whether a modality is still to be painted of what a pointer that is down shows.
pub fn is_behind(page: Page, index: usize) -> bool {
    let Some(modality) = modality(page, index) else {
        return false;
    };
    let lacks = |preview: &Picture| {
        preview
            .images
            .iter()
            .all(|(name, _)| *name != modality.name)
    };
    page.preview
        .with(|preview| preview.as_ref().is_some_and(lacks))
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
        modalities.and_then(|list| list.get(index).cloned())
    })
}

/// How many modalities there are; one frame while no model is there.
pub fn count(page: Page) -> usize {
    page.opened
        .with(|m| m.as_ref().map_or(1, |m| m.study.modalities.len()))
}

/// How many pictures can be compared: the modalities and, behind them, the image of one's own that they are painted
/// from.
pub fn pictures(page: Page) -> usize {
    let own = page
        .picture
        .with(|p| p.as_ref().is_some_and(|p| p.source.is_some()));
    count(page) + usize::from(own)
}

/// Whether this place, behind those of the modalities, is that of the image of one's own.
fn is_original(page: Page, index: usize) -> bool {
    index == count(page)
}

/// What a modality is called in the language of the page, as its study says.
fn title(modality: Modality) -> String {
    match spoken() {
        Language::English => modality.title.en,
        Language::Chinese => modality.title.zh,
    }
}

/// The title of the modality of this name; the name itself while no model knows it.
pub fn titled(page: Page, name: &str) -> String {
    let found = page.opened.with(|m| {
        let mut modalities = m.iter().flat_map(|m| &m.study.modalities);
        modalities.find(|m| m.name == name).cloned()
    });
    found.map_or_else(|| name.to_owned(), title)
}

/// The title of the picture in this place; empty while there is none.
pub fn name(page: Page, index: usize) -> String {
    if is_original(page, index) {
        return STEP_SOURCE.say().to_owned();
    }
    modality(page, index).map_or_else(String::new, title)
}

/// What stands below a picture.
pub fn caption(page: Page, index: usize) -> String {
    if is_original(page, index) {
        return name(page, index);
    }
    let named = |m| SYNTHETIC_NAMED.with(&[("name", &title(m))]);
    modality(page, index).map_or_else(String::new, named)
}

/// A picture in words: what it is of, where it has a seed.
pub fn described(page: Page, index: usize) -> String {
    let picture = caption(page, index);
    let Some(seed) = page.scene.with(Scene::subject) else {
        return picture;
    };
    let seed = seed.to_string();
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
