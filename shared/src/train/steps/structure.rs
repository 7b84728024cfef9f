//! The structure stage: mask generator (6), encoder and decoder (7), (9), (11), discriminators
//! (8), (10).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{
    Affine, LatentMoments, NamedLosses, Optimizer, RestoreError, Section, average, load_module,
    save_module, sum,
};
use crate::networks::config::{
    DecoderConfig, EncoderConfig, LatentDiscriminatorConfig, LatentForm, PatchConfig, UnetConfig,
};
use crate::networks::{
    LatentDiscriminator, PatchDiscriminator, StructureDecoder, StructureEncoder, Unet,
};
use crate::study::Geometry;
use crate::train::StructureWeights;
use crate::train::losses::{
    feature_matching, kl_divergence, least_squares_loss, moments_loss, mse, outside_loss,
    weighted_l1, weighted_mse,
};
use crate::train::reading::DeviceError;

/// Weights of the averaged networks kept per step.
const AVERAGE_DECAY: f32 = 0.995;
/// Share of the latent moments kept per step.
const MOMENTS_DECAY: f64 = 0.995;
/// How often the odds of a distance field are squared until it is a map of lines: half a pixel inside a line and outside
/// it are then .94 and .06 for a reach of 3 pixels.
const CRISP: u32 = 3;
/// The section of D_s.
const DISCRIMINATOR: &str = "structure_discriminator";

/// What one step learns from.
pub struct StructureBatch {
    /// Real structure maps s `[batch, 1, size, size]`, 0 or 1.
    pub structure: Tensor<4>,
    /// What encoder, decoder and D_s see of them, 0..=1: their distance fields ([`crate::structure::distance_field`]);
    /// the maps themselves without.
    pub field: Option<Tensor<4>>,
    /// Their background masks m, same shape, 1 outside the organ.
    pub mask: Tensor<4>,
    /// z ~ N(0, 1) `[batch, latent]` to sample from.
    pub latent: Tensor<2>,
    /// Noise of the posterior, N(0, 1) `[batch, latent]`.
    pub posterior: Tensor<2>,
}

/// The networks that are sampled from and exported: averages over the training.
#[derive(Clone)]
pub struct StructureNetworks {
    /// E_s.
    pub encoder: StructureEncoder,
    /// G_s.
    pub decoder: StructureDecoder,
    /// G_m.
    pub mask: Unet,
}

impl StructureNetworks {
    /// Those of a finished training, from a checkpoint's sections, on `device`, which has no autodiff.
    ///
    /// # Errors
    /// When the checkpoint lacks one of them or holds other networks.
    pub fn finished(
        geometry: &Geometry,
        sections: &[Section],
        device: &Device,
    ) -> Result<Self, RestoreError> {
        let (encoder, decoder, mask, _) = configurations(geometry);
        let fresh = Self {
            encoder: encoder.init(device),
            decoder: decoder.init(device),
            mask: mask.init(device),
        };
        fresh.load(sections)
    }

    fn load(self, sections: &[Section]) -> Result<Self, RestoreError> {
        Ok(Self {
            encoder: load_module("averaged.encoder", self.encoder, sections)?,
            decoder: load_module("averaged.decoder", self.decoder, sections)?,
            mask: load_module("averaged.mask", self.mask, sections)?,
        })
    }
}

/// D_s of a finished training, for the structure filter, from a checkpoint's sections, on `device`, which has no
/// autodiff.
///
/// # Errors
/// When the checkpoint lacks it or holds another network.
pub fn finished_discriminator(
    geometry: &Geometry,
    sections: &[Section],
    device: &Device,
) -> Result<PatchDiscriminator, RestoreError> {
    let (_, _, _, discriminator) = configurations(geometry);
    load_module(DISCRIMINATOR, discriminator.init(device), sections)
}

/// Networks, optimizers and averages of the structure stage.
pub struct StructureStage {
    encoder: StructureEncoder,
    decoder: StructureDecoder,
    mask: Unet,
    structure_discriminator: PatchDiscriminator,
    latent_discriminator: LatentDiscriminator,
    adam: Optimizers,
    averaged: StructureNetworks,
    moments: LatentMoments,
}

