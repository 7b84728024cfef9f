//! What the engine was asked for, to know whose answer an event is, and what to ask for again when the
//! engine is gone.

use web_sys::File;

use crate::model::protocol::{BackendChoice, CommandId, Detail, Lane, Reason, Request};
use crate::ui::words::Word;

/// The command that asked for a model, and what came with it.
#[derive(Clone)]
pub struct Wanted {
    id: CommandId,
    /// The command.
    pub request: Request,
    /// The file of the user's that it speaks of.
    pub file: Option<File>,
}

/// What was asked for, and what became of it.
#[derive(Default)]
pub struct Asked {
    /// The newest command that loads, reads or paints: its failure is the page's.
    newest: CommandId,
    /// Whether that one reads an image.
    reads: bool,
    /// Previews that were asked for up to this command come too late: what is shown is newer, or was settled since.
    late: CommandId,
    /// The model that was asked for last: what to open again after the engine died.
    model: Option<Wanted>,
    /// The model that is open; it stays when another one cannot be opened.
    open: Option<Wanted>,
    deaths: u32,
    /// Why the engine had to be started anew; told by the badge.
    setback: Option<Reason>,
    /// What is said of it when the model is open again.
    mended: Option<Word>,
}

impl Asked {
    /// A command was sent.
    pub fn note(&mut self, id: CommandId, request: Request, file: Option<File>) {
        let lane = request.lane();
        if matches!(lane, Lane::Open | Lane::Read | Lane::Paint) {
            self.newest = id;
            self.reads = lane == Lane::Read;
            if !is_preview(&request) {
                self.late = id;
            }
        }
        if lane == Lane::Open {
            self.model = Some(Wanted { id, request, file });
        }
    }

    /// Whether this is the newest command that loads, reads or paints.
    pub fn is_newest(&self, id: CommandId) -> bool {
        id == self.newest
    }

    /// Whether the preview of this command is to be shown, and from now on none before it. While a pointer moves on
    /// a newer one is always wished already: who waited for the newest would see none.
    pub fn shows(&mut self, id: CommandId) -> bool {
        let is_newer = id > self.late;
        self.late = self.late.max(id);
        is_newer
    }

    /// Whether the newest command reads an image.
    pub fn reads(&self) -> bool {
        self.reads
    }

    /// Whether this command asked for the model that was wanted last.
    pub fn is_for_model(&self, id: CommandId) -> bool {
        self.model.as_ref().is_some_and(|wanted| wanted.id == id)
    }

    /// The model that this command asked for is open. Returns whether it is a file of the user's.
    pub fn opened(&mut self, id: CommandId) -> bool {
        self.open = self.model.clone().filter(|wanted| wanted.id == id);
        let request = self.open.as_ref().map(|wanted| &wanted.request);
        matches!(request, Some(Request::OpenFile { .. }))
    }

    /// Whether a model is still to come: none is open, or another one was asked for since.
    pub fn is_loading(&self) -> bool {
        let id = |wanted: &Option<Wanted>| wanted.as_ref().map(|wanted| wanted.id);
        self.open.is_none() || id(&self.open) != id(&self.model)
    }

    /// The model that was wanted last could not be opened: the one before goes on. Returns whether the engine
    /// holds one.
    pub fn not_opened(&mut self) -> bool {
        if self.open.is_some() {
            self.model.clone_from(&self.open);
        }
        self.open.is_some()
    }

    /// The worker that held the open model is gone.
    pub fn lost(&mut self) {
        self.open = None;
    }

    /// The engine died, and is started again by itself once at most, if it `may` be. Returns what to open then;
    /// `reason` is told by the badge from now on, `mended` when the model is open again.
    pub fn died(&mut self, may: bool, reason: Reason, mended: Word) -> Option<Wanted> {
        self.lost();
        self.deaths += 1;
        self.setback = Some(reason);
        let again = self.model.clone().filter(|_| may && self.deaths < 2);
        self.mended = again.is_some().then_some(mended);
        again.map(Wanted::on_cpu)
    }

    /// A person starts the engine again. Returns what to open then.
    pub fn restarted(&mut self) -> Option<Wanted> {
        self.lost();
        self.deaths = 0;
        self.model.clone().map(Wanted::on_cpu)
    }

    /// Why the engine had to be started anew.
    pub fn setback(&self) -> Option<Reason> {
        self.setback.clone()
    }

    /// What is to be said now that the model is open again; once.
    pub fn take_mended(&mut self) -> Option<Word> {
        self.mended.take()
    }
}

