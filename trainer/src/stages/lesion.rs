//! The lesion stage: one segmenter per modality, on real images, before it guides the generator or
//! judges what the generator made.

use std::sync::Arc;

use anyhow::ensure;
use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Image;
use scanweave::label::ClassMap;
use scanweave::metrics::Overlap;
use scanweave::networks::Unet;
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::tensors::read_tensors;
use scanweave::random::{Purpose, Random};
use scanweave::study::Study;
use scanweave::train::batch::{image_data, one_hot_data, stack_data};
use scanweave::train::guides::SegmenterGuide;
use scanweave::train::steps::{
    LesionBatch, LesionNetworks, LesionStage, NamedLosses, Section, lesion_configuration,
};
use scanweave::train::{Better, Figures, Loader, Recipe, Trainee, Warp};
use scanweave::weights::{Network, Role};

use super::items::{class_map, image};
use super::memory::{Part, Sizes};
use super::stage::{BoxedGuide, Exported, Guiding, Stage, no_advice, no_settings};
use crate::data::{Item, Prepared, split};
use crate::run::{Configuration, Finished, Pick};

/// Columns of the sample sheet.
const COLUMNS: usize = 12;
/// Validation items, and test items, that a checkpoint is measured on, at most.
const MEASURED: usize = 96;

/// The stage, as the registry lists it.
pub static STAGE: Stage = Stage {
    name: "lesion",
    about: "Finds lesions in real images, for studies with lesion masks",
    is_needed: |study, recipe| study.lesion.is_segmented() && recipe.lesion_guides(),
    builds_upon: &[],
    steps: 900,
    rate: 1e-3,
    options: &[],
    settings: no_settings,
    check,
    train: |task| task.train(Lesion::new(task.data, task.configuration, &task.device)?),
    networks: sizes,
    advice: no_advice,
    pick: Pick::Best,
    export: Some(export),
};

/// The segmenters look for the lesion in what is painted, for the lesion loss (15).
pub static GUIDING: Guiding = Guiding {
    stage: &STAGE,
    guide,
    networks: |of| {
        let segmenter = lesion_configuration(of.study, of.geometry).footprint(of.geometry.size);
        Part::frozen("segmenter", segmenter, of.study.modalities.len(), 1)
    },
};

/// A step trains the segmenter of one modality.
fn sizes(of: &Sizes) -> Vec<Part> {
    let g = of.geometry;
    let footprint = lesion_configuration(of.study, g).footprint(g.size);
    let count = of.study.modalities.len() as u64;
    vec![Part {
        count,
        ..Part::learning("segmenter", footprint, 1)
    }]
}

/// A segmenter of every modality can be trained.
fn check(data: &Prepared, study: &Study, _recipe: &Recipe) -> anyhow::Result<()> {
    ensure!(
        study.lesion.is_segmented(),
        "the study {} has no lesion masks, so there is no segmenter to train: leave this stage out",
        study.name
    );
    pools(&split::training(&data.items), study).map(drop)
}

/// The averaged segmenters of a finished run, on a device without autodiff.
pub fn networks(finished: &Finished, device: &Device) -> anyhow::Result<LesionNetworks> {
    let c = &finished.configuration;
    let sections = &finished.checkpoint.sections;
    let networks = LesionNetworks::finished(&c.study, &c.geometry, sections, device);
    finished.restored(networks)
}

fn guide(
    finished: &Finished,
    recipe: &Recipe,
    device: &Device,
) -> anyhow::Result<Option<BoxedGuide>> {
    if !recipe.lesion_guides() {
        return Ok(None);
    }
    let segmenters = networks(finished, device)?.segmenters;
    let (weight, terms) = (recipe.synthesis.lesion, recipe.segmenter.clone());
    Ok(Some(Box::new(SegmenterGuide::new(
        segmenters, weight, terms,
    ))))
}

fn export(finished: &Finished, device: &Device) -> anyhow::Result<Exported> {
    let (study, geometry) = (
        &finished.configuration.study,
        &finished.configuration.geometry,
    );
    let segmenters = networks(finished, device)?.segmenters;
    let named = study.modalities.iter().zip(&segmenters);
    let named = named.map(|(modality, segmenter)| Network {
        role: Role::Segmenter(modality.name.clone()),
        config: NetworkConfig::Unet(lesion_configuration(study, geometry)),
        tensors: read_tensors(segmenter),
    });
    Ok(Exported {
        networks: named.collect(),
        ..Exported::default()
    })
}

