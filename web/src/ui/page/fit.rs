//! What a model can show.

use scanweave::label::LabelKind;

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
    let classes = model.study.lesion.classes().len() as u32;
    let lesion = match (&scene.lesion, &model.study.lesion) {
        (Lesion::None, kind) => !matches!(kind, LabelKind::Class(_)),
        (Lesion::Class(class), LabelKind::Class(_)) => *class < classes,
        (Lesion::Placed { .. }, LabelKind::Mask(_)) => model.placed,
        (Lesion::Drawn(runs), LabelKind::Mask(_)) => fits(runs),
        (Lesion::Boxes(boxes), LabelKind::Boxes(_)) => boxes.iter().all(|b| b.class < classes),
        _ => false,
    };
    origin && lesion && scene.edits.strokes.as_ref().is_none_or(fits)
}

/// Findings to choose from: classes of the whole image, or none and a lesion; empty when the study knows
/// neither.
pub fn findings_of(model: Option<&ModelInfo>) -> Vec<String> {
    match model.map(|m| &m.study.lesion) {
        Some(LabelKind::Class(names)) => names.clone(),
        Some(LabelKind::Mask(names)) => {
            let lesion = match names.as_slice() {
                [one] => one.clone(),
                _ => "lesion".to_owned(),
            };
            vec!["none".to_owned(), lesion]
        }
        _ => Vec::new(),
    }
}
