//! The networks a `.weave` file may hold, and what is lost without each.

use std::fmt;

use super::{Model, Network, Role, WeightsError};
use crate::study::Modality;

impl Role {
    /// Every role: the list of networks that a file may hold, each at most once.
    pub fn all() -> impl Iterator<Item = Self> {
        let fixed = [
            Self::StructureDecoder,
            Self::MaskGenerator,
            Self::StructureDiscriminator,
            Self::Generator,
        ];
        let segmenters = Modality::ALL.into_iter().map(Self::Segmenter);
        fixed.into_iter().chain(segmenters)
    }

    /// What a model cannot do without this network.
    pub fn without(self) -> &'static str {
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
            Self::Segmenter(modality) => write!(f, "{} segmenter", modality.name()),
        }
    }
}

impl Model {
    /// The network of this role, or the sentence that says what is impossible without it.
    pub fn require(&self, role: Role) -> Result<&Network, WeightsError> {
        self.network(role).ok_or(WeightsError::Absent(role))
    }
}
