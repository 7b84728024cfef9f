//! Two pinned places and the way between them.

use leptos::prelude::*;

use crate::model::scene::{Latent, Origin, Pin};
use crate::ui::board::{Slider, Trial};
use crate::ui::page::{Controller, Page};
use crate::ui::words::{BETWEEN, BETWEEN_AT, PIN_A, PIN_AT, PIN_B, PIN_HELP, PIN_NONE, Word};

/// The two places.
#[derive(Clone, Copy)]
pub struct Pins {
    /// Where the way begins.
    pub from: RwSignal<Option<Pin>>,
    /// Where it ends.
    pub to: RwSignal<Option<Pin>>,
}

impl Pins {
    /// Nothing is pinned.
    pub fn new() -> Self {
        Self {
            from: RwSignal::new(None),
            to: RwSignal::new(None),
        }
    }
}

/// The place that is shown, to be pinned.
fn here(page: Page) -> Option<Pin> {
    page.scene.with(|scene| match &scene.origin {
        Origin::Latent(latent) => latent.pin(),
        _ => None,
    })
}

/// The two buttons and the slider.
#[component]
pub fn PinsView(pins: Pins) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let trial = Trial::new(controller);
    let way = move || pins.from.get().zip(pins.to.get());
    let share = Signal::derive(move || {
        let ends = way();
        page.scene.with(|scene| match scene.origin {
            Origin::Latent(Latent::Between { from, to, t }) if ends == Some((from, to)) => {
                f64::from(t)
            }
            _ => 0.0,
        })
    });
    let go = move |share: f64| {
        if let Some((from, to)) = untrack(way) {
            let t = share as f32;
            let latent = Latent::Between { from, to, t };
            trial.show(trial.before().walked_to(latent));
        }
    };
    let said = move || BETWEEN_AT.with(&[("percent", &format!("{:.0}", 100.0 * share.get()))]);
    view! {
        <div class="field pins">
            <p class="help" id="pin-help">{move || PIN_HELP.say()}</p>
            <PinButton id="pin-a" word=PIN_A own=pins.from />
            <PinButton id="pin-b" word=PIN_B own=pins.to />
            <Slider id="between" label=BETWEEN value=share min=0.0 max=Signal::stored(1.0) step=0.01
                said=Signal::derive(said) off=Signal::derive(move || way().is_none())
                try_out=go keep=move |share| { go(share); trial.keep(); } />
        </div>
    }
}

/// Pins the place that is shown.
#[component]
fn PinButton(id: &'static str, word: Word, own: RwSignal<Option<Pin>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let said = move || {
        own.get().map_or_else(
            || PIN_NONE.say().to_owned(),
            |pin| {
                PIN_AT.with(&[
                    ("seed", &pin.seed.to_string()),
                    ("x", &format!("{:.2}", pin.x)),
                    ("y", &format!("{:.2}", pin.y)),
                ])
            },
        )
    };
    view! {
        <div class="row">
            <button type="button" data-testid=id disabled=move || here(page).is_none()
                on:click=move |_| own.set(untrack(|| here(page)))>{move || word.say()}</button>
            <span class="help">{said}</span>
        </div>
    }
}
