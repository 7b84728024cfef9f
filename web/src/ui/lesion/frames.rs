//! Boxes drawn by hand.

use leptos::prelude::*;

use super::grip::Grip;
use super::place::{between, boxed};
use super::shown::shown;
use super::verdict::Verdict;
use crate::model::scene::{Lesion, LesionBox, Scene};
use crate::ui::board::{Allowed, Hand, Ink, Sheet, Spot, Tool, side};
use crate::ui::page::Page;

/// Boxes that one lesion may have, as many as a scene can carry.
pub const MOST: usize = 64;

/// What is done with boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameTool {
    /// Draws one more.
    Draw,
    /// Moves one by its middle, or one of its corners.
    Move,
}

/// The hand that draws boxes.
#[derive(Clone, Copy)]
pub struct Frames {
    /// The page.
    pub page: Page,
    /// The tool.
    pub tool: RwSignal<FrameTool>,
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
            tool: RwSignal::new(FrameTool::Draw),
            class: RwSignal::new(1),
            verdict: Verdict::new(page),
        }
    }
}

impl Hand for Frames {
    fn begin(self) -> Option<Sheet> {
        self.verdict.clear();
        let there = self.page.picture.with_untracked(Option::is_some);
        let count = self.page.scene.with_untracked(|s| of(s).len());
        let able = match self.tool.get_untracked() {
            FrameTool::Draw => count < MOST,
            FrameTool::Move => count > 0,
        };
        (there && able)
            .then(|| untrack(|| shown(self.page)))
            .flatten()
    }

    fn ink(self) -> Ink {
        let tool = match self.tool.get_untracked() {
            FrameTool::Draw => Tool::Oblong,
            FrameTool::Move => Tool::Shift,
        };
        Ink {
            tool,
            value: self.class.get_untracked(),
        }
    }

    fn scene(self, before: &Scene, _work: &Sheet, start: Spot, to: Spot) -> Scene {
        let side = untrack(|| side(self.page)).unwrap_or(0);
        match self.tool.get_untracked() {
            FrameTool::Draw => {
                let class = u32::from(self.class.get_untracked().saturating_sub(1));
                with_box(before, between(start, to, class, side))
            }
            FrameTool::Move => dragged(before, start, to, side),
        }
    }

    /// Judged by the boxes themselves: the board's own sheet moves all of them.
    fn allows(self, before: &Sheet, _after: &Sheet) -> Allowed {
        let after = self
            .page
            .scene
            .with_untracked(|scene| boxed(of(scene), before.side()));
        if self.verdict.refuses(before, &after) {
            Allowed::Nothing
        } else {
            Allowed::All
        }
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

/// The scene with the box that lies on top at `start` dragged to `to`, by a corner or as a whole.
fn dragged(before: &Scene, start: Spot, to: Spot, side: usize) -> Scene {
    let mut boxes = of(before).to_vec();
    let gripped = |(index, one): (usize, &LesionBox)| Some((index, Grip::at(one, start)?));
    let Some((index, grip)) = boxes.iter().enumerate().rev().find_map(gripped) else {
        return before.clone();
    };
    boxes[index] = grip.dragged(boxes[index], start, to, side);
    Scene {
        lesion: Lesion::Boxes(boxes),
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
    use scanweave::label::LabelKind;

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
        let scene = Scene::of_seed(1, &LabelKind::None, 0);
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
    fn the_box_on_top_is_dragged_and_nothing_else() {
        let wide = LesionBox {
            width: 9,
            height: 9,
            ..one(2)
        };
        let scene = Scene::of_seed(1, &LabelKind::None, 0);
        let two = with_box(&with_box(&scene, Some(wide)), Some(wide));
        let after = dragged(&two, (6, 4), (7, 6), 32);
        assert_eq!(of(&after), [wide, LesionBox { x: 3, y: 2, ..wide }]);
        assert_eq!(dragged(&two, (20, 20), (1, 1), 32), two, "beside them");
    }

    #[test]
    fn there_are_never_more_than_a_scene_can_carry() {
        let mut scene = Scene::of_seed(1, &LabelKind::None, 0);
        for x in 0..100 {
            scene = with_box(&scene, Some(one(x)));
        }
        assert_eq!(of(&scene).len(), MOST);
        assert_eq!(Scene::from_bytes(&scene.to_bytes()), Ok(scene));
    }
}
