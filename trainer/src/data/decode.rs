//! One image file as one grey plane.
//!
//! PNG, JPEG, BMP and TIFF, 8 or 16 bits or float, grey or colour (CMYK included), with or without
//! alpha. Colour becomes luminance; what is transparent becomes black, the background of a
//! radiograph. Sizes are checked before memory is asked for.

use anyhow::{Context, Result, bail, ensure};
use image::{DynamicImage, ImageReader, Limits};
use scanweave::image::{MAX_SIDE, Plane};
use std::path::Path;

/// Extensions of files that are taken for images, in lower case.
pub const EXTENSIONS: [&str; 6] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff"];

/// The largest decoded image, bytes.
const MAX_BYTES: u64 = 1 << 30;

/// Whether the name ends as one of [`EXTENSIONS`].
pub fn is_image(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    EXTENSIONS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(extension))
}

/// The image in `path` as a grey plane, 0..=1.
///
/// # Errors
/// When the file is missing, empty, damaged, of an unknown format or too large; the error names the
/// file and what to do.
pub fn read_grey(path: &Path) -> Result<Plane> {
    let image = read(path)?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    Plane::new(width, height, grey(image)).with_context(|| format!("{}", path.display()))
}

/// A lesion label as a file holds it.
#[derive(Debug)]
pub struct Label {
    /// Width and height of the file's picture, pixels.
    pub sides: (usize, usize),
    /// Class numbers at working size.
    pub classes: Vec<u8>,
}

/// The lesion label in `path`, one class number per pixel (0 is no lesion), resized to the nearest
/// pixel of `size` x `size`. With one class every value above 0 means it.
///
/// # Errors
/// As [`read_grey`], and when a value is not the number of one of `classes` classes.
pub fn read_label(path: &Path, size: usize, classes: usize) -> Result<Label> {
    let image = read(path)?.to_luma8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.into_raw();
    let pick = |i: usize, side: usize| ((2 * i + 1) * side / (2 * size)).min(side - 1);
    let places = (0..size * size).map(|i| pick(i / size, height) * width + pick(i % size, width));
    let numbers: Vec<u8> = places
        .map(|at| {
            if classes == 1 {
                u8::from(pixels[at] > 0)
            } else {
                pixels[at]
            }
        })
        .collect();
    let largest = numbers.iter().copied().max().unwrap_or(0);
    ensure!(
        usize::from(largest) <= classes,
        "{}: the label holds the value {largest}, but the profile has {classes} lesion classes: number them from 1",
        path.display()
    );
    Ok(Label {
        sides: (width, height),
        classes: numbers,
    })
}

