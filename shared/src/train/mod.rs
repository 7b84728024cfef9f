//! How the networks learn: the recipe, the losses, what guides the generator and one training step per stage.

pub mod guides;
pub mod losses;
mod recipe;
pub mod steps;

pub use recipe::{
    Ablation, ModalityHead, Recipe, SegmenterWeights, StructureWeights, SynthesisWeights,
    TranslatorWeights,
};
