//! The one synthesis pipeline: latent -> structure map -> mask -> fusion -> every modality.
//!
//! The trainer's sample sheets, the exporter's self-test, the command line and the browser all
//! draw through this module, so what is judged in one place is what is seen in the others.

//! The one synthesis pipeline: latent -> structure map -> mask -> fusion -> every modality.
//!
//! The trainer's sample sheets, the exporter's self-test, the command line and the browser all
//! draw through this module, so what is judged in one place is what is seen in the others.

mod figures;
mod label;
mod networks;
mod painter;
mod place;
mod subject;

use burn::tensor::{Device, Tensor, TensorData};
use thiserror::Error;

use crate::image::{ImageError, Plane};
use crate::lesion::{ClassMap, LesionStatistics};
use crate::networks::tensors::LoadError;
use crate::networks::{PatchDiscriminator, StructureDecoder, Unet};
use crate::profile::{Modality, Profile, Switches};
use crate::random::{Purpose, Random};
use crate::structure::{Structure, contour_mask, fuse, fusion_noise, solid_mask};
use crate::weights::{KnownAnswer, Model, Role};

pub use figures::register;
pub use label::{Label, default_label, label_planes};
pub use painter::{Asked, Painted, Painter, Refusal};
pub use subject::Subject;

use networks::{decoder, unet};
use place::{Decoder, Network, Place};

/// Largest difference between a device and the known answer that counts as the same picture,
/// on the 0..=1 scale, in the mean over 8 x 8 pixels.
pub const SELF_TEST_TOLERANCE: f32 = 0.02;
/// Side of the known answer's thumbnail, pixels.
pub const THUMBNAIL: usize = 16;

/// Why a picture could not be synthesised.
#[derive(Debug, Error)]
pub enum SynthesisError {
    /// The model lacks a network.
    #[error("the model holds no {0}, so {1}")]
    Absent(&'static str, &'static str),
    /// A network's kind is not the one its role needs.
    #[error("the model's {0} is a network of another kind")]
    Kind(&'static str),
    /// The weights do not fit the network.
    #[error("the model's {network} cannot be loaded: {source}")]
    Load {
        /// Which network.
        network: &'static str,
        /// Why.
        source: LoadError,
    },
    /// The latent has another length.
    #[error("the latent has {got} values, the model needs {need}")]
    Latent {
        /// Values given.
        got: usize,
        /// Values needed.
        need: usize,
    },
    /// The label is not one that the study knows.
    #[error("this label does not fit the study: {0}")]
    Label(String),
    /// The image cannot be used.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The scene does not fit the model.
    #[error(transparent)]
    Scene(#[from] Refusal),
    /// The device failed.
    #[error("the device failed to compute: {0}")]
    Device(String),
    /// The device computes something else than the known answer.
    #[error(
        "the self-test failed: the picture differs by {difference:.4} from the known answer (allowed {SELF_TEST_TOLERANCE})"
    )]
    SelfTest {
        /// Largest difference found.
        difference: f32,
    },
}

/// One synthesised subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// What it was painted from.
    pub structure: Structure,
    /// The structure map with the inside of the organ filled with noise, equation (12).
    pub fused: Plane,
    /// Every modality, in the profile's order.
    pub images: Vec<(Modality, Plane)>,
}

/// The networks of a model on a device.
pub struct Synthesiser {
    profile: Profile,
    size: usize,
    device: Device,
    decoder: Option<(Decoder, usize)>,
    mask: Option<Network>,
    generator: Network,
    /// D_s, for the structure filter.
    judge: Option<PatchDiscriminator>,
    /// G_l per modality, where the model has them.
    segmenters: Vec<Option<Network>>,
    lesions: Option<LesionStatistics>,
}

impl Synthesiser {
    /// Puts the networks of `model` on `device`. The generator must be there; without decoder and
    /// mask generator, structure maps come from images only.
    pub fn open(model: &Model, device: &Device) -> Result<Self, SynthesisError> {
        Self::open_at(model, &Place::Device(device.clone()), device)
    }

    /// As [`Synthesiser::open`], but computes the networks on one core of the processor, with the code
    /// of [`networks::cpu`](crate::networks::cpu): several times as fast there as through the tensor
    /// library on one thread, and the same bits on every machine. `device`, of the CPU, does the rest.
    pub fn open_on_core(model: &Model, device: &Device) -> Result<Self, SynthesisError> {
        Self::open_at(model, &Place::Core, device)
    }

    fn open_at(model: &Model, place: &Place, device: &Device) -> Result<Self, SynthesisError> {
        let generator = unet(model, Role::Generator, "generator", place)?.ok_or(
            SynthesisError::Absent("generator", "it cannot paint any image"),
        )?;
        Ok(Self {
            profile: model.profile.clone(),
            size: model.geometry.size,
            device: device.clone(),
            decoder: decoder(model, place)?,
            mask: unet(model, Role::MaskGenerator, "mask generator", place)?,
            generator,
            judge: networks::discriminator(model, device)?,
            segmenters: model
                .profile
                .modalities
                .iter()
                .map(|&modality| unet(model, Role::Segmenter(modality), "segmenter", place))
                .collect::<Result<_, _>>()?,
            lesions: model.lesions.clone(),
        })
    }

