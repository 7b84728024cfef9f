//! The synthesis stage: learns to paint every modality from a structure map and a label.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Plane;
use scanweave::networks::Unet;
use scanweave::random::{Purpose, Random};
use scanweave::steps::{
    NamedLosses, Section, StructureNetworks, SynthesisBatch, SynthesisStage,
    synthesis_configurations,
};
use scanweave::structure::{Structure, fuse, fusion_noise};
use scanweave::synthesis::{Label, default_label, label_planes};

use super::batch::{Order, binary_data, grey_data, image, label, stack_data, structure};
use super::{Loader, Trainee, maps};
use crate::data::{Item, Prepared, Split};
use crate::run::Configuration;

/// Columns of the sample sheet.
const COLUMNS: usize = 12;
/// Synthetic structure maps drawn for the adversarial part.
const MAPS: usize = 512;

/// Structure networks with the maps they drew.
pub struct SyntheticMaps {
    networks: StructureNetworks,
    maps: Vec<Structure>,
}

impl SyntheticMaps {
    /// Draws the maps on a device without autodiff.
    pub fn draw(
        networks: StructureNetworks,
        configuration: &Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let maps = maps::draw(&networks, configuration, MAPS, device)?;
        Ok(Self { networks, maps })
    }
}

/// The synthesis stage over a prepared data set.
pub struct Synthesis<'a> {
    stage: SynthesisStage,
    loader: Arc<SynthesisLoader<'a>>,
    networks: StructureNetworks,
    configuration: &'a Configuration,
    device: Device,
}

/// Chooses the items and maps of a step, fills them with noise and lays the labels beside them.
pub struct SynthesisLoader<'a> {
    items: Vec<&'a Item>,
    maps: Vec<Structure>,
    order: Order,
    configuration: &'a Configuration,
}

/// A [`SynthesisBatch`] on the host.
pub struct SynthesisValues {
    input: TensorData,
    condition: Option<TensorData>,
    image: TensorData,
    mask: TensorData,
    paired: usize,
}

impl SynthesisValues {
    fn upload(self, device: &Device) -> SynthesisBatch {
        SynthesisBatch {
            input: Tensor::from_data(self.input, device),
            condition: self.condition.map(|c| Tensor::from_data(c, device)),
            image: Tensor::from_data(self.image, device),
            mask: Tensor::from_data(self.mask, device),
            paired: self.paired,
        }
    }
}

/// One item of a batch before it becomes tensors.
struct Painted<'a> {
    structure: Structure,
    label: Label,
    noise_seed: u64,
    modality: usize,
    image: &'a [u8],
    mask: &'a [u8],
}

/// A generator with fresh weights.
pub fn fresh_generator(configuration: &Configuration, device: &Device) -> Unet {
    synthesis_configurations(&configuration.profile, &configuration.geometry)
        .0
        .init(device)
}

impl<'a> Synthesis<'a> {
    /// Fresh networks on an autodiff `device`.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        synthetic: SyntheticMaps,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let items: Vec<&Item> = data
            .items
            .iter()
            .filter(|i| i.split == Split::Train && i.images.iter().any(Option::is_some))
            .collect();
        anyhow::ensure!(!items.is_empty(), "the data holds no training image");
        device.seed(configuration.seed);
        Ok(Self {
            stage: SynthesisStage::new(
                &configuration.profile,
                &configuration.geometry,
                configuration.rate,
                device,
            ),
            loader: Arc::new(SynthesisLoader {
                order: Order::new(items.len(), configuration.batch, configuration.seed),
                items,
                maps: synthetic.maps,
                configuration,
            }),
            networks: synthetic.networks,
            configuration,
            device: device.clone(),
        })
    }
}

impl<'a> SynthesisLoader<'a> {
    fn size(&self) -> usize {
        self.configuration.geometry.size
    }

    /// Items painted from their own maps first, then, after the pre-training, half a batch from
    /// synthetic maps with the label of the item they stand beside.
    fn painted(&self, step: u64) -> (Vec<Painted<'a>>, usize) {
        let chosen = self.order.items(step);
        let pretraining = step < self.configuration.pretraining;
        let paired = if pretraining {
            chosen.len()
        } else {
            chosen.len().div_ceil(2)
        };
        let mut random = Random::nth(self.configuration.seed, Purpose::Fusion, step);
        let mut painted = Vec::with_capacity(chosen.len());
        for (place, index) in chosen.into_iter().enumerate() {
            let item = self.items[index];
            let own = structure(item, self.size());
            let drawn = &self.maps[random.below(self.maps.len())];
            let modalities: Vec<usize> = (0..item.images.len())
                .filter(|&m| item.images[m].is_some())
                .collect();
            let modality = modalities[random.below(modalities.len())];
            painted.push(Painted {
                structure: if place < paired { own } else { drawn.clone() },
                label: label(item, &self.configuration.profile, self.size()),
                noise_seed: random.bits(),
                modality,
                image: item.images[modality]
                    .as_deref()
                    .expect("the modality was chosen because it is there"),
                mask: &item.mask,
            });
        }
        (painted, paired)
    }

