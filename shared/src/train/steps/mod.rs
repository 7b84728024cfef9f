//! One training step per stage: networks, optimizers and averages in, named losses out.
//!
//! Generator and discriminator steps are twins. No step knows where its batch comes from, and no
//! loss is read from the device here: it stays a tensor until somebody logs it.

mod adversary;
mod average;
mod latent_moments;
mod lesion;
mod optimizer;
mod pairs;
mod structure;
mod synthesis;
mod translator;
mod views;
mod window;

pub use adversary::MARGIN;
pub use average::average;
pub use latent_moments::{Affine, LatentMoments};
pub use lesion::{LesionBatch, LesionNetworks, LesionStage, configuration as lesion_configuration};
pub use optimizer::Optimizer;
pub use structure::{
    StructureBatch, StructureNetworks, StructureStage, configurations as structure_configurations,
    finished_discriminator, latent_discriminator_configuration,
};
pub use synthesis::{
    SynthesisNetworks, SynthesisStage, configurations as synthesis_configurations,
};
pub use translator::{
    TranslatorBatch, TranslatorNetworks, TranslatorStage,
    configurations as translator_configurations,
};
pub use views::{Changed, SynthesisBatch, View};

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::tensor::Tensor;

use crate::train::ModalityHead;
use crate::train::losses::{modality_loss, modality_regression_loss};

/// The losses of one step, weighted as they entered the sum, still on the device: `[1]` each.
pub type NamedLosses = Vec<(&'static str, Tensor<1>)>;

/// One named blob of a checkpoint.
pub type Section = (String, Vec<u8>);

/// Why a checkpoint's section could not be restored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The section is not there.
    #[error("the checkpoint lacks the section `{0}`")]
    Missing(String),
    /// The section is there but does not fit.
    #[error("the checkpoint's section `{0}` does not fit: {1}")]
    Unfit(String, String),
}

fn sum(losses: &NamedLosses) -> Tensor<1> {
    let terms = losses.iter().map(|(_, loss)| loss.clone());
    terms
        .reduce(|a, b| a + b)
        .expect("a step has at least one loss")
}

/// The modality head's error, where there is a head: the class terms of (13), (14), (20), (21).
fn class_loss(
    verdict: Option<Tensor<2>>,
    one_hot: Tensor<2>,
    head: ModalityHead,
) -> Option<Tensor<1>> {
    verdict.map(|verdict| match head {
        ModalityHead::CrossEntropy => modality_loss(verdict, one_hot),
        ModalityHead::Regression => modality_regression_loss(verdict, one_hot),
    })
}

/// Saves a module's weights. Their ids are drawn at random when a network is made; here they are numbered in the order of
/// the layers, so that the same weights make the same bytes, and a checkpoint's fingerprint names what was trained.
fn save_module<M: Module>(name: &str, module: &M) -> Section {
    let bytes = module
        .clone()
        .map(&mut Numbered(0))
        .into_record()
        .into_bytes()
        .expect("weights in memory can be packed");
    (name.into(), bytes.to_vec())
}

fn load_module<M: Module>(name: &str, module: M, sections: &[Section]) -> Result<M, RestoreError> {
    let unfit = |e: burn::store::RecordError| RestoreError::Unfit(name.into(), e.to_string());
    let bytes = burn::tensor::Bytes::from_bytes_vec(section(name, sections)?.to_vec());
    let record = burn::store::ModuleRecord::from_bytes(bytes).map_err(unfit)?;
    module.try_load_record(record).map_err(unfit)
}

/// Numbers parameters from 1.
struct Numbered(u64);

impl ModuleMapper for Numbered {
    fn map_float<const D: usize>(&mut self, mut param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.0 += 1;
        param.id = ParamId::from(self.0);
        param
    }
}

fn section<'a>(name: &str, sections: &'a [Section]) -> Result<&'a [u8], RestoreError> {
    let found = sections.iter().find(|(n, _)| n == name);
    found
        .map(|(_, bytes)| bytes.as_slice())
        .ok_or_else(|| RestoreError::Missing(name.into()))
}

#[cfg(test)]
mod equations;
#[cfg(test)]
mod gradients;
#[cfg(test)]
mod tests;
