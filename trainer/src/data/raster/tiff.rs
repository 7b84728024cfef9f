//! A page of a TIFF, read with the code of the page in a browser: whole numbers without sign, of 8 or 16 bits, are a
//! picture, everything else numbers.

use super::{Numbers, Pixels, Raster};
use crate::data::codec::tiff::unpacked;
use anyhow::{Context, Result, bail};
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Pixel, Rgb, Rgba};
use scanweave::formats::tiff::{self, Picture, Samples, Source, Tiff};
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

impl Raster {
    /// Page number `page` (from 0), or the only one.
    ///
    /// # Errors
    /// When it is damaged or of a kind that is not read, when there are several and none is chosen, or no such page.
    pub(super) fn tiff(&self, page: Option<usize>) -> Result<Picture> {
        let named = || self.path.display().to_string();
        let bytes = &self.bytes[..];
        let tiff = Tiff::open(&bytes).with_context(named)?;
        if page.is_none() && tiff.pages() > 1 {
            bail!(
                "{}: the file holds {} pictures: choose one by its number, from 0 (the column volume of a table, or --volume)",
                named(),
                tiff.pages()
            );
        }
        // Its codecs are those of others.
        self.guarded(|| {
            let picture = tiff.read(page.unwrap_or(0), &unpacked);
            picture.with_context(named)
        })
    }
}

/// Width and height of its first page, turned, by what its directory says.
///
/// # Errors
/// When it cannot be opened or its directory is damaged; the error names it.
pub(super) fn sides(path: &Path) -> Result<(usize, usize)> {
    let name = path.display();
    let file = OnDisk::open(path).with_context(|| format!("{name}: cannot be opened"))?;
    let [width, height] = tiff::sides(&file).with_context(|| name.to_string())?;
    Ok((width, height))
}

impl TryFrom<Picture> for Pixels {
    type Error = anyhow::Error;

    fn try_from(picture: Picture) -> Result<Self> {
        let picture = picture.painted();
        let sides = [picture.width, picture.height];
        let image = match (picture.samples, picture.colour, picture.alpha) {
            (Samples::F32(values), false, _) => {
                let [width, height] = sides;
                return Ok(Self::Numbers(Numbers {
                    width,
                    height,
                    values,
                }));
            }
            (Samples::F32(values), true, false) => image::<Rgb<f32>>(sides, values),
            (Samples::F32(values), true, true) => image::<Rgba<f32>>(sides, values),
            (Samples::U8(values), false, false) => image::<Luma<u8>>(sides, values),
            (Samples::U8(values), false, true) => image::<LumaA<u8>>(sides, values),
            (Samples::U8(values), true, false) => image::<Rgb<u8>>(sides, values),
            (Samples::U8(values), true, true) => image::<Rgba<u8>>(sides, values),
            (Samples::U16(values), false, false) => image::<Luma<u16>>(sides, values),
            (Samples::U16(values), false, true) => image::<LumaA<u16>>(sides, values),
            (Samples::U16(values), true, false) => image::<Rgb<u16>>(sides, values),
            (Samples::U16(values), true, true) => image::<Rgba<u16>>(sides, values),
        };
        image.map(Self::Image).context("as many values as pixels")
    }
}

fn image<P: Pixel>([width, height]: [usize; 2], values: Vec<P::Subpixel>) -> Option<DynamicImage>
where
    DynamicImage: From<ImageBuffer<P, Vec<P::Subpixel>>>,
{
    let image = ImageBuffer::from_raw(width as u32, height as u32, values);
    image.map(DynamicImage::from)
}

/// The places of a page's palette as they stand in the file, and the colours that they mean.
pub fn palette(picture: &Picture) -> Option<(Numbers, Vec<[u8; 3]>)> {
    let (Samples::U8(places), Some(palette)) = (&picture.samples, &picture.palette) else {
        return None;
    };
    let numbers = Numbers {
        width: picture.width,
        height: picture.height,
        values: places.iter().copied().map(f32::from).collect(),
    };
    Some((numbers, palette.clone()))
}

/// A file whose parts are read where they are asked for.
struct OnDisk {
    file: File,
    length: u64,
}

impl OnDisk {
    fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }
}

impl Source for OnDisk {
    fn length(&self) -> u64 {
        self.length
    }

