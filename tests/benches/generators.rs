//! Each generator in our engine beside onnxruntime-web, in one page of one browser.
//!
//! `SCANWEAVE_URL` is the address of the bench page (`benches/generators/`), served with its files by
//! `cargo xtask bench web`. Prints one line of JSON, what the page has measured.

#[allow(
    dead_code,
    reason = "the tests of the page use more of the driver than this"
)]
#[path = "../tests/browser/driver.rs"]
mod driver;

use std::thread::sleep;
use std::time::{Duration, Instant};

use driver::Browser;
use serde_json::Value;

/// The longest that all generators may take: WebGPU in software needs a second for each run.
const PATIENCE: Duration = Duration::from_mins(30);

/// Time between two looks, long enough to leave the cores to what is measured.
const PULSE: Duration = Duration::from_secs(2);

fn main() {
    let url = std::env::var("SCANWEAVE_URL")
        .expect("SCANWEAVE_URL holds the address of the bench page: run `cargo xtask bench web`");
    let browser = Browser::start();
    browser.open(&url);
    let begin = Instant::now();
    while browser.script("return window.finished") != true {
        assert!(
            begin.elapsed() < PATIENCE,
            "the page has not finished within {} s, it has measured: {}",
            PATIENCE.as_secs(),
            browser.script("return window.measured")
        );
        sleep(PULSE);
    }
    if let Value::String(problem) = browser.script("return window.problem ?? null") {
        for (level, message) in browser.console() {
            eprintln!("{level}: {message}");
        }
        panic!("{problem}");
    }
    println!("{}", browser.script("return window.measured"));
}
