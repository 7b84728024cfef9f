//! One picture file, decoded as it is meant to be looked at.
//!
//! PNG, JPEG, BMP, GIF, WebP and TIFF, told by their content. A camera or a scanner may have noted that its picture
//! lies on its side (EXIF, or TIFF's own tag): it is turned as every viewer turns it. Sizes are checked before memory
//! is asked for, a decoder that panics is one broken file and not the end of the work, and of a file with several
//! pictures one has to be chosen.

pub mod tiff;

use super::guard::guarded;
use crate::files;
use anyhow::{Context, Result, bail, ensure};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use scanweave::formats::stranger;
use scanweave::formats::tiff::{MAX_PIXELS, Picture, is_tiff};
use scanweave::image::MAX_SIDE;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The largest decoded image, bytes.
const MAX_DECODED: u64 = 1 << 30;
/// Bytes that tell what a file is.
const HEAD: u64 = 1 << 12;
/// What to do about a file that a decoder fails on.
const AGAIN: &str = "save it again, as a PNG of 8 or 16 bits";
/// So many zero bytes in a row are no picture: a copy that broke off left a hole.
const HOLE: usize = 256;

/// A picture's file, read and known by its kind.
pub struct Raster {
    path: PathBuf,
    bytes: Vec<u8>,
    format: ImageFormat,
}

/// What a file holds.
pub enum Pixels {
    /// Whole numbers without sign, of 8 or 16 bits, or floats in colour.
    Image(DynamicImage),
    /// Grey of any other kind, in the file's own units.
    Numbers(Numbers),
}

/// One number per pixel, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Each of them.
    pub values: Vec<f32>,
}

