//! The page around the workbench: its language, its panels, its study, its keys, and what it says of
//! itself for the diagnostics.

#[cfg(test)]
mod contrast;
mod keys_help;
mod panel;
#[cfg(test)]
mod site_words;
mod study;

pub use keys_help::KeysHelp;
pub use panel::Panel;
pub use study::Study;

use std::rc::Rc;

use leptos::ev::Custom;
use leptos::prelude::*;
use web_sys::CustomEvent;

use super::page::{Controller, Page};
use super::words::{Language, Speech};
use crate::model::protocol::Request;

/// The language of the page: `early.js` has chosen it by address, by what was stored or by the
/// browser's, and `start.js` changes it.
pub fn language() -> Language {
    let root = document().document_element();
    let code = root.and_then(|root| root.get_attribute("lang"));
    Language::of_code(&code.unwrap_or_default())
}

/// Follows what the page's own script is told: language, clearing, a new start of the engine.
pub fn follow(controller: Controller, speech: Speech) {
    let page = controller.page;
    let changed = window_event_listener(
        Custom::<CustomEvent>::new("scanweave-language"),
        move |_| {
            speech.0.set(language());
        },
    );
    let cleared = window_event_listener(Custom::<CustomEvent>::new("scanweave-clear"), move |_| {
        // Nobody waits for the answer: the script clears the caches as well.
        if page.opened.with_untracked(Option::is_some) {
            controller.ask(Request::ClearCache, Rc::new(|_| ()));
        }
    });
    let restarted =
        window_event_listener(Custom::<CustomEvent>::new("scanweave-restart"), move |_| {
            controller.restart();
        });
    on_cleanup(move || {
        [changed, cleared, restarted]
            .into_iter()
            .for_each(WindowListenerHandle::remove);
    });
    describe(page);
}

/// Keeps the body's attributes in step with the model and its device, for the diagnostics.
fn describe(page: Page) {
    let put = |name: &str, value: &str| {
        if let Some(body) = document().body() {
            // Setting an attribute of a valid name cannot fail.
            let _ = body.set_attribute(name, value);
        }
    };
    Effect::new(move |_| {
        put("data-model", &page.model.get());
        let digest = page
            .opened
            .with(|m| m.as_ref().map(|m| m.sha256.clone()).unwrap_or_default());
        put("data-model-sha256", &digest);
    });
    Effect::new(move |_| {
        let device = page
            .backend
            .with(|b| b.as_ref().map(|b| format!("{:?}: {:?}", b.kind, b.reason)));
        put("data-device", &device.unwrap_or_default());
    });
}
