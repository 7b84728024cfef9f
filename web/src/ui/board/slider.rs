//! A named slider that shows what it does while it is dragged, and keeps it when it is let go.

use leptos::prelude::*;

use crate::ui::words::Word;

/// A slider with its name and its value in words.
#[component]
pub fn Slider(
    /// Its id, also its `data-testid`.
    id: &'static str,
    label: Word,
    #[prop(into)] value: Signal<f64>,
    min: f64,
    #[prop(into)] max: Signal<f64>,
    step: f64,
    /// The value for people.
    #[prop(into)]
    said: Signal<String>,
    #[prop(into)] off: Signal<bool>,
    /// While it is dragged.
    try_out: impl Fn(f64) + 'static,
    /// When it is let go.
    keep: impl Fn(f64) + 'static,
) -> impl IntoView {
    let number = |event: &web_sys::Event| event_target_value(event).parse::<f64>().ok();
    view! {
        <div class="slider">
            <label for=id>{move || label.say()}</label>
            <output for=id>{move || said.get()}</output>
            <input id=id data-testid=id type="range" min=min.to_string() max=move || max.get().to_string() step=step.to_string()
                aria-valuetext=move || said.get() disabled=move || off.get() prop:value=move || value.get().to_string()
                on:input=move |event| if let Some(value) = number(&event) { try_out(value); }
                on:change=move |event| if let Some(value) = number(&event) { keep(value); } />
        </div>
    }
}