    fn values(&self, painted: &[Painted], paired: usize) -> SynthesisValues {
        let size = self.size();
        let mut input = Vec::new();
        for item in painted {
            let noise = fusion_noise(size, item.noise_seed, self.configuration.profile.noise);
            input.extend(fuse(&item.structure.map, &item.structure.mask, &noise).into_values());
            let planes = label_planes(&self.configuration.profile.lesion, &item.label, size);
            input.extend(
                planes
                    .expect("labels are checked with the data")
                    .into_iter()
                    .flat_map(Plane::into_values),
            );
        }
        SynthesisValues {
            input: stack_data(input, 1 + self.configuration.profile.label_planes(), size),
            condition: self.condition(painted),
            image: grey_data(painted.iter().map(|p| p.image), size),
            mask: binary_data(painted[..paired].iter().map(|p| p.mask), size),
            paired,
        }
    }

    fn condition(&self, painted: &[Painted]) -> Option<TensorData> {
        let count = self.configuration.profile.modalities.len();
        if count < 2 {
            return None;
        }
        let one_hot = |p: &Painted| {
            (0..count)
                .map(|i| f32::from(u8::from(i == p.modality)))
                .collect::<Vec<_>>()
        };
        let values: Vec<f32> = painted.iter().flat_map(one_hot).collect();
        Some(TensorData::new(values, [painted.len(), count]))
    }
}

impl Loader for SynthesisLoader<'_> {
    type Batch = SynthesisValues;

    fn batch(&self, step: u64) -> SynthesisValues {
        let (painted, paired) = self.painted(step);
        self.values(&painted, paired)
    }
}

impl<'a> Trainee for Synthesis<'a> {
    type Loader = SynthesisLoader<'a>;

    fn loader(&self) -> Arc<SynthesisLoader<'a>> {
        self.loader.clone()
    }

    fn step(mut self, _step: u64, batch: SynthesisValues) -> (Self, NamedLosses) {
        let batch = batch.upload(&self.device);
        let (stage, losses) = self
            .stage
            .step(&batch, &self.configuration.profile.synthesis);
        self.stage = stage;
        (self, losses)
    }

    /// Real images, their maps and what is painted from them; then synthetic maps and what is
    /// painted from those, one row per modality.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Plane>>> {
        let device = self.device.clone().inner();
        let generator = self.stage.averaged().generator.clone();
        let profile = &self.configuration.profile;
        let pipeline = maps::of(
            &self.networks,
            generator,
            profile,
            self.configuration,
            &device,
        );
        let (items, size) = (&self.loader.items, self.loader.size());
        let count = COLUMNS.min(items.len());
        let modalities = profile.modalities.len();
        let mut rows = vec![Vec::new(); 3 + 1 + modalities];
        for column in 0..count {
            let item = items[column * items.len() / count];
            let Some(modality) = item.images.iter().position(Option::is_some) else {
                continue;
            };
            let own = structure(item, size);
            let sample = pollster::block_on(pipeline.paint(
                &own,
                &label(item, profile, size),
                column as u64,
            ))?;
            rows[0].push(image(
                item.images[modality].as_deref().unwrap_or_default(),
                size,
            ));
            rows[1].push(sample.fused);
            rows[2].push(sample.images[modality].1.clone());
        }
        for (column, map) in self.loader.maps.iter().take(COLUMNS).enumerate() {
            let sample = pollster::block_on(pipeline.paint(
                map,
                &default_label(&profile.lesion),
                column as u64,
            ))?;
            rows[3].push(sample.fused);
            for (row, (_, plane)) in sample.images.into_iter().enumerate() {
                rows[4 + row].push(plane);
            }
        }
        Ok(rows)
    }

    fn save(&self) -> Vec<Section> {
        self.stage.save()
    }

    fn load(mut self, sections: &[Section]) -> anyhow::Result<Self> {
        self.stage = self.stage.load(sections)?;
        Ok(self)
    }
}
