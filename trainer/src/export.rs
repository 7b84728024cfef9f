//! From finished runs to one model, ready to be written as `.weave`.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use burn::tensor::Device;
use scanweave::synthesis::Synthesiser;
use scanweave::train::Recipe;
use scanweave::weights::{Card, KnownAnswer, Model, Precision, Provenance, Role, read, write};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::run::Finished;
use crate::stages::stage::Exported;
use crate::stages::{Stage, registry};

/// Seed of the known answer.
const ANSWER_SEED: u64 = 1;

/// The model of the given runs, at most one of a stage: one that paints, and what can be exported beside it.
pub fn assemble(runs: &[PathBuf], card: Card, device: &Device) -> anyhow::Result<Model> {
    let opened: Vec<Opened> = runs
        .iter()
        .map(|run| open(run))
        .collect::<anyhow::Result<_>>()?;
    check(&opened)?;
    let mut all = Exported::default();
    for Opened {
        stage,
        run,
        finished,
    } in &opened
    {
        let Some(export) = stage.export else {
            bail!(
                "{} is a {} run, which serves the training alone: a model holds none, leave it out",
                run.display(),
                stage.name
            );
        };
        let exported = export(finished, device)?;
        all.networks.extend(exported.networks);
        all.lesions = all.lesions.or(exported.lesions);
        all.styles = all.styles.or(exported.styles);
    }
    ensure!(
        all.networks.iter().any(|n| n.role == Role::Generator),
        "a model needs one synthesis run, which paints; its structure run and lesion run may stand beside it"
    );
    let first = &opened[0].finished.configuration;
    Ok(Model {
        study: first.study.clone(),
        geometry: first.geometry,
        card,
        provenance: Some(provenance(&opened)),
        known_answer: None,
        lesions: all.lesions,
        styles: all.styles,
        networks: all.networks,
    })
}

/// A run that goes into a model.
struct Opened<'a> {
    stage: &'static Stage,
    run: &'a Path,
    finished: Finished,
}

/// What the runs say of themselves: for people who wonder how a model came to be.
#[derive(Serialize)]
struct Record<'a> {
    scanweave: &'static str,
    runs: Vec<RunRecord<'a>>,
}

/// One run. Nothing here depends on the clock: the same training exports the same bytes.
#[derive(Serialize)]
struct RunRecord<'a> {
    stage: &'a str,
    scanweave: &'a str,
    data: &'a str,
    steps: u64,
    batch: usize,
    rate: f64,
    seed: u64,
    settings: Map<String, Value>,
    recipe: &'a Recipe,
}

fn provenance(opened: &[Opened]) -> Provenance {
    let runs = opened.iter().map(|Opened { finished, .. }| {
        let c = &finished.configuration;
        RunRecord {
            stage: &c.stage,
            scanweave: &c.version,
            data: &c.data,
            steps: finished.checkpoint.step,
            batch: c.batch,
            rate: c.rate,
            seed: c.seed,
            settings: plain(&c.settings),
            recipe: &c.recipe,
        }
    });
    Provenance::new(&Record {
        scanweave: env!("CARGO_PKG_VERSION"),
        runs: runs.collect(),
    })
}

/// Settings without tables of statistics: these have their own place in a model.
fn plain(settings: &Value) -> Map<String, Value> {
    let fields = settings.as_object().into_iter().flatten();
    let plain = fields.filter(|(_, value)| !value.is_object() && !value.is_null());
    plain
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Scales the spread of the latents that the structure decoder samples from (the truncation trick):
/// z ~ N(0, 1) is placed at mean + factor z, and `factor` shrinks.
pub fn truncate(model: &mut Model, by: f32) {
    let decoders = model.networks.iter_mut();
    let decoders = decoders.filter(|n| n.role == Role::StructureDecoder);
    let factors = decoders
        .flat_map(|n| &mut n.tensors)
        .filter(|t| t.name == "affine_factor");
    factors
        .flat_map(|t| &mut t.values)
        .for_each(|value| *value *= by);
}

/// The model as bytes, with a known answer computed from the very weights that are stored.
pub fn pack(mut model: Model, precision: Precision) -> anyhow::Result<Vec<u8>> {
    let stored = read(&write(&model, precision)?.bytes)?;
    let pipeline = Synthesiser::open_on_core(&stored)?;
    if pipeline.latent() > 0 {
        let thumbnail = pollster::block_on(pipeline.thumbnail(ANSWER_SEED))?;
        model.known_answer = Some(KnownAnswer {
            seed: ANSWER_SEED,
            thumbnail,
        });
    }
    let written = write(&model, precision)?;
    let worst = written
        .errors
        .iter()
        .max_by(|a, b| a.rms_relative.total_cmp(&b.rms_relative));
    if let Some(worst) = worst {
        eprintln!(
            "largest rounding error: {} of {:?}, {:.3} % of its root mean square",
            worst.tensor,
            worst.role,
            100.0 * worst.rms_relative
        );
    }
    Ok(written.bytes)
}

fn open(run: &Path) -> anyhow::Result<Opened<'_>> {
    let (stage, finished) = registry::finished(run)?;
    Ok(Opened {
        stage,
        run,
        finished,
    })
}

/// At most one run per stage, one study, one geometry, and runs that were built upon each other.
fn check(opened: &[Opened]) -> anyhow::Result<()> {
    for (place, Opened { stage, run, .. }) in opened.iter().enumerate() {
        let before = &opened[..place];
        if let Some(other) = before.iter().find(|other| other.stage.name == stage.name) {
            bail!(
                "{} and {} are both {} runs: a model holds one",
                other.run.display(),
                run.display(),
                stage.name
            );
        }
    }
    let Opened {
        run: of_first,
        finished,
        ..
    } = &opened[0];
    let first = &finished.configuration;
    for Opened { run, finished, .. } in opened {
        let configuration = &finished.configuration;
        ensure!(
            configuration.study.name == first.study.name
                && configuration.geometry == first.geometry,
            "{} is of another study or preset than {}",
            run.display(),
            of_first.display()
        );
    }
    warn_of_other_states(opened);
    Ok(())
}

/// Says which runs have changed since another was built upon them.
fn warn_of_other_states(opened: &[Opened]) {
    for Opened {
        stage, finished, ..
    } in opened
    {
        for other in opened {
            let wanted = finished.configuration.foundations.get(other.stage.name);
            if wanted.is_some_and(|wanted| *wanted != other.finished.checkpoint.fingerprint()) {
                eprintln!(
                    "warning: the {} run was built upon another state of this {} run",
                    stage.name, other.stage.name
                );
            }
        }
    }
}
