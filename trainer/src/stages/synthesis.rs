//! The synthesis stage: learns to paint every modality from a structure map and a label.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use scanweave::image::Image;
use scanweave::label::{Label, LesionStatistics};
use scanweave::metrics::Overlap;
use scanweave::networks::Unet;
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::tensors::read_tensors;
use scanweave::structure::Structure;
use scanweave::study::Study;
use scanweave::synthesis::{Sample, Synthesiser};
use scanweave::train::batch::image_data;
use scanweave::train::steps::{
    NamedLosses, Section, StructureNetworks, SynthesisNetworks, SynthesisStage,
    synthesis_configurations,
};
use scanweave::train::{Better, Figures, Recipe, Trainee};
use scanweave::weights::{Network, Role};
use serde_json::Value;

use super::items::{class_map, image, structure};
use super::lesion::segmented;
use super::memory::{Part, Sizes};
use super::mixture::{Mixture, Settings, SynthesisValues};
use super::options::{StageOption, Takes};
use super::stage::{Asked, BoxedGuide, Exported, Guiding, Stage, no_advice};
use super::task::Task;
use super::training::Ending;
use super::{lesion, maps, styles, translator, unlabelled};
use crate::data::split::{self, Parts};
use crate::data::{Item, Prepared};
use crate::run::{self, Configuration, Finished, Foundations, Pick};

/// Columns of the sample sheet.
const COLUMNS: usize = 10;
/// Validation items, and test items, that a checkpoint is measured on, at most.
const VALIDATED: usize = 32;
/// Synthetic structure maps drawn for the adversarial part.
const MAPS: usize = 512;

/// The stage, as the registry lists it.
pub static STAGE: Stage = Stage {
    name: "synthesis",
    about: "Paints images from maps and labels, with the runs of the others",
    is_needed: |_, _| true,
    builds_upon: &["structure", "lesion", "translator"],
    steps: 2000,
    rate: 2e-4,
    options: &[
        StageOption {
            name: "pretraining",
            help: "Steps on the maps of real images alone (18), half of them drawn anew, before synthetic maps take half of each batch; 0: synthetic maps from the start and nothing else, as the thesis trains its brains and its ablation [default: 1000, with --ablation 0]",
            takes: Takes::Number("N"),
        },
        StageOption {
            name: "strict",
            help: "Two discriminators that see parts of the images, one of them as local contrast, and learn six times as fast as the generator: tissue with texture instead of a grid; wants half the usual --rate",
            takes: Takes::Nothing,
        },
    ],
    settings,
    check,
    train,
    networks: sizes,
    advice: no_advice,
    pick: Pick::Newest,
    export: Some(export),
};

/// What guides the generator, in the order of the losses.
static GUIDES: [&Guiding; 2] = [&lesion::GUIDING, &translator::GUIDING];

/// An input is painted in two modalities where there are several. Discriminators see what was painted, and real images for
/// their features; the guides see what was painted.
fn sizes(of: &Sizes) -> Vec<Part> {
    let (study, recipe, g) = (of.study, of.recipe, of.geometry);
    let (generator, discriminator) = synthesis_configurations(study, recipe, g);
    let adversaries = 1 + u64::from(of.options.is_on("strict"));
    let discriminators = Part {
        count: adversaries,
        ..Part::learning(
            "discriminator",
            discriminator.footprint(g.size),
            2 * adversaries,
        )
    };
    let mut parts = vec![
        Part::learning("generator", generator.footprint(g.size), 1),
        discriminators,
    ];
    let needed = GUIDES.iter().filter(|g| (g.stage.is_needed)(study, recipe));
    parts.extend(needed.map(|guiding| (guiding.networks)(of)));
    parts
}

