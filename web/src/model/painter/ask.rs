//! The lesion of a scene as the label that the generator takes.

use scanweave::image::Plane;
use scanweave::label::ClassMap;
use scanweave::label::LabelKind;
use scanweave::structure::Structure;
use scanweave::synthesis::{Label, Synthesiser};

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
    let kind = &synthesiser.study().lesion;
    let classes = kind.classes().len();
    let plain = |label| Asked {
        label,
        lesion: None,
    };
    let planes = |planes: Vec<Plane>, lesion: ClassMap| Asked {
        label: Label::Planes(planes),
        lesion: Some(lesion),
    };
    let of_map = |map: ClassMap| planes(map.planes(classes), map);
    Ok(match (lesion, kind) {
        (Lesion::None, _) => plain(Label::None),
        (Lesion::Class(class), LabelKind::Class(_)) => {
            plain(Label::Class(known(*class, classes)? as usize))
        }
        (Lesion::Placed { seed }, LabelKind::Mask(_)) => {
            let placed = synthesiser.placed_lesion(structure, *seed);
            placed.map_or_else(|| plain(Label::None), of_map)
        }
        (Lesion::Drawn(runs), LabelKind::Mask(_)) => {
            of_map(class_map(runs, classes, synthesiser.size())?)
        }
        (Lesion::Boxes(boxes), LabelKind::Boxes(_)) => {
            let boxed = box_planes(boxes, classes, synthesiser.size())?;
            let map = ClassMap::from_planes(&boxed);
            planes(boxed, map.map_err(|_| Refusal::Damaged("lesion"))?)
        }
        (wanted, known) => {
            return Err(Refusal::Kind {
                known: kind_in_words(known),
                wanted: in_words(wanted),
            });
        }
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

/// One plane per class, 1 inside its boxes; what reaches over the edge of the picture is cut off.
fn box_planes(boxes: &[LesionBox], classes: usize, size: usize) -> Result<Vec<Plane>, Refusal> {
    let mut planes = vec![Plane::filled(size, size, 0.0); classes];
    for one in boxes {
        let plane = &mut planes[known(one.class, classes)? as usize];
        let side = |start: u16, length: u16| {
            let start = usize::from(start);
            start.min(size)..(start + usize::from(length)).min(size)
        };
        for y in side(one.y, one.height) {
            let row = side(one.x, one.width);
            plane.values_mut()[y * size + row.start..y * size + row.end].fill(1.0);
        }
    }
    Ok(planes)
}

/// A class by its place in the study, if it has one.
fn known(class: u32, count: usize) -> Result<u32, Refusal> {
    if (class as usize) < count {
        return Ok(class);
    }
    let class = class.saturating_add(1);
    Err(Refusal::Class { class, count })
}

fn kind_in_words(kind: &LabelKind) -> &'static str {
    match kind {
        LabelKind::None => "no lesions",
        LabelKind::Class(_) => "classes of the whole image",
        LabelKind::Mask(_) => "lesions as masks",
        LabelKind::Boxes(_) => "lesions as boxes",
    }
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
