//! Bytes to files in the user's folder of downloads.

use std::time::Duration;

use js_sys::{Array, Uint8Array};
use leptos::prelude::{document, set_timeout};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the bytes are held for a browser that asks where to save them.
const HELD: Duration = Duration::from_mins(1);

/// A file of these parts, of a type such as `image/png`. The parts leave this program's memory.
pub fn blob(parts: &Array, kind: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_u8_array_sequence_and_options(parts, &options)
}

/// Saves bytes under a name.
pub fn save(name: &str, bytes: &[u8], kind: &str) -> Result<(), JsValue> {
    save_blob(name, &blob(&Array::of1(&Uint8Array::from(bytes)), kind)?)
}

/// Saves a blob under a name.
pub fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    set_timeout(
        move || {
            // Refused only for addresses that are given back already.
            let _ = Url::revoke_object_url(&url);
        },
        HELD,
    );
    Ok(())
}
