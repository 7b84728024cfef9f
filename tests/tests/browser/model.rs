//! The pipeline computed natively, and a small model with fresh weights.

use burn::tensor::Device;
use scanweave::dataset::Settings;
use scanweave::image::{Frame, Image, Plane};
use scanweave::label::boxes::around;
use scanweave::label::{ClassMap, Label, LabelKind, LesionStatistics};
use scanweave::networks::config::{
    DecoderConfig, LatentForm, NetworkConfig, PatchConfig, UnetConfig,
};
use scanweave::networks::tensors::read_tensors;
use scanweave::phantom::{self, Anatomy};
use scanweave::random::{Purpose, Random};
use scanweave::structure::{Structure, forbidden};
use scanweave::study::{Modality, Preset, Study};
use scanweave::style::{self, Fitted, Measured, Styles};
use scanweave::synthesis::{Sample, Subject, Synthesiser};
use scanweave::weights::{self, Card, KnownAnswer, Model, Network, Precision, Role, Tensor};

/// The weights of the last layer are multiplied by this: an untrained network would paint grey on
/// grey, and no difference could be seen.
const CONTRAST: f32 = 6.0;

/// A thorax model at 64 pixels as the trainer would begin with, with its known answer, as a file.
pub fn fresh(seed: u64) -> Vec<u8> {
    fresh_of(Study::named("phantom-thorax").expect("built in"), seed)
}

/// As [`fresh`], of four modalities with a lesion mask of three classes, segmenters and what lesions
/// look like.
pub fn fresh_brain(seed: u64) -> Vec<u8> {
    fresh_of(Study::named("phantom-brain").expect("built in"), seed)
}

/// As [`fresh`], of a study whose lesions are boxes of two classes, with what they look like.
pub fn fresh_boxes(seed: u64) -> Vec<u8> {
    let study = Study {
        name: "boxes".into(),
        title: "Boxes".into(),
        lesion: LabelKind::Boxes(vec!["nodule".into(), "mass".into()]),
        ..Study::named("phantom-thorax").expect("built in")
    };
    fresh_of(study, seed)
}

/// As [`fresh`], of a study whose findings are classes of the whole image.
pub fn fresh_classes(seed: u64) -> Vec<u8> {
    let study = Study {
        name: "findings".into(),
        title: "Findings".into(),
        lesion: LabelKind::Class(vec!["normal".into(), "bacteria".into(), "virus".into()]),
        ..Study::named("phantom-thorax").expect("built in")
    };
    fresh_of(study, seed)
}

/// As [`fresh_brain`], whose generator is told a style.
pub fn fresh_styled(seed: u64) -> Vec<u8> {
    let study = Study {
        style: true,
        ..Study::named("phantom-brain").expect("built in")
    };
    fresh_of(study, seed)
}

/// Styles of subjects that differ in everything.
fn styles(modalities: usize) -> Styles {
    let subject = |value: f32| Measured {
        organ: 0.5,
        images: vec![Some([value; style::LENGTH]); modalities],
    };
    let fitted = Fitted::fit(&[0.1, 0.3, 0.5, 0.7, 0.9].map(subject), modalities);
    fitted.expect("of every modality").styles
}

