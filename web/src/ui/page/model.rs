//! The model: what the page knows. Everybody reads and follows it; the controller alone changes it.

use leptos::prelude::*;
use scanweave::label::LabelKind;

use super::fit::{findings_of, fits, offers};
use super::known::Known;
use super::offer::Offer;
use super::phase::{Phase, Progress};
use super::wish::Wish;
use crate::model::protocol::{Backend, Figures, ImageInfo, ModelInfo, Picture};
use crate::model::scene::Scene;

/// Largest seed: what fits a number field without surprises.
pub const MAX_SEED: u64 = u32::MAX as u64;

/// Everything the panels show.
#[derive(Clone, Copy)]
pub struct Page {
    /// The models on offer.
    pub catalogue: Known<Vec<Offer>>,
    /// Id of the chosen model; empty for a file of the user's.
    pub model: Known<String>,
    /// The model that is loaded.
    pub opened: Known<Option<ModelInfo>>,
    /// What it computes on.
    pub backend: Known<Option<Backend>>,
    /// Everything that decides the picture.
    pub scene: Known<Scene>,
    /// Counts the scenes that were settled: a pointer that is down changes [`Page::scene`] too, and who
    /// keeps a scene, as the address does, waits for the end.
    pub settled: Known<u32>,
    /// The number in the seed field: seed of the next sample.
    pub seed: Known<u64>,
    /// Finding of the next sample, for studies that have findings.
    pub class: Known<usize>,
    /// The picture that is shown: every modality, of the newest scene that was painted in full.
    pub picture: Known<Option<Picture>>,
    /// What a pointer that is down makes of it: structure, lesion and one modality. It stays after the pointer was
    /// lifted, until the picture is painted in full.
    pub preview: Known<Option<Picture>>,
    /// The figures of the picture; `None` until they are known.
    pub figures: Known<Option<Figures>>,
    /// Time the picture took, milliseconds.
    pub time: Known<Option<f64>>,
    /// Loading, as far as it has come.
    pub progress: Known<Option<Progress>>,
    /// The browser refused to keep the model that was fetched last.
    pub unkept: Known<bool>,
    /// What the page is doing.
    pub phase: Known<Phase>,
    /// The modality a preview paints: the one that was looked at last.
    pub focus: Known<usize>,
    /// How the pictures are looked at, as the address says it.
    pub look: Known<String>,
    /// The image or volume that the engine holds, for scenes that come from it.
    pub image: Known<Option<ImageInfo>>,
    /// The name of an image or volume that is read as soon as a model is there.
    pub waits: Known<Option<String>>,
    /// How many steps undo and redo can go.
    pub steps: Known<(usize, usize)>,
}

impl Page {
    /// A page as the address wishes it.
    pub(super) fn new(wish: Wish) -> Self {
        let scene = Scene::of_seed(wish.seed, &LabelKind::default(), 0);
        Self {
            catalogue: Known::default(),
            model: Known::new(wish.model),
            opened: Known::default(),
            backend: Known::default(),
            scene: Known::new(wish.scene.unwrap_or(scene)),
            settled: Known::default(),
            seed: Known::new(wish.seed),
            class: Known::new(wish.class),
            picture: Known::default(),
            preview: Known::default(),
            figures: Known::default(),
            time: Known::default(),
            progress: Known::default(),
            unkept: Known::default(),
            phase: Known::default(),
            focus: Known::default(),
            look: Known::new(wish.look),
            image: Known::default(),
            waits: Known::default(),
            steps: Known::default(),
        }
    }

    /// Every finding of the study: classes of the whole image, or none and a lesion; empty when it knows neither.
    pub fn findings(self) -> Vec<String> {
        self.opened.with(|m| findings_of(m.as_ref()))
    }

    /// Whether the finding in this place can be chosen.
    pub fn offers(self, finding: usize) -> bool {
        self.opened
            .with(|m| m.as_ref().is_some_and(|m| offers(m, finding)))
    }

    /// Whether the model that is loaded can show this scene, as one from a link.
    pub fn admits(self, scene: &Scene) -> bool {
        let admits = |m: &ModelInfo| fits(scene, m, m.geometry.size);
        self.opened
            .with_untracked(|m| m.as_ref().is_some_and(admits))
    }

    /// Side of the pictures, pixels; 0 without a model.
    pub fn size(self) -> usize {
        self.opened
            .with(|m| m.as_ref().map_or(0, |m| m.geometry.size))
    }
}
