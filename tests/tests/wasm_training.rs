//! One body, two targets: twenty steps of the structure stage, natively and as a page would train it.
//!
//! The backend has vector instructions of its own on each target and adds in another order, so that losses agree to a
//! bound and not to the bit.

use burn::tensor::Device;
use pollster::block_on;
use scanweave::image::Plane;
use scanweave::networks::config::LatentForm;
use scanweave::phantom::{self, Anatomy};
use scanweave::structure::{organ_mask, structure_map};
use scanweave::study::{Geometry, Study};
use scanweave::train::structure::{MapItem, StructureSettings, StructureTrainee, UnseenMaps};
use scanweave::train::{
    Cadence, Event, Loader as _, Recipe, Schedule, Trainee as _, Training, Watch,
};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const STEPS: u64 = 20;
const GEOMETRY: Geometry = Geometry {
    size: 32,
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

/// How far a loss may lie from the native one, as a share of it. In Chromium on x86-64 none lies farther than 1.3e-6; the
/// values below are rounded to five digits.
const BOUND: f32 = 1e-4;

/// Each loss after 1, 5, 10, 15 and 20 steps. Computed by this test natively, on x86-64 with burn 0.22.1 (flex, SIMD); a
/// failing test prints what it found.
const EXPECTED: [(&str, [f32; 5]); 11] = [
    ("mask", [0.25016, 0.24153, 0.2304, 0.22639, 0.21818]),
    ("D_s", [3.0647, 2.7733, 1.9189, 2.0239, 1.6918]),
    ("D_z", [1.3301, 1.4202, 1.1665, 1.1354, 1.327]),
    ("mse", [6.7852, 6.4395, 6.489, 1.9703, 1.9247]),
    ("l1", [4.9527, 4.8599, 4.8649, 1.8909, 1.8778]),
    (
        "outside",
        [0.056474, 0.054649, 0.052454, 0.050078, 0.049243],
    ),
    (
        "moments",
        [0.010853, 0.015038, 0.011067, 0.016111, 0.039659],
    ),
    (
        "KL divergence",
        [0.00069996, 0.00067706, 0.00047517, 0.00068165, 0.00064929],
    ),
    ("E_s", [0.06484, 0.063434, 0.060264, 0.058959, 0.057764]),
    ("G_s", [1.1584, 1.1129, 0.87468, 3.3971, 3.1756]),
    ("feature matching", [5.4277, 5.4743, 5.1667, 5.2752, 4.9956]),
];

/// A thorax as bytes: its map, and its mask.
fn maps(study: &Study, seed: u64) -> [Vec<u8>; 2] {
    let size = GEOMETRY.size;
    let drawn = phantom::draw(Anatomy::Thorax, seed, size, false);
    let image = &drawn.images[0].1.to_grey();
    let mask = organ_mask(image, &study.mask_at(size)).expect("a phantom has an organ");
    let map = structure_map(image, &mask, &study.extraction_at(size));
    let bytes = |plane: &Plane| plane.values().iter().map(|&v| v as u8).collect();
    [bytes(&map.expect("a phantom has structure")), bytes(&mask)]
}

/// Trains to the end; every loss that was told, in the order of the steps.
fn told(training: &mut Training<StructureTrainee>) -> Vec<Vec<(&'static str, f32)>> {
    let loader = training.trainee().loader();
    let mut told = Vec::new();
    loop {
        let batch = loader.batch(training.step());
        for event in block_on(training.advance(batch, || false)).expect("the CPU does not fail") {
            match event {
                Event::Losses(losses) => told.push(losses),
                Event::Ended => return told,
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Whether each loss is as it was natively.
fn as_natively(told: &[Vec<(&str, f32)>]) -> bool {
    let near = |found: f32, expected: f32| (found - expected).abs() <= BOUND * expected.abs();
    let at = |losses: &[(&str, f32)], step: usize| {
        let both = losses.iter().zip(&EXPECTED);
        losses.len() == EXPECTED.len()
            && both
                .into_iter()
                .all(|(found, (name, expected))| found.0 == *name && near(found.1, expected[step]))
    };
    let mut steps = told.iter().enumerate();
    told.len() == 5 && steps.all(|(step, losses)| at(losses, step))
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn a_structure_stage_learns_the_same_everywhere() {
    let study = Study::named("phantom-thorax").expect("built in");
    let mut recipe = Recipe::of(&study);
    recipe.sharp_from = STEPS / 2;
    let settings = StructureSettings {
        recipe: &recipe,
        geometry: GEOMETRY,
        line_threshold: study.line_threshold,
        line_reach: study.line_reach,
        batch: 2,
        rate: 6e-4,
        seed: 1,
        augment: false,
    };
    let schedule = Schedule {
        steps: Some(STEPS),
        losses: Cadence(5),
        sheet: Cadence(STEPS),
        checkpoint: Cadence(STEPS),
    };
    let thoraces: Vec<_> = (0..6).map(|seed| maps(&study, seed)).collect();
    let items = || {
        thoraces.iter().map(|[map, mask]| MapItem {
            map: map.into(),
            mask: mask.into(),
        })
    };
    let device = Device::flex().autodiff();
    let fresh = || {
        let trainee =
            StructureTrainee::new(items().collect(), UnseenMaps::default(), settings, &device);
        trainee.expect("maps of the right size")
    };
    let mut training = Training::new(fresh(), 0, schedule, Watch::default());
    let told = told(&mut training);
    assert!(as_natively(&told), "{told:?}");

    block_on(training.finish()).expect("the CPU does not fail");
    let sheet = |trainee: &StructureTrainee| block_on(trainee.sheet()).expect("a sheet");
    let kept = training.trainee().save();
    let resumed = fresh().load(&kept).expect("its own state");
    assert_eq!(sheet(&resumed), sheet(training.trainee()));
}
