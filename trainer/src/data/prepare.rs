//! Decode once: every record becomes an item at working size with its structure map and mask.

use super::datasets::legend::Legend;
use super::datasets::phantom::anatomy;
use super::decode::read_image;
use super::grid::Grid;
use super::label::{Meaning, greys, read_label};
use super::prepared::{Header, Item, Prepared};
use super::refused::{LeftOut, RefusedLabel};
use super::resample::{self, Target};
use super::standardise::standardised;
use super::volumes::Volumes;
use super::{Content, ListedBox, ListedBoxes, Picture, Record, Split};
use anyhow::{Context, Error, Result, bail, ensure};
use rayon::prelude::*;
use scanweave::image::{Frame, Image, Plane};
use scanweave::label::{ClassMap, Label, LabelBox, Source, boxes};
use scanweave::phantom;
use scanweave::structure::{Structure, erase_lines};
use scanweave::study::{Channels, Extraction, MaskSettings, Modality, Scale, Study};
use std::collections::BTreeMap;

/// Pixels around a lesion whose lines count as its own, at a working size of 128.
const ERASED: usize = 2;
/// Errors shown when several images cannot be used.
const SHOWN: usize = 5;
/// Refused labels that are drawn.
const DRAWN: usize = 40;

/// A data set, and what became of its records on the way.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// The data set.
    pub data: Prepared,
    /// The records that were left out.
    pub left_out: Vec<LeftOut>,
    /// What was put right in files.
    pub mended: Vec<String>,
    /// How many items lie in their square with background beside them.
    pub padded: usize,
    /// Per modality how its files lie, with the number of items: `256 x 256 pixels`, or of volumes voxels and directions.
    pub grids: BTreeMap<String, BTreeMap<String, usize>>,
}

/// What is not held against a data set, and what helps to understand it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lenience<'a> {
    /// Items that cannot be used are left out.
    pub skip_broken: bool,
    /// Labels that look like none, or cover most of the organ, are taken.
    pub accept_label: bool,
    /// Volumes of a case that lie on another grid than its first image are brought onto that.
    pub resample: bool,
    /// What the colours of labels mean.
    pub legend: Option<&'a Legend>,
}

/// Decodes all `records` at `size` x `size`, in parallel; `done` is called after each.
///
/// # Errors
/// When an image or a label cannot be used (all are tried, the first few are named) and that is held against the data
/// set, or when nothing is left.
pub fn prepare(
    study: &Study,
    size: usize,
    records: &[Record],
    lenience: Lenience,
    done: impl Fn() + Sync,
) -> Result<Outcome> {
    ensure!(!records.is_empty(), "there is nothing to prepare");
    let classes = study.lesion.classes();
    let listed = lenience.legend.is_some() || study.label_planes() <= 1;
    let greys = if listed {
        None
    } else {
        greys(records, classes)
    };
    let work = Work {
        study,
        size,
        extraction: study.extraction_at(size),
        mask: study.mask_at(size),
        volumes: Volumes::default(),
        resample: lenience.resample,
        meaning: Meaning {
            classes: study.label_planes(),
            legend: lenience.legend,
            greys: greys.as_ref(),
            accept: lenience.accept_label,
            target: None,
        },
    };
    let results: Vec<Result<Made>> = records
        .par_iter()
        .map(|record| {
            let item = work.item(record).with_context(|| record.source.clone());
            done();
            item
        })
        .collect();
    let (mut items, mut broken, mut padded) = (Vec::new(), Vec::new(), 0);
    let mut grids: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (record, result) in records.iter().zip(results) {
        match result {
            Ok(made) => {
                items.push(made.item);
                padded += usize::from(made.padded);
                for (modality, grid) in made.grids {
                    *grids.entry(modality).or_default().entry(grid).or_default() += 1;
                }
            }
            Err(error) => broken.push((record, error)),
        }
    }
    let left_out = work.left_out(&broken);
    if !left_out.is_empty() && (!lenience.skip_broken || items.is_empty()) {
        bail!("{}", refusal(&left_out, records.len()));
    }
    Ok(Outcome {
        data: Prepared::new(work.header(), items),
        left_out,
        mended: work.volumes.told(),
        padded,
        grids,
    })
}

