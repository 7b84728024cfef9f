//! The translator stage: learns to turn each modality into each other from unpaired real images.

use std::sync::Arc;

use anyhow::ensure;
use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Plane;
use scanweave::metrics::psnr;
use scanweave::networks::Unet;
use scanweave::profile::{Modality, Profile};
use scanweave::random::{Purpose, Random};
use scanweave::steps::{NamedLosses, Section, TranslatorBatch, TranslatorStage};

use super::batch::{grey_data, image, one_hot_rows, planes};
use super::{Loader, Trainee};
use crate::data::{Item, Prepared, Split};
use crate::run::{Better, Configuration, Figures};

/// Test items that the sheet and the figures use.
const SHOWN: usize = 6;
const VALIDATED: usize = 24;

/// The translator stage over a prepared data set.
pub struct Translator<'a> {
    stage: TranslatorStage,
    loader: Arc<TranslatorLoader<'a>>,
    unseen: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

/// Draws one ordered pair of modalities per item, and images of both: of different subjects, unless
/// registered pairs are wanted and there.
pub struct TranslatorLoader<'a> {
    /// Per modality the training items that have it.
    pools: Vec<Vec<&'a Item>>,
    configuration: &'a Configuration,
}

/// A [`TranslatorBatch`] on the host.
pub struct TranslatorValues {
    image: TensorData,
    from: TensorData,
    to: TensorData,
    target: TensorData,
    registered: usize,
}

/// One translation: an image of one modality and a real one of another.
struct Translation<'a> {
    from: usize,
    to: usize,
    image: &'a [u8],
    target: &'a [u8],
    registered: bool,
}

/// Training items that have each modality.
pub fn pools<'a>(data: &'a Prepared, profile: &Profile) -> anyhow::Result<Vec<Vec<&'a Item>>> {
    let pool = |(place, modality): (usize, &Modality)| {
        let train = data.items.iter().filter(|item| item.split == Split::Train);
        let pool: Vec<&Item> = train.filter(|item| item.images[place].is_some()).collect();
        ensure!(
            !pool.is_empty(),
            "no training image of modality {}: add some, or choose a profile without it",
            modality.name()
        );
        Ok(pool)
    };
    profile.modalities.iter().enumerate().map(pool).collect()
}

impl<'a> TranslatorLoader<'a> {
    fn draw(&self, random: &mut Random) -> Translation<'a> {
        let count = self.pools.len();
        let from = random.below(count);
        let to = (from + 1 + random.below(count - 1)) % count;
        let item = self.pools[from][random.below(self.pools[from].len())];
        let other = self.pools[to][random.below(self.pools[to].len())];
        let supervised = self.configuration.profile.translator.supervised > 0.0;
        let own = item.images[to].as_deref().filter(|_| supervised);
        let of_pool = "items of a pool have its modality";
        Translation {
            from,
            to,
            image: item.images[from].as_deref().expect(of_pool),
            target: own.unwrap_or_else(|| other.images[to].as_deref().expect(of_pool)),
            registered: own.is_some(),
        }
    }
}

impl Loader for TranslatorLoader<'_> {
    type Batch = TranslatorValues;

    fn batch(&self, step: u64) -> TranslatorValues {
        let size = self.configuration.geometry.size;
        let mut random = Random::nth(self.configuration.seed, Purpose::Batch, step);
        let drawn = (0..self.configuration.batch).map(|_| self.draw(&mut random));
        let (mut all, rest): (Vec<_>, Vec<_>) = drawn.partition(|t| t.registered);
        let registered = all.len();
        all.extend(rest);
        let count = self.pools.len();
        TranslatorValues {
            image: grey_data(all.iter().map(|t| t.image), size),
            from: one_hot_rows(all.iter().map(|t| t.from), count),
            to: one_hot_rows(all.iter().map(|t| t.to), count),
            target: grey_data(all.iter().map(|t| t.target), size),
            registered,
        }
    }
}