struct Optimizers {
    encoder: Optimizer,
    decoder: Optimizer,
    mask: Optimizer,
    structure_discriminator: Optimizer,
    latent_discriminator: Optimizer,
}

/// The configurations of the structure stage's networks at a geometry.
pub fn configurations(g: &Geometry) -> (EncoderConfig, DecoderConfig, UnetConfig, PatchConfig) {
    let size = g.structure_size();
    (
        EncoderConfig {
            size,
            latent: g.latent,
            width: g.structure_width,
            form: g.latent_form,
        },
        DecoderConfig {
            size,
            latent: g.latent,
            width: g.structure_width,
            form: g.latent_form,
        },
        UnetConfig {
            inputs: 1,
            outputs: 1,
            width: g.mask_width,
            depth: g.mask_depth(),
            condition: 0,
        },
        PatchConfig {
            inputs: 1,
            width: g.discriminator_width,
            modalities: 0,
            spectral: false,
        },
    )
}

/// The configuration of D_z at a geometry.
pub fn latent_discriminator_configuration(g: &Geometry) -> LatentDiscriminatorConfig {
    LatentDiscriminatorConfig {
        latent: g.latent,
        width: match g.latent_form {
            LatentForm::Vector => 2 * g.latent,
            LatentForm::Plane => 2 * g.structure_width,
        },
        form: g.latent_form,
    }
}

impl StructureStage {
    /// Fresh networks on an autodiff device, learning rate `rate`.
    pub fn new(geometry: &Geometry, rate: f64, device: &Device) -> Self {
        let (encoder, decoder, mask, patch) = configurations(geometry);
        let latent = latent_discriminator_configuration(geometry);
        let (encoder, decoder, mask) = (
            encoder.init(device),
            decoder.init(device),
            mask.init(device),
        );
        let averaged = StructureNetworks {
            encoder: encoder.valid(),
            decoder: decoder.valid(),
            mask: mask.valid(),
        };
        Self {
            encoder,
            decoder,
            mask,
            structure_discriminator: patch.init(device),
            latent_discriminator: latent.init(device),
            adam: Optimizers::new(rate),
            averaged,
            moments: LatentMoments::new(
                geometry.latent,
                geometry.latent_form,
                MOMENTS_DECAY,
                &device.clone().inner(),
            ),
        }
    }

    /// One step of every network. Returns the losses as they were weighted.
    pub fn step(&mut self, batch: StructureBatch, weights: &StructureWeights) -> NamedLosses {
        let mask_loss =
            mse(self.mask.forward(batch.structure.clone(), None), batch.mask) * weights.mask;
        self.mask = self.adam.mask.step(self.mask.clone(), &mask_loss);

        let crisp = if batch.field.is_some() { CRISP } else { 0 };
        let seen = batch.field.unwrap_or_else(|| batch.structure.clone());
        let drawn = self.draw(&seen, batch.latent.clone(), batch.posterior);
        self.moments.add(drawn.latent.clone().inner());
        let mut losses = vec![("mask", mask_loss)];
        losses.extend(self.discriminator_step(&seen, batch.latent, &drawn, weights));
        losses.extend(self.generator_step(&seen, &batch.structure, drawn, crisp, weights));
        self.update_averages();
        losses
    }

    /// s_r from the posterior and s_g from N(0, 1), in one pass of the decoder.
    fn draw(&self, structure: &Tensor<4>, z: Tensor<2>, posterior: Tensor<2>) -> Drawn {
        let (mean, logvar) = self.encoder.forward(structure.clone());
        let latent = mean.clone() + (logvar.clone() * 0.5).exp() * posterior;
        let placed = self.decoder.place(z);
        let both = self
            .decoder
            .decode(Tensor::cat(vec![latent.clone(), placed], 0));
        Drawn {
            mean,
            logvar,
            latent,
            both,
        }
    }