impl Raster {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is missing, empty, too long or no picture of a known kind; the error names it and what to do.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display();
        let bytes = files::read_whole(path, files::LOG)
            .with_context(|| format!("{name}: cannot be opened"))?;
        ensure!(
            !bytes.is_empty(),
            "{name}: the file is empty (0 bytes): copy it again from its source or leave it out"
        );
        if let Some(what) = stranger(&bytes) {
            bail!("{name}: {what}");
        }
        let format = if is_tiff(&bytes) {
            ImageFormat::Tiff
        } else {
            image::guess_format(&bytes)
                .or_else(|error| ImageFormat::from_path(path).map_err(|_| refused(path, error)))?
        };
        Ok(Self {
            path: path.into(),
            bytes,
            format,
        })
    }

    /// Whether neighbouring pixels colour each other.
    pub fn is_jpeg(&self) -> bool {
        self.format == ImageFormat::Jpeg
    }

    /// The page of a TIFF, as [`Self::pixels`] chooses it; none of another file.
    ///
    /// # Errors
    /// As those of [`Self::pixels`].
    pub fn page(&self, page: Option<usize>) -> Result<Option<Picture>> {
        let is_tiff = self.format == ImageFormat::Tiff;
        is_tiff.then(|| self.tiff(page)).transpose()
    }

    /// The picture, or page number `page` (from 0) of a file that has several.
    ///
    /// # Errors
    /// When it is damaged or too large, when there are several pages and none is chosen, or no such page.
    pub fn pixels(&self, page: Option<usize>) -> Result<Pixels> {
        match self.page(page)? {
            Some(picture) => picture.try_into(),
            None => self.image(page).map(Pixels::Image),
        }
    }

    /// The picture in a file that is no TIFF.
    ///
    /// # Errors
    /// As those of [`Self::pixels`].
    pub fn image(&self, page: Option<usize>) -> Result<DynamicImage> {
        let name = self.path.display();
        if let Some(page) = page.filter(|page| *page > 0) {
            bail!("{name}: there is no page {page}: the file holds one picture");
        }
        let image = self.guarded(|| self.decoded())?;
        // The decoder fills what is missing with grey.
        if self.is_jpeg() && (is_cut(&self.bytes) || has_hole(&self.bytes)) {
            bail!(
                "{name}: the file is damaged (it is cut short or has a hole): copy it again from its source or leave it out"
            );
        }
        Ok(image)
    }

    /// The numbers of a PNG with a palette as they stand in the file, and the colours that they mean; none of another
    /// file.
    ///
    /// # Errors
    /// When the file is damaged or too large.
    pub fn palette(&self) -> Result<Option<(Numbers, Vec<[u8; 3]>)>> {
        if self.format != ImageFormat::Png {
            return Ok(None);
        }
        self.guarded(|| {
            let damaged = |error| refused(&self.path, png_error(error));
            let mut decoder = png::Decoder::new(Cursor::new(&self.bytes));
            decoder.set_transformations(png::Transformations::IDENTITY);
            let mut reader = decoder.read_info().map_err(damaged)?;
            let info = reader.info();
            let Some(palette) = info
                .palette
                .as_ref()
                .filter(|_| info.color_type == png::ColorType::Indexed)
            else {
                return Ok(None);
            };
            let colours = palette
                .chunks_exact(3)
                .map(|c| [c[0], c[1], c[2]])
                .collect();
            let (width, height) = (info.width, info.height);
            self.check_size(width, height)?;
            let mut packed = vec![0; reader.output_buffer_size().unwrap_or_default()];
            let frame = reader.next_frame(&mut packed).map_err(damaged)?;
            let bits = frame.bit_depth as usize;
            let pixel = |row: &[u8], x: usize| {
                let (byte, shift) = (x * bits / 8, 8 - bits - x * bits % 8);
                f32::from(row[byte] >> shift & ((1_u16 << bits) - 1) as u8)
            };
            let rows = packed.chunks_exact(frame.line_size).take(height as usize);
            let values = rows.flat_map(|row| (0..width as usize).map(move |x| pixel(row, x)));
            let numbers = Numbers {
                width: width as usize,
                height: height as usize,
                values: values.collect(),
            };
            Ok(Some((numbers.turned(self.orientation()?), colours)))
        })
    }

    fn decoded(&self) -> Result<DynamicImage> {
        let damaged = |error| refused(&self.path, error);
        let mut decoder = self.reader().into_decoder().map_err(damaged)?;
        let (width, height) = decoder.dimensions();
        self.check_size(width, height)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
        image.apply_orientation(orientation);
        Ok(image)
    }

    fn orientation(&self) -> Result<Orientation> {
        let decoder = self.reader().into_decoder();
        let mut decoder = decoder.map_err(|error| refused(&self.path, error))?;
        Ok(decoder.orientation().unwrap_or(Orientation::NoTransforms))
    }

    fn reader(&self) -> ImageReader<Cursor<&[u8]>> {
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes[..]), self.format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE as u32);
        limits.max_image_height = Some(MAX_SIDE as u32);
        limits.max_alloc = Some(MAX_DECODED);
        reader.limits(limits);
        reader
    }

    fn check_size(&self, width: u32, height: u32) -> Result<()> {
        let pixels = u64::from(width) * u64::from(height);
        let long = width.max(height) as usize;
        ensure!(
            long <= MAX_SIDE && pixels <= MAX_PIXELS,
            "{}: the image is too large ({width} x {height} pixels): make it at most {MAX_SIDE} pixels a side and {MAX_PIXELS} in all",
            self.path.display()
        );
        Ok(())
    }

    fn guarded<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        guarded(&self.path, AGAIN, work)
    }
}

/// Width and height of the picture in a file as a viewer turns it, by what stands before its pixels.
///
/// # Errors
/// When it is missing, no picture, or its header is damaged; the error names it.
pub fn sides(path: &Path) -> Result<(usize, usize)> {
    let name = path.display();
    let head = files::read_head(path, HEAD).with_context(|| format!("{name}: cannot be opened"))?;
    ensure!(!head.is_empty(), "{name}: the file is empty (0 bytes)");
    if let Some(what) = stranger(&head) {
        bail!("{name}: {what}");
    }
    if is_tiff(&head) {
        return tiff::sides(path);
    }
    guarded(path, AGAIN, || {
        let reader = ImageReader::open(path)?.with_guessed_format()?;
        let decoder = reader.into_decoder();
        let mut decoder = decoder.map_err(|error| refused(path, error))?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let (width, height) = turned_sides(decoder.dimensions(), orientation);
        Ok((width as usize, height as usize))
    })
}

