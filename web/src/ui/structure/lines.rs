//! Lines drawn by hand into a structure map: pen, eraser and ruler.

use leptos::prelude::*;

use crate::model::protocol::Picture;
use crate::model::scene::{Edits, Lesion, Origin, Scene};
use crate::ui::board::{Brush, Hand, Ink, Sheet, Sight, Spot, Tool, bytes, newest, side};
use crate::ui::page::Page;
use crate::ui::words::{OUTLINE_OPEN, SHEET_EMPTY, Word};

/// What is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineTool {
    /// Draws along the way.
    Pen,
    /// Takes lines away.
    Eraser,
    /// Draws straight.
    Line,
}

/// The hand that draws lines.
#[derive(Clone, Copy)]
pub struct Lines {
    /// The page.
    pub page: Page,
    /// The tool.
    pub tool: RwSignal<LineTool>,
    /// Its width, pixels.
    pub width: RwSignal<u8>,
}

impl Lines {
    /// A thin pen.
    pub fn new(page: Page) -> Self {
        Self {
            page,
            tool: RwSignal::new(LineTool::Pen),
            width: RwSignal::new(1),
        }
    }
}

impl Hand for Lines {
    fn begin(self) -> Option<Sheet> {
        let side = untrack(|| side(self.page))?;
        Some(self.page.scene.with_untracked(|scene| strokes(scene, side)))
    }

    fn ink(self) -> Ink {
        let brush = Brush::Square(self.width.get_untracked());
        match self.tool.get_untracked() {
            LineTool::Pen => Ink {
                tool: Tool::Free(brush),
                value: 1,
            },
            LineTool::Eraser => Ink {
                tool: Tool::Free(brush),
                value: 2,
            },
            LineTool::Line => Ink {
                tool: Tool::Straight(brush),
                value: 1,
            },
        }
    }

    fn scene(self, before: &Scene, work: &Sheet, _start: Spot, _to: Spot) -> Scene {
        let draws = |m: &crate::model::protocol::ModelInfo| m.samples;
        let samples = self
            .page
            .opened
            .with_untracked(|m| m.as_ref().is_some_and(draws));
        drawn(before, work, samples)
    }
}

/// What was drawn into a scene.
pub fn strokes(scene: &Scene, side: usize) -> Sheet {
    let strokes = scene.edits.strokes.as_ref();
    strokes
        .and_then(|runs| Sheet::of(runs, side))
        .unwrap_or_else(|| Sheet::empty(side))
}

/// The scene with these strokes. Where the model draws no lines of its own they lie on an empty sheet.
fn drawn(before: &Scene, work: &Sheet, samples: bool) -> Scene {
    let origin = match &before.origin {
        Origin::Latent(_) if !samples => Origin::Empty,
        origin => origin.clone(),
    };
    Scene {
        origin,
        edits: Edits {
            strokes: (!work.is_empty()).then(|| work.runs()),
        },
        ..before.clone()
    }
}

/// An empty sheet. A lesion that was drawn had its place in the organ that is gone.
pub fn emptied(scene: Scene) -> Scene {
    let lesion = match scene.lesion {
        Lesion::Drawn(_) => Lesion::None,
        Lesion::Boxes(_) => Lesion::Boxes(Vec::new()),
        lesion => lesion,
    };
    Scene {
        origin: Origin::Empty,
        edits: Edits::default(),
        lesion,
        ..scene
    }
}

/// What is missing on a sheet on which nothing is painted; followed by whoever asks.
pub fn missing(page: Page) -> Option<Word> {
    let drawn = page.scene.with(|scene| match scene.origin {
        Origin::Empty => Some(scene.edits.strokes.is_some()),
        _ => None,
    })?;
    let no_organ = |picture: &Picture| !picture.mask.grey().contains(&0);
    let is_blank = newest(page, |picture| picture.is_some_and(no_organ));
    is_blank.then_some(if drawn { OUTLINE_OPEN } else { SHEET_EMPTY })
}

/// Whether there is a picture, and not a sheet on which nothing is painted: what can be saved and shared; followed by
/// whoever asks.
pub fn is_painted(page: Page) -> bool {
    page.picture.with(Option::is_some) && missing(page).is_none()
}

/// What the board shows.
pub fn sight(page: Page) -> Option<Sight> {
    let side = side(page)?;
    let lines = |picture: Option<&Picture>| bytes(&picture?.structure, side);
    Some(Sight {
        side,
        lines: newest(page, lines),
        strokes: Some(page.scene.with(|scene| strokes(scene, side))),
        ..Sight::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::Runs;
    use scanweave::label::LabelKind;

    fn scene() -> Scene {
        Scene::of_seed(7, &LabelKind::None, 0)
    }

    #[test]
    fn strokes_go_into_the_scene_and_come_back() {
        let mut work = strokes(&scene(), 3);
        assert!(work.is_empty());
        work.put((1, 1), 1);
        work.put((2, 1), 2);
        let after = drawn(&scene(), &work, true);
        assert_eq!(after.origin, scene().origin);
        assert_eq!(strokes(&after, 3), work);
        assert!(strokes(&after, 4).is_empty(), "of another size");
        assert_eq!(drawn(&scene(), &Sheet::empty(3), true), scene());
    }

    #[test]
    fn without_a_decoder_lines_lie_on_an_empty_sheet() {
        let mut work = Sheet::empty(2);
        work.put((0, 0), 1);
        assert_eq!(drawn(&scene(), &work, false).origin, Origin::Empty);
    }

    #[test]
    fn an_empty_sheet_holds_no_drawn_lesion() {
        let with = |lesion| emptied(Scene { lesion, ..scene() }).lesion;
        assert_eq!(with(Lesion::Drawn(Runs::of(1, 1, &[1]))), Lesion::None);
        assert_eq!(with(Lesion::Class(2)), Lesion::Class(2));
        let placed = Lesion::Placed { seed: 1 };
        assert_eq!(with(placed.clone()), placed);
        assert_eq!(emptied(scene()).origin, Origin::Empty);
    }
}
