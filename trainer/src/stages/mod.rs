//! The training loops: step, log if due, sample if due, save if due.

mod batch;
mod maps;
mod prefetch;
mod structure;
mod synthesis;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use scanweave::image::Plane;
use scanweave::steps::{NamedLosses, Section};

use crate::picture;
use crate::run::{Cadence, Checkpoint, Directory, Figures, Limit, Progress};
use prefetch::Prefetch;

pub use structure::Structure;
pub use synthesis::{Synthesis, SyntheticMaps};

/// The host side of a stage: makes batches while the device is at the step before.
pub trait Loader: Send + Sync {
    /// Values on the host; the step moves them to the device.
    type Batch: Send;
    /// The batch of step number `step` (from 0): everything random in it follows from the seed and
    /// `step`.
    fn batch(&self, step: u64) -> Self::Batch;
}

/// A stage in training.
pub trait Trainee: Sized {
    /// What makes the batches.
    type Loader: Loader;
    /// The maker of batches, to be used on a thread of its own.
    fn loader(&self) -> Arc<Self::Loader>;
    /// Trains step number `step` (from 0) on its batch: draws nothing random itself.
    fn step(self, step: u64, batch: <Self::Loader as Loader>::Batch) -> (Self, NamedLosses);
    /// Figures on items that the training does not see, asked at each checkpoint; one of them
    /// decides which checkpoint is kept as the best. `None`: nothing to measure on.
    fn validate(&self) -> anyhow::Result<Option<Figures>> {
        Ok(None)
    }
    /// Pictures of the present state, always of the same subjects and latents.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Plane>>>;
    /// The state, to resume from.
    fn save(&self) -> Vec<Section>;
    /// The state restored.
    fn load(self, sections: &[Section]) -> anyhow::Result<Self>;
    /// What is done once when the training has reached its end.
    fn finish(self) -> Self {
        self
    }
}

/// How often what happens.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// When the training ends.
    pub limit: Limit,
    /// Losses to `stats.jsonl` and the bar.
    pub log: Cadence,
    /// Sample sheet.
    pub sheet: Cadence,
    /// Checkpoint.
    pub save: Cadence,
}

/// How a training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The limit was reached after this many steps.
    Complete(u64),
    /// Somebody asked to stop after this many steps; everything is saved.
    Interrupted(u64),
}

/// Trains until the limit or until `stop` is set, whichever is first.
pub fn train<T: Trainee>(
    mut trainee: T,
    directory: &Directory,
    from: Option<Checkpoint>,
    schedule: Schedule,
    batch: usize,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Ending> {
    let (mut step, before) = from.as_ref().map_or((0, 0.0), |c| (c.step, c.seconds));
    match from {
        Some(checkpoint) => trainee = trainee.load(&checkpoint.sections)?,
        None => picture::save_sheet(&directory.sheet(0), &trainee.sheet()?)?,
    }
    let progress = Progress::new(schedule.limit, before);
    let loader = trainee.loader();
    std::thread::scope(|scope| {
        let mut batches = Prefetch::begin(scope, &*loader, step);
        let mut speed = Speed::new(step, progress.seconds());
        while !progress.is_over(step) {
            if stop.load(Ordering::SeqCst) {
                save(&trainee, directory, step, &progress)?;
                progress.finish();
                return Ok(Ending::Interrupted(step));
            }
            let (trained, losses) = trainee.step(step, batches.next().values);
            trainee = trained;
            step += 1;
            progress.set(step);
            if schedule.log.is_due(step) || step == 1 {
                log(
                    directory,
                    &progress,
                    step,
                    losses,
                    speed.measure(step, progress.seconds()) * batch as f64,
                )?;
            }
            if schedule.sheet.is_due(step) {
                picture::save_sheet(&directory.sheet(step), &trainee.sheet()?)?;
            }
            if schedule.save.is_due(step) {
                save(&trainee, directory, step, &progress)?;
            }
        }
        let trainee = trainee.finish();
        picture::save_sheet(&directory.sheet(step), &trainee.sheet()?)?;
        save(&trainee, directory, step, &progress)?;
        progress.finish();
        Ok(Ending::Complete(step))
    })
}

fn save<T: Trainee>(
    trainee: &T,
    directory: &Directory,
    step: u64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let checkpoint = Checkpoint {
        step,
        seconds: progress.seconds(),
        sections: trainee.save(),
    };
    directory.save(&checkpoint).map(|_| ())
}

/// Reads the losses from the device, writes and shows them; a loss that is not finite ends the run.
fn log(
    directory: &Directory,
    progress: &Progress,
    step: u64,
    losses: NamedLosses,
    speed: f64,
) -> anyhow::Result<()> {
    let values: Vec<(&str, f32)> = losses
        .into_iter()
        .map(|(name, loss)| (name, loss.into_scalar::<f32>()))
        .collect();
    let mut line = serde_json::json!({ "step": step, "seconds": progress.seconds(), "images_per_second": speed });
    for (name, value) in &values {
        line[*name] = serde_json::json!(value);
    }
    directory.log(&line)?;
    if let Some((name, value)) = values.iter().find(|(_, value)| !value.is_finite()) {
        bail!(
            "the training diverged at step {step}: the loss `{name}` is {value}. The last checkpoint is kept; resume from it with a lower --rate in a new run, or look at the data"
        );
    }
    let shown: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{name} {value:.3}"))
        .collect();
    progress.say(&format!(
        "step {step}  {speed:.1} images/s  {}",
        shown.join("  ")
    ));
    Ok(())
}

/// Steps per second since the last look.
struct Speed {
    step: u64,
    seconds: f64,
}

impl Speed {
    fn new(step: u64, seconds: f64) -> Self {
        Self { step, seconds }
    }

    fn measure(&mut self, step: u64, seconds: f64) -> f64 {
        let rate = (step - self.step) as f64 / (seconds - self.seconds).max(1e-6);
        *self = Self::new(step, seconds);
        rate
    }
}
