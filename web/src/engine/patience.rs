//! An end to waiting: a graphics device that hangs answers neither with a result nor an error. And
//! stops in work that is long, so that shorter work need not wait for it.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
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

/// A gate in long work: who works stops at it, and whoever let it work is there again.
#[derive(Clone, Default)]
pub struct Gate(Rc<Cell<bool>>);

impl Gate {
    /// Stops once.
    pub async fn stop(&self) {
        let mut stopped = false;
        poll_fn(|_| {
            if stopped {
                return Poll::Ready(());
            }
            stopped = true;
            self.0.set(true);
            Poll::Pending
        })
        .await;
    }

    /// Lets work go on to the next stop; `None` when it stopped before its end. Work that waits for a
    /// device is waited for.
    pub async fn until_stop<T>(&self, work: &mut Pin<Box<dyn Future<Output = T>>>) -> Option<T> {
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.0.take() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
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
