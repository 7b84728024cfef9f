//! Bytes to the first live image, compressed as a host of static files would.

use anyhow::{Context, Result};

use super::{Beside, Figure};
use crate::project::Project;
use crate::sizes::{BEST, File, Table};

/// The model that the page loads first.
const FIRST_MODEL: &str = "phantom-brain.weave";

/// Megabytes after brotli that the page must not exceed.
const GOAL: f64 = 10.0;

/// Megabytes that each part may have: the page's binary and each engine's after brotli, a model as it is.
const PAGE_GOAL: f64 = 0.4;
const ENGINE_GOAL: f64 = 3.0;
const MODEL_GOAL: f64 = 8.0;

/// The parts of the page that have goals of their own.
pub fn parts(project: &Project) -> Result<Vec<Figure>> {
    project.require_dist()?;
    let all = Table::of(&project.dist(), BEST).context("the built page could not be measured")?;
    let binary = |of: &str, program: &str, goal: f64| {
        let belongs =
            |file: &File| extension(&file.path) == "wasm" && file.path.starts_with(program);
        let bytes = all.filtered(belongs).total().1;
        let name = format!("{of} wasm, brotli");
        megabytes(&name, bytes, Beside::Goal(goal))
    };
    let mut figures = vec![
        binary("page's", "app", PAGE_GOAL),
        binary("CPU engine's", "engine", ENGINE_GOAL),
        binary("WebGPU engine's", "graphics", ENGINE_GOAL),
    ];
    let models = all.filtered(|file| extension(&file.path) == "weave");
    if let Some(largest) = models.files.iter().map(|file| file.raw).max() {
        let beside = Beside::Goal(MODEL_GOAL);
        figures.push(megabytes("largest model", largest, beside));
    }
    Ok(figures)
}

/// Prints the files that count and returns their sums.
pub fn measure(project: &Project) -> Result<Vec<Figure>> {
    project.require_dist()?;
    println!("Compressing the page with brotli {BEST} takes about half a minute.");
    let all = Table::of(&project.dist(), BEST).context("the built page could not be measured")?;
    let needed = all.filtered(needed_for_first_image);
    println!("{needed}");
    if !needed.files.iter().any(|file| is_first_model(&file.path)) {
        println!("The page holds no {FIRST_MODEL}: the figures are without weights.");
    }
    let (raw, brotli) = needed.total();
    let first = |what: &str| format!("bytes to the first live image, {what}");
    Ok(vec![
        megabytes(&first("raw"), raw, Beside::Nothing),
        megabytes(&first("brotli"), brotli, Beside::Goal(GOAL)),
    ])
}

fn megabytes(name: &str, bytes: u64, beside: Beside) -> Figure {
    Figure {
        name: name.to_owned(),
        measured: bytes as f64 / 1e6,
        unit: "MB",
        beside,
    }
}

fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// The gallery's pictures, lessons and other models are not waited for, nor is the engine for WebGPU where the
/// CPU computes.
fn needed_for_first_image(file: &File) -> bool {
    let program = matches!(
        extension(&file.path),
        "html" | "js" | "css" | "wasm" | "json"
    );
    (program && !file.path.starts_with("graphics")) || is_first_model(&file.path)
}

fn is_first_model(path: &str) -> bool {
    path.rsplit('/').next() == Some(FIRST_MODEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_models_and_pictures_do_not_count() {
        let needed = |path: &str| {
            needed_for_first_image(&File {
                path: path.to_owned(),
                raw: 1,
                brotli: 1,
            })
        };
        assert!(needed("engine_bg.wasm"));
        assert!(needed("assets/phantom-brain.weave"));
        assert!(!needed("graphics_bg.wasm"));
        assert!(!needed("assets/phantom-thorax.weave"));
        assert!(!needed("assets/gallery/1.png"));
    }
}
