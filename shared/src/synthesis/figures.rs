//! What can be said of a picture in figures. Each figure stands alone, so that who waits for the next
//! picture can stop between two.

use super::{SynthesisError, Synthesiser};
use crate::image::Plane;
use crate::label::ClassMap;
use crate::metrics::{Overlap, edge_shift, mutual_information};
use crate::protocol::{Found, PairRegister, Pixels};
use crate::study::Modality;

impl Synthesiser {
    /// What the modality's own segmenter finds beside what was asked for; `None` without a segmenter
    /// and for studies whose lesions no segmenter can look for.
    pub async fn found_lesion(
        &self,
        modality: usize,
        image: &Plane,
        asked: Option<&ClassMap>,
    ) -> Result<Option<Found>, SynthesisError> {
        if !self.study.lesion.is_segmented() {
            return Ok(None);
        }
        let Some(seen) = self.segment(modality, image).await? else {
            return Ok(None);
        };
        let nothing = ClassMap::empty(self.size, self.size);
        let asked = asked.unwrap_or(&nothing);
        let shown = !(asked.is_empty() && seen.is_empty());
        let overlap = Overlap::of_lesions(asked, &seen).ok().filter(|_| shown);
        Ok(Some(Found {
            dice: overlap.map(Overlap::dice),
            shades: Pixels::from(&seen.shades(self.study.label_planes())),
        }))
    }
}

/// How two modalities of one picture fit, inside the organ; shifts are looked for up to 1/32 of the
/// side.
pub fn register(
    first: &(Modality, Plane),
    second: &(Modality, Plane),
    mask: &Plane,
) -> PairRegister {
    let inside = mask.map(|outside| 1.0 - outside);
    let reach = (mask.width() / 32).max(2);
    let (a, b) = (&first.1, &second.1);
    PairRegister {
        pair: (first.0, second.0),
        shift: edge_shift(a, b, Some(&inside), reach).ok(),
        information: mutual_information(a, b, Some(&inside)).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::{self, Anatomy};

    #[test]
    fn modalities_of_one_phantom_are_in_register_and_moved_ones_are_not() {
        let images = phantom::draw(Anatomy::Brain, 3, 128, false).images;
        let mask = Plane::filled(128, 128, 0.0);
        let (first, second) = (&images[0], &images[2]);
        let fits = register(first, second, &mask);
        assert_eq!(fits.pair, (first.0, second.0));
        assert!(fits.shift.expect("edges") < 0.5);
        let moved = Plane::from_fn(128, 128, |x, y| second.1.at(x.saturating_sub(3), y));
        let moved = register(first, &(second.0, moved), &mask);
        assert!((moved.shift.expect("edges") - 3.0).abs() < 0.5, "{moved:?}");
        assert!(moved.information < fits.information);
    }

    #[test]
    fn without_an_organ_or_edges_there_is_no_figure() {
        let flat = (Modality::T1, Plane::filled(32, 32, 0.5));
        let outside = register(&flat, &flat, &Plane::filled(32, 32, 1.0));
        assert_eq!((outside.shift, outside.information), (None, None));
        assert_eq!(
            register(&flat, &flat, &Plane::filled(32, 32, 0.0)).shift,
            None
        );
    }
}
