//! The study: one of the models on offer.

use leptos::prelude::*;

use super::state::Page;

/// Chooses the model.
#[component]
pub fn Study() -> impl IntoView {
    let page = expect_context::<Page>();
    let options = move || {
        let entry = |e: super::catalogue::Entry| {
            let id = e.id.clone();
            view! { <option value=e.id selected=move || page.model.get() == id>{e.title}</option> }
        };
        page.catalogue.get().into_iter().map(entry).collect_view()
    };
    view! {
        <div class="field">
            <label for="model">"Study"</label>
            <select id="model" data-testid="model-select" on:change=move |e| page.open(&event_target_value(&e))>
                {options}
                <Show when=move || page.model.with(String::is_empty)>
                    <option value="" selected=true>"Own file"</option>
                </Show>
            </select>
        </div>
    }
}
