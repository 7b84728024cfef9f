//! Gradients reach exactly the networks they should, and a saved stage goes on as if it had not
//! been interrupted.

use burn::tensor::{Device, Distribution, Tensor};
use pollster::block_on;

use super::*;
use crate::networks::Unet;
use crate::networks::config::{LatentForm, PatchConfig};
use crate::networks::tensors::{load_tensors, read_tensors};
use crate::study::{Geometry, Study};
use crate::style;
use crate::train::guides::{Guide, SegmenterGuide, TranslatorGuide};
use crate::train::{Recipe, SegmenterWeights, SynthesisWeights};

pub(super) const GEOMETRY: Geometry = Geometry {
    size: 16,
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

pub(super) fn device() -> Device {
    Device::flex().autodiff()
}

pub(super) fn planes(value: f32, batch: usize) -> Tensor<4> {
    let ramp: Vec<f32> = (0..batch * 256)
        .map(|i| ((i * 37 % 101) as f32 / 101.0 * value).round())
        .collect();
    Tensor::<1>::from_floats(ramp.as_slice(), &device()).reshape([batch, 1, 16, 16])
}

pub(super) fn structure_batch(step: usize) -> StructureBatch {
    let noise = |salt: usize| {
        let values: Vec<f32> = (0..8)
            .map(|i| ((i * 31 + salt * 17 + step * 7) % 13) as f32 / 6.0 - 1.0)
            .collect();
        Tensor::<1>::from_floats(values.as_slice(), &device()).reshape([2, 4])
    };
    StructureBatch {
        structure: planes(1.0, 2),
        field: None,
        mask: planes(0.7, 2),
        latent: noise(1),
        posterior: noise(2),
    }
}

/// Images with the channels of a study, no two alike.
pub(super) fn images(study: &Study, value: f32, batch: usize) -> Tensor<4> {
    let shades = (0..study.channels()).map(|c| planes(1.0, batch) * (value - 0.1 * c as f32));
    Tensor::cat(shades.collect(), 1)
}

/// Two inputs, the first with its own image, in the first two modalities where there are several.
pub(super) fn synthesis_batch(study: &Study) -> SynthesisBatch {
    let modalities = study.modalities.len();
    let view = |modality: usize| View {
        modality,
        condition: (modalities > 1).then(|| one_hot(&[modality, modality], modalities)),
        style: (study.style).then(|| Tensor::ones([2, style::LENGTH], &device())),
        image: images(study, 0.3 + 0.2 * modality as f32, 2),
        own: Tensor::ones([1, 1, 1, 1], &device()),
    };
    let lesion = planes(0.8, 2);
    let nothing = Tensor::zeros([2, study.label_planes() - 1, 16, 16], &device());
    SynthesisBatch {
        input: Tensor::cat(vec![planes(1.0, 2), lesion.clone(), nothing], 1),
        label: (modalities > 1).then(|| label(lesion)),
        mask: planes(0.7, 1),
        paired: 1,
        views: (0..modalities.min(2)).map(view).collect(),
        corner: None,
        changed: Changed::default(),
    }
}

fn one_hot(indices: &[usize], count: usize) -> Tensor<2> {
    let values: Vec<f32> = indices
        .iter()
        .flat_map(|&index| (0..count).map(move |i| f32::from(u8::from(i == index))))
        .collect();
    Tensor::<1>::from_floats(values.as_slice(), &device()).reshape([indices.len(), count])
}

/// Background and one class.
pub(super) fn label(lesion: Tensor<4>) -> Tensor<4> {
    Tensor::cat(vec![lesion.clone().neg() + 1.0, lesion], 1)
}

pub(super) fn brain() -> Study {
    Study::named("brain-mri").unwrap()
}

/// Heads of which one modality is in colour: every network sees and paints three channels.
pub(super) fn colours() -> Study {
    let mut study = brain();
    study.modalities[0].channels = crate::study::Channels::Colour;
    study
}

/// Untrained networks to guide a generator with.
pub(super) struct Guiding {
    pub segmenters: Vec<Unet>,
    pub translator: Unet,
    terms: SegmenterWeights,
}

impl Guiding {
    pub fn new(study: &Study, recipe: &Recipe) -> Self {
        let plain = device().inner();
        let (segmenter, (translator, _)) = (
            lesion_configuration(study, &GEOMETRY),
            translator_configurations(study, recipe, &GEOMETRY),
        );
        let segmenters = study.modalities.iter().map(|_| segmenter.init(&plain));
        Self {
            segmenters: segmenters.collect(),
            translator: translator.init(&plain),
            terms: recipe.segmenter.clone(),
        }
    }

    /// As guides, those whose weight is not 0.
    pub fn guides(&self, weights: &SynthesisWeights) -> Vec<Box<dyn Guide>> {
        let (segmenters, translator) = (self.segmenters.clone(), self.translator.clone());
        let mut guides: Vec<Box<dyn Guide>> = Vec::new();
        if weights.lesion > 0.0 {
            let guide = SegmenterGuide::new(segmenters, weights.lesion, self.terms.clone());
            guides.push(Box::new(guide));
        }
        if weights.registration > 0.0 {
            guides.push(Box::new(TranslatorGuide::new(
                translator,
                weights.registration,
            )));
        }
        guides
    }
}

// Makers of a stage in always the same fresh state. A seed would not do: tests run side by side, and
// all draw from the device's one source.

pub(super) fn structure_stages() -> impl Fn() -> StructureStage {
    let new = || StructureStage::new(&GEOMETRY, 1e-3, &device());
    let state = new().save();
    move || new().load(&state).unwrap()
}

pub(super) fn synthesis_stages<'a>(
    study: &'a Study,
    recipe: &'a Recipe,
) -> impl Fn(Vec<Box<dyn Guide>>) -> SynthesisStage + 'a {
    let new = |guides| SynthesisStage::new(study, recipe, &GEOMETRY, guides, 1e-3, &device());
    let state = new(Vec::new()).save();
    move |guides| new(guides).load(&state).unwrap()
}

