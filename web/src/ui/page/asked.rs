//! What the engine was asked for, to know whose answer an event is, and what to ask for again when the
//! engine is gone.

use web_sys::File;

use crate::model::protocol::{BackendChoice, CommandId, Lane, Reason, Request};
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
        }
        if lane == Lane::Open {
            self.model = Some(Wanted { id, request, file });
        }
    }

    /// Whether this is the newest command that loads, reads or paints.
    pub fn is_newest(&self, id: CommandId) -> bool {
        id == self.newest
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
    use crate::ui::words::{ENGINE_BACK, ENGINE_BACK_NO_MEMORY};

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
        asked.note(1, model("a"), None);
        assert!(!asked.not_opened(), "there is none before");
        assert!(asked.opened(1), "a file of the user's");
        asked.note(2, model("b"), None);
        assert!(asked.is_for_model(2) && !asked.is_for_model(1));
        assert!(asked.not_opened());
        assert!(asked.is_for_model(1));
        asked.lost();
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
