//! Cases as people look at them: every modality with the label drawn on it, and what the networks are given of it.

use super::outline::{colour, outlined};
use crate::data::prepared::{Header, Item, Prepared};
use crate::data::split::spread;
use crate::picture::letters::{self, Colour};
use crate::picture::{self, PAPER};
use anyhow::{Context, Result};
use scanweave::image::{Image, Plane};
use scanweave::structure::{fuse, fusion_noise};

/// Cases on a sheet.
const CASES: usize = 40;
/// One case in this many is shown for having no lesion, where there are so many without.
const HEALTHY: usize = 4;
/// The smallest and the largest side of a picture on a sheet, pixels.
const SIDES: [usize; 2] = [128, 256];
/// Pixels across, about.
const WIDTH: usize = 2048;
/// How the background is shown that algorithm 2 found.
const BACKGROUND: f32 = 0.35;
const WORDS: Colour = [0.95; 3];
const SOFT: Colour = [0.65; 3];

/// The cases that are shown, with their numbers: evenly spread, most of them with a lesion where there are lesions.
pub fn shown(prepared: &Prepared) -> Vec<(usize, &Item)> {
    let items = prepared.items.iter().enumerate();
    let (with, without): (Vec<_>, Vec<_>) = items.partition(|(_, item)| !item.label.is_empty());
    let healthy = without.len().min(CASES / HEALTHY);
    let mut shown = spread(&with, CASES - healthy);
    shown.extend(spread(&without, CASES - shown.len()));
    shown.sort_by_key(|(number, _)| *number);
    shown
}

/// The classes of an item in words.
pub fn classes(item: &Item, header: &Header) -> Vec<String> {
    let classes = header.label.classes().iter().enumerate();
    let there = classes.filter(|(class, _)| item.label.has_class(*class));
    there.map(|(_, name)| name.clone()).collect()
}

/// The sheet of [`shown`]. Above each case stand its number, split, subject and classes, each class in the colour that its
/// lesions are drawn with; then come all modalities, the background over the image that the structure map was taken from
/// first, the structure map, and both with noise, as the generator sees them.
///
/// # Errors
/// When an item has no image.
pub fn sheet(prepared: &Prepared) -> Result<Image> {
    let shown = shown(prepared);
    let (header, tiles) = (&prepared.header, tiles_of(&prepared.header));
    let side = side(header.size, tiles);
    let blocks = shown
        .iter()
        .map(|(number, item)| block(*number, item, header, side))
        .collect::<Result<Vec<_>>>()?;
    let columns = (WIDTH / (tiles * side)).clamp(1, shown.len().max(1));
    let rows: Vec<Vec<Image>> = blocks.chunks(columns).map(<[Image]>::to_vec).collect();
    Ok(picture::sheet(&rows))
}

/// Pictures of a case.
fn tiles_of(header: &Header) -> usize {
    header.modalities.len() + 3
}

/// The side of the pictures on a sheet: that of the data, or so many times as large, or smaller.
fn side(size: usize, tiles: usize) -> usize {
    let [least, most] = SIDES;
    let larger = size * least.div_ceil(size.max(1));
    larger.clamp(1, most.min(2 * WIDTH / tiles).max(1))
}

fn block(number: usize, item: &Item, header: &Header, side: usize) -> Result<Image> {
    let pictures = pictures(item, header, side)?;
    let width = side * pictures.len();
    let classes = classes(item, header);
    let begin = format!("{number:06} {} {}", item.split.name(), item.subject);
    let mut words = vec![(begin.as_str(), WORDS)];
    for class in &classes {
        let place = header.label.classes().iter().position(|name| name == class);
        let is_drawn = header.label.is_placed();
        let colour = place.filter(|_| is_drawn).map_or(WORDS, colour);
        words.push((class.as_str(), colour));
    }
    if classes.is_empty() && !header.label.classes().is_empty() {
        let none = if header.label.is_placed() {
            "no lesion"
        } else {
            "no class"
        };
        words.push((none, SOFT));
    }
    let caption = letters::line(&words, width, PAPER);
    let names = pictures
        .iter()
        .map(|(name, _)| letters::line(&[(name.as_str(), SOFT)], side, PAPER));
    let names = names.collect();
    let pictures = pictures.into_iter().map(|(_, picture)| picture).collect();
    Ok(picture::sheet(&[vec![caption], names, pictures]))
}

