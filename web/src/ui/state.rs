//! What the page knows: one struct of signals, and the few actions that change them.

use leptos::prelude::*;
use scanweave::profile::LesionKind;
use scanweave::protocol::{Backend, BackendChoice, Label, ModelInfo, Picture, Request, Stage};
use web_sys::File;

use super::catalogue::Entry;
use super::link::Link;
use super::url::Wish;
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
    /// Seed of the next picture.
    pub seed: RwSignal<u64>,
    /// Class of the next picture, for studies that have classes.
    pub class: RwSignal<usize>,
    /// The picture that is shown.
    pub picture: RwSignal<Option<Picture>>,
    /// Time the picture took, milliseconds.
    pub time: RwSignal<Option<f64>>,
    /// Loading, as far as it has come.
    pub progress: RwSignal<Option<Progress>>,
    /// What the page is doing.
    pub phase: RwSignal<Phase>,
    /// What was wished by address.
    pub choice: BackendChoice,
    /// The image to take the structure map from, instead of sampling one.
    pub file: StoredValue<Option<File>, LocalStorage>,
    /// Its name, to show.
    pub file_name: RwSignal<Option<String>>,
    link: StoredValue<Link, LocalStorage>,
}

impl Page {
    /// A page as the address wishes it.
    pub fn new(wish: Wish) -> Self {
        Self {
            catalogue: RwSignal::default(),
            model: RwSignal::new(wish.model),
            opened: RwSignal::default(),
            backend: RwSignal::default(),
            seed: RwSignal::new(wish.seed),
            class: RwSignal::new(wish.class),
            picture: RwSignal::default(),
            time: RwSignal::default(),
            progress: RwSignal::default(),
            phase: RwSignal::new(Phase::Loading),
            choice: wish.backend,
            file: StoredValue::new_local(None),
            file_name: RwSignal::default(),
            link: StoredValue::new_local(Link::default()),
        }
    }

    /// Loads the model of this id.
    pub fn open(self, id: &str) {
        let entry = self
            .catalogue
            .with_untracked(|c| c.iter().find(|e| e.id == id).cloned());
        let Some(entry) = entry else {
            return self.fail("This model is not on offer: choose another one.");
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
        self.link.with_value(|link| link.send(self, request, file));
    }

    /// Another model is ready; a class that it does not know becomes its first.
    pub fn show_model(self, model: ModelInfo) {
        if self.class.get_untracked() >= classes_of(Some(&model)).len() {
            self.class.set(0);
        }
        self.opened.set(Some(model));
    }

    /// Samples a structure map with this seed and paints it.
    pub fn sample(self, seed: u64) {
        self.file.set_value(None);
        self.file_name.set(None);
        self.seed.set(seed.min(MAX_SEED));
        self.paint();
    }

    /// Steps the seed and paints.
    pub fn step(self, by: i64) {
        let seed = self.seed.get_untracked();
        let next = seed.saturating_add_signed(by).min(MAX_SEED);
        if next != seed {
            self.seed.set(next);
            self.paint();
        }
    }

    /// Takes the structure map of this image and paints it.
    pub fn bring(self, file: File) {
        self.file_name.set(Some(file.name()));
        self.file.set_value(Some(file));
        self.paint();
    }

    /// Paints what the fields say; without a model, as soon as there is one.
    pub fn paint(self) {
        url::write(self);
        let Some(samples) = self
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.samples))
        else {
            return;
        };
        trouble::clear();
        if !samples && self.file.with_value(Option::is_none) {
            return self.phase.set(Phase::Ready);
        }
        self.phase.set(Phase::Busy);
        let (seed, label) = (self.seed.get_untracked(), self.label());
        let file = self.file.get_value();
        let request = match &file {
            Some(file) => Request::Image {
                name: file.name(),
                seed,
                label,
            },
            None => Request::Sample { seed, label },
        };
        self.link.with_value(|link| link.send(self, request, file));
    }

    /// A wish failed: says so, and keeps what was there.
    pub fn fail(self, message: &str) {
        self.progress.set(None);
        self.phase.set(Phase::Error);
        trouble::show(message);
    }

    /// Drops an image that could not be read, so that the next wish is a sample again.
    pub fn forget_file(self) {
        self.file.set_value(None);
        self.file_name.set(None);
    }

    fn label(self) -> Label {
        let class = self.class.get_untracked();
        self.opened
            .with_untracked(|m| match m.as_ref().map(|m| &m.profile.lesion) {
                Some(LesionKind::Class(names)) if !names.is_empty() => {
                    Label::Class(class.min(names.len() - 1))
                }
                Some(LesionKind::Mask(_)) if class > 0 => Label::Placed,
                _ => Label::None,
            })
    }

    /// Findings to choose from: classes of the whole image, or none and a lesion; empty when the study
    /// knows neither.
    pub fn classes(self) -> Vec<String> {
        self.opened.with(|m| classes_of(m.as_ref()))
    }
}

fn classes_of(model: Option<&ModelInfo>) -> Vec<String> {
    match model.map(|m| &m.profile.lesion) {
        Some(LesionKind::Class(names)) => names.clone(),
        Some(LesionKind::Mask(names)) => {
            let lesion = match names.as_slice() {
                [one] => one.clone(),
                _ => "lesion".to_owned(),
            };
            vec!["none".to_owned(), lesion]
        }
        _ => Vec::new(),
    }
}
