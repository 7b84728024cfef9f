//! The same bits on every target.
//!
//! A picture computed in the browser must be the one that the trainer computed. For everything that
//! is not a network this holds to the last bit, so one digest per operator is written down here and
//! compared natively and on wasm: a fused multiply-add, another transcendental function or an order
//! of summation that depends on the target changes it. When a change is meant, the failing test
//! prints the digest to write here.

use data_encoding::HEXLOWER;
use scanweave::image::Plane;
use scanweave::label::boxes::{self, BoxStatistics};
use scanweave::label::mask::{augmented, place, place_drawn};
use scanweave::label::{ClassMap, LabelBox, MaskStatistics, TRIES};
use scanweave::metrics::{edge_shift, ms_ssim, mutual_information, psnr};
use scanweave::networks::config::{DecoderConfig, LatentForm, NetworkConfig, UnetConfig};
use scanweave::networks::cpu;
use scanweave::phantom::{self, Anatomy};
use scanweave::random::{Purpose, Random};
use scanweave::structure::{
    contour_error, forbidden, fuse, fusion_noise, organ_mask, structure_steps,
};
use scanweave::study::{Extraction, Geometry, LocalContrast, MaskSettings, Study};
use scanweave::weights::{self, Card, KnownAnswer, Model, Network, Precision, Role, Tensor};
use scanweave_web::model::scene::{Latent, Pin};
use sha2::{Digest, Sha256};

/// A computation and the digest that its result must have.
struct Case {
    name: &'static str,
    compute: fn() -> String,
    expected: &'static str,
}

const CASES: [Case; 11] = [
    Case {
        name: "random numbers",
        compute: random_digest,
        expected: "d0e754e8ae9dbdd83c2ffdffe8ebac2b531cb5746f2d7c8b9426f5d6c0a04728",
    },
    Case {
        name: "structure maps, every step",
        compute: structure_digest,
        expected: "f761a6213ac82a558796559b9abab685eae534d7605a4da640adee9513c15190",
    },
    Case {
        name: "organ masks",
        compute: mask_digest,
        expected: "489156740c632482f1a9230c718b411f5cbd4f49db41b3aed3ab70748535aa82",
    },
    Case {
        name: "fusion",
        compute: fusion_digest,
        expected: "9259265c7a40f10e75d5c706ab20b93c3028cae9663f9a1e98c35c9a0acfe623",
    },
    Case {
        name: "resizing",
        compute: resize_digest,
        expected: "800194c82252568499ab62e6878d6491421e02cf77b81be025d771e58a3988bd",
    },
    Case {
        name: "lesions",
        compute: lesion_digest,
        expected: "4019c0ba027f01c5734c2ed2ccb9f8a8ba0e2fd1cd10378f3136a1c4a59d934f",
    },
    Case {
        name: "boxes",
        compute: box_digest,
        expected: "f62d5383cf4fc5f79089e6a5143fcbcf19f63084d160f8f9e9830f93d2fd5d0b",
    },
    Case {
        name: "metrics",
        compute: metric_digest,
        expected: "0af999bb752b064890607d7596d70137c8ab94657bc05b1d1f4a1d8042e2c481",
    },
    Case {
        name: "networks on one core",
        compute: network_digest,
        expected: "0a38a5d86520642a3184691dc5e088b79753de05b60e6a49ba90d729c117869d",
    },
    Case {
        name: "weights files",
        compute: weights_digest,
        expected: "bbb98627fc26cee40e64ccb43db3f5f86990606b582fc740c6941ee3ff28c3bd",
    },
    Case {
        name: "places in the latent space",
        compute: latent_digest,
        expected: "534c53af9159b59cafa62f07fcd5e5e486bae7dd4f23dcb1b0661630315233db",
    },
];

/// Values of algorithm 1, with and without its optional parts. They are not a study's: tuning one
/// must not look like a difference between targets.
const EXTRACTIONS: [Extraction; 2] = [
    Extraction {
        size: 64,
        scale: 1,
        smoothing: 0.0,
        contrast: None,
        sigma1: 0.6,
        alpha: 0.06,
        sigma2: 0.4,
        beta: 0.2,
        median: 1,
        headroom: None,
        shortest: 0.0,
    },
    Extraction {
        size: 128,
        scale: 1,
        smoothing: 0.8,
        contrast: Some(LocalContrast {
            radius: 12,
            floor: 0.1,
            limit: Some(1.5),
        }),
        sigma1: 0.9,
        alpha: 0.1,
        sigma2: 0.45,
        beta: 0.2,
        median: 3,
        headroom: None,
        shortest: 0.0,
    },
];

