//! Procedural anatomy with known truth, random in shape, size, pose and contrast.
//!
//! Tests, lessons and the default training run need no patient data: every picture here comes from
//! a seed, together with its tissue map, its background mask and its lesion. The geometry is
//! continuous, so a seed shows the same anatomy at every size; a seed and a size give the same 8-bit
//! picture on native and on wasm.

mod acquisition;
pub mod brain;
mod field;
pub mod fundus;
pub mod golden;
pub(crate) mod shape;
pub mod thorax;

use crate::image::{Image, Plane};
pub use brain::{Brain, BrainImages, BrainOptions, BrainTissue, Sequence};
pub use fundus::{Fundus, FundusImages, FundusOptions, FundusTissue};
pub use golden::digest;
pub use thorax::{Thorax, ThoraxImages, ThoraxOptions, ThoraxTissue};

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anatomy {
    /// Axial slice of a head: T1, T1c, T2, Flair; lesion planes oedema, enhancing, necrosis.
    Brain,
    /// Frontal radiograph of a chest; classes normal (0) and consolidation (1).
    Thorax,
    /// Colour photograph of the fundus of an eye; one lesion plane, retinopathy.
    Fundus,
}

impl Anatomy {
    const ALL: [Self; 3] = [Self::Brain, Self::Thorax, Self::Fundus];

    /// The anatomy whose phantoms show all modalities of these names, as a study lists them.
    pub fn showing(modalities: &[String]) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|anatomy| {
            let drawn = anatomy.modalities();
            modalities.iter().all(|name| drawn.contains(&name.as_str()))
        })
    }

    /// Names of the modalities that are drawn of it.
    pub fn modalities(self) -> &'static [&'static str] {
        match self {
            Self::Brain => &["t1", "t1c", "t2", "flair"],
            Self::Thorax => &["xray"],
            Self::Fundus => &["fundus"],
        }
    }
}

/// Pictures of one anatomy and the truth about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Registered pictures, `size` x `size`, 0..=1, with the names of their modalities.
    pub images: Vec<(&'static str, Image)>,
    /// One code per pixel, row-major: [`BrainTissue`], [`ThoraxTissue`] or [`FundusTissue`].
    pub tissue: Vec<u8>,
    /// 1 in the background, 0 inside the body.
    pub mask: Plane,
    /// Where the lesion is, values 0 and 1. Brain: one plane per lesion class of the study
    /// (oedema, enhancing, necrosis). Thorax: one plane, the consolidation. Fundus: one plane, all signs of
    /// retinopathy.
    pub label: Vec<Plane>,
    /// Class of the whole image where the study labels images: 0 normal, 1 consolidation or retinopathy.
    pub class: Option<usize>,
}

/// The phantom that belongs to `seed`, with or without a lesion.
///
/// ```
/// use scanweave::phantom::{self, Anatomy};
///
/// let brain = phantom::draw(Anatomy::Brain, 7, 64, true);
/// assert_eq!(brain.images.len(), 4, "T1, T1c, T2 and Flair of one head");
/// assert!(brain.label[0].values().contains(&1.0), "with a tumour in it");
/// assert_eq!(brain, phantom::draw(Anatomy::Brain, 7, 64, true));
/// ```
///
/// # Panics
/// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
pub fn draw(anatomy: Anatomy, seed: u64, size: usize, lesion: bool) -> Phantom {
    match anatomy {
        Anatomy::Brain => brain(seed, size, lesion),
        Anatomy::Thorax => thorax(seed, size, lesion),
        Anatomy::Fundus => fundus(seed, size, lesion),
    }
}

fn brain(seed: u64, size: usize, tumour: bool) -> Phantom {
    let BrainImages {
        images,
        tissue,
        mask,
        oedema,
        enhancing,
        necrosis,
    } = random_brain(seed, tumour).render(size);
    let images = named(images).into_iter();
    Phantom {
        images: images.map(|(name, plane)| (name, plane.into())).collect(),
        tissue,
        mask,
        label: vec![oedema, enhancing, necrosis],
        class: None,
    }
}

fn random_brain(seed: u64, tumour: bool) -> Brain {
    let options = BrainOptions {
        tumour,
        ..BrainOptions::default()
    };
    Brain::random(seed, options)
}

fn thorax(seed: u64, size: usize, consolidation: bool) -> Phantom {
    let ThoraxImages {
        image,
        tissue,
        mask,
        lesion,
    } = Thorax::random(seed, ThoraxOptions { consolidation }).render(size);
    Phantom {
        images: vec![("xray", image.into())],
        tissue,
        mask,
        label: vec![lesion],
        class: Some(usize::from(consolidation)),
    }
}

fn fundus(seed: u64, size: usize, retinopathy: bool) -> Phantom {
    let FundusImages {
        rgb,
        tissue,
        mask,
        lesion,
        ..
    } = Fundus::random(seed, FundusOptions { retinopathy }).render(size);
    let photograph = Image::new(rgb.into()).expect("three channels of one size");
    Phantom {
        images: vec![("fundus", photograph)],
        tissue,
        mask,
        label: vec![lesion],
        class: Some(usize::from(retinopathy)),
    }
}

/// What perfect scanners would show of the same phantom: registered signals without blur, bias and
/// noise, `size` x `size`. Empty for the thorax and the fundus: a radiograph and a photograph are one picture
/// each and have nothing to be in register with.
///
/// # Panics
/// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
pub fn signals(
    anatomy: Anatomy,
    seed: u64,
    size: usize,
    lesion: bool,
) -> Vec<(&'static str, Plane)> {
    match anatomy {
        Anatomy::Brain => named(random_brain(seed, lesion).signals(size)),
        Anatomy::Thorax | Anatomy::Fundus => Vec::new(),
    }
}

fn named(images: Vec<(Sequence, Plane)>) -> Vec<(&'static str, Plane)> {
    let images = images.into_iter();
    images
        .map(|(sequence, plane)| (sequence.name(), plane))
        .collect()
}

#[cfg(test)]
mod tests;
