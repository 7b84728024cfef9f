//! What the page knows: one struct of signals, and the few actions that change them.
//!
//! The picture follows from one [`Scene`]: panels change it through [`Page::change`] (while a pointer
//! is down) and [`Page::settle`] (a step that undo can take back), and the engine paints it.

use leptos::prelude::*;
use scanweave::label::LabelKind;
use scanweave::protocol::{
    Backend, BackendChoice, Detail, Figures, ImageInfo, Lane, ModelInfo, Picture, Request, Stage,
};
use scanweave::scene::{Edits, Lesion, Origin, Scene};
use web_sys::File;

use super::catalogue::Entry;
use super::fit::{findings_of, fits};
use super::history::History;
use super::link::{Answer, Link};
use super::trouble::Remedy;
use super::url::Wish;
use super::words::{NOT_ON_OFFER, Sentence, Word};
use super::{trouble, url};

/// Largest seed: what fits a number field without surprises.
pub const MAX_SEED: u64 = u32::MAX as u64;

/// What the page is doing; tests read it from the body's `data-state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No model is ready yet.
    Loading,
    /// Waiting for the user.
    Ready,
    /// A picture is being computed.
    Busy,
    /// The last wish failed.
    Error,
}

impl Phase {
    /// The word in `data-state`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Busy => "busy",
            Self::Error => "error",
        }
    }
}

/// Loading, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, 0 when unknown.
    pub total: u64,
}

/// Everything the panels show.
#[derive(Clone, Copy)]
pub struct Page {
    /// The models on offer.
    pub catalogue: RwSignal<Vec<Entry>>,
    /// Id of the chosen model; empty for a file of the user's.
    pub model: RwSignal<String>,
    /// The model that is loaded.
    pub opened: RwSignal<Option<ModelInfo>>,
    /// What it computes on.
    pub backend: RwSignal<Option<Backend>>,
    /// Everything that decides the picture. Changed by [`Page::change`] and [`Page::settle`] alone.
    pub scene: RwSignal<Scene>,
    /// The number in the seed field: seed of the next sample.
    pub seed: RwSignal<u64>,
    /// Finding of the next sample, for studies that have findings.
    pub class: RwSignal<usize>,
    /// The picture that is shown: every modality, of the newest scene that was painted in full.
    pub picture: RwSignal<Option<Picture>>,
    /// What a pointer that is still down would make of it: structure, lesion and one modality.
    pub preview: RwSignal<Option<Picture>>,
    /// The figures of the picture; `None` until they are known.
    pub figures: RwSignal<Option<Figures>>,
    /// Time the picture took, milliseconds.
    pub time: RwSignal<Option<f64>>,
    /// Loading, as far as it has come.
    pub progress: RwSignal<Option<Progress>>,
    /// The browser refused to keep the model that was fetched last.
    pub unkept: RwSignal<bool>,
    /// What the page is doing.
    pub phase: RwSignal<Phase>,
    /// The modality a preview paints: the one that was looked at last.
    pub focus: RwSignal<usize>,
    /// How the pictures are looked at, as the address says it.
    pub look: RwSignal<String>,
    /// The image or volume that the engine holds, for scenes that come from it.
    pub image: RwSignal<Option<ImageInfo>>,
    /// How many steps undo and redo can go.
    pub steps: RwSignal<(usize, usize)>,
    /// What was wished by address.
    pub choice: BackendChoice,
    /// The file of [`Page::image`], to read another slice of it.
    file: StoredValue<Option<File>, LocalStorage>,
    history: StoredValue<History<Scene>, LocalStorage>,
    link: StoredValue<Link, LocalStorage>,
}

impl Page {
    /// A page as the address wishes it.
    pub fn new(wish: Wish) -> Self {
        let scene = Scene::of_seed(wish.seed, &LabelKind::default(), 0);
        Self {
            catalogue: RwSignal::default(),
            model: RwSignal::new(wish.model),
            opened: RwSignal::default(),
            backend: RwSignal::default(),
            scene: RwSignal::new(wish.scene.unwrap_or(scene)),
            seed: RwSignal::new(wish.seed),
            class: RwSignal::new(wish.class),
            picture: RwSignal::default(),
            preview: RwSignal::default(),
            figures: RwSignal::default(),
            time: RwSignal::default(),
            progress: RwSignal::default(),
            unkept: RwSignal::default(),
            phase: RwSignal::new(Phase::Loading),
            focus: RwSignal::default(),
            look: RwSignal::new(wish.look),
            image: RwSignal::default(),
            steps: RwSignal::default(),
            choice: wish.backend,
            file: StoredValue::new_local(None),
            history: StoredValue::new_local(History::default()),
            link: StoredValue::new_local(Link::default()),
        }
    }

