//! A command that takes many slices: between two of them the worker takes in what it is told meanwhile.

use std::future::Future;
use std::pin::Pin;

use super::compute::Compute;
use crate::model::protocol::{CommandId, Failure};

/// What becomes of a job in a slice; it waits for the device.
pub type Slice<'a> = Pin<Box<dyn Future<Output = Result<Next, Failure>> + 'a>>;

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The job has ended and was told.
    Ended,
    /// Another slice is to be done.
    GoesOn,
}

/// What is done in slices.
pub trait Job {
    /// Does the next slice and reports what it made, as events of the command `id`.
    fn slice<'a>(&'a mut self, id: CommandId, on: &'a mut Compute) -> Slice<'a>;
}
