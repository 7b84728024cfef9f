use burn::tensor::Device;

use super::*;
use crate::networks::config::{DecoderConfig, LatentForm, NetworkConfig, PatchConfig, UnetConfig};
use crate::networks::cpu;
use crate::networks::tensors::read_tensors;
use crate::random::{Purpose, Random};
use crate::study::{Geometry, Preset, Study};
use crate::style::{self, Fitted, Measured};
use crate::weights::{self, Card, Network, Precision, Role};

/// A generator and a structure discriminator without training, of lines or of their distances, of maps as large as the
/// images or half as large.
fn judging(line_reach: usize, structure_scale: usize) -> Model {
    let device = Device::flex();
    device.seed(7);
    let study = Study {
        line_reach,
        ..Study::named("lung-ct").expect("built in")
    };
    let generator = UnetConfig {
        inputs: 1 + study.label_planes(),
        outputs: study.channels(),
        width: 2,
        depth: 3,
        condition: 0,
    };
    let discriminator = PatchConfig {
        inputs: 1,
        width: 2,
        modalities: 0,
        spectral: false,
    };
    Model {
        geometry: Geometry {
            size: 32,
            structure_scale,
            ..Preset::Tiny.geometry()
        },
        study,
        card: Card::default(),
        lesions: None,
        styles: None,
        provenance: None,
        known_answer: None,
        networks: vec![
            Network {
                role: Role::Generator,
                tensors: read_tensors(&generator.init(&device)),
                config: NetworkConfig::Unet(generator),
            },
            Network {
                role: Role::StructureDiscriminator,
                tensors: read_tensors(&discriminator.init(&device)),
                config: NetworkConfig::Patch(discriminator),
            },
        ],
    }
}

#[test]
fn a_map_is_judged_as_the_structure_discriminator_knows_maps() {
    let map = Plane::from_fn(32, 32, |x, y| f32::from(u8::from((x + y / 3) % 7 == 0)));
    let judged = |model: &Model| {
        let synthesiser = Synthesiser::open_on_core(model).expect("a model that paints");
        pollster::block_on(synthesiser.score(&map)).expect("a map")
    };
    for (reach, scale) in [(0, 1), (3, 1), (3, 2)] {
        let model = judging(reach, scale);
        let NetworkConfig::Patch(config) = &model.networks[1].config else {
            unreachable!("the second network is the discriminator")
        };
        let alone = cpu::Patches::new(config, &model.networks[1].tensors).expect("its weights");
        let side = 32 / scale;
        let map = reduced_lines(&map, side, side);
        let seen = distance_field(|at| map.values()[at] == 1.0, side, reach);
        assert_eq!(judged(&model), Some(alone.score(&seen, side)));
    }
    assert_ne!(judged(&judging(0, 1)), judged(&judging(3, 1)));
    assert_ne!(judged(&judging(3, 1)), judged(&judging(3, 2)));
}

fn measured(value: f32, modalities: usize) -> Measured {
    Measured {
        organ: 1.0,
        images: vec![Some([value; style::LENGTH]); modalities],
    }
}

/// A generator that is told a style, and how styles of its one modality are distributed.
fn styled() -> Model {
    let device = Device::flex();
    device.seed(9);
    let mut model = judging(0, 1);
    model.study.style = true;
    model.study.input.noise_fusion = false;
    let generator = UnetConfig {
        inputs: 1 + model.study.label_planes(),
        outputs: model.study.channels(),
        width: 2,
        depth: 3,
        condition: style::LENGTH,
    };
    model.networks[0].tensors = read_tensors(&generator.init(&device));
    model.networks[0].config = NetworkConfig::Unet(generator);
    let fitted = Fitted::fit(&[0.1, 0.2, 0.4].map(|v| measured(v, 1)), 1);
    model.styles = fitted.map(|fitted| fitted.styles);
    model
}