    /// Loads the model of this id.
    pub fn open(self, id: &str) {
        let entry = self
            .catalogue
            .with_untracked(|c| c.iter().find(|e| e.id == id).cloned());
        let Some(entry) = entry else {
            return self.fail(NOT_ON_OFFER);
        };
        self.model.set(entry.id.clone());
        self.load(
            Request::Open {
                source: entry.source(),
                backend: self.choice,
            },
            None,
        );
    }

    /// Loads a model from a file of the user's.
    pub fn open_file(self, file: File) {
        let request = Request::OpenFile {
            name: file.name(),
            backend: self.choice,
        };
        self.load(request, Some(file));
    }

    fn load(self, request: Request, file: Option<File>) {
        trouble::clear();
        self.phase.set(Phase::Loading);
        self.progress.set(None);
        self.unkept.set(false);
        self.send(request, file);
    }

    /// Another model could not be opened: the one that is open stays, and is the one that is chosen.
    pub(super) fn keep_model(self) {
        let open = self
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.sha256.clone()));
        let Some(digest) = open else { return };
        let offered = |c: &Vec<Entry>| {
            let entry = c.iter().find(|e| e.sha256 == digest);
            entry.map_or_else(String::new, |e| e.id.clone())
        };
        self.model.set(self.catalogue.with_untracked(offered));
    }

    /// Another model is ready; what of the scene it cannot show goes back to a seed.
    pub fn show_model(self, model: ModelInfo) {
        if self.class.get_untracked() >= findings_of(Some(&model)).len() {
            self.class.set(0);
        }
        let size = model.geometry.size;
        let fits = self.scene.with_untracked(|s| fits(s, &model, size));
        let plain = self.scene.with_untracked(Scene::seed).is_some();
        self.focus.set(0);
        self.image.set(None);
        self.file.set_value(None);
        self.opened.set(Some(model));
        self.history.set_value(History::default());
        self.steps.set((0, 0));
        if plain || !fits {
            self.scene.set(self.sampled());
        }
    }

    /// Samples a structure map with this seed and paints it.
    pub fn sample(self, seed: u64) {
        self.seed.set(seed.min(MAX_SEED));
        self.settle(self.sampled());
    }

    /// Steps the seed and paints.
    pub fn step(self, by: i64) {
        let seed = self.seed.get_untracked();
        let next = seed.saturating_add_signed(by).min(MAX_SEED);
        if next != seed {
            self.sample(next);
        }
    }

    /// The scene that the seed field and the finding mean.
    fn sampled(self) -> Scene {
        let (seed, class) = (self.seed.get_untracked(), self.class.get_untracked());
        let kind = self
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.study.lesion.clone()));
        Scene::of_seed(seed, &kind.unwrap_or_default(), class)
    }

    /// Another finding; everything else of the scene stays.
    pub fn find(self, class: usize) {
        self.class.set(class);
        let lesion = self.sampled().lesion;
        let scene = self.scene.get_untracked();
        self.settle(Scene { lesion, ..scene });
    }

    /// Reads this image or volume; its structure map is painted when it is there.
    pub fn bring(self, file: File) {
        self.file.set_value(Some(file));
        self.read(None);
    }

    /// Reads another slice of the volume that was brought.
    pub fn turn_to_slice(self, slice: u32) {
        self.read(Some(slice));
    }

    fn read(self, slice: Option<u32>) {
        let Some(file) = self.file.get_value() else {
            return;
        };
        trouble::clear();
        self.phase.set(Phase::Busy);
        let name = file.name();
        self.send(Request::Read { name, slice }, Some(file));
    }

    /// An image was read: it is painted.
    pub(super) fn show_image(self, image: ImageInfo) {
        self.image.set(Some(image));
        let scene = self.scene.get_untracked();
        let values = match &scene.origin {
            Origin::Image { values } => *values,
            _ => None,
        };
        self.settle(Scene {
            origin: Origin::Image { values },
            edits: Edits::default(),
            ..scene
        });
    }

    /// Drops an image that could not be read; the scene stays what it was.
    pub(super) fn forget_file(self) {
        self.file.set_value(None);
    }

    /// Changes the scene for the moment, while a pointer is down: only a preview is painted, and undo
    /// knows nothing of it. [`Page::settle`] ends it.
    pub fn change(self, scene: Scene) {
        self.scene.set(scene.clone());
        if self.can_paint(&scene) {
            let modality = self.focus.get_untracked() as u32;
            let (scene, detail) = (Box::new(scene), Detail::Preview { modality });
            self.send(Request::Paint { scene, detail }, None);
        }
    }

    /// Changes the scene for good: undo can take it back, the address follows, all is painted.
    pub fn settle(self, scene: Scene) {
        self.settle_from(self.scene.get_untracked(), scene);
    }

    /// As [`Page::settle`], where `before` is what undo goes back to: the scene before a pointer went
    /// down, not the last that [`Page::change`] set.
    pub fn settle_from(self, before: Scene, scene: Scene) {
        if before != scene {
            self.history.update_value(|h| h.remember(before));
            self.count_steps();
        }
        self.scene.set(scene);
        self.paint();
    }

    /// Takes the last change back.
    pub fn undo(self) {
        self.travel(History::undo);
    }

    /// Does again what was taken back last.
    pub fn redo(self) {
        self.travel(History::redo);
    }

    fn travel(self, go: fn(&mut History<Scene>, Scene) -> Option<Scene>) {
        let now = self.scene.get_untracked();
        let found = self.history.try_update_value(|h| go(h, now));
        if let Some(Some(scene)) = found {
            self.count_steps();
            if let Some(seed) = scene.seed() {
                self.seed.set(seed);
            }
            match scene.lesion {
                Lesion::None => self.class.set(0),
                Lesion::Class(class) => self.class.set(class as usize),
                Lesion::Placed { .. } => self.class.set(1),
                Lesion::Drawn(_) | Lesion::Boxes(_) => {}
            }
            self.scene.set(scene);
            self.paint();
        }
    }

    fn count_steps(self) {
        self.steps.set(self.history.with_value(History::depths));
    }

    /// Paints the scene in full; without a model, as soon as there is one.
    pub fn paint(self) {
        url::write(self);
        let scene = self.scene.get_untracked();
        if self.opened.with_untracked(Option::is_none) {
            return;
        }
        trouble::clear();
        self.preview.set(None);
        if !self.can_paint(&scene) {
            return self.phase.set(Phase::Ready);
        }
        self.phase.set(Phase::Busy);
        let (scene, detail) = (Box::new(scene), Detail::Full);
        self.send(Request::Paint { scene, detail }, None);
    }

    /// Models without a decoder paint only what is drawn or brought.
    fn can_paint(self, scene: &Scene) -> bool {
        let samples = self
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.samples));
        match (samples, &scene.origin) {
            (None, _) | (Some(false), Origin::Latent(_)) => false,
            (Some(_), Origin::Image { .. }) => self.image.with_untracked(Option::is_some),
            _ => true,
        }
    }

    /// Sends a wish to the engine.
    pub fn send(self, request: Request, file: Option<File>) {
        self.link
            .with_value(|link| link.send(self, request, file, None));
    }

    /// Sends a wish whose answers ([`scanweave::protocol::Event`]s of its id) go to `answer`.
    pub fn ask(self, request: Request, answer: Answer) {
        self.link
            .with_value(|link| link.send(self, request, None, Some(answer)));
    }

    /// Forgets what waits or runs in a lane of the engine.
    pub fn cancel(self, lane: Lane) {
        self.send(Request::Cancel { lane }, None);
    }

    /// A wish failed: says so, and keeps what was there.
    pub fn fail(self, sentence: Word) {
        self.fail_with(sentence, "", Remedy::None);
    }

    /// As [`Page::fail`]; behind the sentence stands what the engine or the browser says in English.
    pub fn fail_with(self, sentence: impl Into<Sentence>, detail: &str, remedy: Remedy) {
        self.progress.set(None);
        self.phase.set(Phase::Error);
        trouble::tell(sentence, detail, remedy);
    }

    /// Starts the engine anew, on the CPU, with the model that was asked for last.
    pub fn restart(self) {
        trouble::clear();
        self.phase.set(Phase::Loading);
        if !self.link.with_value(|link| link.restart(self)) {
            self.open(&self.model.get_untracked());
        }
    }

    /// Findings to choose from: classes of the whole image, or none and a lesion; empty when the study
    /// knows neither.
    pub fn findings(self) -> Vec<String> {
        self.opened.with(|m| findings_of(m.as_ref()))
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
