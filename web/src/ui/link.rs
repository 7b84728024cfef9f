//! The page's end of the engine: starts the worker, numbers commands, takes in events.
//!
//! Everywhere the small engine starts, which computes on the CPU. Where it finds a graphics adapter to use, the
//! larger one takes its place and gets what was sent since the model was asked for.
//!
//! When the engine dies it is started anew, once, on the CPU, and the last model is opened again. A
//! second death is told, and a person decides about a third start.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent, Worker};

use super::death::Death;
use super::failure;
use super::shell::site;
use super::state::{Page, Phase, Progress};
use super::trouble::{self, Remedy};
use super::words::{
    ENGINE_OTHER_VERSION, ENGINE_REFUSED, ENGINE_SILENT, ENGINE_UNREACHABLE, STEPPED_DOWN, Word,
};
use super::worker::{Running, new_worker, tell_shell, why_dead};
use crate::bridge;
use crate::model::protocol::{
    BackendChoice, Cause, Command, Detail, Event, Failure, Lane, Reason, Request, VERSION,
};

/// How long the engine may load before its silence is told.
const SILENCE: Duration = Duration::from_mins(2);

/// Takes in the events of one command.
pub type Answer = Rc<dyn Fn(&Event)>;

/// Handle of the engine; `start.js` starts the first worker, the first command takes it over.
#[derive(Clone, Default)]
pub struct Link(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    worker: Option<Running>,
    next: u32,
    /// The newest command that loads, reads or paints: its failure is the page's.
    newest: u32,
    /// Who waits for events of a command of their own: atlas, data set, housekeeping.
    answers: HashMap<u32, Answer>,
    /// What to open again after the engine died: what was asked for last.
    model: Option<Wanted>,
    /// The model that is open; it stays when another one cannot be opened.
    open: Option<Wanted>,
    /// Messages that wait for the engine's first word.
    unsent: Vec<JsValue>,
    /// What runs now, to know what failed.
    wish: Option<Request>,
    deaths: u32,
    /// Why the engine had to be started anew; told by the badge.
    setback: Option<Reason>,
    /// What is said of it when the model is open again.
    mended: Option<Word>,
    hello: bool,
    /// The worker is the engine that can compute on WebGPU too.
    graphics: bool,
    /// The command that opens a model, and everything sent since, until it is open.
    opening: Option<(u32, Vec<JsValue>)>,
    /// Workers so far, to know whose silence it is.
    starts: u32,
}

/// The command that asked for a model, and what came with it.
#[derive(Clone)]
struct Wanted {
    id: u32,
    request: Request,
    file: Option<File>,
}

impl State {
    fn end_worker(&mut self) {
        self.worker = None;
        self.hello = false;
        self.graphics = false;
        self.opening = None;
        self.open = None;
        self.unsent.clear();
    }

    /// Notes that the model is open, or will not be.
    fn opened(&mut self, event: &Event) {
        if event.is_last() && event.id() == self.opening.as_ref().map(|(id, _)| *id) {
            self.opening = None;
        }
    }
}

impl Link {
    /// Sends a wish to the engine; `answer` gets its events, otherwise the page does.
    pub fn send(&self, page: Page, request: Request, file: Option<File>, answer: Option<Answer>) {
        if self.0.borrow().worker.is_none() && !self.start(page) {
            return;
        }
        let mut state = self.0.borrow_mut();
        state.next += 1;
        let own = matches!(request.lane(), Lane::Open | Lane::Read | Lane::Paint);
        if own {
            state.newest = state.next;
            state.wish = Some(request.clone());
        }
        let id = state.next;
        state.answers.extend(answer.map(|answer| (id, answer)));
        let command = Command {
            id: state.next,
            request,
        };
        let parcel = bridge::wrap(&command.to_bytes(), file.as_ref());
        if let Request::Open { .. } | Request::OpenFile { .. } = command.request {
            state.model = Some(Wanted {
                id,
                request: command.request,
                file,
            });
            state.opening = Some((id, Vec::new()));
        }
        if let Some((_, since)) = &mut state.opening {
            since.push(parcel.clone());
        }
        state.unsent.push(parcel);
        let ready = state.hello;
        drop(state);
        if ready {
            self.flush(page);
        }
    }

    /// Sends what waits. What is sent before the worker listens would be lost: the browser delivers
    /// messages while its module is still being loaded.
    fn flush(&self, page: Page) {
        let mut state = self.0.borrow_mut();
        let parcels = std::mem::take(&mut state.unsent);
        let Some(running) = &state.worker else { return };
        let mut sent = parcels.iter().map(|parcel| running.post(parcel));
        if let Some(error) = sent.find_map(Result::err) {
            drop(sent);
            drop(state);
            let why = bridge::words(&error);
            page.fail_with(ENGINE_UNREACHABLE, &why, Remedy::Restart);
        }
    }