#[test]
fn a_seed_gives_a_style_and_a_style_that_is_given_is_painted() {
    let model = styled();
    let synthesiser = Synthesiser::open_on_core(&model).expect("a model that paints");
    let label = model.study.lesion.healthy(32);
    let structure = Structure {
        map: Plane::from_fn(32, 32, |x, y| f32::from((x + y / 3) % 7 == 0)),
        mask: Plane::filled(32, 32, 0.0),
    };
    let paint = |seed| pollster::block_on(synthesiser.paint(&structure, &label, seed));
    let paint = |seed| paint(seed).expect("a picture").images;
    assert_eq!(paint(3), paint(3));
    assert_ne!(paint(3), paint(4), "without noise only the style differs");
    let styles = model.styles.as_ref().expect("styles");
    let style = styles.of_seed(4, organ_share(&structure.mask));
    let given = synthesiser.paint_in_style(&structure, &label, 3, &style);
    let given = pollster::block_on(given).expect("a picture").images;
    assert_eq!(given, paint(4));
}

#[test]
fn a_generator_that_is_told_a_style_needs_to_know_some_of_its_study() {
    let kept = weights::write(&styled(), Precision::F32).expect("a whole model");
    let read = weights::read(&kept.bytes).expect("reads");
    assert_eq!(read.styles, styled().styles);
    let mut without = styled();
    without.styles = None;
    let mut foreign = styled();
    foreign.styles = Fitted::fit(&[measured(0.5, 2)], 2).map(|fitted| fitted.styles);
    for (model, word) in [(without, "knows none"), (foreign, "another study")] {
        let error = weights::write(&model, Precision::F32).expect_err("refused");
        assert!(error.to_string().contains(word), "{error}");
    }
}

/// Decoder and mask generator without training, beside a generator for pictures twice as large as their maps.
fn drawing() -> Model {
    let device = Device::flex();
    device.seed(8);
    let mut model = judging(3, 2);
    let decoder = DecoderConfig {
        size: 16,
        latent: model.geometry.latent,
        width: 2,
        form: LatentForm::Vector,
    };
    let mask = UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 2,
        depth: 2,
        condition: 0,
    };
    model.networks.push(Network {
        role: Role::StructureDecoder,
        tensors: read_tensors(&decoder.init(&device)),
        config: NetworkConfig::Decoder(decoder),
    });
    model.networks.push(Network {
        role: Role::MaskGenerator,
        tensors: read_tensors(&mask.init(&device)),
        config: NetworkConfig::Unet(mask),
    });
    model
}

#[test]
fn maps_drawn_at_half_the_size_are_enlarged_before_the_threshold() {
    let model = drawing();
    let synthesiser = Synthesiser::open_on_core(&model).expect("a model that draws");
    let latent = Random::new(5, Purpose::Latent).normals(model.geometry.latent);
    let sketch = pollster::block_on(synthesiser.sketch(&latent)).expect("a map");
    let NetworkConfig::Decoder(config) = &model.networks[2].config else {
        unreachable!("the third network is the decoder")
    };
    let alone = cpu::Decoder::new(config, &model.networks[2].tensors).expect("its weights");
    let soft = Plane::new(16, 16, alone.forward(&latent)).expect("256 values");
    let threshold = model.study.line_threshold;
    assert_eq!(sketch.map, soft.resized(32, 32).above(threshold));

    let drawn = pollster::block_on(synthesiser.structure_of_lines(sketch.map.clone()));
    let drawn = drawn.expect("lines");
    assert_eq!(drawn.mask.width(), 32);
    // The mask generator sees both at half the size, where a pixel may differ.
    let seen = reduced_lines(&sketch.map, 16, 16);
    let own = soft.above(threshold);
    let differing = seen
        .values()
        .iter()
        .zip(own.values())
        .filter(|(a, b)| a != b);
    assert!(differing.count() < 16, "of 256");

    let mut model = model;
    let mut long = sketch.map.clone();
    let mut shortest = 0.0;
    while long == sketch.map {
        shortest += 4.0;
        for values in &mut model.study.extraction {
            values.shortest = shortest;
        }
        let values = model.study.extraction_at(32);
        long = values.long_lines(sketch.map.clone());
    }
    let synthesiser = Synthesiser::open_on_core(&model).expect("a model that draws");
    let again = pollster::block_on(synthesiser.sketch(&latent)).expect("a map");
    assert!(again.map == long, "the shortest pieces are left out");
}
