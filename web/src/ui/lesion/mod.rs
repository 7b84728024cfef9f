//! The lesion: a finding of the whole image, or a mask or boxes drawn where they may lie.
//!
//! Legality is live: what lies where no lesion may lie is marked while it is drawn, and a stroke that
//! leaves it there is taken back.

mod class;
mod frames;
mod framing;
mod grip;
mod marking;
mod marks;
mod place;
mod turning;
mod verdict;

use leptos::prelude::*;
use scanweave::label::{LabelKind, Panel as Tools};
use scanweave::protocol::ModelInfo;
use scanweave::scene::{Lesion, Scene};

use super::state::Page;
use super::words::LESION_UNKNOWN;

/// The panel of the lesion.
#[component]
pub fn Panel() -> impl IntoView {
    let page = expect_context::<Page>();
    follow(page);
    let needed = Memo::new(move |_| {
        let panel = |m: &ModelInfo| m.study.lesion.panel();
        page.opened.with(|m| m.as_ref().map(panel))
    });
    let tools = move || match needed.get() {
        None => ().into_any(),
        Some(Tools::None) => {
            view! { <p class="help">{move || LESION_UNKNOWN.say()}</p> }.into_any()
        }
        Some(Tools::Finding) => view! { <class::Findings /> }.into_any(),
        Some(Tools::Mask) => view! { <marking::Marking /> }.into_any(),
        Some(Tools::Boxes) => view! { <framing::Framing /> }.into_any(),
    };
    view! { <div class="lesion-panel" data-testid="lesion-panel">{tools}</div> }
}

/// Keeps the finding, which the next seed takes over, in step with the scene: undo changes the scene
/// alone.
fn follow(page: Page) {
    Effect::new(move |_| {
        let scene = page.scene.get();
        let finding = page
            .opened
            .with(|m| m.as_ref().and_then(|m| finding(&scene, &m.study.lesion)));
        if let Some(finding) = finding.filter(|&f| f != page.class.get_untracked()) {
            page.class.set(finding);
        }
    });
}

/// The finding of a scene, `None` where the study has none or the scene is of another.
fn finding(scene: &Scene, kind: &LabelKind) -> Option<usize> {
    match (&scene.lesion, kind.panel()) {
        (Lesion::Class(class), Tools::Finding) => {
            let class = *class as usize;
            (class < kind.classes().len()).then_some(class)
        }
        (Lesion::None, Tools::Mask) => Some(0),
        (Lesion::Placed { .. } | Lesion::Drawn(_), Tools::Mask) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::scene::Runs;

    #[test]
    fn the_finding_follows_the_scene() {
        let mask = LabelKind::Mask(vec!["tumour".into()]);
        let class = LabelKind::Class(vec!["normal".into(), "virus".into()]);
        let scene = |lesion| Scene {
            lesion,
            ..Scene::of_seed(1, &LabelKind::None, 0)
        };
        let found = |lesion, kind| finding(&scene(lesion), kind);
        assert_eq!(found(Lesion::None, &mask), Some(0));
        assert_eq!(found(Lesion::Placed { seed: 3 }, &mask), Some(1));
        assert_eq!(found(Lesion::Drawn(Runs::of(1, 1, &[1])), &mask), Some(1));
        assert_eq!(found(Lesion::Class(1), &class), Some(1));
        assert_eq!(found(Lesion::Class(2), &class), None);
        assert_eq!(found(Lesion::None, &class), None);
        assert_eq!(found(Lesion::Boxes(Vec::new()), &mask), None);
    }
}
