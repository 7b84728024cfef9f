//! A lesion mask drawn by hand: brush, ellipse, eraser, moving.

use leptos::prelude::*;

use super::place;
use super::verdict::Verdict;
use crate::model::protocol::Picture;
use crate::model::scene::{Lesion, Scene};
use crate::ui::board::{Brush, Hand, Ink, Sheet, Spot, Tool, is_refused, newest, outside, side};
use crate::ui::state::Page;

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

    fn refuses(self, before: &Sheet, after: &Sheet) -> bool {
        self.verdict.judges(before, after)
    }
}

/// The lesion that is shown; followed by whoever asks.
pub fn shown(page: Page) -> Option<Sheet> {
    let side = side(page)?;
    let lesion = page.scene.with(|scene| scene.lesion.clone());
    Some(newest(page, |picture| sheet(&lesion, picture, side)))
}

/// A lesion as a sheet. One that the engine placed is what its picture shows.
fn sheet(lesion: &Lesion, picture: Option<&Picture>, side: usize) -> Sheet {
    let placed = || picture.and_then(|p| p.lesion.as_ref()).map(|l| &l.classes);
    let sheet = match lesion {
        Lesion::Drawn(runs) => Sheet::of(runs, side),
        Lesion::Boxes(boxes) => Some(place::boxed(boxes, side)),
        Lesion::Placed { .. } => placed().and_then(|runs| Sheet::of(runs, side)),
        Lesion::None | Lesion::Class(_) => None,
    };
    sheet.unwrap_or_else(|| Sheet::empty(side))
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

/// Whether the change from one sheet to the other is refused where `forbidden` says so.
pub fn refused(before: &Sheet, after: &Sheet, forbidden: &[u8]) -> bool {
    is_refused(outside(before, forbidden), outside(after, forbidden))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protocol::{Labelled, Pixels};
    use crate::model::scene::Runs;
    use scanweave::label::LabelKind;

    fn pixels() -> Pixels {
        Pixels {
            width: 2,
            height: 2,
            bytes: vec![0; 4],
        }
    }

    fn picture(classes: &[u8]) -> Picture {
        Picture {
            source: None,
            steps: Vec::new(),
            structure: pixels(),
            mask: pixels(),
            forbidden: pixels(),
            fused: pixels(),
            lesion: Some(Labelled {
                shades: pixels(),
                classes: Runs::of(2, 2, classes),
            }),
            images: Vec::new(),
        }
    }

    #[test]
    fn a_placed_lesion_is_what_the_picture_shows() {
        let picture = picture(&[0, 1, 0, 2]);
        let seen = |lesion| sheet(&lesion, Some(&picture), 2).values().to_vec();
        assert_eq!(seen(Lesion::Placed { seed: 1 }), [0, 1, 0, 2]);
        assert_eq!(seen(Lesion::None), [0; 4], "the picture is of before");
        let own = Lesion::Drawn(Runs::of(2, 2, &[1, 0, 0, 0]));
        assert_eq!(seen(own), [1, 0, 0, 0]);
        assert!(sheet(&Lesion::Placed { seed: 1 }, None, 2).is_empty());
        assert!(sheet(&Lesion::Placed { seed: 1 }, Some(&picture), 3).is_empty());
    }

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

    #[test]
    fn a_step_over_the_outline_is_refused_and_one_back_is_not() {
        let forbidden = [0, 0, 255, 255];
        let mut inside = Sheet::empty(2);
        inside.put((0, 0), 1);
        let mut over = inside.clone();
        over.put((0, 1), 1);
        let mut far = over.clone();
        far.put((1, 1), 1);
        assert!(refused(&inside, &over, &forbidden));
        assert!(refused(&over, &far, &forbidden));
        assert!(!refused(&far, &over, &forbidden));
        assert!(!refused(&over, &inside, &forbidden));
    }
}
