//! The synthesis stage: learns to paint every modality from a structure map and a label.

use std::sync::Arc;

use burn::module::Module as _;
use burn::tensor::{Device, Tensor};
use scanweave::image::Image;
use scanweave::label::{Label, LabelKind, LesionStatistics};
use scanweave::metrics::Overlap;
use scanweave::networks::Unet;
use scanweave::structure::Structure;
use scanweave::train::batch::image_data;
use scanweave::train::steps::{
    Guides, LesionNetworks, NamedLosses, Section, StructureNetworks, SynthesisStage,
    TranslatorNetworks, synthesis_configurations,
};
use scanweave::train::{Better, Figures, Trainee};

use super::items::{class_map, image, structure};
use super::lesion::segmented;
use super::maps;
use super::mixture::{Mixture, SynthesisValues};
use crate::data::{Item, Prepared, Split};
use crate::run::Configuration;

/// Columns of the sample sheet.
const COLUMNS: usize = 10;
/// Test items that a checkpoint is judged by, at most.
const VALIDATED: usize = 32;
/// Synthetic structure maps drawn for the adversarial part.
const MAPS: usize = 512;

/// What the synthesis stage builds on: finished runs of the other stages.
pub struct Foundations {
    /// Networks of the structure stage with the maps they drew.
    pub structure: StructureNetworks,
    /// The maps.
    pub maps: Vec<Structure>,
    /// The segmenters, for the lesion loss.
    pub lesion: Option<LesionNetworks>,
    /// The translator, for the registration loss.
    pub translator: Option<TranslatorNetworks>,
}

impl Foundations {
    /// Draws the maps on a device without autodiff.
    pub fn new(
        structure: StructureNetworks,
        lesion: Option<LesionNetworks>,
        translator: Option<TranslatorNetworks>,
        configuration: &Configuration,
        device: &Device,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            maps: maps::draw(&structure, configuration, MAPS, device)?,
            structure,
            lesion,
            translator,
        })
    }
}

/// The synthesis stage over a prepared data set.
pub struct Synthesis<'a> {
    stage: SynthesisStage,
    loader: Arc<Mixture<'a>>,
    structure: StructureNetworks,
    segmenters: Option<Vec<Unet>>,
    unseen: Vec<&'a Item>,
    configuration: &'a Configuration,
    device: Device,
}

/// A generator with fresh weights.
pub fn fresh_generator(configuration: &Configuration, device: &Device) -> Unet {
    synthesis_configurations(
        &configuration.study,
        &configuration.recipe,
        &configuration.geometry,
    )
    .0
    .init(device)
}

/// What lesions look like in the training set, for studies whose lesions are placed.
pub fn lesion_statistics(data: &Prepared, kind: &LabelKind) -> Option<LesionStatistics> {
    let train = data.items.iter().filter(|i| i.split == Split::Train);
    let labels: Vec<&Label> = train.map(|item| &item.label).collect();
    kind.statistics(&labels, data.header.size)
}

impl<'a> Synthesis<'a> {
    /// Fresh networks on an autodiff `device`. The weights of the recipe decide which of the
    /// foundations count.
    pub fn new(
        data: &'a Prepared,
        configuration: &'a Configuration,
        foundations: Foundations,
        device: &Device,
    ) -> anyhow::Result<Self> {
        let (study, recipe) = (&configuration.study, &configuration.recipe);
        let segmenters = foundations.lesion.map(|networks| networks.segmenters);
        let translator = foundations.translator.map(|networks| networks.translator);
        let on_graph = |network: Unet| network.train();
        let guides = Guides {
            segmenters: segmenters
                .clone()
                .filter(|_| recipe.lesion_guides())
                .map(|all| all.into_iter().map(on_graph).collect()),
            translator: translator.filter(|_| recipe.registers()).map(on_graph),
        };
        let unseen = data.items.iter().filter(|i| i.split == Split::Test);
        let unseen = unseen.filter(|i| study.lesion.trains(&i.label));
        device.seed(configuration.seed);
        let (geometry, rate) = (&configuration.geometry, configuration.rate);
        let mut stage = SynthesisStage::new(study, recipe, geometry, guides, rate, device);
        if configuration.strict {
            stage = stage.with_strict_discriminators(study, recipe, geometry, rate, device);
        }
        Ok(Self {
            stage,
            loader: Arc::new(Mixture::new(
                data,
                configuration,
                foundations.maps,
                |items| {
                    maps::redraw(
                        &foundations.structure,
                        configuration,
                        items,
                        &device.clone().inner(),
                    )
                },
            )?),
            structure: foundations.structure,
            segmenters,
            unseen: unseen.take(VALIDATED).collect(),
            configuration,
            device: device.clone(),
        })
    }

    fn size(&self) -> usize {
        self.configuration.geometry.size
    }

    fn pipeline(&self) -> scanweave::synthesis::Synthesiser {
        maps::of(
            &self.structure,
            self.stage.averaged().generator.clone(),
            &self.configuration.study,
            self.configuration,
            &self.device.clone().inner(),
        )
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
            let own = structure(item, size);
            let sample = pipeline.paint(&own, &item.label, column as u64).await?;
            let source = study.source_place();
            let real = item.images[source].as_deref();
            let shown = |bytes| study.modalities[source].channels.shown(&image(bytes, size));
            rows[0].push(real.map_or_else(|| own.map.clone().into(), shown));
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
        let recipe = &self.configuration.recipe;
        Ok(self
            .stage
            .step(&batch, &recipe.synthesis, &recipe.segmenter))
    }

    /// On test items painted from their own maps and labels: the mean absolute error, which decides,
    /// and the Dice between the labels and what the segmenters find.
    async fn validate(&self) -> anyhow::Result<Option<Figures>> {
        if self.unseen.is_empty() {
            return Ok(None);
        }
        let size = self.size();
        let (pipeline, device) = (self.pipeline(), self.device.clone().inner());
        let (mut error, mut images) = (0.0, 0.0);
        let mut overlap = Overlap::default();
        for (index, item) in self.unseen.iter().enumerate() {
            let own = structure(item, size);
            let sample = pipeline.paint(&own, &item.label, index as u64).await?;
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
        let mut values = vec![("absolute error".to_owned(), error / images)];
        if self.segmenters.is_some() {
            values.push(("lesion dice".into(), f64::from(overlap.dice())));
        }
        Ok(Some(Figures {
            values,
            rows: Vec::new(),
            decisive: "absolute error".into(),
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
