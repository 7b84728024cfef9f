//! One loaded model on one device, and what is done with it.
//!
//! A fault of the graphics device moves the model to the CPU and tries again there, whatever was
//! being done.

use std::rc::Rc;

use scanweave::synthesis::{SynthesisError, Synthesiser};
use web_sys::File;

use super::atlas::Atlas;
use super::build::Build;
use super::cache;
use super::device::Devices;
use super::figures::Measuring;
use super::open::{Open, on_cpu, patience};
use super::patience::within;
use super::read::Reader;
use super::store::StoreError;
use super::{faults, now, post};
use crate::model::painter::{PaintError, Painter};
use crate::model::protocol::{
    BackendKind, Cause, Command, CommandId, Detail, Event, Failure, Request,
};
use crate::model::scene::Scene;

/// How long a picture may take on a graphics device, ms.
const PAINT_PATIENCE: i32 = 90_000;
pub(super) const SILENT: &str = "it did not answer in time";

/// The state of the engine.
#[derive(Default)]
pub struct Session {
    pub(super) devices: Devices,
    pub(super) open: Option<Open>,
    pub(super) painter: Painter,
    pub(super) reader: Reader,
}

/// A command that takes many slices.
pub enum Long {
    /// Figures of a picture.
    Measure(Box<Measuring>),
    /// Structure maps of a grid.
    Atlas(Atlas),
    /// A data set.
    Build(Build),
}

/// What became of a command.
pub enum Outcome {
    /// It has ended and was told.
    Ended,
    /// It has ended, and another model is there.
    Opened(CommandId),
    /// A slice is done.
    GoesOn(Long),
}

pub(super) type Step = Result<Outcome, StoreError>;

impl Session {
    /// Runs a command, or the first slice of a long one, and reports.
    pub async fn begin(
        &mut self,
        command: Command,
        file: Option<File>,
        wanted: &dyn Fn() -> bool,
    ) -> Outcome {
        let id = command.id;
        let done = match command.request {
            Request::Open { source, backend } => match self.devices.choose(backend).await {
                Some(chosen) => self.open(id, &source, chosen, wanted).await,
                None => Ok(elsewhere(id)),
            },
            Request::OpenFile { name, backend } => match self.devices.choose(backend).await {
                Some(chosen) => self.open_file(id, &name, file, chosen).await,
                None => Ok(elsewhere(id)),
            },
            Request::Read { name, slice } => self.read(id, &name, file, slice).await,
            Request::Paint { scene, detail } => self.paint(id, &scene, detail).await,
            Request::Atlas { seed, side, reach } => match Atlas::new(seed, side, reach) {
                Ok(atlas) => self.tile(id, atlas).await,
                Err(failure) => Err(failure.into()),
            },
            Request::Build {
                recipe,
                seed,
                count,
            } => self.build(id, Build::new(recipe, seed, count)).await,
            Request::ClearCache => cache::clear().await.map_err(Into::into).map(|()| done(id)),
            Request::Cancel { .. } => Ok(done(id)),
        };
        report(id, done)
    }

    /// Does the next slice of a long command and reports.
    pub async fn go_on(&mut self, id: CommandId, long: Long) -> Outcome {
        let done = match long {
            Long::Measure(measuring) => self.measure(id, measuring).await,
            Long::Atlas(atlas) => self.tile(id, atlas).await,
            Long::Build(build) => self.build(id, build).await,
        };
        report(id, done)
    }

    async fn read(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        slice: Option<u32>,
    ) -> Step {
        let file = file.ok_or_else(|| Cause::FileMissing.of(name))?;
        let (plane, image) = self.reader.read(&file, slice).await?;
        self.painter.bring(plane);
        post(&Event::Read { id, image });
        Ok(Outcome::Ended)
    }

    async fn paint(&mut self, id: CommandId, scene: &Scene, detail: Detail) -> Step {
        let start = now();
        let painted = self
            .compute(async |synthesiser, painter| painter.paint(synthesiser, scene, detail).await)
            .await?;
        post(&Event::Painted {
            id,
            picture: painted.picture(),
            detail,
            milliseconds: now() - start,
        });
        Ok(match detail {
            Detail::Preview { .. } => Outcome::Ended,
            Detail::Full => Outcome::GoesOn(Long::Measure(Box::new(Measuring::new(painted)))),
        })
    }

    /// Computes on the model's device and, when that fails, on the CPU.
    pub(super) async fn compute<T>(
        &mut self,
        work: impl AsyncFn(&Rc<Synthesiser>, &mut Painter) -> Result<T, PaintError>,
    ) -> Result<T, Failure> {
        let open = self.open.as_ref().ok_or(Cause::NoModel)?;
        let attempt = Box::pin(work(&open.synthesiser, &mut self.painter));
        let done = within(patience(&open.backend, PAINT_PATIENCE), attempt).await;
        let done = done.unwrap_or_else(|| Err(SynthesisError::Device(SILENT.into()).into()));
        let fault = faults::take().filter(|_| open.backend.kind == BackendKind::WebGpu);
        let done = match (done, fault) {
            (Err(PaintError::Synthesis(SynthesisError::Device(why))), _) | (_, Some(why)) => {
                self.step_down(&why).await?;
                let open = self.open.as_ref().ok_or(Cause::NoModel)?;
                Box::pin(work(&open.synthesiser, &mut self.painter)).await
            }
            (done, None) => done,
        };
        done.map_err(|e| failed(e.to_string()))
    }

    async fn step_down(&mut self, why: &str) -> Result<(), Failure> {
        let broken = self.open.take().ok_or(Cause::NoModel)?;
        // Below the first line stand causes and a backtrace, which the log has too.
        let why = why.lines().next().unwrap_or(why);
        // What a faulty device computed is not to be trusted.
        self.painter.forget();
        let (open, _) = on_cpu(broken.model, why).await.map_err(failed)?;
        self.devices.give_up_graphics(why);
        post(&Event::SteppedDown {
            backend: open.backend.clone(),
        });
        self.open = Some(open);
        Ok(())
    }
}

/// Tells that a model is for the engine with the code for the graphics adapter.
fn elsewhere(id: CommandId) -> Outcome {
    post(&Event::Elsewhere { id });
    Outcome::Ended
}

/// Tells that a command without a result of its own has ended.
pub(super) fn done(id: CommandId) -> Outcome {
    post(&Event::Done { id });
    Outcome::Ended
}

fn report(id: CommandId, done: Step) -> Outcome {
    match done {
        Ok(outcome) => outcome,
        Err(StoreError::Unwanted) => {
            post(&Event::Superseded { id });
            Outcome::Ended
        }
        Err(StoreError::Failed(failure)) => {
            post(&Event::Failed { id, failure });
            Outcome::Ended
        }
    }
}

fn failed(why: String) -> Failure {
    Cause::Computation.because("", why)
}
