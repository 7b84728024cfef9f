//! One study as data: modalities, extraction values, lesion kind, loss weights.
//!
//! Everything that differs between chest X-rays and brain MRI stands in a [`Profile`]; everything
//! that differs between a small and a large model stands in a [`Geometry`], chosen by [`Preset`].

use serde::{Deserialize, Serialize};

/// An imaging modality: what one output of the generator shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modality {
    /// Projection radiography.
    Xray,
    /// T1-weighted MRI.
    T1,
    /// T1-weighted MRI after contrast agent.
    T1c,
    /// T2-weighted MRI.
    T2,
    /// Fluid-attenuated inversion recovery MRI.
    Flair,
    /// Colour fundus photography.
    Fundus,
    /// Computed tomography.
    Ct,
}

impl Modality {
    /// Every modality.
    pub const ALL: [Self; 7] = [
        Self::Xray,
        Self::T1,
        Self::T1c,
        Self::T2,
        Self::Flair,
        Self::Fundus,
        Self::Ct,
    ];

    /// The name in manifests, file names and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xray => "xray",
            Self::T1 => "t1",
            Self::T1c => "t1c",
            Self::T2 => "t2",
            Self::Flair => "flair",
            Self::Fundus => "fundus",
            Self::Ct => "ct",
        }
    }

    /// The modality of this name, as manifests write it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|m| m.name().eq_ignore_ascii_case(name))
    }
}

/// How a lesion label is given to the generator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LesionKind {
    /// The study has no lesion label.
    None,
    /// The whole image has one class: one constant plane per class, one-hot.
    Class(Vec<String>),
    /// A mask of lesion classes: one plane per class, without the background.
    Mask(Vec<String>),
    /// Boxes with a class: one plane per class, 1 inside its boxes.
    Boxes(Vec<String>),
}

impl LesionKind {
    /// Names of the classes, empty without a label.
    pub fn classes(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::Class(names) | Self::Mask(names) | Self::Boxes(names) => names,
        }
    }
}

/// Local contrast normalisation before the Sobel step: `(x - mean) / (deviation + floor)` in a
/// square window, for images whose faint structures would drown beside strong edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalContrast {
    /// Half the side of the window, pixels.
    pub radius: usize,
    /// Added to the deviation so that flat areas stay flat, on the 0..1 scale.
    pub floor: f32,
}

/// Values of algorithm 1 for one working size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// The side these values were chosen for, pixels.
    pub size: usize,
    /// Optional local contrast normalisation, off in the thesis.
    pub contrast: Option<LocalContrast>,
    /// Sigma of the blur of the gradients, pixels.
    pub sigma1: f32,
    /// Threshold on the gradients' distance from their mean, on the 0..1 scale.
    pub alpha: f32,
    /// Sigma of the blur of the union of lines, pixels.
    pub sigma2: f32,
    /// Threshold on the blurred union.
    pub beta: f32,
    /// Side of the median filter, odd, pixels; 1 leaves the map as it is.
    pub median: usize,
}

/// Values of algorithm 2.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaskSettings {
    /// What is darker than this is background, on the 0..1 scale.
    pub threshold: f32,
    /// The mask is enlarged by this many pixels and cut back to size (p).
    pub grow: usize,
    /// Side of the median filter, odd, pixels.
    pub median: usize,
    /// Fill the holes inside the outer contour of the largest component.
    pub fill: bool,
}

/// Weights of the structure stage's loss terms, equations (6)-(11).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StructureWeights {
    /// Mask generator, squared error (6).
    pub mask: f32,
    /// Reconstruction, squared error (7).
    pub squared: f32,
    /// Reconstruction, absolute error (the author's addition to (7)).
    pub absolute: f32,
    /// Lines on the background (7), (11).
    pub outside: f32,
    /// Latent moments towards 0 and 1 (the author's addition).
    pub moments: f32,
    /// Kullback-Leibler divergence of the posterior from N(0, 1), summed over the latent: keeps the
    /// posterior wide enough that neighbouring latents decode to neighbouring maps.
    pub divergence: f32,
    /// Encoder against the latent discriminator (9).
    pub latent_adversarial: f32,
    /// Decoder against the structure discriminator (11).
    pub adversarial: f32,
    /// Features of the structure discriminator, real beside reconstructed (VAE/GAN, Larsen 2016).
    pub feature: f32,
    /// How often the odds of a line are squared before the structure discriminator sees a map: 0
    /// shows the soft map. Real maps are binary, and a discriminator that only tells grey from
    /// black and white teaches nothing about lines.
    pub sharpening: u32,
}

