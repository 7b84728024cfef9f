//! What the synthesis stage paints in a step: the structure maps of real images, half of them drawn
//! anew by the structure networks, with their own labels and images, beside synthetic maps with labels
//! laid on them.

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Plane;
use scanweave::label::{ClassMap, Label, LesionStatistics, Placing};
use scanweave::random::{Purpose, Random};
use scanweave::structure::{Structure, fusion_noise};
use scanweave::style::{self, Fitted, Style, organ_share};
use scanweave::synthesis::fused;
use scanweave::train::Loader;
use scanweave::train::batch::{
    Order, binary_data, image_data, one_hot_data, one_hot_rows, stack_data,
};
use scanweave::train::steps::{Changed, MARGIN, SynthesisBatch, View};
use serde::{Deserialize, Serialize};

use super::items::structure;
use super::styles;
use crate::data::Item;
use crate::run::Configuration;

/// Share of the synthetic maps that get a lesion.
const SICK: f32 = 0.8;
/// Share of the real images whose map is drawn anew by the structure networks. A generator that has
/// only seen maps of real images paints the ragged lines of a drawn one too faithfully.
const REDRAWN: f32 = 0.5;

/// The settings of the synthesis stage: what it alone asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Steps of (18) alone before synthetic maps take half of each batch; 0: no (18) at all.
    pub pretraining: u64,
    /// Two discriminators, which see parts of the images and their local contrast and learn faster than the
    /// generator.
    pub strict: bool,
    /// What lesions look like in the training items, to draw more.
    pub lesions: Option<LesionStatistics>,
    /// How the styles of the training items are distributed, where the generator is told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub styles: Option<Fitted>,
}

/// Chooses items and maps, fills them with noise and lays the labels beside them.
pub struct Mixture<'a> {
    items: Vec<&'a Item>,
    maps: Vec<Structure>,
    /// The items' maps as the structure networks draw them.
    redrawn: Vec<Structure>,
    /// The items' styles, where the generator is told one.
    own_styles: Vec<Style>,
    settings: Settings,
    /// Labels of training items that show a lesion.
    lesions: Vec<Label>,
    order: Order,
    configuration: &'a Configuration,
}

/// A [`SynthesisBatch`] on the host.
pub struct SynthesisValues {
    input: TensorData,
    label: Option<TensorData>,
    mask: TensorData,
    paired: usize,
    views: Vec<ViewValues>,
    corner: Option<[usize; 2]>,
    noise: Option<TensorData>,
    tones: Option<TensorData>,
}

struct ViewValues {
    modality: usize,
    condition: Option<TensorData>,
    style: Option<TensorData>,
    image: TensorData,
    own: TensorData,
}

impl SynthesisValues {
    pub(super) fn upload(self, device: &Device) -> SynthesisBatch {
        let view = |view: ViewValues| View {
            modality: view.modality,
            condition: view.condition.map(|c| Tensor::from_data(c, device)),
            style: view.style.map(|s| Tensor::from_data(s, device)),
            image: Tensor::from_data(view.image, device),
            own: Tensor::from_data(view.own, device),
        };
        SynthesisBatch {
            input: Tensor::from_data(self.input, device),
            label: self.label.map(|l| Tensor::from_data(l, device)),
            mask: Tensor::from_data(self.mask, device),
            paired: self.paired,
            views: self.views.into_iter().map(view).collect(),
            corner: self.corner,
            changed: Changed {
                noise: self.noise.map(|n| Tensor::from_data(n, device)),
                tones: self.tones.map(|t| Tensor::from_data(t, device)),
            },
        }
    }
}

/// One input of a batch before it becomes tensors.
struct Input<'a> {
    structure: Structure,
    label: Label,
    noise_seed: u64,
    /// The style that it is to have, where the generator is told one.
    style: Option<Style>,
    /// The item whose images it is compared with.
    item: &'a Item,
}

impl<'a> Mixture<'a> {
    /// Training `items` with what the structure networks make of their maps, one `redrawn` map each, and synthetic
    /// `maps`.
    pub fn new(
        items: Vec<&'a Item>,
        redrawn: Vec<Structure>,
        maps: Vec<Structure>,
        configuration: &'a Configuration,
        settings: Settings,
    ) -> Self {
        let labels = items.iter().map(|item| &item.label);
        let inputs = (configuration.batch / views(configuration)).max(1);
        let own_styles = settings.styles.as_ref().map(|styles| {
            let (study, size) = (&configuration.study, configuration.geometry.size);
            styles::of_items(styles, &items, study, size)
        });
        Self {
            own_styles: own_styles.unwrap_or_default(),
            order: Order::new(items.len(), inputs, configuration.seed),
            settings,
            lesions: labels.filter(|l| !l.is_empty()).cloned().collect(),
            redrawn,
            items,
            maps,
            configuration,
        }
    }

