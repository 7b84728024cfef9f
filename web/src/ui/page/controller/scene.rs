//! Changes of the scene, for the moment and for good, and what is painted of it.

use leptos::prelude::*;

use super::Controller;
use crate::model::protocol::{Detail, Request};
use crate::model::scene::{Origin, Scene};
use crate::ui::page::MAX_SEED;
use crate::ui::page::history::History;
use crate::ui::page::phase::Phase;
use crate::ui::trouble;

impl Controller {
    /// Samples a structure map with this seed and paints it.
    pub fn sample(self, seed: u64) {
        self.page.seed.set(seed.min(MAX_SEED));
        self.settle(self.sampled());
    }

    /// Steps the seed and paints. A subject that was worked on comes back as it was left.
    pub fn step(self, by: i64) {
        let seed = self.page.seed.get_untracked();
        let next = seed.saturating_add_signed(by).min(MAX_SEED);
        if next == seed {
            return;
        }
        match self.left(next) {
            Some(scene) => self.settle(scene),
            None => self.sample(next),
        }
    }

    /// How the subject of this seed was left, if a person had changed it.
    fn left(self, seed: u64) -> Option<Scene> {
        let of_subject = |scene: &Scene| scene.subject() == Some(seed);
        let last = self.history.with_value(|h| h.last(of_subject).cloned());
        last.filter(|scene| scene.seed().is_none())
    }

    /// Another finding; everything else of the scene stays.
    pub fn find(self, class: usize) {
        self.page.class.set(class);
        let lesion = self.sampled().lesion;
        let scene = self.page.scene.get_untracked();
        self.settle(Scene { lesion, ..scene });
    }

    /// Other noise, and with it another style; map and label stay.
    pub fn retexture(self) {
        let scene = self.page.scene.get_untracked();
        let noise = scene.noise.wrapping_add(1);
        self.settle(Scene { noise, ..scene });
    }

    /// The scene that the seed field and the finding mean.
    pub(super) fn sampled(self) -> Scene {
        let page = self.page;
        let (seed, class) = (page.seed.get_untracked(), page.class.get_untracked());
        let kind = page
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.study.lesion.clone()));
        Scene::of_seed(seed, &kind.unwrap_or_default(), class)
    }

    /// Changes the scene for the moment, while a pointer is down: only a preview is painted, and undo
    /// knows nothing of it. [`Controller::settle`] ends it.
    pub fn change(self, scene: Scene) {
        self.show_scene(scene.clone());
        if self.can_paint(&scene) {
            let modality = self.page.focus.get_untracked() as u32;
            let (scene, detail) = (Box::new(scene), Detail::Preview { modality });
            self.send(Request::Paint { scene, detail }, None);
        }
    }

    /// Changes the scene for good: undo can take it back, the address follows, all is painted.
    pub fn settle(self, scene: Scene) {
        self.settle_from(self.page.scene.get_untracked(), scene);
    }

    /// As [`Controller::settle`], where `before` is what undo goes back to: the scene before a pointer went
    /// down, not the last that [`Controller::change`] set.
    pub fn settle_from(self, before: Scene, scene: Scene) {
        self.forget_trouble();
        self.enter(before, scene);
    }

    /// As [`Controller::settle_from`], where nobody wished anything since: what is told stays.
    pub(super) fn enter(self, before: Scene, scene: Scene) {
        if before != scene {
            self.history.update_value(|h| h.remember(before));
            self.count_steps();
        }
        self.show_scene(scene);
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
        let now = self.page.scene.get_untracked();
        let found = self.history.try_update_value(|h| go(h, now));
        if let Some(Some(scene)) = found {
            self.forget_trouble();
            self.count_steps();
            self.show_scene(scene);
            self.paint();
        }
    }

    pub(super) fn forget_steps(self) {
        self.history.set_value(History::default());
        self.count_steps();
    }

    fn count_steps(self) {
        self.page
            .steps
            .set(self.history.with_value(History::depths));
    }

    /// Shows a scene; the seed field and the finding, which the next sample takes over, follow it.
    pub(super) fn show_scene(self, scene: Scene) {
        let page = self.page;
        let seed = scene.subject().map(|seed| seed.min(MAX_SEED));
        if let Some(seed) = seed.filter(|seed| *seed != page.seed.get_untracked()) {
            page.seed.set(seed);
        }
        // What the address wishes is kept for the model that is still to come.
        let open = page.opened.with_untracked(Option::is_some);
        let finding = scene.lesion.finding().filter(|_| open);
        if let Some(finding) = finding.filter(|finding| *finding != page.class.get_untracked()) {
            page.class.set(finding);
        }
        page.scene.set(scene);
    }

    /// Paints the scene in full; without a model, as soon as there is one. Until it is there the last preview stays:
    /// what was there before the drag is older.
    pub(super) fn paint(self) {
        let page = self.page;
        self.count_settled();
        let scene = page.scene.get_untracked();
        if page.opened.with_untracked(Option::is_none) {
            return;
        }
        if !self.can_paint(&scene) {
            page.preview.set(None);
            return page.phase.set(Phase::Ready);
        }
        page.phase.set(Phase::Busy);
        let (scene, detail) = (Box::new(scene), Detail::Full);
        self.send(Request::Paint { scene, detail }, None);
    }

    /// Whoever keeps the scene, as the address does, looks again.
    pub(super) fn count_settled(self) {
        let settled = self.page.settled;
        settled.set(settled.get_untracked().wrapping_add(1));
    }

    /// What was told of the last wish is over; that there is no model is not.
    fn forget_trouble(self) {
        if self.page.opened.with_untracked(Option::is_some) {
            trouble::clear();
        }
    }

    /// Models without a decoder paint only what is drawn or brought.
    fn can_paint(self, scene: &Scene) -> bool {
        let opened = self.page.opened;
        let samples = opened.with_untracked(|m| m.as_ref().map(|m| m.samples));
        match (samples, &scene.origin) {
            (None, _) | (Some(false), Origin::Latent(_)) => false,
            (Some(_), Origin::Image { .. }) => self.page.image.with_untracked(Option::is_some),
            _ => true,
        }
    }
}
