//! The models on offer: `assets/manifest.json`, written when weights are exported.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Response};

use super::page::{Controller, Offer};
use super::trouble::Remedy;
use super::words::LIST_BROKEN;
use crate::bridge;

const MANIFEST: &str = "assets/manifest.json";

#[derive(Deserialize)]
struct Manifest {
    models: Vec<Offer>,
}

/// Reads the manifest and opens the model the address asks for, or the first.
pub fn load(controller: Controller) {
    follow_gallery(controller);
    spawn_local(async move {
        match fetch_manifest().await {
            Ok(models) => controller.offer(models),
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
        let (seed, class) = (number("gallerySeed"), number("galleryClass"));
        let model = data.get("galleryModel").unwrap_or_default();
        if let Some(app) = document().get_element_by_id("app") {
            app.scroll_into_view();
        }
        controller.show_sample(&model, seed.unwrap_or(1), class.unwrap_or(0) as usize);
    });
    on_cleanup(move || handle.remove());
}
