//! What the engine says, and what is heard of it.

use leptos::prelude::*;

use super::Controller;
use crate::model::protocol::{Backend, CommandId, Detail, Event, Failure, ModelInfo, Picture};
use crate::ui::death::Death;
use crate::ui::failure;
use crate::ui::link::{News, Trouble};
use crate::ui::page::asked::{Asked, Wanted};
use crate::ui::page::phase::{Phase, Progress};
use crate::ui::trouble::{self, Remedy};
use crate::ui::words::{
    ENGINE_OTHER_VERSION, ENGINE_REFUSED, ENGINE_SILENT, ENGINE_UNREACHABLE, STEPPED_DOWN,
};

impl Controller {
    pub(super) fn hear(self, news: News) {
        match news {
            News::Said(event) => self.take_in(*event),
            News::Moved => self.asked.update_value(Asked::lost),
            News::Died {
                message,
                spoke,
                graphics,
            } => self.died(&message, spoke, graphics),
            News::Trouble(Trouble::Refused(why)) => {
                self.fail_with(ENGINE_REFUSED, &why, Remedy::Reload);
            }
            News::Trouble(Trouble::Unreachable(why)) => {
                self.fail_with(ENGINE_UNREACHABLE, &why, Remedy::Restart);
            }
            News::Trouble(Trouble::Silent) => self.fail_with(ENGINE_SILENT, "", Remedy::Restart),
            News::Trouble(Trouble::OtherVersion(why)) => {
                self.fail_with(ENGINE_OTHER_VERSION, &why, Remedy::Reload);
            }
        }
    }

    fn take_in(self, event: Event) {
        let page = self.page;
        let is_newest = |id| self.asked.with_value(|asked| asked.is_newest(id));
        let is_for_model = |id| self.asked.with_value(|asked| asked.is_for_model(id));
        match event {
            Event::Progress {
                stage, done, total, ..
            } => page.progress.set(Some(Progress { stage, done, total })),
            Event::NotKept { id } if is_for_model(id) => page.unkept.set(true),
            Event::Opened { id, model, backend } => self.opened(id, *model, backend),
            Event::Painted {
                id,
                picture,
                detail: Detail::Full,
                milliseconds,
            } => self.painted(picture, milliseconds, is_newest(id)),
            Event::Painted { id, picture, .. } => self.previewed(id, picture),
            Event::Measured { id, figures, .. } if is_newest(id) => page.figures.set(Some(figures)),
            Event::Read { id, image } if is_newest(id) => self.show_image(image),
            Event::SteppedDown { backend } => {
                trouble::show(STEPPED_DOWN);
                page.backend.set(Some(backend));
            }
            Event::Failed { id, failure } if is_for_model(id) => self.not_opened(&failure),
            Event::Failed { id, failure } if is_newest(id) => self.failed(&failure),
            _ => {}
        }
    }

    fn opened(self, id: CommandId, model: ModelInfo, mut backend: Backend) {
        let page = self.page;
        if let Some(setback) = self.asked.with_value(Asked::setback) {
            backend.reason = setback;
        }
        let own_file = self.asked.try_update_value(|asked| asked.opened(id));
        if own_file == Some(true) {
            page.model.set(String::new());
        }
        page.progress.set(None);
        page.picture.set(None);
        page.preview.set(None);
        self.show_model(model);
        page.backend.set(Some(backend));
        self.paint();
        self.bring_what_waits();
        if let Some(mended) = self.asked.try_update_value(Asked::take_mended).flatten() {
            trouble::show(mended);
        }
    }

    fn painted(self, picture: Picture, milliseconds: f64, newest: bool) {
        let page = self.page;
        page.picture.set(Some(picture));
        page.figures.set(None);
        page.preview.set(None);
        page.time.set(Some(milliseconds));
        if newest {
            page.phase.set(Phase::Ready);
        }
    }

    /// One that comes late would lie over a newer picture.
    fn previewed(self, id: CommandId, picture: Picture) {
        let shows = self.asked.try_update_value(|asked| asked.shows(id));
        if shows == Some(true) {
            self.page.preview.set(Some(picture));
        }
    }

    /// Whatever was wished since, the model before goes on, if there is one that this engine holds.
    fn not_opened(self, failure: &Failure) {
        if self.asked.try_update_value(Asked::not_opened) == Some(true) {
            self.keep_model();
            self.bring_what_waits();
        } else {
            self.page.opened.set(None);
        }
        self.tell(failure);
    }

    fn failed(self, failure: &Failure) {
        if self.asked.with_value(Asked::reads) {
            self.forget_file();
        }
        self.tell(failure);
    }

    fn tell(self, failure: &Failure) {
        let detail = failure::detail(failure);
        self.fail_with(failure::sentence(failure), &detail, Remedy::None);
    }

    /// The engine is gone. Its model is opened once more, on the CPU; a second death is told, and a person
    /// decides about a third start.
    fn died(self, message: &str, spoke: bool, graphics: bool) {
        let death = Death::of(message, spoke);
        // One that never spoke would be as mute again, but for the small engine in the large one's place.
        let may = spoke || graphics;
        let (reason, mended) = (death.reason(message), death.mended());
        let again = self
            .asked
            .try_update_value(|asked| asked.died(may, reason, mended))
            .flatten();
        self.page.opened.set(None);
        self.page.image.set(None);
        self.page.preview.set(None);
        self.forget_file();
        match again {
            Some(Wanted { request, file, .. }) => {
                self.page.phase.set(Phase::Loading);
                self.send(request, file);
            }
            None => self.fail_with(death.told(), death.detail(message), Remedy::Restart),
        }
    }
}
