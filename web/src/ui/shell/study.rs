//! The study: one of the models on offer, or a weights file of the user's.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};

use crate::ui::page::{Controller, Offer, Page};
use crate::ui::words::{OPEN_WEAVE, OPEN_WEAVE_HELP, OWN_FILE, STUDY};

/// Chooses the model.
#[component]
pub fn Study() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let options = move || {
        let entry = |e: Offer| {
            let (id, value) = (e.id.clone(), e.id.clone());
            view! { <option value=value prop:selected=move || page.model.get() == id>{move || e.name()}</option> }
        };
        page.catalogue.get().into_iter().map(entry).collect_view()
    };
    let chosen = move |event| {
        controller.open(&event_target_value(&event));
        // Who is asked and stays has another one chosen than the one that is open.
        let select: HtmlSelectElement = event_target(&event);
        select.set_value(&page.model.get_untracked());
    };
    view! {
        <div class="plain">
            <div class="field">
                <label for="model">{move || STUDY.say()}</label>
                <select id="model" data-testid="model-select" on:change=chosen>
                    {options}
                    <Show when=move || page.model.with(String::is_empty)>
                        <option value="" selected=true>{move || OWN_FILE.say()}</option>
                    </Show>
                </select>
            </div>
            <OwnFile />
        </div>
    }
}

/// Opens a weights file; one that is dropped anywhere on the page opens, too.
#[component]
fn OwnFile() -> impl IntoView {
    let controller = expect_context::<Controller>();
    let picked = move |event: web_sys::Event| {
        let target = event.target().and_then(|t| t.dyn_into().ok());
        let Some(input): Option<HtmlInputElement> = target else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            controller.open_file(file);
        }
        // So that choosing the same file again is noticed.
        input.set_value("");
    };
    view! {
        <div class="field">
            <label class="file" title=move || OPEN_WEAVE_HELP.say()>
                <input class="visually-hidden" data-testid="weave-input" type="file" accept=".weave" on:change=picked />
                <span class="button">{move || OPEN_WEAVE.say()}</span>
            </label>
        </div>
    }
}
