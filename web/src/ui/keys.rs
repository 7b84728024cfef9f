//! Arrow keys step the seed, unless a field or a list needs them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::state::Page;

/// Listens on the whole page.
pub fn listen(page: Page) {
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.ctrl_key()
            || event.alt_key()
            || event.meta_key()
            || event.shift_key()
            || in_field(&event)
        {
            return;
        }
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => -1,
            _ => return,
        };
        event.prevent_default();
        page.step(by);
    });
    on_cleanup(move || handle.remove());
}

fn in_field(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|t| {
        matches!(t.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA")
            || t.has_attribute("data-keys")
    })
}