pub(super) fn translator_stages<'a>(
    study: &'a Study,
    recipe: &'a Recipe,
) -> impl Fn() -> TranslatorStage + 'a {
    let new = || TranslatorStage::new(study, recipe, &GEOMETRY, 1e-3, &device());
    let state = new().save();
    move || new().load(&state).unwrap()
}

#[test]
fn the_structure_stage_resumes_bit_for_bit() {
    let weights = Recipe::of(&Study::named("chest-xray").unwrap()).structure;
    let fresh = structure_stages();
    let go = |mut stage: StructureStage, steps: core::ops::Range<usize>| {
        for step in steps {
            stage.step(structure_batch(step), &weights);
            block_on(stage.refresh_affine()).unwrap();
        }
        stage
    };
    let weights_of = |stage: &StructureStage| {
        let networks = stage.averaged();
        let discriminator = read_tensors(&stage.structure_discriminator());
        [
            read_tensors(&networks.encoder),
            read_tensors(&networks.decoder),
            read_tensors(&networks.mask),
            discriminator,
        ]
    };
    let straight = go(fresh(), 0..4);
    let half = go(fresh(), 0..2).save();
    let resumed = go(fresh().load(&half).unwrap(), 2..4);
    assert_eq!(weights_of(&straight), weights_of(&resumed));
    assert_ne!(
        weights_of(&straight),
        weights_of(&fresh()),
        "the steps changed something"
    );
}

#[test]
fn the_synthesis_stage_resumes_bit_for_bit() {
    for name in ["chest-xray", "brain-mri"] {
        let study = Study::named(name).unwrap();
        let mut recipe = Recipe::of(&study);
        recipe.spectral = study.modalities.len() > 1;
        let guiding = Guiding::new(&study, &recipe);
        let new = synthesis_stages(&study, &recipe);
        let fresh = || match study.modalities.len() {
            1 => new(Vec::new()),
            _ => new(guiding.guides(&recipe.synthesis)),
        };
        let go = |mut stage: SynthesisStage, steps: usize| {
            for _ in 0..steps {
                let batch = synthesis_batch(&study);
                stage.step(&batch, &recipe.synthesis);
            }
            stage
        };
        let weights_of = |stage: &SynthesisStage| read_tensors(&stage.averaged().generator);
        let straight = go(fresh(), 4);
        let resumed = go(fresh().load(&go(fresh(), 2).save()).unwrap(), 2);
        assert_eq!(weights_of(&straight), weights_of(&resumed), "{name}");
        assert_ne!(weights_of(&straight), weights_of(&fresh()), "{name}");
    }
}