    /// The training items.
    pub fn items(&self) -> &[&'a Item] {
        &self.items
    }

    /// The synthetic maps.
    pub fn maps(&self) -> &[Structure] {
        &self.maps
    }

    /// How the styles of the training items are distributed, where the generator is told one.
    pub fn styles(&self) -> Option<&Fitted> {
        self.settings.styles.as_ref()
    }

    fn size(&self) -> usize {
        self.configuration.geometry.size
    }

    /// The label of a synthetic map on the sample sheet: always the same for the same column.
    pub fn shown_label(&self, map: &Structure, column: u64) -> Label {
        let mut random = Random::nth(self.configuration.seed, Purpose::Lesion, column);
        let kind = &self.configuration.study.lesion;
        if kind.is_placed() {
            self.lesion_on(map, &mut random)
        } else {
            kind.healthy(self.size())
        }
    }

    /// A lesion where lesions may lie on `map`; none where no place is found.
    fn lesion_on(&self, map: &Structure, random: &mut Random) -> Label {
        let (study, size) = (&self.configuration.study, self.size());
        let placing = Placing {
            margin: study.placing_margin_at(size),
            statistics: self.settings.lesions.as_ref(),
            patients: &self.lesions,
        };
        let lesion = placing.on(&map.mask, random);
        lesion.unwrap_or_else(|| study.lesion.healthy(size))
    }

    /// Inputs with their own maps first, then, after the pre-training, half a batch of synthetic
    /// maps beside the images of the item they stand in for; without a pre-training these alone. Of an odd number of
    /// inputs the one in the middle is synthetic in every other step; in the steps that are logged it is not, so that
    /// the log shows (18).
    fn inputs(&self, step: u64, random: &mut Random) -> (Vec<Input<'a>>, usize) {
        let chosen = self.order.items(step);
        let paired = match self.settings.pretraining {
            0 => 0,
            end if step < end => chosen.len(),
            _ if step.is_multiple_of(2) => chosen.len() / 2,
            _ => chosen.len().div_ceil(2),
        };
        let mut inputs = Vec::with_capacity(chosen.len());
        for (place, index) in chosen.into_iter().enumerate() {
            let item = self.items[index];
            inputs.push(if place < paired {
                self.own(index, random)
            } else {
                self.synthetic(item, random)
            });
        }
        (inputs, paired)
    }

