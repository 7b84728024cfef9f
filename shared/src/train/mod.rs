//! How the networks learn: the recipe, the losses and one training step per stage.

pub mod losses;
mod recipe;
pub mod steps;

pub use recipe::{
    Ablation, ModalityHead, Recipe, SegmenterWeights, StructureWeights, SynthesisWeights,
    TranslatorWeights,
};
