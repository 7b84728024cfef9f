//! The overlays on screen: a second, transparent canvas over the picture's own, whose pixels stay
//! what the engine made of them.

use leptos::html::Canvas;
use leptos::prelude::*;
use scanweave::label::Panel;

use super::look::{Layer, Wanted};
use super::overlay::Layers;
use super::shown;
use super::view::View;
use crate::bridge;
use crate::model::protocol::Pixels;
use crate::ui::page::Page;
use crate::ui::words::{
    CANNOT_DRAW, OVERLAY_ASKED, OVERLAY_DRAWN, OVERLAY_FOUND, OVERLAY_MASK, OVERLAY_OPACITY,
    OVERLAY_STRUCTURE, OVERLAYS, Word,
};
use crate::ui::{canvas, trouble};

/// The overlays of one modality: structure, mask and lesion are those of all.
#[component]
pub fn Overlay(
    /// Which; of two that blink, the first's segmenter answers.
    #[prop(into)]
    index: Signal<usize>,
) -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let node = NodeRef::<Canvas>::new();
    let layers = move || wished(page, view.wanted.get(), index.get());
    let drawn = Memo::new(move |_| layers().drawn());
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let shown = drawn.with(|d| d.as_ref().map(|colours| canvas::colour(&node, colours)));
        if let Some(Err(error)) = shown {
            trouble::show(CANNOT_DRAW.sentence(&[("why", &bridge::words(&error))]));
        }
    });
    view! {
        <canvas class="overlay" node_ref=node aria-hidden="true" hidden=move || drawn.with(Option::is_none)
            style:opacity=move || format!("{}%", view.opacity.get())></canvas>
    }
}

fn wished(page: Page, wanted: Wanted, index: usize) -> Layers {
    let plane =
        |layer: Layer, pick: &dyn Fn() -> Option<Pixels>| wanted.has(layer).then(pick).flatten();
    Layers {
        structure: plane(Layer::Structure, &|| {
            shown::part(page, |p| Some(p.structure.clone()))
        }),
        mask: plane(Layer::Mask, &|| shown::part(page, |p| Some(p.mask.clone()))),
        asked: plane(Layer::Asked, &|| shown::lesion(page)),
        found: plane(Layer::Found, &|| found(page, index)),
        on_colour: shown::is_colour(page, index),
    }
}

/// What the modality's segmenter found; it is not yet known while a pointer is down.
fn found(page: Page, index: usize) -> Option<Pixels> {
    if page.preview.with(Option::is_some) {
        return None;
    }
    page.figures.with(|figures| {
        let found = figures.as_ref()?.found.get(index)?.as_ref()?;
        Some(found.shades.clone())
    })
}

/// Chooses the overlays and how strongly they are drawn.
#[component]
pub fn Choice() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let lesions = move || {
        page.picture
            .with(|p| p.as_ref().is_some_and(|p| p.lesion.is_some()))
    };
    let asked = Signal::derive(
        move || match page.scene.with(|scene| scene.lesion.panel()) {
            Some(Panel::Mask | Panel::Boxes) => OVERLAY_DRAWN,
            _ => OVERLAY_ASKED,
        },
    );
    let segmented = move || {
        page.opened
            .with(|m| m.as_ref().is_some_and(|m| m.segmented))
    };
    view! {
        <fieldset class="overlays">
            <legend>{move || OVERLAYS.say()}</legend>
            <Check id="overlay-structure" word=Signal::stored(OVERLAY_STRUCTURE) layer=Layer::Structure />
            <Check id="overlay-mask" word=Signal::stored(OVERLAY_MASK) layer=Layer::Mask />
            <Show when=lesions><Check id="overlay-asked" word=asked layer=Layer::Asked /></Show>
            <Show when=segmented><Check id="overlay-found" word=Signal::stored(OVERLAY_FOUND) layer=Layer::Found /></Show>
            <label class="slider">
                <span>{move || OVERLAY_OPACITY.say()}</span>
                <input type="range" data-testid="overlay-opacity" min="10" max="100" step="5" prop:value=move || view.opacity.get().to_string()
                    on:input=move |e| view.opacity.set(event_target_value(&e).parse().unwrap_or(80)) />
            </label>
        </fieldset>
    }
}

#[component]
fn Check(id: &'static str, word: Signal<Word>, layer: Layer) -> impl IntoView {
    let view = expect_context::<View>();
    let checked = move || view.wanted.get().has(layer);
    view! {
        <label class="check">
            <input type="checkbox" data-testid=id prop:checked=checked
                on:change=move |e| view.wanted.update(|w| w.set(layer, event_target_checked(&e))) />
            <span class=format!("swatch {id}") aria-hidden="true"></span>
            <span>{move || word.get().say()}</span>
        </label>
    }
}
