//! Pictures of the gallery in the place of those that are still to come: people see at once what they asked for, and
//! below it that it was made before.

use leptos::prelude::*;

use super::shown;
use crate::model::scene::Scene;
use crate::ui::page::Page;
use crate::ui::site;

/// How many frames there are: one for each modality, or for each picture of the gallery while no model says how many
/// modalities it has.
pub fn frames(page: Page) -> usize {
    if page.opened.with(Option::is_none) {
        return pictures(page).len().max(1);
    }
    shown::count(page)
}

/// The address of the picture that stands in this frame until the engine has painted.
pub fn of(page: Page, frame: usize) -> Option<String> {
    if page.picture.with(Option::is_some) || page.preview.with(Option::is_some) {
        return None;
    }
    let pictures = pictures(page);
    let all = pictures.len() == frames(page);
    pictures.into_iter().nth(frame).filter(|_| all)
}

/// Addresses of the gallery's pictures of the sample that is asked for, one for each modality.
fn pictures(page: Page) -> Vec<String> {
    let sampled = page.scene.with(Scene::seed);
    let (model, seed, class) = (page.model.get(), page.seed.get(), page.class.get());
    if sampled != Some(seed) {
        return Vec::new();
    }
    site::pictures(&model, seed, class)
}
