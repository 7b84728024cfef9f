//! The worker: takes commands in, runs them one after the other, reports.
//!
//! A computation on the CPU holds the thread until it is done, so commands pile up meanwhile.
//! Between two of them the worker waits one turn of the event loop, lets the pile in, and runs only
//! the newest of each lane.

mod adapter;
mod device;
mod faults;
mod patience;
mod picture;
mod queue;
mod session;
mod store;

use std::cell::RefCell;
use std::rc::Rc;

use scanweave::protocol::{Command, CommandId, Event, VERSION};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::bridge;
use queue::Queue;
use session::Session;

type Waiting = Rc<RefCell<Queue<Option<File>>>>;

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
    if let Some(id) = waiting.borrow_mut().push(command, file) {
        post(&Event::Superseded { id });
    }
    // The session is away while it works: then its own loop finds the command.
    if let Some(free) = session.borrow_mut().take() {
        spawn_local(work(waiting.clone(), session.clone(), free));
    }
}

async fn work(waiting: Waiting, home: Rc<RefCell<Option<Session>>>, mut session: Session) {
    loop {
        patience::pause(0).await;
        let Some((command, file)) = waiting.borrow_mut().pop() else {
            break;
        };
        let lane = command.request.lane();
        let wanted = || !waiting.borrow().holds(lane);
        session.run(command, file, &wanted).await;
    }
    *home.borrow_mut() = Some(session);
}

fn post(event: &Event) {
    if let Err(error) = scope().post_message(&bridge::wrap(&event.to_bytes(), None)) {
        web_sys::console::error_1(&error);
    }
}

fn fail(id: CommandId, message: String) {
    post(&Event::Failed { id, message });
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker started.
fn now() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}
