//! What a visitor of the built page waits for, in Chromium on the CPU path.

use std::thread;

use anyhow::{Context, Result};

use super::program;
use super::{Beside, Figure};
use crate::browser::Browser;
use crate::project::Project;
use crate::serve::Server;

/// Seconds from opening the page to the first live image, with nothing cached.
const FIRST_GOAL: f64 = 4.0;

/// Milliseconds that one further sample may take.
const FURTHER_GOAL: f64 = 400.0;

/// Serves the page and lets the browser sample.
pub fn measure(project: &Project) -> Result<Vec<Figure>> {
    project.require_dist()?;
    let found = Browser::find()
        .context("Chromium and chromedriver are missing: run `cargo xtask setup`")?;
    let server = Server::bind(&project.dist(), 0)?;
    let variables = [
        ("SCANWEAVE_URL", format!("{}?backend=cpu", server.url())),
        ("CHROMIUM", found.browser.to_string_lossy().into_owned()),
        ("CHROMEDRIVER", found.driver.to_string_lossy().into_owned()),
    ];
    // Serves until this program ends.
    thread::spawn(move || server.run());
    let line = program::run(project, "page", &variables)?;
    let figure = |name: &str, measured, unit, beside| Figure {
        name: name.to_owned(),
        measured,
        unit,
        beside,
    };
    let mut figures = vec![
        figure(
            "first live image, cold cache, CPU",
            line.number("first_ms")? / 1e3,
            "s",
            Beside::Goal(FIRST_GOAL),
        ),
        figure(
            "one further sample, CPU",
            line.number("further_ms")?,
            "ms",
            Beside::Goal(FURTHER_GOAL),
        ),
    ];
    // Older pages do not tell their own time.
    if let Ok(engine) = line.number("engine_ms") {
        figures.push(figure(
            "of that inside the engine",
            engine,
            "ms",
            Beside::Nothing,
        ));
    }
    Ok(figures)
}
