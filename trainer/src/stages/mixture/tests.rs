//! Each switch of the ablation changes exactly one thing of a batch, and the losses nothing at all
//! before the first step.

use std::collections::BTreeMap;

use pollster::block_on;
use scanweave::networks::config::LatentForm;
use scanweave::study::{Geometry, Preset, Study};
use scanweave::train::guides::{Guide, SegmenterGuide, TranslatorGuide};
use scanweave::train::steps::{
    LesionNetworks, LesionStage, Section, StructureNetworks, StructureStage, TranslatorNetworks,
    TranslatorStage,
};
use scanweave::train::{Ablation, Recipe, Trainee as _};

use super::super::maps;
use super::super::synthesis::{Basis, Synthesis, lesion_statistics, parts};
use super::*;
use crate::data::Prepared;
use crate::data::datasets::phantom;
use crate::data::prepare::{Lenience, prepare};
use crate::device::Choice;
use crate::run;
use scanweave::label::LabelKind;
use scanweave::structure::forbidden;

const SIZE: usize = 32;
const PIXELS: usize = SIZE * SIZE;
/// Steps looked at: the first two are pre-training.
const STEPS: core::ops::Range<u64> = 0..6;

const GEOMETRY: Geometry = Geometry {
    size: SIZE,
    structure_scale: 1,
    latent: 4,
    latent_form: LatentForm::Vector,
    structure_width: 2,
    mask_width: 2,
    generator_width: 2,
    depth: 3,
    segmenter_width: 2,
    translator_width: 2,
    discriminator_width: 2,
};

fn study() -> Study {
    Study::named("phantom-brain").expect("built in")
}

fn brains() -> Prepared {
    let records = phantom::records(&study(), 10, 3).expect("phantoms");
    let prepared = prepare(&study(), SIZE, &records, Lenience::default(), || {});
    prepared.expect("prepared").data
}

fn configuration(data: &Prepared, row: Ablation) -> Configuration {
    let mut study = study();
    let mut recipe = Recipe::of(&study);
    row.restrict(&mut study, &mut recipe);
    Configuration {
        method: run::METHOD,
        version: "0".into(),
        stage: "synthesis".into(),
        settings: run::settings(&Settings {
            pretraining: 2,
            strict: true,
            lesions: lesion_statistics(data, &study, 7),
            styles: None,
        })
        .expect("plain values"),
        recipe,
        study,
        preset: Preset::Tiny,
        geometry: GEOMETRY,
        data: String::new(),
        foundations: BTreeMap::new(),
        batch: 8,
        rate: 1e-3,
        seed: 7,
    }
}

fn settings(configuration: &Configuration) -> Settings {
    configuration.settings_as().expect("of this stage")
}

#[test]
fn maps_that_are_drawn_at_half_the_size_are_as_large_as_the_images() {
    let data = brains();
    let mut configuration = configuration(&data, Ablation::F);
    configuration.geometry.structure_scale = 2;
    configuration.study.line_reach = 3;
    let device = Choice::Flex.open().expect("flex").autodiff();
    let stage = StructureStage::new(&configuration.geometry, 1e-3, &device);
    let (networks, plain) = (stage.averaged(), device.inner());
    let drawn = maps::draw(networks, &configuration, 2, &plain).expect("maps");
    let items: Vec<&Item> = data.items.iter().take(2).collect();
    let redrawn = maps::redraw(networks, &configuration, &items, &plain).expect("maps");
    assert_eq!((drawn.len(), redrawn.len()), (2, 2));
    for structure in drawn.iter().chain(&redrawn) {
        assert_eq!(
            (structure.map.width(), structure.mask.width()),
            (SIZE, SIZE)
        );
    }
}

/// What a training of this configuration sees, with the items' own maps in place of drawn ones.
fn mixture<'a>(data: &'a Prepared, configuration: &'a Configuration) -> Mixture<'a> {
    let items = parts(data, &configuration.study, configuration.seed).training;
    let redrawn = own_maps(&items);
    let maps = own_maps(&data.items.iter().collect::<Vec<_>>());
    Mixture::new(items, redrawn, maps, configuration, settings(configuration))
}

