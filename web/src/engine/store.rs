//! Weights arrive here: fetched with true progress, kept from an earlier visit, or read from a file,
//! and always hashed.

use js_sys::Uint8Array;
use scanweave::weights::Checksums;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, Response};

use super::cache;
use super::stream::{self, Stopped};
use crate::bridge::words;
use crate::model::protocol::{Cause, CommandId, Failure, Source};

/// Largest weights file that is read, bytes.
const MAX_BYTES: u64 = 512 << 20;

/// A weights file with its checksums: to hash it once is enough.
pub struct Weights {
    pub bytes: Vec<u8>,
    pub checksums: Checksums,
}

impl Weights {
    fn of(bytes: Vec<u8>) -> Self {
        let checksums = Checksums::of(&bytes);
        Self { bytes, checksums }
    }
}

/// Why no bytes came.
pub enum StoreError {
    /// Nobody wants them any more.
    Unwanted,
    /// Something went wrong.
    Failed(Failure),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The weights, from the browser's own store or from the server, with the right size and checksum.
pub async fn obtain(
    id: CommandId,
    source: &Source,
    progress: impl Fn(u64),
    wanted: &dyn Fn() -> bool,
) -> Result<Weights, StoreError> {
    let title = &source.title;
    if source.bytes == 0 || source.bytes > MAX_BYTES || source.sha256.len() != 64 {
        return Err(Cause::WeightsUnlisted.of(title).into());
    }
    if let Some(bytes) = cache::find(source).await {
        if let Ok(weights) = verified(source, bytes) {
            progress(source.bytes);
            return Ok(weights);
        }
        log::warn!("stored weights of {title} are damaged: they are fetched anew");
        cache::drop_of(source).await;
        let fetched = fetch(source, progress, wanted).await;
        let bytes = fetched.map_err(|error| match error {
            StoreError::Failed(Failure {
                cause: Cause::WeightsUnreachable | Cause::WeightsInterrupted,
                detail,
                ..
            }) => Cause::WeightsLost.because(title, detail).into(),
            other => other,
        })?;
        return kept(id, source, bytes).await;
    }
    let bytes = fetch(source, progress, wanted).await?;
    kept(id, source, bytes).await
}

/// What was fetched, verified and stored.
async fn kept(id: CommandId, source: &Source, bytes: Vec<u8>) -> Result<Weights, StoreError> {
    let weights = verified(source, bytes)?;
    cache::keep(id, source, &weights.bytes).await;
    Ok(weights)
}

async fn fetch(
    source: &Source,
    progress: impl Fn(u64),
    wanted: &dyn Fn() -> bool,
) -> Result<Vec<u8>, StoreError> {
    let title = &source.title;
    let body = open(source).await?;
    let arrived = |bytes| {
        progress(bytes);
        wanted()
    };
    let bytes = stream::collect(&body, source.bytes as usize, source.bytes, arrived).await;
    bytes.map_err(|stopped| match stopped {
        Stopped::Unwanted => StoreError::Unwanted,
        Stopped::TooLong => damaged(source, "longer than announced").into(),
        Stopped::NoMemory => Cause::WeightsNoMemory.of(title).into(),
        Stopped::Broken(e) => Cause::WeightsInterrupted.because(title, words(&e)).into(),
    })
}

/// Reads a file of the user's.
pub async fn read(file: &File) -> Result<Weights, Failure> {
    let name = file.name();
    if file.size() > MAX_BYTES as f64 {
        return Err(Cause::FileTooLong.because(name, megabytes(MAX_BYTES)));
    }
    let buffer = JsFuture::from(file.array_buffer())
        .await
        .map_err(|e| Cause::FileUnreadable.because(name, words(&e)))?;
    Ok(Weights::of(Uint8Array::new(&buffer).to_vec()))
}

async fn open(source: &Source) -> Result<ReadableStream, Failure> {
    let unreachable = |why: String| Cause::WeightsUnreachable.because(&source.title, why);
    let answer = JsFuture::from(super::scope().fetch_with_str(&source.url))
        .await
        .map_err(|e| unreachable(words(&e)))?;
    let response: Response = answer.unchecked_into();
    if !response.ok() {
        return Err(unreachable(format!("HTTP {}", response.status())));
    }
    response
        .body()
        .ok_or_else(|| unreachable("empty answer".into()))
}

fn verified(source: &Source, bytes: Vec<u8>) -> Result<Weights, Failure> {
    if bytes.len() as u64 != source.bytes {
        let found = format!("{} of {} bytes", bytes.len(), source.bytes);
        return Err(damaged(source, &found));
    }
    let weights = Weights::of(bytes);
    let found = weights.checksums.sha256();
    if found.eq_ignore_ascii_case(&source.sha256) {
        Ok(weights)
    } else {
        Err(damaged(source, "another SHA-256"))
    }
}

fn damaged(source: &Source, how: &str) -> Failure {
    Cause::WeightsDamaged.because(&source.title, how)
}

/// A limit, as it stands behind a sentence.
pub fn megabytes(most: u64) -> String {
    format!("> {} MB", most >> 20)
}