fn is_preview(request: &Request) -> bool {
    let detail = match request {
        Request::Paint { detail, .. } => *detail,
        _ => Detail::Full,
    };
    detail != Detail::Full
}

impl Wanted {
    fn on_cpu(self) -> Self {
        let backend = BackendChoice::Cpu;
        let request = match self.request {
            Request::Open { source, .. } => Request::Open { source, backend },
            Request::OpenFile { name, .. } => Request::OpenFile { name, backend },
            other => other,
        };
        Self { request, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::Scene;
    use crate::ui::words::{ENGINE_BACK, ENGINE_BACK_NO_MEMORY};
    use scanweave::label::LabelKind;

    fn model(name: &str) -> Request {
        Request::OpenFile {
            name: name.into(),
            backend: BackendChoice::Auto,
        }
    }

    fn read() -> Request {
        Request::Read {
            name: "a.png".into(),
            slice: None,
        }
    }

    fn paint(detail: Detail) -> Request {
        let scene = Box::new(Scene::of_seed(1, &LabelKind::None, 0));
        Request::Paint { scene, detail }
    }

    fn name(wanted: Option<Wanted>) -> Option<(String, BackendChoice)> {
        match wanted?.request {
            Request::OpenFile { name, backend } => Some((name, backend)),
            _ => None,
        }
    }

    fn on_cpu(name: &str) -> (String, BackendChoice) {
        (name.into(), BackendChoice::Cpu)
    }

    #[test]
    fn the_model_before_goes_on_when_another_cannot_be_opened() {
        let mut asked = Asked::default();
        assert!(asked.is_loading(), "the first one is still to come");
        asked.note(1, model("a"), None);
        assert!(!asked.not_opened(), "there is none before");
        assert!(asked.is_loading());
        assert!(asked.opened(1), "a file of the user's");
        assert!(!asked.is_loading());
        asked.note(2, model("b"), None);
        assert!(asked.is_for_model(2) && !asked.is_for_model(1));
        assert!(asked.is_loading(), "another one");
        assert!(asked.not_opened());
        assert!(asked.is_for_model(1) && !asked.is_loading());
        asked.lost();
        assert!(asked.is_loading());
        assert!(!asked.not_opened(), "it went with its worker");
    }

    #[test]
    fn what_a_failure_belongs_to_is_the_newest_of_loading_reading_and_painting() {
        let mut asked = Asked::default();
        asked.note(1, read(), None);
        asked.note(2, Request::ClearCache, None);
        assert!(asked.is_newest(1) && asked.reads());
        asked.note(3, model("a"), None);
        assert!(asked.is_newest(3) && !asked.reads());
    }

    #[test]
    fn every_preview_newer_than_the_one_shown_is_shown_until_the_scene_is_settled() {
        let preview = || paint(Detail::Preview { modality: 0 });
        let mut asked = Asked::default();
        asked.note(1, paint(Detail::Full), None);
        for id in 2..6 {
            asked.note(id, preview(), None);
        }
        assert!(asked.shows(2), "though others are wished already");
        assert!(asked.shows(4) && !asked.shows(3), "never back");
        assert!(!asked.shows(4), "and none twice");
        asked.note(6, paint(Detail::Full), None);
        assert!(!asked.shows(5), "what was settled is newer");
        asked.note(7, preview(), None);
        asked.note(8, Request::ClearCache, None);
        assert!(asked.shows(7), "housekeeping settles nothing");
        asked.note(9, preview(), None);
        asked.note(10, model("a"), None);
        assert!(!asked.shows(9), "of the model before");
    }

    #[test]
    fn a_model_is_opened_again_once_and_then_when_a_person_wants_it() {
        let mut asked = Asked::default();
        let memory = || Reason::RestartedForMemory;
        asked.note(1, model("a"), None);
        asked.opened(1);
        let again = asked.died(true, memory(), ENGINE_BACK_NO_MEMORY);
        assert_eq!(name(again), Some(on_cpu("a")));
        assert_eq!(asked.setback(), Some(memory()));
        assert!(asked.take_mended().is_some() && asked.take_mended().is_none());
        let again = asked.died(true, memory(), ENGINE_BACK);
        assert!(again.is_none() && asked.take_mended().is_none());
        assert_eq!(name(asked.restarted()), Some(on_cpu("a")));
        let mute = asked.died(false, memory(), ENGINE_BACK);
        assert!(mute.is_none(), "one that never spoke");
    }
}
