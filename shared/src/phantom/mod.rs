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

use crate::image::Plane;
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
}

/// Pictures of one anatomy and the truth about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Registered pictures, `size` x `size`, 0..=1, with the names of their modalities.
    pub images: Vec<(&'static str, Plane)>,
    /// One code per pixel, row-major: [`BrainTissue`] or [`ThoraxTissue`].
    pub tissue: Vec<u8>,
    /// 1 in the background, 0 inside the body.
    pub mask: Plane,
    /// Where the lesion is, values 0 and 1. Brain: one plane per lesion class of the study
    /// (oedema, enhancing, necrosis). Thorax: one plane, the consolidation.
    pub label: Vec<Plane>,
    /// Class of the whole image where the study labels images: 0 normal, 1 consolidation.
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
        Anatomy::Brain => {
            let options = BrainOptions {
                tumour: lesion,
                ..BrainOptions::default()
            };
            let BrainImages {
                images,
                tissue,
                mask,
                oedema,
                enhancing,
                necrosis,
            } = Brain::random(seed, options).render(size);
            Phantom {
                images: named(images),
                tissue,
                mask,
                label: vec![oedema, enhancing, necrosis],
                class: None,
            }
        }
        Anatomy::Thorax => {
            let options = ThoraxOptions {
                consolidation: lesion,
            };
            let ThoraxImages {
                image,
                tissue,
                mask,
                lesion: place,
            } = Thorax::random(seed, options).render(size);
            let images = vec![("xray", image)];
            Phantom {
                images,
                tissue,
                mask,
                label: vec![place],
                class: Some(usize::from(lesion)),
            }
        }
    }
}

/// What perfect scanners would show of the same phantom: registered signals without blur, bias and
/// noise, `size` x `size`. Empty for the thorax, whose radiograph is one projection and has nothing
/// to be in register with.
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
        Anatomy::Brain => {
            let options = BrainOptions {
                tumour: lesion,
                ..BrainOptions::default()
            };
            named(Brain::random(seed, options).signals(size))
        }
        Anatomy::Thorax => Vec::new(),
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
