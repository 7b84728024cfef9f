//! The training loop: step, log if due, sample if due, save if due.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context as _;

use super::Trainee;
use super::logbook::Logbook;
use super::prefetch::Prefetch;
use crate::run::{Cadence, Checkpoint, Directory, Divergence, Limit};

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

/// Trains until the limit or until `stop` is set, whichever is first. A training that diverges is
/// an error that names the term and the checkpoint that is kept.
pub fn train<T: Trainee>(
    trainee: T,
    directory: &Directory,
    from: Option<Checkpoint>,
    schedule: Schedule,
    batch: usize,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Ending> {
    let mut book = Logbook::open(directory, from.as_ref(), schedule.limit, batch)?;
    let begun = from.as_ref().map_or(0, |c| c.step);
    let trainee = match from {
        Some(checkpoint) => trainee.load(&checkpoint.sections)?,
        None => trainee,
    };
    if begun == 0 {
        book.sheet(0, &trainee)?;
    }
    let loop_ended = steps(trainee, begun, &mut book, schedule, stop);
    book.take_bar_away();
    let (trainee, ending) = match loop_ended {
        Ok(ended) => ended,
        Err(error) => return Err(explain(error, &mut book, directory)),
    };
    let closed = close(trainee, &mut book, ending);
    closed.map_err(|error| explain(error, &mut book, directory))?;
    Ok(ending)
}

fn steps<T: Trainee>(
    mut trainee: T,
    mut step: u64,
    book: &mut Logbook,
    schedule: Schedule,
    stop: &AtomicBool,
) -> anyhow::Result<(T, Ending)> {
    let loader = trainee.loader();
    std::thread::scope(|scope| {
        let mut batches = Prefetch::begin(scope, &*loader, step);
        let mut over = book.is_over(step);
        while !over {
            if stop.load(Ordering::SeqCst) {
                return Ok((trainee, Ending::Interrupted(step)));
            }
            let batch = batches.next();
            book.waited(&batch);
            let began = Instant::now();
            let (trained, losses) = trainee.step(step, batch.values);
            trainee = trained;
            step += 1;
            book.stepped(step, losses, began);
            over = book.is_over(step);
            if schedule.log.is_due(step) || step == 1 || over {
                book.log()?;
            }
            if schedule.sheet.is_due(step) && !over {
                book.sheet(step, &trainee)?;
            }
            if schedule.save.is_due(step) && !over && !book.is_alarmed() {
                book.save(step, &trainee)?;
            }
        }
        Ok((trainee, Ending::Complete(step)))
    })
}

fn close<T: Trainee>(trainee: T, book: &mut Logbook, ending: Ending) -> anyhow::Result<()> {
    match ending {
        Ending::Interrupted(step) => {
            book.save(step, &trainee)?;
            book.interrupted()
        }
        Ending::Complete(step) => {
            let trainee = trainee.finish();
            book.sheet(step, &trainee)?;
            book.save(step, &trainee)?;
            book.finished()
        }
    }
}

/// What went wrong, and for a divergence what is left and what can be done.
fn explain(error: anyhow::Error, book: &mut Logbook, directory: &Directory) -> anyhow::Error {
    let Some(divergence) = error.downcast_ref::<Divergence>() else {
        return error;
    };
    let kept = match directory.newest_file() {
        Ok(Some(file)) => format!("the checkpoint before it is kept: {}", file.display()),
        _ => "there was no checkpoint before it".into(),
    };
    let message = format!(
        "{divergence}; {kept}. Train anew with a lower --rate and another --run, or look at the data: resumed, this run would take the same way"
    );
    match book
        .diverged(&message)
        .context("its state cannot be written")
    {
        Ok(()) => anyhow::anyhow!(message),
        Err(also) => also.context(message),
    }
}

#[cfg(test)]
mod tests;
