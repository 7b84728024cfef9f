//! How a study's networks learn: loss weights, schedules and switches that a picture does not need.
//!
//! A recipe belongs to a training and is written into the run's configuration; a weights file holds it as a
//! record of how it came to be and reads nothing from it. So a new loss or weight changes no file format.

mod ablation;
mod studies;
mod weights;

pub use ablation::Ablation;
pub use weights::{
    ModalityHead, SegmenterWeights, StructureWeights, SynthesisWeights, TranslatorWeights,
};

use serde::{Deserialize, Serialize};

use crate::study::Study;

/// Loss weights, schedules and switches of all stages. What a file does not name is off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipe {
    /// Classes whose images train the structure stage; empty means all.
    pub structure_classes: Vec<String>,
    /// The discriminators' convolutions are spectrally normalised (Miyato 2018).
    pub spectral: bool,
    /// Loss weights of the structure stage while it learns the layout.
    pub structure: StructureWeights,
    /// Loss weights of the structure stage once the layout is there: adversarial, for sharp lines.
    pub structure_sharp: StructureWeights,
    /// Step at which the structure stage goes from the first weights to the second.
    pub sharp_from: u64,
    /// Loss weights of the translator stage.
    pub translator: TranslatorWeights,
    /// Loss weights of the lesion segmenters.
    pub segmenter: SegmenterWeights,
    /// Loss weights of the synthesis stage.
    pub synthesis: SynthesisWeights,
}

impl Recipe {
    /// What a study learns best with: chosen by hand for the built-in ones, the usual weights for others.
    pub fn of(study: &Study) -> Self {
        studies::recipe(&study.name)
    }

    /// Loss weights of the structure stage at step number `step`.
    pub fn structure_weights(&self, step: u64) -> &StructureWeights {
        if step < self.sharp_from {
            &self.structure
        } else {
            &self.structure_sharp
        }
    }

    /// Whether the lesion label guides the generator (15).
    pub fn lesion_guides(&self) -> bool {
        self.synthesis.lesion > 0.0
    }

    /// Whether the modalities are held in register (16).
    pub fn registers(&self) -> bool {
        self.synthesis.registration > 0.0
    }
}
