//! What the page is doing.

use crate::model::protocol::Stage;

/// What the page is doing; tests read it from the body's `data-state`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// No model is ready yet.
    #[default]
    Loading,
    /// Waiting for the user.
    Ready,
    /// A picture is being computed.
    Busy,
    /// The last wish failed.
    Error,
}

impl Phase {
    /// The word in `data-state`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Busy => "busy",
            Self::Error => "error",
        }
    }
}

/// Loading, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, 0 when unknown.
    pub total: u64,
}
