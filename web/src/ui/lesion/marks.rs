//! A lesion mask drawn by hand: brush, ellipse, eraser, moving.

use leptos::prelude::*;

use super::shown::shown;
use super::verdict::Verdict;
use crate::model::scene::{Lesion, Scene};
use crate::ui::board::{Allowed, Brush, Hand, Ink, Sheet, Spot, Tool};
use crate::ui::page::Page;

/// What is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkTool {
    /// Paints.
    Brush,
    /// Fills an ellipse.
    Ellipse,
    /// Takes away.
    Erase,
    /// Moves the whole lesion.
    Move,
}

/// The hand that draws lesions.
#[derive(Clone, Copy)]
pub struct Marks {
    /// The page.
    pub page: Page,
    /// The tool.
    pub tool: RwSignal<MarkTool>,
    /// Width of brush and eraser, pixels.
    pub width: RwSignal<u8>,
    /// Number of the class, from 1.
    pub class: RwSignal<u8>,
    /// What is said of the last stroke.
    pub verdict: Verdict,
}

impl Marks {
    /// A brush for the first class.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            tool: RwSignal::new(MarkTool::Brush),
            width: RwSignal::new(5),
            class: RwSignal::new(1),
            verdict: Verdict::new(page),
        }
    }
}

impl Hand for Marks {
    fn begin(self) -> Option<Sheet> {
        self.verdict.clear();
        // Without a picture nobody knows where the organ is.
        let there = self.page.picture.with_untracked(Option::is_some);
        there.then(|| untrack(|| shown(self.page))).flatten()
    }

    fn ink(self) -> Ink {
        let class = self.class.get_untracked();
        let brush = Brush::Disc(self.width.get_untracked());
        let (tool, value) = match self.tool.get_untracked() {
            MarkTool::Brush => (Tool::Free(brush), class),
            MarkTool::Ellipse => (Tool::Oval, class),
            MarkTool::Erase => (Tool::Free(brush), 0),
            MarkTool::Move => (Tool::Shift, 0),
        };
        Ink { tool, value }
    }

    fn scene(self, before: &Scene, work: &Sheet, _start: Spot, _to: Spot) -> Scene {
        drawn(before, work)
    }

    /// A lesion that is moved is moved as a whole; what is drawn over the border ends there.
    fn allows(self, before: &Sheet, after: &Sheet) -> Allowed {
        if self.tool.get_untracked() != MarkTool::Move {
            return self.verdict.clips(before, after);
        }
        if self.verdict.refuses(before, after) {
            Allowed::Nothing
        } else {
            Allowed::All
        }
    }
}

/// The scene with this lesion.
pub fn drawn(before: &Scene, work: &Sheet) -> Scene {
    let lesion = if work.is_empty() {
        Lesion::None
    } else {
        Lesion::Drawn(work.runs())
    };
    Scene {
        lesion,
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::Runs;
    use scanweave::label::LabelKind;

    #[test]
    fn a_lesion_rubbed_out_is_none() {
        let scene = Scene::of_seed(4, &LabelKind::Mask(vec!["a".into()]), 1);
        assert_eq!(drawn(&scene, &Sheet::empty(2)).lesion, Lesion::None);
        let mut work = Sheet::empty(2);
        work.put((1, 0), 1);
        let after = drawn(&scene, &work);
        assert_eq!(after.lesion, Lesion::Drawn(Runs::of(2, 2, &[0, 1, 0, 0])));
        assert_eq!((after.origin, after.noise), (scene.origin, scene.noise));
    }
}
