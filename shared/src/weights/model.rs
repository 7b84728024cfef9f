//! What a weights file holds, as values in memory.

use serde::{Deserialize, Serialize};

use super::Provenance;
use crate::label::LesionStatistics;
use crate::networks::Tensor;
use crate::networks::config::NetworkConfig;
use crate::study::{Geometry, Study};

/// What a stored network is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Role {
    /// G_s: latent to structure map.
    StructureDecoder,
    /// G_m: structure map to background mask.
    MaskGenerator,
    /// D_s: judges structure maps in the structure filter.
    StructureDiscriminator,
    /// G: fused map and label to images.
    Generator,
    /// G_l: finds the lesion in the modality of this name.
    Segmenter(String),
    /// A network that a later version knows: its weights are passed over.
    Unknown(String),
}

/// One network with its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// What it is for.
    pub role: Role,
    /// What it is built from.
    pub config: NetworkConfig,
    /// Its weights.
    pub tensors: Vec<Tensor>,
}

/// A figure measured on the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured, with unit.
    pub name: String,
    /// The value, as it is to be printed.
    pub value: String,
}

/// The model card: what people must know before they use the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Name for people.
    pub title: String,
    /// What it was trained on, with the source to cite.
    pub data: String,
    /// Licence of the data and of the weights.
    pub licence: String,
    /// The exact commands, in order, that made it.
    pub commands: Vec<String>,
    /// Seeds, minutes, machine.
    pub training: String,
    /// Measured figures.
    pub figures: Vec<Figure>,
    /// Known failures and what it must not be used for.
    pub limits: String,
}

/// A sample whose result is known, to find a broken backend before it shows a wrong picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownAnswer {
    /// Seed of latent and fusion noise.
    pub seed: u64,
    /// The first image, shrunk to 16 x 16, row-major, computed on the exporter's CPU from the stored weights.
    pub thumbnail: Vec<f32>,
}

/// A whole model: everything the synthesis pipeline needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The study.
    pub study: Study,
    /// Sizes of the networks.
    pub geometry: Geometry,
    /// The model card.
    pub card: Card,
    /// How the networks were trained, for people.
    pub provenance: Option<Provenance>,
    /// The self-test.
    pub known_answer: Option<KnownAnswer>,
    /// What lesions look like in the training set, to draw more of them.
    pub lesions: Option<LesionStatistics>,
    /// The networks that were exported.
    pub networks: Vec<Network>,
}

impl Model {
    /// The network of this role, if the file holds one.
    pub fn network(&self, role: &Role) -> Option<&Network> {
        self.networks.iter().find(|n| n.role == *role)
    }
}
