//! An image or volume of the user's, picked or dropped; a weights file opens as a model.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

use crate::ui::page::{Controller, Page};
use crate::ui::words::{FILE_HINT, FILE_LABEL, FILE_NONE, FILE_PRIVATE, FILE_TAKEN, FILE_WAITS};

/// What the picker offers; `.nii.gz` is `.gz` to it.
const ACCEPT: &str = "image/png,image/jpeg,.png,.jpg,.jpeg,.nii,.gz,.nii.gz,.mha,.dcm,.dicom,application/dicom,.weave";

/// Drops or picks an image, or a weights file.
#[component]
pub fn FromImage() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let over = RwSignal::new(false);
    accept_drops(controller, over);
    let picked = move |event: web_sys::Event| {
        let target = event.target().and_then(|t| t.dyn_into().ok());
        let Some(input): Option<HtmlInputElement> = target else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            take(controller, file);
        }
        // So that choosing the same file again is noticed.
        input.set_value("");
    };
    let hint = move || match (page.waits.get(), page.image.get()) {
        (Some(name), _) => FILE_WAITS.with(&[("name", &name)]),
        (None, Some(image)) => FILE_TAKEN.with(&[("name", &image.name)]),
        (None, None) => FILE_HINT.say().to_owned(),
    };
    view! {
        <div class="field">
            <span class="label" id="own-label">{move || FILE_LABEL.say()}</span>
            <label class="drop" class:over=move || over.get() data-testid="drop">
                <input class="visually-hidden" data-testid="file-input" type="file" aria-labelledby="own-label own-hint"
                    accept=ACCEPT on:change=picked />
                <span id="own-hint">{hint}</span>
            </label>
            <p class="help">{move || FILE_PRIVATE.say()}</p>
        </div>
    }
}

fn take(controller: Controller, file: File) {
    if file.name().to_lowercase().ends_with(".weave") {
        controller.open_file(file);
    } else {
        controller.bring(file);
    }
}

/// The whole page takes files, so that nobody has to aim.
fn accept_drops(controller: Controller, over: RwSignal<bool>) {
    let enter = window_event_listener(leptos::ev::dragover, move |event: DragEvent| {
        event.prevent_default();
        over.set(true);
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |_| over.set(false));
    let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        match files.and_then(|files| files.get(0)) {
            Some(file) => take(controller, file),
            None => controller.fail(FILE_NONE),
        }
    });
    on_cleanup(move || {
        [enter, leave, drop]
            .into_iter()
            .for_each(WindowListenerHandle::remove);
    });
}
