//! Weights that were fetched once, kept by the browser for the next visit.
//!
//! Nothing here is needed: where the browser refuses storage, or its quota is used up, the bytes are
//! fetched again. What is found is verified like what arrives, by [`super::store`].

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, CacheQueryOptions, CacheStorage, Response};

use super::post;
use crate::bridge::words;
use crate::model::protocol::{Cause, CommandId, Event, Failure, Source};

/// Name of the cache.
const NAME: &str = "scanweave-weights";

/// The stored bytes of a weights file, as they are.
pub async fn find(source: &Source) -> Option<Vec<u8>> {
    let cache = opened().await?;
    let found = JsFuture::from(cache.match_with_str(&key(source)));
    let response: Response = found.await.ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Stores the bytes of a weights file in place of any older ones of its address. Nobody waits until they
/// are written; that the browser refuses is reported.
pub async fn keep(id: CommandId, source: &Source, bytes: &[u8]) {
    let refused = move |why: &str| {
        log::warn!("the weights are not kept for the next visit: {why}");
        post(&Event::NotKept { id });
    };
    let Some(cache) = opened().await else {
        return refused("the browser has no store");
    };
    remove(&cache, source).await;
    match put(&cache, source, bytes) {
        Ok(stored) => spawn_local(async move {
            if let Err(error) = JsFuture::from(stored).await {
                refused(&words(&error));
            }
        }),
        Err(error) => refused(&words(&error)),
    }
}

/// The difference that the networks of this file showed in the self-test of an earlier visit, on the CPU
/// and by the very same build of this program: the same would come out again.
pub async fn proof(source: &Source) -> Option<f32> {
    let cache = opened().await?;
    let found = JsFuture::from(cache.match_with_str(&proof_key(source)?));
    let response: Response = found.await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    text.as_string()?.parse().ok()
}

/// Notes that the networks of this file passed the self-test on the CPU.
pub async fn prove(source: &Source, difference: f32) {
    let (Some(cache), Some(key)) = (opened().await, proof_key(source)) else {
        return;
    };
    if let Ok(response) = Response::new_with_opt_str(Some(&difference.to_string())) {
        // Without the note the next visit tests again.
        let _ = JsFuture::from(cache.put_with_str(&key, &response)).await;
    }
}

/// Drops what is stored of a weights file.
pub async fn drop_of(source: &Source) {
    if let Some(cache) = opened().await {
        remove(&cache, source).await;
    }
}

/// Removes everything.
pub async fn clear() -> Result<(), Failure> {
    let Some(storage) = storage() else {
        return Ok(());
    };
    let cleared = JsFuture::from(storage.delete(NAME)).await;
    cleared
        .map(|_| ())
        .map_err(|e| Cause::StoreStuck.because("", words(&e)))
}

fn put(cache: &Cache, source: &Source, bytes: &[u8]) -> Result<Promise, JsValue> {
    let response = Response::new_with_opt_js_u8_array(Some(&Uint8Array::from(bytes)))?;
    Ok(cache.put_with_str(&key(source), &response))
}

async fn remove(cache: &Cache, source: &Source) {
    let options = CacheQueryOptions::new();
    options.set_ignore_search(true);
    // What cannot be removed is replaced or never found.
    let _ = JsFuture::from(cache.delete_with_str_and_options(&source.url, &options)).await;
}

/// The address with the checksum: another file under the same address is another entry.
fn key(source: &Source) -> String {
    let mark = if source.url.contains('?') { '&' } else { '?' };
    format!("{}{mark}sha256={}", source.url, source.sha256)
}

/// Beside the weights, with the build of this program, which a published page has in its address.
fn proof_key(source: &Source) -> Option<String> {
    let build = super::scope().location().search();
    let build = build.strip_prefix("?v=").filter(|id| !id.is_empty())?;
    Some(format!("{}&proven-by={build}", key(source)))
}

async fn opened() -> Option<Cache> {
    let opened = JsFuture::from(storage()?.open(NAME)).await;
    opened.ok()?.dyn_into().ok()
}

/// Missing on pages without https and where storage is forbidden.
fn storage() -> Option<CacheStorage> {
    let storage = Reflect::get(&js_sys::global(), &"caches".into()).ok()?;
    storage.dyn_into().ok()
}