/// One batch taken apart: for each input its fused map and its label planes.
struct Parts {
    maps: Vec<Vec<f32>>,
    labels: Vec<Vec<f32>>,
    classes: TensorData,
    mask: TensorData,
    paired: usize,
    /// Modality, condition, images, own of each view.
    views: Vec<(usize, Option<TensorData>, TensorData, TensorData)>,
}

impl Parts {
    fn of(values: SynthesisValues) -> Self {
        let input = values.input.try_into_vec::<f32>().expect("f32");
        let planes = 1 + study().label_planes();
        let inputs = input.chunks_exact(planes * PIXELS);
        Self {
            maps: inputs.clone().map(|i| i[..PIXELS].to_vec()).collect(),
            labels: inputs.map(|i| i[PIXELS..].to_vec()).collect(),
            classes: values.label.expect("a study of masks"),
            mask: values.mask,
            paired: values.paired,
            views: (values.views.into_iter())
                .map(|v| (v.modality, v.condition, v.image, v.own))
                .collect(),
        }
    }

    /// The names of the parts that differ from those of another batch.
    fn differing(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("map", self.maps != other.maps),
            ("label", self.labels != other.labels),
            ("classes", self.classes != other.classes),
            ("mask", self.mask != other.mask),
            ("paired", self.paired != other.paired),
            ("views", self.views != other.views),
        ];
        let differing = parts.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(name, _)| name).collect()
    }
}

/// The items' own maps, which also stand for the synthetic ones.
fn own_maps(items: &[&Item]) -> Vec<Structure> {
    items.iter().map(|item| structure(item, SIZE)).collect()
}

/// The batches that a training of this row sees.
fn batches(data: &Prepared, row: Ablation) -> Vec<Parts> {
    let configuration = configuration(data, row);
    let mixture = mixture(data, &configuration);
    STEPS.map(|s| Parts::of(mixture.batch(s))).collect()
}

fn rows(data: &Prepared, a: Ablation, b: Ablation) -> Vec<(Parts, Parts)> {
    let (a, b) = (batches(data, a), batches(data, b));
    a.into_iter().zip(b).collect()
}

fn is_noise(value: f32) -> bool {
    let (low, high) = study().noise;
    (low..high + 1e-6).contains(&value)
}

#[test]
fn the_generator_is_told_the_style_of_the_images_it_is_compared_with() {
    let data = brains();
    let plain = configuration(&data, Ablation::F);
    let mut told = configuration(&data, Ablation::F);
    told.study.style = true;
    let items = parts(&data, &told.study, told.seed).training;
    let styles = styles::of_training(&items, &told.study, SIZE).expect("brains");
    told.settings = run::settings(&Settings {
        styles: Some(styles.clone()),
        ..settings(&plain)
    })
    .expect("plain values");
    let known = styles::of_items(&styles, &items, &told.study, SIZE);
    let (with, without) = (mixture(&data, &told), mixture(&data, &plain));
    for step in STEPS {
        let (with, without) = (with.batch(step), without.batch(step));
        for view in &with.views {
            let style = view.style.clone().expect("a style");
            let rows = style.try_into_vec::<f32>().expect("f32");
            for (place, row) in rows.chunks_exact(style::LENGTH).enumerate() {
                let own = known.iter().any(|style| style.of(view.modality) == row);
                assert_eq!(own, place < with.paired, "step {step}, input {place}");
            }
        }
        assert!(without.views.iter().all(|view| view.style.is_none()));
        let (with, without) = (Parts::of(with), Parts::of(without));
        assert!(with.differing(&without).is_empty(), "step {step}");
    }
}

