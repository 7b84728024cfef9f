//! The same weights give the same images as through the tensor library.

use burn::tensor::{Device, Tensor, TensorData};

use crate::networks::Tensor as Stored;
use crate::networks::config::{DecoderConfig, LatentForm, PatchConfig, UnetConfig};
use crate::networks::tensors::{load_tensors, read_tensors};
use crate::random::{Purpose, Random};

use super::{Decoder, Patches, Unet};

/// The tensors of a fresh network, each value random, also those that start as constants.
fn shaken(mut tensors: Vec<Stored>) -> Vec<Stored> {
    let mut random = Random::new(3, Purpose::Device);
    for tensor in &mut tensors {
        let fan = tensor.values.len() as f32 / tensor.shape[0] as f32;
        let normals = random.normals(tensor.values.len());
        tensor.values = normals.iter().map(|v| v / fan.sqrt()).collect();
        if tensor.name.ends_with("gamma") {
            tensor.values.iter_mut().for_each(|v| *v = 1.0 + 0.1 * *v);
        }
    }
    tensors
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

fn worst<const D: usize>(tensor: Tensor<D>, found: &[f32]) -> f32 {
    let expected: Vec<f32> = tensor.into_data().try_into_vec().expect("single precision");
    assert_eq!(expected.len(), found.len());
    let spread = expected.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    assert!(spread > 0.1, "something is computed: {spread}");
    let pairs = expected.iter().zip(found);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn check_unet(config: &UnetConfig, side: usize) {
    let device = Device::flex();
    let tensors = shaken(read_tensors(&config.init(&device)));
    let whole = load_tensors(config.init(&device), &tensors).expect("its own tensors");
    let plain = Unet::new(config, &tensors).expect("its own tensors");
    let image = Random::new(1, Purpose::Fusion).normals(config.inputs * side * side);
    let x = tensor(&image, [1, config.inputs, side, side]);
    let encoded = plain.encode(&image, side);
    if config.condition == 0 {
        assert!(worst(whole.logits(x.clone()), &plain.logits(&encoded, &[])) < 1e-3);
        assert!(worst(whole.forward(x, None), &plain.decode(&encoded, &[])) < 1e-4);
        return;
    }
    let mut conditions: Vec<Vec<f32>> = (0..config.condition)
        .map(|m| {
            (0..config.condition)
                .map(|i| f32::from(u8::from(i == m)))
                .collect()
        })
        .collect();
    conditions.push(vec![0.3; config.condition]);
    let found = plain.decode(&encoded, &conditions);
    let each = found.chunks_exact(found.len() / conditions.len());
    for (condition, found) in conditions.iter().zip(each) {
        let condition = tensor(condition, [1, config.condition]);
        let painted = whole.forward(x.clone(), Some(condition));
        assert!(worst(painted, found) < 1e-4, "{config:?}");
    }
}

#[test]
fn a_unet_paints_what_the_tensor_library_paints() {
    let config = |width, depth, condition, outputs| UnetConfig {
        inputs: 3,
        outputs,
        width,
        depth,
        condition,
    };
    // Channels that fill no group, sides that fill no tile, a bottleneck of one pixel.
    check_unet(&config(3, 4, 0, 2), 16);
    check_unet(&config(4, 3, 2, 1), 24);
    check_unet(&config(8, 2, 3, 1), 32);
    // Colour: three outputs per modality.
    check_unet(&config(5, 2, 2, 3), 20);
    check_unet(&config(10, 1, 9, 1), 10);
}

#[test]
fn a_decoder_draws_what_the_tensor_library_draws() {
    let device = Device::flex();
    for (form, latent) in [(LatentForm::Vector, 5), (LatentForm::Plane, 36)] {
        let config = DecoderConfig {
            size: 48,
            latent,
            width: 3,
            form,
        };
        let tensors = shaken(read_tensors(&config.init(&device)));
        let whole = load_tensors(config.init(&device), &tensors).expect("its own tensors");
        let plain = Decoder::new(&config, &tensors).expect("its own tensors");
        let z = Random::new(1, Purpose::Latent).normals(latent);
        let drawn = whole.forward(tensor(&z, [1, latent]));
        assert_eq!(drawn.dims(), [1, 1, 48, 48]);
        assert!(worst(drawn, &plain.forward(&z)) < 1e-4, "{form:?}");
    }
}

#[test]
fn a_discriminator_judges_as_through_the_tensor_library() {
    let device = Device::flex();
    for (inputs, modalities, spectral) in [(1, 0, true), (1, 0, false), (2, 3, true)] {
        let config = PatchConfig {
            inputs,
            width: 3,
            modalities,
            spectral,
        };
        let tensors = shaken(read_tensors(&config.init(&device)));
        let whole = load_tensors(config.init(&device), &tensors).expect("its own tensors");
        let plain = Patches::new(&config, &tensors).expect("its own tensors");
        let image = Random::new(1, Purpose::Fusion).normals(inputs * 48 * 48);
        let score = whole.score(tensor(&image, [1, inputs, 48, 48]));
        // The random head's mean may be small, so that the bound is taken from its own size.
        let expected: f32 = score.into_scalar();
        let found = plain.score(&image, 48);
        let near = (expected - found).abs() < 1e-3 * expected.abs().max(0.1);
        assert!(near, "{expected} {found}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let config = UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 2,
        depth: 1,
        condition: 0,
    };
    let tensors = read_tensors(&config.init(&Device::flex()));
    let error = |tensors: &[Stored]| Unet::new(&config, tensors).expect_err("wrong").to_string();
    let mut fewer = tensors.clone();
    fewer.retain(|t| t.name != "head.bias");
    assert!(error(&fewer).contains("head.bias"));
    let mut other = tensors.clone();
    other[0].shape = vec![2, 1, 9];
    assert!(error(&other).contains("stem.weight"));
    let mut more = tensors.clone();
    more.push(Stored {
        name: "more".into(),
        ..tensors[0].clone()
    });
    assert!(error(&more).contains("more"));
    let mut twice = tensors.clone();
    twice.push(tensors[0].clone());
    assert!(error(&twice).contains("duplicate"));
}