    fn start(&self, page: Page) -> bool {
        let early = site::engine().filter(|_| !self.0.borrow().graphics);
        let (worker, said) = early.map_or_else(
            || (new_worker(self.0.borrow().graphics), Vec::new()),
            |(worker, said)| (Ok(worker), said),
        );
        match worker {
            Ok(worker) => {
                let running = self.listen(page, worker);
                let mut state = self.0.borrow_mut();
                tell_shell(state.graphics);
                state.worker = Some(running);
                state.hello = false;
                state.starts += 1;
                let start = state.starts;
                drop(state);
                self.expect_hello(page, start);
                self.catch_up(page, start, said);
                true
            }
            Err(error) => {
                let why = bridge::words(&error);
                page.fail_with(ENGINE_REFUSED, &why, Remedy::Reload);
                false
            }
        }
    }

    /// A worker whose module fails while it loads may say nothing at all.
    fn expect_hello(&self, page: Page, start: u32) {
        let link = self.clone();
        let look = move || {
            let state = link.0.borrow();
            let silent = state.starts == start && state.worker.is_some() && !state.hello;
            drop(state);
            if silent {
                page.fail_with(ENGINE_SILENT, "", Remedy::Restart);
            }
        };
        set_timeout(look, SILENCE);
    }

    /// Starts anew what was asked for last, on the CPU; says whether there was anything.
    pub fn restart(&self, page: Page) -> bool {
        let mut state = self.0.borrow_mut();
        state.end_worker();
        state.deaths = 0;
        let model = state.model.clone();
        let waiting = std::mem::take(&mut state.answers);
        drop(state);
        tell_waiting(waiting, "the engine was started again");
        match model {
            Some(Wanted { request, file, .. }) => {
                self.send(page, on_cpu(request), file, None);
                true
            }
            None => false,
        }
    }

    /// Takes in what the engine said before this program listened, as soon as it has been sent what it waits for.
    fn catch_up(&self, page: Page, start: u32, said: Vec<web_sys::Event>) {
        let link = self.clone();
        spawn_local(async move {
            for event in said {
                if link.0.borrow().starts != start {
                    return;
                }
                match event.dyn_ref::<MessageEvent>() {
                    Some(message) => link.receive(page, message),
                    None => link.died(page, &why_dead(&event)),
                }
            }
        });
    }

    fn listen(&self, page: Page, worker: Worker) -> Running {
        let (said, died) = (self.clone(), self.clone());
        Running::new(
            worker,
            move |event| said.receive(page, event),
            move |why| died.died(page, why),
        )
    }

    fn receive(&self, page: Page, event: &MessageEvent) {
        let event = bridge::unwrap(&event.data()).map(|(bytes, _)| Event::from_bytes(&bytes));
        match event {
            Some(Ok(Event::Hello { version: VERSION })) => {
                self.0.borrow_mut().hello = true;
                self.flush(page);
            }
            Some(Ok(Event::Hello { .. })) => {
                page.fail_with(ENGINE_OTHER_VERSION, "", Remedy::Reload);
            }
            Some(Ok(Event::Died { message })) => self.died(page, &message),
            Some(Ok(Event::Elsewhere { id })) => self.move_on(page, id),
            Some(Ok(event @ Event::SteppedDown { .. })) => self.take_in(page, event),
            Some(Ok(event)) => {
                self.0.borrow_mut().opened(&event);
                if let Some(event) = self.answered(event) {
                    self.take_in(page, event);
                }
            }
            Some(Err(error)) => {
                page.fail_with(ENGINE_OTHER_VERSION, &error.to_string(), Remedy::Reload);
            }
            None => {}
        }
    }

    /// The engine that can use the graphics adapter takes over.
    fn move_on(&self, page: Page, id: u32) {
        let mut state = self.0.borrow_mut();
        let Some((_, since)) = state.opening.take_if(|(opening, _)| *opening == id) else {
            return;
        };
        state.end_worker();
        state.graphics = true;
        state.unsent.clone_from(&since);
        state.opening = Some((id, since));
        drop(state);
        self.start(page);
    }