#[test]
fn guidance_reaches_the_generator_and_leaves_the_discriminator_alone() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let (fresh, guiding) = (
        synthesis_stages(&study, &recipe),
        Guiding::new(&study, &recipe),
    );
    let after = |lesion: f32, registration: f32| {
        let weights = SynthesisWeights {
            lesion,
            registration,
            ..recipe.synthesis
        };
        let batch = synthesis_batch(&study);
        let mut stage = fresh(guiding.guides(&weights));
        let losses = stage.step(&batch, &weights);
        let names: Vec<_> = losses.iter().map(|(name, _)| *name).collect();
        let [generator, discriminator] = stage.weights();
        (generator, discriminator, names)
    };
    let (plain, plain_discriminator, names) = after(0.0, 0.0);
    assert!(!names.contains(&"lesion") && !names.contains(&"registration"));
    for (lesion, registration, name) in [(1.0, 0.0, "lesion"), (0.0, 1.0, "registration")] {
        let (generator, discriminator, names) = after(lesion, registration);
        assert!(names.contains(&name));
        assert!(generator != plain, "{name} moves the generator");
        assert!(
            discriminator == plain_discriminator,
            "{name} is not the discriminator's"
        );
    }
}

#[test]
fn the_label_reaches_the_image() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let generator = synthesis_configurations(&study, &recipe, &GEOMETRY)
        .0
        .init(&device());
    let label = planes(1.0, 2).require_grad();
    let input = Tensor::cat(vec![planes(1.0, 2), label.clone()], 1);
    let image = generator.forward(input, Some(one_hot(&[0, 1], 3)));
    let gradients = image.square().sum().backward();
    let gradient = label.grad(&gradients).expect("a gradient");
    assert!(gradient.abs().sum().into_scalar::<f32>() > 0.0);
}

#[test]
fn another_subjects_image_does_not_count_as_ones_own() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let fresh = synthesis_stages(&study, &recipe);
    let after = |own: f32| {
        let mut batch = synthesis_batch(&study);
        for view in &mut batch.views {
            view.own = Tensor::full([1, 1, 1, 1], own, &device());
        }
        let mut stage = fresh(Vec::new());
        let losses = stage.step(&batch, &recipe.synthesis);
        let of = |name| losses.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        ["mse", "l1", "feature matching"].map(|name| of(name).into_scalar::<f32>())
    };
    assert!(after(1.0).iter().all(|&loss| loss > 0.0));
    assert_eq!(after(0.0), [0.0; 3]);
}

pub(super) fn translator_batch(study: &Study) -> TranslatorBatch {
    TranslatorBatch {
        image: images(study, 1.0, 2),
        from: one_hot(&[0, 2], 3),
        to: one_hot(&[1, 0], 3),
        target: images(study, 0.6, 2),
        registered: 1,
    }
}

#[test]
fn the_translator_stage_resumes_and_learns_from_translated_images() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let fresh = translator_stages(&study, &recipe);
    let go = |mut stage: TranslatorStage, steps: usize| {
        for _ in 0..steps {
            let head = recipe.synthesis.head;
            stage.step(&translator_batch(&study), &recipe.translator, head);
        }
        stage
    };
    let weights_of = |stage: &TranslatorStage| read_tensors(&stage.averaged().translator);
    let straight = go(fresh(), 4);
    let resumed = go(fresh().load(&go(fresh(), 2).save()).unwrap(), 2);
    assert_eq!(weights_of(&straight), weights_of(&resumed));

    // The same discriminator beside another translator: only translated images tell it.
    let other = translator_stages(&study, &recipe)().save();
    let trained = |foreign: &[Section]| {
        let mut sections = fresh().save();
        for (own, foreign) in sections.iter_mut().zip(foreign) {
            if own.0 == "translator" {
                own.clone_from(foreign);
            }
        }
        let [_, discriminator] = go(fresh().load(&sections).unwrap(), 1).weights();
        discriminator
    };
    let own = fresh().save();
    assert!(trained(&own) == trained(&own), "the same twice");
    assert!(
        trained(&own) != trained(&other),
        "translated images reach the discriminator"
    );
}

#[test]
fn supervision_counts_where_pairs_are_known() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let names = |supervised, registered| {
        let weights = crate::train::TranslatorWeights {
            supervised,
            ..recipe.translator
        };
        let batch = TranslatorBatch {
            registered,
            ..translator_batch(&study)
        };
        let mut stage = TranslatorStage::new(&study, &recipe, &GEOMETRY, 1e-3, &device());
        let losses = stage.step(&batch, &weights, recipe.synthesis.head);
        losses.iter().any(|(name, _)| *name == "supervised")
    };
    assert!(names(1.0, 1) && !names(1.0, 0) && !names(0.0, 1));
}

