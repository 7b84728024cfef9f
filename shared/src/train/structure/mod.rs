//! The structure stage in training: learns to draw structure maps and their masks from normal noise.
//!
//! It learns from maps in memory and knows no data set, so that a page can train it as the command line does.

mod loader;
mod samples;

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::image::Image;
use crate::metrics::MetricError;
use crate::random::Purpose;
use crate::structure::distance_field;
use crate::study::Geometry;
use crate::train::batch::{binary, noise, stack_data};
use crate::train::figures::{Better, Figures};
use crate::train::losses::mse;
use crate::train::reading::{DeviceError, images, scalar};
use crate::train::recipe::Recipe;
use crate::train::schedule::Cadence;
use crate::train::steps::{LatentMoments, NamedLosses, RestoreError, Section, StructureStage};
use crate::train::trainee::Trainee;

pub use loader::{MapItem, StructureLoader, StructureValues};

/// Steps between two looks at the distribution of the latents.
const REFRESH: Cadence = Cadence(25);
/// Columns of the sample sheet.
const COLUMNS: usize = 12;
/// Unseen items of a part that a checkpoint is measured on, at most.
const VALIDATED: usize = 64;

/// What decides, beside the items, what a training computes.
#[derive(Debug, Clone, Copy)]
pub struct StructureSettings<'a> {
    /// How the networks learn.
    pub recipe: &'a Recipe,
    /// Their sizes.
    pub geometry: Geometry,
    /// Above this value a drawn pixel counts as a line, 0..=1.
    pub line_threshold: f32,
    /// Pixels from a line at which its distance field ends; 0: the networks draw lines.
    pub line_reach: usize,
    /// Items per step, at least 1.
    pub batch: usize,
    /// Learning rate of Adam.
    pub rate: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Every map is mirrored at random, and turned, scaled and shifted a little.
    pub augment: bool,
}

/// Why the structure stage cannot be trained or shown.
#[derive(Debug, thiserror::Error)]
pub enum StructureError {
    /// Nothing to learn from.
    #[error("there is no structure map to learn from")]
    NoMaps,
    /// A map or mask is of another size than the networks.
    #[error("a structure map or mask has {found} values, networks for {size} x {size} pixels need {}", size * size)]
    Pixels {
        /// Values of the map or mask.
        found: usize,
        /// Side that the networks work at, pixels.
        size: usize,
    },
    /// The checkpoint does not fit.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The device has failed.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The maps cannot be compared.
    #[error(transparent)]
    Metric(#[from] MetricError),
}

/// Maps that train nothing. There may be none of either part.
#[derive(Debug, Clone, Default)]
pub struct UnseenMaps<'a> {
    /// They choose the best checkpoint.
    pub validation: Vec<MapItem<'a>>,
    /// They decide nothing and are measured on.
    pub test: Vec<MapItem<'a>>,
}

impl<'a> UnseenMaps<'a> {
    /// With at most `count` of each part, evenly spread over them.
    fn spread(self, count: usize) -> Self {
        let of = |items: Vec<MapItem<'a>>| {
            let count = count.min(items.len());
            (0..count)
                .map(|i| items[i * items.len() / count].clone())
                .collect()
        };
        Self {
            validation: of(self.validation),
            test: of(self.test),
        }
    }

    /// Those of validation, or of the test where there are none.
    fn shown(&self) -> &[MapItem<'a>] {
        if self.validation.is_empty() {
            &self.test
        } else {
            &self.validation
        }
    }
}

/// The structure stage over its items.
pub struct StructureTrainee<'a> {
    stage: StructureStage,
    loader: Arc<StructureLoader<'a>>,
    unseen: UnseenMaps<'a>,
    settings: StructureSettings<'a>,
    device: Device,
}

