//! A change that is tried while a pointer is down: seen at once, kept or taken back as one step.

use leptos::prelude::*;

use crate::model::scene::Scene;
use crate::ui::page::Controller;

/// The scene before the change, while one is tried.
#[derive(Clone, Copy)]
pub struct Trial {
    controller: Controller,
    before: StoredValue<Option<Scene>, LocalStorage>,
}

impl Trial {
    /// Nothing is tried yet.
    pub fn new(controller: Controller) -> Self {
        Self {
            controller,
            before: StoredValue::new_local(None),
        }
    }

    /// The scene that the change starts from.
    pub fn before(self) -> Scene {
        let now = || self.controller.page.scene.get_untracked();
        self.before.get_value().unwrap_or_else(now)
    }

    /// Shows a scene for the moment.
    pub fn show(self, scene: Scene) {
        if self
            .controller
            .page
            .scene
            .with_untracked(|now| *now == scene)
        {
            return;
        }
        let before = self.before();
        self.before.set_value(Some(before));
        self.controller.change(scene);
    }

    /// Keeps what is shown.
    pub fn keep(self) {
        if let Some(before) = self.taken() {
            let scene = self.controller.page.scene.get_untracked();
            self.controller.settle_from(before, scene);
        }
    }

    /// Takes it back.
    pub fn take_back(self) {
        if let Some(before) = self.taken() {
            self.controller.settle_from(before.clone(), before);
        }
    }

    /// Forgets that anything was tried; the scene stays what it is.
    pub fn forget(self) {
        self.before.set_value(None);
    }

    fn taken(self) -> Option<Scene> {
        let taken = self.before.try_update_value(Option::take);
        taken.flatten()
    }
}
