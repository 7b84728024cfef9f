//! Bytes that arrive piece by piece, never more of them than expected.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// Reads a stream to its end. `arrived` gets the bytes so far after each piece and says whether to
/// go on.
///
/// # Errors
/// [`Stopped`] says why the bytes are not all there.
pub async fn collect(
    stream: &ReadableStream,
    expected: usize,
    limit: u64,
    mut arrived: impl FnMut(u64) -> bool,
) -> Result<Vec<u8>, Stopped> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    if bytes
        .try_reserve_exact(expected.min(limit as usize))
        .is_err()
    {
        return Err(Stopped::NoMemory);
    }
    loop {
        let stopped = match next(&reader).await {
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(Stopped::Broken(error)),
            Ok(Some(piece)) if bytes.len() as u64 + u64::from(piece.length()) > limit => {
                Stopped::TooLong
            }
            Ok(Some(piece)) if bytes.try_reserve(piece.length() as usize).is_err() => {
                Stopped::NoMemory
            }
            Ok(Some(piece)) => {
                let start = bytes.len();
                bytes.resize(start + piece.length() as usize, 0);
                piece.copy_to(&mut bytes[start..]);
                if arrived(bytes.len() as u64) {
                    continue;
                }
                Stopped::Unwanted
            }
        };
        // Whoever sends stops too; whether it could be told does not matter.
        let _ = JsFuture::from(reader.cancel()).await;
        return Err(stopped);
    }
}

/// Why a stream was not read to its end.
pub enum Stopped {
    /// It broke off.
    Broken(JsValue),
    /// It is longer than allowed.
    TooLong,
    /// The browser gives no memory for it.
    NoMemory,
    /// Nobody wants it any more.
    Unwanted,
}

async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let part = JsFuture::from(reader.read()).await?;
    let field = |name: &str| Reflect::get(&part, &name.into());
    if field("done")?.is_truthy() {
        Ok(None)
    } else {
        field("value")?.dyn_into().map(Some)
    }
}
