//! One picture file, or one slice of a volume, as an image with the channels of its modality.
//!
//! A modality in colour keeps red, green and blue, of any other one colours become luminance; what is
//! transparent becomes black, the background of a radiograph.

use super::Picture;
use super::grid::Grid;
use super::raster::Raster;
use super::volumes::{Volumes, is_volume};
use anyhow::{Context, Result};
use image::DynamicImage;
use scanweave::formats::tiff::Picture as Page;
use scanweave::image::Image;
use scanweave::study::Channels;
use std::path::Path;

/// Extensions of files that are taken for images, in lower case.
pub const EXTENSIONS: [&str; 8] = ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "gif", "webp"];

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
/// which has no slices beside it, in every one of a modality of neighbours. A volume that does not say how it lies is
/// turned as `like`, the first image of the case, is.
///
/// # Errors
/// When the file is missing, empty, damaged, constant, of an unknown format or too large, or has no such
/// slice; the error names the file and what to do.
pub fn read_image(
    picture: &Picture,
    channels: Channels,
    like: Option<&Grid>,
    volumes: &Volumes,
) -> Result<(Image, Grid)> {
    let path = &picture.path;
    let (image, grid) = match (is_volume(path), channels) {
        (true, Channels::Neighbours) => volumes.neighbours(picture, like)?,
        (true, Channels::Grey | Channels::Colour) => {
            let (plane, grid) = volumes.picture(picture, like)?;
            (plane.into(), grid)
        }
        (false, _) => {
            let file = Raster::open(path)?;
            let image = match file.page(picture.volume)? {
                Some(page) => of_tiff(path, page, channels, volumes),
                None => of_image(file.image(picture.volume)?, channels),
            };
            let image = image.and_then(|image| Ok(image.normalised()?));
            let image = image.with_context(|| path.display().to_string())?;
            let sides = (image.width(), image.height());
            (image, Grid::flat(path, sides))
        }
    };
    Ok((image.spread(channels.count()), grid))
}

fn of_image(image: DynamicImage, channels: Channels) -> Result<Image> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let values = match channels {
        Channels::Colour if image.color().has_color() => colours(&image),
        _ => grey(image),
    };
    Ok(Image::of_values(width, height, &values)?)
}

/// With the greys and colours of the page in a browser. Pixels without a number are background: as dark as the darkest
/// of the others.
fn of_tiff(path: &Path, page: Page, channels: Channels, volumes: &Volumes) -> Result<Image> {
    let empty = page.gaps();
    if empty > 0 {
        let text = format!("{empty} pixels hold no data (no finite number): they are background");
        volumes.notes().add(path, text);
    }
    Ok(page.image(channels == Channels::Colour)?)
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
    use super::super::raster::tiff;
    use super::*;
    use image::{ImageBuffer, LumaA, Rgb, Rgba};
    use scanweave::formats::tiff::Samples;
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

    fn save(image: DynamicImage, path: &Path) {
        if path.extension().is_some_and(|ending| ending == "tiff") {
            fs::write(path, tiff::written(&image)).expect("saved");
        } else {
            image.save(path).expect("saved");
        }
    }

    fn open_with(path: &Path, channels: Channels) -> Result<Image> {
        let picture = path.to_owned().into();
        read_image(&picture, channels, None, &Volumes::default()).map(|(image, _)| image)
    }

    fn open(path: &Path) -> Result<Image> {
        open_with(path, Channels::Grey)
    }

    #[test]
    fn depth_colour_and_alpha_become_grey() {
        let folder = folder("kinds");
        let check = |image: DynamicImage, name: &str, expected: f32| {
            let path = folder.join(name);
            save(image, &path);
            let file = Raster::open(&path).expect(name);
            let plane = match file.page(None).expect(name) {
                Some(page) => page.image(false).expect(name).to_grey(),
                None => Plane::new(5, 4, grey(file.image(None).expect(name))).expect(name),
            };
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
            save(pixels.clone().into(), &path);
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
    fn numbers_become_grey_and_those_without_data_background() {
        let path = Path::new("a.tif");
        let page = |values: &[f32]| Page {
            width: 2,
            height: 2,
            colour: false,
            alpha: false,
            samples: Samples::F32(values.to_vec()),
            palette: None,
        };
        let read = |values: &[f32], volumes: &Volumes| {
            let image = of_tiff(path, page(values), Channels::Grey, volumes);
            image.and_then(|image| Ok(image.normalised()?))
        };
        let volumes = Volumes::default();
        let image = read(&[-150.0, f32::NAN, 0.0, 150.0], &volumes).expect("an image");
        assert_eq!(image.into_values(), [0.0, 0.0, 0.5, 1.0]);
        assert_eq!(volumes.told().len(), 1);
        assert!(read(&[f32::NAN; 4], &Volumes::default()).is_err());
    }
}
