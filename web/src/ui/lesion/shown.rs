//! The lesion that is shown, as pixels: what was drawn, or what the picture shows of one that was placed.

use leptos::prelude::*;

use super::place;
use crate::model::protocol::Picture;
use crate::model::scene::Lesion;
use crate::ui::board::{Sheet, newest, side};
use crate::ui::page::Page;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protocol::{Labelled, Pixels};
    use crate::model::scene::Runs;

    fn pixels() -> Pixels {
        Pixels::new(2, 2, vec![0; 4]).expect("four greys")
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
}