impl<'a> StructureTrainee<'a> {
    /// Fresh networks on an autodiff `device`, which is seeded; they learn from `items` and are measured on some of
    /// `unseen`.
    ///
    /// # Errors
    /// When there is no item, or one of another size.
    pub fn new(
        items: Vec<MapItem<'a>>,
        unseen: UnseenMaps<'a>,
        settings: StructureSettings<'a>,
        device: &Device,
    ) -> Result<Self, StructureError> {
        if items.is_empty() {
            return Err(StructureError::NoMaps);
        }
        let size = settings.geometry.structure_size();
        let all = items.iter().chain(&unseen.validation).chain(&unseen.test);
        let mut lengths = all.flat_map(|item| [item.map.len(), item.mask.len()]);
        if let Some(found) = lengths.find(|&length| length != size * size) {
            return Err(StructureError::Pixels { found, size });
        }
        device.seed(settings.seed);
        Ok(Self {
            stage: StructureStage::new(&settings.geometry, settings.rate, device),
            loader: Arc::new(StructureLoader::new(items, settings)),
            unseen: unseen.spread(VALIDATED),
            settings,
            device: device.clone(),
        })
    }

    fn items(&self) -> &[MapItem<'a>] {
        &self.loader.items
    }

    fn size(&self) -> usize {
        self.settings.geometry.structure_size()
    }

    fn maps(&self, items: &[MapItem], device: &Device) -> Tensor<4> {
        binary(items.iter().map(|item| &*item.map), self.size(), device)
    }

    /// What encoder and D_s see of them.
    fn fields(&self, items: &[MapItem], device: &Device) -> Tensor<4> {
        let maps = items.iter().map(|item| &*item.map);
        seen(maps, self.size(), self.settings.line_reach, device)
    }

    fn masks(&self, items: &[MapItem], device: &Device) -> Tensor<4> {
        binary(items.iter().map(|item| &*item.mask), self.size(), device)
    }

    fn lines(&self, soft: Tensor<4>) -> Tensor<4> {
        soft.greater_elem(self.settings.line_threshold).float()
    }

    /// Of the averaged networks on `items`, means over them.
    async fn errors(&self, items: &[MapItem<'_>]) -> Result<Errors, DeviceError> {
        let device = self.device.clone().inner();
        let networks = self.stage.averaged();
        let mut errors = Errors {
            structure: 0.0,
            mask: 0.0,
            posterior: vec![0.0; self.settings.geometry.latent],
        };
        for chunk in items.chunks(self.settings.batch) {
            let share = chunk.len() as f64 / items.len() as f64;
            let (maps, masks) = (self.maps(chunk, &device), self.masks(chunk, &device));
            let seen = self.fields(chunk, &device);
            let (latent, logvar) = networks.encoder.forward(seen.clone());
            let found = samples::divergences(latent.clone(), logvar).await?;
            for (sum, divergence) in errors.posterior.iter_mut().zip(found) {
                *sum += share * divergence;
            }
            let restored = networks.decoder.decode(latent);
            errors.structure += share * f64::from(scalar(mse(restored, seen)).await?);
            errors.mask +=
                share * f64::from(scalar(mse(networks.mask.forward(maps, None), masks)).await?);
        }
        Ok(errors)
    }
}

/// Maps of `size * size` bytes, 0 where there is no line, as encoder and D_s see them, `[maps, 1, size, size]`: as they are, or as distance
/// fields where there is a `reach` ([`Study::line_reach`](crate::study::Study::line_reach)).
pub fn seen<'a>(
    maps: impl Iterator<Item = &'a [u8]>,
    size: usize,
    reach: usize,
    device: &Device,
) -> Tensor<4> {
    Tensor::from_data(seen_data(maps, size, reach), device)
}

fn seen_data<'a>(maps: impl Iterator<Item = &'a [u8]>, size: usize, reach: usize) -> TensorData {
    let fields = maps.flat_map(|map| distance_field(|at| map[at] > 0, size, reach));
    stack_data(fields.collect(), 1, size)
}

/// How far the networks are from maps that they have not seen.
struct Errors {
    structure: f64,
    mask: f64,
    /// Divergence of each latent dimension, nats.
    posterior: Vec<f64>,
}

impl<'a> Trainee for StructureTrainee<'a> {
    type Loader = StructureLoader<'a>;
    type Error = StructureError;

