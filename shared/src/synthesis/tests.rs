use burn::tensor::Device;

use super::*;
use crate::networks::config::{NetworkConfig, PatchConfig, UnetConfig};
use crate::networks::cpu;
use crate::networks::tensors::read_tensors;
use crate::study::{Geometry, Preset, Study};
use crate::weights::{Card, Network};

/// A generator and a structure discriminator without training, of lines or of their distances.
fn judging(line_reach: usize) -> Model {
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
            ..Preset::Tiny.geometry()
        },
        study,
        card: Card::default(),
        lesions: None,
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
    for reach in [0, 3] {
        let model = judging(reach);
        let NetworkConfig::Patch(config) = &model.networks[1].config else {
            unreachable!("the second network is the discriminator")
        };
        let alone = cpu::Patches::new(config, &model.networks[1].tensors).expect("its weights");
        let seen = distance_field(|at| map.values()[at] == 1.0, 32, reach);
        assert_eq!(judged(&model), Some(alone.score(&seen, 32)));
    }
    assert_ne!(judged(&judging(0)), judged(&judging(3)));
}
