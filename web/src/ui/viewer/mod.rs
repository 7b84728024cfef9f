//! The result: every modality, how it is looked at, what can be measured of it, and the steps that
//! led to it.

mod compare;
mod difference;
mod figures;
mod film;
mod fingers;
mod layers;
mod look;
mod overlay;
mod panes;
mod readout;
mod shown;
mod standin;
mod steps;
mod tools;
mod view;
mod zoom;

use leptos::prelude::*;

use super::page::{Controller, Page};
use super::status;
use super::words::{ANOTHER_TEXTURE, ANOTHER_TEXTURE_HELP, NEXT_SEED, PREVIOUS_SEED, Word};
use look::Look;
use view::View;

/// The modalities, their figures and the steps.
#[component]
pub fn Viewer() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let view = View::new(page.look.with_untracked(|text| Look::of(text)));
    provide_context(view);
    Effect::new(move |_| {
        controller.look(view.look().text());
    });
    view! {
        <tools::Tools />
        <panes::Panes />
        <compare::Compare />
        <readout::ReadOut />
        <div class="under">
            <div class="row">
                <Turn by=-1 name=PREVIOUS_SEED sign="\u{2190}" />
                <Turn by=1 name=NEXT_SEED sign="\u{2192}" />
                <AnotherTexture />
            </div>
            <status::Line />
        </div>
        <steps::Steps />
        <figures::Panel />
    }
}

/// Paints the same map and label with other noise, where that is seen.
#[component]
fn AnotherTexture() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let seen = Memo::new(move |_| {
        page.opened
            .with(|m| m.as_ref().is_some_and(|m| m.study.style))
    });
    view! {
        <Show when=move || seen.get()>
            <button type="button" data-testid="another-texture" title=move || ANOTHER_TEXTURE_HELP.say()
                on:click=move |_| controller.retexture()>{move || ANOTHER_TEXTURE.say()}</button>
        </Show>
    }
}

/// Steps the seed, for those without arrow keys.
#[component]
fn Turn(by: i64, name: Word, sign: &'static str) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let off = move || page.opened.with(Option::is_none);
    view! { <button type="button" aria-label=move || name.say() title=move || name.say() disabled=off on:click=move |_| controller.step(by)>{sign}</button> }
}