/// What is said when nothing is written: pictures of labels lie where things of no worth do.
fn refusal(broken: &[LeftOut], of: usize) -> String {
    let folder = std::env::temp_dir().join(format!("scanweave-refused-{}", std::process::id()));
    let shown = broken.iter().take(SHOWN).enumerate();
    let shown: Vec<String> = shown.map(|(at, left)| left.told(&folder, at)).collect();
    let shown = shown.join("\n  ");
    let more = broken.len().saturating_sub(SHOWN);
    let rest = if more > 0 {
        format!("\n  and {more} more")
    } else {
        String::new()
    };
    format!(
        "{} of {of} items cannot be used (repair or remove them, or pass --skip-broken):\n  {shown}{rest}",
        broken.len()
    )
}

/// What a record became.
struct Made {
    item: Item,
    padded: bool,
    /// How each of its images lies, by modality.
    grids: Vec<(String, String)>,
}

/// What a record shows.
struct Pixels {
    /// Per modality the image at its own size.
    images: Vec<Option<Image>>,
    /// How they lie in the square of working size: as the first one does.
    frame: Frame,
    /// The label at working size.
    label: Label,
    /// How each of the images lies, by modality.
    grids: Vec<(String, String)>,
}

/// What is the same for all items.
struct Work<'a> {
    study: &'a Study,
    size: usize,
    extraction: Extraction,
    mask: MaskSettings,
    volumes: Volumes,
    /// Volumes may lie apart.
    resample: bool,
    /// How labels are understood.
    meaning: Meaning<'a>,
}

