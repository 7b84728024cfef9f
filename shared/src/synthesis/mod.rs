//! The one synthesis pipeline: latent -> structure map -> mask -> fusion -> every modality.
//!
//! The trainer's sample sheets, the exporter's self-test, the command line and the browser all
//! draw through this module, so what is judged in one place is what is seen in the others.

mod figures;
#[cfg(feature = "nn")]
mod library;
mod networks;
mod sampler;
mod subject;

#[cfg(feature = "nn")]
use burn::tensor::Device;
use thiserror::Error;

use crate::image::{Image, ImageError, Plane};
use crate::label::{ClassMap, Label, LabelError, LesionStatistics};
use crate::networks::LoadError;
#[cfg(feature = "nn")]
use crate::networks::Unet;
use crate::structure::{
    Structure, StructureFilter, contour_mask, distance_field, fuse, fusion_noise, reduced_lines,
};
use crate::study::{Input, Study};
use crate::style::{Style, Styles, organ_share};
use crate::weights::{KnownAnswer, Model, Role};

pub use figures::{FoundLesion, PairRegister, register};
pub use sampler::StructureSampler;
pub use subject::Subject;

#[cfg(feature = "nn")]
use library::Library;
use networks::{Network, Place, StructureDiscriminator, structure_discriminator, unet};

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
    Label(#[from] LabelError),
    /// The image cannot be used.
    #[error(transparent)]
    Image(#[from] ImageError),
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
    /// Every modality by its name, in the study's order.
    pub images: Vec<(String, Image)>,
}

impl Sample {
    /// What people are shown of every modality, [`Channels::shown`](crate::study::Channels::shown).
    pub fn shown(&self, study: &Study) -> Vec<Image> {
        let shown = |(name, image): &(String, Image)| {
            let channels = study.place_of(name).map(|at| study.modalities[at].channels);
            channels.unwrap_or_default().shown(image)
        };
        self.images.iter().map(shown).collect()
    }
}

/// The networks of a model, ready to compute.
///
/// ```no_run
/// use scanweave::synthesis::Synthesiser;
/// use scanweave::weights;
///
/// let model = weights::read(&std::fs::read("chest-xray.weave")?)?;
/// let synthesiser = Synthesiser::open_on_core(&model)?;
/// // A map of its own seed, painted with noise of another.
/// let structure = pollster::block_on(synthesiser.structure_of_seed(7))?;
/// let label = synthesiser.study().lesion.healthy(synthesiser.size());
/// let sample = pollster::block_on(synthesiser.paint(&structure, &label, 8))?;
/// assert_eq!(sample.images.len(), synthesiser.study().modalities.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Synthesiser {
    study: Study,
    size: usize,
    /// Side of the maps that D_s sees, pixels.
    structure_size: usize,
    /// Draws structure maps, where the model can.
    sampler: Option<StructureSampler>,
    generator: Network,
    /// D_s, for the structure filter.
    discriminator: Option<StructureDiscriminator>,
    /// G_l per modality, where the model has them.
    segmenters: Vec<Option<Network>>,
    lesions: Option<LesionStatistics>,
    /// What styles there are, where the generator is told one.
    styles: Option<Styles>,
    /// Places of the classes that a subject may be given.
    offered: Vec<usize>,
    filter: StructureFilter,
}

impl Synthesiser {
    /// Whether it computes on one core, so that others may draw with it beside whoever does.
    pub fn is_on_core(&self) -> bool {
        matches!(self.generator, Network::Core(_))
    }

    /// Puts the networks of `model` on `device`, of the tensor library. The generator must be there; without
    /// decoder and mask generator, structure maps come from images only.
    #[cfg(feature = "nn")]
    pub fn open(model: &Model, device: &Device) -> Result<Self, SynthesisError> {
        Self::open_at(model, &Place::Device(device.clone()))
    }

    /// As `open`, but on one core of the processor, with the code of [`networks::cpu`](crate::networks::cpu):
    /// several times as fast there as through the tensor library on one thread, and the same bits on every
    /// machine.
    pub fn open_on_core(model: &Model) -> Result<Self, SynthesisError> {
        Self::open_at(model, &Place::Core)
    }

