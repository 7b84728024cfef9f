//! What a training leaves in its run while it goes on: losses and speed, sheets, checkpoints, the
//! figures that judge them, its state and its report.

use std::time::Instant;

use scanweave::train::steps::NamedLosses;

use super::Trainee;
use super::prefetch::Made;
use crate::picture;
use crate::run::{
    Best, Checkpoint, Directory, Figures, Limit, Line, Losses, Progress, Record, State, Timings,
    Validation, Watch, finite, report,
};

/// The written side of a training.
pub struct Logbook<'a> {
    directory: &'a Directory,
    progress: Progress,
    record: Record,
    watch: Watch,
    best: Option<Best>,
    /// Step of the newest validation.
    validated: Option<u64>,
    batch: usize,
    /// The last step and its losses, on the device until somebody reads them.
    last: Option<(u64, NamedLosses)>,
    /// Step and timings at the last log.
    logged: (u64, Timings),
}

impl<'a> Logbook<'a> {
    /// Goes on where `from` ended; `batch` images per step.
    pub fn open(
        directory: &'a Directory,
        from: Option<&Checkpoint>,
        limit: Limit,
        batch: usize,
    ) -> anyhow::Result<Self> {
        let (step, seconds) = from.map_or((0, 0.0), |c| (c.step, c.seconds));
        let (record, history) = (directory.record(), directory.statistics().read()?);
        Ok(Self {
            directory,
            progress: Progress::new(limit, seconds),
            watch: Watch::after(&history.losses),
            best: history.best(),
            validated: history.validations.last().map(|v| v.step),
            batch,
            last: None,
            logged: (step, record.timings),
            record,
        })
    }

    /// Whether the training has reached its limit.
    pub fn is_over(&self, step: u64) -> bool {
        self.progress.is_over(step)
    }

    /// Counts the time of a batch.
    pub fn waited<B>(&mut self, batch: &Made<B>) {
        self.record.timings.loading += batch.making;
        self.record.timings.waiting += batch.waiting;
    }

    /// Takes the losses of a step; reads nothing from the device.
    pub fn stepped(&mut self, step: u64, losses: NamedLosses, began: Instant) {
        self.last = Some((step, losses));
        self.record.timings.stepping += began.elapsed().as_secs_f64();
        self.progress.set(step);
    }

    /// Reads the losses of the last step, writes and shows them; a training that diverges ends.
    pub fn log(&mut self) -> anyhow::Result<()> {
        let Some((step, values)) = self.read() else {
            return Ok(());
        };
        let line = self.line(step, &values);
        self.logged = (step, self.record.timings);
        let speed = line.images_per_second;
        self.directory.statistics().log(&Line::Losses(line))?;
        self.watch.look(step, &values)?;
        let shown: Vec<String> = values
            .iter()
            .map(|(name, value)| format!("{name} {value:.3}"))
            .collect();
        let shown = shown.join("  ");
        self.progress
            .say(&format!("step {step}  {speed:.1} images/s  {shown}"));
        Ok(())
    }

    /// The losses of the last step, read from the device; the time counts as the step's.
    fn read(&mut self) -> Option<(u64, Vec<(&'static str, f32)>)> {
        let (step, losses) = self.last.as_ref()?;
        let began = Instant::now();
        let read = losses
            .iter()
            .map(|(n, l)| (*n, l.clone().into_scalar::<f32>()));
        let values = (*step, read.collect());
        self.record.timings.stepping += began.elapsed().as_secs_f64();
        Some(values)
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

    /// Whether a loss was last seen far above what it was.
    pub fn is_alarmed(&self) -> bool {
        self.watch.is_alarmed()
    }

    /// Writes a sample sheet and the report with it.
    pub fn sheet<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<()> {
        let began = Instant::now();
        picture::save_sheet(&self.directory.sheet(step), &trainee.sheet()?)?;
        self.report();
        self.record.timings.sheets += began.elapsed().as_secs_f64();
        Ok(())
    }

    /// Writes a checkpoint, unless the training has diverged, and its validation figures.
    pub fn save<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<()> {
        if let Some((step, values)) = self.read() {
            finite(step, values.iter().map(|&(n, v)| (n, f64::from(v))))?;
        }
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
    fn validate<T: Trainee>(&mut self, step: u64, trainee: &T) -> anyhow::Result<bool> {
        if self.validated == Some(step) {
            return Ok(false);
        }
        let began = Instant::now();
        let figures = trainee.validate()?;
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