impl Work<'_> {
    fn header(&self) -> Header {
        Header {
            study: self.study.name.clone(),
            size: self.size,
            modalities: self.study.modalities.clone(),
            label: self.study.lesion.clone(),
            extraction: self.extraction,
            mask: self.mask,
        }
    }

    /// Those of the first of them whose labels were refused are drawn.
    fn left_out(&self, broken: &[(&Record, Error)]) -> Vec<LeftOut> {
        let of = |(at, (record, error)): (usize, &(&Record, Error))| {
            LeftOut::new(record, error, at < DRAWN, self.study, &self.volumes)
        };
        broken.iter().enumerate().map(of).collect()
    }

    fn item(&self, record: &Record) -> Result<Made> {
        let Pixels {
            images,
            frame,
            label,
            grids,
        } = self.pixels(record)?;
        let measured = matches!(record.content, Content::Files { .. });
        let source = self.source(&images)?;
        let structure =
            Structure::of_image(&source, frame, self.size, &self.extraction, &self.mask)?;
        if measured && !self.meaning.accept {
            let file = || record.content.label().map(|label| label.path.clone());
            let checked = check_cover(&label, &structure.mask);
            checked.with_context(|| RefusedLabel(file().unwrap_or_default()))?;
        }
        let map = match label.own_lines() {
            Some(lesion) => erase_lines(&structure.map, &lesion, self.margin()),
            None => structure.map,
        };
        let small = |(image, modality): (&Option<Image>, &Modality)| {
            let small = frame.squared(image.as_ref()?, self.size);
            let relative = measured && modality.scale == Scale::OrganMedian;
            let scaled = if relative {
                standardised(&small, &structure.mask)
            } else {
                small
            };
            Some(scaled.to_u8())
        };
        let modalities = &self.study.modalities;
        let item = Item {
            subject: record.subject.clone(),
            split: record.split.unwrap_or(Split::Train),
            source: record.source.clone(),
            images: images.iter().zip(modalities).map(small).collect(),
            structure: binary(&map),
            mask: binary(&structure.mask),
            label,
        };
        Ok(Made {
            item,
            padded: frame.is_padded(self.size),
            grids,
        })
    }

    /// The plane that structure map and mask are taken from: of a subject that lacks the source
    /// modality the first that it has, since (18) compares an image with what its own map becomes.
    fn source(&self, images: &[Option<Image>]) -> Result<Plane> {
        let source = self.study.source_place();
        let places = std::iter::once(source).chain(0..images.len());
        let mut planes =
            places.filter_map(|at| Some(self.study.plane_of(at, images[at].as_ref()?)));
        planes.next().context("it has no image of any modality")
    }

    /// A lesion's own lines lie just outside it.
    fn margin(&self) -> usize {
        (ERASED * self.size).div_ceil(128)
    }

    fn pixels(&self, record: &Record) -> Result<Pixels> {
        match &record.content {
            Content::Files {
                images,
                label,
                boxes,
            } => self.read(record.class, images, label.as_ref(), boxes.as_ref()),
            Content::Phantom { seed, lesion } => self.draw(record.class, *seed, *lesion),
        }
    }

    fn read(
        &self,
        class: Option<usize>,
        images: &[Option<Picture>],
        label: Option<&Picture>,
        boxes: Option<&ListedBoxes>,
    ) -> Result<Pixels> {
        let mut first: Option<(Grid, usize)> = None;
        let mut seen: Vec<Option<(Image, Grid)>> = Vec::with_capacity(images.len());
        for (picture, modality) in images.iter().zip(&self.study.modalities) {
            let Some(picture) = picture else {
                seen.push(None);
                continue;
            };
            let target = first.as_ref().map(|(grid, slice)| Target {
                grid,
                slice: *slice,
            });
            let image = self.image(picture, modality.channels, target)?;
            if first.is_none() {
                first = Some((image.1.clone(), picture.slice.unwrap_or(0)));
            }
            seen.push(Some(image));
        }
        let images = seen;
        let frame = first
            .as_ref()
            .map_or(Frame::SQUARE, |(grid, _)| grid.frame());
        let files = Files {
            work: self,
            frame,
            class,
            label,
            boxes,
            images: &images,
            slice: first.map_or(0, |(_, slice)| slice),
        };
        let named = images.iter().zip(&self.study.modalities);
        let grids = named.filter_map(|(image, modality)| {
            let (_, grid) = image.as_ref()?;
            Some((modality.name.clone(), grid.in_words()))
        });
        Ok(Pixels {
            grids: grids.collect(),
            frame,
            label: self.study.lesion.read(&files)?,
            images: images
                .into_iter()
                .map(|i| i.map(|(image, _)| image))
                .collect(),
        })
    }

    /// An image on the grid of the case's first one, which is `first` of the others.
    fn image(
        &self,
        picture: &Picture,
        channels: Channels,
        first: Option<Target>,
    ) -> Result<(Image, Grid)> {
        if let Some(target) = first.filter(|_| self.resample) {
            let resampled = resample::image(picture, channels, target, &self.volumes)?;
            if let Some(image) = resampled {
                return Ok((image, target.grid.clone()));
            }
        }
        let like = first.map(|target| target.grid);
        let (image, grid) = read_image(picture, channels, like, &self.volumes)?;
        if let Some(like) = like {
            grid.check_image(like)?;
            self.note_believed(picture, &grid, like);
        }
        Ok((image, grid))
    }

    fn note_stretched(&self, picture: &Picture, grid: &Grid, first: &Grid) {
        if grid.sides() != first.sides() {
            let text = format!(
                "the label has another size than its image, and is resampled: from {} onto {}",
                grid.in_words(),
                first.in_words()
            );
            self.volumes.notes().add(&picture.path, text);
        }
    }

    fn note_believed(&self, picture: &Picture, grid: &Grid, first: &Grid) {
        if grid.is_believed(first) {
            self.volumes.notes().add(
                &picture.path,
                "it does not say how it lies in the patient: it is taken to lie as the image of its case, whose sides it has",
            );
        }
    }

    fn draw(&self, class: Option<usize>, seed: u64, lesion: bool) -> Result<Pixels> {
        let side = self.size * self.extraction.scale;
        let anatomy = anatomy(&self.study.modality_names())?;
        let drawn = phantom::draw(anatomy, seed, side, lesion);
        let find = |modality: &Modality| {
            let found = drawn.images.iter().find(|(m, _)| *m == modality.name);
            found.map(|(_, image)| with_channels(image, modality.channels))
        };
        let small = |plane: &Plane| plane.resized_nearest(self.size, self.size);
        let planes: Vec<Plane> = drawn.label.iter().map(small).collect();
        let truth = Truth {
            class,
            map: self.truth(&planes)?,
        };
        Ok(Pixels {
            images: self.study.modalities.iter().map(find).collect(),
            frame: Frame::SQUARE,
            grids: Vec::new(),
            label: self.study.lesion.read(&truth)?,
        })
    }

    /// The lesions of a phantom as the study counts them: with one class they are all of it.
    fn truth(&self, drawn: &[Plane]) -> Result<ClassMap> {
        let map = ClassMap::from_planes(drawn)?;
        let (kind, known) = (&self.study.lesion, self.study.label_planes());
        if !kind.is_placed() || drawn.len() <= known {
            return Ok(map);
        }
        ensure!(
            known == 1,
            "the phantom has {} lesion classes, the study {known}: give the study one, or as many as are drawn",
            drawn.len()
        );
        let any = map.values().iter().map(|&class| class.min(1));
        Ok(ClassMap::new(self.size, self.size, any.collect())?)
    }
}

