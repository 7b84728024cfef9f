//! Loading a model. It replaces the one before only after its self-test; until then, and if it fails,
//! the old one stays.

use scanweave::weights;
use web_sys::File;

use super::compute::Compute;
use super::device::Chosen;
use super::loaded::{Loaded, on_cpu, proven};
use super::{post, store};
use crate::model::protocol::{BackendKind, Cause, CommandId, Event, ModelInfo, Source, Stage};

/// A model is there, or why it is not.
type Opened = Result<(), store::StoreError>;

impl Compute {
    pub(super) async fn open(
        &mut self,
        id: CommandId,
        source: &Source,
        chosen: Chosen,
        wanted: &dyn Fn() -> bool,
    ) -> Opened {
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
    ) -> Opened {
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
    ) -> Opened {
        stage(id, Stage::Build);
        let unusable = |why: String| Cause::ModelUnusable.because(name, why);
        let model = weights::read_checked(&file.bytes, file.checksums);
        let model = model.map_err(|e| unusable(e.to_string()))?;
        stage(id, Stage::SelfTest);
        let (open, self_test) = match proven(&model, source, &chosen).await {
            Ok((synthesiser, difference)) => (
                Loaded {
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
        self.hold(open);
        Ok(())
    }
}

fn describe(open: &Loaded, bytes: u64, sha256: String, self_test: Option<f32>) -> ModelInfo {
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
