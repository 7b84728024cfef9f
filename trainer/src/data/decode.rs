//! One image file, or one slice of a volume, as an image with the channels of its modality.
//!
//! PNG, JPEG, BMP and TIFF, 8 or 16 bits, grey or colour (CMYK included), with or without alpha; float
//! in colour. A modality in colour keeps red, green and blue, of any other one colours become luminance; what is
//! transparent becomes black, the background of a radiograph. Sizes are checked before memory is asked for.

use super::Picture;
use super::grid::Grid;
use super::volumes::Volumes;
use anyhow::{Context, Result, bail, ensure};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use scanweave::image::{Image, MAX_SIDE};
use scanweave::study::Channels;
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

/// The picture with these channels, 0..=1, and the grid that it lies on. Images are stretched from their darkest
/// to their brightest value (12 bits in a 16-bit file would else stay dark), all channels alike, slices by the
/// window of their volume. What is grey stands in every channel of a modality in colour, and an image file,
/// which has no slices beside it, in every one of a modality of neighbours.
///
/// # Errors
/// When the file is missing, empty, damaged, constant, of an unknown format or too large, or has no such
/// slice; the error names the file and what to do.
pub fn read_image(
    picture: &Picture,
    channels: Channels,
    volumes: &Volumes,
) -> Result<(Image, Grid)> {
    let path = &picture.path;
    let (image, grid) = match (picture.slice, channels) {
        (Some(slice), Channels::Neighbours) => volumes.neighbours(path, slice)?,
        (Some(slice), Channels::Grey | Channels::Colour) => {
            let (plane, grid) = volumes.picture(path, slice)?;
            (plane.into(), grid)
        }
        (None, _) => {
            let file = read(path)?;
            let (width, height) = (file.width() as usize, file.height() as usize);
            let values = match channels {
                Channels::Colour if file.color().has_color() => colours(&file),
                _ => grey(file),
            };
            let image = Image::of_values(width, height, &values);
            let image = image.and_then(|image| image.normalised());
            let image = image.with_context(|| path.display().to_string())?;
            (image, Grid::flat(path, (width, height)))
        }
    };
    Ok((image.spread(channels.count()), grid))
}

/// A lesion label as a file holds it.
#[derive(Debug)]
pub struct Label {
    /// Where its pixels lie.
    pub grid: Grid,
    /// Class numbers at working size.
    pub classes: Vec<u8>,
}

/// The lesion label in a file, one class number per pixel (0 is no lesion), resized to the nearest
/// pixel of `size` x `size`. With one class every value above 0 means it.
///
/// # Errors
/// As [`read_image`], and when a value is not the number of one of `classes` classes.
pub fn read_label(
    picture: &Picture,
    volumes: &Volumes,
    size: usize,
    classes: usize,
) -> Result<Label> {
    let path = &picture.path;
    let (grid, values) = if let Some(slice) = picture.slice {
        let (plane, grid) = volumes.values(path, slice)?;
        (grid, plane.into_values())
    } else {
        let image = read(path)?;
        let sides = (image.width() as usize, image.height() as usize);
        (Grid::flat(path, sides), numbers(image))
    };
    let (width, height) = grid.sides();
    let pick = |i: usize, side: usize| ((2 * i + 1) * side / (2 * size)).min(side - 1);
    let places = (0..size * size).map(|i| pick(i / size, height) * width + pick(i % size, width));
    let number = |at: usize| {
        let value = values[at];
        ensure!(
            value.is_finite(),
            "{}: the label holds a value that is no number",
            path.display()
        );
        if classes == 1 {
            return Ok(u8::from(value > 0.0));
        }
        let known = value >= 0.0 && value <= classes as f32 && value.fract() == 0.0;
        ensure!(
            known,
            "{}: the label holds the value {value}, but the study has {classes} lesion classes: number them from 1",
            path.display()
        );
        Ok(value as u8)
    };
    Ok(Label {
        classes: places.map(number).collect::<Result<_>>()?,
        grid,
    })
}

/// The numbers of a label as the file has them: 16 bits are not brought to 8, which would lose small ones.
fn numbers(image: DynamicImage) -> Vec<f32> {
    let color = image.color();
    if color.bytes_per_pixel() == 2 * color.channel_count() {
        let values = image.into_luma16().into_raw().into_iter();
        values.map(f32::from).collect()
    } else {
        let values = image.into_luma8().into_raw().into_iter();
        values.map(f32::from).collect()
    }
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
    let jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let image = reader.decode().map_err(|error| refused(path, error))?;
    // The decoder fills what is missing with grey.
    if jpeg && is_cut(&std::fs::read(path).with_context(|| format!("{name}: cannot be read"))?) {
        bail!(
            "{name}: the file is damaged (it is cut short): copy it again from its source or leave it out"
        );
    }
    Ok(image)
}