/// A drawn image as a study of one's own may want it: of colours the luminance, of grey equal planes.
fn with_channels(image: &Image, channels: Channels) -> Image {
    match channels {
        Channels::Colour => image.clone().spread(channels.count()),
        Channels::Grey | Channels::Neighbours => {
            Image::from(image.to_grey()).spread(channels.count())
        }
    }
}

/// The label of a case in files.
struct Files<'a> {
    work: &'a Work<'a>,
    frame: Frame,
    class: Option<usize>,
    label: Option<&'a Picture>,
    boxes: Option<&'a ListedBoxes>,
    images: &'a [Option<(Image, Grid)>],
    /// Which slice the first image is.
    slice: usize,
}

impl Source for Files<'_> {
    type Error = Error;

    fn class(&self) -> Option<usize> {
        self.class
    }

    /// On the grid of the first image.
    fn mask(&self) -> Result<Option<ClassMap>> {
        let Some(picture) = self.label else {
            return Ok(None);
        };
        let (size, meaning) = (self.work.size, self.work.meaning);
        let first = self.images.iter().flatten().next().map(|(_, grid)| grid);
        let target = first.filter(|_| self.work.resample).map(|grid| Target {
            grid,
            slice: self.slice,
        });
        let meaning = Meaning { target, ..meaning };
        let square = (self.frame, size);
        let label = read_label(picture, first, &self.work.volumes, square, meaning)?;
        match target.filter(|target| label.grid.is_scaled(target.grid)) {
            Some(target) => self.work.note_stretched(picture, &label.grid, target.grid),
            None => label.grid.check_label(first)?,
        }
        if let Some(first) = first {
            self.work.note_believed(picture, &label.grid, first);
        }
        Ok(Some(ClassMap::new(size, size, label.classes)?))
    }

    fn boxes(&self) -> Result<Option<Vec<LabelBox>>> {
        let Some(listed) = self.boxes else {
            return Ok(None);
        };
        let measured = self.images[listed.modality].as_ref();
        let Some((_, grid)) = measured else {
            return Ok(Some(Vec::new()));
        };
        let resized = |one: &ListedBox| one.framed(grid.sides(), self.frame, self.work.size);
        listed
            .boxes
            .iter()
            .map(resized)
            .collect::<Result<_>>()
            .map(Some)
    }
}