/// Values of algorithm 2, likewise.
const MASKS: [MaskSettings; 2] = [
    MaskSettings {
        threshold: 0.15,
        grow: 2,
        median: 5,
        fill: true,
    },
    MaskSettings {
        threshold: 0.3,
        grow: 0,
        median: 1,
        fill: false,
    },
];

/// Computes every case; the error lists those that differ, with the digest found.
pub fn check_operators() -> Result<(), String> {
    let differing = CASES.iter().filter_map(|case| {
        let found = (case.compute)();
        (found != case.expected).then(|| format!("{}: {found}", case.name))
    });
    let differing: Vec<String> = differing.collect();
    if differing.is_empty() {
        Ok(())
    } else {
        Err(differing.join("\n"))
    }
}

/// Writes a model in every precision and reads it again: what was read writes the same bytes.
pub fn check_weights_round_trip() -> Result<(), String> {
    let model = model();
    for precision in [Precision::F32, Precision::F16, Precision::Q8] {
        let written = |model: &Model| weights::write(model, precision).map_err(|e| e.to_string());
        let first = written(&model)?.bytes;
        let read = weights::read(&first).map_err(|e| e.to_string())?;
        if precision == Precision::F32 && read != model {
            return Err("a model read from single precision is another one".into());
        }
        if written(&read)?.bytes != first {
            return Err(format!("{precision:?} is not the same when written again"));
        }
    }
    Ok(())
}

/// Bits, uniform, normal and whole numbers of several streams.
fn random_digest() -> String {
    let mut sum = Sum::default();
    for (seed, purpose) in [
        (0, Purpose::Latent),
        (1, Purpose::Fusion),
        (u64::MAX, Purpose::Batch),
    ] {
        let mut random = Random::new(seed, purpose);
        sum.values(&random.normals(4096));
        sum.bytes(&random.bits().to_le_bytes());
        sum.bytes(&random.below(1_000_003).to_string().into_bytes());
        sum.values(&Random::nth(seed, purpose, 12).normals(64));
    }
    sum.hex()
}

fn structure_digest() -> String {
    let mut sum = Sum::default();
    for (place, image) in pictures().iter().enumerate() {
        let mask = organ_mask(image, &MASKS[place % 2]).expect("a phantom has an organ");
        let steps = structure_steps(image, &mask, &EXTRACTIONS[place % 2]);
        for step in steps.expect("a phantom has structure") {
            sum.bytes(step.name.as_bytes());
            sum.values(step.plane.values());
        }
    }
    sum.hex()
}

fn mask_digest() -> String {
    let mut sum = Sum::default();
    for image in pictures() {
        for settings in &MASKS {
            let mask = organ_mask(&image, settings);
            sum.values(mask.expect("a phantom has an organ").values());
        }
    }
    sum.hex()
}

fn fusion_digest() -> String {
    let mut sum = Sum::default();
    for (seed, size) in [(0, 64), (7, 128), (u64::MAX, 32)] {
        let noise = fusion_noise(size, seed, (0.5, 0.6));
        let lines = Plane::from_fn(size, size, |x, y| f32::from(u8::from((x * y) % 11 == 3)));
        let mask = Plane::from_fn(size, size, |x, _| f32::from(u8::from(x < size / 3)));
        sum.values(noise.values());
        sum.values(fuse(&lines, &mask, &noise).values());
    }
    sum.hex()
}

fn resize_digest() -> String {
    let mut sum = Sum::default();
    for image in pictures() {
        for (width, height) in [(37, 50), (16, 16), (200, 131)] {
            sum.values(image.resized(width, height).values());
            sum.values(image.resized_nearest(width, height).values());
        }
    }
    sum.hex()
}

