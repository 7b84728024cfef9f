//! Bytes to the first live image, compressed as a host of static files would.

use anyhow::{Context, Result};

use super::{Beside, Figure};
use crate::project::Project;
use crate::sizes::{BEST, File, Table};

/// The model that the page loads first.
const FIRST_MODEL: &str = "chest-xray.weave";

/// Megabytes after brotli that the page must not exceed.
const GOAL: f64 = 10.0;

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
    let megabytes = |name: &str, bytes: u64, beside| Figure {
        name: format!("bytes to the first live image, {name}"),
        measured: bytes as f64 / 1e6,
        unit: "MB",
        beside,
    };
    Ok(vec![
        megabytes("raw", raw, Beside::Nothing),
        megabytes("brotli", brotli, Beside::Goal(GOAL)),
    ])
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
