//! The open model and what it is computed on.
//!
//! A fault of the graphics device moves the model to the CPU and tries again there, whatever was
//! being done.

use std::rc::Rc;

use scanweave::study::Study;
use scanweave::synthesis::{SynthesisError, Synthesiser};

use super::device::Devices;
use super::loaded::{Loaded, SILENT, on_cpu, patience};
use super::patience::within;
use super::{faults, post};
use crate::model::painter::{PaintError, Painter};
use crate::model::protocol::{BackendKind, Cause, Event, Failure};

/// How long a picture may take on a graphics device, ms.
const PAINT_PATIENCE: i32 = 90_000;

/// What there is to compute with.
#[derive(Default)]
pub struct Compute {
    /// The devices of this worker.
    pub devices: Devices,
    /// What was made of the last scene, and the image that was brought.
    pub painter: Painter,
    loaded: Option<Loaded>,
}

impl Compute {
    /// From now on this model is the open one.
    pub fn hold(&mut self, loaded: Loaded) {
        self.loaded = Some(loaded);
        self.painter = Painter::default();
    }

    /// What the open model is of, and the side of its images in pixels.
    pub fn opened(&self) -> Option<(&Study, usize)> {
        let synthesiser = &self.loaded.as_ref()?.synthesiser;
        Some((synthesiser.study(), synthesiser.size()))
    }

    /// Computes on the model's device and, when that fails, on the CPU.
    pub async fn compute<T>(
        &mut self,
        work: impl AsyncFn(&Rc<Synthesiser>, &mut Painter) -> Result<T, PaintError>,
    ) -> Result<T, Failure> {
        let loaded = self.loaded.as_ref().ok_or(Cause::NoModel)?;
        let attempt = Box::pin(work(&loaded.synthesiser, &mut self.painter));
        let done = within(patience(&loaded.backend, PAINT_PATIENCE), attempt).await;
        let done = done.unwrap_or_else(|| Err(SynthesisError::Device(SILENT.into()).into()));
        let fault = faults::take().filter(|_| loaded.backend.kind == BackendKind::WebGpu);
        let done = match (done, fault) {
            (Err(PaintError::Synthesis(SynthesisError::Device(why))), _) | (_, Some(why)) => {
                self.step_down(&why).await?;
                let loaded = self.loaded.as_ref().ok_or(Cause::NoModel)?;
                Box::pin(work(&loaded.synthesiser, &mut self.painter)).await
            }
            (done, None) => done,
        };
        done.map_err(|e| failed(e.to_string()))
    }

    async fn step_down(&mut self, why: &str) -> Result<(), Failure> {
        let broken = self.loaded.take().ok_or(Cause::NoModel)?;
        // Below the first line stand causes and a backtrace, which the log has too.
        let why = why.lines().next().unwrap_or(why);
        // What a faulty device computed is not to be trusted.
        self.painter.forget();
        let (loaded, _) = on_cpu(broken.model, why).await.map_err(failed)?;
        self.devices.give_up_graphics(why);
        post(&Event::SteppedDown {
            backend: loaded.backend.clone(),
        });
        self.loaded = Some(loaded);
        Ok(())
    }
}

fn failed(why: String) -> Failure {
    Cause::Computation.because("", why)
}
