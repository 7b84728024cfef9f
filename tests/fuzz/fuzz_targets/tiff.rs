//! Pages of TIFF files: as the page reads them, and with the trainer's codecs.
//!
//! The reader is our own and must not panic. The codecs are crates of others, whose panics the trainer turns into errors:
//! so it does here. That they take too much time or memory is found all the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use scanweave::formats::tiff::{self, Picture, Piece, Samples, Tiff, TiffError};
use scanweave_fuzz::data::codec::tiff::unpacked;
use scanweave_fuzz::data::guard::guarded;
use scanweave_web::tiff::read;

/// Numbers of a page: a bomb is to be refused and not waited for.
const MOST: usize = 1 << 20;
/// Pages that are looked at.
const PAGES: usize = 3;

fuzz_target!(|data: &[u8]| {
    let _ = tiff::sides(&data);
    let Ok(file) = Tiff::open(&data) else { return };
    assert!(file.pages() > 0);
    for page in 0..file.pages().min(PAGES) {
        let Ok((sides, numbers)) = file.outline(page) else {
            continue;
        };
        if numbers.saturating_mul(sides[0] * sides[1]) > MOST {
            continue;
        }
        if let Ok(picture) = file.read(page, &decoded) {
            assert_eq!([picture.width, picture.height], sides);
            look(picture);
        }
        if let Ok(shown) = read(data, Some(page as u32), true, 16) {
            assert!(shown.image.width() < 32 && shown.image.height() < 32);
        }
    }
});

fn look(picture: Picture) {
    let numbers = usize::from(picture.alpha) + if picture.colour { 3 } else { 1 };
    let (count, plain) = match &picture.samples {
        Samples::U8(samples) => (samples.len(), true),
        Samples::U16(samples) => (samples.len(), true),
        Samples::F32(samples) => (samples.len(), false),
    };
    assert_eq!(count, picture.width * picture.height * numbers);
    for in_colour in [false, true] {
        if let Ok(image) = picture.clone().image(in_colour) {
            let values = image.planes().iter().flat_map(|plane| plane.values());
            assert!(!plain || values.clone().all(|v| (0.0..=1.0).contains(v)));
        }
    }
}

fn decoded(piece: &Piece) -> Result<Vec<u8>, TiffError> {
    let read = guarded(Path::new("piece"), "", || Ok(unpacked(piece)));
    read.unwrap_or_else(|_| Err(piece.packing.refused()))
}
