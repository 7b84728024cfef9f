//! The translator stage: learns to turn each modality into each other from unpaired real images.

use std::sync::Arc;

use anyhow::ensure;
use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Image;
use scanweave::metrics::psnr_of_images;
use scanweave::random::{Purpose, Random};
use scanweave::study::{Modality, Study};
use scanweave::train::batch::{image_data, one_hot_rows};
use scanweave::train::guides::TranslatorGuide;
use scanweave::train::reading::{DeviceError, images};
use scanweave::train::steps::{
    NamedLosses, Section, TranslatorBatch, TranslatorNetworks, TranslatorStage,
    translator_configurations,
};
use scanweave::train::{Better, Figures, Loader, Recipe, Trainee};

use super::items::image;
use super::memory::{Part, Sizes};
use super::stage::{BoxedGuide, Guiding, Stage, no_advice, no_settings};
use crate::data::{Item, Prepared, split};
use crate::run::{Configuration, Finished, Pick};

/// Test items on the sheet.
const SHOWN: usize = 6;
/// Validation items, and test items, that a checkpoint is measured on, at most.
const MEASURED: usize = 24;

/// The stage, as the registry lists it.
pub static STAGE: Stage = Stage {
    name: "translator",
    about: "Turns one modality into another, for studies with several",
    is_needed: |study, recipe| study.modalities.len() > 1 && recipe.registers(),
    builds_upon: &[],
    steps: 900,
    rate: 4e-4,
    options: &[],
    settings: no_settings,
    check,
    train: |task| {
        task.train(Translator::new(
            task.data,
            task.configuration,
            &task.device,
        )?)
    },
    networks: sizes,
    advice: no_advice,
    pick: Pick::Best,
    export: None,
};

/// The translator holds the painted modalities in register (16).
pub static GUIDING: Guiding = Guiding {
    stage: &STAGE,
    guide,
    networks: |of| {
        let (translator, _) = translator_configurations(of.study, of.recipe, of.geometry);
        Part::frozen("translator", translator.footprint(of.geometry.size), 1, 1)
    },
};

/// There, back again, and the identity; the discriminator sees what is real and what was translated.
fn sizes(of: &Sizes) -> Vec<Part> {
    let g = of.geometry;
    let (translator, discriminator) = translator_configurations(of.study, of.recipe, g);
    vec![
        Part::learning("translator", translator.footprint(g.size), 3),
        Part::learning("discriminator", discriminator.footprint(g.size), 2),
    ]
}

/// A translator of every modality can be trained.
fn check(data: &Prepared, study: &Study, _recipe: &Recipe) -> anyhow::Result<()> {
    ensure!(
        study.modalities.len() > 1,
        "the study {} has one modality, so there is nothing to translate: leave this stage out",
        study.name
    );
    pools(&split::training(&data.items), study).map(drop)
}

fn guide(
    finished: &Finished,
    recipe: &Recipe,
    device: &Device,
) -> anyhow::Result<Option<BoxedGuide>> {
    if !recipe.registers() {
        return Ok(None);
    }
    let c = &finished.configuration;
    let sections = &finished.checkpoint.sections;
    let found = TranslatorNetworks::finished(&c.study, &c.recipe, &c.geometry, sections, device);
    let found = finished.restored(found)?;
    let guide = TranslatorGuide::new(found.translator, recipe.synthesis.registration);
    Ok(Some(Box::new(guide)))
}

/// The translator stage over a prepared data set.
pub struct Translator<'a> {
    stage: TranslatorStage,
    loader: Arc<TranslatorLoader<'a>>,
    /// These choose the best checkpoint.
    validation: Vec<&'a Item>,
    test: Vec<&'a Item>,
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

/// Per modality the items that have it.
fn pools<'a>(items: &[&'a Item], study: &Study) -> anyhow::Result<Vec<Vec<&'a Item>>> {
    let pool = |(place, modality): (usize, &Modality)| {
        let has = |item: &&Item| item.has(place);
        let pool: Vec<&Item> = items.iter().copied().filter(has).collect();
        ensure!(
            !pool.is_empty(),
            "no training image of modality {}: add some, or choose a study without it",
            modality.name
        );
        Ok(pool)
    };
    study.modalities.iter().enumerate().map(pool).collect()
}

impl<'a> TranslatorLoader<'a> {
    fn draw(&self, random: &mut Random) -> Translation<'a> {
        let count = self.pools.len();
        let from = random.below(count);
        let to = (from + 1 + random.below(count - 1)) % count;
        let item = self.pools[from][random.below(self.pools[from].len())];
        let other = self.pools[to][random.below(self.pools[to].len())];
        let supervised = self.configuration.recipe.translator.supervised > 0.0;
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
        let channels = self.configuration.study.channels();
        let mut random = Random::nth(self.configuration.seed, Purpose::Batch, step);
        let drawn = (0..self.configuration.batch).map(|_| self.draw(&mut random));
        let (mut all, rest): (Vec<_>, Vec<_>) = drawn.partition(|t| t.registered);
        let registered = all.len();
        all.extend(rest);
        let count = self.pools.len();
        TranslatorValues {
            image: image_data(all.iter().map(|t| t.image), channels, size),
            from: one_hot_rows(all.iter().map(|t| t.from), count),
            to: one_hot_rows(all.iter().map(|t| t.to), count),
            target: image_data(all.iter().map(|t| t.target), channels, size),
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
        let study = &configuration.study;
        let parts = split::parts(&data.items, configuration.seed, |rest, validation| {
            pools(rest, study).is_ok() && !registered(validation).is_empty()
        });
        let pools = pools(&parts.training, study)?;
        device.seed(configuration.seed);
        Ok(Self {
            stage: TranslatorStage::new(
                study,
                &configuration.recipe,
                &configuration.geometry,
                configuration.rate,
                device,
            ),
            loader: Arc::new(TranslatorLoader {
                pools,
                configuration,
            }),
            validation: parts.validation,
            test: parts.test,
            configuration,
            device: device.clone(),
        })
    }

