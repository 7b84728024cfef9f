//! One study as data: modalities, extraction values, lesion kind, loss weights.
//!
//! Everything that differs between chest X-rays and brain MRI stands in a [`Study`]; everything
//! that differs between a small and a large model stands in a [`Geometry`], chosen by [`Preset`].
//! The rows of the method's ablation differ in [`Switches`] alone.

mod ablation;
mod extraction;
mod geometry;
mod studies;
mod weights;

pub use ablation::{Ablation, Switches};
pub use extraction::{Extraction, LocalContrast, MaskSettings};
pub use geometry::{Geometry, Preset};
pub use weights::{
    ModalityHead, SegmenterWeights, StructureWeights, SynthesisWeights, TranslatorWeights,
};

use serde::{Deserialize, Serialize};

use crate::label::LabelKind;

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

/// One study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Name on the command line and in files.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What the generator paints, in the order of its one-hot condition.
    pub modalities: Vec<Modality>,
    /// The modality that structure maps and masks are taken from.
    pub source: Modality,
    /// The lesion label.
    pub lesion: LabelKind,
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
    /// Lesions keep this distance from the organ's outline, pixels at 128: skull and scalp are
    /// inside a head's outline, and no brain tumour grows there.
    pub lesion_margin: usize,
    /// Which parts of the method are on.
    pub switches: Switches,
    /// The discriminators' convolutions are spectrally normalised (Miyato 2018).
    pub spectral: bool,
    /// Loss weights of the structure stage while it learns the layout.
    pub structure: StructureWeights,
    /// Loss weights of the structure stage once the layout is there: adversarial, for sharp lines.
    pub structure_sharp: StructureWeights,
    /// Step at which the structure stage goes from the first weights to the second.
    pub sharp_from: u64,
    /// Loss weights of the translator stage.
    pub translator: TranslatorWeights,
    /// Loss weights of the lesion segmenters.
    pub segmenter: SegmenterWeights,
    /// Loss weights of the synthesis stage.
    pub synthesis: SynthesisWeights,
}

impl Study {
    /// Names of the built-in studies.
    pub const NAMES: [&'static str; 7] = studies::NAMES;

    /// The built-in study of this name.
    pub fn named(name: &str) -> Option<Self> {
        studies::named(name)
    }

    /// The same study with only those parts of the method that a row of the ablation has.
    #[must_use]
    pub fn with_ablation(mut self, row: Ablation) -> Self {
        self.switches = row.switches();
        self
    }

    /// The extraction values for a working size: those chosen for the nearest size.
    pub fn extraction_at(&self, size: usize) -> Extraction {
        let nearest = self.extraction.iter().min_by_key(|e| e.size.abs_diff(size));
        *nearest.expect("a study holds at least one set of extraction values")
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

    /// [`Study::lesion_margin`] at a working size.
    pub fn lesion_margin_at(&self, size: usize) -> usize {
        (self.lesion_margin * size + 64) / 128
    }

    /// The distance that lesions keep from the outline at a working size; `None` where the label filter
    /// is off and they may lie anywhere.
    pub fn placing_margin_at(&self, size: usize) -> Option<usize> {
        let filtered = self.switches.label_filter;
        filtered.then(|| self.lesion_margin_at(size))
    }

    /// Loss weights of the structure stage at step number `step`.
    pub fn structure_weights(&self, step: u64) -> &StructureWeights {
        if step < self.sharp_from {
            &self.structure
        } else {
            &self.structure_sharp
        }
    }

    /// Place of the source modality among the modalities.
    pub fn source_place(&self) -> usize {
        let place = self.modalities.iter().position(|m| *m == self.source);
        place.unwrap_or(0)
    }

    /// Planes of the lesion label, one per class.
    pub fn label_planes(&self) -> usize {
        self.lesion.classes().len()
    }
}
