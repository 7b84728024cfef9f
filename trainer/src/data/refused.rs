//! Labels that are refused, as pictures: who reads that a label looks like no label wants to see it.

use super::decode::read_image;
use super::grid::Grid;
use super::volumes::Volumes;
use super::{Picture, Record};
use crate::picture;
use anyhow::{Error, Result};
use scanweave::image::{Image, Plane};
use scanweave::study::{Channels, Study};
use std::fmt;
use std::path::{Path, PathBuf};

/// The height of image and label, pixels.
const HEIGHT: usize = 256;
/// The longest of the two may be so many times as wide as high.
const WIDEST: usize = 4;

/// Marks an error that a label caused, and names its file.
#[derive(Debug)]
pub struct RefusedLabel(pub PathBuf);

impl fmt::Display for RefusedLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// A record that was left out.
#[derive(Debug, PartialEq)]
pub struct LeftOut {
    /// Why.
    pub reason: String,
    /// The image and its label beside each other, where the label is why.
    pub picture: Option<Image>,
}

impl LeftOut {
    /// The record that failed so; its picture where the label is why and `shown`.
    pub fn new(
        record: &Record,
        error: &Error,
        shown: bool,
        study: &Study,
        volumes: &Volumes,
    ) -> Self {
        let is_label = shown && error.is::<RefusedLabel>();
        Self {
            reason: format!("{error:#}"),
            picture: is_label
                .then(|| side_by_side(record, study, volumes))
                .flatten(),
        }
    }

    /// The reason, with the place of the picture, which is written into `folder` as number `number`; without it where it
    /// cannot be written.
    pub fn told(&self, folder: &Path, number: usize) -> String {
        match self
            .picture
            .as_ref()
            .map(|image| save(image, folder, number))
        {
            Some(Ok(path)) => format!("{}; see {}", self.reason, path.display()),
            _ => self.reason.clone(),
        }
    }
}

/// Where the pictures of data in this file stand: beside it, in `NAME.refused` for `NAME.scan`.
pub fn folder_of(data: &Path) -> PathBuf {
    data.with_extension("refused")
}

/// Takes away what an earlier preparation left in its folder of pictures, and the folder where nothing else is in it.
pub fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("refused-"));
        let number = number.and_then(|name| name.strip_suffix(".png"));
        if number.is_some_and(|number| number.parse::<u16>().is_ok()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let _ = std::fs::remove_dir(folder);
}

fn save(image: &Image, folder: &Path, number: usize) -> Result<PathBuf> {
    crate::files::create_folder(folder)?;
    let path = folder.join(format!("refused-{number:04}.png"));
    picture::save_image(&path, image)?;
    Ok(path)
}

/// The first image of a record and its label, as they stand in their files.
fn side_by_side(record: &Record, study: &Study, volumes: &Volumes) -> Option<Image> {
    let images = record.content.slots().iter().zip(&study.modalities);
    let mut images = images.filter_map(|(image, modality)| Some((image.as_ref()?, modality)));
    let (image, modality) = images.next()?;
    let (image, grid) = read_image(image, modality.channels, None, volumes).ok()?;
    let image = modality.channels.shown(&image);
    let label = record.content.label()?;
    let label = seen(label, &grid, volumes);
    Some(picture::sheet(&[vec![fitted(&image), fitted(&label)]]))
}

/// A label as a picture in colour; what has one value everywhere is white.
fn seen(label: &Picture, like: &Grid, volumes: &Volumes) -> Image {
    let read = read_image(label, Channels::Colour, Some(like), volumes);
    let white = || Plane::filled(HEIGHT, HEIGHT, 1.0).into();
    read.map_or_else(|_| white(), |(image, _)| image)
}

fn fitted(image: &Image) -> Image {
    let width = (image.width() * HEIGHT).div_ceil(image.height());
    image.resized(width.clamp(1, WIDEST * HEIGHT), HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Content;
    use anyhow::anyhow;
    use image::{GrayImage, Luma};

    #[test]
    fn a_refused_label_is_drawn_beside_its_image() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let image = GrayImage::from_fn(64, 32, |x, _| Luma([4 * x as u8]));
        image.save(at("a.png")).expect("saved");
        let label = GrayImage::from_fn(32, 32, |_, y| Luma([if y < 16 { 0 } else { 7 }]));
        label.save(at("m.png")).expect("saved");
        let record = Record {
            subject: "a".into(),
            split: None,
            class: None,
            source: "a".into(),
            content: Content::Files {
                images: vec![Some(at("a.png").into())],
                label: Some(at("m.png").into()),
                boxes: None,
            },
        };
        let (study, volumes) = (Study::named("phantom-thorax"), Volumes::default());
        let study = study.expect("built in");
        let label = anyhow!("too many")
            .context(RefusedLabel(at("m.png")))
            .context("a");
        let of = |error: &Error, shown| LeftOut::new(&record, error, shown, &study, &volumes);
        assert_eq!(of(&anyhow!("gone"), true).picture, None);
        assert_eq!(of(&label, false).picture, None);
        let left = of(&label, true);
        let shown = left.picture.as_ref().expect("it is drawn");
        assert_eq!(
            (shown.width(), shown.height()),
            (2 + 512 + 2 + 256 + 2, 260)
        );
        let pixel = |x, y| shown.planes()[0].at(x, y);
        assert!(pixel(4, 100) < 0.1 && pixel(500, 100) > 0.9, "the image");
        assert!(pixel(700, 20) < 0.1 && pixel(700, 240) > 0.9, "the label");

        let place = folder_of(&at("x.scan"));
        let told = left.told(&place, 3);
        assert!(
            told.starts_with("a: ") && told.contains("m.png: too many; see "),
            "{told}"
        );
        assert!(
            told.ends_with("refused-0003.png") && place.join("refused-0003.png").is_file(),
            "{told}"
        );
        for mine in ["mine.png", "0001.png"] {
            std::fs::write(place.join(mine), b"kept").expect("a file");
        }
        clear(&place);
        assert!(!place.join("refused-0003.png").exists());
        assert!(place.join("mine.png").exists() && place.join("0001.png").exists());
    }
}
