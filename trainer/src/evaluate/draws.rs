//! What draws labelled images, whatever it is: a model, or a baseline that is measured as a model is.

use scanweave::image::Image;
use scanweave::label::{ClassMap, Label};
use scanweave::structure::Structure;
use scanweave::study::Study;

/// One synthetic subject.
pub struct Subject {
    /// Every modality, in the study's order.
    pub images: Vec<Image>,
    /// The map and mask that they were painted from; `None` of what draws without.
    pub structure: Option<Structure>,
    /// The lesion that was asked for; empty where the study's labels are not placed.
    pub lesion: ClassMap,
}

/// Draws labelled images.
pub trait Draws: Sync {
    /// What the images are of.
    fn study(&self) -> &Study;
    /// Side of the images, pixels.
    fn size(&self) -> usize;
    /// Subject number `index` of the series `seed`: it follows from both alone, and no filter has chosen it.
    ///
    /// # Errors
    /// When it cannot be drawn.
    fn sample(&self, seed: u64, index: u64) -> anyhow::Result<Subject>;
    /// Whether it draws several subjects at once on as many cores, in place of one on a device.
    fn at_once(&self) -> bool {
        false
    }
    /// How it paints an anatomy that it is given, if it can.
    fn painter(&self) -> Option<&dyn Paints> {
        None
    }
}

/// Paints an anatomy that it is given.
pub trait Paints: Sync {
    /// Every modality of a structure with its label; `noise` is the seed of all that neither decides.
    ///
    /// # Errors
    /// When the label is not of the study, or the device fails.
    fn paint(&self, structure: &Structure, label: &Label, noise: u64)
    -> anyhow::Result<Vec<Image>>;
}
