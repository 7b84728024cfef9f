//! What `start.js` lends to this program: the words that the page says without it, and the list of
//! what went wrong, which is copied with the diagnostics.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::ui::words;

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
pub fn study(profile: &str) -> Option<String> {
    say(&format!("study-{profile}"))
}

/// Adds a line to the diagnostics.
pub fn note(text: &str) {
    if let Some(note) = lent("note") {
        // It only keeps the line.
        let _ = note.call1(&JsValue::UNDEFINED, &text.into());
    }
}

fn lent(name: &str) -> Option<Function> {
    let window = web_sys::window()?;
    let site = Reflect::get(&window, &"scanweave".into()).ok()?;
    Reflect::get(&site, &name.into()).ok()?.dyn_into().ok()
}
