//! The tools above the pictures: how modalities are compared, zoom, pixels, overlays.

use leptos::prelude::*;

use super::film::{STEP, zoom};
use super::look::Mode;
use super::view::View;
use super::zoom::Window;
use super::{compare, layers, shown};
use crate::ui::page::Page;
use crate::ui::words::{
    BLINK, COMPARE_MODALITIES, DIFFERENCE, LOOKING, SIDE_BY_SIDE, SMOOTH_PIXELS, SWIPE, Word,
    ZOOM_IN, ZOOM_OUT, ZOOM_RESET,
};

/// All of them.
#[component]
pub fn Tools() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let several = Memo::new(move |_| shown::pictures(page) > 1);
    view! {
        <div class="viewing" role="group" aria-label=move || LOOKING.say()>
            <Show when=move || several.get()><Modes /></Show>
            <div class="row zooming">
                <button type="button" data-testid="zoom-out" aria-label=move || ZOOM_OUT.say() title=move || ZOOM_OUT.say()
                    on:click=move |_| zoom(view, 1.0 / STEP)>"\u{2212}"</button>
                <output class="scale" data-testid="zoom">{move || format!("{:.0}%", 100.0 * view.window.get().scale)}</output>
                <button type="button" data-testid="zoom-in" aria-label=move || ZOOM_IN.say() title=move || ZOOM_IN.say()
                    on:click=move |_| zoom(view, STEP)>"+"</button>
                <button type="button" data-testid="zoom-reset" disabled=move || !view.window.get().is_zoomed()
                    on:click=move |_| view.window.set(Window::default())>{move || ZOOM_RESET.say()}</button>
            </div>
            <label class="check">
                <input type="checkbox" data-testid="smooth" prop:checked=move || view.smooth.get()
                    on:change=move |e| view.smooth.set(event_target_checked(&e)) />
                <span>{move || SMOOTH_PIXELS.say()}</span>
            </label>
            <layers::Choice />
        </div>
        <Show when=move || view.compares(page)><compare::Choice /></Show>
    }
}

#[component]
fn Modes() -> impl IntoView {
    view! {
        <fieldset class="tabs modes">
            <legend class="visually-hidden">{move || COMPARE_MODALITIES.say()}</legend>
            <One id="mode-beside" mode=Mode::Beside word=SIDE_BY_SIDE />
            <One id="mode-blink" mode=Mode::Blink word=BLINK />
            <One id="mode-swipe" mode=Mode::Swipe word=SWIPE />
            <One id="mode-difference" mode=Mode::Difference word=DIFFERENCE />
        </fieldset>
    }
}

#[component]
fn One(id: &'static str, mode: Mode, word: Word) -> impl IntoView {
    let view = expect_context::<View>();
    let chosen = move || view.mode.get() == mode;
    view! {
        <label class="mode" class:chosen=chosen>
            <input type="radio" name="viewer-mode" data-testid=id prop:checked=chosen
                on:change=move |_| view.mode.set(mode) />
            <span>{move || word.say()}</span>
        </label>
    }
}
