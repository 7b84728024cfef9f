//! What the browser says about its graphics adapter, asked before anything is built on it.
//!
//! Asked through plain property access: the bindings of WebGPU are not stable yet.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::bridge::words;
use crate::model::protocol::Reason;

/// A usable adapter.
pub struct Adapter {
    /// Its name, as far as the browser tells it.
    pub name: String,
    /// It is an emulation on the CPU.
    pub software: bool,
}

/// Asks for the adapter; the error is the reason why there is none to use.
pub async fn ask() -> Result<Adapter, Reason> {
    let gpu = property(&property(&js_sys::global(), "navigator"), "gpu");
    if !gpu.is_object() {
        return Err(Reason::NoWebGpu);
    }
    let adapter = request(&gpu)
        .await
        .map_err(|e| Reason::Refused(words(&e)))?;
    if !adapter.is_object() {
        return Err(Reason::NoAdapter);
    }
    if !has_feature(&adapter, "timestamp-query") {
        return Err(Reason::NoTimestamps);
    }
    Ok(describe(&adapter))
}

async fn request(gpu: &JsValue) -> Result<JsValue, JsValue> {
    let ask: Function = property(gpu, "requestAdapter").dyn_into()?;
    let options = Object::new();
    Reflect::set(
        &options,
        &"powerPreference".into(),
        &"high-performance".into(),
    )?;
    let promise: Promise = ask.call1(gpu, &options)?.dyn_into()?;
    JsFuture::from(promise).await
}

fn describe(adapter: &JsValue) -> Adapter {
    let info = property(adapter, "info");
    let text = |name: &str| property(&info, name).as_string().filter(|s| !s.is_empty());
    let told = ["description", "vendor", "architecture"]
        .into_iter()
        .filter_map(text);
    let name = told.collect::<Vec<String>>().join(" ");
    let all = name.to_ascii_lowercase();
    let emulated = [
        "swiftshader",
        "llvmpipe",
        "lavapipe",
        "software",
        "microsoft basic",
    ]
    .iter()
    .any(|name| all.contains(name));
    let fallback = |of: &JsValue| property(of, "isFallbackAdapter").is_truthy();
    Adapter {
        name: if name.is_empty() {
            "the graphics adapter".into()
        } else {
            name
        },
        software: emulated || fallback(&info) || fallback(adapter),
    }
}

fn has_feature(adapter: &JsValue, name: &str) -> bool {
    let features = property(adapter, "features");
    let has = property(&features, "has").dyn_into::<Function>();
    has.is_ok_and(|has| {
        has.call1(&features, &name.into())
            .is_ok_and(|found| found.is_truthy())
    })
}

fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