    /// (8) and (10). Reconstructions count as fake beside samples (VAE/GAN).
    fn discriminator_step(
        &mut self,
        structure: &Tensor<4>,
        z: Tensor<2>,
        drawn: &Drawn,
        weights: &StructureWeights,
    ) -> NamedLosses {
        let batch = structure.dims()[0];
        let fakes = sharpened(drawn.both.clone().detach(), weights.sharpening);
        let images = Tensor::cat(vec![structure.clone(), fakes], 0);
        let verdict = self.structure_discriminator.forward(images).real;
        let (real, fake) = (
            verdict.clone().narrow(0, 0, batch),
            verdict.narrow(0, batch, 2 * batch),
        );
        let structure_loss = least_squares_loss(real, 1.0) + least_squares_loss(fake, 0.0);
        let discriminator = self.structure_discriminator.clone();
        self.structure_discriminator = self
            .adam
            .structure_discriminator
            .step(discriminator, &structure_loss);

        let noise = self.latent_discriminator.forward(z);
        let encoded = self
            .latent_discriminator
            .forward(drawn.latent.clone().detach());
        let latent_loss = least_squares_loss(noise, 1.0) + least_squares_loss(encoded, 0.0);
        let discriminator = self.latent_discriminator.clone();
        self.latent_discriminator = self
            .adam
            .latent_discriminator
            .step(discriminator, &latent_loss);
        vec![("D_s", structure_loss), ("D_z", latent_loss)]
    }

    /// (7), (9), (11): encoder and decoder against the frozen mask generator and discriminators.
    fn generator_step(
        &mut self,
        structure: &Tensor<4>,
        lines: &Tensor<4>,
        drawn: Drawn,
        crisp: u32,
        weights: &StructureWeights,
    ) -> NamedLosses {
        let batch = structure.dims()[0];
        let mask = self.mask.clone().no_grad();
        let frozen = self.structure_discriminator.clone().no_grad();
        let frozen_latent = self.latent_discriminator.clone().no_grad();

        let reconstruction = drawn.both.clone().narrow(0, 0, batch);
        let drawn_lines = sharpened(drawn.both.clone(), crisp);
        let outside = outside_loss(mask.forward(drawn_lines.clone(), None), drawn_lines);
        let verdict = frozen.forward(sharpened(drawn.both, weights.sharpening));
        let features = verdict
            .features
            .into_iter()
            .map(|f| f.narrow(0, 0, batch))
            .collect();
        let real_features = frozen.forward(structure.clone()).features;

        let emphasis = lines.clone() * (weights.balance - 1.0) + 1.0;
        let losses = vec![
            (
                "mse",
                weighted_mse(reconstruction.clone(), structure.clone(), emphasis.clone())
                    * weights.mse,
            ),
            (
                "l1",
                weighted_l1(reconstruction, structure.clone(), emphasis) * weights.l1,
            ),
            ("outside", outside * weights.outside),
            (
                "moments",
                moments_loss(drawn.latent.clone()) * weights.moments,
            ),
            (
                "KL divergence",
                kl_divergence(drawn.mean, drawn.logvar) * weights.kl_divergence,
            ),
            (
                "E_s",
                least_squares_loss(frozen_latent.forward(drawn.latent), 1.0)
                    * weights.latent_adversarial,
            ),
            (
                "G_s",
                least_squares_loss(verdict.real, 1.0) * weights.adversarial,
            ),
            (
                "feature matching",
                feature_matching(real_features, features) * weights.feature_matching,
            ),
        ];
        let pair = (self.encoder.clone(), self.decoder.clone());
        let total = sum(&losses);
        (self.encoder, self.decoder) =
            self.adam
                .encoder
                .step_both(&mut self.adam.decoder, pair, &total);
        losses
    }

    fn update_averages(&mut self) {
        let old = self.averaged.clone();
        self.averaged = StructureNetworks {
            encoder: average(old.encoder, &self.encoder, AVERAGE_DECAY),
            decoder: average(old.decoder, &self.decoder, AVERAGE_DECAY),
            mask: average(old.mask, &self.mask, AVERAGE_DECAY),
        };
    }

    /// Takes the affine map of both decoders from the moments seen lately.
    ///
    /// # Errors
    /// When the device, which is read, has failed.
    pub async fn refresh_affine(&mut self) -> Result<(), DeviceError> {
        let Some(affine) = self.moments.affine().await? else {
            return Ok(());
        };
        self.decoder = self
            .decoder
            .clone()
            .with_affine(affine.mean.clone(), affine.factor.clone());
        self.set_averaged_affine(Some(affine));
        Ok(())
    }

