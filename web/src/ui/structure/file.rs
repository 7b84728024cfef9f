//! An image or volume of the user's, picked or dropped; a weights file opens as a model.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

use super::tabs::Tab;
use crate::ui::page::{Controller, Page};
use crate::ui::words::{
    FILE_FITTED, FILE_HINT, FILE_LABEL, FILE_NONE, FILE_PRIVATE, FILE_TAKEN, FILE_WAITS,
};

/// What the picker offers; `.nii.gz` is `.gz` to it.
const ACCEPT: &str = "image/png,image/jpeg,image/webp,image/gif,image/tiff,.png,.jpg,.jpeg,.tif,.tiff,.webp,.gif,.bmp,.nii,.gz,.nii.gz,.mha,.nrrd,.mgz,.dcm,.dicom,application/dicom,.weave";

/// Drops or picks an image, or a weights file.
#[component]
pub fn FromImage(tab: RwSignal<Tab>) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let over = RwSignal::new(false);
    accept_drops(controller, over, tab);
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
            <p class="help" data-testid="fitted" hidden=move || fitted(page).is_none()>{move || fitted(page)}</p>
            <p class="help">{move || FILE_PRIVATE.say()}</p>
        </div>
    }
}

fn take(controller: Controller, file: File) {
    if is_model(&file) {
        controller.open_file(file);
    } else {
        controller.bring(file);
    }
}

fn is_model(file: &File) -> bool {
    file.name().to_lowercase().ends_with(".weave")
}

/// What became of an image that is not square; nothing of others.
fn fitted(page: Page) -> Option<String> {
    let image = page.image.get().filter(|image| image.padded)?;
    let (width, height) = (image.width.to_string(), image.height.to_string());
    Some(FILE_FITTED.with(&[
        ("name", &image.name),
        ("width", &width),
        ("height", &height),
    ]))
}

/// The whole page takes files, so that nobody has to aim; an image is told of where images are.
fn accept_drops(controller: Controller, over: RwSignal<bool>, tab: RwSignal<Tab>) {
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
            Some(file) => {
                if !is_model(&file) {
                    tab.set(Tab::Image);
                }
                take(controller, file);
            }
            None => controller.fail(FILE_NONE),
        }
    });
    on_cleanup(move || {
        [enter, leave, drop]
            .into_iter()
            .for_each(WindowListenerHandle::remove);
    });
}
