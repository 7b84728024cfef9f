//! Trouble is told in plain sentences, in a panel of `index.html` that works without this program.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

fn panel() -> Option<(HtmlElement, Element)> {
    let panel = document().get_element_by_id("trouble")?.dyn_into().ok()?;
    Some((panel, document().get_element_by_id("trouble-text")?))
}

/// Shows a sentence.
pub fn show(message: &str) {
    if let Some((panel, text)) = panel() {
        text.set_text_content(Some(message));
        panel.set_hidden(false);
    }
}

/// Takes the sentence away.
pub fn clear() {
    if let Some((panel, text)) = panel() {
        panel.set_hidden(true);
        text.set_text_content(None);
    }
}

/// From now on a panic is told in the page and in the console.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let what = panic.to_string();
        web_sys::console::error_1(&what.as_str().into());
        if let Some(body) = document().body() {
            // The body is an element: setting an attribute of a valid name cannot fail.
            let _ = body.set_attribute("data-state", "error");
            let _ = body.set_attribute("data-panic", &what);
        }
        show(
            "The page has stopped because of a fault of its own. Reload it; copying the diagnostics helps to mend it.",
        );
    }));
}
