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
        Lesion::Class(class) => offers(model, *class as usize),
        Lesion::Placed { .. } => model.placed,
        Lesion::Drawn(runs) => fits(runs),
        Lesion::Boxes(boxes) => boxes.iter().all(|b| b.class < classes),
    };
    let panel = scene.lesion.panel();
    let known = panel.is_none_or(|panel| panel == kind.panel());
    origin && lesion && known && scene.edits.strokes.as_ref().is_none_or(fits)
}

/// Every finding of the study: classes of the whole image, or none and a lesion; empty when it knows neither.
pub fn findings_of(model: Option<&ModelInfo>) -> Vec<String> {
    model.map_or_else(Vec::new, |m| m.study.lesion.findings())
}

/// Whether the finding in this place can be chosen: there is one, and the model's card does not withhold it.
pub fn offers(model: &ModelInfo, finding: usize) -> bool {
    let kind = &model.study.lesion;
    let offered = kind.panel() != Panel::Finding || model.card.offered(kind).contains(&finding);
    offered && finding < kind.findings().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::study::{Preset, Study};
    use scanweave::weights::{Card, Withheld};

    fn model(study: &str, withheld: &[&str]) -> ModelInfo {
        let withheld = withheld.iter().map(|class| Withheld {
            class: (*class).into(),
            why: "measured".into(),
        });
        ModelInfo {
            study: Study::named(study).expect("built in"),
            geometry: Preset::Tiny.geometry(),
            card: Card {
                withheld: withheld.collect(),
                ..Card::default()
            },
            samples: true,
            bytes: 0,
            sha256: String::new(),
            self_test: None,
            placed: true,
            segmented: false,
        }
    }

    #[test]
    fn a_class_that_the_card_withholds_is_neither_offered_nor_shown() {
        let chest = model("chest-xray", &["virus"]);
        let offered: Vec<usize> = (0..4).filter(|&class| offers(&chest, class)).collect();
        assert_eq!(offered, [0, 1]);
        let scene = |class| Scene::of_seed(1, &chest.study.lesion, class);
        let shown: Vec<usize> = (0..3).filter(|&c| fits(&scene(c), &chest, 64)).collect();
        assert_eq!(shown, [0, 1]);
        // Of a mask every class is a part: none is withheld.
        let brain = model("brain-mri", &["tumour"]);
        assert!(offers(&brain, 0) && offers(&brain, 1) && !offers(&brain, 2));
    }
}
