//! The shipped models give the same pictures on one core as through the tensor library, and the known answer.
#![cfg(feature = "nn")]

use burn::tensor::Device;
use scanweave::synthesis::Synthesiser;
use scanweave::weights::{self, Model};

/// Largest difference of a pixel, 0..=1: found were 3e-6.
const SAME: f32 = 1e-4;

fn shipped() -> Vec<(String, Model)> {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets");
    let files = std::fs::read_dir(assets).expect("the assets are there");
    let paths = files.map(|file| file.expect("it can be listed").path());
    let weights = paths.filter(|path| path.extension().is_some_and(|e| e == "weave"));
    let models = weights.map(|path| {
        let bytes = std::fs::read(&path).expect("it can be read");
        let model = weights::read(&bytes).expect("a shipped model is whole");
        (path.display().to_string(), model)
    });
    models.collect()
}

#[test]
fn shipped_models_paint_the_same_on_one_core() {
    let models = shipped();
    assert!(!models.is_empty());
    for (name, model) in models {
        let device = Device::flex();
        let core = Synthesiser::open_on_core(&model).expect("it can be opened");
        let library = Synthesiser::open(&model, &device).expect("it can be opened");
        if let Some(answer) = &model.known_answer {
            let difference = pollster::block_on(core.self_test(answer));
            assert!(difference.is_ok_and(|d| d < SAME), "{name}");
        }
        let label = model.study.lesion.healthy(model.geometry.size);
        let structure = pollster::block_on(core.structure_of_seed(3)).expect("it samples");
        let paint = |pipeline: &Synthesiser| {
            let sample = pollster::block_on(pipeline.paint(&structure, &label, 3));
            sample.expect("it paints").images
        };
        let score = |pipeline: &Synthesiser| {
            pollster::block_on(pipeline.score(&structure.map)).expect("it judges")
        };
        if let (Some(own), Some(other)) = (score(&core), score(&library)) {
            println!("{name} D_s: {own} {other}");
            assert!((own - other).abs() < SAME, "{name}: {own} {other}");
        }
        for ((modality, own), (_, other)) in paint(&core).iter().zip(&paint(&library)) {
            let values = |image: &scanweave::image::Image| image.clone().into_values();
            let (own, other) = (values(own), values(other));
            let pairs = own.iter().zip(&other);
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            println!("{name} {modality}: {worst}");
            assert!(worst < SAME, "{name} {modality}: {worst}");
        }
    }
}