/// Drawn, moved and placed lesions, and the structure filter's view of a map.
fn lesion_digest() -> String {
    let mut sum = Sum::default();
    let patients = (0..6).map(|seed| phantom::draw(Anatomy::Brain, seed, 64, true).label);
    let labels: Vec<ClassMap> = patients
        .map(|planes| ClassMap::from_planes(&planes).expect("planes of one size"))
        .collect();
    let statistics = MaskStatistics::of(&labels, 3).expect("every phantom is ill");
    let image = &pictures()[3];
    let mask = organ_mask(image, &MASKS[0]).expect("a phantom has an organ");
    let mut random = Random::new(5, Purpose::Lesion);
    for label in &labels {
        sum.bytes(augmented(label, &mut random).values());
        let moved = place(label, &mask, &mut random, TRIES);
        sum.bytes(moved.as_ref().map_or(&[], ClassMap::values));
        let drawn = place_drawn(&statistics, &mask, &mut random, TRIES);
        sum.bytes(drawn.as_ref().map_or(&[], ClassMap::values));
    }
    sum.values(&[contour_error(&forbidden(&mask, 2), &mask)]);
    sum.hex()
}

/// Boxes that are moved, placed, drawn and written.
fn box_digest() -> String {
    let mut sum = Sum::default();
    let patients = (0..6).map(|seed| phantom::draw(Anatomy::Brain, seed, 64, true).label);
    let labels: Vec<Vec<LabelBox>> = patients
        .map(|planes| ClassMap::from_planes(&planes).expect("planes of one size"))
        .map(|map| boxes::around(&map))
        .collect();
    let statistics = BoxStatistics::of(labels.iter().map(Vec::as_slice), 3, 64);
    let statistics = statistics.expect("every phantom is ill");
    let mask = organ_mask(&pictures()[3], &MASKS[0]).expect("a phantom has an organ");
    let mut random = Random::new(6, Purpose::Lesion);
    for label in &labels {
        let moved = boxes::place(label, &mask, &mut random, TRIES);
        let drawn = boxes::place_drawn(&statistics, &mask, &mut random, TRIES);
        for found in [Some(label), moved.as_ref(), drawn.as_ref()]
            .into_iter()
            .flatten()
        {
            let edges = found
                .iter()
                .flat_map(|b| [b.left, b.top, b.right, b.bottom]);
            sum.values(&edges.collect::<Vec<_>>());
            sum.bytes(boxes::class_map(found, 64).values());
            sum.bytes(boxes::yolo::text(found, 64).as_bytes());
        }
    }
    sum.hex()
}

fn metric_digest() -> String {
    let mut sum = Sum::default();
    let drawn = phantom::draw(Anatomy::Brain, 5, 128, true).images;
    let (a, b) = (&drawn[0].1.to_grey(), &drawn[3].1.to_grey());
    sum.values(&[
        ms_ssim(a, b).expect("equal sizes"),
        psnr(a, b).expect("equal sizes"),
        mutual_information(a, b, None).expect("equal sizes"),
        edge_shift(a, b, None, 6).expect("equal sizes"),
    ]);
    sum.hex()
}

/// A U-Net of random weights, painting two images.
fn network_digest() -> String {
    let mut random = Random::new(12, Purpose::Device);
    let mut tensors = Vec::new();
    let mut add = |name: &str, shape: &[usize]| {
        let values = random.normals(shape.iter().product());
        tensors.push(Tensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: values.iter().map(|v| 0.2 * v).collect(),
        });
    };
    let unet = UnetConfig {
        inputs: 2,
        outputs: 1,
        width: 5,
        depth: 1,
        condition: 2,
    };
    for (name, inputs, outputs) in [("stem", 2, 5), ("head", 5, 1)] {
        add(&format!("{name}.weight"), &[outputs, inputs, 3, 3]);
        add(&format!("{name}.bias"), &[outputs]);
    }
    for (name, inputs, outputs) in [("down.0", 5, 10), ("middle", 12, 10), ("up.0", 15, 5)] {
        add(&format!("{name}.conv.weight"), &[outputs, inputs, 3, 3]);
        add(&format!("{name}.conv.bias"), &[outputs]);
        add(&format!("{name}.norm.gamma"), &[outputs]);
        add(&format!("{name}.norm.beta"), &[outputs]);
    }
    for (place, both) in [(0, 20), (1, 10)] {
        add(&format!("modulations.{place}.weight"), &[2, both]);
        add(&format!("modulations.{place}.bias"), &[both]);
    }
    let unet = cpu::Unet::new(&unet, &tensors).expect("every tensor is there");
    let picture = pictures()[0].resized(18, 18);
    let input = [picture.values(), picture.values()].concat();
    let conditions = [vec![1.0, 0.0], vec![0.0, 1.0]];
    let mut sum = Sum::default();
    sum.values(&unet.decode(&unet.encode(&input, 18), &conditions));
    sum.hex()
}

