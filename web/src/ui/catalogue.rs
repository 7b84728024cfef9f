//! The models on offer: `assets/manifest.json`, written when weights are exported.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, Response, UrlSearchParams};

use super::page::{Controller, Exhibit, Offer};
use super::trouble::Remedy;
use super::words::LIST_BROKEN;
use crate::bridge;

const MANIFEST: &str = "assets/manifest.json";
/// A picture of the gallery.
const GALLERY: &str = "[data-gallery-seed]";

#[derive(Deserialize)]
struct Manifest {
    models: Vec<Offer>,
}

/// Reads the manifest and opens the model the address asks for. An address that asks for nothing gets the first picture
/// of the gallery.
pub fn load(controller: Controller) {
    follow_gallery(controller);
    let first = asks_for_nothing().then(|| document().query_selector(GALLERY));
    let first = first.and_then(|found| exhibit(&found.ok().flatten()?));
    spawn_local(async move {
        match fetch_manifest().await {
            Ok(models) => controller.offer(models, first),
            Err(why) => controller.fail_with(
                LIST_BROKEN.sentence(&[("list", MANIFEST)]),
                &why,
                Remedy::Reload,
            ),
        }
    });
}

async fn fetch_manifest() -> Result<Vec<Offer>, String> {
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

/// A gallery picture that knows its seed shows itself live when it is chosen.
fn follow_gallery(controller: Controller) {
    let handle = window_event_listener(leptos::ev::click, move |event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let button = target.and_then(|t| t.closest(GALLERY).ok().flatten());
        let Some(shown) = button.and_then(|button| exhibit(&button)) else {
            return;
        };
        if let Some(app) = document().get_element_by_id("app") {
            app.scroll_into_view();
        }
        controller.show_sample(&shown.model, shown.seed, shown.class);
    });
    on_cleanup(move || handle.remove());
}

/// What a picture of the gallery shows.
fn exhibit(button: &Element) -> Option<Exhibit> {
    let data = button.dyn_ref::<HtmlElement>()?.dataset();
    let number = |name: &str| data.get(name).and_then(|text| text.parse::<u64>().ok());
    Some(Exhibit {
        model: data.get("galleryModel")?,
        seed: number("gallerySeed").unwrap_or(1),
        class: number("galleryClass").unwrap_or(0) as usize,
    })
}

/// Whether the address names no model, no sample and no scene.
fn asks_for_nothing() -> bool {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    let names = |name: &str| {
        let query = UrlSearchParams::new_with_str(&query);
        query.is_ok_and(|query| query.has(name))
    };
    let bare = location.hash().is_ok_and(|hash| hash.is_empty());
    bare && !["model", "seed", "class"].into_iter().any(names)
}
