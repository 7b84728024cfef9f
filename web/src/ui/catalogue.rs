//! The models on offer: `assets/manifest.json`, written when weights are exported.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Response};

use super::shell::site;
use super::state::Page;
use super::trouble::Remedy;
use super::words::{LIST_BROKEN, NO_MODELS};
use crate::bridge;
use crate::model::protocol::Source;

const MANIFEST: &str = "assets/manifest.json";

#[derive(Deserialize)]
struct Manifest {
    models: Vec<Entry>,
}

/// One model of the manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// Short name, also in the address.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// File name beside the manifest.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl Entry {
    /// Its name for people in the language of the page: the page knows the built-in studies.
    pub fn name(&self) -> String {
        site::study(&self.id).unwrap_or_else(|| self.title.clone())
    }

    /// Address of its file, beside the page.
    pub fn address(&self) -> String {
        format!("assets/{}", self.file)
    }

    /// What the engine needs to fetch and verify it.
    pub fn source(&self) -> Source {
        let url = absolute(&self.address());
        Source {
            title: self.title.clone(),
            url,
            bytes: self.bytes,
            sha256: self.sha256.clone(),
        }
    }
}

/// Reads the manifest and opens the model the address asks for, or the first.
pub fn load(page: Page) {
    follow_gallery(page);
    spawn_local(async move {
        match fetch_manifest().await {
            Ok(models) if models.is_empty() => page.fail(NO_MODELS),
            Ok(models) => {
                let wished = page.model.get_untracked();
                let id = models
                    .iter()
                    .find(|e| e.id == wished)
                    .unwrap_or(&models[0])
                    .id
                    .clone();
                page.catalogue.set(models);
                page.open(&id);
            }
            Err(why) => page.fail_with(
                LIST_BROKEN.sentence(&[("list", MANIFEST)]),
                &why,
                Remedy::Reload,
            ),
        }
    });
}

async fn fetch_manifest() -> Result<Vec<Entry>, String> {
    let text = fetch_text(MANIFEST).await.map_err(|e| bridge::words(&e))?;
    serde_json::from_str::<Manifest>(&text)
        .map(|m| m.models)
        .map_err(|e| e.to_string())
}

/// The text of a file of the page.
pub async fn fetch_text(url: &str) -> Result<String, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(url))
        .await?
        .dyn_into()?;
    if !response.ok() {
        return Err(format!("the server answers {}", response.status()).into());
    }
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// The address of a file of the page, for the worker, whose own base differs.
fn absolute(path: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |url| url.href())
}

/// A gallery picture that knows its seed shows itself live when it is chosen.
fn follow_gallery(page: Page) {
    let handle = window_event_listener(leptos::ev::click, move |event| {
        let target = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let Some(button) = target.and_then(|t| t.closest("[data-gallery-seed]").ok().flatten())
        else {
            return;
        };
        let Ok(button) = button.dyn_into::<HtmlElement>() else {
            return;
        };
        let data = button.dataset();
        let number = |name: &str| data.get(name).and_then(|text| text.parse::<u64>().ok());
        page.seed.set(number("gallerySeed").unwrap_or(1));
        page.class.set(number("galleryClass").unwrap_or(0) as usize);
        let model = data.get("galleryModel").unwrap_or_default();
        if let Some(app) = document().get_element_by_id("app") {
            app.scroll_into_view();
        }
        if model == page.model.get_untracked() && page.opened.with_untracked(Option::is_some) {
            page.sample(page.seed.get_untracked());
        } else {
            page.open(&model);
        }
    });
    on_cleanup(move || handle.remove());
}
