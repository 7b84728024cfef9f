//! A training as the command line runs it: batches made ahead on a thread of their own, a run that is
//! written, an end by steps, by the clock or by Ctrl-C. The loop itself is the model crate's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use pollster::block_on;
use scanweave::train::{Divergence, Event, Schedule, Trainee, Training, Watch};

use super::logbook::Logbook;
use super::prefetch::Prefetch;
use crate::run::{Checkpoint, Directory, Limit};

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
    limit: Limit,
    batch: usize,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Ending>
where
    anyhow::Error: From<T::Error>,
{
    let history = directory.statistics().read()?;
    let mut book = Logbook::open(directory, &history, from.as_ref(), limit, batch);
    let begun = from.as_ref().map_or(0, |c| c.step);
    let trainee = match from {
        Some(checkpoint) => {
            let run = directory.path().display();
            let loaded = trainee.load(&checkpoint.sections);
            let loaded = loaded.map_err(anyhow::Error::from);
            loaded.with_context(|| format!("the run in {run} cannot go on"))?
        }
        None => trainee,
    };
    if begun == 0 {
        book.sheet(0, &trainee)?;
    }
    let mut training = Training::new(trainee, begun, schedule, Watch::after(history.terms()));
    let trained = steps(&mut training, &mut book, stop);
    book.take_bar_away();
    let closed = trained.and_then(|ending| {
        close(&mut training, &mut book, ending)?;
        Ok(ending)
    });
    closed.map_err(|error| explain(error, &mut book, directory))
}

fn steps<T: Trainee>(
    training: &mut Training<T>,
    book: &mut Logbook,
    stop: &AtomicBool,
) -> anyhow::Result<Ending>
where
    anyhow::Error: From<T::Error>,
{
    let loader = training.trainee().loader();
    std::thread::scope(|scope| {
        let mut batches = Prefetch::begin(scope, &*loader, training.step());
        let mut over = book.is_over(training.step());
        while !over {
            if stop.load(Ordering::SeqCst) {
                return Ok(Ending::Interrupted(training.step()));
            }
            let batch = batches.next();
            book.waited(&batch);
            let began = Instant::now();
            let events = block_on(training.advance(batch.values, || book.is_time_over()))?;
            book.stepped(training.step(), began);
            over = events.contains(&Event::Ended);
            act(events, training, book)?;
        }
        Ok(Ending::Complete(training.step()))
    })
}

/// Does what the loop asks for.
fn act<T: Trainee>(
    events: Vec<Event>,
    training: &Training<T>,
    book: &mut Logbook,
) -> anyhow::Result<()>
where
    anyhow::Error: From<T::Error>,
{
    let (step, trainee) = (training.step(), training.trainee());
    for event in events {
        match event {
            Event::Losses(values) => book.log(step, &values)?,
            Event::SheetDue => book.sheet(step, trainee)?,
            Event::CheckpointDue => book.save(step, trainee)?,
            Event::Diverged(divergence) => return Err(divergence.into()),
            Event::Ended => {}
        }
    }
    Ok(())
}

fn close<T: Trainee>(
    training: &mut Training<T>,
    book: &mut Logbook,
    ending: Ending,
) -> anyhow::Result<()>
where
    anyhow::Error: From<T::Error>,
{
    match ending {
        Ending::Interrupted(_) => {
            let event = block_on(training.pause())?;
            act(vec![event], training, book)?;
            book.interrupted()
        }
        Ending::Complete(_) => {
            let events = block_on(training.finish())?;
            act(events, training, book)?;
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
