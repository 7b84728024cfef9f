//! One study as data: what a picture is made from.
//!
//! Everything that differs between chest X-rays and brain MRI when a picture is drawn stands in a [`Study`];
//! everything that differs between a small and a large model stands in a [`Geometry`], chosen by [`Preset`].
//! How the networks learn is no part of it: that is the training's recipe (`train::Recipe`), and a new loss or
//! rate changes no study and no file.

mod channels;
mod geometry;
mod modality;
mod names;
mod studies;

pub use crate::structure::{Extraction, LocalContrast, MaskSettings};
pub use channels::Channels;
pub use geometry::{Geometry, Preset};
pub use modality::{Modality, Scale, Title};

use serde::{Deserialize, Serialize};

use crate::image::{Image, Plane};
use crate::label::LabelKind;
use crate::style;

/// What stands beside the modalities in names of files.
const RESERVED: [&str; 4] = ["structure", "mask", "label", "all"];

/// One study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Name on the command line and in files.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What the generator paints, in the order of its one-hot condition.
    pub modalities: Vec<Modality>,
    /// Name of the modality that structure maps and masks are taken from.
    pub source: String,
    /// Weight of each channel of the source modality in the plane that structure maps and masks are taken from.
    /// Empty: a grey plane itself, the luminance of colours, of a slice with its neighbours the slice.
    #[serde(default)]
    pub source_weights: Vec<f32>,
    /// The lesion label.
    #[serde(default)]
    pub lesion: LabelKind,
    /// Algorithm 1, one set of values per working size.
    pub extraction: Vec<Extraction>,
    /// Algorithm 2, for a working size of 128 pixels (lengths scale with the size).
    pub mask: MaskSettings,
    /// Range of the fusion noise z', equation (12).
    #[serde(default = "usual_noise")]
    pub noise: (f32, f32),
    /// A structure map is drawn where the decoder's output is greater than this.
    #[serde(default = "usual_threshold")]
    pub line_threshold: f32,
    /// The structure networks draw and judge the distance from the lines, which ends so many pixels away, and not the
    /// lines themselves ([`distance_field`](crate::structure::distance_field)); 0: lines.
    #[serde(default)]
    pub line_reach: usize,
    /// Lesions keep this distance from the organ's outline, pixels at 128: skull and scalp are
    /// inside a head's outline, and no brain tumour grows there.
    #[serde(default)]
    pub lesion_margin: usize,
    /// What the generator is given.
    #[serde(default)]
    pub input: Input,
    /// The generator is told the style of an image besides ([`style`]); no part of the method.
    #[serde(default)]
    pub style: bool,
}

/// What the generator is given: the parts of the method that change a picture when it is drawn. The rows of
/// the ablation (table 1) leave some out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// The generator sees the structure map; without it, noise stands in its place.
    pub structure_map: bool,
    /// Labels are placed inside the organ (algorithm 4); without it, anywhere.
    pub label_filter: bool,
    /// The inside of the organ is filled with noise (12); without it, the map stays empty there.
    pub noise_fusion: bool,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            structure_map: true,
            label_filter: true,
            noise_fusion: true,
        }
    }
}

/// z' of equation (12) as the thesis draws it.
fn usual_noise() -> (f32, f32) {
    (0.5, 0.6)
}

fn usual_threshold() -> f32 {
    0.5
}

