//! Messages between page and engine, both ways.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave_web::model::protocol::{Command, Event};

fuzz_target!(|data: &[u8]| {
    if let Ok(command) = Command::from_bytes(data) {
        let _ = Command::from_bytes(&command.to_bytes()).expect("what was written is read");
    }
    if let Ok(event) = Event::from_bytes(data) {
        let _ = Event::from_bytes(&event.to_bytes()).expect("what was written is read");
    }
});