    fn loader(&self) -> Arc<StructureLoader<'a>> {
        self.loader.clone()
    }

    async fn step(
        &mut self,
        step: u64,
        batch: StructureValues,
    ) -> Result<NamedLosses, StructureError> {
        let batch = batch.upload(&self.device);
        let weights = self.settings.recipe.structure_weights(step);
        let losses = self.stage.step(batch, weights);
        if REFRESH.is_due(step + 1) {
            self.stage.refresh_affine().await?;
        }
        Ok(losses)
    }

    /// Mean squared errors of the averaged networks on validation items, of which the first decides, and on test
    /// items: of reconstructed maps or fields, the left term of (7) at the mean latent, and of masks (6). Then, of validation
    /// items where there are any: what the posterior uses of each latent dimension; samples beside real maps.
    async fn validate(&self) -> Result<Option<Figures>, StructureError> {
        let mut values = Vec::new();
        let mut posterior = None;
        for (part, items) in [("", &self.unseen.validation), ("test ", &self.unseen.test)] {
            if items.is_empty() {
                continue;
            }
            let errors = self.errors(items).await?;
            values.push((format!("{part}reconstruction error"), errors.structure));
            values.push((format!("{part}mask error"), errors.mask));
            posterior = posterior.or(Some(errors.posterior));
        }
        let Some(posterior) = posterior else {
            return Ok(None);
        };
        values.push(("active latents".into(), samples::active(&posterior)));
        values.extend(self.sampled(&self.device.clone().inner()).await?);
        Ok(Some(Figures {
            values,
            rows: vec![("posterior divergence".into(), posterior)],
            decisive: "reconstruction error".into(),
            better: Better::Lower,
        }))
    }

    /// Real maps, their reconstructions, samples from N(0, 1), the same as lines, and their masks.
    async fn sheet(&self) -> Result<Vec<Vec<Image>>, StructureError> {
        let device = self.device.clone().inner();
        let networks = self.stage.averaged();
        let items = self.items();
        let count = COLUMNS.min(items.len());
        let shown: Vec<MapItem> = (0..count)
            .map(|i| items[i * items.len() / count].clone())
            .collect();
        let real = self.fields(&shown, &device);
        let (mean, _) = networks.encoder.forward(real.clone());
        let reconstructed = networks.decoder.decode(mean);
        let z = noise(
            self.settings.seed,
            Purpose::Latent,
            u64::MAX >> 9,
            [COLUMNS, self.settings.geometry.latent],
            &device,
        );
        let sampled = networks.decoder.forward(z);
        let lines = self.lines(sampled.clone());
        let masks = networks.mask.forward(lines.clone(), None);
        let restored_lines = self.lines(reconstructed.clone());
        let mut rows = Vec::new();
        for row in [real, reconstructed, restored_lines, sampled, lines, masks] {
            rows.push(images(row).await?);
        }
        Ok(rows)
    }

    /// Takes the affine map from the whole training set instead of the last few batches.
    async fn finish(&mut self) -> Result<(), StructureError> {
        let device = self.device.clone().inner();
        let latent = self.settings.geometry.latent;
        let form = self.settings.geometry.latent_form;
        let mut moments = LatentMoments::new(latent, form, 1.0, &device);
        let encoder = self.stage.averaged().encoder.clone();
        let items = self.items();
        let whole_batches = items.chunks_exact(self.settings.batch.min(items.len()));
        for (step, chunk) in whole_batches.enumerate() {
            let (mean, logvar) = encoder.forward(self.fields(chunk, &device));
            let posterior = noise(
                self.settings.seed,
                Purpose::Posterior,
                step as u64,
                [chunk.len(), latent],
                &device,
            );
            moments.add(mean + (logvar * 0.5).exp() * posterior);
        }
        self.stage.set_averaged_affine(moments.affine().await?);
        Ok(())
    }

    fn save(&self) -> Vec<Section> {
        self.stage.save()
    }

    fn load(mut self, sections: &[Section]) -> Result<Self, StructureError> {
        self.stage = self.stage.load(sections)?;
        Ok(self)
    }
}