    /// Named by the two modalities.
    async fn psnrs(&self, items: &[&Item]) -> anyhow::Result<Vec<(String, f64)>> {
        let study = &self.configuration.study;
        let (modalities, channels) = (&study.modalities, study.channels());
        let size = self.configuration.geometry.size;
        let mut values = Vec::new();
        for (from, to) in ordered_pairs(modalities.len()) {
            let translated = self.translated(items, from, to).await?;
            let mut sum = 0.0;
            for (found, item) in translated.iter().zip(items) {
                let real = image(item.images[to].as_deref().unwrap_or_default(), size);
                sum += f64::from(psnr_of_images(found, &real.spread(channels))?);
            }
            let name = format!("{} to {}", modalities[from].name, modalities[to].name);
            values.push((name, sum / items.len() as f64));
        }
        Ok(values)
    }

    /// The averaged translator's images of modality `to`.
    async fn translated(
        &self,
        items: &[&Item],
        from: usize,
        to: usize,
    ) -> Result<Vec<Image>, DeviceError> {
        let study = &self.configuration.study;
        let (size, count) = (self.configuration.geometry.size, study.modalities.len());
        let given = items.iter().filter_map(|item| item.images[from].as_deref());
        let translator = &self.stage.averaged().translator;
        let device = self.device.clone().inner();
        let given = image_data(given, study.channels(), size);
        let given = Tensor::from_data(given, &device);
        let to = one_hot_rows(items.iter().map(|_| to), count);
        images(translator.forward(given, Some(Tensor::from_data(to, &device)))).await
    }
}

impl<'a> Trainee for Translator<'a> {
    type Loader = TranslatorLoader<'a>;
    type Error = anyhow::Error;

    fn loader(&self) -> Arc<TranslatorLoader<'a>> {
        self.loader.clone()
    }

    async fn step(&mut self, _step: u64, batch: TranslatorValues) -> anyhow::Result<NamedLosses> {
        let batch = TranslatorBatch {
            image: Tensor::from_data(batch.image, &self.device),
            from: Tensor::from_data(batch.from, &self.device),
            to: Tensor::from_data(batch.to, &self.device),
            target: Tensor::from_data(batch.target, &self.device),
            registered: batch.registered,
        };
        let recipe = &self.configuration.recipe;
        Ok(self
            .stage
            .step(&batch, &recipe.translator, recipe.synthesis.head))
    }

    /// PSNR between translated and registered real images, mean over all ordered pairs, of validation
    /// items, which decides, and of test items: pairs are used for measuring even where the training
    /// does without.
    async fn validate(&self) -> anyhow::Result<Option<Figures>> {
        let mut values = Vec::new();
        for (part, items) in [("", &self.validation), ("test ", &self.test)] {
            let items = registered(items);
            if !items.is_empty() {
                let psnrs = self.psnrs(&items).await?;
                let mean = psnrs.iter().map(|(_, v)| v).sum::<f64>() / psnrs.len() as f64;
                let named = |(of, psnr): (String, f64)| (format!("{part}psnr {of}"), psnr);
                values.extend(psnrs.into_iter().map(named));
                values.push((format!("{part}psnr"), mean));
            }
        }
        if values.is_empty() {
            return Ok(None);
        }
        Ok(Some(Figures {
            values,
            rows: Vec::new(),
            decisive: "psnr".into(),
            better: Better::Higher,
        }))
    }

    /// Test images of each modality, and below them what they are translated into.
    async fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        let size = self.configuration.geometry.size;
        let modalities = &self.configuration.study.modalities;
        let count = modalities.len();
        let mut rows = Vec::new();
        for from in 0..count {
            let there: Vec<&Item> = self.test.iter().copied().filter(|i| i.has(from)).collect();
            let items = split::spread(&there, SHOWN);
            if items.is_empty() {
                continue;
            }
            let real = items.iter().filter_map(|i| i.images[from].as_deref());
            let shown = |modality: usize, image: &Image| modalities[modality].channels.shown(image);
            rows.push(real.map(|bytes| shown(from, &image(bytes, size))).collect());
            for to in (0..count).filter(|&to| to != from) {
                let translated = self.translated(&items, from, to).await?;
                rows.push(translated.iter().map(|image| shown(to, image)).collect());
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

/// Some of the items that have every modality.
fn registered<'a>(items: &[&'a Item]) -> Vec<&'a Item> {
    let complete = |item: &&Item| item.images.iter().all(Option::is_some);
    let all: Vec<&Item> = items.iter().copied().filter(complete).collect();
    split::spread(&all, MEASURED)
}

fn ordered_pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let pairs = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
    pairs.filter(|(from, to)| from != to)
}
