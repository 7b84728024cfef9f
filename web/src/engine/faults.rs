//! Faults that no return value tells of.
//!
//! A shader that the driver refuses is only logged, and the buffer keeps its old content: a wrong
//! picture without an error. So every error in the log counts as a fault of the device. A panic
//! ends the worker; it is told to the page first, which starts a new one.

use std::sync::Mutex;

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::model::protocol::Event;

static FAULT: Mutex<Option<String>> = Mutex::new(None);

struct Listener;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record) {
        let line = format!("{}: {}", record.target(), record.args());
        match record.level() {
            Level::Error => {
                web_sys::console::error_1(&line.as_str().into());
                note(line);
            }
            Level::Warn => web_sys::console::warn_1(&line.into()),
            _ => {}
        }
    }

    fn flush(&self) {}
}

fn note(line: String) {
    // A lock is poisoned only by a panic, and after a panic nothing runs here.
    if let Ok(mut fault) = FAULT.lock() {
        fault.get_or_insert(line);
    }
}

/// Listens to the log and to panics from now on.
pub fn listen() {
    if log::set_logger(&Listener).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        web_sys::console::warn_1(&message.as_str().into());
        super::post(&Event::Died { message });
    }));
}

/// The first fault since the last call.
pub fn take() -> Option<String> {
    FAULT.lock().ok().and_then(|mut fault| fault.take())
}
