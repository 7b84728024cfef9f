//! Batches made one step ahead on a thread of their own, so that the device never waits for the
//! host unless the host is the slower one: then the figures say so.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;
use std::time::Instant;

use scanweave::train::Loader;

/// A batch and what it has cost.
pub struct Made<B> {
    /// The batch.
    pub values: B,
    /// Seconds of the loader's thread.
    pub making: f64,
    /// Seconds that the training stood still for it.
    pub waiting: f64,
}

/// Batches in the order of the steps.
pub struct Prefetch<B> {
    made: Receiver<(B, f64)>,
}

impl<B: Send> Prefetch<B> {
    /// Begins with the batch of step `step`; ends when it is dropped.
    pub fn begin<'scope, 'env, L>(
        scope: &'scope Scope<'scope, 'env>,
        loader: &'scope L,
        step: u64,
    ) -> Self
    where
        L: Loader<Batch = B>,
        B: 'scope,
    {
        let (send, made) = sync_channel(1);
        scope.spawn(move || {
            for step in step.. {
                let began = Instant::now();
                let values = loader.batch(step);
                if send.send((values, began.elapsed().as_secs_f64())).is_err() {
                    return;
                }
            }
        });
        Self { made }
    }

    /// The next batch.
    pub fn next(&mut self) -> Made<B> {
        let began = Instant::now();
        let (values, making) = self.made.recv().expect("the loader's thread lives");
        Made {
            values,
            making,
            waiting: began.elapsed().as_secs_f64(),
        }
    }
}
