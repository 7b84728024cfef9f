//! What can be said of a picture in figures. Each figure stands alone, so that who waits for the next
//! picture can stop between two.

use serde::{Deserialize, Serialize};

use super::{SynthesisError, Synthesiser};
use crate::image::{Image, Plane};
use crate::label::ClassMap;
use crate::metrics::{Overlap, edge_shift, mutual_information};

/// A lesion as the segmenter of a modality sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundLesion {
    /// Dice between asked and found; `None` when neither shows a lesion.
    pub dice: Option<f32>,
    /// What was found.
    pub map: ClassMap,
}

/// How two modalities of a picture fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairRegister {
    /// The two.
    pub pair: (String, String),
    /// Shift between their edges, pixels; `None` where one has no edges.
    pub shift: Option<f32>,
    /// Mutual information, nats.
    pub information: Option<f32>,
}

impl Synthesiser {
    /// What the modality's own segmenter finds beside what was asked for; `None` without a segmenter
    /// and for studies whose lesions no segmenter can look for.
    pub async fn found_lesion(
        &self,
        modality: usize,
        image: &Image,
        asked: Option<&ClassMap>,
    ) -> Result<Option<FoundLesion>, SynthesisError> {
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
        Ok(Some(FoundLesion {
            dice: overlap.map(Overlap::dice),
            map: seen,
        }))
    }
}

/// How two modalities of one picture fit, in grey and as people are shown them
/// ([`Channels::shown`](crate::study::Channels::shown)), inside the organ; shifts are looked for up to 1/32 of the side.
pub fn register(first: &(String, Image), second: &(String, Image), mask: &Plane) -> PairRegister {
    let inside = mask.map(|outside| 1.0 - outside);
    let reach = (mask.width() / 32).max(2);
    let (a, b) = (&first.1.to_grey(), &second.1.to_grey());
    PairRegister {
        pair: (first.0.clone(), second.0.clone()),
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
        let named = |place: usize| (images[place].0.to_owned(), images[place].1.clone());
        let (first, second) = (&named(0), &named(2));
        let fits = register(first, second, &mask);
        assert_eq!(fits.pair, ("t1".into(), "t2".into()));
        assert!(fits.shift.expect("edges") < 0.5);
        let aside =
            |plane: &Plane| Plane::from_fn(128, 128, |x, y| plane.at(x.saturating_sub(3), y));
        let moved = second.1.map_planes(aside);
        let moved = register(first, &(second.0.clone(), moved), &mask);
        assert!((moved.shift.expect("edges") - 3.0).abs() < 0.5, "{moved:?}");
        assert!(moved.information < fits.information);
    }

    #[test]
    fn without_an_organ_or_edges_there_is_no_figure() {
        let flat = ("t1".to_owned(), Plane::filled(32, 32, 0.5).into());
        let outside = register(&flat, &flat, &Plane::filled(32, 32, 1.0));
        assert_eq!((outside.shift, outside.information), (None, None));
        assert_eq!(
            register(&flat, &flat, &Plane::filled(32, 32, 0.0)).shift,
            None
        );
    }

    #[cfg(feature = "nn")]
    #[test]
    fn a_segmenter_tells_what_it_finds_beside_what_was_asked() {
        use crate::networks::config::UnetConfig;
        use crate::study::Study;
        use crate::synthesis::library::Library;
        use crate::synthesis::networks::Network;
        use burn::tensor::Device;

        const SIZE: usize = 32;
        let device = Device::flex();
        device.seed(4);
        let study = Study::named("phantom-brain").expect("built in");
        let classes = study.label_planes();
        let unet = |inputs, outputs, condition| {
            let config = UnetConfig {
                inputs,
                outputs,
                width: 2,
                depth: 2,
                condition,
            };
            config.init(&device)
        };
        let generator = unet(1 + classes, 1, study.modalities.len());
        let mut pipeline = Synthesiser::of_generator(study, SIZE, generator, None, &device);
        let image = Plane::filled(SIZE, SIZE, 0.4).into();
        let none = pollster::block_on(pipeline.found_lesion(0, &image, None)).expect("a device");
        assert!(none.is_none() && !pipeline.segments());
        let network = Library::new(unet(1, 1 + classes, 0), &device);
        pipeline.segmenters[0] = Some(Network::Library(network));
        assert!(pipeline.segments());
        let found = |asked: Option<&ClassMap>| {
            let found = pollster::block_on(pipeline.found_lesion(0, &image, asked));
            found.expect("a device").expect("a segmenter")
        };
        let seen = pollster::block_on(pipeline.segment(0, &image));
        let seen = seen.expect("a device").expect("one");
        assert_eq!(found(Some(&seen)).dice.unwrap_or(1.0), 1.0);
        let nothing = found(None);
        assert_eq!(nothing.dice.is_none(), seen.is_empty());
        assert_eq!(nothing.map, seen);
        let other = pollster::block_on(pipeline.found_lesion(1, &image, None));
        assert!(other.expect("a device").is_none());
    }
}
