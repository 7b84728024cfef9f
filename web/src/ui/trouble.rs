//! Trouble is told in plain sentences, in a panel of `index.html` that works without this program.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::shell::site;

/// What a person can do about it, as a button of the panel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing but what the sentence says.
    #[default]
    None,
    /// Start the engine again.
    Restart,
    /// Load the page anew.
    Reload,
}

/// Shows a sentence.
pub fn show(message: &str) {
    tell(message, "", Remedy::None);
}

/// Shows a sentence, behind it what the engine or the browser says in English, and the remedy.
pub fn tell(sentence: &str, detail: &str, remedy: Remedy) {
    site::note(&format!("{sentence} {detail}"));
    let (Some(panel), Some(text)) = (element("trouble"), element("trouble-text")) else {
        return;
    };
    text.set_text_content(Some(sentence));
    if !detail.is_empty()
        && let Some(english) = english(detail)
    {
        text.set_text_content(Some(&format!("{sentence} ")));
        // A paragraph takes a span.
        let _ = text.append_child(&english);
    }
    offer("restart-engine", remedy == Remedy::Restart);
    offer("reload-page", remedy == Remedy::Reload);
    panel.set_hidden(false);
}

/// Takes the sentence away.
pub fn clear() {
    if let (Some(panel), Some(text)) = (element("trouble"), element("trouble-text")) {
        panel.set_hidden(true);
        text.set_text_content(None);
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

fn english(text: &str) -> Option<Element> {
    let span = document().create_element("span").ok()?;
    span.set_attribute("lang", "en").ok()?;
    span.set_text_content(Some(text));
    Some(span)
}

fn offer(button: &str, offered: bool) {
    if let Some(button) = element(button) {
        button.set_hidden(!offered);
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
        let sentence = site::say("page-stopped").unwrap_or_else(|| what.clone());
        tell(&sentence, "", Remedy::Reload);
    }));
}
