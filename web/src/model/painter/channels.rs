//! What is seen of an image's channels, and what lines are looked for in: the study says it, and the page asks
//! here alone.

use scanweave::image::{Image, Plane};
use scanweave::study::{Channels, Study};

use crate::model::protocol::Pixels;

/// Whether images that are brought to this study keep their colours: they stand for its source modality.
pub fn in_colour(study: &Study) -> bool {
    let source = study.modalities.get(study.source_place());
    source.is_some_and(|m| m.channels == Channels::Colour)
}

/// The plane of an image that structure maps of this study are taken from.
pub fn source_plane(study: &Study, image: &Image) -> Plane {
    study.source_plane(image)
}

/// What was painted, each by the name of its modality, as people see it.
pub fn pictures(study: &Study, images: &[(String, Image)]) -> Vec<(String, Pixels)> {
    let picture = |(name, image): &(String, Image)| {
        let modality = study.modalities.iter().find(|m| m.name == *name);
        let channels = modality.map_or(Channels::Grey, |m| m.channels);
        (name.clone(), Pixels::from(&channels.shown(image)))
    };
    images.iter().map(picture).collect()
}
