//! What a weights file holds, as values in memory.

use serde::{Deserialize, Serialize};

use super::Provenance;
use crate::label::{LabelKind, LesionStatistics};
use crate::networks::Tensor;
use crate::networks::config::NetworkConfig;
use crate::structure::StructureFilter;
use crate::study::{Geometry, Study};
use crate::style::Styles;

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
    /// When a structure map of this model is accepted for a data set; what is usual where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<StructureFilter>,
    /// Classes of the whole image that are not offered; none in most cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
}

/// A class of the whole image that nobody is offered and no data set is written of, because a judge does not find it in
/// what the model paints: its label would mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Name of the class, as the study has it.
    pub class: String,
    /// What was measured.
    pub why: String,
}

/// A card among messages that are not self-describing, whose fields must all be there: as its text.
pub mod card_as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};

    use super::Card;

    /// For `#[serde(with)]`.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn serialize<S: Serializer>(card: &Card, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(card).map_err(ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    /// For `#[serde(with)]`.
    ///
    /// # Errors
    /// When there is no text of a card.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Card, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(de::Error::custom)
    }
}

/// Maps that are drawn at most, whatever a stranger's card says.
const MOST_TRIES: u32 = 1000;

impl Card {
    /// When a structure map of this model is accepted for a data set.
    pub fn structure_filter(&self) -> StructureFilter {
        let filter = self.filter.unwrap_or_default();
        StructureFilter {
            tries: filter.tries.min(MOST_TRIES),
            ..filter
        }
    }

    /// Why the class of this name is withheld; `None` for those that are offered.
    pub fn withholds(&self, class: &str) -> Option<&str> {
        let found = self
            .withheld
            .iter()
            .find(|withheld| withheld.class == class);
        found.map(|withheld| withheld.why.as_str())
    }

    /// The places of the classes that a subject may be given. The first is always among them: it is what a healthy
    /// subject has.
    pub fn offered(&self, kind: &LabelKind) -> Vec<usize> {
        let classes = kind.classes().iter().enumerate();
        let offered = classes.filter(|(at, name)| *at == 0 || self.withholds(name).is_none());
        offered.map(|(at, _)| at).collect()
    }
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
    /// How the styles of the training images are distributed, for a generator that is told one.
    pub styles: Option<Styles>,
    /// The networks that were exported.
    pub networks: Vec<Network>,
}

impl Model {
    /// The network of this role, if the file holds one.
    pub fn network(&self, role: &Role) -> Option<&Network> {
        self.networks.iter().find(|n| n.role == *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_offered_unless_it_is_withheld() {
        let kind = LabelKind::Class(["normal", "bacteria", "virus"].map(String::from).into());
        let withheld = |names: &[&str]| Card {
            withheld: names
                .iter()
                .map(|name| Withheld {
                    class: (*name).into(),
                    why: "measured".into(),
                })
                .collect(),
            ..Card::default()
        };
        assert_eq!(Card::default().offered(&kind), [0, 1, 2]);
        assert_eq!(withheld(&["bacteria"]).offered(&kind), [0, 2]);
        assert_eq!(withheld(&["normal", "virus", "?"]).offered(&kind), [0, 1]);
        assert_eq!(withheld(&["virus"]).withholds("virus"), Some("measured"));
        assert_eq!(withheld(&["virus"]).withholds("normal"), None);
        assert_eq!(Card::default().offered(&LabelKind::None), [0; 0]);
    }

    #[test]
    fn a_card_that_withholds_nothing_says_nothing_of_it() {
        let text = serde_json::to_string(&Card::default()).expect("JSON");
        assert!(
            !text.contains("withheld") && !text.contains("filter"),
            "{text}"
        );
    }

    #[test]
    fn a_card_may_bring_a_filter_but_no_endless_one() {
        assert_eq!(
            Card::default().structure_filter(),
            StructureFilter::default()
        );
        let text = r#"{"filter":{"score":1,"error":1,"ragged":0.02,"tries":4000000000}}"#;
        let card: Card = serde_json::from_str(text).expect("a card");
        let filter = card.structure_filter();
        assert_eq!(
            (filter.error, filter.ragged, filter.tries),
            (1.0, 0.02, MOST_TRIES)
        );
    }
}
