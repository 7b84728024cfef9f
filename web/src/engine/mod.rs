//! The worker: takes commands in, runs them one after the other, reports.
//!
//! A computation on the CPU holds the thread until it is done, so commands pile up meanwhile.
//! Between two of them, and between two slices of a long one, the worker waits one turn of the event
//! loop and lets the pile in.

mod adapter;
mod atlas;
mod build;
mod cache;
mod compute;
mod device;
mod faults;
mod figures;
mod job;
mod loaded;
mod open;
mod patience;
mod picture;
mod read;
mod session;
mod store;
mod stream;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::bridge;
use crate::model::protocol::{Command, CommandId, Event, Request, VERSION};
use crate::queue::{Next, Queue};
use job::Job;
use session::{Outcome, Session};

type Waiting = Rc<RefCell<Queue<Option<File>, Box<dyn Job>>>>;

/// Starts to listen.
pub fn start() {
    faults::listen();
    let waiting = Waiting::default();
    let session = Rc::new(RefCell::new(Some(Session::default())));
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match bridge::unwrap(&event.data()).map(|(bytes, file)| (Command::from_bytes(&bytes), file))
        {
            Some((Ok(command), file)) => take_in(&waiting, &session, command, file),
            Some((Err(error), _)) => post(&Event::Died {
                message: error.to_string(),
            }),
            None => {}
        }
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    listen.forget();
    post(&Event::Hello { version: VERSION });
}

fn take_in(
    waiting: &Waiting,
    session: &Rc<RefCell<Option<Session>>>,
    command: Command,
    file: Option<File>,
) {
    let id = command.id;
    let done_at_once = matches!(command.request, Request::Cancel { .. });
    superseded(waiting.borrow_mut().push(command, file));
    if done_at_once {
        return done(id);
    }
    // The session is away while it works: then its own loop finds the command.
    if let Some(free) = session.borrow_mut().take() {
        spawn_local(work(waiting.clone(), session.clone(), free));
    }
}

async fn work(waiting: Waiting, home: Rc<RefCell<Option<Session>>>, mut session: Session) {
    loop {
        patience::pause(0).await;
        let Some(next) = waiting.borrow_mut().pop() else {
            break;
        };
        let wanted = || waiting.borrow().wanted();
        let outcome = match next {
            Next::Begin(command, file) => session.begin(command, file, &wanted).await,
            Next::GoOn(job) => session.go_on(job.id, job.state).await,
        };
        let mut queue = waiting.borrow_mut();
        match outcome {
            Outcome::Ended => superseded(queue.end(None)),
            Outcome::Opened(id) => {
                superseded(queue.end(None));
                superseded(queue.outdated(id));
            }
            Outcome::GoesOn(state) => superseded(queue.end(Some(state))),
        }
    }
    *home.borrow_mut() = Some(session);
}

fn superseded(ids: impl IntoIterator<Item = CommandId>) {
    for id in ids {
        post(&Event::Superseded { id });
    }
}

/// Tells that a command without a result of its own has ended.
fn done(id: CommandId) {
    post(&Event::Done { id });
}

fn post(event: &Event) {
    if let Err(error) = scope().post_message(&bridge::wrap(&event.to_bytes(), None)) {
        web_sys::console::error_1(&error);
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker started.
fn now() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}
