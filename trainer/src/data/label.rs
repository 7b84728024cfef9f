//! A lesion label as people store it, understood before it is used.
//!
//! Class numbers are taken as they are. With one class of lesion a label may also be black and white, in colour, in
//! the transparency, a palette, smeared by JPEG or by having been resampled: what is above half of the full value is
//! lesion then, and it is said. Colours of several classes are told by a legend, greys of a JPEG by those of all JPEG labels.
//! What is a picture rather than a label is refused, since all of it would be lesion.

use super::datasets::legend::{Legend, named_colour};
use super::greys::{Greys, Histogram};
use super::grid::Grid;
use super::notes::Notes;
use super::raster::{Numbers, Pixels, Raster, tiff};
use super::refused::RefusedLabel;
use super::resample::{self, Target};
use super::tones::{Colour, Tones};
use super::volumes::{LabelSlice, Volumes, is_volume};
use super::{Picture, Record};
use crate::files;
use anyhow::{Context, Result, bail, ensure};
use image::DynamicImage;
use rayon::prelude::*;
use scanweave::image::Frame;
use std::collections::BTreeSet;
use std::path::Path;

/// Whole numbers up to this are numbers of classes, larger ones shades.
const CLASSES: f32 = 16.0;
/// A label is sharp: no more than this share of its pixels may be neither nearly nothing nor nearly full.
const BETWEEN: f32 = 0.25;
/// Nearly: within this share of the full value.
const NEARLY: f32 = 0.1;
/// Values or colours that are named in an error.
const SHOWN: usize = 6;
/// What a JPEG begins with.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];
/// JPEG colours a grey by so much.
const TINT: f32 = 12.0;
/// What is said of pixels that JPEG changed.
const SNAPPED: &str = "JPEG has smeared the label: pixels that differ from the greys or colours of the classes took the nearest that is certain around them";

/// A lesion label as a file holds it.
#[derive(Debug)]
pub struct Label {
    /// Where its pixels lie.
    pub grid: Grid,
    /// Class numbers at working size.
    pub classes: Vec<u8>,
}

/// How labels are understood.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'a> {
    /// Lesion classes of the study.
    pub classes: usize,
    /// What colours mean.
    pub legend: Option<&'a Legend>,
    /// What the greys of JPEG labels of several classes mean, where nothing else says so.
    pub greys: Option<&'a Greys>,
    /// What looks like a picture is taken all the same.
    pub accept: bool,
    /// Volumes that lie apart from this are brought there; none where they are refused.
    pub target: Option<Target<'a>>,
}

/// What the greys of the JPEG labels of a data set mean, for several classes of these names; none where there are no such
/// labels. One that cannot be read is left to whoever reads it.
pub fn greys(records: &[Record], classes: &[String]) -> Option<Greys> {
    let labels = records.iter().filter_map(|record| record.content.label());
    let labels = labels.filter(|label| label.codes.is_none() && !is_volume(&label.path));
    let paths: BTreeSet<&Path> = labels.map(|label| label.path.as_path()).collect();
    let seen = paths.into_par_iter().filter(|path| is_jpeg(path));
    let values = seen.map(|path| {
        let image = Raster::open(path)?.image(None)?;
        greys_of(path, Pixels::Image(image), TINT, classes.len())
    });
    let found = values.filter_map(|values| values.ok().map(|values| Histogram::of(&values)));
    let all = found.reduce_with(Histogram::and)?;
    Some(Greys::of(&all, classes))
}

fn is_jpeg(path: &Path) -> bool {
    files::read_head(path, JPEG.len() as u64).is_ok_and(|head| head == JPEG)
}

/// The lesion label in a file, one class number per pixel (0 is no lesion), resized to the nearest
/// pixel of `size` x `size`, where it lies like its image in `frame`. A volume that does not say how it lies is turned as `image`, the first one of its case.
///
/// # Errors
/// As [`super::decode::read_image`], and, marked by [`RefusedLabel`], when the values are no label of these classes.
pub fn read_label(
    picture: &Picture,
    image: Option<&Grid>,
    volumes: &Volumes,
    (frame, size): (Frame, usize),
    meaning: Meaning,
) -> Result<Label> {
    let (meant, grid) = if picture.masks.is_empty() {
        meant(picture, image, volumes, meaning)?
    } else {
        merged(picture, image, volumes, meaning)?
    };
    let sides = grid.sides();
    let class = |i: usize| {
        let pixel = frame.pixel(sides, size, (i % size, i / size));
        pixel.map_or(0, |(x, y)| meant[y * sides.0 + x])
    };
    Ok(Label {
        classes: (0..size * size).map(class).collect(),
        grid,
    })
}