#[test]
fn the_lesion_stage_resumes_and_trains_one_modality_at_a_time() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let new = || LesionStage::new(&study, &GEOMETRY, 1e-2, &device());
    let state = new().save();
    let fresh = || new().load(&state).unwrap();
    let batch = |modality| LesionBatch {
        modality,
        image: planes(1.0, 2),
        label: label(planes(0.8, 2)),
    };
    let go = |mut stage: LesionStage, steps: core::ops::Range<usize>| {
        for step in steps {
            stage.step(batch(step % 2), &recipe.segmenter);
        }
        stage
    };
    let weights_of = |stage: &LesionStage| {
        let all = stage.averaged().segmenters.iter();
        all.map(read_tensors).collect::<Vec<_>>()
    };
    let straight = weights_of(&go(fresh(), 0..4));
    let resumed = go(fresh().load(&go(fresh(), 0..2).save()).unwrap(), 2..4);
    assert_eq!(straight, weights_of(&resumed));
    let untrained = weights_of(&fresh());
    assert_ne!(straight[0], untrained[0]);
    assert_ne!(straight[1], untrained[1]);
    assert_eq!(straight[2], untrained[2], "no step saw the third modality");
}

/// Two networks of the same weights, whose parameters were given other ids, are one network in a checkpoint.
#[test]
fn the_same_weights_make_the_same_bytes() {
    fn check<M: Module>(new: impl Fn() -> M) {
        let (first, other) = (new(), new());
        let mut weights = read_tensors(&first);
        let same = load_tensors(other, &weights).expect("of the same layers");
        let bytes = save_module("network", &first);
        assert_eq!(save_module("network", &same), bytes);
        weights[0].values[0] += 1.0;
        let changed = load_tensors(same, &weights).expect("of the same layers");
        assert_ne!(save_module("network", &changed), bytes);
    }
    let study = Study::named("phantom-brain").expect("built in");
    let (encoder, decoder, unet, patch) = structure_configurations(&GEOMETRY);
    let spectral = PatchConfig {
        spectral: true,
        ..patch
    };
    check(|| encoder.init(&device()));
    check(|| decoder.init(&device()));
    check(|| unet.init(&device()));
    check(|| spectral.init(&device()));
    check(|| lesion_configuration(&study, &GEOMETRY).init(&device()));
}

#[test]
fn a_missing_or_foreign_section_is_named() {
    let stage = || StructureStage::new(&GEOMETRY, 1e-3, &device());
    let mut sections = stage().save();
    sections.retain(|(name, _)| name != "decoder");
    let missing = stage().load(&sections).err().unwrap();
    assert!(missing.to_string().contains("decoder"));
    sections.push(("decoder".into(), b"not a record".to_vec()));
    assert!(
        stage()
            .load(&sections)
            .err()
            .unwrap()
            .to_string()
            .contains("decoder")
    );
}

#[test]
fn a_finished_run_needs_no_optimizers_to_be_built_upon() {
    let own = StructureStage::new(&GEOMETRY, 1e-3, &device());
    let mut sections = own.save();
    let kept = |name: &str| name.starts_with("averaged.") || name == "structure_discriminator";
    sections.retain(|(name, _)| kept(name));
    let again = StructureStage::new(&GEOMETRY, 1e-3, &device());
    assert!(again.load(&sections).is_err(), "it cannot go on");
    let finished = |sections: &[Section]| {
        let plain = device().inner();
        let discriminator = finished_discriminator(&GEOMETRY, sections, &plain)?;
        StructureNetworks::finished(&GEOMETRY, sections, &plain)
            .map(|networks| (networks, discriminator))
    };
    let (found, discriminator) = finished(&sections).expect("networks");
    let weights = |n: &StructureNetworks| {
        [
            read_tensors(&n.decoder),
            read_tensors(&n.encoder),
            read_tensors(&n.mask),
        ]
    };
    assert!(weights(&found) == weights(own.averaged()));
    assert!(read_tensors(&discriminator) == read_tensors(&own.structure_discriminator()));
    sections.retain(|(name, _)| name != "averaged.mask");
    let missing = finished(&sections).err().unwrap();
    assert!(missing.to_string().contains("averaged.mask"));
}

#[test]
fn the_affine_map_takes_noise_onto_the_encoded_distribution() {
    let device = Device::flex();
    let mut moments = LatentMoments::new(2, LatentForm::Vector, 1.0, &device);
    // A distribution with mean (1, -2), variances 4 and 1.25, covariance 1: f = mean + L z.
    for _ in 0..50 {
        let z = Tensor::<2>::random([400, 2], Distribution::Normal(0.0, 1.0), &device);
        let factor = Tensor::<1>::from_floats([2.0, 0.5, 0.0, 1.0], &device).reshape([2, 2]);
        let mean = Tensor::<1>::from_floats([1.0, -2.0], &device).reshape([1, 2]);
        moments.add(z.matmul(factor) + mean);
    }
    let affine = block_on(moments.affine()).unwrap().unwrap();
    let expected = [2.0, 0.0, 0.5, 1.0];
    for (found, expected) in affine.factor.iter().zip(expected) {
        assert!((found - expected).abs() < 0.05, "{:?}", affine.factor);
    }
    assert!((affine.mean[0] - 1.0).abs() < 0.05 && (affine.mean[1] + 2.0).abs() < 0.05);
}

