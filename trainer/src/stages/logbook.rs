//! What a training leaves in its run while it goes on: losses and speed, sheets, checkpoints, the
//! figures that judge them, its state and its report.

use std::time::Instant;

use pollster::block_on;
use scanweave::train::{Figures, Trainee, finite};

use super::prefetch::Made;
use crate::picture;
use crate::run::{
    Best, Checkpoint, Directory, History, Limit, Line, Losses, Progress, Record, State, Timings,
    Validation, report,
};

/// The written side of a training.
pub struct Logbook<'a> {
    directory: &'a Directory,
    progress: Progress,
    record: Record,
    best: Option<Best>,
    /// Step of the newest validation.
    validated: Option<u64>,
    batch: usize,
    /// Step and timings at the last log.
    logged: (u64, Timings),
}

impl<'a> Logbook<'a> {
    /// Goes on where `from` ended, after the `history`; `batch` images per step.
    pub fn open(
        directory: &'a Directory,
        history: &History,
        from: Option<&Checkpoint>,
        limit: Limit,
        batch: usize,
    ) -> Self {
        let (step, seconds) = from.map_or((0, 0.0), |c| (c.step, c.seconds));
        let record = directory.record();
        Self {
            directory,
            progress: Progress::new(limit, seconds),
            best: history.best(),
            validated: history.validations.last().map(|v| v.step),
            batch,
            logged: (step, record.timings),
            record,
        }
    }

    /// Whether the training has reached its limit.
    pub fn is_over(&self, step: u64) -> bool {
        self.progress.is_over(step)
    }

    /// Whether the time is over, where it is limited.
    pub fn is_time_over(&self) -> bool {
        self.progress.is_time_over()
    }

    /// Counts the time of a batch.
    pub fn waited<B>(&mut self, batch: &Made<B>) {
        self.record.timings.loading += batch.making;
        self.record.timings.waiting += batch.waiting;
    }

    /// Counts the time of a step, with reading its losses from the device.
    pub fn stepped(&mut self, step: u64, began: Instant) {
        self.record.timings.stepping += began.elapsed().as_secs_f64();
        self.progress.set(step);
    }

    /// Writes and shows the losses of a step.
    pub fn log(&mut self, step: u64, values: &[(&'static str, f32)]) -> anyhow::Result<()> {
        let line = self.line(step, values);
        self.logged = (step, self.record.timings);
        let speed = line.images_per_second;
        self.directory.statistics().log(&Line::Losses(line))?;
        let shown: Vec<String> = values
            .iter()
            .map(|(name, value)| format!("{name} {value:.3}"))
            .collect();
        let shown = shown.join("  ");
        self.progress
            .say(&format!("step {step}  {speed:.1} images/s  {shown}"));
        Ok(())
    }

    fn line(&self, step: u64, values: &[(&'static str, f32)]) -> Losses {
        let (now, (from, before)) = (self.record.timings, self.logged);
        let images = (step - from) as f64 * self.batch as f64;
        let rate = |seconds: f64| images / seconds.max(1e-6);
        let (waiting, stepping) = (now.waiting - before.waiting, now.stepping - before.stepping);
        let terms = values
            .iter()
            .map(|&(n, v)| (n.to_owned(), v.is_finite().then_some(v)));
        Losses {
            step,
            seconds: self.progress.seconds(),
            images_per_second: rate(waiting + stepping),
            loader_images_per_second: Some(rate(now.loading - before.loading)),
            step_images_per_second: Some(rate(stepping)),
            terms: terms.collect(),
        }
    }

    /// Writes a sample sheet and the report with it.
    pub fn sheet<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<()>
    where
        anyhow::Error: From<T::Error>,
    {
        let began = Instant::now();
        let rows = block_on(trainee.sheet())?;
        picture::save_sheet(&self.directory.sheet(step), &rows)?;
        self.report();
        self.record.timings.sheets += began.elapsed().as_secs_f64();
        Ok(())
    }

    /// Writes a checkpoint and its validation figures, unless these have diverged.
    pub fn save<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<()>
    where
        anyhow::Error: From<T::Error>,
    {
        let is_best = self.validate(step, trainee)?;
        let began = Instant::now();
        let seconds = self.progress.seconds();
        let sections = trainee.save();
        let checkpoint = Checkpoint {
            step,
            seconds,
            sections,
        };
        self.directory.save(&checkpoint)?;
        if is_best {
            self.directory.save_best(&checkpoint)?;
        }
        self.record.timings.checkpoints += began.elapsed().as_secs_f64();
        (self.record.step, self.record.seconds) = (step, seconds);
        self.directory.set_record(&self.record)
    }

    /// Logs the figures of this step and says whether they are the best so far. Their line comes
    /// before the checkpoint: killed in between, a resumed run cuts it and measures again.
    fn validate<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<bool>
    where
        anyhow::Error: From<T::Error>,
    {
        if self.validated == Some(step) {
            return Ok(false);
        }
        let began = Instant::now();
        let figures = block_on(trainee.validate())?;
        self.record.timings.validation += began.elapsed().as_secs_f64();
        let Some(figures) = figures else {
            return Ok(false);
        };
        finite(step, figures.values.iter().map(|(n, v)| (n.as_str(), *v)))?;
        self.validated = Some(step);
        let line = self.validation(step, &figures);
        self.directory.statistics().log(&Line::Validation(line))?;
        let best = self.directory.statistics().read()?.best();
        let is_best = best.as_ref().is_some_and(|b| b.step == step) && best != self.best;
        self.best = best;
        Ok(is_best)
    }

    fn validation(&self, step: u64, figures: &Figures) -> Validation {
        let named = figures.values.iter().map(|(n, v)| (n.clone(), Some(*v)));
        let finite = |v: &f64| v.is_finite().then_some(*v);
        let rows = figures.rows.iter();
        let rows = rows.map(|(n, row)| (n.clone(), row.iter().map(finite).collect()));
        Validation {
            step,
            seconds: self.progress.seconds(),
            figures: named.collect(),
            rows: rows.collect(),
            decisive: figures.decisive.clone(),
            better: figures.better,
        }
    }

    /// Takes the progress bar away.
    pub fn take_bar_away(&self) {
        self.progress.finish();
    }

    /// The training was stopped and saved.
    pub fn interrupted(&mut self) -> anyhow::Result<()> {
        self.end(State::Interrupted, None)
    }

    /// The training has reached its limit.
    pub fn finished(&mut self) -> anyhow::Result<()> {
        self.end(State::Finished, None)
    }

    /// The training has diverged.
    pub fn diverged(&mut self, reason: &str) -> anyhow::Result<()> {
        self.end(State::Diverged, Some(reason.into()))
    }

    fn end(&mut self, state: State, reason: Option<String>) -> anyhow::Result<()> {
        (self.record.state, self.record.reason) = (state, reason);
        self.directory.set_record(&self.record)?;
        self.report();
        Ok(())
    }

    /// A report that cannot be written is no reason to stop a training.
    fn report(&self) {
        if let Err(error) = report::write(self.directory, &self.record) {
            eprintln!("warning: {error:#}");
        }
    }
}
