//! A model's networks on a device, after they drew what they must.

use std::rc::Rc;

use scanweave::synthesis::{SynthesisError, Synthesiser};
use scanweave::weights::{KnownAnswer, Model};

use super::device::Chosen;
use super::patience::within;
use super::{cache, device, faults};
use crate::model::protocol::{Backend, BackendKind, Reason, Source};

/// How long a first drawing may take on a graphics device, which also compiles the shaders, ms.
const START_PATIENCE: i32 = 240_000;
/// Why a device is given up that said nothing.
pub const SILENT: &str = "it did not answer in time";

/// A model on a device.
pub struct Loaded {
    /// As it was read, to build it anew on another device.
    pub model: Model,
    /// Its networks.
    pub synthesiser: Rc<Synthesiser>,
    /// What they compute on.
    pub backend: Backend,
}

/// On the CPU, because WebGPU failed like this.
pub async fn on_cpu(model: Model, why: &str) -> Result<(Loaded, Option<f32>), String> {
    let cpu = device::cpu(Reason::GivenUp(why.to_owned()));
    let (synthesiser, difference) = tested(&model, &cpu).await?;
    Ok((
        Loaded {
            model,
            synthesiser,
            backend: cpu.backend,
        },
        difference,
    ))
}

/// As [`tested`], but on the CPU only once for each file and build: there the same numbers would come
/// out again, and at a second visit people would wait for them.
pub async fn proven(
    model: &Model,
    source: Option<&Source>,
    chosen: &Chosen,
) -> Result<(Rc<Synthesiser>, Option<f32>), String> {
    let Some(source) = source.filter(|_| chosen.backend.kind == BackendKind::Cpu) else {
        return tested(model, chosen).await;
    };
    if let Some(difference) = cache::proof(source).await {
        let synthesiser = chosen.open(model).map_err(|e| e.to_string())?;
        return Ok((Rc::new(synthesiser), Some(difference)));
    }
    let (synthesiser, difference) = tested(model, chosen).await?;
    if let Some(difference) = difference {
        cache::prove(source, difference).await;
    }
    Ok((synthesiser, difference))
}

/// Builds the networks and lets them draw the known answer. Without one they draw all the same,
/// so that every shader is compiled before the first picture is asked for.
async fn tested(model: &Model, chosen: &Chosen) -> Result<(Rc<Synthesiser>, Option<f32>), String> {
    // Faults of what was tried before are not this model's.
    let _ = faults::take();
    let synthesiser = chosen.open(model).map_err(|e| e.to_string())?;
    let synthesiser = Rc::new(synthesiser);
    let work = Box::pin(first_drawing(&synthesiser, model.known_answer.as_ref()));
    let drawn = within(patience(&chosen.backend, START_PATIENCE), work).await;
    let difference = drawn.ok_or(SILENT)?.map_err(|e| e.to_string())?;
    faults::take().map_or(Ok((synthesiser, difference)), Err)
}

async fn first_drawing(
    synthesiser: &Synthesiser,
    answer: Option<&KnownAnswer>,
) -> Result<Option<f32>, SynthesisError> {
    if let Some(answer) = answer {
        return synthesiser.self_test(answer).await.map(Some);
    }
    if synthesiser.latent() > 0 {
        synthesiser.thumbnail(0).await?;
    }
    Ok(None)
}

/// Only a graphics device can fall silent; the CPU holds the thread until it is done.
pub fn patience(backend: &Backend, limit: i32) -> Option<i32> {
    (backend.kind == BackendKind::WebGpu).then_some(limit)
}
