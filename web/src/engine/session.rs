//! One loaded model on one device, and what is done with it.
//!
//! A model replaces the one before only after its self-test; until then, and if it fails, the old
//! one stays. A fault of the graphics device moves the model to the CPU and tries again there.

use burn::tensor::Device;
use scanweave::image::Plane;
use scanweave::protocol::{
    Backend, BackendChoice, BackendKind, Command, CommandId, Event, Label, ModelInfo, Picture,
    Pixels, Request, Source, Stage,
};
use scanweave::synthesis::{self, Sample, SynthesisError, Synthesiser};
use scanweave::weights::{self, KnownAnswer, Model};
use web_sys::File;

use super::device::{self, Devices};
use super::patience::within;
use super::store::{self, StoreError};
use super::{fail, faults, now, picture, post};

/// How long a first drawing may take on a graphics device, which also compiles the shaders, ms.
const START_PATIENCE: i32 = 240_000;
/// How long a picture may take on a graphics device, ms.
const PAINT_PATIENCE: i32 = 90_000;
const SILENT: &str = "it did not answer in time";

/// The state of the engine.
#[derive(Default)]
pub struct Session {
    devices: Devices,
    open: Option<Open>,
}

struct Open {
    model: Model,
    synthesiser: Synthesiser,
    backend: Backend,
}

/// What a picture is made from.
enum Origin {
    Seed,
    Image(Plane),
}

impl Session {
    /// Runs a command to its end and reports.
    pub async fn run(&mut self, command: Command, file: Option<File>, wanted: &dyn Fn() -> bool) {
        let id = command.id;
        let done = match command.request {
            Request::Open { source, backend } => self.open(id, &source, backend, wanted).await,
            Request::OpenFile { name, backend } => self.open_file(id, &name, file, backend).await,
            Request::Sample { seed, label } => self.paint(id, Origin::Seed, seed, label).await,
            Request::Image { name, seed, label } => {
                self.paint_image(id, &name, file, seed, label).await
            }
        };
        match done {
            Ok(()) => {}
            Err(StoreError::Unwanted) => post(&Event::Superseded { id }),
            Err(StoreError::Told(message)) => fail(id, message),
        }
    }

    async fn open(
        &mut self,
        id: CommandId,
        source: &Source,
        choice: BackendChoice,
        wanted: &dyn Fn() -> bool,
    ) -> Result<(), StoreError> {
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
        let bytes = store::fetch(source, progress, wanted).await?;
        Ok(self.load(id, &source.title, &bytes, choice).await?)
    }

    async fn open_file(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        choice: BackendChoice,
    ) -> Result<(), StoreError> {
        let file = file.ok_or_else(|| format!("{name} did not arrive: choose it again."))?;
        let bytes = store::read(&file).await?;
        Ok(self.load(id, name, &bytes, choice).await?)
    }

    async fn load(
        &mut self,
        id: CommandId,
        name: &str,
        bytes: &[u8],
        choice: BackendChoice,
    ) -> Result<(), String> {
        stage(id, Stage::Build);
        let model = weights::read(bytes)
            .map_err(|e| format!("{name} cannot be used: {e}. {}", self.still()))?;
        let (device, backend) = self.devices.choose(choice).await;
        stage(id, Stage::SelfTest);
        let (open, self_test) = match tested(&model, &device, &backend).await {
            Ok((synthesiser, difference)) => (
                Open {
                    model,
                    synthesiser,
                    backend,
                },
                difference,
            ),
            Err(why) if backend.kind == BackendKind::WebGpu => {
                let moved = on_cpu(model, &format!("WebGPU was given up: {why}")).await;
                let moved =
                    moved.map_err(|e| format!("{name} cannot be used: {e}. {}", self.still()))?;
                // Sound on the CPU: so it was the graphics device.
                self.devices.give_up_graphics(&why);
                moved
            }
            Err(why) => return Err(format!("{name} cannot be used: {why}. {}", self.still())),
        };
        let info = describe(&open, bytes, self_test);
        post(&Event::Opened {
            id,
            model: Box::new(info),
            backend: open.backend.clone(),
        });
        self.open = Some(open);
        Ok(())
    }

