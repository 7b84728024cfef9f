//! What a prepared item keeps as bytes, as the images, planes and labels that the stages compute with.

use scanweave::image::{Image, Plane};
use scanweave::label::ClassMap;
use scanweave::structure::Structure;

use crate::data::Item;

/// An item's structure map and mask as planes.
pub fn structure(item: &Item, size: usize) -> Structure {
    let plane = |bytes: &[u8]| {
        let values = bytes.iter().map(|&v| f32::from(v)).collect();
        Plane::new(size, size, values).expect("prepared planes have the working size")
    };
    Structure {
        map: plane(&item.structure),
        mask: plane(&item.mask),
    }
}

/// An item's 8-bit image.
pub fn image(bytes: &[u8], size: usize) -> Image {
    Image::of_u8(size, size, bytes).expect("prepared images have the working size")
}

/// An item's lesions pixel by pixel; empty where it has none.
pub fn class_map(item: &Item, size: usize) -> ClassMap {
    let map = item.label.class_map(size);
    map.unwrap_or_else(|| ClassMap::empty(size, size))
}
