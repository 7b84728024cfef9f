//! What a model can show.

use scanweave::label::Panel;

use crate::model::protocol::ModelInfo;
use crate::model::scene::{Lesion, Origin, Scene};

/// Whether a model can show what was drawn by hand in a scene.
pub fn fits(scene: &Scene, model: &ModelInfo, size: usize) -> bool {
    let fits = |runs: &crate::model::scene::Runs| {
        (usize::from(runs.width), usize::from(runs.height)) == (size, size)
    };
    let origin = match &scene.origin {
        Origin::Latent(_) => model.samples,
        // The image belonged to the model before; the engine no longer holds it.
        Origin::Image { .. } => false,
        Origin::Fixed { map, mask } => fits(map) && fits(mask),
        Origin::Empty => true,
    };
    let kind = &model.study.lesion;
    let classes = kind.classes().len() as u32;
    let lesion = match &scene.lesion {
        Lesion::None => kind.panel() != Panel::Finding,
        Lesion::Class(class) => *class < classes,
        Lesion::Placed { .. } => model.placed,
        Lesion::Drawn(runs) => fits(runs),
        Lesion::Boxes(boxes) => boxes.iter().all(|b| b.class < classes),
    };
    let panel = scene.lesion.panel();
    let known = panel.is_none_or(|panel| panel == kind.panel());
    origin && lesion && known && scene.edits.strokes.as_ref().is_none_or(fits)
}

/// Findings to choose from: classes of the whole image, or none and a lesion; empty when the study knows
/// neither.
pub fn findings_of(model: Option<&ModelInfo>) -> Vec<String> {
    model.map_or_else(Vec::new, |m| m.study.lesion.findings())
}
