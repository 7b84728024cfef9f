//! When something is due between two steps, counted in steps: who owns a clock ends a training by time.

/// Every so many steps, and never at step 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence(pub u64);

impl Cadence {
    /// Whether it is time after `step` steps.
    pub fn is_due(self, step: u64) -> bool {
        step > 0 && step.is_multiple_of(self.0)
    }
}

/// How often what happens, and when the training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Steps in all after which the training ends; `None`: when its caller says so.
    pub steps: Option<u64>,
    /// Losses are read from the device and told; those of the first and of the last step always are.
    pub losses: Cadence,
    /// Sample sheet.
    pub sheet: Cadence,
    /// Checkpoint.
    pub checkpoint: Cadence,
}

impl Schedule {
    /// Whether the training has reached its steps.
    pub fn is_over(&self, step: u64) -> bool {
        self.steps.is_some_and(|steps| step >= steps)
    }
}
