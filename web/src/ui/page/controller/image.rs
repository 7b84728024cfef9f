//! An image or volume of the user's, as the origin of the scene.

use leptos::prelude::*;
use web_sys::File;

use super::Controller;
use crate::model::protocol::{ImageInfo, Request};
use crate::model::scene::{Edits, Origin, Scene};
use crate::ui::page::asked::Asked;
use crate::ui::page::phase::Phase;
use crate::ui::trouble;

impl Controller {
    /// Reads this image or volume; its structure map is painted when it is there. While a model is loading the file
    /// waits for it.
    pub fn bring(self, file: File) {
        let loads = self.asked.with_value(Asked::is_loading);
        self.page.waits.set(loads.then(|| file.name()));
        if loads {
            return self.waiting.set_value(Some(file));
        }
        self.waiting.set_value(None);
        self.file.set_value(Some(file));
        self.read(None);
    }

    /// It is settled which model there is: reads the file that waited for it.
    pub(super) fn bring_what_waits(self) {
        if let Some(file) = self.waiting.try_update_value(Option::take).flatten() {
            self.bring(file);
        }
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
        self.page.phase.set(Phase::Busy);
        let name = file.name();
        self.send(Request::Read { name, slice }, Some(file));
    }

    /// An image was read: it is painted.
    pub(super) fn show_image(self, image: ImageInfo) {
        self.page.image.set(Some(image));
        let before = self.page.scene.get_untracked();
        let values = match &before.origin {
            Origin::Image { values } => *values,
            _ => None,
        };
        let scene = Scene {
            origin: Origin::Image { values },
            edits: Edits::default(),
            ..before.clone()
        };
        self.enter(before, scene);
    }

    /// Drops an image that could not be read; the scene stays what it was.
    pub(super) fn forget_file(self) {
        self.file.set_value(None);
    }
}