/// The classes of a label in one file, as large as it is.
fn meant(
    picture: &Picture,
    image: Option<&Grid>,
    volumes: &Volumes,
    meaning: Meaning,
) -> Result<(Vec<u8>, Grid)> {
    let path = &picture.path;
    let (values, grid) = if is_volume(path) {
        let LabelSlice {
            numbers,
            largest,
            grid,
        } = match meaning.target {
            Some(target) => resample::label(picture, target, volumes)?,
            None => None,
        }
        .map_or_else(|| volumes.label(picture, image), Ok)?;
        let values = Values {
            numbers,
            full: largest,
            smeared: false,
        };
        (values, grid)
    } else {
        let values = Values::of_file(path, picture.volume, meaning, volumes.notes())?;
        let grid = Grid::flat(path, (values.numbers.width, values.numbers.height));
        (values, grid)
    };
    let meant = if let Some(codes) = &picture.codes {
        codes.classes(&values.numbers.values)
    } else if meaning.classes == 1 {
        values.one_class(path, volumes.notes(), meaning.accept)
    } else if values.smeared {
        values.by_grey(path, volumes.notes(), meaning)
    } else {
        values.numbers_of(meaning.classes)
    };
    Ok((meant.with_context(|| RefusedLabel(path.clone()))?, grid))
}

/// The classes of a label in several masks; where they overlap, the last of them is meant.
fn merged(
    picture: &Picture,
    image: Option<&Grid>,
    volumes: &Volumes,
    meaning: Meaning,
) -> Result<(Vec<u8>, Grid)> {
    let codes = picture.codes.as_ref().context("masks that mean nothing")?;
    let single = Meaning {
        classes: 1,
        ..meaning
    };
    let masks = picture
        .files()
        .map(|mask| meant(&mask, image, volumes, single));
    let masks: Vec<(Vec<u8>, Grid)> = masks.collect::<Result<_>>()?;
    let grid = masks[0].1.clone();
    let mut values = vec![0.0; masks[0].0.len()];
    let mut overlap = false;
    for (number, (mask, other)) in masks.iter().enumerate() {
        other.check_label(Some(&grid))?;
        for (value, _) in values
            .iter_mut()
            .zip(mask)
            .filter(|(_, inside)| **inside > 0)
        {
            overlap |= *value > 0.0;
            *value = (number + 1) as f32;
        }
    }
    if overlap {
        volumes.notes().add(
            &picture.path,
            "masks of one case overlap: where they do, it is the later class of the study",
        );
    }
    Ok((codes.classes(&values)?, grid))
}

/// The values of a label and where they come from.
struct Values {
    numbers: Numbers,
    /// The largest value, of the whole volume where the label is a slice of one.
    full: f32,
    /// A JPEG: neighbours colour each other.
    smeared: bool,
}

impl Values {
    fn of_file(path: &Path, page: Option<usize>, meaning: Meaning, notes: &Notes) -> Result<Self> {
        let file = Raster::open(path)?;
        let refused = || RefusedLabel(path.into());
        if let Some(legend) = meaning.legend {
            let pixels = file.pixels(page)?;
            let (numbers, moved) = if file.is_jpeg() {
                by_tones(pixels, legend, meaning.accept)
            } else {
                by_legend(pixels, legend).map(|numbers| (numbers, 0))
            }
            .with_context(refused)?;
            if moved > 0 {
                notes.count(path, SNAPPED, moved);
            }
            return Ok(Self {
                full: numbers.values.iter().copied().fold(0.0, f32::max),
                smeared: false,
                numbers,
            });
        }
        let numbers = marks_of(path, &file, page, meaning.classes)?;
        let known = numbers
            .values
            .iter()
            .map(|v| if v.is_finite() { *v } else { 0.0 });
        let numbers = Numbers {
            values: known.collect(),
            ..numbers
        };
        let largest = numbers.values.iter().copied().fold(0.0, f32::max);
        Ok(Self {
            full: if file.is_jpeg() { 255.0 } else { largest },
            smeared: file.is_jpeg(),
            numbers,
        })
    }