/// Whether a JPEG has no end (FF D9) after its first scan (FF DA), whose data cannot hold one. Segments
/// before are stepped over by their lengths: a thumbnail in them has scans and ends of its own.
fn is_cut(jpeg: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = jpeg.get(at..).and_then(<[u8]>::first_chunk) {
        match marker {
            0xda => return !jpeg[at..].windows(2).any(|pair| pair == [0xff, 0xd9]),
            // Fill bytes.
            0xff => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
    false
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

/// All red values, all green ones, all blue ones.
fn colours(image: &DynamicImage) -> Vec<f32> {
    let pixels = image.to_rgba32f();
    let channel = |c: usize| {
        pixels
            .pixels()
            .map(move |p| p.0[c] * p.0[3].clamp(0.0, 1.0))
    };
    (0..3).flat_map(channel).collect()
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
    use scanweave::image::Plane;
    use std::fs;
    use std::path::PathBuf;

    /// A folder of its own for each test.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("scanweave-decode-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn open_with(path: &Path, channels: Channels) -> Result<Image> {
        let picture = path.to_owned().into();
        read_image(&picture, channels, &Volumes::default()).map(|(image, _)| image)
    }

    fn open(path: &Path) -> Result<Image> {
        open_with(path, Channels::Grey)
    }

    fn refusal(path: &Path) -> String {
        format!("{:#}", open(path).expect_err("refused"))
    }

    #[test]
    fn depth_colour_and_alpha_become_grey() {
        let folder = folder("kinds");
        let check = |image: DynamicImage, name: &str, expected: f32| {
            let path = folder.join(name);
            image.save(&path).expect("saved");
            let plane = Plane::new(5, 4, grey(read(&path).expect(name))).expect(name);
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
    fn a_photograph_stays_in_colour_where_its_modality_is() {
        let folder = folder("colours");
        let pixels = ImageBuffer::from_fn(4, 2, |x, _| {
            Rgb(if x < 2 {
                [200u8, 100, 50]
            } else {
                [100, 60, 0]
            })
        });
        for name in ["a.png", "a.tiff", "a.jpeg"] {
            let path = folder.join(name);
            DynamicImage::from(pixels.clone())
                .save(&path)
                .expect("saved");
            let image = open_with(&path, Channels::Colour).expect("a photograph");
            assert_eq!(image.channels(), 3);
            // From 0 to 200 in all channels together.
            for (plane, expected) in image.planes().iter().zip([1.0, 0.5, 0.25]) {
                let far = (plane.at(0, 0) - expected).abs();
                let bound = if name == "a.jpeg" { 0.1 } else { 0.003 };
                assert!(far < bound, "{name}: {} {expected}", plane.at(0, 0));
            }
            let grey = open(&path).expect("a photograph");
            assert_eq!(grey.channels(), 1, "luminance");
            let slices = open_with(&path, Channels::Neighbours).expect("a photograph");
            assert_eq!(slices, grey.spread(3), "no slice beside it");
        }
        let path = folder.join("grey.png");
        let pixels = ImageBuffer::from_fn(4, 2, |x, _| image::Luma([x as u8]));
        DynamicImage::from(pixels).save(&path).expect("saved");
        let image = open_with(&path, Channels::Colour).expect("grey");
        assert_eq!(image, open(&path).expect("grey").spread(3));
        let clear = folder.join("clear.png");
        let pixels = ImageBuffer::from_fn(2, 1, |x, _| Rgba([255u8, 0, 0, 255 * x as u8]));
        DynamicImage::from(pixels).save(&clear).expect("saved");
        let image = open_with(&clear, Channels::Colour).expect("red on nothing");
        assert_eq!(image.into_values(), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
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
    fn a_cut_jpeg_is_known_by_the_end_of_its_own_scan() {
        let segment = |marker: u8, content: &[u8]| {
            let length = (content.len() as u16 + 2).to_be_bytes();
            [&[0xff, marker], &length[..], content].concat()
        };
        let thumbnail = [0xff, 0xd8, 0xff, 0xda, 1, 0xff, 0xd9];
        let head = [&[0xff, 0xd8][..], &segment(0xe1, &thumbnail), &[0xff]].concat();
        let scan = [&head[..], &segment(0xda, &[1]), &[7, 0xff, 0, 7]].concat();
        assert!(is_cut(&scan), "the thumbnail's end is not the picture's");
        let whole = [&scan[..], &[0xff, 0xd9]].concat();
        assert!(!is_cut(&whole));
        let trailed = [&whole[..], b"made by", &[0xff, 0xda, 3]].concat();
        assert!(!is_cut(&trailed), "what follows is not the picture's");
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
        let (picture, volumes) = (path.clone().into(), Volumes::default());
        let label = read_label(&picture, &volumes, 2, 1).expect("binary");
        assert_eq!(label.classes, [0, 1, 0, 1]);
        assert_eq!(label.grid, Grid::flat(&path, (4, 4)));
        // Brought to 8 bits, the 2 would be a 0.
        let deep = folder.join("deep.png");
        DynamicImage::from(ImageBuffer::from_fn(4, 4, |x, _| {
            image::Luma([if x < 2 { 0u16 } else { 2 }])
        }))
        .save(&deep)
        .expect("saved");
        let label = read_label(&deep.into(), &volumes, 2, 3).expect("16 bits");
        assert_eq!(label.classes, [0, 2, 0, 2]);
        let error = read_label(&picture, &volumes, 2, 3).expect_err("no such class");
        let error = format!("{error:#}");
        assert!(
            error.contains("value 255") && error.contains("3 lesion classes"),
            "{error}"
        );
        fs::remove_dir_all(folder).expect("cleaned");
    }
}
