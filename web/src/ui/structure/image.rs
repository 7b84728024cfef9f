//! What can be done with an image that was brought: turn to another slice, turn the values of
//! algorithms 1 and 2, look at every step.

use leptos::prelude::*;

use super::steps::Steps;
use super::values::ValuesView;
use crate::model::scene::{Edits, Origin, Scene};
use crate::ui::board::Slider;
use crate::ui::page::{Controller, Page, Phase};
use crate::ui::words::{IMAGE_BACK, IMAGE_NONE, SLICE, SLICE_AT};

/// Whether the scene comes from the image.
pub fn in_use(page: Page) -> bool {
    page.scene
        .with(|scene| matches!(scene.origin, Origin::Image { .. }))
}

/// The image's panel.
#[component]
pub fn Image() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let there = Memo::new(move |_| page.image.with(Option::is_some));
    let slices = Memo::new(move |_| page.image.with(|i| i.as_ref().map_or(1, |i| i.slices)));
    let volume = move || slices.get() > 1;
    let used = Memo::new(move |_| in_use(page));
    let back = move |_| {
        let scene = page.scene.get_untracked();
        controller.settle(Scene {
            origin: Origin::Image { values: None },
            edits: Edits::default(),
            ..scene
        });
    };
    view! {
        <Show when=move || there.get() fallback=move || view! { <p class="help">{move || IMAGE_NONE.say()}</p> }>
            <Show when=volume>
                <Slice slices=slices />
            </Show>
            <Show when=move || !used.get()>
                <button type="button" data-testid="use-image" on:click=back>
                    {move || IMAGE_BACK.with(&[("name", &page.image.with(|i| i.as_ref().map_or_else(String::new, |i| i.name.clone())))])}
                </button>
            </Show>
            <Show when=move || used.get()>
                <ValuesView />
                <Steps />
            </Show>
        </Show>
    }
}

/// Turns through a volume. A slice is read when the slider is let go: it takes the whole file.
#[component]
fn Slice(slices: Memo<u32>) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let wished = RwSignal::new(None);
    let own = Memo::new(move |_| page.image.with(|i| i.as_ref().map_or(0, |i| i.slice)));
    Effect::new(move |_| {
        page.image.track();
        // A slice that cannot be read leaves the one before.
        if page.phase.get() != Phase::Busy {
            wished.set(None);
        }
    });
    let value = Signal::derive(move || wished.get().unwrap_or_else(|| f64::from(own.get())));
    let said = move || {
        SLICE_AT.with(&[
            ("n", &(value.get() + 1.0).to_string()),
            ("all", &slices.get().to_string()),
        ])
    };
    let most = Signal::derive(move || f64::from(slices.get().saturating_sub(1)));
    view! {
        <Slider id="slice" label=SLICE value=value min=0.0 max=most step=1.0 said=Signal::derive(said)
            off=Signal::stored(false) try_out=move |slice| wished.set(Some(slice))
            keep=move |slice| controller.turn_to_slice(slice as u32) />
    }
}