fn settings(asked: &Asked) -> anyhow::Result<Value> {
    // The ablation of the thesis does without.
    let usual = if asked.ablation { 0 } else { 1000 };
    let training = parts(asked.data, asked.study, asked.seed).training;
    let styles = styles::of_training(&training, asked.study, asked.data.header.size);
    anyhow::ensure!(
        styles.is_some() || !asked.study.style,
        "no training subject has an image of one of the modalities, so nothing is known of its style: leave the modality or `style` out of the study"
    );
    run::settings(&Settings {
        pretraining: asked.options.number("pretraining").unwrap_or(usual),
        strict: asked.options.is_on("strict"),
        lesions: lesion_statistics(asked.data, asked.study, asked.seed),
        styles,
    })
}

/// There are images with labels, and lesions where they guide the generator.
fn check(data: &Prepared, study: &Study, recipe: &Recipe) -> anyhow::Result<()> {
    unlabelled::tell(data, study, STAGE.name);
    let items = painted(&split::training(&data.items), study);
    anyhow::ensure!(
        !items.is_empty(),
        "the data holds no training image that has a label: check the labels (`scanweave data inspect`)"
    );
    if study.lesion.is_placed() && !any_lesion(&items) {
        anyhow::ensure!(
            !(lesion::STAGE.is_needed)(study, recipe),
            "no training item has a lesion: check the labels (`scanweave data inspect`)"
        );
        eprintln!(
            "note: no training image shows a lesion; the generator learns with empty labels and will paint none"
        );
    }
    Ok(())
}

fn train(task: &Task) -> anyhow::Result<Ending> {
    let plain = task.device.clone().inner();
    let basis = Basis::of(&task.found, task.configuration, &plain)?;
    task.train(Synthesis::new(
        task.data,
        task.configuration,
        basis,
        &task.device,
    )?)
}

fn export(finished: &Finished, device: &Device) -> anyhow::Result<Exported> {
    let c = &finished.configuration;
    let sections = &finished.checkpoint.sections;
    let networks = SynthesisNetworks::finished(&c.study, &c.recipe, &c.geometry, sections, device);
    let networks = finished.restored(networks)?;
    let (generator, _) = synthesis_configurations(&c.study, &c.recipe, &c.geometry);
    let settings: Settings = c.settings_as()?;
    Ok(Exported {
        networks: vec![Network {
            role: Role::Generator,
            config: NetworkConfig::Unet(generator),
            tensors: read_tensors(&networks.generator),
        }],
        lesions: settings.lesions,
        styles: settings.styles.map(|fitted| fitted.styles),
    })
}

/// Those of the items that a generator can learn to paint.
fn painted<'a>(items: &[&'a Item], study: &Study) -> Vec<&'a Item> {
    let fits = |i: &&Item| i.images.iter().any(Option::is_some) && study.lesion.trains(&i.label);
    items.iter().copied().filter(fits).collect()
}

fn any_lesion(items: &[&Item]) -> bool {
    items.iter().any(|item| !item.label.is_empty())
}

/// Who is learnt from, who chooses the best checkpoint, and who is measured on: of those that can be painted.
/// Where any item shows a lesion, one to learn from does.
pub(super) fn parts<'a>(data: &'a Prepared, study: &Study, seed: u64) -> Parts<'a> {
    let wanted = any_lesion(&split::training(&data.items));
    let parts = split::parts(&data.items, seed, |rest, validation| {
        let rest = painted(rest, study);
        let sick = !wanted || any_lesion(&rest);
        !rest.is_empty() && sick && !painted(validation, study).is_empty()
    });
    Parts {
        training: painted(&parts.training, study),
        validation: painted(&parts.validation, study),
        test: painted(&parts.test, study),
    }
}

/// What lesions look like in the items that are learnt from, for studies whose lesions are placed.
pub fn lesion_statistics(data: &Prepared, study: &Study, seed: u64) -> Option<LesionStatistics> {
    let training = parts(data, study, seed).training;
    let labels: Vec<&Label> = training.iter().map(|item| &item.label).collect();
    study.lesion.statistics(&labels, data.header.size)
}

/// What the stage builds upon, on a device without autodiff.
pub struct Basis {
    /// Networks of the structure stage.
    pub structure: StructureNetworks,
    /// Maps that they drew.
    pub maps: Vec<Structure>,
    /// The segmenters, where there are any: what they find in painted images is measured.
    pub segmenters: Option<Vec<Unet>>,
    /// What guides the generator.
    pub guides: Vec<BoxedGuide>,
}