fn weights_digest() -> String {
    let mut sum = Sum::default();
    for precision in [Precision::F32, Precision::F16, Precision::Q8] {
        let written = weights::write(&model(), precision).expect("the model is a possible one");
        let read = weights::read(&written.bytes).expect("it was just written");
        for tensor in read.networks.iter().flat_map(|n| &n.tensors) {
            sum.values(&tensor.values);
        }
    }
    sum.hex()
}

/// What a link names by a few numbers: a seed, a place on its plane, and one between two places.
fn latent_digest() -> String {
    let mut sum = Sum::default();
    let pin = |seed, x, y| Pin { seed, x, y };
    let (from, to) = (pin(3, 0.5, -1.25), pin(u64::MAX, -2.0, 0.1));
    for latent in [
        Latent::Seed(7),
        Latent::Plane {
            seed: 7,
            x: 0.3,
            y: -1.7,
        },
        Latent::Between { from, to, t: 0.35 },
    ] {
        sum.values(&latent.values(96));
    }
    sum.hex()
}

/// Phantoms of both anatomies at both working sizes; what they look like is tested by itself.
fn pictures() -> Vec<Plane> {
    let drawn = [
        phantom::draw(Anatomy::Thorax, 3, 64, true),
        phantom::draw(Anatomy::Thorax, 4, 128, false),
        phantom::draw(Anatomy::Brain, 5, 128, true),
        phantom::draw(Anatomy::Brain, 6, 64, false),
    ];
    let last = |p: phantom::Phantom| p.images.last().expect("it is drawn").1.to_grey();
    drawn.into_iter().map(last).collect()
}

/// A model of random weights whose networks are as small as they can be.
fn model() -> Model {
    let mut random = Random::new(11, Purpose::Device);
    let mut tensor = |name: &str, shape: &[usize]| Tensor {
        name: name.into(),
        shape: shape.to_vec(),
        values: random.normals(shape.iter().product()),
    };
    let decoder = vec![
        tensor("start.weight", &[2, 8]),
        tensor("start.bias", &[8]),
        // Every scale of this one is 0.
        Tensor {
            values: vec![0.0; 3],
            ..tensor("zero", &[3])
        },
    ];
    let mask = vec![
        tensor("middle.conv.weight", &[8, 8, 3, 3]),
        tensor("middle.norm.gamma", &[8]),
    ];
    let decoder_config = DecoderConfig {
        size: 16,
        latent: 2,
        width: 1,
        form: LatentForm::Vector,
    };
    let mask_config = UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 1,
        depth: 3,
        condition: 0,
    };
    Model {
        provenance: None,
        study: Study::named("chest-xray").expect("built in"),
        geometry: Geometry {
            size: 16,
            structure_scale: 1,
            latent: 2,
            latent_form: LatentForm::Vector,
            structure_width: 1,
            mask_width: 1,
            generator_width: 1,
            depth: 3,
            segmenter_width: 1,
            translator_width: 1,
            discriminator_width: 1,
        },
        card: Card {
            title: "Parity".into(),
            ..Card::default()
        },
        lesions: None,
        styles: None,
        known_answer: Some(KnownAnswer {
            seed: 3,
            thumbnail: vec![0.5; 4],
        }),
        networks: vec![
            Network {
                role: Role::StructureDecoder,
                config: NetworkConfig::Decoder(decoder_config),
                tensors: decoder,
            },
            Network {
                role: Role::MaskGenerator,
                config: NetworkConfig::Unet(mask_config),
                tensors: mask,
            },
        ],
    }
}

/// SHA-256 over the bits of numbers.
#[derive(Default)]
struct Sum(Sha256);

impl Sum {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn values(&mut self, values: &[f32]) {
        for value in values {
            self.0.update(value.to_bits().to_le_bytes());
        }
    }

    fn hex(self) -> String {
        HEXLOWER.encode(&self.0.finalize())
    }
}
