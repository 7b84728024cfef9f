//! The form that asks for a labelled data set, and its progress.

use leptos::prelude::*;

use super::build::{self, MOST, Order, Refused, State};
use crate::ui::failure;
use crate::ui::number::{NumberField, Refusal, Typed};
use crate::ui::page::{Controller, MAX_SEED, Page};
use crate::ui::words::{
    DATA_SET, DATA_SET_CANCEL, DATA_SET_CANCELLED, DATA_SET_COUNT, DATA_SET_DONE, DATA_SET_FAILED,
    DATA_SET_HEALTHY, DATA_SET_HELP, DATA_SET_KEEP, DATA_SET_KEPT, DATA_SET_LEFT_OUT,
    DATA_SET_NONE, DATA_SET_PROGRESS, DATA_SET_REMAINING, DATA_SET_SEED, DATA_SET_START,
    DATA_SET_STOPPED, MINUTES_LEFT, SECONDS_LEFT,
};

/// The form.
#[component]
pub fn DataSet() -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let state = RwSignal::new(State::Idle);
    let (count, seed, healthy) = (
        RwSignal::new(20_u64),
        RwSignal::new(1_u64),
        RwSignal::new(0_u64),
    );
    let keep = RwSignal::new(false);
    let counted = Typed::new("build-count", count, 1, u64::from(MOST));
    let seeded = Typed::new("build-seed", seed, 0, MAX_SEED);
    let shared = Typed::new("build-healthy", healthy, 0, 100);
    let grows = move || state.with(|s| matches!(s, State::Growing { .. }));
    let cannot = move || page.opened.with(|m| !m.as_ref().is_some_and(|m| m.samples));
    let places = move || page.opened.with(|m| m.as_ref().is_some_and(|m| m.placed));
    let refused =
        move || counted.is_refused() || seeded.is_refused() || (places() && shared.is_refused());
    let start = move |_| {
        let order = Order {
            count: count.get_untracked() as u32,
            seed: seed.get_untracked(),
            healthy: healthy.get_untracked() as f32 / 100.0,
            keep_refused: keep.get_untracked(),
        };
        build::start(controller, order, state);
    };
    let off = Signal::derive(grows);
    Effect::new(move |_| controller.builds(grows()));
    let share = move || {
        state.with(|s| match s {
            State::Growing { done, count, .. } => f64::from(*done) / f64::from((*count).max(1)),
            _ => 0.0,
        })
    };
    // Not every subject is announced, only the end.
    let live = move || if grows() { "off" } else { "polite" };
    view! {
        <div class="dataset">
            <h3>{move || DATA_SET.say()}</h3>
            <p class="help">{move || DATA_SET_HELP.say()}</p>
            <label class="field"><span>{move || DATA_SET_COUNT.say()}</span>
                <NumberField typed=counted off take=move |number| count.set(number) />
            </label>
            <Refusal typed=counted />
            <label class="field"><span>{move || DATA_SET_SEED.say()}</span>
                <NumberField typed=seeded off take=move |number| seed.set(number) />
            </label>
            <Refusal typed=seeded />
            <Show when=places>
                <label class="field"><span>{move || DATA_SET_HEALTHY.say()}</span>
                    <NumberField typed=shared off take=move |number| healthy.set(number) />
                </label>
                <Refusal typed=shared />
            </Show>
            <label class="check">
                <input type="checkbox" data-testid="build-keep" disabled=grows prop:checked=move || keep.get()
                    on:change=move |e| keep.set(event_target_checked(&e)) />
                <span>{move || DATA_SET_KEEP.say()}</span>
            </label>
            <div class="row">
                <button type="button" data-testid="build-start" disabled=move || cannot() || grows() || refused() on:click=start>{move || DATA_SET_START.say()}</button>
                <button type="button" data-testid="build-cancel" disabled=move || !grows() on:click=move |_| build::cancel(controller)>{move || DATA_SET_CANCEL.say()}</button>
            </div>
            <progress data-testid="build-progress" aria-label=move || DATA_SET.say() max="1" prop:value=share hidden=move || !grows()></progress>
            <p class="help" data-testid="build-status" aria-live=live>{move || state.with(said)}</p>
        </div>
    }
}

fn said(state: &State) -> String {
    match state {
        State::Idle => String::new(),
        State::Growing {
            done,
            count,
            refused,
            rest,
        } => {
            let (done, count) = (done.to_string(), count.to_string());
            let so_far = match rest {
                Some(rest) => DATA_SET_REMAINING.with(&[
                    ("done", &done),
                    ("count", &count),
                    ("time", &time(*rest)),
                ]),
                None => DATA_SET_PROGRESS.with(&[("done", &done), ("count", &count)]),
            };
            with_refused(so_far, *refused)
        }
        State::Saved {
            count,
            refused,
            name,
        } => {
            let values = [("count", count.to_string()), ("name", name.clone())];
            let saved = DATA_SET_DONE.with(&values.each_ref().map(|(n, v)| (*n, v.as_str())));
            with_refused(saved, *refused)
        }
        State::NoneStayed { count } => DATA_SET_NONE.with(&[("count", &count.to_string())]),
        State::Cancelled => DATA_SET_CANCELLED.say().into(),
        State::Stopped { done, count } => {
            let values = [("done", done.to_string()), ("count", count.to_string())];
            let why = DATA_SET_STOPPED.with(&values.each_ref().map(|(n, v)| (*n, v.as_str())));
            DATA_SET_FAILED.with(&[("why", &why)])
        }
        State::Failed(failure) => DATA_SET_FAILED.with(&[("why", &failure::told(failure))]),
    }
}

/// Behind what is said, what became of those that the filter refused; nothing where it refused none.
fn with_refused(said: String, refused: Refused) -> String {
    let word = match refused {
        Refused { count: 0, .. } => return said,
        Refused { kept: true, .. } => DATA_SET_KEPT,
        Refused { kept: false, .. } => DATA_SET_LEFT_OUT,
    };
    let refused = word.with(&[("n", &refused.count.to_string())]);
    format!("{said} {refused}")
}

/// Rounded up: whoever waits is not disappointed.
fn time(milliseconds: f64) -> String {
    let seconds = (milliseconds / 1000.0).ceil();
    if seconds < 90.0 {
        SECONDS_LEFT.with(&[("n", &seconds.to_string())])
    } else {
        MINUTES_LEFT.with(&[("n", &(seconds / 60.0).ceil().to_string())])
    }
}
