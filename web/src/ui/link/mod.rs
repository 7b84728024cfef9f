//! The page's end of the engine: starts the worker, numbers commands, hands on what the engine says. What that
//! means is decided by whoever follows the link.
//!
//! Everywhere the small engine starts, which computes on the CPU. Where it finds a graphics adapter to use, the
//! larger one takes its place and gets what was sent since the model was asked for.

mod worker;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent, Worker};

use super::site;
use crate::bridge;
use crate::model::protocol::{Cause, Command, CommandId, Event, Lane, Request, VERSION};
use worker::{Running, new_worker, tell_shell, why_dead};

/// How long the engine may load before its silence is told.
const SILENCE: Duration = Duration::from_mins(2);

/// Takes in the events of one command.
pub type Answer = Rc<dyn Fn(&Event)>;

/// What the link tells.
pub enum News {
    /// The engine says something that no answer waits for.
    Said(Box<Event>),
    /// The larger engine takes over; what the one before held is gone.
    Moved,
    /// The engine is gone.
    Died {
        /// What was last heard of it.
        message: String,
        /// Whether it had ever spoken.
        spoke: bool,
        /// Whether it was the larger one.
        graphics: bool,
    },
    /// Nothing can be said to the engine.
    Trouble(Trouble),
}

/// Why nothing can be said to the engine; a text is what the browser says of it.
pub enum Trouble {
    /// The browser starts no worker.
    Refused(String),
    /// It takes no message.
    Unreachable(String),
    /// It has never spoken.
    Silent,
    /// It is of another build than the page.
    OtherVersion(String),
}

/// Handle of the engine; `start.js` starts the first worker, the first command takes it over.
#[derive(Clone)]
pub struct Link {
    state: Rc<RefCell<State>>,
    follower: Rc<dyn Fn(News)>,
}

#[derive(Default)]
struct State {
    worker: Option<Running>,
    next: CommandId,
    /// Who waits for events of a command of their own: atlas, data set, housekeeping.
    answers: HashMap<CommandId, Answer>,
    /// Messages that wait for the engine's first word.
    unsent: Vec<JsValue>,
    hello: bool,
    /// The worker is the engine that can compute on WebGPU too.
    graphics: bool,
    /// The command that opens a model, and everything sent since, until it is open.
    opening: Option<(CommandId, Vec<JsValue>)>,
    /// Workers so far, to know whose silence it is.
    starts: u32,
}

