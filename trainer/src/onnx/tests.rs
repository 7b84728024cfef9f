//! The file is read again by a reader and computed by an interpreter that know ONNX's specification and nothing of
//! the writer: the image must be the one that the network paints.

mod interpreter;
mod reader;

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::networks::Unet;
use scanweave::networks::config::{NetworkConfig, UnetConfig};
use scanweave::networks::tensors::{load_tensors, read_tensors};
use scanweave::random::{Purpose, Random};
use scanweave::study::{Preset, Study};
use scanweave::weights::{Card, Model, Network, Role};

use interpreter::Array;
use reader::{Value, dims, fields, first, text, texts};

const SIZE: usize = 16;
const BATCH: usize = 2;

/// A network whose every weight is random, also those that start as constants.
fn network(config: &UnetConfig, seed: u64) -> (Unet, Model) {
    let device = Device::flex();
    let mut random = Random::new(seed, Purpose::Device);
    let mut tensors = read_tensors(&config.init(&device));
    for tensor in &mut tensors {
        let scale = 1.0 / (tensor.values.len() as f32 / tensor.shape[0] as f32).sqrt();
        let normals = random.normals(tensor.values.len());
        tensor.values = normals.iter().map(|v| v * scale).collect();
    }
    let unet = load_tensors(config.init(&device), &tensors).expect("its own tensors");
    let mut study = Study::named("phantom-brain").expect("built in");
    study.modalities.truncate(config.condition.max(1));
    let mut geometry = Preset::Tiny.geometry();
    geometry.size = SIZE;
    let model = Model {
        provenance: None,
        study,
        geometry,
        card: Card::default(),
        known_answer: None,
        lesions: None,
        styles: None,
        networks: vec![Network {
            role: Role::Generator,
            config: NetworkConfig::Unet(config.clone()),
            tensors,
        }],
    };
    (unet, model)
}

fn random(shape: &[usize], seed: u64) -> Array {
    let count = shape.iter().product();
    let values = Random::new(seed, Purpose::Fusion).normals(count);
    Array::new(shape, values)
}

fn tensor<const D: usize>(array: &Array) -> Tensor<D> {
    let data = TensorData::new(array.values.clone(), array.shape.clone());
    Tensor::from_data(data, &Device::flex())
}

fn config(condition: usize) -> UnetConfig {
    with_outputs(1, condition)
}

fn with_outputs(outputs: usize, condition: usize) -> UnetConfig {
    UnetConfig {
        inputs: 3,
        outputs,
        width: 2,
        depth: 2,
        condition,
    }
}

#[test]
fn the_graph_paints_what_the_network_paints() {
    for (outputs, condition) in [(1, 0), (1, 2), (3, 0), (3, 2)] {
        let (unet, model) = network(&with_outputs(outputs, condition), 5);
        let file = super::generator(&model).expect("a generator");
        let input = random(&[BATCH, 3, SIZE, SIZE], 1);
        let mut given = BTreeMap::from([("input".to_owned(), input.clone())]);
        let mut own = None;
        if condition > 0 {
            // Not one-hot: every column of the modulation counts.
            let mixed = random(&[BATCH, condition], 2);
            own = Some(tensor::<2>(&mixed));
            given.insert("condition".to_owned(), mixed);
        }
        let found = interpreter::run(&file, given);
        let image = unet.forward(tensor::<4>(&input), own);
        assert_eq!(found.shape, [BATCH, outputs, SIZE, SIZE]);
        let expected: Vec<f32> = image.into_data().try_into_vec().expect("single precision");
        let worst = expected.iter().zip(&found.values);
        let worst = worst.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "condition {condition}: {worst}");
        let spread = expected
            .iter()
            .fold(0.0, |m: f32, v| m.max((v - 0.5).abs()));
        assert!(spread > 0.1, "the network paints something");
    }
}

/// Where the script beside the reference asks for the file that it lets onnxruntime compute.
const FILE: &str = "SCANWEAVE_ONNX_FILE";

#[derive(serde::Deserialize)]
struct Reference {
    shape: Vec<usize>,
    image: Vec<f32>,
}

#[test]
fn onnxruntime_computes_what_the_network_paints() {
    let (unet, model) = network(&config(2), 5);
    if let Some(path) = std::env::var_os(FILE) {
        let file = super::generator(&model).expect("a generator");
        std::fs::write(path, file).expect("it can be written");
    }
    let text = include_str!("../../../tests/reference/onnx_generator.json");
    let reference: Reference = serde_json::from_str(text).expect("the reference is whole");
    let pattern = |i: usize| (37 * i % 101) as f32 / 101.0;
    let shape = [BATCH, 3, SIZE, SIZE];
    let values = (0..shape.iter().product()).map(pattern).collect();
    let input = Array::new(&shape, values);
    let condition = Array::new(&[BATCH, 2], vec![0.5, -1.0, 0.5, -1.0]);
    let image = unet.forward(tensor::<4>(&input), Some(tensor::<2>(&condition)));
    assert_eq!(image.dims(), reference.shape[..]);
    let own: Vec<f32> = image.into_data().try_into_vec().expect("single precision");
    for (own, theirs) in own.iter().zip(&reference.image) {
        assert!((own - theirs).abs() < 1e-4, "{own} instead of {theirs}");
    }
}

#[test]
fn the_file_says_what_it_is() {
    let (_, model) = network(&config(2), 5);
    let file = super::generator(&model).expect("a generator");
    let model = fields(&file);
    assert_eq!(first(&model, 1), Some(&Value::Int(8)), "IR version");
    let operators = fields(first(&model, 8).expect("operators").bytes());
    assert_eq!(first(&operators, 2), Some(&Value::Int(17)), "opset");
    let metadata: Vec<_> = model.iter().filter(|(field, _)| *field == 14).collect();
    let pairs = metadata.iter().map(|(_, pair)| texts(pair.bytes()));
    let pairs: Vec<_> = pairs.collect();
    assert!(pairs.contains(&vec!["images".to_owned(), "SYNTHETIC".to_owned()]));
    assert!(
        pairs.contains(&vec!["modalities".to_owned(), "t1, t1c".to_owned()]),
        "{pairs:?}"
    );

    let graph = fields(first(&model, 7).expect("a graph").bytes());
    let named = |field: u64| -> Vec<(String, Vec<String>)> {
        let of = graph.iter().filter(|(f, _)| *f == field);
        of.map(|(_, value)| (text(value.bytes(), 1), dims(value.bytes())))
            .collect()
    };
    let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        named(11),
        [
            ("input".to_owned(), words(&["batch", "3", "16", "16"])),
            ("condition".to_owned(), words(&["batch", "2"])),
        ]
    );
    assert_eq!(
        named(12),
        [("image".to_owned(), words(&["batch", "1", "16", "16"]))]
    );
}

#[test]
fn a_network_that_lacks_a_tensor_is_named() {
    let (_, mut model) = network(&config(0), 5);
    model.networks[0]
        .tensors
        .retain(|t| t.name != "middle.norm.gamma");
    let error = super::generator(&model).expect_err("it lacks one");
    assert!(
        format!("{error:#}").contains("middle.norm.gamma"),
        "{error:#}"
    );
    model.networks.clear();
    let error = super::generator(&model).expect_err("it has none");
    assert!(format!("{error:#}").contains("generator"), "{error:#}");
}