impl<'a> Translator<'a> {
    /// Fresh networks on an autodiff `device`.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let profile = &configuration.profile;
        ensure!(
            profile.modalities.len() > 1,
            "the study {} has one modality, so there is nothing to translate: leave this stage out",
            profile.name
        );
        let of = |split| data.items.iter().filter(move |item| item.split == split);
        let pools = pools(data, profile)?;
        let complete = |item: &&Item| item.images.iter().all(Option::is_some);
        let mut unseen: Vec<&Item> = of(Split::Test).filter(complete).collect();
        unseen.truncate(VALIDATED);
        device.seed(configuration.seed);
        Ok(Self {
            stage: TranslatorStage::new(
                profile,
                &configuration.geometry,
                configuration.rate,
                device,
            ),
            loader: Arc::new(TranslatorLoader {
                pools,
                configuration,
            }),
            unseen,
            configuration,
            device: device.clone(),
        })
    }

    /// The averaged translator's images of modality `to`: reads the device.
    fn translated(&self, items: &[&Item], from: usize, to: usize) -> Vec<Plane> {
        let (size, count) = (
            self.configuration.geometry.size,
            self.configuration.profile.modalities.len(),
        );
        let images = items.iter().filter_map(|item| item.images[from].as_deref());
        let translator = &self.stage.averaged().translator;
        translate(
            translator,
            grey_data(images, size),
            one_hot_rows(items.iter().map(|_| to), count),
            &self.device.clone().inner(),
        )
    }
}

fn translate(translator: &Unet, images: TensorData, to: TensorData, device: &Device) -> Vec<Plane> {
    let images = Tensor::from_data(images, device);
    planes(translator.forward(images, Some(Tensor::from_data(to, device))))
}

impl<'a> Trainee for Translator<'a> {
    type Loader = TranslatorLoader<'a>;

    fn loader(&self) -> Arc<TranslatorLoader<'a>> {
        self.loader.clone()
    }

    fn step(mut self, _step: u64, batch: TranslatorValues) -> (Self, NamedLosses) {
        let batch = TranslatorBatch {
            image: Tensor::from_data(batch.image, &self.device),
            from: Tensor::from_data(batch.from, &self.device),
            to: Tensor::from_data(batch.to, &self.device),
            target: Tensor::from_data(batch.target, &self.device),
            registered: batch.registered,
        };
        let profile = &self.configuration.profile;
        let (stage, losses) = self
            .stage
            .step(&batch, &profile.translator, profile.synthesis.head);
        self.stage = stage;
        (self, losses)
    }

    /// PSNR between translated and registered real test images, mean over all ordered pairs: pairs
    /// are used for measuring even where the training does without.
    fn validate(&self) -> anyhow::Result<Option<Figures>> {
        if self.unseen.is_empty() {
            return Ok(None);
        }
        let modalities = &self.configuration.profile.modalities;
        let size = self.configuration.geometry.size;
        let mut values = Vec::new();
        for (from, to) in ordered_pairs(modalities.len()) {
            let translated = self.translated(&self.unseen, from, to);
            let mut sum = 0.0;
            for (found, item) in translated.iter().zip(&self.unseen) {
                let real = image(item.images[to].as_deref().unwrap_or_default(), size);
                sum += f64::from(psnr(found, &real)?);
            }
            let names = (modalities[from].name(), modalities[to].name());
            let name = format!("psnr {} to {}", names.0, names.1);
            values.push((name, sum / self.unseen.len() as f64));
        }
        let mean = values.iter().map(|(_, v)| v).sum::<f64>() / values.len() as f64;
        values.push(("psnr".into(), mean));
        Ok(Some(Figures {
            values,
            rows: Vec::new(),
            decisive: "psnr".into(),
            better: Better::Higher,
        }))
    }

    /// Test images of each modality, and below them what each other modality is translated into it.
    fn sheet(&self) -> anyhow::Result<Vec<Vec<Plane>>> {
        let size = self.configuration.geometry.size;
        let count = self.configuration.profile.modalities.len();
        let shown = SHOWN.min(self.unseen.len());
        let items: Vec<&Item> = (0..shown)
            .map(|i| self.unseen[i * self.unseen.len() / shown])
            .collect();
        let real = |modality: usize| {
            let bytes = items.iter().filter_map(|i| i.images[modality].as_deref());
            bytes.map(|bytes| image(bytes, size)).collect::<Vec<_>>()
        };
        let mut rows = Vec::new();
        for to in 0..count {
            rows.push(real(to));
            let others = (0..count).filter(|&from| from != to);
            rows.extend(others.map(|from| self.translated(&items, from, to)));
        }
        rows.retain(|row| !row.is_empty());
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

fn ordered_pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let pairs = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
    pairs.filter(|(from, to)| from != to)
}