impl State {
    fn end_worker(&mut self) {
        self.worker = None;
        self.hello = false;
        self.graphics = false;
        self.opening = None;
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
    /// No worker is started yet; `follower` gets all the news.
    pub fn new(follower: impl Fn(News) + 'static) -> Self {
        Self {
            state: Rc::default(),
            follower: Rc::new(follower),
        }
    }

    /// Sends a wish to the engine and returns its id; `answer` gets its events, otherwise the follower does.
    /// `None` when no worker can be started.
    pub fn send(
        &self,
        request: Request,
        file: Option<&File>,
        answer: Option<Answer>,
    ) -> Option<CommandId> {
        if self.state.borrow().worker.is_none() && !self.start() {
            return None;
        }
        let mut state = self.state.borrow_mut();
        state.next += 1;
        let id = state.next;
        state.answers.extend(answer.map(|answer| (id, answer)));
        let opens = request.lane() == Lane::Open;
        let command = Command { id, request };
        let parcel = bridge::wrap(&command.to_bytes(), file);
        if opens {
            state.opening = Some((id, Vec::new()));
        }
        if let Some((_, since)) = &mut state.opening {
            since.push(parcel.clone());
        }
        state.unsent.push(parcel);
        let ready = state.hello;
        drop(state);
        if ready {
            self.flush();
        }
        Some(id)
    }

    /// Ends the worker; the next wish starts another. Who waits for an answer learns why none comes.
    pub fn end(&self, why: &str) {
        self.state.borrow_mut().end_worker();
        self.tell_waiting(why);
    }

    fn tell(&self, news: News) {
        (self.follower)(news);
    }

    /// Sends what waits. What is sent before the worker listens would be lost: the browser delivers
    /// messages while its module is still being loaded.
    fn flush(&self) {
        let mut state = self.state.borrow_mut();
        let parcels = std::mem::take(&mut state.unsent);
        let Some(running) = &state.worker else { return };
        let mut sent = parcels.iter().map(|parcel| running.post(parcel));
        if let Some(error) = sent.find_map(Result::err) {
            drop(sent);
            drop(state);
            let why = bridge::words(&error);
            self.tell(News::Trouble(Trouble::Unreachable(why)));
        }
    }

    fn start(&self) -> bool {
        let graphics = self.state.borrow().graphics;
        let early = site::engine().filter(|_| !graphics);
        let (worker, said) = early.map_or_else(
            || (new_worker(graphics), Vec::new()),
            |(worker, said)| (Ok(worker), said),
        );
        match worker {
            Ok(worker) => {
                let running = self.listen(worker);
                let mut state = self.state.borrow_mut();
                tell_shell(state.graphics);
                state.worker = Some(running);
                state.hello = false;
                state.starts += 1;
                let start = state.starts;
                drop(state);
                self.expect_hello(start);
                self.catch_up(start, said);
                true
            }
            Err(error) => {
                let why = bridge::words(&error);
                self.tell(News::Trouble(Trouble::Refused(why)));
                false
            }
        }
    }

    /// A worker whose module fails while it loads may say nothing at all.
    fn expect_hello(&self, start: u32) {
        let link = self.clone();
        let look = move || {
            let state = link.state.borrow();
            let silent = state.starts == start && state.worker.is_some() && !state.hello;
            drop(state);
            if silent {
                link.tell(News::Trouble(Trouble::Silent));
            }
        };
        set_timeout(look, SILENCE);
    }

    /// Takes in what the engine said before this program listened, as soon as it has been sent what it waits for.
    fn catch_up(&self, start: u32, said: Vec<web_sys::Event>) {
        let link = self.clone();
        spawn_local(async move {
            for event in said {
                if link.state.borrow().starts != start {
                    return;
                }
                match event.dyn_ref::<MessageEvent>() {
                    Some(message) => link.receive(message),
                    None => link.died(&why_dead(&event)),
                }
            }
        });
    }

    fn listen(&self, worker: Worker) -> Running {
        let (said, died) = (self.clone(), self.clone());
        Running::new(
            worker,
            move |event| said.receive(event),
            move |why| died.died(why),
        )
    }

    fn receive(&self, event: &MessageEvent) {
        let Some((bytes, _)) = bridge::unwrap(&event.data()) else {
            return;
        };
        let other_version = |why| self.tell(News::Trouble(Trouble::OtherVersion(why)));
        match Event::from_bytes(&bytes) {
            Ok(Event::Hello { version: VERSION }) => {
                self.state.borrow_mut().hello = true;
                self.flush();
            }
            Ok(Event::Hello { .. }) => other_version(String::new()),
            Ok(Event::Died { message }) => self.died(&message),
            Ok(Event::Elsewhere { id }) => self.move_on(id),
            Ok(event) => {
                self.state.borrow_mut().opened(&event);
                if let Some(event) = self.answered(event) {
                    self.tell(News::Said(Box::new(event)));
                }
            }
            Err(error) => other_version(error.to_string()),
        }
    }

    /// The engine that can use the graphics adapter takes over.
    fn move_on(&self, id: CommandId) {
        let mut state = self.state.borrow_mut();
        let Some((_, since)) = state.opening.take_if(|(opening, _)| *opening == id) else {
            return;
        };
        state.end_worker();
        state.graphics = true;
        state.unsent.clone_from(&since);
        state.opening = Some((id, since));
        drop(state);
        self.tell(News::Moved);
        self.start();
    }

    /// Gives an event to who asked for it; returns it when nobody did.
    fn answered(&self, event: Event) -> Option<Event> {
        let Some(id) = event.id() else {
            return Some(event);
        };
        let answer = self.state.borrow().answers.get(&id).cloned();
        let Some(answer) = answer else {
            return Some(event);
        };
        if event.is_last() {
            self.state.borrow_mut().answers.remove(&id);
        }
        answer(&event);
        None
    }

    fn died(&self, message: &str) {
        let mut state = self.state.borrow_mut();
        let news = News::Died {
            message: message.to_owned(),
            spoke: state.hello,
            graphics: state.graphics,
        };
        state.end_worker();
        drop(state);
        self.tell_waiting(message);
        self.tell(news);
    }

    /// Who waits for a worker that is gone learns that nothing will come.
    fn tell_waiting(&self, message: &str) {
        let waiting = std::mem::take(&mut self.state.borrow_mut().answers);
        for (id, answer) in waiting {
            let failure = Cause::EngineGone.because("", message);
            answer(&Event::Failed { id, failure });
        }
    }
}
