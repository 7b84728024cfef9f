//! The buttons that save the picture that is shown.

use leptos::prelude::*;

use super::names::Title;
use super::subject::File;
use super::{download, picture, zip};
use crate::bridge;
use crate::ui::page::{Page, Phase};
use crate::ui::structure::is_painted;
use crate::ui::trouble;
use crate::ui::words::{
    ARCHIVE_TOO_LARGE, CANNOT_SAVE, SAVE_HELP, SAVE_NIFTI, SAVE_PNG, Speech, VISIBLE_MARK,
};

/// PNG, NIfTI and whether they are marked visibly.
#[component]
pub fn Pictures() -> impl IntoView {
    let page = expect_context::<Page>();
    let speech = expect_context::<Speech>();
    let visible = RwSignal::new(false);
    // While another picture is painted the scene is no longer that of the one that is shown.
    let waits = move || matches!(page.phase.get(), Phase::Busy | Phase::Loading);
    let none = move || waits() || !is_painted(page);
    let save = move |kind: Kind| {
        if let Err(why) = save(page, speech, kind, visible.get_untracked()) {
            trouble::show(CANNOT_SAVE.sentence(&[("why", &why)]));
        }
    };
    view! {
        <div class="row">
            <button type="button" data-testid="save" disabled=none on:click=move |_| save(Kind::Png)>{move || SAVE_PNG.say()}</button>
            <button type="button" data-testid="save-nifti" disabled=none on:click=move |_| save(Kind::Nifti)>{move || SAVE_NIFTI.say()}</button>
        </div>
        <label class="check">
            <input type="checkbox" data-testid="visible-mark" prop:checked=move || visible.get()
                on:change=move |e| visible.set(event_target_checked(&e)) />
            <span>{move || VISIBLE_MARK.say()}</span>
        </label>
        <p class="help">{move || SAVE_HELP.say()}</p>
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Png,
    Nifti,
}

fn save(page: Page, speech: Speech, kind: Kind, visible: bool) -> Result<(), String> {
    let Some(model) = page.opened.get_untracked() else {
        return Ok(());
    };
    let title = page
        .scene
        .with_untracked(|scene| Title::of(&model.study.name, scene));
    let mut files = page.picture.with_untracked(|p| match (p, kind) {
        (None, _) => Ok(Vec::new()),
        (Some(p), Kind::Png) => Ok(picture::pngs(p, &title, visible)),
        (Some(p), Kind::Nifti) => picture::niftis(p, &title, visible),
    })?;
    let saved = match (files.as_slice(), kind) {
        ([], _) => return Ok(()),
        ([(name, bytes)], Kind::Png) => download::save(name, bytes, "image/png"),
        ([(name, bytes)], Kind::Nifti) => download::save(name, bytes, "application/octet-stream"),
        _ => {
            let classes = model.study.lesion.classes();
            files.push(picture::readme(&files, &title, classes, &model.sha256));
            let (name, bytes) = (together(&title, kind), packed(&files, speech)?);
            download::save(&name, &bytes, "application/zip")
        }
    };
    saved.map_err(|e| bridge::words(&e))
}

fn packed(files: &[File], speech: Speech) -> Result<Vec<u8>, String> {
    let why = ARCHIVE_TOO_LARGE.in_language(speech.0.get_untracked());
    zip::archive(files).map_err(|_| why.to_owned())
}

fn together(title: &Title, kind: Kind) -> String {
    let suffix = match kind {
        Kind::Png => "",
        Kind::Nifti => "-nifti",
    };
    format!("{}{suffix}.zip", title.stem())
}
