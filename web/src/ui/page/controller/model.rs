//! Models: those on offer, the one that is opened, and what of the scene it can show.

use leptos::prelude::*;
use web_sys::File;

use super::Controller;
use crate::model::protocol::{ModelInfo, Request};
use crate::ui::page::asked::{Asked, Wanted};
use crate::ui::page::fit::offers;
use crate::ui::page::offer::{Exhibit, Offer};
use crate::ui::page::phase::Phase;
use crate::ui::trouble;
use crate::ui::words::{DATA_SET_ENDS, NO_MODELS, NOT_ON_OFFER};

impl Controller {
    /// The models on offer are known: the one that the address wishes is opened, or that of `first`, or the first.
    pub fn offer(self, models: Vec<Offer>, first: Option<Exhibit>) {
        let offers = |id: &str| models.iter().find(|offer| offer.id == id);
        let mut wished = self.page.model.get_untracked();
        if let Some(first) = first.filter(|first| offers(&first.model).is_some()) {
            self.page.seed.set(first.seed);
            self.page.class.set(first.class);
            wished = first.model;
            self.show_scene(self.sampled());
        }
        let offered = offers(&wished);
        let Some(id) = offered.or(models.first()).map(|offer| offer.id.clone()) else {
            return self.fail(NO_MODELS);
        };
        self.page.catalogue.set(models);
        self.load_offered(&id);
    }

    /// Loads the model of this id, if the one that is open may go.
    pub fn open(self, id: &str) {
        if self.may_go() {
            self.load_offered(id);
        }
    }

    fn load_offered(self, id: &str) {
        let known = |offers: &Vec<Offer>| offers.iter().find(|offer| offer.id == id).cloned();
        let Some(offer) = self.page.catalogue.with_untracked(known) else {
            return self.fail(NOT_ON_OFFER);
        };
        let request = Request::Open {
            source: offer.source(),
            backend: self.choice,
        };
        self.page.model.set(offer.id);
        self.load(request, None);
    }

    /// Loads a model from a file of the user's, if the one that is open may go.
    pub fn open_file(self, file: File) {
        if !self.may_go() {
            return;
        }
        let request = Request::OpenFile {
            name: file.name(),
            backend: self.choice,
        };
        self.load(request, Some(file));
    }

    /// Shows what a model samples with this seed and finding.
    pub fn show_sample(self, model: &str, seed: u64, class: usize) {
        let page = self.page;
        let open = page.opened.with_untracked(Option::is_some);
        let same = open && page.model.with_untracked(|chosen| chosen == model);
        if !same && !self.may_go() {
            return;
        }
        page.seed.set(seed);
        page.class.set(class);
        if same {
            self.sample(seed);
        } else {
            self.anew.set_value(true);
            self.load_offered(model);
        }
    }

    /// Whether the model may become another. A data set that grows from it would end: a person is asked.
    fn may_go(self) -> bool {
        let ask = || window().confirm_with_message(untrack(|| DATA_SET_ENDS.say()));
        // A browser that asks nobody does what was wished.
        !self.builds.get_value() || ask().unwrap_or(true)
    }

    /// Starts the engine anew, on the CPU, with the model that was asked for last.
    pub fn restart(self) {
        trouble::clear();
        self.page.phase.set(Phase::Loading);
        if let Some(link) = self.link.get_value() {
            link.end("the engine was started again");
        }
        match self.asked.try_update_value(Asked::restarted).flatten() {
            Some(Wanted { request, file, .. }) => self.send(request, file),
            None => self.load_offered(&self.page.model.get_untracked()),
        }
    }

    fn load(self, request: Request, file: Option<File>) {
        trouble::clear();
        self.page.phase.set(Phase::Loading);
        self.page.progress.set(None);
        self.page.unkept.set(false);
        self.send(request, file);
    }

    /// Another model could not be opened: the one that is open stays, with what it shows.
    pub(super) fn keep_model(self) {
        let page = self.page;
        let open = page
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.sha256.clone()));
        let Some(digest) = open else { return };
        let offered = |offers: &Vec<Offer>| {
            let offer = offers.iter().find(|offer| offer.sha256 == digest);
            offer.map_or_else(String::new, |offer| offer.id.clone())
        };
        page.model.set(page.catalogue.with_untracked(offered));
        self.anew.set_value(false);
        self.show_scene(page.scene.get_untracked());
        self.count_settled();
    }

    /// Another model is ready; what of the scene it cannot show goes back to a seed.
    pub(super) fn show_model(self, model: ModelInfo) {
        let page = self.page;
        if !offers(&model, page.class.get_untracked()) {
            page.class.set(0);
        }
        page.focus.set(0);
        page.image.set(None);
        self.file.set_value(None);
        page.opened.set(Some(model));
        self.forget_steps();
        let scene = page.scene.get_untracked();
        let anew = self.anew.try_update_value(std::mem::take) == Some(true);
        let stays = !anew && scene.seed().is_none() && page.admits(&scene);
        self.show_scene(
            Some(scene)
                .filter(|_| stays)
                .unwrap_or_else(|| self.sampled()),
        );
    }
}