    /// The pipeline over networks that are still in training.
    pub fn of_networks(
        profile: Profile,
        size: usize,
        device: Device,
        decoder: Option<(StructureDecoder, usize)>,
        mask: Option<Unet>,
        generator: Unet,
    ) -> Self {
        Self {
            judge: None,
            segmenters: vec![None; profile.modalities.len()],
            lesions: None,
            profile,
            size,
            device,
            decoder: decoder.map(|(network, latent)| (Decoder::Library(network), latent)),
            mask: mask.map(Network::Library),
            generator: Network::Library(generator),
        }
    }

    /// The study.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Side of every picture, pixels.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Values of the latent; 0 when the model cannot sample structure maps.
    pub fn latent(&self) -> usize {
        self.decoder.as_ref().map_or(0, |(_, latent)| *latent)
    }

    /// A structure map and its mask from a latent z ~ N(0, 1).
    pub async fn structure(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        Ok(self.sketch(latent).await?.within_organ())
    }

    /// As [`Synthesiser::structure`], but with the lines that lie outside the organ: who draws into
    /// a map gets the mask of all of them.
    pub async fn sketch(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        let Some((decoder, need)) = &self.decoder else {
            return Err(SynthesisError::Absent(
                "structure decoder",
                "structure maps can only be taken from images",
            ));
        };
        if latent.len() != *need {
            return Err(SynthesisError::Latent {
                got: latent.len(),
                need: *need,
            });
        }
        let z = Tensor::from_data(TensorData::new(latent.to_vec(), [1, *need]), &self.device);
        self.sketched(decoder.forward(z)).await
    }

    /// A structure map and its mask from what the structure decoder draws, `[1, 1, size, size]`,
    /// 0..=1: lines at the profile's threshold, none outside the organ.
    pub async fn lines(&self, soft: Tensor<4>) -> Result<Structure, SynthesisError> {
        Ok(self.sketched(soft).await?.within_organ())
    }

    async fn sketched(&self, soft: Tensor<4>) -> Result<Structure, SynthesisError> {
        let threshold = self.profile.line_threshold;
        let lines = soft.greater_elem(threshold).float();
        let mask = self.mask_of(lines.clone())?;
        let map = self.plane(lines).await?;
        let mask = solid_mask(&self.plane(mask).await?);
        Ok(Structure { map, mask })
    }

    /// The organ that lines drawn by hand mean, 1 on a line, as the mask generator sees it. Without
    /// one, and where it sees none, it is what the lines enclose. Lines outside it are dropped.
    ///
    /// # Panics
    /// When the plane is not of the model's size.
    pub async fn structure_of_lines(&self, lines: Plane) -> Result<Structure, SynthesisError> {
        let mask = match &self.mask {
            // Without a line there is no organ, whatever a network makes of an empty sheet.
            Some(network) if lines.values().contains(&1.0) => {
                let seen = network.forward(self.tensor(&lines), None);
                solid_mask(&self.plane(seen).await?)
            }
            _ => Plane::filled(self.size, self.size, 1.0),
        };
        let mask = if mask.values().contains(&0.0) {
            mask
        } else {
            contour_mask(&lines)
        };
        Ok(Structure { map: lines, mask }.within_organ())
    }

    /// How real a structure map looks to D_s: about 1 for real maps, 0 for others. `None` when the
    /// model holds no structure discriminator.
    pub async fn score(&self, map: &Plane) -> Result<Option<f32>, SynthesisError> {
        let Some(judge) = &self.judge else {
            return Ok(None);
        };
        let score = judge.score(self.tensor(map));
        Ok(self.values(score).await?.first().copied())
    }

    /// The lesion that the segmenter of the modality number `modality` finds in an image; `None` when
    /// the model holds no such segmenter.
    pub async fn segment(
        &self,
        modality: usize,
        image: &Plane,
    ) -> Result<Option<ClassMap>, SynthesisError> {
        let Some(segmenter) = self.segmenters.get(modality).and_then(Option::as_ref) else {
            return Ok(None);
        };
        let logits = segmenter.logits(self.tensor(image));
        let values = self.values(logits).await?;
        Ok(Some(ClassMap::most_likely(&values, self.size, self.size)))
    }

    /// Whether the model holds a segmenter of any modality.
    pub fn segments(&self) -> bool {
        self.segmenters.iter().any(Option::is_some)
    }

    /// What lesions look like in the training set, if the model knows.
    pub fn lesions(&self) -> Option<&LesionStatistics> {
        self.lesions.as_ref()
    }

    fn mask_of(&self, lines: Tensor<4>) -> Result<Tensor<4>, SynthesisError> {
        let network = self.mask.as_ref();
        let network = network.ok_or(SynthesisError::Absent(
            "mask generator",
            "structure maps cannot be sampled",
        ))?;
        Ok(network.forward(lines, None))
    }

