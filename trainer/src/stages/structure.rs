//! The structure stage: learns to draw structure maps and their masks from normal noise.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Plane;
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::tensors::read_tensors;
use scanweave::random::{Purpose, Random};
use scanweave::study::Study;
use scanweave::train::Recipe;
use scanweave::train::steps::{
    LatentMoments, NamedLosses, Section, StructureBatch, StructureNetworks, StructureStage,
    finished_discriminator, structure_configurations,
};
use scanweave::weights::{Network, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::batch::{Order, binary, binary_data, noise, noise_data, planes};
use super::options::{StageOption, Takes};
use super::stage::{Asked, Exported, Stage};
use super::warp::Warp;
use super::{Loader, Trainee, samples, unlabelled};
use crate::data::{Item, Prepared, split};
use crate::run::{self, Better, Cadence, Configuration, Figures, Finished, Pick};

/// Steps between two looks at the distribution of the latents.
const REFRESH: Cadence = Cadence(25);
/// Columns of the sample sheet.
const COLUMNS: usize = 12;
/// Validation items, and test items, that a checkpoint is measured on, at most.
const VALIDATED: usize = 64;

/// The stage, as the registry lists it.
pub static STAGE: Stage = Stage {
    name: "structure",
    about: "Draws structure maps from noise",
    is_needed: |_, _| true,
    builds_upon: &[],
    steps: 2400,
    rate: 6e-4,
    options: &[StageOption {
        name: "augment",
        help: "Every map is mirrored at random, and turned, scaled and shifted a little, so that few subjects go further; not for studies where left differs from right, as a chest does",
        takes: Takes::Nothing,
    }],
    settings,
    check,
    train: |task| task.train(Structure::new(task.data, task.configuration, &task.device)?),
    advice,
    pick: Pick::Newest,
    export: Some(export),
};

/// What the stage alone asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Maps are seen mirrored, turned, scaled and shifted a little.
    pub augment: bool,
}

fn settings(asked: &Asked) -> anyhow::Result<Value> {
    run::settings(&Settings {
        augment: asked.options.is_on("augment"),
    })
}

/// There are maps of the classes that the recipe wants.
fn check(data: &Prepared, study: &Study, recipe: &Recipe) -> anyhow::Result<()> {
    if !recipe.structure_classes.is_empty() {
        unlabelled::tell(data, study, STAGE.name);
    }
    anyhow::ensure!(
        !chosen(&split::training(&data.items), study, recipe).is_empty(),
        "the data holds no training image of the classes {:?} that the structure stage learns from",
        recipe.structure_classes
    );
    Ok(())
}

fn advice(recipe: &Recipe, steps: u64) -> Option<String> {
    let sharp = recipe.sharp_from;
    (steps < sharp + sharp / 4).then(|| {
        format!(
            "lines are only drawn sharp from step {sharp} on (`sharp_from` of the recipe): go on with --resume and more --steps, or its maps stay soft"
        )
    })
}

/// The averaged networks of a finished run, on a device without autodiff.
pub fn networks(finished: &Finished, device: &Device) -> anyhow::Result<StructureNetworks> {
    let (geometry, sections) = (
        &finished.configuration.geometry,
        &finished.checkpoint.sections,
    );
    Ok(StructureNetworks::finished(geometry, sections, device)?)
}

fn export(finished: &Finished, device: &Device) -> anyhow::Result<Exported> {
    let (geometry, sections) = (
        &finished.configuration.geometry,
        &finished.checkpoint.sections,
    );
    let networks = networks(finished, device)?;
    let discriminator = finished_discriminator(geometry, sections, device)?;
    let (_, decoder, mask, patch) = structure_configurations(geometry);
    Ok(Exported {
        networks: vec![
            Network {
                role: Role::StructureDecoder,
                config: NetworkConfig::Decoder(decoder),
                tensors: read_tensors(&networks.decoder),
            },
            Network {
                role: Role::MaskGenerator,
                config: NetworkConfig::Unet(mask),
                tensors: read_tensors(&networks.mask),
            },
            Network {
                role: Role::StructureDiscriminator,
                config: NetworkConfig::Patch(patch),
                tensors: read_tensors(&discriminator),
            },
        ],
        lesions: None,
    })
}

/// The structure stage over a prepared data set.
pub struct Structure<'a> {
    stage: StructureStage,
    loader: Arc<StructureLoader<'a>>,
    items: Vec<&'a Item>,
    /// These choose the best checkpoint.
    validation: Vec<&'a Item>,
    test: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

/// Chooses the items of a step and draws its noise.
pub struct StructureLoader<'a> {
    items: Vec<&'a Item>,
    order: Order,
    augment: bool,
    configuration: &'a Configuration,
}

