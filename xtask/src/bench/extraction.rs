//! Structure extraction of a 512 px image on one core.

use anyhow::Result;

use super::program;
use super::{Beside, Figure};
use crate::project::Project;

/// Milliseconds that organ mask and structure map may take together.
const GOAL: f64 = 10.0;

/// The whole extraction beside its goal, and its operators beside those of `imageproc`.
pub fn measure(project: &Project) -> Result<Vec<Figure>> {
    let line = program::run(project, "extraction", &[])?;
    println!(
        "Of the pixels of both maps, {:.3} % differ between scanweave and imageproc.",
        line.number("differing")? * 100.0
    );
    let peer = Beside::Peer("imageproc", line.number("imageproc_ms")?);
    Ok(vec![
        Figure {
            name: "structure map and mask, 512 px, one core".to_owned(),
            measured: line.number("extraction_ms")?,
            unit: "ms",
            beside: Beside::Goal(GOAL),
        },
        Figure {
            name: "algorithm 1 alone, 512 px, one core".to_owned(),
            measured: line.number("operators_ms")?,
            unit: "ms",
            beside: peer,
        },
    ])
}