#[test]
fn without_the_structure_map_noise_stands_in_its_place() {
    for (a, g) in rows(&brains(), Ablation::A, Ablation::G) {
        assert_eq!(a.differing(&g), ["map"]);
        assert!(a.maps.iter().flatten().all(|&v| is_noise(v)));
        assert!(g.maps.iter().flatten().all(|&v| v == 0.0 || v == 1.0));
        assert!(g.maps.iter().all(|map| map.contains(&1.0)));
    }
}

#[test]
fn without_noise_fusion_the_map_itself_is_seen() {
    let data = brains();
    let noise = batches(&data, Ablation::A);
    for ((c, d), a) in rows(&data, Ablation::C, Ablation::D).into_iter().zip(noise) {
        assert_eq!(c.differing(&d), ["map"]);
        let planes = c.maps.iter().zip(&d.maps).zip(&a.maps);
        for ((map, fused), noise) in planes {
            let pixels = map.iter().zip(fused).zip(noise);
            for ((&line, &seen), &noise) in pixels {
                let allowed = if line == 1.0 { [1.0; 2] } else { [0.0, noise] };
                assert!(allowed.contains(&seen), "{line} became {seen}");
            }
            assert!(fused.iter().any(|&v| is_noise(v)));
        }
    }
}

#[test]
fn without_the_label_filter_lesions_lie_anywhere_and_all_else_stays() {
    let data = brains();
    let (maps, margin) = (
        own_maps(&data.items.iter().collect::<Vec<_>>()),
        study().lesion_margin_at(SIZE),
    );
    // Row G and C show the map itself, by which the mask of a synthetic map is found again.
    let illegal = |parts: &Parts| {
        let inputs = parts.maps.iter().zip(&parts.labels).skip(parts.paired);
        let illegal = inputs.filter(|(map, label)| {
            let found = maps.iter().find(|s| s.map.values() == map.as_slice());
            let forbidden = forbidden(&found.expect("one of the maps").mask, margin);
            let mut pixels = label.iter().enumerate();
            pixels.any(|(i, &l)| l > 0.5 && forbidden.values()[i % PIXELS] > 0.5)
        });
        illegal.count()
    };
    let (mut anywhere, mut filtered) = (0, 0);
    for (step, (g, c)) in rows(&data, Ablation::G, Ablation::C)
        .into_iter()
        .enumerate()
    {
        let differing = g.differing(&c);
        assert!(
            differing.iter().all(|d| ["label", "classes"].contains(d)),
            "step {step}: {differing:?}"
        );
        assert_eq!(g.labels[..g.paired], c.labels[..c.paired], "own labels");
        assert!(step >= 2 || differing.is_empty(), "nothing is laid on yet");
        anywhere += illegal(&g);
        filtered += illegal(&c);
    }
    assert!(anywhere > 0, "a label lies outside the organ");
    assert_eq!(filtered, 0);
}

#[test]
fn registration_and_lesion_loss_are_none_of_the_batches() {
    let data = brains();
    for (one, other) in [
        (Ablation::G, Ablation::B),
        (Ablation::D, Ablation::E),
        (Ablation::E, Ablation::F),
    ] {
        for (a, b) in rows(&data, one, other) {
            assert!(a.differing(&b).is_empty(), "{one:?} and {other:?}");
        }
    }
}

/// Untrained networks that every row begins with. A seed would not do: tests run side by side, and all
/// draw from the device's one source.
struct Beginning {
    device: Device,
    structure: StructureNetworks,
    lesion: LesionNetworks,
    translator: TranslatorNetworks,
    state: Vec<Section>,
}

impl Beginning {
    fn of(data: &Prepared) -> Self {
        let study = study();
        let device = Choice::Flex.open().expect("flex").autodiff();
        let structure = StructureStage::new(&GEOMETRY, 1e-3, &device);
        let lesion = LesionStage::new(&study, &GEOMETRY, 1e-3, &device);
        let translator =
            TranslatorStage::new(&study, &Recipe::of(&study), &GEOMETRY, 1e-3, &device);
        let mut beginning = Self {
            structure: structure.averaged().clone(),
            lesion: lesion.averaged().clone(),
            translator: translator.averaged().clone(),
            device,
            state: Vec::new(),
        };
        let configuration = configuration(data, Ablation::F);
        beginning.state = beginning.stage(data, &configuration).save();
        beginning
    }

