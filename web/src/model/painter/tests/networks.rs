//! A small model that has learned nothing: networks of random weights, computed on one core.

use scanweave::label::{ClassMap, LabelKind, LesionStatistics, MaskStatistics};
use scanweave::networks::config::{DecoderConfig, LatentForm, NetworkConfig, UnetConfig};
use scanweave::phantom::{self, Anatomy};
use scanweave::random::{Purpose, Random};
use scanweave::study::{Geometry, Modality, Preset, Study};
use scanweave::weights::{Card, Model, Network, Role, Tensor};

const LATENT: usize = 6;
const WIDTH: usize = 2;
const DEPTH: usize = 2;

/// A model of four modalities and this label, for pictures of `size` pixels.
pub fn untrained(lesion: LabelKind, size: usize) -> Model {
    let mut study = Study::named("phantom-brain").expect("built in");
    study.lesion = lesion;
    model(study, 1, size)
}

/// A model of one modality in colour, without a label.
pub fn untrained_in_colour(size: usize) -> Model {
    let mut study = Study::named("retina").expect("built in");
    let fundus: Result<Modality, _> = serde_json::from_str(r#"{"name": "fundus", "channels": 3}"#);
    study.modalities = vec![fundus.expect("a modality")];
    model(study, 3, size)
}

fn model(study: Study, channels: usize, size: usize) -> Model {
    let inputs = 1 + study.label_planes();
    let condition = match study.modalities.len() {
        1 => 0,
        several => several,
    };
    let mut weights = Weights::new();
    let networks = vec![
        weights.decoder(size),
        weights.unet(Role::MaskGenerator, 1, 1, 0),
        weights.unet(Role::Generator, inputs, channels, condition),
    ];
    Model {
        study,
        geometry: Geometry {
            size,
            latent: LATENT,
            ..Preset::Tiny.geometry()
        },
        card: Card::default(),
        provenance: None,
        known_answer: None,
        lesions: lesions(),
        styles: None,
        networks,
    }
}

fn lesions() -> Option<LesionStatistics> {
    let ill = (0..4).map(|seed| phantom::draw(Anatomy::Brain, seed, 64, true).label);
    let ill: Vec<ClassMap> = ill
        .map(|planes| ClassMap::from_planes(&planes).expect("planes"))
        .collect();
    MaskStatistics::of(&ill, 3).map(LesionStatistics::Masks)
}

/// Tensors of random values, one after the other.
struct Weights {
    random: Random,
    tensors: Vec<Tensor>,
}

impl Weights {
    fn new() -> Self {
        Self {
            random: Random::new(4, Purpose::Device),
            tensors: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, shape: &[usize]) {
        let values = self.random.normals(shape.iter().product());
        self.tensors.push(Tensor {
            name: name.into(),
            shape: shape.to_vec(),
            values: values.iter().map(|v| 0.3 * v).collect(),
        });
    }

    /// A convolution of 3 x 3 pixels with its bias.
    fn convolution(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.add(&format!("{name}.weight"), &[outputs, inputs, 3, 3]);
        self.add(&format!("{name}.bias"), &[outputs]);
    }

    /// A convolution with its normalisation.
    fn block(&mut self, name: &str, inputs: usize, outputs: usize) {
        self.convolution(&format!("{name}.conv"), inputs, outputs);
        self.add(&format!("{name}.norm.gamma"), &[outputs]);
        self.add(&format!("{name}.norm.beta"), &[outputs]);
    }

    fn network(&mut self, role: Role, config: NetworkConfig) -> Network {
        let tensors = std::mem::take(&mut self.tensors);
        Network {
            role,
            config,
            tensors,
        }
    }

    fn unet(&mut self, role: Role, inputs: usize, outputs: usize, condition: usize) -> Network {
        let channels = |level: usize| WIDTH << level;
        self.convolution("stem", inputs, WIDTH);
        self.convolution("head", WIDTH, outputs);
        for level in 0..DEPTH {
            self.block(
                &format!("down.{level}"),
                channels(level),
                channels(level + 1),
            );
        }
        let deepest = channels(DEPTH);
        self.block("middle", deepest + condition, deepest);
        for place in 0..DEPTH {
            let (small, to) = (channels(DEPTH - place), channels(DEPTH - place - 1));
            self.block(&format!("up.{place}"), small + to, to);
        }
        for place in (0..=DEPTH).filter(|_| condition > 0) {
            let both = 2 * channels(DEPTH - place);
            self.add(&format!("modulations.{place}.weight"), &[condition, both]);
            self.add(&format!("modulations.{place}.bias"), &[both]);
        }
        let config = UnetConfig {
            inputs,
            outputs,
            width: WIDTH,
            depth: DEPTH,
            condition,
        };
        self.network(role, NetworkConfig::Unet(config))
    }

    fn decoder(&mut self, size: usize) -> Network {
        let first = 8 * WIDTH * (size / 16) * (size / 16);
        self.add("affine_mean", &[1, LATENT]);
        self.add("affine_factor", &[LATENT, LATENT]);
        self.add("start.weight", &[LATENT, first]);
        self.add("start.bias", &[first]);
        let widths = [8, 6, 4, 2, 1].map(|w| w * WIDTH);
        for (place, pair) in widths.windows(2).enumerate() {
            self.block(&format!("up.{place}"), pair[0], pair[1]);
        }
        self.convolution("head", WIDTH, 1);
        let config = DecoderConfig {
            size,
            latent: LATENT,
            width: WIDTH,
            form: LatentForm::Vector,
        };
        self.network(Role::StructureDecoder, NetworkConfig::Decoder(config))
    }
}
