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
use crate::structure::{Extraction, Structure, reduced_lines, solid_mask};
use crate::study::{Geometry, Study};
use crate::weights::{Model, Role};

/// Structure decoder and mask generator, ready to compute.
pub struct StructureSampler {
    decoder: Decoder,
    latent: usize,
    mask: Network,
    lines: Lines,
    geometry: Geometry,
}

/// Where a soft map has lines.
struct Lines {
    /// Above it.
    threshold: f32,
    /// Which pieces are long enough, at the size of the pictures and at the one that the structure networks see.
    whole: Extraction,
    seen: Extraction,
}

impl Lines {
    fn of(study: &Study, geometry: &Geometry) -> Self {
        Self {
            threshold: study.line_threshold,
            whole: study.extraction_at(geometry.size),
            seen: study.extraction_at(geometry.structure_size()),
        }
    }
}

impl StructureSampler {
    /// Over trained networks of a study and a geometry on `device`: maps of its size.
    #[cfg(feature = "nn")]
    pub fn of_networks(
        decoder: StructureDecoder,
        mask: Unet,
        study: &Study,
        geometry: &Geometry,
        device: &Device,
    ) -> Self {
        Self {
            decoder: Decoder::Library(Library::new(decoder, device)),
            latent: geometry.latent,
            mask: Network::Library(Library::new(mask, device)),
            lines: Lines::of(study, geometry),
            geometry: *geometry,
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
            lines: Lines::of(&model.study, &model.geometry),
            geometry: model.geometry,
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

    /// A structure map and its mask from the soft map that a structure decoder draws, 0..=1: lines above the
    /// threshold, no piece shorter than in the study's maps, none outside the organ.
    ///
    /// # Errors
    /// When the device fails.
    pub async fn lines(&self, soft: &Plane) -> Result<Structure, SynthesisError> {
        Ok(self.sketched(soft.values()).await?.within_organ())
    }

    async fn sketched(&self, soft: &[f32]) -> Result<Structure, SynthesisError> {
        let (seen, whole) = (self.geometry.structure_size(), self.geometry.size);
        let soft = Plane::new(seen, seen, soft.to_vec())?;
        let lines = &self.lines;
        let small = lines.seen.long_lines(soft.above(lines.threshold));
        let mask = self.mask_seen(&small).await?;
        // What lies between two pixels of a field is known, unlike what lies between two of a map.
        let map = soft.resized(whole, whole).above(lines.threshold);
        let map = lines.whole.long_lines(map);
        Ok(Structure { map, mask })
    }

    /// The background of the organ that the mask generator sees in lines, 1 on a line.
    pub(super) async fn mask_of(&self, lines: &Plane) -> Result<Plane, SynthesisError> {
        let seen = self.geometry.structure_size();
        self.mask_seen(&reduced_lines(lines, seen, seen)).await
    }

    /// As [`StructureSampler::mask_of`], of lines as the mask generator sees them.
    async fn mask_seen(&self, lines: &Plane) -> Result<Plane, SynthesisError> {
        let (seen, whole) = (self.geometry.structure_size(), self.geometry.size);
        let background = self.mask.forward(lines.values(), seen).await?;
        let background = Plane::new(seen, seen, background)?;
        Ok(solid_mask(&background.resized(whole, whole)))
    }
}