/// A [`StructureBatch`] on the host.
pub struct StructureValues {
    structure: TensorData,
    mask: TensorData,
    latent: TensorData,
    posterior: TensorData,
}

impl Loader for StructureLoader<'_> {
    type Batch = StructureValues;

    fn batch(&self, step: u64) -> StructureValues {
        let (seed, size) = (self.configuration.seed, self.configuration.geometry.size);
        let chosen = self.order.items(step);
        let shape = [chosen.len(), self.configuration.geometry.latent];
        let mut random = Random::nth(seed, Purpose::Augmentation, step);
        let seen = chosen.iter().map(|&i| {
            let (map, mask) = (&self.items[i].structure, &self.items[i].mask);
            if self.augment {
                let warp = Warp::of_maps(size, &mut random);
                (warp.binary(map, size), warp.binary(mask, size))
            } else {
                (map.clone(), mask.clone())
            }
        });
        let (maps, masks): (Vec<_>, Vec<_>) = seen.unzip();
        StructureValues {
            structure: binary_data(maps.iter().map(Vec::as_slice), size),
            mask: binary_data(masks.iter().map(Vec::as_slice), size),
            latent: noise_data(seed, Purpose::Latent, step, shape),
            posterior: noise_data(seed, Purpose::Posterior, step, shape),
        }
    }
}

impl StructureValues {
    fn upload(self, device: &Device) -> StructureBatch {
        StructureBatch {
            structure: Tensor::from_data(self.structure, device),
            mask: Tensor::from_data(self.mask, device),
            latent: Tensor::from_data(self.latent, device),
            posterior: Tensor::from_data(self.posterior, device),
        }
    }
}

impl<'a> Structure<'a> {
    /// Fresh networks on an autodiff `device`.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let settings: Settings = configuration.settings_as()?;
        let (study, recipe) = (&configuration.study, &configuration.recipe);
        let parts = split::parts(&data.items, configuration.seed, |rest, validation| {
            [rest, validation]
                .iter()
                .all(|part| !chosen(part, study, recipe).is_empty())
        });
        let items = chosen(&parts.training, study, recipe);
        let measured = |part: &[&'a Item]| split::spread(&chosen(part, study, recipe), VALIDATED);
        device.seed(configuration.seed);
        Ok(Self {
            stage: StructureStage::new(&configuration.geometry, configuration.rate, device),
            loader: Arc::new(StructureLoader {
                order: Order::new(items.len(), configuration.batch, configuration.seed),
                items: items.clone(),
                augment: settings.augment,
                configuration,
            }),
            items,
            validation: measured(&parts.validation),
            test: measured(&parts.test),
            configuration,
            device: device.clone(),
        })
    }

    fn maps(&self, indices: &[usize], device: &Device) -> Tensor<4> {
        binary(
            indices.iter().map(|&i| self.items[i].structure.as_slice()),
            self.size(),
            device,
        )
    }

    fn size(&self) -> usize {
        self.configuration.geometry.size
    }

    /// Of the averaged networks on `items`, means over them. Reads the device.
    fn errors(&self, items: &[&Item]) -> Errors {
        let device = self.device.clone().inner();
        let networks = self.stage.averaged();
        let mut errors = Errors {
            structure: 0.0,
            mask: 0.0,
            posterior: vec![0.0; self.configuration.geometry.latent],
        };
        for chunk in items.chunks(self.configuration.batch) {
            let share = chunk.len() as f64 / items.len() as f64;
            let (maps, masks) = (
                chunk.iter().map(|i| i.structure.as_slice()),
                chunk.iter().map(|i| i.mask.as_slice()),
            );
            let maps = binary(maps, self.size(), &device);
            let masks = binary(masks, self.size(), &device);
            let (latent, logvar) = networks.encoder.forward(maps.clone());
            let found = samples::divergences(latent.clone(), logvar);
            for (sum, divergence) in errors.posterior.iter_mut().zip(found) {
                *sum += share * divergence;
            }
            let restored = networks.decoder.decode(latent);
            errors.structure += share * mean_squared(restored, maps.clone());
            errors.mask += share * mean_squared(networks.mask.forward(maps, None), masks);
        }
        errors
    }
}

/// How far the networks are from maps that they have not seen.
struct Errors {
    structure: f64,
    mask: f64,
    /// Divergence of each latent dimension, nats.
    posterior: Vec<f64>,
}

/// Those of the items that are of the classes that the structure stage learns from, where it chooses by class, with
/// maps of the source modality where there are any.
fn chosen<'a>(items: &[&'a Item], study: &Study, recipe: &Recipe) -> Vec<&'a Item> {
    let (wanted, kind) = (&recipe.structure_classes, &study.lesion);
    let fits = |item: &&Item| {
        let class = item.label.class().and_then(|c| kind.classes().get(c));
        wanted.is_empty() || class.map_or(kind.trains(&item.label), |name| wanted.contains(name))
    };
    let (own, foreign): (Vec<_>, Vec<_>) = items
        .iter()
        .copied()
        .filter(fits)
        .partition(|item| item.has(study.source_place()));
    if own.is_empty() { foreign } else { own }
}

