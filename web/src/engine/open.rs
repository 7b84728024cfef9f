//! Loading a model. It replaces the one before only after its self-test; until then, and if it fails,
//! the old one stays.

use std::rc::Rc;

use scanweave::protocol::{
    Backend, BackendKind, Cause, CommandId, Event, ModelInfo, Reason, Source, Stage,
};
use scanweave::synthesis::{Painter, SynthesisError, Synthesiser};
use scanweave::weights::{self, KnownAnswer, Model};
use web_sys::File;

use super::device::Chosen;
use super::patience::within;
use super::read::Reader;
use super::session::{Outcome, SILENT, Session, Step};
use super::{cache, device, faults, post, store};

/// How long a first drawing may take on a graphics device, which also compiles the shaders, ms.
const START_PATIENCE: i32 = 240_000;

/// A model on a device.
pub struct Open {
    /// As it was read, to build it anew on another device.
    pub model: Model,
    /// Its networks.
    pub synthesiser: Rc<Synthesiser>,
    /// What they compute on.
    pub backend: Backend,
}

impl Session {
    pub(super) async fn open(
        &mut self,
        id: CommandId,
        source: &Source,
        chosen: Chosen,
        wanted: &dyn Fn() -> bool,
    ) -> Step {
        let progress = |done| {
            let total = source.bytes;
            post(&Event::Progress {
                id,
                stage: Stage::Download,
                done,
                total,
            });
        };
        progress(0);
        let weights = store::obtain(id, source, progress, wanted).await?;
        self.load(id, &source.title, Some(source), &weights, chosen)
            .await
    }

    pub(super) async fn open_file(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        chosen: Chosen,
    ) -> Step {
        let file = file.ok_or_else(|| Cause::FileMissing.of(name))?;
        let weights = store::read(&file).await?;
        self.load(id, name, None, &weights, chosen).await
    }

    /// `source` is what the bytes were verified against.
    async fn load(
        &mut self,
        id: CommandId,
        name: &str,
        source: Option<&Source>,
        file: &store::Weights,
        chosen: Chosen,
    ) -> Step {
        stage(id, Stage::Build);
        let unusable = |why: String| Cause::ModelUnusable.because(name, why);
        let model = weights::read_checked(&file.bytes, file.checksums);
        let model = model.map_err(|e| unusable(e.to_string()))?;
        stage(id, Stage::SelfTest);
        let (open, self_test) = match proven(&model, source, &chosen).await {
            Ok((synthesiser, difference)) => (
                Open {
                    model,
                    synthesiser,
                    backend: chosen.backend,
                },
                difference,
            ),
            Err(why) if chosen.backend.kind == BackendKind::WebGpu => {
                let moved = on_cpu(model, &why).await;
                let moved = moved.map_err(unusable)?;
                // Sound on the CPU: so it was the graphics device.
                self.devices.give_up_graphics(&why);
                moved
            }
            Err(why) => return Err(unusable(why).into()),
        };
        let (length, sha256) = (file.bytes.len() as u64, file.checksums.sha256());
        let info = describe(&open, length, sha256, self_test);
        post(&Event::Opened {
            id,
            model: Box::new(info),
            backend: open.backend.clone(),
        });
        self.open = Some(open);
        self.painter = Painter::default();
        self.reader = Reader::default();
        Ok(Outcome::Opened(id))
    }
}

/// On the CPU, because WebGPU failed like this.
pub(super) async fn on_cpu(model: Model, why: &str) -> Result<(Open, Option<f32>), String> {
    let cpu = device::cpu(Reason::GivenUp(why.to_owned()));
    let (synthesiser, difference) = tested(&model, &cpu).await?;
    Ok((
        Open {
            model,
            synthesiser,
            backend: cpu.backend,
        },
        difference,
    ))
}

/// As [`tested`], but on the CPU only once for each file and build: there the same numbers would come
/// out again, and at a second visit people would wait for them.
async fn proven(
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
pub(super) fn patience(backend: &Backend, limit: i32) -> Option<i32> {
    (backend.kind == BackendKind::WebGpu).then_some(limit)
}

fn describe(open: &Open, bytes: u64, sha256: String, self_test: Option<f32>) -> ModelInfo {
    let kind = &open.model.study.lesion;
    ModelInfo {
        study: open.model.study.clone(),
        geometry: open.model.geometry,
        card: open.model.card.clone(),
        samples: open.synthesiser.latent() > 0,
        bytes,
        sha256,
        self_test,
        placed: kind.is_placed() && open.synthesiser.lesions().is_some(),
        segmented: kind.is_segmented() && open.synthesiser.segments(),
    }
}

fn stage(id: CommandId, stage: Stage) {
    post(&Event::Progress {
        id,
        stage,
        done: 0,
        total: 0,
    });
}
