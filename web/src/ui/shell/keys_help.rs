//! The keys, in a list that `?` opens from anywhere.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::ui::words::{
    KEYS, KEYS_CROSS, KEYS_DRAW, KEYS_ESCAPE, KEYS_HELP, KEYS_MOVE, KEYS_PRESS, KEYS_REDO,
    KEYS_SEED, KEYS_SPACE, KEYS_UNDO, KEYS_ZOOM, Word,
};

/// Keys and what they do; `{space}` is the key of that name.
const LIST: [(&[&str], Word); 10] = [
    (&["\u{2190}", "\u{2192}"], KEYS_SEED),
    (&["Ctrl Z"], KEYS_UNDO),
    (&["Ctrl Y", "Ctrl \u{21e7} Z"], KEYS_REDO),
    (&["+", "\u{2212}", "0"], KEYS_ZOOM),
    (&["\u{2190}\u{2191}\u{2193}\u{2192}"], KEYS_MOVE),
    (&["\u{21e7} \u{2190}\u{2191}\u{2193}\u{2192}"], KEYS_CROSS),
    (&["\u{2190}\u{2191}\u{2193}\u{2192}"], KEYS_DRAW),
    (&[SPACE, "Enter"], KEYS_PRESS),
    (&["Esc"], KEYS_ESCAPE),
    (&["?"], KEYS_HELP),
];
const SPACE: &str = "{space}";

/// The list, folded until it is asked for.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.key() != "?" || event.ctrl_key() || event.meta_key() || in_text(&event) {
            return;
        }
        if let Some(list) = node.get_untracked() {
            event.prevent_default();
            list.set_open(!list.open());
            list.scroll_into_view();
            if let Some(title) = list.first_element_child() {
                // A summary takes the focus; where it does not, the list is in sight all the same.
                let _ = title.unchecked_into::<web_sys::HtmlElement>().focus();
            }
        }
    });
    on_cleanup(move || handle.remove());
    let key = |name: &'static str| {
        let text = move || match name {
            SPACE => KEYS_SPACE.say(),
            name => name,
        };
        view! { <kbd>{text}</kbd>" " }
    };
    let row = move |(keys, word): (&'static [&'static str], Word)| {
        view! {
            <dt>{keys.iter().copied().map(key).collect_view()}</dt>
            <dd>{move || word.say()}</dd>
        }
    };
    view! {
        <details class="panel" data-testid="keys-help" node_ref=node>
            <summary><h2>{move || KEYS.say()}</h2></summary>
            <div class="body"><dl class="keys">{LIST.into_iter().map(row).collect_view()}</dl></div>
        </details>
    }
}

/// Whether the key is meant for a field of text.
fn in_text(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}
