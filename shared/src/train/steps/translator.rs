//! The translator stage (19)-(21): one modality into another, learnt from unpaired real images before
//! it holds the generator's modalities in register (16).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{
    NamedLosses, Optimizer, RestoreError, Section, average, class_loss, load_module, save_module,
    sum,
};
use crate::networks::config::{PatchConfig, UnetConfig};
use crate::networks::{PatchDiscriminator, Unet};
use crate::study::{Geometry, Study};
use crate::train::losses::{l1, least_squares_loss, mse};
use crate::train::{ModalityHead, Recipe, TranslatorWeights};

/// Share of the averaged network kept per step.
const AVERAGE_DECAY: f32 = 0.995;
/// Weight of the identity term beside that of the absolute cycle term (Zhu 2017, 5.2).
const IDENTITY: f32 = 0.5;

/// What one step learns from: one ordered pair of modalities per item.
pub struct TranslatorBatch {
    /// x_i `[batch, channels, size, size]`, 0..=1.
    pub image: Tensor<4>,
    /// i as one-hot, `[batch, modalities]`.
    pub from: Tensor<2>,
    /// j as one-hot, `[batch, modalities]`.
    pub to: Tensor<2>,
    /// Real images of the modalities j, of any subject.
    pub target: Tensor<4>,
    /// How many items come first whose target is the same slice of the same subject, in register.
    pub registered: usize,
}

/// The network that holds the generator in register: an average over the training.
#[derive(Clone)]
pub struct TranslatorNetworks {
    /// G_t.
    pub translator: Unet,
}

impl TranslatorNetworks {
    /// Those of a finished training, from a checkpoint's sections, on `device`, which has no autodiff.
    ///
    /// # Errors
    /// When the checkpoint lacks the translator or holds another network.
    pub fn finished(
        study: &Study,
        recipe: &Recipe,
        geometry: &Geometry,
        sections: &[Section],
        device: &Device,
    ) -> Result<Self, RestoreError> {
        let (translator, _) = configurations(study, recipe, geometry);
        let translator = translator.init(device);
        Self { translator }.load(sections)
    }

    fn load(self, sections: &[Section]) -> Result<Self, RestoreError> {
        let translator = load_module("averaged.translator", self.translator, sections)?;
        Ok(Self { translator })
    }
}

/// Networks, optimizers and average of the translator stage.
pub struct TranslatorStage {
    translator: Unet,
    discriminator: PatchDiscriminator,
    adam_translator: Optimizer,
    adam_discriminator: Optimizer,
    averaged: TranslatorNetworks,
}

/// The configurations of the translator stage's networks for a study at a geometry.
pub fn configurations(
    study: &Study,
    recipe: &Recipe,
    geometry: &Geometry,
) -> (UnetConfig, PatchConfig) {
    let modalities = study.modalities.len();
    (
        UnetConfig {
            inputs: study.channels(),
            outputs: study.channels(),
            width: geometry.translator_width,
            depth: geometry.guide_depth(),
            condition: modalities,
        },
        PatchConfig {
            inputs: study.channels(),
            width: geometry.discriminator_width,
            modalities,
            spectral: recipe.spectral,
        },
    )
}

impl TranslatorStage {
    /// Fresh networks on an autodiff device, learning rate `rate`.
    pub fn new(
        study: &Study,
        recipe: &Recipe,
        geometry: &Geometry,
        rate: f64,
        device: &Device,
    ) -> Self {
        let (translator, discriminator) = configurations(study, recipe, geometry);
        let translator = translator.init(device);
        Self {
            averaged: TranslatorNetworks {
                translator: translator.valid(),
            },
            translator,
            discriminator: discriminator.init(device),
            adam_translator: Optimizer::new("translator", rate),
            adam_discriminator: Optimizer::new("discriminator", rate),
        }
    }

    /// One step of both networks. Returns the losses as they were weighted.
    pub fn step(
        &mut self,
        batch: &TranslatorBatch,
        weights: &TranslatorWeights,
        head: ModalityHead,
    ) -> NamedLosses {
        let to = Some(batch.to.clone());
        let translated = self.translator.forward(batch.image.clone(), to);
        let mut losses = self.discriminator_step(batch, translated.clone(), weights, head);
        losses.extend(self.translator_step(batch, translated, weights, head));
        let old = self.averaged.translator.clone();
        self.averaged.translator = average(old, &self.translator, AVERAGE_DECAY);
        losses
    }

