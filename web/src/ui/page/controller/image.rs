//! An image or volume of the user's, as the origin of the scene.

use leptos::prelude::*;
use web_sys::File;

use super::Controller;
use crate::model::protocol::{ImageInfo, Request};
use crate::model::scene::{Edits, Origin, Scene};
use crate::ui::page::phase::Phase;
use crate::ui::trouble;

impl Controller {
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
        self.page.phase.set(Phase::Busy);
        let name = file.name();
        self.send(Request::Read { name, slice }, Some(file));
    }

    /// An image was read: it is painted.
    pub(super) fn show_image(self, image: ImageInfo) {
        self.page.image.set(Some(image));
        let scene = self.page.scene.get_untracked();
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
}