    fn own(&self, index: usize, random: &mut Random) -> Input<'a> {
        let item = self.items[index];
        // The structure networks know maps of the source modality alone.
        let known = item.has(self.configuration.study.source_place());
        Input {
            structure: if random.chance(REDRAWN) && known {
                self.redrawn[index].clone()
            } else {
                structure(item, self.size())
            },
            label: item.label.clone(),
            noise_seed: random.bits(),
            style: self.own_styles.get(index).cloned(),
            item,
        }
    }

    fn synthetic(&self, item: &'a Item, random: &mut Random) -> Input<'a> {
        let map = &self.maps[random.below(self.maps.len())];
        let kind = &self.configuration.study.lesion;
        // A stream of its own: how often a place is tried depends on the label filter, and must not
        // shift what is drawn afterwards.
        let mut places = Random::new(random.bits(), Purpose::Lesion);
        let label = if !kind.is_placed() {
            item.label.clone()
        } else if random.chance(SICK) {
            self.lesion_on(map, &mut places)
        } else {
            kind.healthy(self.size())
        };
        let noise_seed = random.bits();
        Input {
            structure: map.clone(),
            label,
            noise_seed,
            style: self
                .styles()
                .map(|fitted| fitted.styles.of_seed(noise_seed, organ_share(&map.mask))),
            item,
        }
    }

    /// One or two modalities that some of the items have.
    fn modalities(&self, inputs: &[Input], random: &mut Random) -> Vec<usize> {
        let count = self.configuration.study.modalities.len();
        let has = |&m: &usize| inputs.iter().any(|i| i.item.images[m].is_some());
        let mut there: Vec<usize> = (0..count).filter(has).collect();
        let drawn = views(self.configuration).min(there.len());
        let draw = |_| there.swap_remove(random.below(there.len()));
        (0..drawn).map(draw).collect()
    }

    fn view(&self, modality: usize, inputs: &[Input<'a>], paired: usize) -> ViewValues {
        let size = self.size();
        let own = |input: &Input| input.item.images[modality].is_some();
        let substitute = inputs.iter().find(|input| own(input));
        let bytes = |input: &Input<'a>| {
            let image = input.item.images[modality].as_deref();
            image.or_else(|| substitute.and_then(|s| s.item.images[modality].as_deref()))
        };
        let count = self.configuration.study.modalities.len();
        let style: Option<Vec<f32>> = (inputs.iter())
            .map(|input| Some(input.style.as_ref()?.of(modality).to_vec()))
            .collect::<Option<Vec<_>>>()
            .map(|rows| rows.concat());
        let flags = inputs[..paired].iter().map(|i| f32::from(u8::from(own(i))));
        ViewValues {
            modality,
            condition: (count > 1).then(|| one_hot_rows(inputs.iter().map(|_| modality), count)),
            style: style.map(|values| TensorData::new(values, [inputs.len(), style::LENGTH])),
            image: image_data(
                inputs.iter().filter_map(bytes),
                self.configuration.study.channels(),
                size,
            ),
            own: TensorData::new(flags.collect::<Vec<_>>(), [paired, 1, 1, 1]),
        }
    }

    /// What the segmenters are to find in every input.
    fn one_hot(&self, inputs: &[Input]) -> TensorData {
        let size = self.size();
        let lesions = inputs.iter().map(|input| input.label.class_map(size));
        let lesions = lesions.map(|map| map.unwrap_or_else(|| ClassMap::empty(size, size)));
        let classes = self.configuration.study.label_planes();
        one_hot_data(&lesions.collect::<Vec<_>>(), classes)
    }

    /// Noise for the gradient penalty on so many images, where it counts.
    fn noise(&self, step: u64, images: usize) -> Option<TensorData> {
        let (size, channels) = (self.size(), self.configuration.study.channels());
        let counts = self.configuration.recipe.synthesis.gradient_penalty > 0.0;
        counts.then(|| {
            let mut random = Random::nth(self.configuration.seed, Purpose::Near, step);
            stack_data(
                random.normals(images * channels * size * size),
                channels,
                size,
            )
        })
    }

    /// Brightness and contrast of what the discriminators see of so many images.
    fn tones(&self, step: u64, images: usize) -> Option<TensorData> {
        let far = self.configuration.recipe.synthesis.augmentation;
        (far > 0.0).then(|| {
            let mut random = Random::nth(self.configuration.seed, Purpose::Tones, step);
            let mut one = || {
                [
                    random.range(-far, far),
                    random.range(1.0 - 2.0 * far, 1.0 + 2.0 * far),
                ]
            };
            let values: Vec<f32> = (0..images).flat_map(|_| one()).collect();
            TensorData::new(values, [images, 2])
        })
    }

    /// Fused map and label planes of every input.
    fn input(&self, inputs: &[Input]) -> TensorData {
        let (study, size) = (&self.configuration.study, self.size());
        let mut values = Vec::new();
        for input in inputs {
            let noise = fusion_noise(size, input.noise_seed, study.noise);
            values.extend(fused(&input.structure, &noise, study.input).into_values());
            let planes = study.lesion.planes(&input.label, size);
            let planes = planes.expect("labels are checked with the data");
            values.extend(planes.into_iter().flat_map(Plane::into_values));
        }
        stack_data(values, 1 + study.label_planes(), size)
    }
}

/// Where strict discriminators begin to see the images of a step, from the top and from the left, evenly
/// spread over the steps (Knuth's multiplicative hash).
fn corner(step: u64) -> [usize; 2] {
    let hash = (step + 1).wrapping_mul(2_654_435_761);
    [8, 16].map(|shift| (hash >> shift) as usize % (MARGIN + 1))
}

/// Modalities per input: two, so that they can be held in register, where there are several.
fn views(configuration: &Configuration) -> usize {
    configuration.study.modalities.len().min(2)
}

impl Loader for Mixture<'_> {
    type Batch = SynthesisValues;

    fn batch(&self, step: u64) -> SynthesisValues {
        let mut random = Random::nth(self.configuration.seed, Purpose::Fusion, step);
        let (inputs, paired) = self.inputs(step, &mut random);
        let study = &self.configuration.study;
        let modalities = self.modalities(&inputs, &mut random);
        let images = 2 * modalities.len() * inputs.len();
        SynthesisValues {
            input: self.input(&inputs),
            label: study.lesion.is_segmented().then(|| self.one_hot(&inputs)),
            mask: binary_data(
                inputs[..paired].iter().map(|i| i.item.mask.as_slice()),
                self.size(),
            ),
            paired,
            views: modalities
                .into_iter()
                .map(|modality| self.view(modality, &inputs, paired))
                .collect(),
            corner: self.settings.strict.then(|| corner(step)),
            noise: self.noise(step, images),
            tones: self.tones(step, images),
        }
    }
}

#[cfg(test)]
mod tests;
