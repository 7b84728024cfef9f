//! Boxes drawn by hand.

use leptos::prelude::*;
use scanweave::scene::{Lesion, LesionBox, Scene};

use super::marks::shown;
use super::place::between;
use super::verdict::Verdict;
use crate::ui::board::{Hand, Ink, Sheet, Spot, Tool, side};
use crate::ui::state::Page;

/// Boxes that one lesion may have, as many as a scene can carry.
pub const MOST: usize = 64;

/// The hand that draws boxes.
#[derive(Clone, Copy)]
pub struct Frames {
    /// The page.
    pub page: Page,
    /// Number of the class, from 1.
    pub class: RwSignal<u8>,
    /// What is said of the last box.
    pub verdict: Verdict,
}

impl Frames {
    /// Boxes of the first class.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            class: RwSignal::new(1),
            verdict: Verdict::new(page),
        }
    }
}

impl Hand for Frames {
    fn begin(self) -> Option<Sheet> {
        self.verdict.clear();
        let there = self.page.picture.with_untracked(Option::is_some);
        let room = self.page.scene.with_untracked(|s| of(s).len() < MOST);
        (there && room)
            .then(|| untrack(|| shown(self.page)))
            .flatten()
    }

    fn ink(self) -> Ink {
        Ink {
            tool: Tool::Oblong,
            value: self.class.get_untracked(),
        }
    }

    fn scene(self, before: &Scene, _work: &Sheet, start: Spot, to: Spot) -> Scene {
        let side = untrack(|| side(self.page)).unwrap_or(0);
        let class = u32::from(self.class.get_untracked().saturating_sub(1));
        with_box(before, between(start, to, class, side))
    }

    fn refuses(self, before: &Sheet, after: &Sheet) -> bool {
        self.verdict.judges(before, after)
    }
}

/// The boxes of a scene.
pub fn of(scene: &Scene) -> &[LesionBox] {
    match &scene.lesion {
        Lesion::Boxes(boxes) => boxes,
        _ => &[],
    }
}

/// The scene with one box more, if there is one.
pub fn with_box(before: &Scene, one: Option<LesionBox>) -> Scene {
    let Some(one) = one else {
        return before.clone();
    };
    let boxes = of(before).iter().copied().chain([one]).take(MOST);
    Scene {
        lesion: Lesion::Boxes(boxes.collect()),
        ..before.clone()
    }
}

/// The scene without the box of this number; without any it has no lesion.
pub fn without_box(before: &Scene, index: usize) -> Scene {
    let boxes = of(before).iter().enumerate();
    let rest: Vec<LesionBox> = boxes
        .filter(|&(i, _)| i != index)
        .map(|(_, &one)| one)
        .collect();
    let lesion = if rest.is_empty() {
        Lesion::None
    } else {
        Lesion::Boxes(rest)
    };
    Scene {
        lesion,
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::profile::LesionKind;

    fn one(x: u16) -> LesionBox {
        LesionBox {
            class: 0,
            x,
            y: 0,
            width: 1,
            height: 1,
        }
    }

    #[test]
    fn boxes_come_and_go() {
        let scene = Scene::of_seed(1, &LesionKind::None, 0);
        assert!(of(&scene).is_empty());
        let two = with_box(&with_box(&scene, Some(one(1))), Some(one(2)));
        assert_eq!(of(&two), [one(1), one(2)]);
        assert_eq!(with_box(&two, None), two);
        assert_eq!(with_box(&scene, None), scene);
        let last = without_box(&two, 0);
        assert_eq!(of(&last), [one(2)]);
        assert_eq!(without_box(&last, 7), last);
        assert_eq!(without_box(&last, 0).lesion, Lesion::None);
    }

    #[test]
    fn there_are_never_more_than_a_scene_can_carry() {
        let mut scene = Scene::of_seed(1, &LesionKind::None, 0);
        for x in 0..100 {
            scene = with_box(&scene, Some(one(x)));
        }
        assert_eq!(of(&scene).len(), MOST);
        assert_eq!(Scene::from_bytes(&scene.to_bytes()), Ok(scene));
    }
}
