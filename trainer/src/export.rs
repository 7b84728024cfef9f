//! From finished runs to one model, ready to be written as `.weave`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use burn::module::Module;
use burn::tensor::Device;
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::tensors::read_tensors;
use scanweave::synthesis::Synthesiser;
use scanweave::train::Recipe;
use scanweave::train::steps::{
    Guides, LesionStage, StructureStage, SynthesisStage, lesion_configuration,
    structure_configurations, synthesis_configurations,
};
use scanweave::weights::{
    Card, KnownAnswer, Model, Network, Precision, Provenance, Role, read, write,
};
use serde::Serialize;

use crate::run::{Checkpoint, Configuration, Directory, Stage};

/// Seed of the known answer.
const ANSWER_SEED: u64 = 1;

/// The model of the given runs: one synthesis run and, to sample structure maps, one structure run.
pub fn assemble(runs: &[PathBuf], card: Card, device: &Device) -> anyhow::Result<Model> {
    let opened: Vec<_> = runs
        .iter()
        .map(|run| open(run))
        .collect::<anyhow::Result<_>>()?;
    check(runs, &opened)?;
    let mut networks = Vec::new();
    for (configuration, checkpoint) in &opened {
        networks.extend(match configuration.stage {
            Stage::Structure => structure_networks(configuration, checkpoint, device)?,
            Stage::Lesion => lesion_networks(configuration, checkpoint, device)?,
            Stage::Translator => {
                bail!("a translator only trains: a model holds none, leave its run out")
            }
            Stage::Synthesis => synthesis_networks(configuration, checkpoint, device)?,
        });
    }
    let first = &opened[0].0;
    Ok(Model {
        study: first.study.clone(),
        geometry: first.geometry,
        card,
        provenance: Some(provenance(&opened)),
        known_answer: None,
        lesions: opened.iter().find_map(|(c, _)| c.lesions.clone()),
        networks,
    })
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
    stage: Stage,
    scanweave: &'a str,
    data: &'a str,
    steps: u64,
    batch: usize,
    rate: f64,
    seed: u64,
    /// Of the synthesis stage.
    pretraining: Option<u64>,
    /// Of the synthesis stage.
    strict: Option<bool>,
    /// Of the structure stage.
    augment: Option<bool>,
    recipe: &'a Recipe,
}

fn provenance(opened: &[(Configuration, Checkpoint)]) -> Provenance {
    let runs = opened.iter().map(|(c, checkpoint)| RunRecord {
        stage: c.stage,
        scanweave: &c.version,
        data: &c.data,
        steps: checkpoint.step,
        batch: c.batch,
        rate: c.rate,
        seed: c.seed,
        pretraining: (c.stage == Stage::Synthesis).then_some(c.pretraining),
        strict: (c.stage == Stage::Synthesis).then_some(c.strict),
        augment: (c.stage == Stage::Structure).then_some(c.augment),
        recipe: &c.recipe,
    });
    Provenance::new(&Record {
        scanweave: env!("CARGO_PKG_VERSION"),
        runs: runs.collect(),
    })
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

fn open(run: &Path) -> anyhow::Result<(Configuration, Checkpoint)> {
    let (directory, configuration) = Directory::open(run)?;
    let chosen = directory.chosen(configuration.stage)?;
    let checkpoint = chosen
        .with_context(|| format!("{} has no checkpoint yet: train it first", run.display()))?;
    Ok((configuration, checkpoint))
}

/// At most one run per stage, one study, one geometry, and the synthesis run's own structure run.
fn check(runs: &[PathBuf], opened: &[(Configuration, Checkpoint)]) -> anyhow::Result<()> {
    let of = |stage| opened.iter().filter(move |(c, _)| c.stage == stage);
    let count = |stage| of(stage).count();
    let (structures, lesions) = (count(Stage::Structure), count(Stage::Lesion));
    let syntheses = count(Stage::Synthesis);
    if structures > 1 || lesions > 1 || syntheses != 1 {
        bail!(
            "a model needs one synthesis run and at most one structure run and one lesion run; given: {syntheses}, {structures} and {lesions}"
        );
    }
    let (first, _) = &opened[0];
    for ((configuration, _), run) in opened.iter().zip(runs) {
        ensure!(
            configuration.study.name == first.study.name
                && configuration.geometry == first.geometry,
            "{} is of another study or preset than {}",
            run.display(),
            runs[0].display()
        );
    }
    let wanted = of(Stage::Synthesis).find_map(|(c, _)| c.structure.clone());
    if let (Some(wanted), Some((_, structure))) = (wanted, of(Stage::Structure).next())
        && structure.fingerprint() != wanted
    {
        eprintln!(
            "warning: the synthesis run was trained on maps of another state of this structure run"
        );
    }
    Ok(())
}

fn structure_networks(
    configuration: &Configuration,
    checkpoint: &Checkpoint,
    device: &Device,
) -> anyhow::Result<Vec<Network>> {
    let stage = StructureStage::new(
        &configuration.geometry,
        configuration.rate,
        &device.clone().autodiff(),
    );
    let stage = stage.load_finished(&checkpoint.sections)?;
    let (_, decoder, mask, patch) = structure_configurations(&configuration.geometry);
    let networks = stage.averaged();
    Ok(vec![
        network(
            Role::StructureDecoder,
            NetworkConfig::Decoder(decoder),
            &networks.decoder,
        ),
        network(
            Role::MaskGenerator,
            NetworkConfig::Unet(mask),
            &networks.mask,
        ),
        network(
            Role::StructureDiscriminator,
            NetworkConfig::Patch(patch),
            &stage.structure_discriminator(),
        ),
    ])
}

fn synthesis_networks(
    configuration: &Configuration,
    checkpoint: &Checkpoint,
    device: &Device,
) -> anyhow::Result<Vec<Network>> {
    let autodiff = device.clone().autodiff();
    let stage = SynthesisStage::new(
        &configuration.study,
        &configuration.recipe,
        &configuration.geometry,
        Guides::default(),
        configuration.rate,
        &autodiff,
    );
    let stage = stage.load_finished(&checkpoint.sections)?;
    let (generator, _) = synthesis_configurations(
        &configuration.study,
        &configuration.recipe,
        &configuration.geometry,
    );
    Ok(vec![network(
        Role::Generator,
        NetworkConfig::Unet(generator),
        &stage.averaged().generator,
    )])
}

fn lesion_networks(
    configuration: &Configuration,
    checkpoint: &Checkpoint,
    device: &Device,
) -> anyhow::Result<Vec<Network>> {
    let (study, geometry) = (&configuration.study, &configuration.geometry);
    let autodiff = device.clone().autodiff();
    let stage = LesionStage::new(study, geometry, configuration.rate, &autodiff);
    let stage = stage.load_finished(&checkpoint.sections)?;
    let config = lesion_configuration(study, geometry);
    let segmenters = study.modalities.iter().zip(&stage.averaged().segmenters);
    let named = segmenters.map(|(modality, segmenter)| {
        let config = NetworkConfig::Unet(config.clone());
        network(Role::Segmenter(modality.name.clone()), config, segmenter)
    });
    Ok(named.collect())
}

fn network<M: Module>(role: Role, config: NetworkConfig, module: &M) -> Network {
    Network {
        role,
        config,
        tensors: read_tensors(module),
    }
}