    /// Replaces the affine map of the averaged decoder, if there is one to put in its place.
    pub fn set_averaged_affine(&mut self, affine: Option<Affine>) {
        let Some(affine) = affine else { return };
        let decoder = self.averaged.decoder.clone();
        self.averaged.decoder = decoder.with_affine(affine.mean, affine.factor);
    }

    /// The averaged networks.
    pub fn averaged(&self) -> &StructureNetworks {
        &self.averaged
    }

    /// D_s, for the structure filter.
    pub fn structure_discriminator(&self) -> PatchDiscriminator {
        self.structure_discriminator.valid()
    }

    /// All networks, as they are in training.
    #[cfg(test)]
    pub(super) fn networks(&self) -> AllNetworks {
        AllNetworks {
            encoder: self.encoder.clone(),
            decoder: self.decoder.clone(),
            mask: self.mask.clone(),
            structure_discriminator: self.structure_discriminator.clone(),
            latent_discriminator: self.latent_discriminator.clone(),
        }
    }

    /// Everything that a resumed training needs.
    pub fn save(&self) -> Vec<Section> {
        vec![
            save_module("encoder", &self.encoder),
            save_module("decoder", &self.decoder),
            save_module("mask", &self.mask),
            save_module(DISCRIMINATOR, &self.structure_discriminator),
            save_module("latent_discriminator", &self.latent_discriminator),
            save_module("averaged.encoder", &self.averaged.encoder),
            save_module("averaged.decoder", &self.averaged.decoder),
            save_module("averaged.mask", &self.averaged.mask),
            self.moments.save("moments"),
            self.adam.encoder.save(),
            self.adam.decoder.save(),
            self.adam.mask.save(),
            self.adam.structure_discriminator.save(),
            self.adam.latent_discriminator.save(),
        ]
    }

    /// Restores what [`StructureStage::save`] gave.
    pub fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        self.encoder = load_module("encoder", self.encoder, sections)?;
        self.decoder = load_module("decoder", self.decoder, sections)?;
        self.mask = load_module("mask", self.mask, sections)?;
        self.latent_discriminator =
            load_module("latent_discriminator", self.latent_discriminator, sections)?;
        self.moments.load("moments", sections)?;
        for adam in self.adam.all() {
            adam.load(sections)?;
        }
        self.structure_discriminator =
            load_module(DISCRIMINATOR, self.structure_discriminator, sections)?;
        self.averaged = self.averaged.load(sections)?;
        Ok(self)
    }
}

impl Optimizers {
    fn new(rate: f64) -> Self {
        Self {
            encoder: Optimizer::new("encoder", rate),
            decoder: Optimizer::new("decoder", rate),
            mask: Optimizer::new("mask", rate),
            structure_discriminator: Optimizer::new("structure_discriminator", rate),
            latent_discriminator: Optimizer::new("latent_discriminator", rate),
        }
    }

    fn all(&mut self) -> [&mut Optimizer; 5] {
        [
            &mut self.encoder,
            &mut self.decoder,
            &mut self.mask,
            &mut self.structure_discriminator,
            &mut self.latent_discriminator,
        ]
    }
}

/// The networks that train together.
#[cfg(test)]
pub(super) struct AllNetworks {
    pub encoder: StructureEncoder,
    pub decoder: StructureDecoder,
    pub mask: Unet,
    pub structure_discriminator: PatchDiscriminator,
    pub latent_discriminator: LatentDiscriminator,
}

/// What encoder and decoder drew in one step: reconstructions first, then samples.
struct Drawn {
    mean: Tensor<2>,
    logvar: Tensor<2>,
    latent: Tensor<2>,
    both: Tensor<4>,
}

/// Squares the odds of a line `times` times: s^2 / (s^2 + (1 - s)^2). 0, 1/2 and 1 stay.
pub(super) fn sharpened(soft: Tensor<4>, times: u32) -> Tensor<4> {
    (0..times).fold(soft, |s, _| {
        let line = s.clone().square();
        let none = (s.neg() + 1.0).square();
        line.clone() / (line + none)
    })
}