#[test]
fn of_a_plane_each_value_has_its_own_mean_and_spread() {
    let device = Device::flex();
    let mut moments = LatentMoments::new(2, LatentForm::Plane, 1.0, &device);
    // Means 1 and -2, variances 4 and 9, by hand.
    for row in [[3.0, 1.0], [-1.0, -5.0]] {
        moments.add(Tensor::<1>::from_floats(row, &device).reshape([1, 2]));
    }
    let affine = block_on(moments.affine()).unwrap().unwrap();
    assert_eq!(affine.mean, [1.0, -2.0]);
    for (found, expected) in affine.factor.iter().zip([2.0, 3.0]) {
        assert!((found - expected).abs() < 1e-4, "{:?}", affine.factor);
    }
    let mut again = LatentMoments::new(2, LatentForm::Plane, 1.0, &device);
    again.load("moments", &[moments.save("moments")]).unwrap();
    assert_eq!(block_on(again.affine()).unwrap(), Some(affine));
}

#[test]
fn a_latent_that_is_a_plane_is_trained_sampled_and_restored() {
    let geometry = Geometry {
        size: 32,
        structure_scale: 1,
        latent: 16,
        latent_form: LatentForm::Plane,
        ..GEOMETRY
    };
    let fresh = || StructureStage::new(&geometry, 1e-3, &device());
    let noise = |seed| {
        let values = crate::random::Random::new(seed, crate::random::Purpose::Latent).normals(32);
        Tensor::<1>::from_floats(values.as_slice(), &device()).reshape([2, 16])
    };
    let batch = |step: u64| StructureBatch {
        structure: Tensor::ones([2, 1, 32, 32], &device()),
        field: None,
        mask: Tensor::zeros([2, 1, 32, 32], &device()),
        latent: noise(2 * step),
        posterior: noise(2 * step + 1),
    };
    let recipe = Recipe::of(&brain());
    let weights = recipe.structure_weights(0);
    let mut stage = fresh();
    let mut first = stage.step(batch(0), weights);
    for step in 1..3 {
        stage.step(batch(step), weights);
    }
    block_on(stage.refresh_affine()).unwrap();
    first.retain(|(_, loss)| !loss.clone().into_scalar::<f32>().is_finite());
    assert!(first.is_empty(), "every loss is a number");
    let drawn = |stage: &StructureStage| {
        let z = noise(9).inner();
        let map = stage.averaged().decoder.forward(z);
        map.into_data().try_into_vec::<f32>().unwrap()
    };
    let found = fresh().load(&stage.save()).unwrap();
    assert_eq!(drawn(&found), drawn(&stage));
    assert!(drawn(&stage) != drawn(&fresh()), "it has learnt");
}

#[test]
fn an_average_moves_by_its_share() {
    let old = crate::networks::config::UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 2,
        depth: 3,
        condition: 0,
    }
    .init(&device());
    let frozen = old.valid();
    let first = |m: &Unet| read_tensors(m)[0].values[0];
    let before = first(&frozen);
    let moved = old.clone().map(&mut AddOne);
    let after = first(&average(frozen, &moved, 0.75));
    assert!(
        (after - (before + 0.25)).abs() < 1e-5,
        "{before} -> {after}"
    );
}

struct AddOne;

impl ModuleMapper for AddOne {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|t| (t + 1.0).detach())
    }
}

#[test]
fn sharpening_keeps_black_white_and_the_middle() {
    let soft =
        Tensor::<1>::from_floats([0.0, 0.5, 1.0, 0.2], &Device::flex()).reshape([1, 1, 2, 2]);
    let values = |times| {
        let sharp = structure::sharpened(soft.clone(), times);
        sharp.into_data().try_into_vec::<f32>().unwrap()
    };
    assert_eq!(values(0), [0.0, 0.5, 1.0, 0.2]);
    // odds 1 : 4, squared twice: 1 : 256
    let twice = values(2);
    assert_eq!(twice[..3], [0.0, 0.5, 1.0]);
    assert!((twice[3] - 1.0 / 257.0).abs() < 1e-6);
}