impl Numbers {
    /// Turned as a viewer turns it.
    fn turned(self, orientation: Orientation) -> Self {
        let (across, down) = (self.width, self.height);
        let (width, height) = turned_sides((across, down), orientation);
        // Where the pixel at (x, y) of the turned picture stands in the file.
        let place = |x: usize, y: usize| match orientation {
            Orientation::NoTransforms => (x, y),
            Orientation::FlipHorizontal => (across - 1 - x, y),
            Orientation::Rotate180 => (across - 1 - x, down - 1 - y),
            Orientation::FlipVertical => (x, down - 1 - y),
            Orientation::Rotate90FlipH => (y, x),
            Orientation::Rotate90 => (y, down - 1 - x),
            Orientation::Rotate270FlipH => (across - 1 - y, down - 1 - x),
            Orientation::Rotate270 => (across - 1 - y, x),
        };
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let values = places.map(|(x, y)| {
            let (x, y) = place(x, y);
            self.values[y * across + x]
        });
        Self {
            width,
            height,
            values: values.collect(),
        }
    }
}

/// Width and height of a picture after it was turned.
fn turned_sides<T>((width, height): (T, T), orientation: Orientation) -> (T, T) {
    let swapped = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    if swapped {
        (height, width)
    } else {
        (width, height)
    }
}

fn png_error(error: png::DecodingError) -> image::ImageError {
    let error = image::error::DecodingError::new(ImageFormat::Png.into(), error);
    image::ImageError::Decoding(error)
}

/// Whether a JPEG has no end (FF D9) after its first scan (FF DA), whose data cannot hold one. Segments
/// before are stepped over by their lengths: a thumbnail in them has scans and ends of its own.
fn is_cut(jpeg: &[u8]) -> bool {
    match scan(jpeg) {
        Some(data) => !data.windows(2).any(|pair| pair == [0xff, 0xd9]),
        None => false,
    }
}

/// Whether the data of its scans has a hole: no code of a picture is so many zeros. What lies behind its end is no
/// part of it.
fn has_hole(jpeg: &[u8]) -> bool {
    let data = scan(jpeg).unwrap_or_default();
    let end = data.windows(2).position(|pair| pair == [0xff, 0xd9]);
    let mut zeros = 0;
    data[..end.unwrap_or(data.len())].iter().any(|&byte| {
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        zeros >= HOLE
    })
}

