//! The address says what is shown: model, seed, class and, if forced, the backend.

use leptos::prelude::*;
use scanweave::protocol::BackendChoice;
use scanweave::scene::Scene;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use super::state::{MAX_SEED, Page};

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    /// Id of the model, empty for the first.
    pub model: String,
    /// Seed of the first picture.
    pub seed: u64,
    /// Class of the first picture.
    pub class: usize,
    /// Which backend to use.
    pub backend: BackendChoice,
    /// A whole scene, from a shared link.
    pub scene: Option<Scene>,
}

/// Reads the address; what it does not say or says wrongly has its default.
pub fn read() -> Wish {
    let query = query();
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    Wish {
        model: query.get("model").unwrap_or_default(),
        seed: number("seed").unwrap_or(1).min(MAX_SEED),
        class: number("class").unwrap_or(0) as usize,
        backend: match query.get("backend").as_deref() {
            Some("webgpu") => BackendChoice::WebGpu,
            Some("cpu") => BackendChoice::Cpu,
            _ => BackendChoice::Auto,
        },
        scene: None,
    }
}

/// Writes model, seed and class into the address; other parameters stay.
pub fn write(page: Page) {
    let query = query();
    page.model.with_untracked(|id| {
        if id.is_empty() {
            query.delete("model");
        } else {
            query.set("model", id);
        }
    });
    query.set("seed", &page.seed.get_untracked().to_string());
    query.set("class", &page.class.get_untracked().to_string());
    let address = format!(
        "?{}{}",
        String::from(query.to_string()),
        window().location().hash().unwrap_or_default()
    );
    let path = window().location().pathname().unwrap_or_default();
    let history = window().history();
    // An opaque origin (a file opened from disk) has no history to write: then the address stays.
    let _ = history.and_then(|h| {
        h.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{address}")))
    });
}

fn query() -> UrlSearchParams {
    let search = window().location().search().unwrap_or_default();
    UrlSearchParams::new_with_str(&search)
        .unwrap_or_else(|_| UrlSearchParams::new().expect("an empty query"))
}
