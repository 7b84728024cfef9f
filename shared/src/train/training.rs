//! The training loop as a machine that takes batches and tells what is due.
//!
//! It has no thread, file or clock of its own. Its caller makes the batches, ahead or not, decides what is done
//! between two steps, and does what the events ask for: a command line writes files, a page draws and yields.

use super::divergence::{Divergence, Watch, finite};
use super::reading::scalar;
use super::schedule::Schedule;
use super::steps::NamedLosses;
use super::trainee::{Loader, Trainee};

/// What a training tells, in the order in which it is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The losses of the newest step, weighted as they entered the sum.
    Losses(Vec<(&'static str, f32)>),
    /// A sample sheet is to be drawn ([`Trainee::sheet`]).
    SheetDue,
    /// The state is to be measured and kept ([`Trainee::validate`], [`Trainee::save`]): its losses are sound.
    CheckpointDue,
    /// The training will not come back: nothing of it is to be kept, and no step is to follow.
    Diverged(Divergence),
    /// The training has reached its limit: no step is to follow, it is to be finished ([`Training::finish`]).
    Ended,
}

/// A stage in training, at the step that it has reached. Who drives it asks [`Trainee::loader`] for the batch of
/// [`Training::step`], advances, does what the events ask for, until one of them is [`Event::Ended`], and finishes.
pub struct Training<T> {
    trainee: T,
    step: u64,
    schedule: Schedule,
    watch: Watch,
    /// The losses of the newest step until they are told, on the device.
    last: NamedLosses,
}

impl<T: Trainee> Training<T> {
    /// Goes on after `step` steps of `trainee`, which are 0 at the beginning; `watch` has seen the losses of
    /// those that were logged.
    pub fn new(trainee: T, step: u64, schedule: Schedule, watch: Watch) -> Self {
        Self {
            trainee,
            step,
            schedule,
            watch,
            last: NamedLosses::new(),
        }
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The stage as it is after the newest step.
    pub fn trainee(&self) -> &T {
        &self.trainee
    }

    /// Trains one step on the batch of step number [`Training::step`]. Afterwards `is_over` is asked whether a
    /// limit of the caller's own, such as of time, ends the training here.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn advance(
        &mut self,
        batch: <T::Loader as Loader>::Batch,
        is_over: impl FnOnce() -> bool,
    ) -> Result<Vec<Event>, T::Error> {
        self.last = self.trainee.step(self.step, batch).await?;
        self.step += 1;
        let over = self.schedule.is_over(self.step) || is_over();
        let mut events = Vec::new();
        if self.schedule.losses.is_due(self.step) || self.step == 1 || over {
            events = self.look().await?;
        }
        if has_diverged(&events) {
            return Ok(events);
        }
        if over {
            events.push(Event::Ended);
            return Ok(events);
        }
        if self.schedule.sheet.is_due(self.step) {
            events.push(Event::SheetDue);
        }
        if self.schedule.checkpoint.is_due(self.step) && !self.watch.is_alarmed() {
            events.push(self.checkpoint().await?);
        }
        Ok(events)
    }

    /// Finishes the stage where the training has ended, to be shown and kept.
    ///
    /// # Errors
    /// When the stage cannot be finished or the device fails.
    pub async fn finish(&mut self) -> Result<Vec<Event>, T::Error> {
        let mut events = self.look().await?;
        if !has_diverged(&events) {
            self.trainee.finish().await?;
            events.extend([Event::SheetDue, Event::CheckpointDue]);
        }
        Ok(events)
    }

    /// What is to be done when the caller stops here, to go on another time.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn pause(&self) -> Result<Event, T::Error> {
        self.checkpoint().await
    }

    /// Tells the losses, unless they have been told, and looks whether they have left what they were.
    async fn look(&mut self) -> Result<Vec<Event>, T::Error> {
        let losses = self.losses().await?;
        self.last.clear();
        if losses.is_empty() {
            return Ok(Vec::new());
        }
        let looked = self.watch.look(self.step, &losses);
        let diverged = looked.err().map(Event::Diverged);
        Ok([Event::Losses(losses)]
            .into_iter()
            .chain(diverged)
            .collect())
    }

    /// Nothing is kept of a state whose losses are no numbers.
    async fn checkpoint(&self) -> Result<Event, T::Error> {
        let losses = self.losses().await?;
        let values = losses.iter().map(|&(name, value)| (name, f64::from(value)));
        Ok(finite(self.step, values).map_or_else(Event::Diverged, |()| Event::CheckpointDue))
    }

    async fn losses(&self) -> Result<Vec<(&'static str, f32)>, T::Error> {
        let mut values = Vec::with_capacity(self.last.len());
        for (name, loss) in &self.last {
            values.push((*name, scalar(loss.clone()).await?));
        }
        Ok(values)
    }
}

fn has_diverged(events: &[Event]) -> bool {
    matches!(events.last(), Some(Event::Diverged(_)))
}

#[cfg(test)]
mod tests;
