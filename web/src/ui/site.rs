//! What `start.js` lends to this program: the words that the page says without it, the list of what went
//! wrong, which is copied with the diagnostics, and the engine.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, Worker};

use super::words;

/// The field of the engine; read once.
const ENGINE: &str = "engine";

/// A word of `assets/shell/words.js` in the language of the page; followed by whoever reads it.
pub fn say(name: &str) -> Option<String> {
    // The script follows the same choice of language; reading it here makes views follow, too.
    let _ = words::spoken();
    lent("say")?
        .call1(&JsValue::UNDEFINED, &name.into())
        .ok()?
        .as_string()
}

/// The name of a study, for those that are built in.
pub fn study(study: &str) -> Option<String> {
    say(&format!("study-{study}"))
}

/// Addresses of the gallery's pictures of a sample, in the order of its modalities.
pub fn pictures(model: &str, seed: u64, class: usize) -> Vec<String> {
    let found = lent("picturesOf").and_then(|pictures| {
        let (seed, class) = (seed.to_string().into(), class.to_string().into());
        let found = pictures.call3(&JsValue::UNDEFINED, &model.into(), &seed, &class);
        found.ok()?.dyn_into::<Array>().ok()
    });
    let found = found.unwrap_or_default();
    found.iter().filter_map(|src| src.as_string()).collect()
}

/// Adds a line to the diagnostics.
pub fn note(text: &str) {
    if let Some(note) = lent("note") {
        // It only keeps the line.
        let _ = note.call1(&JsValue::UNDEFINED, &text.into());
    }
}

/// The engine that loaded beside this program, with the messages and errors that have come from it; only once.
pub fn engine() -> Option<(Worker, Vec<Event>)> {
    let site = site()?;
    let engine = Reflect::get(&site, &ENGINE.into()).ok()?;
    Reflect::set(&site, &ENGINE.into(), &JsValue::UNDEFINED).ok()?;
    let field = |name: &str| Reflect::get(&engine, &name.into()).ok();
    let worker = field("worker")?.dyn_into().ok()?;
    let said: Array = field("said")?.dyn_into().ok()?;
    let said = said.iter().filter_map(|event| event.dyn_into().ok());
    Some((worker, said.collect()))
}

fn lent(name: &str) -> Option<Function> {
    Reflect::get(&site()?, &name.into()).ok()?.dyn_into().ok()
}

fn site() -> Option<JsValue> {
    let window = web_sys::window()?;
    Reflect::get(&window, &"scanweave".into()).ok()
}