    /// A structure map and its mask from a real image of any size: algorithms 1 and 2, no network.
    pub fn structure_of_image(&self, image: &Plane) -> Result<Structure, SynthesisError> {
        let values = self.profile.extraction_at(self.size);
        let mask = self.profile.mask_at(self.size);
        Ok(Structure::of_image(image, self.size, &values, &mask)?)
    }

    /// Paints every modality of a structure map. `noise_seed` gives the fusion noise, one plane
    /// for all modalities.
    pub async fn paint(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
    ) -> Result<Sample, SynthesisError> {
        let all: Vec<usize> = (0..self.profile.modalities.len()).collect();
        self.paint_some(structure, label, noise_seed, &all).await
    }

    /// As [`Synthesiser::paint`], but only these modalities, by their places in the profile.
    ///
    /// # Panics
    /// When the profile has no such modality.
    pub async fn paint_some(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
        modalities: &[usize],
    ) -> Result<Sample, SynthesisError> {
        let noise = fusion_noise(self.size, noise_seed, self.profile.noise);
        let fused = fused(structure, &noise, self.profile.switches);
        let planes = label_planes(&self.profile.lesion, label, self.size)?;
        let encoded = self.generator.encode(self.input(&fused, &planes));
        let conditions = modalities.iter().map(|&index| self.condition(index));
        let painted = self.generator.decode_each(&encoded, conditions.collect());
        let mut images = Vec::new();
        for (&index, image) in modalities.iter().zip(painted) {
            images.push((self.profile.modalities[index], self.plane(image).await?));
        }
        Ok(Sample {
            structure: structure.clone(),
            fused,
            images,
        })
    }

    fn input(&self, fused: &Plane, label: &[Plane]) -> Tensor<4> {
        let mut values = fused.values().to_vec();
        for plane in label {
            values.extend_from_slice(plane.values());
        }
        let shape = [1, 1 + label.len(), self.size, self.size];
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    fn condition(&self, index: usize) -> Option<Tensor<2>> {
        let count = self.profile.modalities.len();
        if count < 2 {
            return None;
        }
        let one_hot: Vec<f32> = (0..count)
            .map(|i| f32::from(u8::from(i == index)))
            .collect();
        Some(Tensor::from_data(
            TensorData::new(one_hot, [1, count]),
            &self.device,
        ))
    }

    /// A whole sample: latent and fusion noise from `seed`.
    pub async fn sample(&self, seed: u64, label: &Label) -> Result<Sample, SynthesisError> {
        let structure = self.structure_of_seed(seed).await?;
        self.paint(&structure, label, seed).await
    }

    /// The structure map and mask of a whole sample.
    pub async fn structure_of_seed(&self, seed: u64) -> Result<Structure, SynthesisError> {
        let latent = Random::new(seed, Purpose::Latent).normals(self.latent());
        self.structure(&latent).await
    }

    /// The sample of the known answer's seed, shrunk as it is stored.
    pub async fn thumbnail(&self, seed: u64) -> Result<Vec<f32>, SynthesisError> {
        let label = default_label(&self.profile.lesion);
        let sample = self.sample(seed, &label).await?;
        Ok(sample.images[0]
            .1
            .resized(THUMBNAIL, THUMBNAIL)
            .into_values())
    }

    /// Draws the known answer's sample and returns the largest difference from it.
    pub async fn self_test(&self, answer: &KnownAnswer) -> Result<f32, SynthesisError> {
        let found = self.thumbnail(answer.seed).await?;
        let difference = found
            .iter()
            .zip(&answer.thumbnail)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        let finite = found.len() == answer.thumbnail.len() && found.iter().all(|v| v.is_finite());
        if finite && difference <= SELF_TEST_TOLERANCE {
            Ok(difference)
        } else {
            Err(SynthesisError::SelfTest { difference })
        }
    }

    /// A plane of the model's size as `[1, 1, size, size]`.
    fn tensor(&self, plane: &Plane) -> Tensor<4> {
        let shape = [1, 1, self.size, self.size];
        let data = TensorData::new(plane.values().to_vec(), shape);
        Tensor::from_data(data, &self.device)
    }

    async fn plane(&self, tensor: Tensor<4>) -> Result<Plane, SynthesisError> {
        let values = self.values(tensor).await?;
        Ok(Plane::new(self.size, self.size, values)?)
    }

    async fn values<const D: usize>(&self, tensor: Tensor<D>) -> Result<Vec<f32>, SynthesisError> {
        let failed = |problem: String| SynthesisError::Device(problem);
        let data = tensor.into_data_async().await;
        let data = data.map_err(|e| failed(format!("{e:?}")))?;
        let values = data.convert::<f32>().try_into_vec();
        values.map_err(|e| failed(format!("{e:?}")))
    }
}

/// The generator's first plane: equation (12), or what an ablation leaves of it.
pub fn fused(structure: &Structure, noise: &Plane, switches: Switches) -> Plane {
    match (switches.structure_map, switches.noise_fusion) {
        (false, _) => noise.clone(),
        (true, false) => structure.map.clone(),
        (true, true) => fuse(&structure.map, &structure.mask, noise),
    }
}