    fn open_at(model: &Model, place: &Place) -> Result<Self, SynthesisError> {
        let generator = unet(model, &Role::Generator, "generator", place)?.ok_or(
            SynthesisError::Absent("generator", "it cannot paint any image"),
        )?;
        Ok(Self {
            study: model.study.clone(),
            size: model.geometry.size,
            structure_size: model.geometry.structure_size(),
            sampler: StructureSampler::open(model, place)?,
            generator,
            discriminator: structure_discriminator(model, place)?,
            segmenters: model
                .study
                .modalities
                .iter()
                .map(|m| unet(model, &Role::Segmenter(m.name.clone()), "segmenter", place))
                .collect::<Result<_, _>>()?,
            lesions: model.lesions.clone(),
            styles: model.styles.clone(),
            offered: model.card.offered(&model.study.lesion),
            filter: model.card.structure_filter(),
        })
    }

    /// A generator that is still in training, on `device`: it paints maps and draws none. With `styles` where it is
    /// told one.
    #[cfg(feature = "nn")]
    pub fn of_generator(
        study: Study,
        size: usize,
        generator: Unet,
        styles: Option<Styles>,
        device: &Device,
    ) -> Self {
        Self {
            discriminator: None,
            segmenters: study.modalities.iter().map(|_| None).collect(),
            lesions: None,
            styles,
            offered: (0..study.lesion.classes().len()).collect(),
            filter: StructureFilter::default(),
            study,
            size,
            structure_size: size,
            sampler: None,
            generator: Network::Library(Library::new(generator, device)),
        }
    }

    /// The study.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// When a structure map of this model is accepted for a data set.
    pub fn filter(&self) -> StructureFilter {
        self.filter
    }

    /// Side of every picture, pixels.
    pub fn size(&self) -> usize {
        self.size
    }

    /// What draws structure maps; `None` for a model without decoder or mask generator.
    pub fn sampler(&self) -> Option<&StructureSampler> {
        self.sampler.as_ref()
    }

    /// Values of the latent; 0 when the model cannot sample structure maps.
    pub fn latent(&self) -> usize {
        self.sampler().map_or(0, StructureSampler::latent)
    }

    /// As [`StructureSampler::structure`].
    ///
    /// # Errors
    /// When the model cannot sample, the latent has another length, or the device fails.
    pub async fn structure(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        self.sampling()?.structure(latent).await
    }

    /// As [`StructureSampler::sketch`].
    ///
    /// # Errors
    /// As [`Synthesiser::structure`].
    pub async fn sketch(&self, latent: &[f32]) -> Result<Structure, SynthesisError> {
        self.sampling()?.sketch(latent).await
    }

    fn sampling(&self) -> Result<&StructureSampler, SynthesisError> {
        self.sampler().ok_or(SynthesisError::Absent(
            "structure decoder with a mask generator",
            "structure maps can only be taken from images",
        ))
    }

