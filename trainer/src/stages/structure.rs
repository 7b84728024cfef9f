//! The structure stage: learns to draw structure maps and their masks from normal noise.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Image;
use scanweave::random::{Purpose, Random};
use scanweave::train::steps::{
    LatentMoments, NamedLosses, Section, StructureBatch, StructureStage,
};

use super::batch::{Order, binary, binary_data, images, noise, noise_data};
use super::warp::Warp;
use super::{Loader, Trainee, samples};
use crate::data::{Item, Prepared, Split};
use crate::run::{Better, Cadence, Configuration, Figures};

/// Steps between two looks at the distribution of the latents.
const REFRESH: Cadence = Cadence(25);
/// Columns of the sample sheet.
const COLUMNS: usize = 12;
/// Test items that a checkpoint is judged by, at most.
const VALIDATED: usize = 64;

/// The structure stage over a prepared data set.
pub struct Structure<'a> {
    stage: StructureStage,
    loader: Arc<StructureLoader<'a>>,
    items: Vec<&'a Item>,
    unseen: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

/// Chooses the items of a step and draws its noise.
pub struct StructureLoader<'a> {
    items: Vec<&'a Item>,
    order: Order,
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
            if self.configuration.augment {
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
        let items = items(data, configuration, Split::Train);
        let mut unseen = self::items(data, configuration, Split::Test);
        unseen.truncate(VALIDATED);
        anyhow::ensure!(
            !items.is_empty(),
            "the data holds no training image of the classes {:?} that the structure stage learns from",
            configuration.recipe.structure_classes
        );
        device.seed(configuration.seed);
        Ok(Self {
            stage: StructureStage::new(&configuration.geometry, configuration.rate, device),
            loader: Arc::new(StructureLoader {
                order: Order::new(items.len(), configuration.batch, configuration.seed),
                items: items.clone(),
                configuration,
            }),
            items,
            unseen,
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
}

/// Items of the classes that the structure stage learns from, where it chooses by class, with maps of the source modality where
/// there are any.
fn items<'a>(data: &'a Prepared, configuration: &Configuration, split: Split) -> Vec<&'a Item> {
    let wanted = &configuration.recipe.structure_classes;
    let kind = &configuration.study.lesion;
    let fits = |item: &&Item| {
        let class = item.label.class().and_then(|c| kind.classes().get(c));
        wanted.is_empty() || class.map_or(kind.trains(&item.label), |name| wanted.contains(name))
    };
    let all = data.items.iter().filter(|item| item.split == split);
    let (own, foreign): (Vec<_>, Vec<_>) = all
        .filter(fits)
        .partition(|item| item.has(configuration.study.source_place()));
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

    /// Mean squared errors of the averaged networks on test items: of reconstructed maps, the left
    /// term of (7) at the mean latent, and of masks (6); what the posterior uses of each latent
    /// dimension; samples beside real maps.
    fn validate(&self) -> anyhow::Result<Option<Figures>> {
        if self.unseen.is_empty() {
            return Ok(None);
        }
        let device = self.device.clone().inner();
        let networks = self.stage.averaged();
        let (mut structure, mut mask) = (0.0, 0.0);
        let mut posterior = vec![0.0; self.configuration.geometry.latent];
        for items in self.unseen.chunks(self.configuration.batch) {
            let share = items.len() as f64 / self.unseen.len() as f64;
            let maps = binary(
                items.iter().map(|i| i.structure.as_slice()),
                self.size(),
                &device,
            );
            let masks = binary(
                items.iter().map(|i| i.mask.as_slice()),
                self.size(),
                &device,
            );
            let (latent, logvar) = networks.encoder.forward(maps.clone());
            let found = samples::divergences(latent.clone(), logvar);
            posterior
                .iter_mut()
                .zip(found)
                .for_each(|(sum, d)| *sum += share * d);
            let restored = networks.decoder.decode(latent);
            structure += share * mean_squared(restored, maps.clone());
            mask += share * mean_squared(networks.mask.forward(maps, None), masks);
        }
        let mut values = vec![
            ("reconstruction error".into(), structure),
            ("mask error".into(), mask),
            ("active latents".into(), samples::active(&posterior)),
        ];
        values.extend(samples::figures(
            &self.stage,
            &self.unseen,
            self.configuration,
            &device,
        )?);
        Ok(Some(Figures {
            values,
            rows: vec![("posterior divergence".into(), posterior)],
            decisive: "reconstruction error".into(),
            better: Better::Lower,
        }))
    }

    /// Real maps, their reconstructions, samples from N(0, 1), the same as lines, and their masks.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>> {
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
            .map(images)
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
        let mut moments = LatentMoments::new(latent, 1.0, &device);
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
