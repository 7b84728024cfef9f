//! From a latent to a structure map: what a model can do without a generator.

#[cfg(feature = "nn")]
use burn::tensor::Device;

use super::SynthesisError;
#[cfg(feature = "nn")]
use super::library::Library;
use super::networks::{Decoder, Network, Place, decoder, unet};
use crate::image::Plane;
#[cfg(feature = "nn")]
use crate::networks::{StructureDecoder, Unet};
use crate::random::{Purpose, Random};
use crate::structure::{Structure, solid_mask};
use crate::weights::{Model, Role};

/// Structure decoder and mask generator, ready to compute.
pub struct StructureSampler {
    decoder: Decoder,
    latent: usize,
    mask: Network,
    /// Above it a soft map has a line.
    threshold: f32,
    size: usize,
}

impl StructureSampler {
    /// Over trained networks on `device`: maps of `size` x `size`, with a line where the decoder's map is above
    /// `threshold`.
    #[cfg(feature = "nn")]
    pub fn of_networks(
        decoder: StructureDecoder,
        latent: usize,
        mask: Unet,
        threshold: f32,
        size: usize,
        device: &Device,
    ) -> Self {
        Self {
            decoder: Decoder::Library(Library::new(decoder, device)),
            latent,
            mask: Network::Library(Library::new(mask, device)),
            threshold,
            size,
        }
    }

    /// Of a model that holds both networks.
    pub(super) fn open(model: &Model, place: &Place) -> Result<Option<Self>, SynthesisError> {
        let decoder = decoder(model, place)?;
        let mask = unet(model, &Role::MaskGenerator, "mask generator", place)?;
        let both = decoder.zip(mask);
        Ok(both.map(|((decoder, latent), mask)| Self {
            decoder,
            latent,
            mask,
            threshold: model.study.line_threshold,
            size: model.geometry.size,
        }))
    }

    /// Values of the latent.
    pub fn latent(&self) -> usize {
        self.latent
    }

    /// A structure map and its mask from a latent z ~ N(0, 1).
    ///
    /// # Errors
    /// When the latent has another length, or the device fails.
    pub async fn structure(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        Ok(self.sketch(latent).await?.within_organ())
    }

    /// As [`StructureSampler::structure`], but with the lines that lie outside the organ: who draws into
    /// a map gets the mask of all of them.
    ///
    /// # Errors
    /// As there.
    pub async fn sketch(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        if latent.len() != self.latent {
            return Err(SynthesisError::Latent {
                got: latent.len(),
                need: self.latent,
            });
        }
        let soft = self.decoder.forward(latent).await?;
        self.sketched(&soft).await
    }

    /// The structure map and mask of a seed.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn structure_of_seed(&self, seed: u64) -> Result<Structure, SynthesisError> {
        let latent = Random::new(seed, Purpose::Latent).normals(self.latent);
        self.structure(&latent).await
    }

    /// A structure map and its mask from the soft map that a structure decoder draws, of the sampler's size,
    /// 0..=1: lines above the threshold, none outside the organ.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn lines(&self, soft: &Plane) -> Result<Structure, SynthesisError> {
        Ok(self.sketched(soft.values()).await?.within_organ())
    }

    async fn sketched(&self, soft: &[f32]) -> Result<Structure, SynthesisError> {
        let lines = soft.iter().map(|v| f32::from(*v > self.threshold));
        let map = Plane::new(self.size, self.size, lines.collect())?;
        let mask = self.mask_of(&map).await?;
        Ok(Structure { map, mask })
    }

    /// The background of the organ that the mask generator sees in lines, 1 on a line.
    pub(super) async fn mask_of(&self, lines: &Plane) -> Result<Plane, SynthesisError> {
        let seen = self.mask.forward(lines.values(), self.size).await?;
        Ok(solid_mask(&Plane::new(self.size, self.size, seen)?))
    }
}
