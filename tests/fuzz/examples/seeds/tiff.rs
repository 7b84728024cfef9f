//! TIFF files of every kind that another program writes, and of some that it does not.

use std::io::Cursor;

use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, TiffEncoder, colortype};
use tiff::tags::{Predictor, Tag};

const SIDES: (u32, u32) = (9, 7);

/// Named files.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let count = SIDES.0 * SIDES.1;
    let bytes: Vec<u8> = (0..3 * count).map(|i| (i / 2) as u8).collect();
    let words: Vec<u16> = (0..count).map(|i| (300 * i) as u16).collect();
    let floats: Vec<f32> = (0..count).map(|i| i as f32 - 20.5).collect();
    let deflate = || Compression::Deflate(DeflateLevel::default());
    let mut files = Vec::new();
    let mut put = |name, compression, predictor, big: bool, write: &dyn Fn(&mut Any)| {
        let mut file = Cursor::new(Vec::new());
        if big {
            let encoder = TiffEncoder::new_big(&mut file).expect("memory");
            let encoder = encoder.with_compression(compression);
            write(&mut Any::Big(encoder.with_predictor(predictor)));
        } else {
            let encoder = TiffEncoder::new(&mut file).expect("memory");
            let encoder = encoder.with_compression(compression);
            write(&mut Any::Classic(encoder.with_predictor(predictor)));
        }
        files.push((name, file.into_inner()));
    };
    let (none, across) = (Predictor::None, Predictor::Horizontal);
    put(
        "grey.tif",
        Compression::Uncompressed,
        none,
        false,
        &|file| {
            file.write::<colortype::Gray8>(&bytes[..count as usize]);
        },
    );
    put("colours.tif", Compression::Packbits, none, true, &|file| {
        file.write::<colortype::RGB8>(&bytes);
    });
    put("words.tif", Compression::Lzw, across, false, &|file| {
        file.write::<colortype::Gray16>(&words);
        file.write::<colortype::Gray16>(&words);
    });
    put("floats.tif", deflate(), none, true, &|file| {
        file.write::<colortype::Gray32Float>(&floats);
    });
    let grey: &[u8] = &(0..=255).collect::<Vec<u8>>();
    files.extend([
        (
            "tiles.tif",
            tagged(
                grey,
                &[
                    (256, 13),
                    (257, 11),
                    (258, 8),
                    (262, 1),
                    (322, 16),
                    (323, 16),
                ],
            ),
        ),
        (
            "white.tif",
            tagged(
                grey,
                &[(256, 13), (257, 11), (258, 1), (262, 0), (266, 2), (274, 6)],
            ),
        ),
        (
            "few.tif",
            tagged(grey, &[(256, 13), (257, 11), (258, 4), (262, 1), (278, 11)]),
        ),
        (
            "inks.tif",
            tagged(grey, &[(256, 8), (257, 4), (258, 8), (262, 5), (277, 4)]),
        ),
        (
            "fax.tif",
            tagged(
                &[0xff; 8],
                &[(256, 9), (257, 5), (258, 1), (259, 4), (262, 0)],
            ),
        ),
        (
            "old-fax.tif",
            tagged(grey, &[(256, 9), (257, 5), (258, 1), (259, 3), (262, 0)]),
        ),
        (
            "jpeg.tif",
            tagged(
                &super::trainer::baseline(),
                &[(256, 8), (257, 8), (258, 8), (259, 7), (262, 1)],
            ),
        ),
    ]);
    files
}

/// A file of one form or the other.
enum Any<'a> {
    Classic(TiffEncoder<&'a mut Cursor<Vec<u8>>>),
    Big(TiffEncoder<&'a mut Cursor<Vec<u8>>, tiff::encoder::TiffKindBig>),
}

impl Any<'_> {
    fn write<C: colortype::ColorType>(&mut self, pixels: &[C::Inner])
    where
        [C::Inner]: tiff::encoder::TiffValue,
    {
        let written = match self {
            Self::Classic(file) => file.write_image::<C>(SIDES.0, SIDES.1, pixels),
            Self::Big(file) => file.write_image::<C>(SIDES.0, SIDES.1, pixels),
        };
        written.expect("memory");
    }
}

/// One strip or tile of these bytes, under these tags.
fn tagged(bytes: &[u8], tags: &[(u16, u16)]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("memory");
    let mut directory = encoder.image_directory().expect("memory");
    let at = directory.write_data(bytes).expect("memory") as u32;
    let tiled = tags.iter().any(|(tag, _)| *tag == 322);
    let [place, length] = if tiled { [324, 325] } else { [273, 279] };
    for (tag, value) in [(place, at), (length, bytes.len() as u32)] {
        let written = directory.write_tag(Tag::Unknown(tag), value);
        written.expect("memory");
    }
    for (tag, value) in tags {
        let written = directory.write_tag(Tag::Unknown(*tag), *value);
        written.expect("memory");
    }
    directory.finish().expect("memory");
    file.into_inner()
}