    fn stage<'a>(&self, data: &'a Prepared, configuration: &'a Configuration) -> Synthesis<'a> {
        let basis = Basis {
            structure: self.structure.clone(),
            maps: own_maps(&data.items.iter().collect::<Vec<_>>()),
            segmenters: Some(self.lesion.segmenters.clone()),
            guides: self.guides(&configuration.recipe),
        };
        Synthesis::new(data, configuration, basis, &self.device).expect("a stage")
    }

    /// Those that the recipe wants.
    fn guides(&self, recipe: &Recipe) -> Vec<Box<dyn Guide>> {
        let (segmenters, translator) = (&self.lesion.segmenters, &self.translator.translator);
        let weights = &recipe.synthesis;
        let mut guides: Vec<Box<dyn Guide>> = Vec::new();
        if recipe.lesion_guides() {
            let terms = recipe.segmenter.clone();
            let guide = SegmenterGuide::new(segmenters.clone(), weights.lesion, terms);
            guides.push(Box::new(guide));
        }
        if recipe.registers() {
            let guide = TranslatorGuide::new(translator.clone(), weights.registration);
            guides.push(Box::new(guide));
        }
        guides
    }

    /// The losses of the first step after the pre-training, before any network has learnt.
    fn losses(&self, data: &Prepared, row: Ablation) -> BTreeMap<&'static str, f32> {
        let configuration = configuration(data, row);
        let stage = self.stage(data, &configuration);
        let mut stage = stage.load(&self.state).expect("the same networks");
        let first = settings(&configuration).pretraining;
        let batch = stage.loader().batch(first);
        let losses = block_on(stage.step(first, batch)).expect("a step");
        let value = |(name, loss): (&'static str, Tensor<1>)| (name, loss.into_scalar::<f32>());
        losses.into_iter().map(value).collect()
    }
}

#[test]
fn a_switch_of_a_loss_adds_its_term_and_changes_no_other() {
    let data = brains();
    let beginning = Beginning::of(&data);
    let losses = |row| beginning.losses(&data, row);
    for (without, with, term) in [
        (Ablation::G, Ablation::B, "lesion"),
        (Ablation::D, Ablation::E, "registration"),
        (Ablation::E, Ablation::F, "lesion"),
    ] {
        let (without, mut with) = (losses(without), losses(with));
        assert!(with.remove(term).is_some_and(|loss| loss > 0.0), "{term}");
        assert_eq!(without, with, "{term}");
    }
    for row in [Ablation::A, Ablation::C, Ablation::D, Ablation::G] {
        let names = losses(row);
        let guided = ["lesion", "registration"].map(|n| names.contains_key(n));
        assert_eq!(guided, [false, false], "{row:?}");
    }
}

#[test]
fn without_a_pretraining_no_image_is_compared_with_its_own() {
    let data = brains();
    let beginning = Beginning::of(&data);
    let mut configuration = configuration(&data, Ablation::F);
    configuration.settings["pretraining"] = 0.into();
    let mut stage = beginning.stage(&data, &configuration);
    let batch = stage.loader().batch(0);
    assert_eq!(batch.paired, 0);
    let losses = block_on(stage.step(0, batch)).expect("a step");
    let names: Vec<&str> = losses.iter().map(|(name, _)| *name).collect();
    for term in ["G", "lesion", "registration"] {
        assert!(names.contains(&term), "{names:?}");
    }
    for term in ["mse", "l1", "masked", "feature matching"] {
        assert!(!names.contains(&term), "{names:?}");
    }
    let later = stage.loader().batch(5000);
    assert_eq!(later.paired, 0, "nor later");
}

