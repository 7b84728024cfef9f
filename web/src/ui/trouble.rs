//! Trouble is told in plain sentences, in a panel of `index.html` that works without this program.

use std::cell::RefCell;

use leptos::prelude::{Effect, document, untrack};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::site;
use super::words::{Language, Sentence, spoken};

/// Attribute of elements that hold a word of `assets/shell/words.js`.
const WORD: &str = "data-word";
/// The word of a page that panicked.
const STOPPED: &str = "page-stopped";

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

/// What the panel says, to say it in another language.
#[derive(Clone)]
struct Told {
    sentence: Sentence,
    detail: String,
    /// The whole text as it was written.
    text: String,
}

thread_local! {
    static TOLD: RefCell<Option<Told>> = const { RefCell::new(None) };
}

/// Shows a sentence.
pub fn show(sentence: impl Into<Sentence>) {
    tell(sentence, "", Remedy::None);
}

/// Shows a sentence where nothing is told yet.
pub fn add(sentence: impl Into<Sentence>) {
    if element("trouble").is_some_and(|panel| panel.hidden()) {
        show(sentence);
    }
}

/// Shows a sentence, behind it what the engine or the browser says in English, and the remedy.
pub fn tell(sentence: impl Into<Sentence>, detail: &str, remedy: Remedy) {
    let sentence = sentence.into();
    let english = sentence.in_language(Language::English);
    site::note(&format!("{english} {detail}"));
    write(sentence, detail.to_owned(), untrack(spoken));
    offer("restart-engine", remedy == Remedy::Restart);
    offer("reload-page", remedy == Remedy::Reload);
    show_panel();
}

/// Says what the panel says in the language of the page whenever that changes; one that was dismissed
/// stays away.
pub fn follow() {
    Effect::new(|_| {
        let language = spoken();
        let told = TOLD.with_borrow(Clone::clone);
        // The panel is also written by the scripts of `index.html`.
        let Some(told) = told.filter(|t| text() == t.text) else {
            return;
        };
        write(told.sentence, told.detail, language);
    });
}

fn write(sentence: Sentence, detail: String, language: Language) {
    let Some(line) = element("trouble-text") else {
        return;
    };
    let said = sentence.in_language(language);
    // Otherwise the scripts of `index.html` would put their word here.
    let _ = line.remove_attribute(WORD);
    line.set_text_content(Some(&said));
    if !detail.is_empty()
        && let Some(english) = english(&detail)
    {
        line.set_text_content(Some(&format!("{said} ")));
        // A paragraph takes a span.
        let _ = line.append_child(&english);
    }
    let text = text();
    TOLD.set(Some(Told {
        sentence,
        detail,
        text,
    }));
}

fn show_panel() {
    if let Some(panel) = element("trouble") {
        panel.set_hidden(false);
    }
}

fn text() -> String {
    element("trouble-text").map_or_else(String::new, |e| e.text_content().unwrap_or_default())
}

/// Takes the sentence away.
pub fn clear() {
    if let (Some(panel), Some(text)) = (element("trouble"), element("trouble-text")) {
        panel.set_hidden(true);
        text.set_text_content(None);
        TOLD.set(None);
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
        site::note(&what);
        if let Some(line) = element("trouble-text") {
            line.set_text_content(Some(&site::say(STOPPED).unwrap_or(what)));
            // The scripts of `index.html` keep it in the language of the page.
            let _ = line.set_attribute(WORD, STOPPED);
        }
        offer("restart-engine", false);
        offer("reload-page", true);
        show_panel();
    }));
}