/// The label of a phantom.
struct Truth {
    class: Option<usize>,
    map: ClassMap,
}

impl Source for Truth {
    type Error = Error;

    fn class(&self) -> Option<usize> {
        self.class
    }

    fn mask(&self) -> Result<Option<ClassMap>> {
        Ok(Some(self.map.clone()))
    }

    fn boxes(&self) -> Result<Option<Vec<LabelBox>>> {
        Ok(Some(boxes::around(&self.map)))
    }
}

/// Refuses a label of most of the organ, whose background `mask` is 1.
fn check_cover(label: &Label, mask: &Plane) -> Result<()> {
    let Some(lesion) = label.own_lines() else {
        return Ok(());
    };
    let organ = lesion
        .values()
        .iter()
        .zip(mask.values())
        .filter(|(_, m)| **m < 0.5);
    let (mut all, mut covered) = (0, 0);
    for (lesion, _) in organ {
        all += 1;
        covered += usize::from(*lesion > 0.5);
    }
    ensure!(
        2 * covered <= all,
        "the label covers {:.0} % of the organ: it may be inverted, or show the organ. Mend it, or pass --accept-label if it is right",
        100.0 * covered as f32 / all as f32
    );
    Ok(())
}

fn binary(plane: &Plane) -> Vec<u8> {
    plane.values().iter().map(|&v| u8::from(v > 0.5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::phantom;
    use scanweave::label::LabelKind;

    const STRICT: Lenience<'static> = Lenience {
        skip_broken: false,
        accept_label: false,
        resample: false,
        legend: None,
    };
    const SKIPPING: Lenience<'static> = Lenience {
        skip_broken: true,
        ..STRICT
    };

    fn broken(name: &str) -> Record {
        let path = std::path::PathBuf::from(name);
        let content = Content::Files {
            images: vec![Some(path.into())],
            label: None,
            boxes: None,
        };
        Record {
            subject: name.into(),
            split: None,
            class: None,
            source: name.into(),
            content,
        }
    }

    #[test]
    fn phantoms_become_items_and_broken_files_are_named() {
        let study = Study::named("phantom-thorax").expect("built in");
        let mut records = phantom::records(&study, 2, 3).expect("phantoms");
        let outcome = prepare(&study, 32, &records, STRICT, || {}).expect("prepared");
        assert!(outcome.left_out.is_empty() && outcome.mended.is_empty());
        assert_eq!(
            outcome,
            prepare(&study, 32, &records, STRICT, || {}).expect("prepared"),
            "the same every time"
        );
        let data = outcome.data;
        let item = &data.items[1];
        assert_eq!(
            (
                item.images.len(),
                item.structure.len(),
                item.mask.len(),
                item.label.class()
            ),
            (1, 1024, 1024, Some(1))
        );
        assert!(item.structure.contains(&1) && item.mask.contains(&0));

        records.push(broken("missing.png"));
        let error = format!(
            "{:#}",
            prepare(&study, 32, &records, STRICT, || {}).expect_err("a missing file")
        );
        assert!(
            error.contains("1 of 3 items") && error.contains("missing.png"),
            "{error}"
        );
        let without = prepare(&study, 32, &records, SKIPPING, || {}).expect("without it");
        assert_eq!((without.data.items.len(), without.left_out.len()), (2, 1));
        let error =
            prepare(&study, 32, &records[2..], SKIPPING, || {}).expect_err("nothing is left");
        assert!(error.to_string().contains("missing.png"));
    }

    #[test]
    fn an_eye_keeps_its_colours_and_its_map_comes_from_green() {
        let study = Study::named("phantom-fundus").expect("built in");
        let records = phantom::records(&study, 2, 3).expect("phantoms");
        let of = |study: &Study| {
            let outcome = prepare(study, 32, &records, STRICT, || {}).expect("prepared");
            outcome.data.items[1].clone()
        };
        let item = of(&study);
        let bytes = item.images[0].as_deref().expect("an eye");
        let image = Image::of_u8(32, 32, bytes).expect("of the working size");
        assert_eq!(image.channels(), 3);
        assert!(!item.label.is_empty(), "every second eye is ill");
        let green = Study {
            source_weights: Vec::new(),
            ..study.clone()
        };
        assert_ne!(
            of(&green).structure,
            item.structure,
            "luminance has other lines"
        );
        let mut grey = study.clone();
        grey.source_weights.clear();
        grey.modalities[0].channels = Channels::Grey;
        let plane = of(&grey);
        assert_eq!(plane.images[0].as_ref().map(Vec::len), Some(32 * 32));
        assert_eq!(plane.structure, of(&green).structure, "both are luminance");
    }

    #[test]
    fn a_study_of_one_class_takes_all_lesions_of_a_phantom() {
        let mut study = Study::named("phantom-brain").expect("built in");
        let records = phantom::records(&study, 2, 3).expect("phantoms");
        let of = |study: &Study| prepare(study, 32, &records, STRICT, || {});
        let all = of(&study).expect("prepared").data.items[1].label.clone();
        study.lesion = LabelKind::Mask(vec!["tumour".into()]);
        let one = of(&study).expect("prepared").data.items[1].label.clone();
        let area = |label: &Label| label.picture().expect("a mask").area();
        assert_eq!(area(&one), area(&all));
        assert!(one.has_class(0) && !one.has_class(1));
        study.lesion = LabelKind::Mask(vec!["core".into(), "rim".into()]);
        let error = format!("{:#}", of(&study).expect_err("three are drawn"));
        assert!(
            error.contains("3 lesion classes") && error.contains('2'),
            "{error}"
        );
    }

    #[test]
    fn the_kind_of_the_study_decides_what_is_read_of_a_phantom() {
        let mut study = Study::named("phantom-thorax").expect("built in");
        let records = phantom::records(&study, 2, 3).expect("phantoms");
        let mut ill = |kind: fn(Vec<String>) -> LabelKind| {
            study.lesion = kind(vec!["consolidation".into()]);
            let outcome = prepare(&study, 32, &records, STRICT, || {}).expect("prepared");
            let label = outcome.data.items[1].label.clone();
            (outcome.data.items[0].label.is_empty(), label)
        };
        let (healthy, mask) = ill(LabelKind::Mask);
        assert!(healthy && !mask.is_empty());
        let (healthy, boxed) = ill(LabelKind::Boxes);
        let map = mask.picture().expect("a mask");
        assert!(healthy);
        assert_eq!(boxed, Label::Boxes(boxes::around(map)));
        let filled = boxed.class_map(32).expect("boxes");
        let mut pixels = filled.values().iter().zip(map.values());
        assert!(pixels.all(|(filled, lesion)| filled >= lesion), "around it");
    }

    #[test]
    fn a_label_of_most_of_the_organ_is_refused() {
        let mask = Plane::from_fn(8, 8, |x, _| f32::from(u8::from(x < 4)));
        let of = |columns: std::ops::Range<usize>| {
            let classes = (0..64)
                .map(|i| u8::from(columns.contains(&(i % 8))))
                .collect();
            let map = ClassMap::new(8, 8, classes).expect("64 pixels");
            check_cover(&Label::Mask(map), &mask)
        };
        assert!(of(6..8).is_ok(), "half of it");
        assert!(of(0..4).is_ok(), "all around it");
        let error = of(5..8).expect_err("three quarters").to_string();
        assert!(error.contains("75 % of the organ"), "{error}");
    }
}