impl Basis {
    fn of(
        found: &Foundations,
        configuration: &Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let drawing = &found[super::structure::STAGE.name];
        let structure = super::structure::networks(drawing, device)?;
        let segmenting = found.get(lesion::STAGE.name);
        let segmenting = segmenting.map(|run| lesion::networks(run, device));
        let mut guides = Vec::new();
        for guiding in GUIDES {
            if let Some(run) = found.get(guiding.stage.name) {
                guides.extend((guiding.guide)(run, &configuration.recipe, device)?);
            }
        }
        Ok(Self {
            maps: maps::draw(&structure, configuration, MAPS, device)?,
            structure,
            segmenters: segmenting.transpose()?.map(|networks| networks.segmenters),
            guides,
        })
    }
}

/// The synthesis stage over a prepared data set.
pub struct Synthesis<'a> {
    stage: SynthesisStage,
    loader: Arc<Mixture<'a>>,
    segmenters: Option<Vec<Unet>>,
    /// These choose the best checkpoint.
    validation: Vec<&'a Item>,
    test: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

impl<'a> Synthesis<'a> {
    /// Fresh networks on an autodiff `device`.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        basis: Basis,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let (study, recipe) = (&configuration.study, &configuration.recipe);
        let settings: Settings = configuration.settings_as()?;
        let parts = parts(data, study, configuration.seed);
        device.seed(configuration.seed);
        let (geometry, rate) = (&configuration.geometry, configuration.rate);
        let mut stage = SynthesisStage::new(study, recipe, geometry, basis.guides, rate, device);
        if settings.strict {
            stage = stage.with_strict_discriminators(study, recipe, geometry, rate, device);
        }
        let plain = device.clone().inner();
        let redrawn = maps::redraw(&basis.structure, configuration, &parts.training, &plain)?;
        Ok(Self {
            stage,
            loader: Arc::new(Mixture::new(
                parts.training,
                redrawn,
                basis.maps,
                configuration,
                settings,
            )),
            segmenters: basis.segmenters,
            validation: split::spread(&parts.validation, VALIDATED),
            test: split::spread(&parts.test, VALIDATED),
            configuration,
            device: device.clone(),
        })
    }

    fn size(&self) -> usize {
        self.configuration.geometry.size
    }

    fn pipeline(&self) -> Synthesiser {
        Synthesiser::of_generator(
            self.configuration.study.clone(),
            self.size(),
            self.stage.averaged().generator.clone(),
            self.loader.styles().map(|fitted| fitted.styles.clone()),
            &self.device.clone().inner(),
        )
    }

    /// Of `items`, painted from their own maps and labels: the mean absolute error and, with segmenters, the Dice
    /// between the labels and what these find.
    async fn measured(&self, items: &[&Item]) -> anyhow::Result<Vec<(&'static str, f64)>> {
        let size = self.size();
        let (pipeline, device) = (self.pipeline(), self.device.clone().inner());
        let (mut error, mut images) = (0.0, 0.0);
        let mut overlap = Overlap::default();
        for (index, item) in items.iter().enumerate() {
            let sample = self.repainted(&pipeline, item, index as u64).await?;
            for (modality, (_, painted)) in sample.images.iter().enumerate() {
                if let Some(bytes) = &item.images[modality] {
                    error += absolute_error(painted, &image(bytes, size));
                    images += 1.0;
                }
                if let Some(segmenters) = &self.segmenters {
                    let bytes = painted.to_u8();
                    let channels = self.configuration.study.channels();
                    let data = image_data(std::iter::once(bytes.as_slice()), channels, size);
                    let found = segmented(&segmenters[modality], Tensor::from_data(data, &device));
                    overlap = overlap + Overlap::of_lesions(&class_map(item, size), &found[0])?;
                }
            }
        }
        let mut values = vec![("l1", error / images)];
        if self.segmenters.is_some() {
            values.push(("lesion dice", f64::from(overlap.dice())));
        }
        Ok(values)
    }

    /// An item painted from its own map and label, in its own style.
    async fn repainted(
        &self,
        pipeline: &Synthesiser,
        item: &Item,
        noise_seed: u64,
    ) -> anyhow::Result<Sample> {
        let own = structure(item, self.size());
        let style = self.loader.styles().map(|fitted| {
            let measured = styles::measured_of(item, &self.configuration.study, self.size());
            fitted.of_subject(&measured, noise_seed)
        });
        Ok(match style {
            Some(style) => {
                let painted = pipeline.paint_in_style(&own, &item.label, noise_seed, &style);
                painted.await?
            }
            None => pipeline.paint(&own, &item.label, noise_seed).await?,
        })
    }

    /// Real images of the source modality, their fused maps, and what is painted from them with their
    /// own labels, one row per modality.
    async fn real_rows(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        let (study, size) = (&self.configuration.study, self.size());
        let (pipeline, items) = (self.pipeline(), self.loader.items());
        let count = COLUMNS.min(items.len());
        let mut rows = vec![Vec::new(); 2 + study.modalities.len()];
        for column in 0..count {
            let item = items[column * items.len() / count];
            let sample = self.repainted(&pipeline, item, column as u64).await?;
            let source = study.source_place();
            let real = item.images[source].as_deref();
            let shown = |bytes| study.modalities[source].channels.shown(&image(bytes, size));
            rows[0].push(real.map_or_else(|| sample.structure.map.clone().into(), shown));
            rows[1].push(sample.fused.clone().into());
            for (row, image) in rows[2..].iter_mut().zip(sample.shown(study)) {
                row.push(image);
            }
        }
        Ok(rows)
    }

    /// Synthetic maps, the labels laid on them, and what is painted from both.
    async fn synthetic_rows(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        let study = &self.configuration.study;
        let pipeline = self.pipeline();
        let mut rows = vec![Vec::new(); 2 + study.modalities.len()];
        for (column, map) in self.loader.maps().iter().take(COLUMNS).enumerate() {
            let label = self.loader.shown_label(map, column as u64);
            let sample = pipeline.paint(map, &label, column as u64).await?;
            rows[0].push(sample.fused.clone().into());
            let label = label.shades(study.label_planes(), self.size());
            rows[1].extend(label.map(Image::from));
            for (row, image) in rows[2..].iter_mut().zip(sample.shown(study)) {
                row.push(image);
            }
        }
        rows.retain(|row| !row.is_empty());
        Ok(rows)
    }
}

