//! What is asked of synthetic subjects.

use super::draws::Subject;
use super::rows::Measured;

/// Figures of one kind, with those of real images beside them.
pub trait Metric {
    /// The figures of the subjects that `seed` gave; `done` is called after each picture that is painted for them.
    ///
    /// # Errors
    /// When something cannot be painted or compared.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>>;
}
