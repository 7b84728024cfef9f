//! How messages cross between page and worker: a JavaScript array of the bytes and, where a
//! command speaks of a file, the file itself, which the browser passes on without copying it.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// Wraps a message for `postMessage`.
pub fn wrap(bytes: &[u8], file: Option<&File>) -> JsValue {
    let parcel = Array::of1(&Uint8Array::from(bytes));
    if let Some(file) = file {
        parcel.push(file);
    }
    parcel.into()
}

/// The bytes and the file of a message; `None` when it is not one of ours.
pub fn unwrap(data: &JsValue) -> Option<(Vec<u8>, Option<File>)> {
    let parcel = data.dyn_ref::<Array>()?;
    let bytes = parcel.get(0).dyn_into::<Uint8Array>().ok()?;
    Some((bytes.to_vec(), parcel.get(1).dyn_into().ok()))
}

/// A JavaScript error in words.
pub fn words(error: &JsValue) -> String {
    message_of(error)
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}

/// The `message` of an error or an error event, if it has one.
pub fn message_of(error: &JsValue) -> Option<String> {
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|m| m.as_string())
}