/// The lesion stage over a prepared data set.
pub struct Lesion<'a> {
    stage: LesionStage,
    loader: Arc<LesionLoader<'a>>,
    /// These choose the best checkpoint.
    validation: Vec<&'a Item>,
    test: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

/// Chooses the items of a step, half of them with a lesion, and warps them at random.
pub struct LesionLoader<'a> {
    /// Per modality the training items that have it: with a lesion, and without.
    pools: Vec<[Vec<&'a Item>; 2]>,
    configuration: &'a Configuration,
}

/// A [`LesionBatch`] on the host.
pub struct LesionValues {
    modality: usize,
    image: TensorData,
    label: TensorData,
}

impl Loader for LesionLoader<'_> {
    type Batch = LesionValues;

    fn batch(&self, step: u64) -> LesionValues {
        let (seed, size) = (self.configuration.seed, self.configuration.geometry.size);
        let mut random = Random::nth(seed, Purpose::Batch, step);
        let channels = self.configuration.study.channels();
        let modality = (step % self.pools.len() as u64) as usize;
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for place in 0..self.configuration.batch {
            let item = self.draw(modality, place % 2 == 0, &mut random);
            let bytes = item.images[modality].as_deref();
            let warp = Warp::of_images(size, &mut random);
            let image = image(bytes.expect("of this pool"), size);
            let warped = image.map_planes(|plane| warp.image(plane));
            images.extend(warped.spread(channels).into_values());
            labels.push(warp.label(&class_map(item, size)));
        }
        LesionValues {
            modality,
            image: stack_data(images, channels, size),
            label: one_hot_data(&labels, self.configuration.study.label_planes()),
        }
    }
}

impl<'a> LesionLoader<'a> {
    fn draw(&self, modality: usize, lesion: bool, random: &mut Random) -> &'a Item {
        let [with, without] = &self.pools[modality];
        let pool = if lesion || without.is_empty() {
            with
        } else {
            without
        };
        pool[random.below(pool.len())]
    }
}

impl<'a> Lesion<'a> {
    /// Fresh segmenters on an autodiff `device`.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let study = &configuration.study;
        let parts = split::parts(&data.items, configuration.seed, |rest, validation| {
            pools(rest, study).is_ok() && validation.iter().any(|item| sick(item))
        });
        let pools = pools(&parts.training, study)?;
        device.seed(configuration.seed);
        Ok(Self {
            stage: LesionStage::new(study, &configuration.geometry, configuration.rate, device),
            loader: Arc::new(LesionLoader {
                pools,
                configuration,
            }),
            validation: split::spread(&parts.validation, MEASURED),
            test: split::spread(&parts.test, MEASURED),
            configuration,
            device: device.clone(),
        })
    }

    fn size(&self) -> usize {
        self.configuration.geometry.size
    }
}

/// Per modality the items that have it: with a lesion, and without.
fn pools<'a>(items: &[&'a Item], study: &Study) -> anyhow::Result<Vec<[Vec<&'a Item>; 2]>> {
    let modalities = 0..study.modalities.len();
    modalities.map(|m| pool(items, study, m)).collect()
}

fn sick(item: &Item) -> bool {
    !item.label.is_empty()
}

fn pool<'a>(
    items: &[&'a Item],
    study: &Study,
    modality: usize,
) -> anyhow::Result<[Vec<&'a Item>; 2]> {
    let with_image = items.iter().copied().filter(|item| item.has(modality));
    let (with, without): (Vec<_>, Vec<_>) = with_image.partition(|item| sick(item));
    let name = &study.modalities[modality].name;
    ensure!(
        !with.is_empty() || !without.is_empty(),
        "no training image of modality {name}: add some, or choose a study without it"
    );
    ensure!(
        !with.is_empty(),
        "no training image of modality {name} has a lesion: a segmenter cannot be trained. Check the labels (`scanweave data inspect`)"
    );
    Ok([with, without])
}

/// The classes that a segmenter finds in `images` `[batch, channels, size, size]`: reads the device.
pub fn segmented(segmenter: &Unet, images: Tensor<4>) -> Vec<ClassMap> {
    let [_, _, height, width] = images.dims();
    let logits = segmenter.logits(images);
    let outputs = logits.dims()[1];
    let values: Vec<f32> = logits
        .into_data()
        .convert::<f32>()
        .try_into_vec()
        .expect("converted to f32");
    let items = values.chunks_exact(outputs * width * height);
    items
        .map(|item| ClassMap::most_likely(item, width, height))
        .collect()
}

