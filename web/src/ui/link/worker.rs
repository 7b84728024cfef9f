//! The engine's worker: which of the two engines, from which address, and whoever listens to it.

use leptos::prelude::document;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::bridge;

/// A worker that is listened to as long as this lives.
pub struct Running {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Running {
    /// `said` gets its messages, `died` the reason why it ended.
    pub fn new(
        worker: Worker,
        mut said: impl FnMut(&MessageEvent) + 'static,
        mut died: impl FnMut(&str) + 'static,
    ) -> Self {
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event| said(&event));
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        let error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            died(&why_dead(&event));
        });
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Self {
            worker,
            _message: message,
            _error: error,
        }
    }

    /// Sends it a message.
    pub fn post(&self, parcel: &JsValue) -> Result<(), JsValue> {
        self.worker.post_message(parcel)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What it had already sent would still arrive, at closures that are gone.
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// Starts the small engine, or the one that can use a graphics adapter.
pub fn new_worker(graphics: bool) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&engine_address(graphics), &options)
}

/// A worker that cannot be loaded sends a bare event without a message.
pub fn why_dead(event: &Event) -> String {
    bridge::message_of(event).unwrap_or_else(|| "it could not be loaded".to_owned())
}

fn engine_name(graphics: bool) -> &'static str {
    if graphics { "graphics" } else { "engine" }
}

/// Which engine runs: `assets/shell/offline.js` lets the service worker keep it.
pub fn tell_shell(graphics: bool) {
    if let Some(body) = document().body() {
        // Nothing but a later visit without a network depends on it.
        let _ = body.set_attribute("data-engine", engine_name(graphics));
    }
}

/// The worker's loader, with the id of this build so that no cache hands out an older one.
fn engine_address(graphics: bool) -> String {
    let name = engine_name(graphics);
    let build = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector("meta[name=build]").ok().flatten())
        .and_then(|meta| meta.get_attribute("content"));
    format!("./{name}_loader.js?v={}", build.unwrap_or_default())
}
