//! Algorithm 4: a label is accepted only where a lesion may lie.
//!
//! The mask is 1 where lesions are forbidden: the background of an organ, or everything but the
//! narrower region that a study names (the lung fields, say).

use super::augment::augmented;
use super::class_map::ClassMap;
use super::draw::Plan;
use super::statistics::MaskStatistics;
use crate::image::Plane;
use crate::random::Random;

/// How often one drawn lesion is tried in other places before one of another size is drawn.
const TRIES_OF_ONE_PLAN: u32 = 10;

/// Whether there is a lesion and none of it lies where `mask` is above 0.5: `sum(m * l) = 0`.
///
/// # Panics
/// When mask and label differ in size.
pub fn is_legal(mask: &Plane, label: &ClassMap) -> bool {
    assert_eq!(
        (mask.width(), mask.height()),
        (label.width(), label.height()),
        "mask and label of one size"
    );
    let mut pixels = label.values().iter().zip(mask.values());
    !label.is_empty() && pixels.all(|(&class, &forbidden)| class == 0 || forbidden <= 0.5)
}

/// `source` after two random operations, drawn up to `tries` times until it is legal; `None` when it
/// never is. Every try starts from the source: labels do not shrink from try to try.
///
/// # Panics
/// When mask and label differ in size.
pub fn place(source: &ClassMap, mask: &Plane, random: &mut Random, tries: u32) -> Option<ClassMap> {
    (0..tries)
        .map(|_| augmented(source, random))
        .find(|label| is_legal(mask, label))
}

/// A drawn lesion, drawn up to `tries` times until it is legal; `None` when it never is.
pub fn place_drawn(
    statistics: &MaskStatistics,
    mask: &Plane,
    random: &mut Random,
    tries: u32,
) -> Option<ClassMap> {
    let region = mask.map(|v| if v > 0.5 { 0.0 } else { 1.0 });
    let pixels = mask.width() * mask.height();
    let mut plan = Plan::random(statistics, pixels, random);
    for tried in 0..tries {
        if tried > 0 && tried % TRIES_OF_ONE_PLAN == 0 {
            plan = Plan::random(statistics, pixels, random);
        }
        let label = plan.drawn(&region, random)?;
        if is_legal(mask, &label) {
            return Some(label);
        }
    }
    None
}