impl<'a> Trainee for Lesion<'a> {
    type Loader = LesionLoader<'a>;
    type Error = anyhow::Error;

    fn loader(&self) -> Arc<LesionLoader<'a>> {
        self.loader.clone()
    }

    async fn step(&mut self, _step: u64, batch: LesionValues) -> anyhow::Result<NamedLosses> {
        let batch = LesionBatch {
            modality: batch.modality,
            image: Tensor::from_data(batch.image, &self.device),
            label: Tensor::from_data(batch.label, &self.device),
        };
        let weights = &self.configuration.recipe.segmenter;
        Ok(self.stage.step(batch, weights))
    }

    /// Dice per modality and class over all slices together, of validation items, whose mean decides,
    /// and of test items; of the classes that they show.
    async fn validate(&self) -> anyhow::Result<Option<Figures>> {
        let mut values = Vec::new();
        for (part, items) in [("", &self.validation), ("test ", &self.test)] {
            let dices = self.dices(items)?;
            let mean = dices.iter().map(|(_, d)| d).sum::<f64>() / dices.len() as f64;
            let named = |(of, dice): (String, f64)| (format!("{part}dice {of}"), dice);
            let mean = (!dices.is_empty()).then(|| (format!("{part}dice"), mean));
            values.extend(dices.into_iter().map(named).chain(mean));
        }
        if values.is_empty() {
            return Ok(None);
        }
        Ok(Some(Figures {
            values,
            rows: Vec::new(),
            decisive: "dice".into(),
            better: Better::Higher,
        }))
    }

    /// Per modality: test images, their labels, what the segmenter finds.
    async fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        let device = self.device.clone().inner();
        let study = &self.configuration.study;
        let (classes, channels) = (study.label_planes(), study.channels());
        let mut rows = Vec::new();
        for (modality, segmenter) in self.stage.averaged().segmenters.iter().enumerate() {
            let has = |item: &&&Item| item.has(modality);
            let all: Vec<&Item> = self.test.iter().filter(has).copied().collect();
            let shown = split::spread(&all, COLUMNS);
            if shown.is_empty() {
                continue;
            }
            let images = || {
                shown
                    .iter()
                    .filter_map(|item| item.images[modality].as_deref())
            };
            let found = segmented(
                segmenter,
                Tensor::from_data(image_data(images(), channels, self.size()), &device),
            );
            let truth = shown.iter().map(|item| class_map(item, self.size()));
            let kind = study.modalities[modality].channels;
            let shown = |bytes| kind.shown(&image(bytes, self.size()));
            rows.push(images().map(shown).collect());
            rows.push(truth.map(|label| label.shades(classes).into()).collect());
            let found = found.iter().map(|label| label.shades(classes).into());
            rows.push(found.collect());
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

impl Lesion<'_> {
    /// Named by modality and class.
    fn dices(&self, items: &[&Item]) -> anyhow::Result<Vec<(String, f64)>> {
        let study = &self.configuration.study;
        let mut dices = Vec::new();
        for (modality, segmenter) in self.stage.averaged().segmenters.iter().enumerate() {
            let has = |item: &&Item| item.has(modality);
            let items: Vec<&Item> = items.iter().copied().filter(has).collect();
            let overlaps = self.overlaps(segmenter, modality, &items)?;
            for (class, overlap) in study.lesion.classes().iter().zip(overlaps) {
                let name = format!("{} {class}", study.modalities[modality].name);
                dices.extend(overlap.dice_of_present().map(|d| (name, f64::from(d))));
            }
        }
        Ok(dices)
    }

    /// Per class, summed over the items.
    fn overlaps(
        &self,
        segmenter: &Unet,
        modality: usize,
        items: &[&Item],
    ) -> anyhow::Result<Vec<Overlap>> {
        let device = self.device.clone().inner();
        let study = &self.configuration.study;
        let mut sums = vec![Overlap::default(); study.label_planes()];
        for chunk in items.chunks(self.configuration.batch) {
            let images = chunk
                .iter()
                .filter_map(|item| item.images[modality].as_deref());
            let images = image_data(images, study.channels(), self.size());
            let images = Tensor::from_data(images, &device);
            for (found, item) in segmented(segmenter, images).iter().zip(chunk) {
                let truth = class_map(item, self.size());
                for (class, sum) in (1..).zip(&mut sums) {
                    *sum = *sum + Overlap::of_class(&truth, found, class)?;
                }
            }
        }
        Ok(sums)
    }
}