fn read(path: &Path) -> Result<DynamicImage> {
    let name = path.display();
    let size = std::fs::metadata(path)
        .with_context(|| format!("{name}: cannot be opened"))?
        .len();
    if size == 0 {
        bail!("{name}: the file is empty (0 bytes): copy it again from its source or leave it out");
    }
    let reader = ImageReader::open(path).with_context(|| format!("{name}: cannot be opened"))?;
    let mut reader = reader
        .with_guessed_format()
        .with_context(|| format!("{name}: cannot be read"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    reader.decode().map_err(|error| refused(path, error))
}

fn refused(path: &Path, error: image::ImageError) -> anyhow::Error {
    let remedy = match &error {
        image::ImageError::Limits(_) => {
            format!(
                "the image is too large: make it at most {MAX_SIDE} pixels a side and 1 GiB decoded"
            )
        }
        image::ImageError::Unsupported(_) => {
            format!(
                "this kind of file cannot be read: convert it to one of {}",
                EXTENSIONS.join(", ")
            )
        }
        _ => {
            "the file is damaged or no image: copy it again from its source or leave it out".into()
        }
    };
    anyhow::Error::new(error).context(format!("{}: {remedy}", path.display()))
}

fn grey(image: DynamicImage) -> Vec<f32> {
    match image {
        DynamicImage::ImageLuma8(pixels) => pixels
            .into_raw()
            .iter()
            .map(|&v| f32::from(v) / 255.0)
            .collect(),
        DynamicImage::ImageLuma16(pixels) => pixels
            .into_raw()
            .iter()
            .map(|&v| f32::from(v) / 65535.0)
            .collect(),
        other => other
            .to_luma_alpha32f()
            .pixels()
            .map(|p| p.0[0] * p.0[1].clamp(0.0, 1.0))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, LumaA, Rgb, Rgba};
    use std::fs;
    use std::path::PathBuf;

    /// A folder of its own for each test.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("scanweave-decode-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn refusal(path: &Path) -> String {
        format!("{:#}", read_grey(path).expect_err("refused"))
    }

    #[test]
    fn depth_colour_and_alpha_become_grey() {
        let folder = folder("kinds");
        let check = |image: DynamicImage, name: &str, expected: f32| {
            let path = folder.join(name);
            image.save(&path).expect("saved");
            let plane = read_grey(&path).expect(name);
            assert_eq!((plane.width(), plane.height()), (5, 4), "{name}");
            assert!(
                (plane.at(2, 2) - expected).abs() < 0.01,
                "{name}: {}",
                plane.at(2, 2)
            );
        };
        let sixteen = ImageBuffer::from_pixel(5, 4, image::Luma([0x8000u16]));
        check(sixteen.into(), "16.png", 0.5);
        check(
            ImageBuffer::from_pixel(5, 4, LumaA([255u8, 51])).into(),
            "alpha.png",
            0.2,
        );
        check(
            ImageBuffer::from_pixel(5, 4, Rgba([128u16 << 8, 128 << 8, 128 << 8, 65535])).into(),
            "rgba16.png",
            0.5,
        );
        check(
            ImageBuffer::from_pixel(5, 4, Rgb([102u8; 3])).into(),
            "rgb.bmp",
            0.4,
        );
        check(
            ImageBuffer::from_pixel(5, 4, Rgb([102u8; 3])).into(),
            "rgb.tiff",
            0.4,
        );
        check(
            ImageBuffer::from_pixel(5, 4, Rgb([102u8; 3])).into(),
            "rgb.jpeg",
            0.4,
        );
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn what_is_no_image_is_refused_by_name() {
        let folder = folder("broken");
        let empty = folder.join("empty.png");
        fs::write(&empty, b"").expect("written");
        assert!(refusal(&empty).contains("empty.png: the file is empty (0 bytes)"));
        let text = folder.join("text.png");
        fs::write(&text, b"this is no picture").expect("written");
        assert!(refusal(&text).contains("text.png"));
        let cut = folder.join("cut.png");
        DynamicImage::from(ImageBuffer::from_fn(64, 64, |x, y| {
            image::Luma([(x * y) as u8])
        }))
        .save(&cut)
        .expect("saved");
        let bytes = fs::read(&cut).expect("read");
        fs::write(&cut, &bytes[..bytes.len() / 2]).expect("cut");
        assert!(refusal(&cut).contains("cut.png: the file is damaged"));
        assert!(refusal(&folder.join("missing.png")).contains("missing.png: cannot be opened"));
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn an_absurd_size_is_refused_before_it_is_decoded() {
        let folder = folder("huge");
        // The header of a 20000 x 20000 BMP with no pixels behind it.
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bytes.extend(20_000u32.to_le_bytes());
        bytes.extend(20_000u32.to_le_bytes());
        bytes.extend([1, 0, 24, 0]);
        bytes.extend([0; 24]);
        let path = folder.join("huge.bmp");
        fs::write(&path, bytes).expect("written");
        assert!(refusal(&path).contains("huge.bmp: the image is too large"));
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn labels_are_class_numbers() {
        let folder = folder("label");
        let path = folder.join("label.png");
        DynamicImage::from(ImageBuffer::from_fn(4, 4, |x, _| {
            image::Luma([if x < 2 { 0u8 } else { 255 }])
        }))
        .save(&path)
        .expect("saved");
        let label = read_label(&path, 2, 1).expect("binary");
        assert_eq!(label.classes, [0, 1, 0, 1]);
        assert_eq!(label.sides, (4, 4));
        let error = format!("{:#}", read_label(&path, 2, 3).expect_err("no such class"));
        assert!(
            error.contains("value 255") && error.contains("3 lesion classes"),
            "{error}"
        );
        fs::remove_dir_all(folder).expect("cleaned");
    }
}
