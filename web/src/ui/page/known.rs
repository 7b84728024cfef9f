//! A value that everybody reads and follows, and that only the controller changes.

use std::ops::Deref;

use leptos::prelude::*;

/// A signal to read; [`Known::set`] is the controller's.
pub struct Known<T: Send + Sync + 'static> {
    read: ReadSignal<T>,
    write: WriteSignal<T>,
}

impl<T: Send + Sync + 'static> Known<T> {
    /// A signal that starts with this value.
    pub(super) fn new(value: T) -> Self {
        let (read, write) = signal(value);
        Self { read, write }
    }

    /// Another value; whoever follows it is told.
    pub(super) fn set(self, value: T) {
        self.write.set(value);
    }
}

impl<T: Default + Send + Sync + 'static> Default for Known<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Send + Sync + 'static> Clone for Known<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Known<T> {}

impl<T: Send + Sync + 'static> Deref for Known<T> {
    type Target = ReadSignal<T>;

    fn deref(&self) -> &ReadSignal<T> {
        &self.read
    }
}
