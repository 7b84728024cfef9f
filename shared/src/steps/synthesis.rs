//! The synthesis stage: discriminator (13) and generator (14), (18).
//!
//! The first `paired` items of a batch are painted from the structure maps of the very images they
//! are compared with (18); the others from synthetic maps, where only the discriminator judges.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{
    NamedLosses, Optimizer, RestoreError, Section, average, load_module, save_module, sum,
};
use crate::losses::{
    absolute_loss, feature_loss, least_squares_loss, masked_loss, modality_loss, squared_loss,
};
use crate::networks::config::{PatchConfig, UnetConfig};
use crate::networks::{PatchDiscriminator, Unet, Verdict};
use crate::profile::{Geometry, Profile, SynthesisWeights};

/// Weights of the averaged generator kept per step.
const AVERAGE_DECAY: f32 = 0.995;

/// What one step learns from.
pub struct SynthesisBatch {
    /// Fused structure map and label planes `[batch, 1 + label planes, size, size]`.
    pub input: Tensor<4>,
    /// One-hot modality `[batch, modalities]`, for more than one modality.
    pub condition: Option<Tensor<2>>,
    /// Real images x `[batch, 1, size, size]`, 0..=1; the first `paired` belong to the inputs.
    pub image: Tensor<4>,
    /// Background masks m of the paired images `[paired, 1, size, size]`.
    pub mask: Tensor<4>,
    /// How many items share map and image.
    pub paired: usize,
}

/// The network that is sampled from and exported: an average over the training.
#[derive(Clone)]
pub struct SynthesisNetworks {
    /// G.
    pub generator: Unet,
}

/// Networks, optimizers and averages of the synthesis stage.
pub struct SynthesisStage {
    generator: Unet,
    discriminator: PatchDiscriminator,
    adam_generator: Optimizer,
    adam_discriminator: Optimizer,
    averaged: SynthesisNetworks,
}

/// The configurations of the synthesis stage's networks for a study at a geometry.
pub fn configurations(profile: &Profile, g: &Geometry) -> (UnetConfig, PatchConfig) {
    let modalities = profile.modalities.len();
    let classes = if modalities > 1 { modalities } else { 0 };
    (
        UnetConfig {
            inputs: 1 + profile.label_planes(),
            outputs: 1,
            width: g.generator_width,
            depth: g.depth,
            condition: classes,
        },
        PatchConfig {
            inputs: 1,
            width: g.discriminator_width,
            modalities: classes,
        },
    )
}

impl SynthesisStage {
    /// Fresh networks on an autodiff device, learning rate `rate`.
    pub fn new(profile: &Profile, geometry: &Geometry, rate: f64, device: &Device) -> Self {
        let (generator, discriminator) = configurations(profile, geometry);
        let generator = generator.init(device);
        Self {
            averaged: SynthesisNetworks {
                generator: generator.valid(),
            },
            generator,
            discriminator: discriminator.init(device),
            adam_generator: Optimizer::new("generator", rate),
            adam_discriminator: Optimizer::new("discriminator", rate),
        }
    }

    /// One step of both networks. Returns the losses as they were weighted.
    pub fn step(
        mut self,
        batch: &SynthesisBatch,
        weights: &SynthesisWeights,
    ) -> (Self, NamedLosses) {
        let synthetic = self
            .generator
            .forward(batch.input.clone(), batch.condition.clone());
        let mut losses = self.discriminator_step(batch, synthetic.clone(), weights);
        losses.extend(self.generator_step(batch, synthetic, weights));
        let old = self.averaged.generator.clone();
        self.averaged.generator = average(old, &self.generator, AVERAGE_DECAY);
        (self, losses)
    }

    /// (13), its sum over modalities taken by drawing one modality per item.
    fn discriminator_step(
        &mut self,
        batch: &SynthesisBatch,
        synthetic: Tensor<4>,
        weights: &SynthesisWeights,
    ) -> NamedLosses {
        let count = batch.image.dims()[0];
        let images = Tensor::cat(vec![batch.image.clone(), synthetic.detach()], 0);
        let verdict = self.discriminator.forward(images);
        let (real, fake) = (
            verdict.real.clone().narrow(0, 0, count),
            verdict.real.clone().narrow(0, count, count),
        );
        let mut losses = vec![(
            "D",
            (least_squares_loss(real, 1.0) + least_squares_loss(fake, 0.0)) * 0.5,
        )];
        if let Some(one_hot) = &batch.condition {
            let both = Tensor::cat(vec![one_hot.clone(), one_hot.clone()], 0);
            losses.extend(class_loss("D modality", verdict, both, weights));
        }
        let discriminator = self.discriminator.clone();
        self.discriminator = self.adam_discriminator.step(discriminator, &sum(&losses));
        losses
    }

    /// (14) and, on the paired items, (18) with its feature term.
    fn generator_step(
        &mut self,
        batch: &SynthesisBatch,
        synthetic: Tensor<4>,
        weights: &SynthesisWeights,
    ) -> NamedLosses {
        let judge = self.discriminator.clone().no_grad();
        let verdict = judge.forward(synthetic.clone());
        let mut losses = vec![(
            "G",
            least_squares_loss(verdict.real.clone(), 1.0) * weights.adversarial,
        )];
        let paired = batch.paired;
        if paired > 0 {
            let real = batch.image.clone().narrow(0, 0, paired);
            let painted = synthetic.narrow(0, 0, paired);
            let features = verdict
                .features
                .iter()
                .map(|f| f.clone().narrow(0, 0, paired))
                .collect();
            let real_features = judge.forward(real.clone()).features;
            losses.extend([
                (
                    "squared",
                    squared_loss(painted.clone(), real.clone()) * weights.squared,
                ),
                (
                    "absolute",
                    absolute_loss(painted.clone(), real.clone()) * weights.absolute,
                ),
                (
                    "masked",
                    masked_loss(painted, real, batch.mask.clone()) * weights.masked,
                ),
                (
                    "feature",
                    feature_loss(real_features, features) * weights.feature,
                ),
            ]);
        }
        if let Some(one_hot) = &batch.condition {
            losses.extend(class_loss("G modality", verdict, one_hot.clone(), weights));
        }
        self.generator = self
            .adam_generator
            .step(self.generator.clone(), &sum(&losses));
        losses
    }

    /// The averaged generator.
    pub fn averaged(&self) -> &SynthesisNetworks {
        &self.averaged
    }

    /// Everything that a resumed training needs.
    pub fn save(&self) -> Vec<Section> {
        vec![
            save_module("generator", &self.generator),
            save_module("discriminator", &self.discriminator),
            save_module("averaged.generator", &self.averaged.generator),
            self.adam_generator.save(),
            self.adam_discriminator.save(),
        ]
    }

    /// Restores what [`SynthesisStage::save`] gave.
    pub fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        self.generator = load_module("generator", self.generator, sections)?;
        self.discriminator = load_module("discriminator", self.discriminator, sections)?;
        self.averaged.generator =
            load_module("averaged.generator", self.averaged.generator, sections)?;
        self.adam_generator.load(sections)?;
        self.adam_discriminator.load(sections)?;
        Ok(self)
    }
}

fn class_loss(
    name: &'static str,
    verdict: Verdict,
    one_hot: Tensor<2>,
    weights: &SynthesisWeights,
) -> Option<(&'static str, Tensor<1>)> {
    verdict
        .modality
        .map(|logits| (name, modality_loss(logits, one_hot) * weights.modality))
}