/// Weights of the synthesis stage's loss terms, equations (13)-(18).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SynthesisWeights {
    /// Generator against the image discriminator (14).
    pub adversarial: f32,
    /// Modality head (13), (14).
    pub modality: f32,
    /// Reconstruction from real structure maps, squared error (18).
    pub squared: f32,
    /// Reconstruction from real structure maps, absolute error.
    pub absolute: f32,
    /// The mask term of (18).
    pub masked: f32,
    /// Features of the image discriminator, real beside synthesised from the same map.
    pub feature: f32,
}

/// One study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Name on the command line and in files.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What the generator paints, in the order of its one-hot condition.
    pub modalities: Vec<Modality>,
    /// The modality that structure maps and masks are taken from.
    pub source: Modality,
    /// The lesion label.
    pub lesion: LesionKind,
    /// Classes whose images train the structure stage; empty means all.
    pub structure_classes: Vec<String>,
    /// Algorithm 1, one set of values per working size.
    pub extraction: Vec<Extraction>,
    /// Algorithm 2, for a working size of 128 pixels (lengths scale with the size).
    pub mask: MaskSettings,
    /// Range of the fusion noise z', equation (12).
    pub noise: (f32, f32),
    /// A structure map is drawn where the decoder's output is greater than this.
    pub line_threshold: f32,
    /// Loss weights of the structure stage while it learns the layout.
    pub structure: StructureWeights,
    /// Loss weights of the structure stage once the layout is there: adversarial, for sharp lines.
    pub structure_sharp: StructureWeights,
    /// Step at which the structure stage goes from the first weights to the second.
    pub sharp_from: u64,
    /// Loss weights of the synthesis stage.
    pub synthesis: SynthesisWeights,
}

impl Profile {
    /// Names of the built-in profiles.
    pub const NAMES: [&'static str; 6] = [
        "chest-xray",
        "phantom-thorax",
        "phantom-brain",
        "brain-mri",
        "retina",
        "lung-ct",
    ];

    /// The built-in profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "chest-xray" => Some(chest_xray()),
            "phantom-thorax" => Some(phantom_thorax()),
            "phantom-brain" => Some(phantom_brain()),
            "brain-mri" => Some(brain_mri()),
            "retina" => Some(retina()),
            "lung-ct" => Some(lung_ct()),
            _ => None,
        }
    }

    /// The extraction values for a working size: those chosen for the nearest size.
    pub fn extraction_at(&self, size: usize) -> Extraction {
        let nearest = self.extraction.iter().min_by_key(|e| e.size.abs_diff(size));
        *nearest.expect("a profile holds at least one set of extraction values")
    }

    /// The mask settings for a working size: lengths are given for 128 pixels.
    pub fn mask_at(&self, size: usize) -> MaskSettings {
        let scaled = |length: usize| (length * size + 64) / 128;
        let median = scaled(self.mask.median) | 1;
        MaskSettings {
            grow: scaled(self.mask.grow),
            median,
            ..self.mask
        }
    }

    /// Loss weights of the structure stage at step number `step`.
    pub fn structure_weights(&self, step: u64) -> &StructureWeights {
        if step < self.sharp_from {
            &self.structure
        } else {
            &self.structure_sharp
        }
    }

    /// Planes of the lesion label, one per class.
    pub fn label_planes(&self) -> usize {
        self.lesion.classes().len()
    }
}

/// How large the networks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// 64 px, for tests and teaching.
    Tiny,
    /// 128 px, for the browser.
    Demo,
    /// The thesis's geometry.
    Paper,
}

impl Preset {
    /// The sizes behind the name.
    pub fn geometry(self) -> Geometry {
        match self {
            Self::Tiny => Geometry {
                size: 64,
                latent: 32,
                structure_width: 8,
                mask_width: 4,
                generator_width: 8,
                depth: 3,
                segmenter_width: 6,
                translator_width: 8,
                discriminator_width: 8,
            },
            Self::Demo => Geometry {
                size: 128,
                latent: 128,
                structure_width: 20,
                mask_width: 6,
                generator_width: 24,
                depth: 4,
                segmenter_width: 14,
                translator_width: 16,
                discriminator_width: 24,
            },
            Self::Paper => Geometry {
                size: 512,
                latent: 4096,
                structure_width: 64,
                mask_width: 64,
                generator_width: 64,
                depth: 3,
                segmenter_width: 64,
                translator_width: 64,
                discriminator_width: 64,
            },
        }
    }
}

/// Sizes of the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// Side of every image, pixels; a multiple of 16.
    pub size: usize,
    /// Values of the latent.
    pub latent: usize,
    /// Channels of the structure encoder and decoder at full resolution.
    pub structure_width: usize,
    /// Channels of the mask generator at full resolution.
    pub mask_width: usize,
    /// Channels of the generator at full resolution.
    pub generator_width: usize,
    /// Downsampling levels of the generator, the mask generator and the segmenters.
    pub depth: usize,
    /// Channels of the lesion segmenters at full resolution.
    pub segmenter_width: usize,
    /// Channels of the modality translator at full resolution.
    pub translator_width: usize,
    /// Channels of the discriminators' first layer.
    pub discriminator_width: usize,
}

