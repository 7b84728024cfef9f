//! An end to waiting: a graphics device that hangs answers neither with a result nor an error.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// What the work returns, or `None` when it has not ended after this many milliseconds. Work that
/// holds the thread cannot be given up; without a limit it is waited for.
pub async fn within<T>(limit: Option<i32>, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let Some(limit) = limit else {
        return Some(work.await);
    };
    let mut bell = pin!(pause(limit));
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        bell.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Waits this many milliseconds; 0 lets the event loop deliver what is waiting.
pub async fn pause(milliseconds: i32) {
    let bell = Promise::new(&mut |resolve, _| {
        let set = super::scope()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        if set.is_err() {
            // Without timers there is nothing to wait for.
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // This promise is never rejected.
    let _ = JsFuture::from(bell).await;
}
