//! The networks a `.weave` file may hold, and what is lost without each.

use std::fmt;

use super::{Model, Network, Role, WeightsError};
use crate::study::Study;

const FIXED: [(&str, Role); 4] = [
    ("structure-decoder", Role::StructureDecoder),
    ("mask-generator", Role::MaskGenerator),
    ("structure-discriminator", Role::StructureDiscriminator),
    ("generator", Role::Generator),
];
const SEGMENTER: &str = "segmenter/";

impl Role {
    /// Every role that a model of this study may fill, each at most once.
    pub fn all(study: &Study) -> impl Iterator<Item = Self> {
        let segmenters = study.modality_names().into_iter().map(Self::Segmenter);
        FIXED.into_iter().map(|(_, role)| role).chain(segmenters)
    }

    /// The name in a file.
    pub fn name(&self) -> String {
        match self {
            Self::Segmenter(modality) => format!("{SEGMENTER}{modality}"),
            Self::Unknown(name) => name.clone(),
            fixed => {
                let mut all = FIXED.into_iter();
                let found = all.find(|(_, role)| role == fixed);
                found.map_or_else(String::new, |(name, _)| name.into())
            }
        }
    }

    /// The role of this name in a file.
    pub fn from_name(name: &str) -> Self {
        if let Some(modality) = name.strip_prefix(SEGMENTER) {
            return Self::Segmenter(modality.into());
        }
        let found = FIXED.into_iter().find(|(n, _)| *n == name);
        found.map_or_else(|| Self::Unknown(name.into()), |(_, role)| role)
    }

    /// What a model cannot do without this network.
    pub fn without(&self) -> &'static str {
        match self {
            Self::StructureDecoder => "structure maps cannot be sampled, only taken from an image",
            Self::MaskGenerator => {
                "sampled structure maps have no organ mask, so structure maps can only be taken from an image"
            }
            Self::StructureDiscriminator => {
                "sampled structure maps cannot be judged, so poor ones are not filtered out"
            }
            Self::Generator => "it cannot paint any image",
            Self::Segmenter(_) => "lesions in images of this modality cannot be checked",
            Self::Unknown(_) => "what it is for is not known to this version",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StructureDecoder => f.write_str("structure decoder"),
            Self::MaskGenerator => f.write_str("mask generator"),
            Self::StructureDiscriminator => f.write_str("structure discriminator"),
            Self::Generator => f.write_str("generator"),
            Self::Segmenter(modality) => write!(f, "{modality} segmenter"),
            Self::Unknown(name) => write!(f, "network {name}"),
        }
    }
}

impl Model {
    /// The network of this role, or the sentence that says what is impossible without it.
    pub fn require(&self, role: &Role) -> Result<&Network, WeightsError> {
        self.network(role)
            .ok_or_else(|| WeightsError::Absent(role.clone()))
    }
}
