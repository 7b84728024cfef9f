//! What is seen of an image's channels, and what lines are looked for in: the study says it, and the page asks
//! here alone.

use scanweave::image::{Image, Plane};
use scanweave::study::{Modality, Study};

use crate::model::protocol::Pixels;

/// Channels of an image in colour: red, green and blue.
const COLOURS: usize = 3;

/// Whether images that are brought to this study keep their colours: they stand for its source modality.
pub fn in_colour(study: &Study) -> bool {
    let source = study.modalities.get(study.source_place());
    source.is_some_and(|m| m.channels == COLOURS)
}

/// The plane of an image that structure maps of this study are taken from.
pub fn source_plane(_study: &Study, image: &Image) -> Plane {
    image.to_grey()
}

/// What was painted, each by the name of its modality, as people see it.
pub fn pictures(study: &Study, images: &[(String, Image)]) -> Vec<(String, Pixels)> {
    let picture = |(name, image): &(String, Image)| {
        let modality = study.modalities.iter().find(|m| m.name == *name);
        (name.clone(), Pixels::from(&shown(modality, image)))
    };
    images.iter().map(picture).collect()
}

/// The channels of a modality's image that people see.
fn shown(_modality: Option<&Modality>, image: &Image) -> Image {
    image.clone()
}
