//! The pipeline computed natively, and a small model with fresh weights.

use burn::tensor::Device;
use scanweave::image::Plane;
use scanweave::networks::config::{DecoderConfig, NetworkConfig, UnetConfig};
use scanweave::networks::tensors::read_tensors;
use scanweave::profile::{Preset, Profile};
use scanweave::structure::Structure;
use scanweave::synthesis::{Sample, Synthesiser, default_label};
use scanweave::weights::{self, Card, KnownAnswer, Model, Network, Precision, Role, Tensor};

/// The weights of the last layer are multiplied by this: an untrained network would paint grey on
/// grey, and no difference could be seen.
const CONTRAST: f32 = 6.0;

/// A model at 64 pixels as the trainer would begin with, with its known answer, as a file.
pub fn fresh(seed: u64) -> Vec<u8> {
    let device = Device::flex();
    device.seed(seed);
    let profile = Profile::named("phantom-thorax").expect("built in");
    let geometry = Preset::Tiny.geometry();
    let decoder = DecoderConfig {
        size: geometry.size,
        latent: geometry.latent,
        width: geometry.structure_width,
    };
    let unet = |inputs, width| UnetConfig {
        inputs,
        outputs: 1,
        width,
        depth: 3,
        condition: 0,
    };
    let mask = unet(1, geometry.mask_width);
    let generator = unet(1 + profile.label_planes(), geometry.generator_width);
    let network = |role, config, tensors| Network {
        role,
        config,
        tensors,
    };
    let networks = vec![
        network(
            Role::StructureDecoder,
            NetworkConfig::Decoder(decoder.clone()),
            read_tensors(&decoder.init(&device)),
        ),
        network(
            Role::MaskGenerator,
            NetworkConfig::Unet(mask.clone()),
            read_tensors(&mask.init(&device)),
        ),
        network(
            Role::Generator,
            NetworkConfig::Unet(generator.clone()),
            contrasted(read_tensors(&generator.init(&device))),
        ),
    ];
    let mut model = Model {
        profile,
        geometry,
        card: Card {
            title: "Fresh weights".into(),
            ..Card::default()
        },
        known_answer: None,
        lesions: None,
        networks,
    };
    let answer = 1;
    let native = Native::open(&bytes(&model));
    let thumbnail = pollster::block_on(native.synthesiser.thumbnail(answer));
    model.known_answer = Some(KnownAnswer {
        seed: answer,
        thumbnail: thumbnail.expect("the model can sample"),
    });
    bytes(&model)
}

fn bytes(model: &Model) -> Vec<u8> {
    weights::write(model, Precision::F32)
        .expect("a possible model")
        .bytes
}

fn contrasted(mut tensors: Vec<Tensor>) -> Vec<Tensor> {
    let head = tensors
        .iter_mut()
        .find(|t| t.name == "head.weight")
        .expect("the last layer");
    head.values.iter_mut().for_each(|v| *v *= CONTRAST);
    tensors
}

/// The pipeline of a weights file on the CPU of this machine.
pub struct Native {
    synthesiser: Synthesiser,
}

impl Native {
    /// Opens a file's bytes.
    pub fn open(bytes: &[u8]) -> Self {
        let model = weights::read(bytes).expect("a whole file");
        let synthesiser = Synthesiser::open(&model, &Device::flex()).expect("a model that paints");
        Self { synthesiser }
    }

    /// Side of the pictures.
    pub fn size(&self) -> usize {
        self.synthesiser.size()
    }

    /// Structure map and mask that the seed means.
    pub fn sampled(&self, seed: u64) -> Structure {
        let label = default_label(&self.synthesiser.profile().lesion);
        pollster::block_on(self.synthesiser.sample(seed, &label))
            .expect("a model that samples")
            .structure
    }

    /// Structure map and mask of an image.
    pub fn structure_of(&self, image: &Plane) -> Structure {
        self.synthesiser
            .structure_of_image(image)
            .expect("an image with structure")
    }

    /// What is painted from a structure map, of a healthy subject.
    pub fn painted(&self, structure: &Structure, seed: u64) -> Sample {
        let label = default_label(&self.synthesiser.profile().lesion);
        pollster::block_on(self.synthesiser.paint(structure, &label, seed))
            .expect("a model that paints")
    }
}