    /// 1 where the one class of lesion is.
    fn one_class(&self, path: &Path, notes: &Notes, accept: bool) -> Result<Vec<u8>> {
        let values = &self.numbers.values;
        let lowest = values.iter().copied().fold(0.0, f32::min);
        ensure!(
            lowest >= 0.0,
            "the label holds the value {lowest}: write 0 where there is no lesion and a number above where there is one"
        );
        let above = |bound: f32| values.iter().map(|&v| u8::from(v > bound)).collect();
        let whole = values.iter().all(|v| v.fract() == 0.0);
        let numbers = whole && self.full <= CLASSES;
        if !self.smeared && (numbers || self.levels().len() <= 1) {
            return Ok(above(0.0));
        }
        let full = if self.full > 1.0 && self.full <= CLASSES {
            1.0
        } else {
            self.full
        };
        let between = |v: &&f32| (NEARLY..1.0 - NEARLY).contains(&(**v / full));
        let share = values.iter().filter(between).count() as f32 / values.len() as f32;
        ensure!(
            share <= BETWEEN || accept,
            "this looks like a picture and no label: {:.0} % of it is neither nothing nor full. Give the label itself, or pass --accept-label if it is one",
            100.0 * share
        );
        notes.add(
            path,
            format!("the label has soft edges: what is above half of {full} is lesion"),
        );
        Ok(above(full / 2.0))
    }

    /// The classes that the greys of a JPEG mean.
    fn by_grey(&self, path: &Path, notes: &Notes, meaning: Meaning) -> Result<Vec<u8>> {
        let values = &self.numbers.values;
        if values.iter().all(|v| *v == 0.0) {
            return Ok(vec![0; values.len()]);
        }
        let classes = meaning.classes;
        let greys = meaning.greys.with_context(|| {
            format!(
                "JPEG mixes the numbers of the {classes} lesion classes: save the label as a PNG"
            )
        })?;
        let (tones, told) = greys.tones()?;
        let pixels: Vec<Colour> = values.iter().map(|&v| [v; 3]).collect();
        let snapped = tones.snap(&pixels, self.numbers.width, meaning.accept)?;
        notes.add(path, told);
        if snapped.moved > 0 {
            notes.count(path, SNAPPED, snapped.moved);
        }
        Ok(snapped.classes)
    }

    /// The numbers of the classes as they stand there.
    fn numbers_of(&self, classes: usize) -> Result<Vec<u8>> {
        let known = |v: f32| v >= 0.0 && v <= classes as f32 && v.fract() == 0.0;
        let Some(value) = self.numbers.values.iter().find(|v| !known(**v)) else {
            return Ok(self.numbers.values.iter().map(|&v| v as u8).collect());
        };
        if value.fract() != 0.0 {
            bail!(
                "the label holds the value {value}, between the numbers of the {classes} lesion classes: resample labels to the nearest neighbour"
            );
        }
        let levels: Vec<String> = self
            .levels()
            .iter()
            .take(SHOWN)
            .map(|v| f32::from_bits(*v).to_string())
            .collect();
        bail!(
            "the label holds the value {value}, but the study has {classes} lesion classes: number them from 1 (it holds {})",
            levels.join(", ")
        );
    }

    /// Values other than 0, as bits; no more than are of interest.
    fn levels(&self) -> BTreeSet<u32> {
        let mut levels = BTreeSet::new();
        for value in self.numbers.values.iter().filter(|v| **v != 0.0) {
            levels.insert(value.to_bits());
            if levels.len() > SHOWN {
                break;
            }
        }
        levels
    }
}

/// The numbers that a picture means: the places of its palette, unless that is black and white, or its greys.
fn marks_of(path: &Path, file: &Raster, page: Option<usize>, classes: usize) -> Result<Numbers> {
    let picture = file.page(page)?;
    let palette = match &picture {
        Some(picture) => tiff::palette(picture),
        None => file.palette()?,
    };
    match (palette, picture) {
        (Some((places, colours)), _) if !is_black_and_white(&colours) => Ok(places),
        (_, Some(picture)) => greys_of(path, picture.try_into()?, 0.0, classes),
        (_, None) => {
            let tint = if file.is_jpeg() { TINT } else { 0.0 };
            greys_of(path, Pixels::Image(file.image(page)?), tint, classes)
        }
    }
}

