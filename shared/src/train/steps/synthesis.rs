//! The synthesis stage: discriminator (13) and generator (14)-(18).
//!
//! A step paints every input in one or two modalities, its *views*: two of them can be held in
//! register (16). The first `paired` inputs are the structure maps of the very images they are
//! compared with (18); the others are synthetic, where the discriminator and the guides judge alone.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::adversary::{Adversary, part, toned};
use super::pairs::{paired_images, paired_losses};
use super::views::{SynthesisBatch, conditions, each};
use super::{
    NamedLosses, Optimizer, RestoreError, Section, average, class_loss, load_module, save_module,
    sum,
};
use crate::networks::Unet;
use crate::networks::config::{PatchConfig, UnetConfig};
use crate::study::{Geometry, Study};
use crate::train::guides::{Guide, Painted, Target};
use crate::train::losses::{least_squares_loss, mse};
use crate::train::{Recipe, SynthesisWeights};

/// Weights of the averaged generator kept per step.
const AVERAGE_DECAY: f32 = 0.995;

/// How far from an image the gradient penalty looks: deviation of the noise.
const NEAR: f64 = 0.01;

/// The network that is sampled from and exported: an average over the training.
#[derive(Clone)]
pub struct SynthesisNetworks {
    /// G.
    pub generator: Unet,
}

impl SynthesisNetworks {
    /// Those of a finished training, from a checkpoint's sections, on `device`, which has no autodiff.
    ///
    /// # Errors
    /// When the checkpoint lacks the generator or holds another network.
    pub fn finished(
        study: &Study,
        recipe: &Recipe,
        geometry: &Geometry,
        sections: &[Section],
        device: &Device,
    ) -> Result<Self, RestoreError> {
        let (generator, _) = configurations(study, recipe, geometry);
        let generator = generator.init(device);
        Self { generator }.load(sections)
    }

    fn load(self, sections: &[Section]) -> Result<Self, RestoreError> {
        let generator = load_module("averaged.generator", self.generator, sections)?;
        Ok(Self { generator })
    }
}

/// Networks, optimizers and averages of the synthesis stage.
pub struct SynthesisStage {
    generator: Unet,
    adversaries: Vec<Adversary>,
    guides: Vec<Box<dyn Guide>>,
    adam_generator: Optimizer,
    averaged: SynthesisNetworks,
}

/// The configurations of the synthesis stage's networks for a study at a geometry.
pub fn configurations(study: &Study, recipe: &Recipe, g: &Geometry) -> (UnetConfig, PatchConfig) {
    (
        UnetConfig {
            inputs: 1 + study.label_planes(),
            outputs: study.channels(),
            width: g.generator_width,
            depth: g.depth,
            condition: study.condition(),
        },
        PatchConfig {
            inputs: study.channels(),
            width: g.discriminator_width,
            modalities: study.modality_classes(),
            spectral: recipe.spectral,
        },
    )
}

impl SynthesisStage {
    /// Fresh networks on an autodiff device, learning rate `rate`.
    pub fn new(
        study: &Study,
        recipe: &Recipe,
        geometry: &Geometry,
        guides: Vec<Box<dyn Guide>>,
        rate: f64,
        device: &Device,
    ) -> Self {
        let (generator, discriminator) = configurations(study, recipe, geometry);
        let generator = generator.init(device);
        Self {
            averaged: SynthesisNetworks {
                generator: generator.valid(),
            },
            generator,
            adversaries: Adversary::plain(&discriminator, rate, device),
            guides,
            adam_generator: Optimizer::new("generator", rate),
        }
    }

    /// With two discriminators of another sight, which learn faster than the generator (`adversary`).
    #[must_use]
    pub fn with_strict_discriminators(
        mut self,
        study: &Study,
        recipe: &Recipe,
        geometry: &Geometry,
        rate: f64,
        device: &Device,
    ) -> Self {
        let (_, config) = configurations(study, recipe, geometry);
        self.adversaries = Adversary::strict(&config, geometry, rate, device);
        self
    }

    /// One step of both networks. Returns the losses as they were weighted.
    ///
    /// # Panics
    /// When the batch has no view.
    pub fn step(&mut self, batch: &SynthesisBatch, weights: &SynthesisWeights) -> NamedLosses {
        let encoded = self.generator.encode(batch.input.clone());
        let views = batch.views.iter();
        let painted: Vec<Tensor<4>> = views
            .map(|view| self.generator.decode(&encoded, view.told()))
            .collect();
        let mut losses = self.discriminator_step(batch, &painted, weights);
        losses.extend(self.generator_step(batch, painted, weights));
        let old = self.averaged.generator.clone();
        self.averaged.generator = average(old, &self.generator, AVERAGE_DECAY);
        losses
    }

    /// (13), its sum over modalities taken by drawing the views' modalities.
    fn discriminator_step(
        &mut self,
        batch: &SynthesisBatch,
        painted: &[Tensor<4>],
        weights: &SynthesisWeights,
    ) -> NamedLosses {
        let real = each(&batch.views, |view| view.image.clone());
        let fake = Tensor::cat(painted.to_vec(), 0).detach();
        let count = real.dims()[0];
        let changed = &batch.changed;
        let both = toned(Tensor::cat(vec![real, fake], 0), changed.tones.clone());
        let both = part(both, batch.corner);
        let near = changed.noise.clone().map(|noise| {
            let noise = part(noise, batch.corner) * NEAR;
            both.clone() + noise
        });
        let mut all = Vec::new();
        for adversary in &mut self.adversaries {
            let verdict = adversary.forward(&adversary.network, both.clone());
            let real = verdict.real.clone().narrow(0, 0, count);
            let fake = verdict.real.clone().narrow(0, count, count);
            let mut losses = vec![(
                "D",
                (least_squares_loss(real, 1.0) + least_squares_loss(fake, 0.0)) * 0.5,
            )];
            if let Some(near) = near.clone() {
                let near = adversary.forward(&adversary.network, near).real;
                let steep = mse(near, verdict.real.clone());
                losses.push(("D gradient penalty", steep * weights.gradient_penalty));
            }
            if let Some(one_hot) = conditions(&batch.views) {
                let both = Tensor::cat(vec![one_hot.clone(), one_hot], 0);
                let class = class_loss(verdict.modality, both, weights.head);
                losses.extend(class.map(|loss| ("D modality", loss * weights.modality)));
            }
            let stepped = adversary
                .adam
                .step(adversary.network.clone(), &sum(&losses));
            adversary.network = stepped.advanced();
            add(&mut all, losses);
        }
        all
    }