    /// The organ that lines drawn by hand mean, 1 on a line, as the sampler's mask generator sees it. Without
    /// one, and where it sees none, it is what the lines enclose. Lines outside it are dropped.
    ///
    /// # Panics
    /// When the plane is not of the model's size.
    pub async fn structure_of_lines(&self, lines: Plane) -> Result<Structure, SynthesisError> {
        let mask = match self.sampler() {
            // Without a line there is no organ, whatever a network makes of an empty sheet.
            Some(sampler) if lines.values().contains(&1.0) => sampler.mask_of(&lines).await?,
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
        match &self.discriminator {
            Some(discriminator) => {
                let side = self.structure_size;
                let map = reduced_lines(map, side, side);
                let is_line = |at| map.values()[at] > 0.5;
                let seen = distance_field(is_line, side, self.study.line_reach);
                discriminator.score(&seen, side).await.map(Some)
            }
            None => Ok(None),
        }
    }

    /// The lesion that the segmenter of the modality number `modality` finds in an image; `None` when
    /// the model holds no such segmenter.
    pub async fn segment(
        &self,
        modality: usize,
        image: &Image,
    ) -> Result<Option<ClassMap>, SynthesisError> {
        let Some(segmenter) = self.segmenters.get(modality).and_then(Option::as_ref) else {
            return Ok(None);
        };
        let values = image.clone().spread(self.study.channels()).into_values();
        let logits = segmenter.logits(&values, self.size).await?;
        Ok(Some(ClassMap::most_likely(&logits, self.size, self.size)))
    }

    /// Whether the model holds a segmenter of any modality.
    pub fn segments(&self) -> bool {
        self.segmenters.iter().any(Option::is_some)
    }

    /// What lesions look like in the training set, if the model knows.
    pub fn lesions(&self) -> Option<&LesionStatistics> {
        self.lesions.as_ref()
    }

    /// Paints every modality of a structure map. `noise_seed` gives the fusion noise, one plane
    /// for all modalities, and the style, where the generator is told one.
    pub async fn paint(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
    ) -> Result<Sample, SynthesisError> {
        let all: Vec<usize> = (0..self.study.modalities.len()).collect();
        self.paint_some(structure, label, noise_seed, &all).await
    }

    /// As [`Synthesiser::paint`], in this style, scores of every modality.
    pub async fn paint_in_style(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
        style: &Style,
    ) -> Result<Sample, SynthesisError> {
        let all: Vec<usize> = (0..self.study.modalities.len()).collect();
        let told = Some(style).filter(|_| self.study.style);
        self.painted(structure, label, noise_seed, told, &all).await
    }

    /// As [`Synthesiser::paint`], but only these modalities, by their places in the study.
    ///
    /// # Panics
    /// When the study has no such modality.
    pub async fn paint_some(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
        modalities: &[usize],
    ) -> Result<Sample, SynthesisError> {
        let styles = self.styles.as_ref().filter(|_| self.study.style);
        let style = styles.map(|s| s.of_seed(noise_seed, organ_share(&structure.mask)));
        let style = style.as_ref();
        self.painted(structure, label, noise_seed, style, modalities)
            .await
    }

    async fn painted(
        &self,
        structure: &Structure,
        label: &Label,
        noise_seed: u64,
        style: Option<&Style>,
        modalities: &[usize],
    ) -> Result<Sample, SynthesisError> {
        let noise = fusion_noise(self.size, noise_seed, self.study.noise);
        let fused = fused(structure, &noise, self.study.input);
        let planes = self.study.lesion.planes(label, self.size)?;
        let mut images = Vec::new();
        if !modalities.is_empty() {
            let input = [fused.values()]
                .into_iter()
                .chain(planes.iter().map(Plane::values));
            let input = input.collect::<Vec<_>>().concat();
            let encoded = self.generator.encode(&input, self.size);
            let conditions = self.conditions(modalities, style);
            let painted = self.generator.decode(&encoded, &conditions).await?;
            let each = painted.chunks_exact(painted.len() / modalities.len());
            for (image, &index) in each.zip(modalities) {
                let modality = &self.study.modalities[index];
                let image = Image::of_values(self.size, self.size, image)?;
                let image = modality.channels.of_painted(image);
                images.push((modality.name.clone(), image));
            }
        }
        Ok(Sample {
            structure: structure.clone(),
            fused,
            images,
        })
    }

    /// What the generator is told of each modality, as the networks learn it: which it is, where there are several, and
    /// its style. Nothing where that is nothing.
    fn conditions(&self, modalities: &[usize], style: Option<&Style>) -> Vec<Vec<f32>> {
        let classes = self.study.modality_classes();
        let told = |&index: &usize| {
            let one_hot = (0..classes).map(|i| f32::from(i == index));
            let style = style.map_or(&[][..], |style| style.of(index));
            one_hot.chain(style.iter().copied()).collect()
        };
        let any = modalities.iter().filter(|_| self.study.condition() > 0);
        any.map(told).collect()
    }

    /// A whole sample: latent and fusion noise from `seed`.
    pub async fn sample(&self, seed: u64, label: &Label) -> Result<Sample, SynthesisError> {
        let structure = self.structure_of_seed(seed).await?;
        self.paint(&structure, label, seed).await
    }

    /// The structure map and mask of a whole sample.
    pub async fn structure_of_seed(&self, seed: u64) -> Result<Structure, SynthesisError> {
        self.sampling()?.structure_of_seed(seed).await
    }

    /// The sample of the known answer's seed, shrunk as it is stored.
    pub async fn thumbnail(&self, seed: u64) -> Result<Vec<f32>, SynthesisError> {
        let label = self.study.lesion.healthy(self.size);
        let sample = self.sample(seed, &label).await?;
        let grey = self.study.modalities[0].channels.grey(&sample.images[0].1);
        Ok(grey.resized(THUMBNAIL, THUMBNAIL).into_values())
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
}

/// The generator's first plane: equation (12), or what an ablation leaves of it.
pub fn fused(structure: &Structure, noise: &Plane, input: Input) -> Plane {
    match (input.structure_map, input.noise_fusion) {
        (false, _) => noise.clone(),
        (true, false) => structure.map.clone(),
        (true, true) => fuse(&structure.map, &structure.mask, noise),
    }
}

#[cfg(all(test, feature = "nn"))]
mod tests;