/// The greys of a picture; colours where channels differ by no more than `tint` are grey.
fn greys_of(path: &Path, pixels: Pixels, tint: f32, classes: usize) -> Result<Numbers> {
    match pixels {
        Pixels::Numbers(numbers) => Ok(numbers),
        Pixels::Image(image) => {
            numbers(image, classes, tint).with_context(|| RefusedLabel(path.into()))
        }
    }
}

/// Colours of 8 bits.
fn colours(pixels: Pixels) -> Result<DynamicImage> {
    let of_eight_bits = |image: &DynamicImage| {
        let color = image.color();
        color.bytes_per_pixel() == color.channel_count()
    };
    match pixels {
        Pixels::Image(image) if of_eight_bits(&image) => Ok(image),
        _ => bail!(
            "it holds numbers and no colours of 8 bits: leave --legend out, or save it as a PNG in colour"
        ),
    }
}

/// The class numbers that colours mean which JPEG has changed, and how many pixels were put right.
fn by_tones(pixels: Pixels, legend: &Legend, accept: bool) -> Result<(Numbers, usize)> {
    let image = colours(pixels)?.into_rgb8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let seen: Vec<Colour> = image.pixels().map(|p| p.0.map(f32::from)).collect();
    let snapped = Tones::of_legend(legend)?.snap(&seen, width, accept)?;
    let numbers = Numbers {
        width,
        height,
        values: snapped.classes.into_iter().map(f32::from).collect(),
    };
    Ok((numbers, snapped.moved))
}

/// The class numbers that colours mean; what is transparent is black.
fn by_legend(pixels: Pixels, legend: &Legend) -> Result<Numbers> {
    let image = colours(pixels)?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = image.into_rgba8();
    let seen = pixels.pixels().map(|pixel| match pixel.0 {
        [red, green, blue, alpha] if alpha >= 128 => [red, green, blue],
        _ => [0; 3],
    });
    let classes = legend.classes(&seen.collect::<Vec<_>>())?;
    Ok(Numbers {
        width,
        height,
        values: classes.into_iter().map(f32::from).collect(),
    })
}

/// A palette of these two is a picture of a label, not its numbers: either may come first.
fn is_black_and_white(colours: &[[u8; 3]]) -> bool {
    let plain = |c: &[u8; 3]| *c == [0; 3] || *c == [255; 3];
    colours.iter().all(plain) && colours.contains(&[0; 3]) && colours.contains(&[255; 3])
}

/// The numbers that a picture means: its grey, or where that says nothing its transparency. 16 bits are not brought
/// to 8, which would lose small ones. What is coloured by no more than `tint` is grey.
fn numbers(image: DynamicImage, classes: usize, tint: f32) -> Result<Numbers> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let values = match image {
        DynamicImage::ImageLuma8(pixels) => pixels.into_raw().into_iter().map(f32::from).collect(),
        DynamicImage::ImageLuma16(pixels) => pixels.into_raw().into_iter().map(f32::from).collect(),
        other if other.color().bytes_per_pixel() == 2 * other.color().channel_count() => {
            let pixels = other.into_rgba16();
            let pixels: Vec<_> = pixels.pixels().map(|p| p.0.map(f32::from)).collect();
            of_colours(&pixels, 65535.0, classes, tint)?
        }
        other => {
            let pixels = other.into_rgba8();
            let pixels: Vec<_> = pixels.pixels().map(|p| p.0.map(f32::from)).collect();
            of_colours(&pixels, 255.0, classes, tint)?
        }
    };
    Ok(Numbers {
        width,
        height,
        values,
    })
}

