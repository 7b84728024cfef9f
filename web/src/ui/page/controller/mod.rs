//! The controller: what people do and what the engine says becomes changes of the page, and wishes to the
//! engine.

mod events;
mod image;
mod model;
mod scene;

use leptos::prelude::*;
use web_sys::File;

use super::asked::Asked;
use super::history::History;
use super::model::Page;
use super::phase::Phase;
use super::wish::Wish;
use crate::model::protocol::{BackendChoice, Lane, Request};
use crate::model::scene::Scene;
use crate::ui::link::{Answer, Link};
use crate::ui::trouble::{self, Remedy};
use crate::ui::words::{Sentence, Word};

/// Handle of the controller; every part of the page that changes something has one.
#[derive(Clone, Copy)]
pub struct Controller {
    /// What it changes.
    pub page: Page,
    /// The backend that the address wishes.
    choice: BackendChoice,
    /// The file of [`Page::image`], to read another slice of it.
    file: StoredValue<Option<File>, LocalStorage>,
    /// The file of [`Page::waits`].
    waiting: StoredValue<Option<File>, LocalStorage>,
    /// Whether a data set grows, which a change of the model ends.
    builds: StoredValue<bool>,
    /// Whether the model that loads shows what the seed and the finding mean, whatever is shown now.
    anew: StoredValue<bool>,
    history: StoredValue<History<Scene>, LocalStorage>,
    asked: StoredValue<Asked, LocalStorage>,
    link: StoredValue<Option<Link>, LocalStorage>,
}

impl Controller {
    /// Of a page as the address wishes it; the engine is started when something is asked of it.
    pub fn new(wish: Wish) -> Self {
        let controller = Self {
            choice: wish.backend,
            page: Page::new(wish),
            file: StoredValue::new_local(None),
            waiting: StoredValue::new_local(None),
            builds: StoredValue::new(false),
            anew: StoredValue::new(false),
            history: StoredValue::new_local(History::default()),
            asked: StoredValue::new_local(Asked::default()),
            link: StoredValue::new_local(None),
        };
        let link = Link::new(move |news| controller.hear(news));
        controller.link.set_value(Some(link));
        controller
    }

    /// Sends a wish whose answers ([`Event`](crate::model::protocol::Event)s of its id) go to `answer`.
    pub fn ask(self, request: Request, answer: Answer) {
        if let Some(link) = self.link.get_value() {
            link.send(request, None, Some(answer));
        }
    }

    /// Forgets what waits or runs in a lane of the engine.
    pub fn cancel(self, lane: Lane) {
        self.send(Request::Cancel { lane }, None);
    }

    /// Sends a wish whose answers the page takes in.
    fn send(self, request: Request, file: Option<File>) {
        let link = self.link.get_value();
        let id = link.and_then(|link| link.send(request.clone(), file.as_ref(), None));
        if let Some(id) = id {
            self.asked
                .update_value(|asked| asked.note(id, request, file));
        }
    }

    /// A wish failed: says so, and keeps what was there.
    pub fn fail(self, sentence: Word) {
        self.fail_with(sentence, "", Remedy::None);
    }

    /// As [`Controller::fail`]; behind the sentence stands what the engine or the browser says in English.
    pub fn fail_with(self, sentence: impl Into<Sentence>, detail: &str, remedy: Remedy) {
        self.page.progress.set(None);
        self.page.preview.set(None);
        self.page.phase.set(Phase::Error);
        trouble::tell(sentence, detail, remedy);
    }

    /// A data set grows, or has ended: while one grows, a person is asked before the model becomes another.
    pub fn builds(self, grows: bool) {
        self.builds.set_value(grows);
    }

    /// Another modality is looked at: previews paint it from now on.
    pub fn focus_on(self, modality: usize) {
        if self.page.focus.get_untracked() != modality {
            self.page.focus.set(modality);
        }
    }

    /// The pictures are looked at like this.
    pub fn look(self, text: String) {
        if self.page.look.with_untracked(|known| *known != text) {
            self.page.look.set(text);
        }
    }
}