    fn take_in(&self, page: Page, event: Event) {
        let newest = self.0.borrow().newest;
        match event {
            Event::Progress {
                stage, done, total, ..
            } => page.progress.set(Some(Progress { stage, done, total })),
            Event::NotKept { id } if self.asked_last(id) => page.unkept.set(true),
            Event::Opened {
                id,
                model,
                mut backend,
            } => {
                if let Some(setback) = self.0.borrow().setback.clone() {
                    backend.reason = setback;
                }
                let asked = self.0.borrow().model.clone().filter(|asked| asked.id == id);
                if let Some(Request::OpenFile { .. }) = asked.as_ref().map(|asked| &asked.request) {
                    page.model.set(String::new());
                }
                self.0.borrow_mut().open = asked;
                page.progress.set(None);
                page.picture.set(None);
                page.show_model(*model);
                page.backend.set(Some(backend));
                page.paint();
                if let Some(mended) = self.0.borrow_mut().mended.take() {
                    trouble::show(mended);
                }
            }
            Event::Painted {
                id,
                picture,
                detail: Detail::Full,
                milliseconds,
            } => {
                page.picture.set(Some(picture));
                page.figures.set(None);
                page.preview.set(None);
                page.time.set(Some(milliseconds));
                if id == newest {
                    page.phase.set(Phase::Ready);
                }
            }
            // One that comes late would lie over a newer picture.
            Event::Painted { id, picture, .. } if id == newest => page.preview.set(Some(picture)),
            Event::Measured { id, figures, .. } if id == newest => page.figures.set(Some(figures)),
            Event::Read { id, image } if id == newest => page.show_image(image),
            Event::SteppedDown { backend } => {
                trouble::show(STEPPED_DOWN);
                page.backend.set(Some(backend));
            }
            Event::Failed { id, failure } if self.asked_last(id) => self.not_opened(page, &failure),
            Event::Failed { id, failure } if id == newest => self.failed(page, &failure),
            _ => {}
        }
    }

    /// Gives an event to who asked for it; returns it when nobody did.
    fn answered(&self, event: Event) -> Option<Event> {
        let id = event.id()?;
        let answer = self.0.borrow().answers.get(&id).cloned();
        let Some(answer) = answer else {
            return Some(event);
        };
        if event.is_last() {
            self.0.borrow_mut().answers.remove(&id);
        }
        answer(&event);
        None
    }

    /// Whether this command asked for the model that was wanted last.
    fn asked_last(&self, id: u32) -> bool {
        let state = self.0.borrow();
        state.model.as_ref().is_some_and(|asked| asked.id == id)
    }

    /// Whatever was wished since, the model before goes on, if there is one that this engine holds.
    fn not_opened(&self, page: Page, failure: &Failure) {
        let open = self.0.borrow().open.clone();
        if open.is_some() {
            self.0.borrow_mut().model = open;
            page.keep_model();
        } else {
            page.opened.set(None);
        }
        tell(page, failure);
    }

    fn failed(&self, page: Page, failure: &Failure) {
        if let Some(Request::Read { .. }) = self.0.borrow().wish {
            page.forget_file();
        }
        tell(page, failure);
    }

    /// The engine is gone. Its model is opened once more, on the CPU.
    fn died(&self, page: Page, message: &str) {
        let mut state = self.0.borrow_mut();
        // One that never spoke would be as mute again, but for the small engine in the large one's place.
        let (spoke, other) = (state.hello, state.graphics);
        state.end_worker();
        let waiting = std::mem::take(&mut state.answers);
        state.deaths += 1;
        let death = Death::of(message, spoke);
        state.setback = Some(death.reason(message));
        let again = ((spoke || other) && state.deaths < 2)
            .then(|| state.model.clone())
            .flatten();
        state.mended = again.is_some().then(|| death.mended());
        drop(state);
        tell_waiting(waiting, message);
        page.opened.set(None);
        page.image.set(None);
        page.forget_file();
        match again {
            Some(Wanted { request, file, .. }) => {
                page.phase.set(Phase::Loading);
                self.send(page, on_cpu(request), file, None);
            }
            None => page.fail_with(death.told(), death.detail(message), Remedy::Restart),
        }
    }
}

fn tell(page: Page, failure: &Failure) {
    let detail = failure::detail(failure);
    page.fail_with(failure::sentence(failure), &detail, Remedy::None);
}

/// Who waits for a worker that is gone learns that nothing will come.
fn tell_waiting(waiting: HashMap<u32, Answer>, message: &str) {
    for (id, answer) in waiting {
        let failure = Cause::EngineGone.because("", message);
        answer(&Event::Failed { id, failure });
    }
}

fn on_cpu(request: Request) -> Request {
    let backend = BackendChoice::Cpu;
    match request {
        Request::Open { source, .. } => Request::Open { source, backend },
        Request::OpenFile { name, .. } => Request::OpenFile { name, backend },
        other => other,
    }
}