fn of_colours(pixels: &[[f32; 4]], opaque: f32, classes: usize, tint: f32) -> Result<Vec<f32>> {
    let first = pixels.first().copied().unwrap_or_default();
    let one_colour = pixels.iter().all(|p| p[..3] == first[..3]);
    let one_alpha = pixels.iter().all(|p| p[3] == first[3]);
    if one_colour && !one_alpha {
        return Ok(pixels.iter().map(|p| p[3]).collect());
    }
    let seen = |p: &[f32; 4]| {
        if 2.0 * p[3] >= opaque {
            [p[0], p[1], p[2]]
        } else {
            [0.0; 3]
        }
    };
    let seen: Vec<[f32; 3]> = pixels.iter().map(seen).collect();
    let largest = |c: &[f32; 3]| c[0].max(c[1]).max(c[2]);
    let smallest = |c: &[f32; 3]| c[0].min(c[1]).min(c[2]);
    let grey = seen.iter().all(|c| largest(c) - smallest(c) <= tint);
    if grey || classes == 1 {
        return Ok(seen.iter().map(largest).collect());
    }
    let mut colours = BTreeSet::new();
    for colour in &seen {
        colours.insert(colour.map(|v| v as u32));
        if colours.len() > SHOWN {
            break;
        }
    }
    let shade = |v: u32| (v * 255 / opaque as u32) as u8;
    let colours = colours.iter().map(|colour| named_colour(colour.map(shade)));
    bail!(
        "the label is in colour, and which colour is which of the {classes} lesion classes is not known: name a table of the columns colour and class with --legend, or save it in grey, each pixel the number of its class (it holds {})",
        colours.collect::<Vec<_>>().join(", ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage, Rgba, imageops};
    use scanweave::study::Study;

    const SIDE: u32 = 32;

    /// A disc: 1 inside.
    fn disc(x: u32, y: u32) -> u8 {
        let far = |v: u32| (v as i32 - 12).pow(2);
        u8::from(far(x) + far(y) < 40)
    }

    fn true_label() -> Vec<u8> {
        (0..SIDE * SIDE).map(|i| disc(i % SIDE, i / SIDE)).collect()
    }

    fn plain(classes: usize) -> Meaning<'static> {
        Meaning {
            classes,
            legend: None,
            greys: None,
            accept: false,
            target: None,
        }
    }

    /// What is read of this picture, with what was said.
    fn read_as(image: &DynamicImage, name: &str, classes: usize) -> (Result<Vec<u8>>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        image.save(&path).expect("saved");
        let volumes = Volumes::default();
        let size = SIDE as usize;
        let read = read_label(
            &path.into(),
            None,
            &volumes,
            (Frame::SQUARE, size),
            plain(classes),
        );
        (read.map(|label| label.classes), volumes.told())
    }

    fn dice(found: &[u8]) -> f32 {
        let truth = true_label();
        let both = found
            .iter()
            .zip(&truth)
            .filter(|(a, b)| **a > 0 && **b > 0)
            .count();
        let all = found.iter().chain(&truth).filter(|v| **v > 0).count();
        2.0 * both as f32 / all as f32
    }

    fn grey(value: impl Fn(u8) -> u8) -> GrayImage {
        GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([value(disc(x, y))]))
    }

    #[test]
    fn one_class_in_every_sharp_form_is_the_same() {
        let rgb = |f: fn(u8) -> [u8; 3]| {
            DynamicImage::from(RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb(f(disc(x, y)))))
        };
        let rgba = |f: fn(u8) -> [u8; 4]| {
            let image = ImageBuffer::from_fn(SIDE, SIDE, |x, y| Rgba(f(disc(x, y))));
            DynamicImage::from(image)
        };
        let alpha = ImageBuffer::from_fn(SIDE, SIDE, |x, y| LumaA([255, 255 * disc(x, y)]));
        let deep = ImageBuffer::from_fn(SIDE, SIDE, |x, y| Luma([65535 * u16::from(disc(x, y))]));
        let small = ImageBuffer::from_fn(SIDE, SIDE, |x, y| Luma([2 * u16::from(disc(x, y))]));
        for (form, image) in [
            ("0 and 1", grey(|m| m).into()),
            ("0 and 255", grey(|m| 255 * m).into()),
            ("0 and 4", grey(|m| 4 * m).into()),
            ("16 bits", deep.into()),
            ("16 bits, 0 and 2", small.into()),
            ("red", rgb(|m| [255 * m, 0, 0])),
            ("dark blue", rgb(|m| [0, 0, 6 * m])),
            (
                "white, transparent outside",
                rgba(|m| [255, 255, 255, 255 * m]),
            ),
            (
                "white under transparent",
                rgba(|m| [255 - 55 * m, 255, 255, 255 * m]),
            ),
            ("grey with transparency", alpha.into()),
            ("opaque", rgba(|m| [255 * m, 255 * m, 255 * m, 255])),
        ] {
            let (found, told) = read_as(&image, "m.png", 1);
            assert_eq!(found.expect(form), true_label(), "{form}");
            assert!(told.is_empty(), "{form}: {told:?}");
        }
        let (none, _) = read_as(&grey(|_| 0).into(), "m.png", 1);
        assert!(none.expect("empty").iter().all(|v| *v == 0));
    }

    #[test]
    fn soft_edges_and_the_noise_of_jpeg_are_no_lesion() {
        let white = DynamicImage::from(grey(|m| 255 * m));
        let (found, told) = read_as(&white, "m.jpg", 1);
        assert!(dice(&found.expect("a JPEG")) > 0.97);
        assert!(
            told.len() == 1 && told[0].contains("above half of 255"),
            "{told:?}"
        );
        let larger = white.resize_exact(80, 80, imageops::FilterType::CatmullRom);
        let soft = larger.resize_exact(SIDE, SIDE, imageops::FilterType::CatmullRom);
        let (found, told) = read_as(&soft, "m.png", 1);
        assert!(dice(&found.expect("soft edges")) > 0.95);
        assert_eq!(told.len(), 1);
        let (none, _) = read_as(&grey(|_| 3).into(), "m.jpg", 1);
        assert!(none.expect("noise").iter().all(|v| *v == 0));
    }

    #[test]
    fn what_is_no_label_is_refused() {
        let scan = GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([(4 * x + 3 * y) as u8]));
        let (refused, _) = read_as(&scan.into(), "m.png", 1);
        let error = format!("{:#}", refused.expect_err("a picture"));
        assert!(
            error.contains("m.png") && error.contains("looks like a picture"),
            "{error}"
        );
        for (image, name, classes, words) in [
            (
                DynamicImage::from(grey(|m| 255 * m)),
                "m.png",
                3,
                "the value 255, but the study has 3",
            ),
            (grey(|m| 3 * m).into(), "m.jpg", 3, "JPEG mixes"),
            (
                RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb([255 * disc(x, y), 0, 0])).into(),
                "m.png",
                3,
                "#000000, #ff0000",
            ),
        ] {
            let (refused, _) = read_as(&image, name, classes);
            let error = format!("{:#}", refused.expect_err(words));
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_legend_tells_what_colours_mean() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let table = "colour,class
#ff0000,oedema
0 0 255,enhancing
";
        std::fs::write(at("legend.csv"), table).expect("a file");
        let brats = Study::named("brats").expect("built in");
        let legend = Legend::read(&at("legend.csv"), &brats).expect("a legend");
        let read = |image: DynamicImage, name: &str, classes| {
            image.save(at(name)).expect("saved");
            let meaning = Meaning {
                legend: Some(&legend),
                ..plain(classes)
            };
            let picture = at(name).into();
            let read = read_label(
                &picture,
                None,
                &Volumes::default(),
                (Frame::SQUARE, SIDE as usize),
                meaning,
            );
            read.map(|label| label.classes)
        };
        let colours = [[0_u8; 3], [255, 0, 0], [0, 0, 255]];
        let place = |x: u32, y: u32| usize::from(disc(x, y)) * (1 + usize::from(x > 12));
        let picture = RgbImage::from_fn(SIDE, SIDE, |x, y| Rgb(colours[place(x, y)]));
        let numbers = |numbers: [u8; 3]| -> Vec<u8> {
            let places = (0..SIDE * SIDE).map(|i| place(i % SIDE, i / SIDE));
            places.map(|place| numbers[place]).collect()
        };
        let found = read(picture.clone().into(), "a.png", 4);
        assert_eq!(found.expect("listed"), numbers([0, 2, 4]));
        let found = read(picture.clone().into(), "a.bmp", 1);
        assert_eq!(found.expect("any of them"), numbers([0, 1, 1]));

        let mut other = picture.clone();
        other.put_pixel(0, 0, Rgb([1, 2, 3]));
        let deep = ImageBuffer::from_fn(SIDE, SIDE, |x, y| Luma([u16::from(disc(x, y))]));
        for (image, name, words) in [
            (other.into(), "b.png", "#010203 (1 pixel)"),
            (deep.into(), "d.png", "no colours of 8 bits"),
        ] {
            let error = read(image, name, 4).expect_err(words);
            assert!(error.is::<RefusedLabel>(), "{error:#}");
            let text = format!("{error:#}");
            assert!(text.contains(words) && text.contains(name), "{text}");
        }
    }

    #[test]
    fn numbers_of_classes_are_kept() {
        let (found, _) = read_as(&grey(|m| 3 * m).into(), "m.png", 3);
        let expected: Vec<u8> = true_label().into_iter().map(|m| 3 * m).collect();
        assert_eq!(found.expect("numbers"), expected);
        let (union, _) = read_as(
            &GrayImage::from_fn(SIDE, SIDE, |x, y| {
                Luma([disc(x, y) * (1 + (x % 2) as u8 * 3)])
            })
            .into(),
            "m.png",
            1,
        );
        assert_eq!(union.expect("all classes are lesion"), true_label());
    }

    /// A PNG whose pixels are numbers into this palette.
    fn with_palette(colours: &[u8], class: u8) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("m.png");
        let file = std::fs::File::create(&path).expect("a file");
        let mut encoder = png::Encoder::new(file, SIDE, SIDE);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(colours.to_vec());
        let mut writer = encoder.write_header().expect("a file");
        let pixels: Vec<u8> = true_label().into_iter().map(|m| m * class).collect();
        writer.write_image_data(&pixels).expect("a file");
        writer.finish().expect("a file");
        let classes = if class == 1 { 1 } else { 4 };
        let volumes = Volumes::default();
        let read = read_label(
            &path.into(),
            None,
            &volumes,
            (Frame::SQUARE, SIDE as usize),
            plain(classes),
        );
        read.map(|label| label.classes)
    }

    #[test]
    fn a_palette_is_numbers_unless_it_is_black_and_white() {
        for colours in [
            &[0, 0, 0, 128, 0, 0][..],
            &[255, 255, 255, 255, 0, 0],
            &[0; 6],
            &[0, 0, 0, 255, 255, 255],
        ] {
            assert_eq!(
                with_palette(colours, 1).expect("a palette"),
                true_label(),
                "{colours:?}"
            );
        }
        let swapped = with_palette(&[255, 255, 255, 0, 0, 0], 1).expect("a palette");
        let white: Vec<u8> = true_label().into_iter().map(|m| 1 - m).collect();
        assert_eq!(swapped, white, "what is seen");
        let dark = [0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 20];
        let expected: Vec<u8> = true_label().into_iter().map(|m| 3 * m).collect();
        assert_eq!(with_palette(&dark, 3).expect("a palette"), expected);
    }

    /// A slice of a label as a volume.
    fn of_volume(values: &[f32]) -> (Result<Vec<u8>>, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("m.mha");
        let header =
            "NDims = 3\nDimSize = 2 2 2\nElementType = MET_FLOAT\nElementDataFile = LOCAL\n";
        let voxels = values.iter().flat_map(|v| v.to_le_bytes());
        let bytes: Vec<u8> = header.bytes().chain(voxels).collect();
        std::fs::write(&path, bytes).expect("a file");
        let picture = Picture {
            slice: Some(0),
            ..path.into()
        };
        let volumes = Volumes::default();
        let read = read_label(&picture, None, &volumes, (Frame::SQUARE, 2), plain(1));
        (read.map(|label| label.classes), volumes.told())
    }

    #[test]
    fn fractions_are_cut_at_half_of_the_largest_of_the_volume() {
        let (found, told) = of_volume(&[0.0, 0.3, 0.6, 0.9, 1.0, 0.0, 0.0, 0.0]);
        // 0.3 and 0.6 are between.
        assert!(found.is_err(), "half of it is: {told:?}");
        let (found, _) = of_volume(&[0.0, 1e-7, 0.6, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(found.expect("one is between"), [0, 0, 1, 1]);
        let (found, _) = of_volume(&[0.0, 1.0, f32::NAN, f32::NAN, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(found.expect("no data is no lesion"), [0, 1, 0, 0]);
        let (found, _) = of_volume(&[-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let error = format!("{:#}", found.expect_err("below 0"));
        assert!(
            error.contains("m.mha") && error.contains("value -1"),
            "{error}"
        );
    }
}