/// A JPEG from its first scan on.
fn scan(jpeg: &[u8]) -> Option<&[u8]> {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = jpeg.get(at..).and_then(<[u8]>::first_chunk) {
        match marker {
            0xda => return Some(&jpeg[at..]),
            // Fill bytes.
            0xff => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    None
}

fn refused(path: &Path, error: image::ImageError) -> anyhow::Error {
    let remedy = match &error {
        image::ImageError::Limits(_) => {
            format!(
                "the image is too large: make it at most {MAX_SIDE} pixels a side and 1 GiB decoded"
            )
        }
        image::ImageError::Unsupported(_) => {
            "this kind of file cannot be read: save it as a PNG of 8 or 16 bits".into()
        }
        _ => {
            "the file is damaged or no image: copy it again from its source or leave it out".into()
        }
    };
    anyhow::Error::new(error).context(format!("{}: {remedy}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn grey(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| Luma([(16 * y + x) as u8]))
    }

    fn refusal(path: &Path) -> String {
        let read = Raster::open(path).and_then(|raster| raster.pixels(None));
        format!("{:#}", read.err().expect("refused"))
    }

    #[test]
    fn numbers_turn_as_pictures_do() {
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).expect("one of eight");
            let mut picture = DynamicImage::from(grey(5, 3));
            let values = picture.to_luma8().into_raw();
            let numbers = Numbers {
                width: 5,
                height: 3,
                values: values.into_iter().map(f32::from).collect(),
            };
            let turned = numbers.turned(orientation);
            picture.apply_orientation(orientation);
            assert_eq!(turned.width, picture.width() as usize, "{orientation:?}");
            let expected = picture.to_luma8().into_raw().into_iter().map(f32::from);
            assert!(turned.values.into_iter().eq(expected), "{orientation:?}");
        }
    }

    #[test]
    fn palettes_keep_their_numbers() {
        let folder = folder();
        for bits in [1, 2, 4, 8] {
            let path = folder.path().join(format!("{bits}.png"));
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, 3, 2);
            encoder.set_color(png::ColorType::Indexed);
            let depth = png::BitDepth::from_u8(bits).expect("a depth");
            encoder.set_depth(depth);
            encoder.set_palette(vec![255, 255, 255, 255, 0, 0]);
            let mut writer = encoder.write_header().expect("in memory");
            let row = match bits {
                1 => vec![0b0110_0000],
                2 => vec![0b0001_0100],
                4 => vec![0x01, 0x10],
                _ => vec![0, 1, 1],
            };
            let rows = [&row[..], &row].concat();
            writer.write_image_data(&rows).expect("in memory");
            writer.finish().expect("in memory");
            std::fs::write(&path, file).expect("a file");
            let raster = Raster::open(&path).expect("a file");
            let (numbers, colours) = raster.palette().expect("whole").expect("a palette");
            assert_eq!(
                numbers.values,
                [0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
                "{bits} bits"
            );
            assert_eq!(colours, [[255; 3], [255, 0, 0]]);
        }
        let plain = folder.path().join("grey.png");
        grey(2, 2).save(&plain).expect("saved");
        assert!(
            Raster::open(&plain)
                .expect("a file")
                .palette()
                .expect("whole")
                .is_none()
        );
    }

    #[test]
    fn what_is_no_image_is_refused_by_name() {
        let folder = folder();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            path
        };
        assert!(refusal(&put("empty.png", b"")).contains("empty.png: the file is empty (0 bytes)"));
        assert!(refusal(&put("text.png", b"this is no picture")).contains("text.png"));
        let pointer = put(
            "pointer.png",
            b"version https://git-lfs.github.com/spec/v1\n",
        );
        assert!(refusal(&pointer).contains("git lfs pull"));
        assert!(refusal(&put("page.png", b"<!DOCTYPE html>")).contains("web page"));
        let cut = folder.path().join("cut.png");
        grey(64, 64).save(&cut).expect("saved");
        let bytes = std::fs::read(&cut).expect("read");
        let cut = put("cut.png", &bytes[..bytes.len() / 2]);
        assert!(refusal(&cut).contains("cut.png: the file is damaged"));
        let missing = folder.path().join("missing.png");
        assert!(refusal(&missing).contains("missing.png: cannot be opened"));
    }

    #[test]
    fn an_absurd_size_is_refused_before_it_is_decoded() {
        let folder = folder();
        let path = folder.path().join("huge.bmp");
        for side in [20_000_u32, 16_384] {
            // The header of a BMP with no pixels behind it.
            let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
            bytes.extend(side.to_le_bytes());
            bytes.extend(side.to_le_bytes());
            bytes.extend([1, 0, 24, 0]);
            bytes.extend([0; 24]);
            std::fs::write(&path, bytes).expect("written");
            assert!(refusal(&path).contains("huge.bmp: the image is too large"));
        }
    }

    #[test]
    fn a_jpeg_that_is_cut_or_has_a_hole_is_damaged() {
        let segment = |marker: u8, content: &[u8]| {
            let length = (content.len() as u16 + 2).to_be_bytes();
            [&[0xff, marker], &length[..], content].concat()
        };
        let thumbnail = [0xff, 0xd8, 0xff, 0xda, 1, 0xff, 0xd9];
        let head = [&[0xff, 0xd8][..], &segment(0xe1, &thumbnail), &[0xff]].concat();
        let scan = [&head[..], &segment(0xda, &[1]), &[7, 0xff, 0, 7]].concat();
        assert!(is_cut(&scan), "the thumbnail's end is not the picture's");
        let whole = [&scan[..], &[0xff, 0xd9]].concat();
        assert!(!is_cut(&whole) && !has_hole(&whole));
        let trailed = [&whole[..], b"made by", &[0xff, 0xda, 3], &[0; 2 * HOLE]].concat();
        assert!(
            !is_cut(&trailed) && !has_hole(&trailed),
            "what follows is not the picture's"
        );
        let holed = [&scan[..], &[0; HOLE], &[7, 0xff, 0xd9]].concat();
        assert!(has_hole(&holed) && !is_cut(&holed));

        let folder = folder();
        let path = folder.path().join("hole.jpg");
        let noise = GrayImage::from_fn(128, 128, |x, y| Luma([(x * y * 7919 % 251) as u8]));
        noise.save(&path).expect("saved");
        let mut bytes = std::fs::read(&path).expect("read");
        let third = bytes.len() / 3;
        bytes[third..third + 4 * HOLE].fill(0);
        std::fs::write(&path, bytes).expect("written");
        assert!(refusal(&path).contains("damaged"), "{}", refusal(&path));
    }
}
