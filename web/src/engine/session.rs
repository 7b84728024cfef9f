//! What the worker does with a command.

use web_sys::File;

use super::atlas::Atlas;
use super::build::Build;
use super::compute::Compute;
use super::figures::Measuring;
use super::job::{Job, Next};
use super::read::Reader;
use super::store::StoreError;
use super::{cache, done, now, post};
use crate::model::protocol::{
    BackendChoice, Cause, Command, CommandId, Detail, Event, Request, Source,
};
use crate::model::scene::Scene;

/// The state of the engine.
#[derive(Default)]
pub struct Session {
    compute: Compute,
    reader: Reader,
}

/// What became of a command.
pub enum Outcome {
    /// It has ended and was told.
    Ended,
    /// It has ended, and another model is there.
    Opened(CommandId),
    /// A slice is done.
    GoesOn(Box<dyn Job>),
}

type Step = Result<Outcome, StoreError>;

impl Session {
    /// Runs a command, or the first slice of a long one, and reports.
    pub async fn begin(
        &mut self,
        command: Command,
        file: Option<File>,
        wanted: &dyn Fn() -> bool,
    ) -> Outcome {
        let id = command.id;
        let outcome = match command.request {
            Request::Open { source, backend } => self.open(id, &source, backend, wanted).await,
            Request::OpenFile { name, backend } => self.open_file(id, &name, file, backend).await,
            Request::Read { name, slice } => self.read(id, &name, file, slice).await,
            Request::Paint { scene, detail } => self.paint(id, &scene, detail).await,
            Request::Atlas { seed, side, reach } => match Atlas::new(seed, side, reach) {
                Ok(atlas) => return self.go_on(id, Box::new(atlas)).await,
                Err(failure) => Err(failure.into()),
            },
            Request::Build {
                settings,
                seed,
                count,
            } => {
                return self
                    .go_on(id, Box::new(Build::new(settings, seed, count)))
                    .await;
            }
            Request::ClearCache => cache::clear().await.map_err(Into::into).map(|()| ended(id)),
            Request::Cancel { .. } => Ok(ended(id)),
        };
        report(id, outcome)
    }

    /// Does the next slice of a long command and reports.
    pub async fn go_on(&mut self, id: CommandId, mut job: Box<dyn Job>) -> Outcome {
        let next = job.slice(id, &mut self.compute).await;
        let outcome = next.map(|next| match next {
            Next::Ended => Outcome::Ended,
            Next::GoesOn => Outcome::GoesOn(job),
        });
        report(id, outcome.map_err(Into::into))
    }

    async fn open(
        &mut self,
        id: CommandId,
        source: &Source,
        backend: BackendChoice,
        wanted: &dyn Fn() -> bool,
    ) -> Step {
        let Some(chosen) = self.compute.devices.choose(backend).await else {
            return Ok(elsewhere(id));
        };
        self.compute.open(id, source, chosen, wanted).await?;
        Ok(self.opened(id))
    }

    async fn open_file(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        backend: BackendChoice,
    ) -> Step {
        let Some(chosen) = self.compute.devices.choose(backend).await else {
            return Ok(elsewhere(id));
        };
        self.compute.open_file(id, name, file, chosen).await?;
        Ok(self.opened(id))
    }

    /// The image that was read belonged to the model before.
    fn opened(&mut self, id: CommandId) -> Outcome {
        self.reader = Reader::default();
        Outcome::Opened(id)
    }

    async fn read(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        slice: Option<u32>,
    ) -> Step {
        let file = file.ok_or_else(|| Cause::FileMissing.of(name))?;
        let opened = self.compute.opened();
        let (study, size) = opened.ok_or_else(|| Cause::NoModel.of(name))?;
        let read = self.reader.read(&file, slice, study, size).await?;
        self.compute.painter.bring(read.image, read.frame);
        post(&Event::Read {
            id,
            image: read.about,
        });
        Ok(Outcome::Ended)
    }

    async fn paint(&mut self, id: CommandId, scene: &Scene, detail: Detail) -> Step {
        let start = now();
        let (painted, picture) = self
            .compute
            .compute(async |synthesiser, painter| {
                let painted = painter.paint(synthesiser, scene, detail).await?;
                let picture = painted.picture(synthesiser.study());
                Ok((painted, picture))
            })
            .await?;
        post(&Event::Painted {
            id,
            picture,
            detail,
            milliseconds: now() - start,
        });
        Ok(match detail {
            Detail::Preview { .. } => Outcome::Ended,
            Detail::Full => Outcome::GoesOn(Box::new(Measuring::new(painted))),
        })
    }
}

/// Tells that a model is for the engine with the code for the graphics adapter.
fn elsewhere(id: CommandId) -> Outcome {
    post(&Event::Elsewhere { id });
    Outcome::Ended
}

fn ended(id: CommandId) -> Outcome {
    done(id);
    Outcome::Ended
}

fn report(id: CommandId, outcome: Step) -> Outcome {
    match outcome {
        Ok(outcome) => return outcome,
        Err(StoreError::Unwanted) => post(&Event::Superseded { id }),
        Err(StoreError::Failed(failure)) => post(&Event::Failed { id, failure }),
    }
    Outcome::Ended
}