/// The pictures of a case with their names; a modality that it lacks is left dark.
fn pictures(item: &Item, header: &Header, side: usize) -> Result<Vec<(String, Image)>> {
    let size = header.size;
    let mut pictures = Vec::with_capacity(tiles_of(header));
    let mut source = None;
    for (bytes, modality) in item.images.iter().zip(&header.modalities) {
        let image = match bytes {
            Some(bytes) => {
                let image = modality.channels.shown(&Image::of_u8(size, size, bytes)?);
                let image = image.resized(side, side);
                source.get_or_insert_with(|| image.clone());
                outlined(image, &item.label, size)
            }
            None => Plane::filled(side, side, 0.0).into(),
        };
        pictures.push((modality.name.clone(), image));
    }
    let source = source.with_context(|| format!("{}: an item without an image", item.source))?;
    let binary = |bits: &[u8]| {
        let values = bits.iter().map(|&bit| f32::from(bit)).collect();
        Plane::new(size, size, values)
    };
    let (map, mask) = (binary(&item.structure)?, binary(&item.mask)?);
    let fused = fuse(&map, &mask, &fusion_noise(size, 0, (0.5, 0.6)));
    let background = mask.resized_nearest(side, side);
    let covered = source
        .map_planes(|plane| plane.zip(&background, |x, m| if m > 0.5 { BACKGROUND } else { x }));
    let seen = |plane: Plane| Image::from(scaled(&plane, side));
    pictures.push(("background".into(), covered));
    pictures.push(("structure map".into(), seen(map)));
    pictures.push(("input".into(), seen(fused)));
    Ok(pictures)
}

/// Lines stay sharp where they grow and thin where they shrink.
fn scaled(plane: &Plane, side: usize) -> Plane {
    if side > plane.width() {
        plane.resized_nearest(side, side)
    } else {
        plane.resized(side, side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::phantom;
    use crate::data::prepare::{Lenience, prepare};
    use scanweave::study::Study;

    fn prepared(study: &str, count: usize, size: usize) -> Prepared {
        let study = Study::named(study).expect("built in");
        let records = phantom::records(&study, count, 3).expect("phantoms");
        let outcome = prepare(&study, size, &records, Lenience::default(), || {});
        outcome.expect("prepared").data
    }

    #[test]
    fn lesions_are_shown_first_and_some_healthy_ones_beside_them() {
        let mut data = prepared("phantom-brain", 4, 32);
        let (healthy, ill) = (data.items[0].clone(), data.items[1].clone());
        let count = |data: &Prepared| {
            let shown = shown(data);
            let numbers: Vec<usize> = shown.iter().map(|(number, _)| *number).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
            let ill = shown.iter().filter(|(_, item)| !item.label.is_empty());
            (ill.count(), shown.len())
        };
        assert_eq!(count(&data), (2, 4));
        data.items = [vec![healthy.clone(); 100], vec![ill.clone(); 100]].concat();
        assert_eq!(count(&data), (30, 40));
        data.items = [vec![healthy.clone(); 100], vec![ill.clone(); 3]].concat();
        assert_eq!(count(&data), (3, 40));
        data.items = [vec![healthy; 2], vec![ill; 100]].concat();
        assert_eq!(count(&data), (38, 40));
    }

    #[test]
    fn every_modality_is_there_with_the_label_on_it() {
        let data = prepared("phantom-brain", 2, 64);
        let (header, ill) = (&data.header, &data.items[1]);
        let pictures = pictures(ill, header, 128).expect("a case");
        let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "t1",
            "t1c",
            "t2",
            "flair",
            "background",
            "structure map",
            "input",
        ];
        assert_eq!(names, expected);
        let red = |image: &Image| {
            let drawn = |at: usize| (0..3).all(|c| image.planes()[c].values()[at] == colour(0)[c]);
            image.channels() == 3 && (0..128 * 128).any(drawn)
        };
        assert!(ill.label.has_class(0));
        assert!(pictures[..4].iter().all(|(_, image)| red(image)));
        let all = sheet(&data).expect("two cases");
        assert_eq!(all.channels(), 3);
        // Two cases of seven pictures beside each other, each of them with two lines of words.
        assert_eq!((all.width(), all.height()), (1830, 162));
    }

    #[test]
    fn a_sheet_stays_within_what_an_image_may_be() {
        for (size, tiles, expected) in [
            (64, 4, 128),
            (128, 7, 128),
            (16, 4, 128),
            (512, 4, 256),
            (48, 4, 144),
            (1024, 64, 64),
            (1024, 5000, 1),
        ] {
            assert_eq!(side(size, tiles), expected, "{size} px, {tiles} pictures");
        }
    }
}