/// As [`fresh`], of a study in colour.
pub fn fresh_colour(seed: u64) -> Vec<u8> {
    let fundus = serde_json::from_str::<Modality>(r#"{"name": "fundus", "channels": 3}"#);
    let study = Study {
        modalities: vec![fundus.expect("a modality in colour")],
        ..Study::named("retina").expect("built in")
    };
    painting(study, 3, seed)
}

fn fresh_of(study: Study, seed: u64) -> Vec<u8> {
    painting(study, 1, seed)
}

/// A model that paints so many channels.
fn painting(study: Study, channels: usize, seed: u64) -> Vec<u8> {
    let device = Device::flex();
    device.seed(seed);
    let geometry = Preset::Tiny.geometry();
    let decoder = DecoderConfig {
        size: geometry.size,
        latent: geometry.latent,
        width: geometry.structure_width,
        form: LatentForm::Vector,
    };
    let unet = |inputs, outputs, width, condition| UnetConfig {
        inputs,
        outputs,
        width,
        depth: 3,
        condition,
    };
    let mask = unet(1, 1, geometry.mask_width, 0);
    let planes = study.label_planes();
    let generator = unet(
        1 + planes,
        channels,
        geometry.generator_width,
        study.condition(),
    );
    let segmenter = unet(channels, 1 + planes, geometry.segmenter_width, 0);
    let network = |role, config, tensors| Network {
        role,
        config,
        tensors,
    };
    let mut networks = vec![
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
    let segmented = study.lesion.is_segmented();
    for modality in study.modalities.iter().filter(|_| segmented) {
        networks.push(network(
            Role::Segmenter(modality.name.clone()),
            NetworkConfig::Unet(segmenter.clone()),
            read_tensors(&segmenter.init(&device)),
        ));
    }
    let lesions = lesions_of_phantoms(&study.lesion, geometry.size);
    let styles = study.style.then(|| styles(study.modalities.len()));
    let mut model = Model {
        provenance: None,
        study,
        geometry,
        card: Card {
            title: "Fresh weights".into(),
            ..Card::default()
        },
        known_answer: None,
        lesions,
        styles,
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

/// What the lesions of a few phantoms look like, for studies whose lesions are placed.
fn lesions_of_phantoms(kind: &LabelKind, size: usize) -> Option<LesionStatistics> {
    let drawn = (0..8).map(|seed| phantom::draw(Anatomy::Brain, seed, size, true));
    let maps = drawn.map(|p| ClassMap::from_planes(&p.label).expect("planes of one size"));
    let label = |map: ClassMap| match kind {
        LabelKind::Mask(_) => Label::Mask(map),
        LabelKind::Boxes(names) => {
            let boxes = around(&map).into_iter();
            Label::Boxes(boxes.filter(|b| b.class < names.len()).collect())
        }
        LabelKind::None | LabelKind::Class(_) => Label::None,
    };
    let labels: Vec<Label> = maps.map(label).collect();
    kind.statistics(&labels.iter().collect::<Vec<_>>(), size)
}

pub fn bytes(model: &Model) -> Vec<u8> {
    weights::write(model, Precision::F32)
        .expect("a possible model")
        .bytes
}

/// An untrained structure discriminator.
pub fn structure_discriminator(seed: u64) -> Network {
    let device = Device::flex();
    device.seed(seed);
    let config = PatchConfig {
        inputs: 1,
        width: 4,
        modalities: 0,
        spectral: false,
    };
    Network {
        role: Role::StructureDiscriminator,
        tensors: read_tensors(&config.init(&device)),
        config: NetworkConfig::Patch(config),
    }
}

/// What a last layer says, `gain` times as large and `shift` more.
pub fn stretch(network: &mut Network, layer: &str, gain: f32, shift: f32) {
    for value in values(network, &format!("{layer}.weight")) {
        *value *= gain;
    }
    for value in values(network, &format!("{layer}.bias")) {
        *value = *value * gain + shift;
    }
}

/// The weights of this name.
pub fn values<'a>(network: &'a mut Network, name: &str) -> &'a mut [f32] {
    let tensor = network.tensors.iter_mut().find(|t| t.name == name);
    &mut tensor.expect("a tensor of this name").values
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
        let label = self.healthy();
        pollster::block_on(self.synthesiser.sample(seed, &label))
            .expect("a model that samples")
            .structure
    }

    /// The plane of an image that lines are looked for in.
    pub fn source_plane(&self, image: &Image) -> Plane {
        self.synthesiser.study().source_plane(image)
    }

    /// Structure map and mask of an image with square pixels.
    pub fn structure_of(&self, image: &Plane) -> Structure {
        let frame = Frame::of((image.width(), image.height()), [1.0; 2]);
        self.structure_framed(image, frame)
    }

    /// Structure map and mask of an image that lies in its square like `frame`.
    pub fn structure_framed(&self, image: &Plane, frame: Frame) -> Structure {
        let (study, size) = (self.synthesiser.study(), self.size());
        let (values, mask) = (study.extraction_at(size), study.mask_at(size));
        Structure::of_image(image, frame, size, &values, &mask).expect("an image with structure")
    }

    /// Subject `index` of a data set, as the builder makes it.
    pub fn subject(&self, seed: u64, index: u64) -> Subject {
        pollster::block_on(self.synthesiser.subject(&Settings::default(), seed, index))
            .expect("a model that builds")
    }

    /// The map that is drawn as number `number` (from 1) for subject `index` of a data set.
    pub fn map_number(&self, seed: u64, index: u64, number: u64) -> Structure {
        let mut latents = Random::nth(seed, Purpose::Latent, index);
        let mut latent = || latents.normals(self.synthesiser.latent());
        for _ in 1..number {
            latent();
        }
        pollster::block_on(self.synthesiser.structure(&latent())).expect("a model that samples")
    }

    fn healthy(&self) -> Label {
        self.synthesiser.study().lesion.healthy(self.size())
    }

    /// Where no lesion may lie (1) in what is painted from a structure map.
    pub fn forbidden(&self, structure: &Structure) -> Plane {
        let margin = self.synthesiser.study().lesion_margin_at(self.size());
        forbidden(&structure.mask, margin)
    }

    /// What the segmenter of a modality, by its place, finds in its image.
    pub fn segmented(&self, modality: usize, image: &Image) -> ClassMap {
        pollster::block_on(self.synthesiser.segment(modality, image))
            .expect("a model that segments")
            .expect("a segmenter of this modality")
    }

    /// What is painted from a structure map, of a healthy subject.
    pub fn painted(&self, structure: &Structure, seed: u64) -> Sample {
        let label = self.healthy();
        self.painted_with(structure, &label, seed)
    }

    /// What is painted from a structure map with this label.
    pub fn painted_with(&self, structure: &Structure, label: &Label, seed: u64) -> Sample {
        pollster::block_on(self.synthesiser.paint(structure, label, seed))
            .expect("a model that paints")
    }
}