/// Reads the device.
fn mean_squared(a: Tensor<4>, b: Tensor<4>) -> f64 {
    f64::from((a - b).powi_scalar(2).mean().into_scalar::<f32>())
}

impl<'a> Trainee for Structure<'a> {
    type Loader = StructureLoader<'a>;

    fn loader(&self) -> Arc<StructureLoader<'a>> {
        self.loader.clone()
    }

    fn step(mut self, step: u64, batch: StructureValues) -> (Self, NamedLosses) {
        let batch = batch.upload(&self.device);
        let (stage, losses) = self
            .stage
            .step(batch, self.configuration.recipe.structure_weights(step));
        self.stage = stage;
        if REFRESH.is_due(step + 1) {
            self.stage.refresh_affine();
        }
        (self, losses)
    }

    /// Mean squared errors of the averaged networks on validation items, of which the first decides, and on test
    /// items: of reconstructed maps, the left term of (7) at the mean latent, and of masks (6). Then, of validation
    /// items where there are any: what the posterior uses of each latent dimension; samples beside real maps.
    fn validate(&self) -> anyhow::Result<Option<Figures>> {
        let parts = [("", &self.validation), ("test ", &self.test)];
        let parts = parts.into_iter().filter(|(_, items)| !items.is_empty());
        let measured: Vec<_> = parts
            .map(|(part, items)| (part, items, self.errors(items)))
            .collect();
        let Some((_, shown, Errors { posterior, .. })) = measured.first() else {
            return Ok(None);
        };
        let mut values = Vec::new();
        for (part, _, errors) in &measured {
            values.push((format!("{part}reconstruction error"), errors.structure));
            values.push((format!("{part}mask error"), errors.mask));
        }
        values.push(("active latents".into(), samples::active(posterior)));
        let device = self.device.clone().inner();
        values.extend(samples::figures(
            &self.stage,
            shown,
            self.configuration,
            &device,
        )?);
        Ok(Some(Figures {
            values,
            rows: vec![("posterior divergence".into(), posterior.clone())],
            decisive: "reconstruction error".into(),
            better: Better::Lower,
        }))
    }

    /// Real maps, their reconstructions, samples from N(0, 1), the same as lines, and their masks.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Plane>>> {
        let device = self.device.clone().inner();
        let networks = self.stage.averaged();
        let count = COLUMNS.min(self.items.len());
        let shown: Vec<usize> = (0..count).map(|i| i * self.items.len() / count).collect();
        let real = self.maps(&shown, &device);
        let (mean, _) = networks.encoder.forward(real.clone());
        let reconstructed = networks.decoder.decode(mean);
        let z = noise(
            self.configuration.seed,
            Purpose::Latent,
            u64::MAX >> 9,
            [COLUMNS, self.configuration.geometry.latent],
            &device,
        );
        let sampled = networks.decoder.forward(z);
        let lines = sampled
            .clone()
            .greater_elem(self.configuration.study.line_threshold)
            .float();
        let masks = networks.mask.forward(lines.clone(), None);
        let restored_lines = reconstructed
            .clone()
            .greater_elem(self.configuration.study.line_threshold)
            .float();
        Ok([real, reconstructed, restored_lines, sampled, lines, masks]
            .map(planes)
            .into())
    }

    fn save(&self) -> Vec<Section> {
        self.stage.save()
    }

    fn load(mut self, sections: &[Section]) -> anyhow::Result<Self> {
        self.stage = self.stage.load(sections)?;
        Ok(self)
    }

    /// Takes the affine map from the whole training set instead of the last few batches.
    fn finish(mut self) -> Self {
        let device = self.device.clone().inner();
        let latent = self.configuration.geometry.latent;
        let mut moments = LatentMoments::new(
            latent,
            self.configuration.geometry.latent_form,
            1.0,
            &device,
        );
        let indices: Vec<usize> = (0..self.items.len()).collect();
        let encoder = self.stage.averaged().encoder.clone();
        let whole_batches = indices.chunks_exact(self.configuration.batch.min(indices.len()));
        for (step, chunk) in whole_batches.enumerate() {
            let (mean, logvar) = encoder.forward(self.maps(chunk, &device));
            let shape = [chunk.len(), latent];
            let posterior = noise(
                self.configuration.seed,
                Purpose::Posterior,
                step as u64,
                shape,
                &device,
            );
            moments.add(mean + (logvar * 0.5).exp() * posterior);
        }
        self.stage.set_averaged_affine(moments.affine());
        self
    }
}