    /// (20): real images of the target modality against *translated* ones, class target j for both.
    fn discriminator_step(
        &mut self,
        batch: &TranslatorBatch,
        translated: Tensor<4>,
        weights: &TranslatorWeights,
        head: ModalityHead,
    ) -> NamedLosses {
        let count = batch.image.dims()[0];
        let images = Tensor::cat(vec![batch.target.clone(), translated.detach()], 0);
        let verdict = self.discriminator.forward(images);
        let real = verdict.real.clone().narrow(0, 0, count);
        let fake = verdict.real.clone().narrow(0, count, count);
        let mut losses = vec![(
            "D_t",
            (least_squares_loss(real, 1.0) + least_squares_loss(fake, 0.0)) * 0.5,
        )];
        let both = Tensor::cat(vec![batch.to.clone(), batch.to.clone()], 0);
        let class = class_loss(verdict.modality, both, head);
        losses.extend(class.map(|loss| ("D_t modality", loss * weights.modality)));
        let discriminator = self.discriminator.clone();
        let stepped = self.adam_discriminator.step(discriminator, &sum(&losses));
        self.discriminator = stepped.advanced();
        losses
    }

    /// (19), (21) and, where pairs are known and wanted, the distance from the registered image. Where
    /// they are not, an image that has the target modality already is to stay as it is: cycle and
    /// discriminator are content with every contrast turned around, there and back.
    fn translator_step(
        &mut self,
        batch: &TranslatorBatch,
        translated: Tensor<4>,
        weights: &TranslatorWeights,
        head: ModalityHead,
    ) -> NamedLosses {
        let frozen = self.discriminator.clone().no_grad();
        let verdict = frozen.forward(translated.clone());
        let back = self
            .translator
            .forward(translated.clone(), Some(batch.from.clone()));
        let mut losses = vec![
            (
                "cycle",
                mse(back.clone(), batch.image.clone()) * weights.cycle,
            ),
            ("cycle l1", l1(back, batch.image.clone()) * weights.cycle_l1),
            (
                "G_t",
                least_squares_loss(verdict.real, 1.0) * weights.adversarial,
            ),
        ];
        let class = class_loss(verdict.modality, batch.to.clone(), head);
        losses.extend(class.map(|loss| ("G_t modality", loss * weights.modality)));
        let taught = if weights.supervised > 0.0 {
            batch.registered
        } else {
            0
        };
        let alone = batch.target.dims()[0] - taught;
        if alone > 0 && weights.cycle_l1 > 0.0 {
            let target = batch.target.clone().narrow(0, taught, alone);
            let to = batch.to.clone().narrow(0, taught, alone);
            let same = self.translator.forward(target.clone(), Some(to));
            let loss = l1(same, target);
            losses.push(("identity", loss * (IDENTITY * weights.cycle_l1)));
        }
        if weights.supervised > 0.0 && batch.registered > 0 {
            let first = |t: &Tensor<4>| t.clone().narrow(0, 0, batch.registered);
            let loss = l1(first(&translated), first(&batch.target));
            losses.push(("supervised", loss * weights.supervised));
        }
        let translator = self.translator.clone();
        self.translator = self.adam_translator.step(translator, &sum(&losses));
        losses
    }

    /// The averaged translator.
    pub fn averaged(&self) -> &TranslatorNetworks {
        &self.averaged
    }

    /// Both networks, as they are in training.
    #[cfg(test)]
    pub(super) fn networks(&self) -> (Unet, PatchDiscriminator) {
        (self.translator.clone(), self.discriminator.clone())
    }

    /// The weights of both networks.
    #[cfg(test)]
    pub(super) fn weights(&self) -> [Vec<crate::weights::Tensor>; 2] {
        use crate::networks::tensors::read_tensors;
        [
            read_tensors(&self.translator),
            read_tensors(&self.discriminator),
        ]
    }

    /// Everything that a resumed training needs.
    pub fn save(&self) -> Vec<Section> {
        vec![
            save_module("translator", &self.translator),
            save_module("discriminator", &self.discriminator),
            save_module("averaged.translator", &self.averaged.translator),
            self.adam_translator.save(),
            self.adam_discriminator.save(),
        ]
    }

    /// Restores what [`TranslatorStage::save`] gave.
    pub fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        self.translator = load_module("translator", self.translator, sections)?;
        self.discriminator = load_module("discriminator", self.discriminator, sections)?;
        self.adam_translator.load(sections)?;
        self.adam_discriminator.load(sections)?;
        self.averaged = self.averaged.load(sections)?;
        Ok(self)
    }
}
