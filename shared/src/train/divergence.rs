//! Recognising a training that will not come back: a loss that is no number, or one that has left
//! everything it was before by orders of magnitude.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// Logged values that the running median looks back on.
const MEMORY: usize = 101;
/// Values without which there is no telling what is usual.
const NEEDED: usize = 5;
/// Times its running median beyond which a loss is taken as exploding.
const FACTOR: f32 = 1000.0;
/// Below this no loss is taken as exploding: one that began near 0 may well grow a thousandfold.
const FLOOR: f32 = 100.0;
/// Beyond this a loss is taken as exploding whatever it was before: a training may be lost from its first
/// steps on.
const CEILING: f32 = 1e6;
/// Logs in a row that a loss has to stay up there: a single bad batch passes.
const PATIENCE: usize = 3;

/// Which term has left, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// The loss or validation figure.
    pub term: String,
    /// Its value.
    pub value: f64,
    /// Steps done.
    pub step: u64,
    /// What it stayed above, where it has exploded; `None` where it is no finite number.
    pub limit: Option<f32>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            term,
            value,
            step,
            limit,
        } = self;
        write!(
            f,
            "the training diverged at step {step}: the loss `{term}` is {value}"
        )?;
        match limit {
            Some(limit) => write!(f, ", above {limit} for {PATIENCE} logs in a row"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Divergence {}

/// Looks at every loss that is told.
#[derive(Debug, Default)]
pub struct Watch {
    terms: BTreeMap<String, Term>,
}

#[derive(Debug, Default)]
struct Term {
    recent: VecDeque<f32>,
    above: usize,
}

impl Watch {
    /// A watch that has seen the losses that were told before, by name, oldest first.
    pub fn after<'a>(history: impl IntoIterator<Item = (&'a str, f32)>) -> Self {
        let mut watch = Self::default();
        for (name, value) in history {
            watch.terms.entry(name.into()).or_default().explodes(value);
        }
        watch
    }

    /// Looks at the losses after `step` steps.
    ///
    /// # Errors
    /// When one of them is no finite number or has exploded; the first of them.
    pub fn look(&mut self, step: u64, losses: &[(&str, f32)]) -> Result<(), Divergence> {
        finite(
            step,
            losses.iter().map(|&(name, value)| (name, f64::from(value))),
        )?;
        for &(name, value) in losses {
            let limit = self.terms.entry(name.into()).or_default().explodes(value);
            if limit.is_some() {
                let (term, value) = (name.into(), f64::from(value));
                return Err(Divergence {
                    term,
                    value,
                    step,
                    limit,
                });
            }
        }
        Ok(())
    }

    /// Whether some loss was last seen far above what it was: nothing to be kept as a checkpoint.
    pub fn is_alarmed(&self) -> bool {
        self.terms.values().any(|term| term.above > 0)
    }
}

/// Refuses the first value that is no finite number, after `step` steps.
///
/// # Errors
/// When there is one.
pub fn finite<'a>(
    step: u64,
    mut values: impl Iterator<Item = (&'a str, f64)>,
) -> Result<(), Divergence> {
    match values.find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((term, value)) => Err(Divergence {
            term: term.into(),
            value,
            step,
            limit: None,
        }),
    }
}

impl Term {
    /// Takes a value in; the limit if the value is the last of too many above it.
    fn explodes(&mut self, value: f32) -> Option<f32> {
        let size = value.abs();
        let usual = self.median().map(|usual| (FACTOR * usual).max(FLOOR));
        let limit = usual.map_or(CEILING, |usual| usual.min(CEILING));
        if size > limit {
            self.above += 1;
            return (self.above >= PATIENCE).then_some(limit);
        }
        self.above = 0;
        self.recent.push_back(size);
        if self.recent.len() > MEMORY {
            self.recent.pop_front();
        }
        None
    }

    fn median(&self) -> Option<f32> {
        if self.recent.len() < NEEDED {
            return None;
        }
        let mut sorted: Vec<f32> = self.recent.iter().copied().collect();
        sorted.sort_by(f32::total_cmp);
        Some(sorted[sorted.len() / 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step at which a series of logged values is stopped.
    fn stopped_at(values: &[f32]) -> Option<u64> {
        let mut watch = Watch::default();
        let mut looks = (1..)
            .zip(values)
            .map(|(step, &v)| watch.look(step, &[("a", v)]));
        looks.find_map(Result::err).map(|d| d.step)
    }

    #[test]
    fn an_explosion_stops_after_three_logs_and_a_single_leap_does_not() {
        let calm = [0.2, 0.3, 0.25, 0.2, 0.3];
        let after = |tail: &[f32]| stopped_at(&[&calm[..], tail].concat());
        assert_eq!(after(&[1e4, 1e5, 1e6, 1e7]), Some(8));
        assert_eq!(after(&[1e4, 1e5, 0.3, 1e5, 1e6, 0.2]), None);
        assert_eq!(after(&[90.0; 10]), None, "below the floor");
        assert_eq!(
            stopped_at(&[1e-9, 1e-9, 1e5, 1e5, 1e5, 1e5]),
            None,
            "too early to tell"
        );
        assert_eq!(
            stopped_at(&[0.9, 9e12, 8e9, 1e10]),
            Some(4),
            "lost from the start"
        );
    }

    #[test]
    fn what_is_no_number_stops_at_once_and_is_named() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = Watch::default()
                .look(7, &[("fine", 1.0), ("bad", value)])
                .unwrap_err();
            assert_eq!((error.term.as_str(), error.step), ("bad", 7));
            assert!(error.to_string().contains("`bad`"), "{error}");
        }
    }
}
