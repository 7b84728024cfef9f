//! The label as the generator takes it: one plane per class.

use super::SynthesisError;
use crate::image::Plane;
use crate::label::LabelKind;

/// The lesion label asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// No lesion.
    None,
    /// A class of the whole image, an index into the study's classes.
    Class(usize),
    /// One plane per class of the study.
    Planes(Vec<Plane>),
}

/// The label of a healthy subject: the first class, or an empty mask.
pub fn default_label(kind: &LabelKind) -> Label {
    if matches!(kind, LabelKind::Class(_)) {
        Label::Class(0)
    } else {
        Label::None
    }
}

/// One plane per class of the study: constant for a class of the whole image, as given for masks.
pub fn label_planes(
    kind: &LabelKind,
    label: &Label,
    size: usize,
) -> Result<Vec<Plane>, SynthesisError> {
    let classes = kind.classes().len();
    match (kind, label) {
        (LabelKind::Class(_), Label::Class(class)) if *class < classes => {
            let one_hot = |i| Plane::filled(size, size, f32::from(u8::from(i == *class)));
            Ok((0..classes).map(one_hot).collect())
        }
        (LabelKind::Class(names), _) => Err(SynthesisError::Label(format!(
            "it needs one of the classes {names:?}"
        ))),
        (_, Label::None) => Ok(vec![Plane::filled(size, size, 0.0); classes]),
        (LabelKind::Mask(_) | LabelKind::Boxes(_), Label::Planes(planes)) => {
            checked_planes(planes, classes, size)
        }
        _ => Err(SynthesisError::Label("it needs one plane per class".into())),
    }
}

fn checked_planes(
    planes: &[Plane],
    classes: usize,
    size: usize,
) -> Result<Vec<Plane>, SynthesisError> {
    let fits = planes.len() == classes
        && planes
            .iter()
            .all(|p| (p.width(), p.height()) == (size, size));
    if fits {
        Ok(planes.to_vec())
    } else {
        Err(SynthesisError::Label(format!(
            "it needs {classes} planes of {size} x {size} pixels"
        )))
    }
}