    /// (14), (15), (16) and, on the paired inputs, (18) with its feature term.
    fn generator_step(
        &mut self,
        batch: &SynthesisBatch,
        painted: Vec<Tensor<4>>,
        weights: &SynthesisWeights,
    ) -> NamedLosses {
        let all = Tensor::cat(painted.clone(), 0);
        let count = all.dims()[0];
        // Those of the discriminators' step, whose second half is of the painted images.
        let tones = batch.changed.tones.as_ref();
        let tones = tones.map(|tones| tones.clone().narrow(0, count, count));
        let all = part(toned(all, tones), batch.corner);
        let paired = (batch.paired > 0).then(|| paired_images(batch));
        let mut losses = Vec::new();
        let mut features = Vec::new();
        for adversary in &self.adversaries {
            let network = adversary.network.clone().no_grad();
            let verdict = adversary.forward(&network, all.clone());
            let real = least_squares_loss(verdict.real, 1.0) * weights.adversarial;
            add(&mut losses, vec![("G", real)]);
            if let Some(one_hot) = conditions(&batch.views) {
                let class = class_loss(verdict.modality, one_hot, weights.head);
                let class = class.map(|loss| ("G modality", loss * weights.modality));
                add(&mut losses, class.into_iter().collect());
            }
            if let Some(real) = &paired {
                let real = part(real.clone(), batch.corner);
                let real = adversary.forward(&network, real).features;
                features.push((real, verdict.features));
            }
        }
        if let Some(real) = paired {
            losses.extend(paired_losses(batch, real, &painted, features, weights));
        }
        losses.extend(self.guidance(batch, painted));
        let generator = self.generator.clone();
        self.generator = self.adam_generator.step(generator, &sum(&losses));
        losses
    }

    /// (15) and (16): what the guides say. The fused map stands before the label in the generator's input.
    fn guidance(&self, batch: &SynthesisBatch, painted: Vec<Tensor<4>>) -> NamedLosses {
        let views = batch.views.iter().zip(painted);
        let painted = views.map(|(view, image)| Painted {
            modality: view.modality,
            condition: view.condition.clone(),
            image,
        });
        let painted: Vec<Painted> = painted.collect();
        let classes = batch.input.dims()[1] - 1;
        let target = Target {
            planes: (classes > 0).then(|| batch.input.clone().narrow(1, 1, classes)),
            label: batch.label.as_ref(),
        };
        let guides = self.guides.iter();
        guides
            .filter_map(|guide| guide.loss(&painted, &target))
            .collect()
    }

    /// The averaged generator.
    pub fn averaged(&self) -> &SynthesisNetworks {
        &self.averaged
    }

    /// Both networks, as they are in training.
    #[cfg(test)]
    pub(super) fn networks(&self) -> (Unet, crate::networks::PatchDiscriminator) {
        (self.generator.clone(), self.adversaries[0].network.clone())
    }

    /// Every discriminator, the one that sees grey values first.
    #[cfg(test)]
    pub(super) fn adversaries(&self) -> Vec<crate::networks::PatchDiscriminator> {
        self.adversaries.iter().map(|a| a.network.clone()).collect()
    }

    /// The weights of both networks.
    #[cfg(test)]
    pub(super) fn weights(&self) -> [Vec<crate::weights::Tensor>; 2] {
        use crate::networks::tensors::read_tensors;
        [
            read_tensors(&self.generator),
            read_tensors(&self.adversaries[0].network),
        ]
    }

    /// Everything that a resumed training needs; the guides are not part of it.
    pub fn save(&self) -> Vec<Section> {
        let mut sections = vec![
            save_module("generator", &self.generator),
            save_module("averaged.generator", &self.averaged.generator),
            self.adam_generator.save(),
        ];
        for adversary in &self.adversaries {
            sections.push(save_module(adversary.name, &adversary.network));
            sections.push(adversary.adam.save());
        }
        sections
    }

    /// Restores what [`SynthesisStage::save`] gave.
    pub fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        self.generator = load_module("generator", self.generator, sections)?;
        self.adam_generator.load(sections)?;
        let adversaries = std::mem::take(&mut self.adversaries).into_iter();
        let loaded = adversaries.map(|mut adversary| {
            adversary.network = load_module(adversary.name, adversary.network, sections)?;
            adversary.adam.load(sections)?;
            Ok(adversary)
        });
        self.adversaries = loaded.collect::<Result<_, RestoreError>>()?;
        self.averaged = self.averaged.load(sections)?;
        Ok(self)
    }
}

/// Adds losses to those of the same name.
fn add(all: &mut NamedLosses, losses: NamedLosses) {
    for (name, loss) in losses {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = sum.clone() + loss,
            None => all.push((name, loss)),
        }
    }
}
