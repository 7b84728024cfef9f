//! What a visitor of the built page waits for and downloads, in Chromium on the CPU path, and how fast its generators are
//! beside onnxruntime-web.

use std::thread;

use anyhow::{Context, Result};

use super::program::{self, Line};
use super::{Beside, Figure, generators, size};
use crate::browser::Browser;
use crate::project::Project;
use crate::serve::Server;

/// What is timed on the page: its name here, in the line of JSON, and the milliseconds it may take.
const TIMES: [(&str, &str, Option<f64>); 8] = [
    ("gallery visible", "gallery_ms", Some(300.0)),
    ("controls answer", "interactive_ms", Some(500.0)),
    ("first live image, nothing stored", "first_ms", Some(3000.0)),
    ("first live image, second visit", "again_ms", Some(1000.0)),
    ("one further sample", "further_ms", Some(400.0)),
    ("of that inside the engine", "engine_ms", None),
    ("preview while a lesion is drawn", "lesion_ms", Some(100.0)),
    ("preview while a line is drawn", "line_ms", Some(100.0)),
];

type Part = fn(&Project) -> Result<Vec<Figure>>;

/// The waits of the built page, its sizes, then the generators. What cannot be measured does not keep the rest from
/// being told, unless nothing can.
pub fn measure(project: &Project) -> Result<Vec<Figure>> {
    let parts: [(&str, Part); 3] = [
        ("the built page", page),
        ("its sizes", size::parts),
        ("the generators", generators::measure),
    ];
    let (mut figures, mut problems) = (Vec::new(), Vec::new());
    for (name, part) in parts {
        match part(project) {
            Ok(measured) => figures.extend(measured),
            Err(error) => problems.push(error.context(format!("{name} could not be measured"))),
        }
    }
    for problem in &problems {
        eprintln!("{problem:#}");
    }
    match problems.pop() {
        Some(problem) if figures.is_empty() => Err(problem),
        _ => Ok(figures),
    }
}

/// Serves the page and lets the browser visit it.
fn page(project: &Project) -> Result<Vec<Figure>> {
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
    Ok(figures(&program::run(project, "page", &variables)?))
}

/// A page that shows no gallery or tells no time of its own has fewer rows.
fn figures(line: &Line) -> Vec<Figure> {
    let measured = TIMES.iter().filter_map(|(name, field, goal)| {
        Some(Figure {
            name: (*name).to_owned(),
            measured: line.number(field).ok()?,
            unit: "ms",
            beside: goal.map_or(Beside::Nothing, Beside::Goal),
        })
    });
    measured.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_does_not_tell_has_no_row() {
        let line = Line::last_of(r#"{"first_ms": 1500.0, "gallery_ms": null}"#).unwrap();
        let figures = figures(&line);
        assert_eq!(figures.len(), 1);
        assert_eq!(figures[0].beside, Beside::Goal(3000.0));
    }
}
