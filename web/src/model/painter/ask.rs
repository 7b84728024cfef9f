//! The lesion of a scene as the label that the generator takes.

use scanweave::label::{ClassMap, Label, LabelBox};
use scanweave::structure::Structure;
use scanweave::synthesis::Synthesiser;

use super::ground::check_size;
use super::{Asked, Refusal};
use crate::model::scene::{Lesion, LesionBox, Runs};

/// What a scene's lesion means on this ground. A lesion where none may lie is told, not refused:
/// people see what they drew, and that it cannot stay there.
pub(super) fn asked(
    synthesiser: &Synthesiser,
    lesion: &Lesion,
    structure: &Structure,
) -> Result<Asked, Refusal> {
    let (kind, size) = (&synthesiser.study().lesion, synthesiser.size());
    let classes = kind.classes().len();
    let foreign = || Refusal::Kind {
        known: kind.in_words(),
        wanted: in_words(lesion),
    };
    if lesion.panel().is_some_and(|panel| panel != kind.panel()) {
        return Err(foreign());
    }
    let label = match lesion {
        Lesion::None => Label::None,
        Lesion::Class(class) => Label::Class(known(*class, classes)? as usize),
        Lesion::Placed { seed } => {
            let placed = synthesiser.placed_lesion(structure, *seed);
            placed.ok_or_else(foreign)?
        }
        Lesion::Drawn(runs) => Label::Mask(class_map(runs, classes, size)?),
        Lesion::Boxes(boxes) => Label::Boxes(label_boxes(boxes, classes, size)?),
    };
    Ok(Asked {
        lesion: label.class_map(size),
        label,
    })
}

fn class_map(runs: &Runs, classes: usize, size: usize) -> Result<ClassMap, Refusal> {
    let what = "lesion";
    check_size(runs, what, size)?;
    let map = runs.classes().ok_or(Refusal::Damaged(what))?;
    if let Some(&class) = map
        .values()
        .iter()
        .max()
        .filter(|&&c| usize::from(c) > classes)
    {
        known(u32::from(class) - 1, classes)?;
    }
    Ok(map)
}

/// Boxes of a scene as labels have them; those that lie beside the picture are left out.
fn label_boxes(boxes: &[LesionBox], classes: usize, size: usize) -> Result<Vec<LabelBox>, Refusal> {
    let mut found = Vec::new();
    for one in boxes {
        let class = known(one.class, classes)? as usize;
        let side = |start: u16, length: u16| {
            let start = usize::from(start);
            (start, (start + usize::from(length)).min(size))
        };
        let ((left, right), (top, bottom)) = (side(one.x, one.width), side(one.y, one.height));
        if left < right && top < bottom {
            found.push(LabelBox {
                class,
                left: left as f32,
                top: top as f32,
                right: right as f32,
                bottom: bottom as f32,
            });
        }
    }
    Ok(found)
}

/// A class by its place in the study, if it has one.
fn known(class: u32, count: usize) -> Result<u32, Refusal> {
    if (class as usize) < count {
        return Ok(class);
    }
    let class = class.saturating_add(1);
    Err(Refusal::Class { class, count })
}

fn in_words(lesion: &Lesion) -> &'static str {
    match lesion {
        Lesion::None => "none",
        Lesion::Class(_) => "a class of the whole image",
        Lesion::Placed { .. } => "a lesion that is placed by itself",
        Lesion::Drawn(_) => "a drawn lesion",
        Lesion::Boxes(_) => "boxes",
    }
}