fn values(
    size: usize,
    sigma1: f32,
    alpha: f32,
    sigma2: f32,
    beta: f32,
    median: usize,
) -> Extraction {
    Extraction {
        size,
        contrast: None,
        sigma1,
        alpha,
        sigma2,
        beta,
        median,
    }
}

const STRUCTURE: StructureWeights = StructureWeights {
    mask: 1.0,
    squared: 25.0,
    absolute: 10.0,
    outside: 1.0,
    moments: 0.1,
    divergence: 0.001,
    latent_adversarial: 0.05,
    adversarial: 0.5,
    feature: 10.0,
    sharpening: 0,
};

const STRUCTURE_SHARP: StructureWeights = StructureWeights {
    squared: 8.0,
    absolute: 4.0,
    adversarial: 2.0,
    sharpening: 2,
    ..STRUCTURE
};

const SYNTHESIS: SynthesisWeights = SynthesisWeights {
    adversarial: 1.0,
    modality: 1.0,
    squared: 5.0,
    absolute: 10.0,
    masked: 0.1,
    feature: 5.0,
};

fn named(name: &str, title: &str, modalities: &[Modality], source: Modality) -> Profile {
    Profile {
        name: name.into(),
        title: title.into(),
        modalities: modalities.to_vec(),
        source,
        lesion: LesionKind::None,
        structure_classes: Vec::new(),
        extraction: vec![
            values(64, 0.5, 0.06, 0.4, 0.2, 1),
            values(128, 0.7, 0.055, 0.45, 0.2, 3),
            values(512, 1.0, 0.03, 0.8, 0.2, 5),
        ],
        mask: MaskSettings {
            threshold: 0.15,
            grow: 2,
            median: 5,
            fill: true,
        },
        noise: (0.5, 0.6),
        line_threshold: 0.5,
        structure: STRUCTURE,
        structure_sharp: STRUCTURE_SHARP,
        sharp_from: 600,
        synthesis: SYNTHESIS,
    }
}

fn classes(names: &[&str]) -> Vec<String> {
    names.iter().map(|&n| n.into()).collect()
}

/// Chosen by eye on 40 normal radiographs: a mild contrast normalisation over a window of a third of
/// the side brings out ribs and heart beside the far steeper body wall, whose thick line it thins.
fn chest_extraction() -> Vec<Extraction> {
    let contrast = |size| {
        Some(LocalContrast {
            radius: size * 3 / 16,
            floor: 0.1,
        })
    };
    let chosen = [
        values(64, 0.6, 0.12, 0.4, 0.2, 1),
        values(128, 0.9, 0.095, 0.45, 0.2, 3),
        values(512, 1.2, 0.04, 0.8, 0.3, 5),
    ];
    chosen
        .map(|v| Extraction {
            contrast: contrast(v.size),
            ..v
        })
        .to_vec()
}

fn chest_xray() -> Profile {
    Profile {
        lesion: LesionKind::Class(classes(&["normal", "bacteria", "virus"])),
        structure_classes: classes(&["normal"]),
        extraction: chest_extraction(),
        ..named(
            "chest-xray",
            "Chest X-ray",
            &[Modality::Xray],
            Modality::Xray,
        )
    }
}

fn phantom_thorax() -> Profile {
    Profile {
        lesion: LesionKind::Class(classes(&["normal", "consolidation"])),
        structure_classes: classes(&["normal"]),
        extraction: chest_extraction(),
        sharp_from: 250,
        ..named(
            "phantom-thorax",
            "Phantom thorax",
            &[Modality::Xray],
            Modality::Xray,
        )
    }
}

const BRAIN: [Modality; 4] = [Modality::T1, Modality::T1c, Modality::T2, Modality::Flair];

fn phantom_brain() -> Profile {
    Profile {
        lesion: LesionKind::Mask(classes(&["oedema", "enhancing", "necrosis"])),
        ..named("phantom-brain", "Phantom brain", &BRAIN, Modality::Flair)
    }
}

fn brain_mri() -> Profile {
    Profile {
        lesion: LesionKind::Mask(classes(&["tumour"])),
        ..named("brain-mri", "Brain MRI", &BRAIN, Modality::Flair)
    }
}

fn retina() -> Profile {
    let mut profile = named("retina", "Retina", &[Modality::Fundus], Modality::Fundus);
    for values in &mut profile.extraction {
        values.contrast = Some(LocalContrast {
            radius: values.size / 16,
            floor: 0.02,
        });
    }
    profile
}

fn lung_ct() -> Profile {
    named("lung-ct", "Lung CT", &[Modality::Ct], Modality::Ct)
}
