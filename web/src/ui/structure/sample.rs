//! A structure map from a seed.

use leptos::prelude::*;
use scanweave::label::Panel;

use super::finding::named;
use crate::model::protocol::ModelInfo;
use crate::ui::number::{NumberField, Refusal, Typed};
use crate::ui::page::{Controller, MAX_SEED, Page};
use crate::ui::words::{FINDING, RANDOM, SAMPLE, SEED, SEED_HELP};

/// Seed of a sampled subject, and whether it has a lesion.
#[component]
pub fn Sample() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let cannot = move || page.opened.with(|m| !m.as_ref().is_some_and(|m| m.samples));
    let seed = Signal::derive(move || page.seed.get());
    let typed = Typed::new("seed", seed, 0, MAX_SEED);
    let random = move |_| controller.sample((js_sys::Math::random() * MAX_SEED as f64) as u64);
    view! {
        <div class="field">
            <label for="seed">{move || SEED.say()}</label>
            <div class="row">
                <NumberField typed off=Signal::stored(false) help="seed-help" take=move |seed| controller.sample(seed) />
                <button type="button" data-testid="random" disabled=cannot on:click=random>{move || RANDOM.say()}</button>
            </div>
            <Refusal typed />
            <p id="seed-help" class="help">{move || SEED_HELP.say()}</p>
        </div>
        <Findings />
        <button type="button" class="primary" data-testid="sample-image" disabled=move || cannot() || typed.is_refused()
            on:click=move |_| controller.sample(page.seed.get_untracked())>{move || SAMPLE.say()}</button>
    }
}

/// Chooses whether the subject has a lesion, for studies with lesion masks; a class of the whole image is
/// chosen in the lesion panel.
#[component]
fn Findings() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let chosen = move |event| controller.find(event_target_value(&event).parse().unwrap_or(0));
    let option = move |(index, name): (usize, String)| {
        view! { <option value=index.to_string() prop:selected=move || page.class.get() == index>{move || named(&name)}</option> }
    };
    let has_masks = move || {
        let mask = |model: &ModelInfo| model.study.lesion.panel() == Panel::Mask;
        page.opened.with(|m| m.as_ref().is_some_and(mask))
    };
    view! {
        <Show when=has_masks>
            <div class="field">
                <label for="class">{move || FINDING.say()}</label>
                <select id="class" data-testid="class-select" on:change=chosen>
                    {move || page.findings().into_iter().enumerate().map(option).collect_view()}
                </select>
            </div>
        </Show>
    }
}
