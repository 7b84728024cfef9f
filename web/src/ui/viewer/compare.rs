//! Two pictures on one spot: in turn, each as far as a line, or the one minus the other. They are modalities, or a
//! modality and the image that it is painted from.

use std::time::Duration;

use leptos::html::Canvas;
use leptos::prelude::*;

use super::film::Film;
use super::layers::Overlay;
use super::look::Mode;
use super::panes::keep;
use super::view::View;
use super::{difference, shown};
use crate::bridge;
use crate::ui::page::Page;
use crate::ui::words::{
    BLINK_OTHER, BLINK_PAUSE, BLINK_RATE, BLINK_START, CANNOT_DRAW, COMPARISON_OF,
    DIFFERENCE_LEGEND, FIRST_MODALITY, FRAME_OF, SECOND_MODALITY, SWIPE_LEGEND, SWIPE_LINE, Word,
};
use crate::ui::{canvas, trouble};

/// The comparison, in place of the modalities.
#[component]
pub fn Compare() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let comparing = Memo::new(move |_| view.compares(page));
    blink(view);
    view! { <Show when=move || comparing.get()><Spot /></Show> }
}

/// Turns from one to the other while it plays. Three changes a second are the most that nobody is
/// harmed by (WCAG 2.3.1).
fn blink(view: View) {
    Effect::new(move |_| {
        if view.mode.get() != Mode::Blink || !view.playing.get() {
            return;
        }
        let pause = Duration::from_secs_f64(1.0 / view.rate.get().clamp(0.5, 3.0));
        let turn = move || view.turned.update(|t| *t = !*t);
        if let Ok(handle) = set_interval_with_handle(turn, pause) {
            on_cleanup(move || handle.clear());
        }
    });
}

#[component]
fn Spot() -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let node = NodeRef::<Canvas>::new();
    let over = NodeRef::<Canvas>::new();
    let pair = Memo::new(move |_| view.pair(page));
    let swipes = Memo::new(move |_| view.mode.get() == Mode::Swipe);
    let difference = Memo::new(move |_| {
        let (first, second) = pair.get();
        let planes = shown::image(page, first).zip(shown::image(page, second));
        planes.and_then(|(a, b)| difference::of(&a, &b))
    });
    let seen = Memo::new(move |_| {
        let (first, second) = pair.get();
        let turned = view.mode.get() == Mode::Blink && view.turned.get();
        if turned { second } else { first }
    });
    keep(over, move || shown::image(page, pair.get().1));
    // The line keeps its place in the frame, whichever part of the pictures is seen in it.
    let clip = move || {
        let (left, _) = view.window.get().picture((view.line.get() / 100.0, 0.5));
        format!("inset(0 0 0 {:.3}%)", 100.0 * left.clamp(0.0, 1.0))
    };
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let drawn = match view.mode.get() {
            Mode::Difference => {
                difference.with(|d| d.as_ref().map(|d| canvas::colour(&node, &d.0)))
            }
            _ => shown::image(page, seen.get()).map(|pixels| canvas::show(&node, &pixels)),
        };
        if let Some(Err(error)) = drawn {
            trouble::show(CANNOT_DRAW.sentence(&[("why", &bridge::words(&error))]));
        }
    });
    let names = move || {
        let (first, second) = pair.get();
        (shown::name(page, first), shown::name(page, second))
    };
    let label = move || {
        let (first, second) = names();
        COMPARISON_OF.with(&[("first", &first), ("second", &second)])
    };
    let caption = move || match view.mode.get() {
        Mode::Difference => {
            let (first, second) = names();
            let range = difference
                .with(|d| d.as_ref().map_or(0, |d| d.1))
                .to_string();
            DIFFERENCE_LEGEND.with(&[("first", &first), ("second", &second), ("range", &range)])
        }
        Mode::Swipe => {
            let (first, second) = pair.get();
            let (first, second) = (shown::caption(page, first), shown::caption(page, second));
            SWIPE_LEGEND.with(&[("first", &first), ("second", &second)])
        }
        _ => shown::caption(page, seen.get()),
    };
    let frame = Signal::derive(move || FRAME_OF.with(&[("name", &label())]));
    let moved = move |event| {
        view.line
            .set(event_target_value(&event).parse().unwrap_or(50.0));
    };
    view! {
        <div class="panes single" class:smooth=move || view.smooth.get()>
            <figure class="shot" class:behind=move || shown::is_behind(page, seen.get())>
                <Film label=frame looked=|| ()>
                    <canvas class="data" node_ref=node data-testid="compare" role="img" aria-label=label></canvas>
                    <Show when=move || swipes.get()>
                        <canvas class="data" node_ref=over data-testid="compare-second" aria-hidden="true" style:clip-path=clip></canvas>
                    </Show>
                    <Overlay index=seen />
                </Film>
                <Show when=move || swipes.get()>
                    <input type="range" class="line" data-testid="swipe-line" min="0" max="100" step="1" aria-label=move || SWIPE_LINE.say()
                        prop:value=move || view.line.get().to_string() on:input=moved />
                </Show>
                <figcaption>{caption}</figcaption>
            </figure>
        </div>
    }
}

/// Chooses the two, and how they change.
#[component]
pub fn Choice() -> impl IntoView {
    let view = expect_context::<View>();
    let blinks = move || view.mode.get() == Mode::Blink;
    let word = move || {
        if view.playing.get() {
            BLINK_PAUSE
        } else {
            BLINK_START
        }
    };
    let rated = move |event| {
        view.rate
            .set(event_target_value(&event).parse().unwrap_or(1.0));
    };
    view! {
        <div class="comparing">
            <Which id="pair-first" word=FIRST_MODALITY of=|pair| &mut pair.0 />
            <Which id="pair-second" word=SECOND_MODALITY of=|pair| &mut pair.1 />
            <Show when=blinks>
                <button type="button" data-testid="blink-pause" on:click=move |_| view.playing.update(|p| *p = !*p)>{move || word().say()}</button>
                <Show when=move || !view.playing.get()>
                    <button type="button" data-testid="blink-other" on:click=move |_| view.turned.update(|t| *t = !*t)>{move || BLINK_OTHER.say()}</button>
                </Show>
                <label class="slider">
                    <span>{move || BLINK_RATE.say()}</span>
                    <input type="range" data-testid="blink-rate" min="0.5" max="3" step="0.5" prop:value=move || view.rate.get().to_string() on:input=rated />
                </label>
            </Show>
        </div>
    }
}

#[component]
fn Which(id: &'static str, word: Word, of: fn(&mut (usize, usize)) -> &mut usize) -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let chosen = move || {
        let mut pair = view.pair(page);
        *of(&mut pair)
    };
    let option = move |index: usize| {
        view! { <option value=index.to_string() selected=move || chosen() == index>{move || shown::name(page, index)}</option> }
    };
    let changed = move |event| {
        let index = event_target_value(&event).parse().unwrap_or(0);
        view.chosen.update(|pair| *of(pair) = index);
    };
    view! {
        <label class="which">
            <span>{move || word.say()}</span>
            <select data-testid=id on:change=changed>{move || (0..shown::pictures(page)).map(option).collect_view()}</select>
        </label>
    }
}