    fn bytes(&self, at: u64, length: usize) -> Option<Cow<'_, [u8]>> {
        let end = at.checked_add(length as u64)?;
        if end > self.length {
            return None;
        }
        let mut bytes = vec![0; length];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        Some(bytes.into())
    }
}

/// A picture of 8 bits as a TIFF, for tests that need one.
#[cfg(test)]
pub fn written(image: &DynamicImage) -> Vec<u8> {
    use ::tiff::encoder::{TiffEncoder, colortype};
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("an encoder");
    let (width, height) = (image.width(), image.height());
    match image {
        DynamicImage::ImageLuma8(pixels) => {
            encoder.write_image::<colortype::Gray8>(width, height, pixels)
        }
        _ => encoder.write_image::<colortype::RGB8>(width, height, &image.to_rgb8()),
    }
    .expect("in memory");
    file.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::tiff::encoder::compression::DeflateLevel;
    use ::tiff::encoder::{
        Compression, DirectoryEncoder, TiffEncoder, TiffKindStandard, colortype,
    };
    use ::tiff::tags::{Predictor, Tag};
    use std::io::Cursor;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn grey_tiffs_of_every_kind_keep_their_numbers_and_pages_are_chosen() {
        let folder = folder();
        let path = folder.path().join("a.tif");
        let write = |pages: &[[f32; 4]]| {
            let mut file = Vec::new();
            let mut encoder = TiffEncoder::new(Cursor::new(&mut file)).expect("an encoder");
            for page in pages {
                let written = encoder.write_image::<colortype::Gray32Float>(2, 2, page);
                written.expect("a page");
            }
            std::fs::write(&path, file).expect("a file");
        };
        let read = |page| match Raster::open(&path).expect("a file").pixels(page) {
            Ok(Pixels::Numbers(numbers)) => Ok(numbers.values),
            Ok(Pixels::Image(_)) => panic!("floats"),
            Err(error) => Err(format!("{error:#}")),
        };
        write(&[[-1000.5, 0.0, 40.0, 3000.0]]);
        assert_eq!(read(None).expect("one page"), [-1000.5, 0.0, 40.0, 3000.0]);
        write(&[[1.0; 4], [2.0; 4], [3.0; 4]]);
        assert_eq!(read(Some(2)).expect("three pages"), [3.0; 4]);
        assert!(read(None).expect_err("which one").contains("3 pictures"));
        assert!(read(Some(3)).expect_err("no fourth").contains("0 to 2"));
    }

    #[test]
    fn a_picture_on_its_side_is_turned() {
        let folder = folder();
        let path = folder.path().join("side.tif");
        let mut file = Vec::new();
        let mut encoder = TiffEncoder::new(Cursor::new(&mut file)).expect("an encoder");
        let mut image = encoder
            .new_image::<colortype::Gray8>(3, 2)
            .expect("an image");
        image
            .encoder()
            .write_tag(Tag::Orientation, 6_u16)
            .expect("a tag");
        image.write_data(&[1, 2, 3, 4, 5, 6]).expect("six pixels");
        std::fs::write(&path, file).expect("a file");
        let Ok(Pixels::Image(image)) = Raster::open(&path).expect("a file").pixels(None) else {
            panic!("a picture of 8 bits");
        };
        // Its first row is the right-hand side.
        assert_eq!((image.width(), image.height()), (2, 3));
        assert_eq!(image.to_luma8().into_raw(), [4, 1, 5, 2, 6, 3]);
    }

    #[test]
    fn bits_that_run_backwards_are_turned() {
        let path = folder().path().join("fill.tif");
        let page = |page: &mut Directory| {
            page.write_tag(Tag::FillOrder, 2_u16).expect("a tag");
            page.write_tag(Tag::BitsPerSample, 8_u16).expect("a tag");
        };
        let bytes = file_of([2, 1], &[1, 2], page);
        let raster = raster(&path, bytes);
        assert_eq!(greys(&raster), [128, 64]);
    }

    /// One strip of these bytes; `page` writes the other tags.
    fn file_of(sides: [u16; 2], strip: &[u8], page: impl Fn(&mut Directory)) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut file).expect("an encoder");
        let mut directory = encoder.image_directory().expect("a directory");
        let at = directory.write_data(strip).expect("a strip");
        for (tag, value) in [
            (Tag::ImageWidth, u64::from(sides[0])),
            (Tag::ImageLength, u64::from(sides[1])),
            (Tag::StripOffsets, at),
            (Tag::StripByteCounts, strip.len() as u64),
        ] {
            let written = directory.write_tag(tag, value as u32);
            written.expect("a tag");
        }
        page(&mut directory);
        directory.finish().expect("a file");
        file.into_inner()
    }

    type Directory<'a, 'f> = DirectoryEncoder<'a, &'f mut Cursor<Vec<u8>>, TiffKindStandard>;

    fn raster(path: &Path, bytes: Vec<u8>) -> Raster {
        Raster {
            path: path.into(),
            bytes,
            format: image::ImageFormat::Tiff,
        }
    }

    fn greys(raster: &Raster) -> Vec<u8> {
        match raster.pixels(None).expect("a page") {
            Pixels::Image(image) => image.to_luma8().into_raw(),
            Pixels::Numbers(_) => panic!("whole numbers"),
        }
    }

    #[test]
    fn what_another_program_packs_is_read() {
        let picture = |i: u32| (i * i / 90 % 7919) as u16;
        let pixels: Vec<u16> = (0..61 * 47).map(picture).collect();
        for compression in [
            Compression::Uncompressed,
            Compression::Lzw,
            Compression::Deflate(DeflateLevel::default()),
            Compression::Packbits,
        ] {
            for predictor in [Predictor::None, Predictor::Horizontal] {
                let mut file = Cursor::new(Vec::new());
                let encoder = TiffEncoder::new(&mut file).expect("an encoder");
                // It is noted with what is not packed too, where it means nothing and is done.
                let packs = matches!(compression, Compression::Lzw | Compression::Deflate(_));
                let predictor = if packs { predictor } else { Predictor::None };
                let mut encoder = encoder
                    .with_compression(compression)
                    .with_predictor(predictor);
                let written = encoder.write_image::<colortype::Gray16>(61, 47, &pixels);
                written.expect("a picture");
                let raster = raster(Path::new("a.tif"), file.into_inner());
                let Ok(Pixels::Image(DynamicImage::ImageLuma16(image))) = raster.pixels(None)
                else {
                    panic!("16 bits");
                };
                assert!(image.into_raw() == pixels, "packed: {packs}, {predictor:?}");
            }
        }
    }

    #[test]
    fn a_jpeg_is_unpacked_by_its_codec() {
        let grey = image::GrayImage::from_fn(16, 24, |x, y| Luma([(8 * x + 5 * y) as u8]));
        let colours =
            image::RgbImage::from_fn(16, 24, |x, y| Rgb([9 * x as u8, 200, 10 * y as u8]));
        let jpeg = |image: DynamicImage| {
            let mut file = Vec::new();
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 100);
            image.write_with_encoder(encoder).expect("in memory");
            file
        };
        let page = |numbers: u16, meaning: u16| {
            move |page: &mut Directory| {
                for (tag, value) in [
                    (Tag::Compression, 7),
                    (Tag::BitsPerSample, 8),
                    (Tag::SamplesPerPixel, numbers),
                    (Tag::PhotometricInterpretation, meaning),
                ] {
                    page.write_tag(tag, value).expect("a tag");
                }
            }
        };
        let read = |bytes| raster(Path::new("a.tif"), bytes).pixels(None);
        let near = |found: &[u8], drawn: &[u8]| {
            found.len() == drawn.len() && found.iter().zip(drawn).all(|(a, b)| a.abs_diff(*b) < 8)
        };
        let packed = jpeg(grey.clone().into());
        let file = file_of([16, 24], &packed, page(1, 1));
        let Ok(Pixels::Image(DynamicImage::ImageLuma8(found))) = read(file) else {
            panic!("greys");
        };
        assert!(near(&found, &grey));
        // Its tables apart: all segments before the frame.
        let frame = packed
            .windows(2)
            .position(|w| w == [0xff, 0xc0])
            .expect("a frame");
        let tables = [&packed[..frame], &[0xff, 0xd9]].concat();
        let strip = [&[0xff, 0xd8], &packed[frame..]].concat();
        let file = file_of([16, 24], &strip, |directory| {
            page(1, 1)(directory);
            let written = directory.write_tag(Tag::JPEGTables, &tables[..]);
            written.expect("a tag");
        });
        let Ok(Pixels::Image(DynamicImage::ImageLuma8(again))) = read(file) else {
            panic!("greys");
        };
        assert!(again == found);
        let packed = jpeg(colours.clone().into());
        let Ok(Pixels::Image(DynamicImage::ImageRgb8(found))) =
            read(file_of([16, 24], &packed, page(3, 6)))
        else {
            panic!("colours");
        };
        assert!(near(&found, &colours));
        for (sides, numbers) in [([16, 25], 3), ([15, 24], 3), ([16, 24], 1)] {
            let refusal = read(file_of(
                sides,
                &packed,
                page(numbers, if numbers == 1 { 1 } else { 2 }),
            ));
            let refusal = format!("{:#}", refusal.err().expect("another size or kind"));
            assert!(refusal.contains("another size or kind"), "{refusal}");
        }
        let half = file_of([16, 24], &packed[..40], page(3, 6));
        assert!(read(half).is_err());
    }

    #[test]
    fn a_fax_is_unpacked_by_its_codec() {
        let black = |x: u16, y: u16| x % 7 == 2 || y % 5 == x % 3;
        let [width, height] = [21, 11];
        let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
        for y in 0..height {
            let pixels = (0..width).map(|x| {
                if black(x, y) {
                    fax::Color::Black
                } else {
                    fax::Color::White
                }
            });
            let Ok(()) = encoder.encode_line(pixels, width);
        }
        let Ok(writer) = encoder.finish();
        let packed = writer.finish();
        let page = |page: &mut Directory| {
            for (tag, value) in [
                (Tag::Compression, 4_u16),
                (Tag::BitsPerSample, 1),
                (Tag::PhotometricInterpretation, 0),
            ] {
                page.write_tag(tag, value).expect("a tag");
            }
        };
        let file = raster(Path::new("a.tif"), file_of([width, height], &packed, page));
        let drawn =
            (0..height).flat_map(|y| (0..width).map(move |x| if black(x, y) { 0 } else { 255 }));
        assert!(greys(&file).into_iter().eq(drawn));
        let cut = raster(
            Path::new("a.tif"),
            file_of([width, height], &packed[..5], page),
        );
        assert!(cut.pixels(None).is_err());
    }

    #[test]
    fn a_palette_keeps_its_numbers() {
        let colours = |page: &mut Directory| {
            page.write_tag(Tag::BitsPerSample, 4_u16).expect("a tag");
            page.write_tag(Tag::PhotometricInterpretation, 3_u16)
                .expect("a tag");
            let map: Vec<u16> = (0..48)
                .map(|i| if i % 16 == 1 { 257 * i } else { 0 })
                .collect();
            page.write_tag(Tag::ColorMap, &map[..]).expect("a tag");
        };
        let raster = raster(Path::new("a.tif"), file_of([3, 1], &[0x01, 0x20], colours));
        let (numbers, palette) =
            palette(&raster.page(None).expect("whole").expect("a TIFF")).expect("a palette");
        assert_eq!(numbers.values, [0.0, 1.0, 2.0]);
        assert_eq!(palette[..3], [[0; 3], [1, 17, 33], [0; 3]]);
        let Ok(Pixels::Image(DynamicImage::ImageRgb8(image))) = raster.pixels(None) else {
            panic!("colours");
        };
        assert_eq!(image.into_raw(), [0, 0, 0, 1, 17, 33, 0, 0, 0]);
    }

    #[test]
    fn the_size_is_read_from_the_directory_alone() {
        let path = folder().path().join("a.tif");
        let page = |page: &mut Directory| {
            page.write_tag(Tag::BitsPerSample, 8_u16).expect("a tag");
            page.write_tag(Tag::Orientation, 6_u16).expect("a tag");
        };
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, file_of([3, 2], &[0; 6], page)).expect("a file");
        assert_eq!(crate::data::raster::sides(&path).expect("a size"), (2, 3));
        std::fs::write(&path, b"II*\0\x08\0\0\0").expect("a file");
        let refusal = crate::data::raster::sides(&path).expect_err("cut");
        assert!(format!("{refusal:#}").contains("a.tif: the file is cut short"));
    }
}