/// Mean over pixels and channels.
fn absolute_error(a: &Image, b: &Image) -> f64 {
    let pairs = a.planes().iter().zip(b.planes());
    let each = pairs.map(|(a, b)| f64::from(a.zip(b, |a, b| (a - b).abs()).mean()));
    each.sum::<f64>() / a.channels() as f64
}

impl<'a> Trainee for Synthesis<'a> {
    type Loader = Mixture<'a>;
    type Error = anyhow::Error;

    fn loader(&self) -> Arc<Mixture<'a>> {
        self.loader.clone()
    }

    async fn step(&mut self, _step: u64, batch: SynthesisValues) -> anyhow::Result<NamedLosses> {
        let batch = batch.upload(&self.device);
        let weights = &self.configuration.recipe.synthesis;
        Ok(self.stage.step(&batch, weights))
    }

    /// On validation items, whose mean absolute error decides, and on test items.
    async fn validate(&self) -> anyhow::Result<Option<Figures>> {
        let mut values = Vec::new();
        for (part, items) in [("", &self.validation), ("test ", &self.test)] {
            if !items.is_empty() {
                let measured = self.measured(items).await?.into_iter();
                values.extend(measured.map(|(name, value)| (format!("{part}{name}"), value)));
            }
        }
        if values.is_empty() {
            return Ok(None);
        }
        Ok(Some(Figures {
            values,
            rows: Vec::new(),
            decisive: "l1".into(),
            better: Better::Lower,
        }))
    }

    async fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        let mut rows = self.real_rows().await?;
        rows.extend(self.synthetic_rows().await?);
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