impl Study {
    /// Names of the built-in studies.
    pub const NAMES: [&'static str; 8] = studies::NAMES;

    /// The built-in study of this name.
    pub fn named(name: &str) -> Option<Self> {
        studies::named(name)
    }

    /// A study of no modality with the plain values of every other field: what a study file without a base
    /// starts from.
    pub fn plain() -> Self {
        studies::plain()
    }

    /// The extraction values for a working size: as listed, or between those of the two nearest sizes.
    pub fn extraction_at(&self, size: usize) -> Extraction {
        Extraction::between(&self.extraction, size)
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
        let filtered = self.input.label_filter;
        filtered.then(|| self.lesion_margin_at(size))
    }

    /// Values of the one-hot that says which modality is painted: none where there is one alone.
    pub fn modality_classes(&self) -> usize {
        match self.modalities.len() {
            1 => 0,
            several => several,
        }
    }

    /// Values of the generator's condition: the modality's one-hot and, where it is told, the style.
    pub fn condition(&self) -> usize {
        let style = if self.style { style::LENGTH } else { 0 };
        self.modality_classes() + style
    }

    /// Place of the source modality among the modalities.
    pub fn source_place(&self) -> usize {
        self.place_of(&self.source).unwrap_or(0)
    }

    /// Channels of what the networks paint and see: the most of any modality. A modality with fewer is given to
    /// them as equal planes, and what they paint of it is averaged.
    pub fn channels(&self) -> usize {
        let each = self.modalities.iter().map(|m| m.channels.count());
        each.max().unwrap_or(1)
    }

    /// The plane of an image of the source modality that structure maps and masks are taken from, and modalities
    /// are compared in.
    pub fn source_plane(&self, image: &Image) -> Plane {
        self.plane_of(self.source_place(), image)
    }

    /// One plane of an image of the modality at this place: of the source the study's weighted sum, else grey.
    /// The weights hold for images that have as many channels, as files of one's own may not.
    pub fn plane_of(&self, modality: usize, image: &Image) -> Plane {
        let weights = &self.source_weights;
        if modality == self.source_place() && weights.len() == image.channels() {
            return image.mixed(weights);
        }
        let channels = self.modalities.get(modality).map(|m| m.channels);
        channels.unwrap_or_default().grey(image)
    }

    /// Place of the modality of this name, as manifests write it: upper and lower case are alike.
    pub fn place_of(&self, modality: &str) -> Option<usize> {
        let mut modalities = self.modalities.iter();
        modalities.position(|m| m.name.eq_ignore_ascii_case(modality))
    }

    /// Place of the modality that data sets call so: by its own name, else by another usual one, such as `t1n`, `T1w`
    /// and `t1ce`.
    pub fn place_called(&self, name: &str) -> Option<usize> {
        let place = |wanted: &str| {
            let mut modalities = self.modalities.iter();
            modalities.position(|m| names::plain(&m.name) == wanted)
        };
        place(&names::plain(name)).or_else(|| names::built_in(name).and_then(place))
    }

    /// Names of the modalities, in order.
    pub fn modality_names(&self) -> Vec<String> {
        self.modalities.iter().map(|m| m.name.clone()).collect()
    }

    /// Planes of the lesion label, one per class.
    pub fn label_planes(&self) -> usize {
        self.lesion.classes().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours() -> Image {
        let planes = [0.2, 0.4, 0.8].map(|v| Plane::filled(2, 2, v));
        Image::new(planes.into()).expect("planes of one size")
    }

    #[test]
    fn maps_come_from_the_channel_that_the_study_names() {
        let mut study = Study::named("retina").expect("built in");
        assert_eq!(study.channels(), 3);
        let green = Plane::filled(2, 2, 0.4);
        assert_eq!(study.source_plane(&colours()), green);
        let grey = Plane::filled(2, 2, 0.3);
        assert_eq!(study.source_plane(&grey.clone().into()), grey);
        study.source_weights.clear();
        assert_eq!(study.source_plane(&colours()), colours().to_grey());
        study.modalities[0].channels = Channels::Neighbours;
        assert_eq!(study.source_plane(&colours()), green, "the middle slice");
    }

    #[test]
    fn weights_are_those_of_the_source_alone() {
        let mut study = Study::named("retina").expect("built in");
        let mut other = study.modalities[0].clone();
        other.name = "other".into();
        study.modalities.push(other);
        assert_eq!(study.plane_of(1, &colours()), colours().to_grey());
        assert_eq!(study.plane_of(0, &colours()), colours().planes()[1]);
        let grey = Study::named("brain-mri").expect("built in");
        assert_eq!(grey.channels(), 1);
    }
}