#[test]
fn discriminators_see_every_part_of_the_images_in_turn() {
    let seen: std::collections::BTreeSet<_> = (0..2000).map(corner).collect();
    let most = MARGIN + 1;
    assert!(seen.iter().flatten().all(|&offset| offset < most));
    assert_eq!(seen.len(), most * most, "every corner");
}

/// Chests, of whose first training image nobody knows the class.
fn chests() -> (Study, Prepared) {
    let study = Study::named("phantom-thorax").expect("built in");
    let records = phantom::records(&study, 10, 3).expect("phantoms");
    let mut data = prepare(&study, SIZE, &records, Lenience::default(), || {})
        .expect("prepared")
        .data;
    data.items[0].label = Label::None;
    (study, data)
}

#[test]
fn an_image_without_a_class_is_not_normal() {
    let (study, data) = chests();
    let configuration = Configuration {
        study,
        ..configuration(&data, Ablation::F)
    };
    let parts = parts(&data, &configuration.study, configuration.seed);
    assert_eq!(parts.training.len() + parts.validation.len(), 9);
    let mixture = mixture(&data, &configuration);
    assert_eq!(mixture.items().len(), parts.training.len());
    assert!(mixture.items().iter().all(|i| i.label.class().is_some()));
}

#[test]
fn boxes_are_laid_on_synthetic_maps_where_lesions_may_lie() {
    let (mut study, _) = chests();
    study.lesion = LabelKind::Boxes(vec!["consolidation".into()]);
    let records = phantom::records(&study, 10, 3).expect("phantoms");
    let data = prepare(&study, SIZE, &records, Lenience::default(), || {})
        .expect("prepared")
        .data;
    let mut configuration = configuration(&data, Ablation::F);
    configuration.settings = run::settings(&Settings {
        lesions: lesion_statistics(&data, &study, configuration.seed),
        ..settings(&configuration)
    })
    .expect("plain values");
    configuration.study = study;
    let mixture = mixture(&data, &configuration);
    let margin = configuration.study.lesion_margin_at(SIZE);
    let mut ill = 0;
    for step in STEPS {
        let mut random = Random::nth(1, Purpose::Fusion, step);
        let (inputs, paired) = mixture.inputs(step, &mut random);
        for input in &inputs[..paired] {
            assert_eq!(input.label, input.item.label, "its own");
        }
        for input in &inputs[paired..] {
            let laid = input.label.boxes().expect("boxes");
            let forbidden = forbidden(&input.structure.mask, margin);
            assert!(laid.is_empty() || input.label.is_legal(&forbidden));
            ill += usize::from(!laid.is_empty());
        }
        assert!(
            mixture.batch(step).label.is_none(),
            "no segmenter looks for boxes"
        );
    }
    assert!(ill > 2, "{ill} of the synthetic maps have boxes");
}

/// One input a step, as with two modalities in a batch of two or three.
#[test]
fn half_of_the_steps_with_one_input_see_a_synthetic_map() {
    let data = brains();
    for (batch, inputs, synthetic) in [(2, 1, 5), (3, 1, 5), (4, 2, 10), (6, 3, 15), (8, 4, 20)] {
        let configuration = Configuration {
            batch,
            ..configuration(&data, Ablation::F)
        };
        let mixture = mixture(&data, &configuration);
        let steps = 2..12_u64;
        let paired: Vec<usize> = steps
            .map(|step| {
                let mut random = Random::nth(1, Purpose::Fusion, step);
                let (all, paired) = mixture.inputs(step, &mut random);
                assert_eq!(all.len(), inputs);
                paired
            })
            .collect();
        let drawn: usize = paired.iter().map(|paired| inputs - paired).sum();
        assert_eq!(drawn, synthetic, "batch {batch}: {paired:?}");
        assert!(mixture.batch(1).paired == inputs, "the pre-training stays");
    }
}
