//! The steps that led to the pictures, small.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::panes::keep;
use super::shown;
use crate::model::protocol::{Picture, Pixels};
use crate::ui::page::Page;
use crate::ui::words::{
    HOW_IT_WAS_MADE, STEP_FUSED, STEP_FUSED_HELP, STEP_LESION, STEP_LESION_HELP, STEP_MASK,
    STEP_MASK_HELP, STEP_SOURCE, STEP_SOURCE_HELP, STEP_STRUCTURE, STEP_STRUCTURE_HELP, Word,
};

/// Structure map, mask, fused input and lesion; before them the user's image, if there is one.
#[component]
pub fn Steps() -> impl IntoView {
    let page = expect_context::<Page>();
    let source = Memo::new(move |_| {
        page.picture
            .with(|p| p.as_ref().is_some_and(|p| p.source.is_some()))
    });
    let lesion = Memo::new(move |_| shown::lesion(page).is_some());
    let part =
        move |pick: fn(&Picture) -> Option<Pixels>| Signal::derive(move || shown::part(page, pick));
    view! {
        <ol class="steps" aria-label=move || HOW_IT_WAS_MADE.say()>
            <Show when=move || source.get()>
                <Step id="source" title=STEP_SOURCE help=STEP_SOURCE_HELP pixels=part(|p| p.source.clone()) />
            </Show>
            <Step id="structure" title=STEP_STRUCTURE help=STEP_STRUCTURE_HELP pixels=part(|p| Some(p.structure.clone())) />
            <Step id="mask" title=STEP_MASK help=STEP_MASK_HELP pixels=part(|p| Some(p.mask.clone())) />
            <Step id="fused" title=STEP_FUSED help=STEP_FUSED_HELP pixels=part(|p| Some(p.fused.clone())) />
            <Show when=move || lesion.get()>
                <Step id="lesion" title=STEP_LESION help=STEP_LESION_HELP pixels=Signal::derive(move || shown::lesion(page)) />
            </Show>
        </ol>
    }
}

#[component]
fn Step(
    id: &'static str,
    title: Word,
    help: Word,
    pixels: Signal<Option<Pixels>>,
) -> impl IntoView {
    let node = NodeRef::<Canvas>::new();
    keep(node, move || pixels.get());
    let label = move || format!("{} – {}", title.say(), help.say());
    view! {
        <li>
            <figure>
                <canvas node_ref=node data-testid=id role="img" aria-label=label></canvas>
                <figcaption>{move || title.say()}<small>{move || help.say()}</small></figcaption>
            </figure>
        </li>
    }
}