    fn still(&self) -> &'static str {
        if self.open.is_some() {
            "The model before it stays."
        } else {
            "Choose another model."
        }
    }

    async fn paint_image(
        &mut self,
        id: CommandId,
        name: &str,
        file: Option<File>,
        seed: u64,
        label: Label,
    ) -> Result<(), StoreError> {
        let file = file.ok_or_else(|| format!("{name} did not arrive: choose it again."))?;
        let image = picture::read(&file).await?;
        self.paint(id, Origin::Image(image), seed, label).await
    }

    async fn paint(
        &mut self,
        id: CommandId,
        origin: Origin,
        seed: u64,
        label: Label,
    ) -> Result<(), StoreError> {
        let start = now();
        let open = self
            .open
            .as_ref()
            .ok_or_else(|| "No model is loaded: choose one first.".to_owned())?;
        let work = Box::pin(drawn(&open.synthesiser, &origin, seed, label));
        let drawn = within(patience(&open.backend, PAINT_PATIENCE), work).await;
        let drawn = drawn.unwrap_or_else(|| Err(SynthesisError::Device(SILENT.into())));
        let fault = faults::take().filter(|_| open.backend.kind == BackendKind::WebGpu);
        let drawn = match (drawn, fault) {
            (Err(SynthesisError::Device(why)), _) | (_, Some(why)) => {
                self.again_on_cpu(&why, &origin, seed, label).await?
            }
            (drawn, None) => drawn,
        };
        let painted = drawn.map_err(|e| format!("{e}."))?;
        post(&Event::Painted {
            id,
            picture: shown(&painted),
            milliseconds: now() - start,
        });
        Ok(())
    }

    async fn again_on_cpu(
        &mut self,
        why: &str,
        origin: &Origin,
        seed: u64,
        label: Label,
    ) -> Result<Drawn, String> {
        let broken = self
            .open
            .take()
            .ok_or("No model is loaded: choose one first.")?;
        let (open, _) = on_cpu(broken.model, &format!("WebGPU was given up: {why}")).await?;
        self.devices.give_up_graphics(why);
        post(&Event::SteppedDown {
            backend: open.backend.clone(),
        });
        let open = self.open.insert(open);
        Ok(Box::pin(drawn(&open.synthesiser, origin, seed, label)).await)
    }
}

type Drawn = Result<Painted, SynthesisError>;

/// A sample, what it was made from and what was asked for.
struct Painted {
    sample: Sample,
    source: Option<Plane>,
    /// The label asked for as grey values.
    lesion: Option<Plane>,
}

async fn drawn(synthesiser: &Synthesiser, origin: &Origin, seed: u64, label: Label) -> Drawn {
    let (structure, source) = match origin {
        Origin::Seed => (synthesiser.structure_of_seed(seed).await?, None),
        Origin::Image(image) => {
            let small = image.resized(synthesiser.size(), synthesiser.size());
            (synthesiser.structure_of_image(image)?, Some(small))
        }
    };
    let lesion = match label {
        Label::Placed => synthesiser.placed_lesion(&structure, seed),
        Label::None | Label::Class(_) => None,
    };
    let classes = synthesiser.profile().label_planes();
    let label = match (label, &lesion) {
        (Label::Class(class), _) => synthesis::Label::Class(class),
        (_, Some(lesion)) => synthesis::Label::Planes(lesion.planes(classes)),
        (_, None) => synthesis::Label::None,
    };
    Ok(Painted {
        sample: synthesiser.paint(&structure, &label, seed).await?,
        source,
        lesion: lesion.map(|l| l.shades(classes)),
    })
}

async fn on_cpu(model: Model, reason: &str) -> Result<(Open, Option<f32>), String> {
    let (device, backend) = device::cpu(reason);
    let (synthesiser, difference) = tested(&model, &device, &backend).await?;
    Ok((
        Open {
            model,
            synthesiser,
            backend,
        },
        difference,
    ))
}

/// Builds the networks and lets them draw the known answer. Without one they draw all the same,
/// so that every shader is compiled before the first picture is asked for.
async fn tested(
    model: &Model,
    device: &Device,
    backend: &Backend,
) -> Result<(Synthesiser, Option<f32>), String> {
    // Faults of what was tried before are not this model's.
    let _ = faults::take();
    let synthesiser = Synthesiser::open(model, device).map_err(|e| e.to_string())?;
    let work = Box::pin(first_drawing(&synthesiser, model.known_answer.as_ref()));
    let drawn = within(patience(backend, START_PATIENCE), work).await;
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
fn patience(backend: &Backend, limit: i32) -> Option<i32> {
    (backend.kind == BackendKind::WebGpu).then_some(limit)
}

fn describe(open: &Open, bytes: &[u8], self_test: Option<f32>) -> ModelInfo {
    ModelInfo {
        profile: open.model.profile.clone(),
        geometry: open.model.geometry,
        card: open.model.card.clone(),
        samples: open.synthesiser.latent() > 0,
        bytes: bytes.len() as u64,
        sha256: store::sha256(bytes),
        self_test,
    }
}

fn shown(painted: &Painted) -> Picture {
    let sample = &painted.sample;
    Picture {
        source: painted.source.as_ref().map(Pixels::from),
        structure: Pixels::from(&sample.structure.map),
        mask: Pixels::from(&sample.structure.mask),
        fused: Pixels::from(&sample.fused),
        lesion: painted.lesion.as_ref().map(Pixels::from),
        images: sample
            .images
            .iter()
            .map(|(modality, plane)| (*modality, Pixels::from(plane)))
            .collect(),
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
