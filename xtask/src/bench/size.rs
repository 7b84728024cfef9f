//! Bytes to the first live image, compressed as a host of static files would.

use anyhow::{Context, Result};

use super::{Beside, Figure};
use crate::project::Project;
use crate::sizes::{BEST, File, Table};

/// The model that the page loads first.
const FIRST_MODEL: &str = "chest-xray.weave";

/// Megabytes after brotli that the page must not exceed.
const GOAL: f64 = 10.0;

/// Megabytes that each part may have: the page's binary and the engine's after brotli, a model as it is.
const PARTS: [(&str, f64, fn(&str) -> bool); 2] = [
    ("page's wasm, brotli", 0.4, |path| {
        is_wasm(path) && !path.starts_with("engine")
    }),
    ("engine's wasm, brotli", 3.0, |path| {
        is_wasm(path) && path.starts_with("engine")
    }),
];
const MODEL_GOAL: f64 = 8.0;

/// The parts of the page that have goals of their own.
pub fn parts(project: &Project) -> Result<Vec<Figure>> {
    project.require_dist()?;
    let all = Table::of(&project.dist(), BEST).context("the built page could not be measured")?;
    let mut figures = Vec::new();
    for (name, goal, belongs) in PARTS {
        let (_, brotli) = all.filtered(|file| belongs(&file.path)).total();
        figures.push(megabytes(name, brotli, Beside::Goal(goal)));
    }
    let models = all.filtered(|file| file.path.ends_with(".weave"));
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

fn is_wasm(path: &str) -> bool {
    path.rsplit('.').next() == Some("wasm")
}

/// The gallery's pictures, lessons and other models are not waited for.
fn needed_for_first_image(file: &File) -> bool {
    let extension = file.path.rsplit('.').next().unwrap_or_default();
    matches!(extension, "html" | "js" | "css" | "wasm" | "json") || is_first_model(&file.path)
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
        assert!(needed("assets/chest-xray.weave"));
        assert!(!needed("assets/phantom-thorax.weave"));
        assert!(!needed("assets/gallery/1.png"));
    }
}
