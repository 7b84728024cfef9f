//! Pictures that people look at: single images and sheets of them, as PNG, in grey or in colour.

pub mod letters;

use std::path::Path;

use anyhow::Context as _;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use scanweave::image::{Image, Plane};
use scanweave::label::ClassMap;

use crate::files;

const PNG_START: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The last chunk, with its checksum.
const PNG_END: &[u8] = b"IEND\xae\x42\x60\x82";
/// Pixels between two pictures of a sheet.
const GAP: usize = 2;
/// Grey between the pictures of a sheet.
pub const PAPER: f32 = 0.25;

/// Writes one plane, 0..=1 as 8-bit grey.
pub fn save_plane(path: &Path, plane: &Plane) -> anyhow::Result<()> {
    save_image(path, &plane.clone().into())
}

/// Writes an image as [`png()`] has it.
pub fn save_image(path: &Path, image: &Image) -> anyhow::Result<()> {
    let png = png(image).with_context(|| path.display().to_string())?;
    files::write_whole(path, &png)
}

/// The bytes of a PNG of an image, 0..=1 as 8 bits: in colour where it has three channels, else its first one.
///
/// # Errors
/// When it cannot be encoded.
pub fn png(image: &Image) -> anyhow::Result<Vec<u8>> {
    let (bytes, kind) = if image.channels() == 3 {
        (image.to_interleaved_u8(), ExtendedColorType::Rgb8)
    } else {
        (image.planes()[0].to_u8(), ExtendedColorType::L8)
    };
    encoded(&bytes, image.width(), image.height(), kind)
}

/// Writes a label as 8-bit class numbers, 0 where there is no lesion.
pub fn save_label(path: &Path, label: &ClassMap) -> anyhow::Result<()> {
    let (width, height) = (label.width(), label.height());
    let png = encoded(label.values(), width, height, ExtendedColorType::L8)
        .with_context(|| path.display().to_string())?;
    files::write_whole(path, &png)
}

fn encoded(
    bytes: &[u8],
    width: usize,
    height: usize,
    kind: ExtendedColorType,
) -> anyhow::Result<Vec<u8>> {
    let mut png = Vec::new();
    let (width, height) = (width as u32, height as u32);
    PngEncoder::new(&mut png)
        .write_image(bytes, width, height, kind)
        .context("the picture cannot be encoded")?;
    Ok(png)
}

/// Whether a file begins and ends as a PNG that was written whole does.
pub fn is_whole(path: &Path) -> bool {
    let ends = |bytes: Vec<u8>| bytes.starts_with(PNG_START) && bytes.ends_with(PNG_END);
    files::read_whole(path, files::LOG).is_ok_and(ends)
}

/// Writes rows of images as one picture. Rows may have different lengths.
pub fn save_sheet(path: &Path, rows: &[Vec<Image>]) -> anyhow::Result<()> {
    save_image(path, &sheet(rows))
}

/// Rows of images as one: in colour where one of them is, else grey.
pub fn sheet(rows: &[Vec<Image>]) -> Image {
    let all = rows.iter().flatten();
    let channels = all.map(Image::channels).max().unwrap_or(1);
    let heights = rows
        .iter()
        .map(|row| row.iter().map(Image::height).max().unwrap_or(0));
    let width_of = |row: &Vec<Image>| row.iter().map(|p| p.width() + GAP).sum::<usize>();
    let width = rows.iter().map(width_of).max().unwrap_or(0) + GAP;
    let height = heights.clone().map(|h| h + GAP).sum::<usize>() + GAP;
    let mut sheet = vec![Plane::filled(width, height, PAPER); channels];
    let mut top = GAP;
    for (row, height) in rows.iter().zip(heights) {
        let mut left = GAP;
        for image in row {
            let image = image.clone().spread(channels);
            for (sheet, plane) in sheet.iter_mut().zip(image.planes()) {
                paste(sheet, plane, left, top);
            }
            left += image.width() + GAP;
        }
        top += height + GAP;
    }
    Image::new(sheet).expect("planes of one size")
}

fn paste(sheet: &mut Plane, plane: &Plane, left: usize, top: usize) {
    for y in 0..plane.height() {
        for x in 0..plane.width() {
            sheet.set(left + x, top + y, plane.at(x, y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(value: f32) -> Image {
        Plane::filled(4, 3, value).into()
    }

    #[test]
    fn tiles_stand_in_rows() {
        let rows = [vec![tile(1.0), tile(0.0)], vec![tile(0.5)]];
        let sheet = sheet(&rows);
        assert_eq!((sheet.width(), sheet.height()), (14, 12));
        let [sheet] = sheet.planes() else {
            panic!("grey tiles make a grey sheet")
        };
        let inside = (sheet.at(2, 2), sheet.at(8, 2), sheet.at(2, 7));
        assert_eq!(inside, (1.0, 0.0, 0.5));
        assert_eq!(sheet.at(6, 2), PAPER);
    }

    #[test]
    fn one_tile_in_colour_makes_the_sheet_so() {
        let planes = [0.2, 0.4, 0.6].map(|v| Plane::filled(4, 3, v));
        let colour = Image::new(planes.into()).expect("planes of one size");
        let sheet = sheet(&[vec![tile(1.0), colour]]);
        let at = |x: usize| {
            sheet
                .planes()
                .iter()
                .map(|p| p.at(x, 2))
                .collect::<Vec<_>>()
        };
        assert_eq!(at(2), [1.0; 3]);
        assert_eq!(at(8), [0.2, 0.4, 0.6]);
        assert_eq!(at(6), [PAPER; 3]);
    }

    #[test]
    fn a_file_holds_the_channels() {
        let folder = tempfile::tempdir().expect("a folder");
        let planes = [0.0, 0.5, 1.0].map(|v| Plane::filled(2, 2, v));
        let colour = Image::new(planes.into()).expect("planes of one size");
        let path = folder.path().join("a.png");
        save_image(&path, &colour).expect("written");
        let read = image::open(&path).expect("a picture");
        assert_eq!(read.color(), image::ColorType::Rgb8);
        assert_eq!(read.to_rgb8().get_pixel(1, 1).0, [0, 128, 255]);
        save_image(&path, &tile(1.0)).expect("written");
        let read = image::open(&path).expect("a picture");
        assert_eq!(read.color(), image::ColorType::L8);
    }
}
