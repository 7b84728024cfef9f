//! Decode once: every record becomes an item at working size with its structure map and mask.

use super::datasets::phantom::anatomy;
use super::decode::{read_grey, read_label};
use super::prepared::{Header, Item, Prepared};
use super::{Content, Record, Split};
use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;
use scanweave::image::Plane;
use scanweave::phantom;
use scanweave::profile::{Extraction, MaskSettings, Profile};
use scanweave::structure::{organ_mask, structure_map};

/// Errors shown when several images cannot be used.
const SHOWN: usize = 5;

/// Decodes all `records` at `size` x `size`, in parallel; `done` is called after each.
///
/// # Errors
/// When an image cannot be used (all are tried, the first few are named), unless `skip` is set:
/// then such items are left out and returned beside the data.
pub fn prepare(
    profile: &Profile,
    size: usize,
    records: &[Record],
    skip: bool,
    done: impl Fn() + Sync,
) -> Result<(Prepared, Vec<String>)> {
    ensure!(!records.is_empty(), "there is nothing to prepare");
    let work = Work {
        profile,
        size,
        extraction: profile.extraction_at(size),
        mask: profile.mask_at(size),
    };
    let results: Vec<Result<Item>> = records
        .par_iter()
        .map(|record| {
            let item = work.item(record).with_context(|| record.source.clone());
            done();
            item
        })
        .collect();
    let (mut items, mut broken) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(item) => items.push(item),
            Err(error) => broken.push(format!("{error:#}")),
        }
    }
    if !broken.is_empty() && (!skip || items.is_empty()) {
        bail!("{}", refusal(&broken, records.len()));
    }
    Ok((Prepared::new(work.header(), items), broken))
}

fn refusal(broken: &[String], of: usize) -> String {
    let shown = broken[..broken.len().min(SHOWN)].join("\n  ");
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

/// Per modality the image at working size, and the label's class numbers.
type Pixels = (Vec<Option<Plane>>, Option<Vec<u8>>);

/// What is the same for all items.
struct Work<'a> {
    profile: &'a Profile,
    size: usize,
    extraction: Extraction,
    mask: MaskSettings,
}

impl Work<'_> {
    fn header(&self) -> Header {
        Header {
            profile: self.profile.name.clone(),
            size: self.size,
            modalities: self.profile.modalities.clone(),
            classes: self.profile.lesion.classes().to_vec(),
            extraction: self.extraction,
            mask: self.mask,
        }
    }

    fn item(&self, record: &Record) -> Result<Item> {
        let (planes, label) = self.pixels(&record.content)?;
        let place = self
            .profile
            .modalities
            .iter()
            .position(|m| *m == self.profile.source);
        let source = place.and_then(|place| planes[place].as_ref());
        let source = source.with_context(|| {
            format!(
                "the {} image, which structure maps are taken from, is missing",
                self.profile.source.name()
            )
        })?;
        let mask = organ_mask(source, &self.mask)?;
        let structure = structure_map(source, &mask, &self.extraction)?;
        Ok(Item {
            subject: record.subject.clone(),
            split: record.split.unwrap_or(Split::Train),
            class: record.class,
            source: record.source.clone(),
            images: planes
                .iter()
                .map(|plane| plane.as_ref().map(Plane::to_u8))
                .collect(),
            structure: binary(&structure),
            mask: binary(&mask),
            label,
        })
    }

    fn pixels(&self, content: &Content) -> Result<Pixels> {
        match content {
            Content::Files { images, label } => {
                let planes = images
                    .iter()
                    .map(|path| path.as_deref().map(|p| self.read(p)).transpose());
                let classes = self.profile.label_planes();
                let label = label
                    .as_deref()
                    .map(|path| read_label(path, self.size, classes))
                    .transpose()?;
                Ok((planes.collect::<Result<_>>()?, label))
            }
            Content::Phantom { seed, lesion } => self.draw(*seed, *lesion),
        }
    }

    /// Stretched to 0..=1 before it is resized: 12 bits in a 16-bit file would else stay dark.
    fn read(&self, path: &std::path::Path) -> Result<Plane> {
        let plane = read_grey(path)?;
        let stretched = plane
            .normalised()
            .with_context(|| format!("{}", path.display()))?;
        Ok(stretched.resized(self.size, self.size))
    }

    fn draw(&self, seed: u64, lesion: bool) -> Result<Pixels> {
        let drawn = phantom::draw(anatomy(self.profile)?, seed, self.size, lesion);
        let find = |modality| {
            drawn
                .images
                .iter()
                .find(|(m, _)| *m == modality)
                .map(|(_, plane)| plane.clone())
        };
        let planes = self.profile.modalities.iter().map(|&m| find(m)).collect();
        Ok((planes, Some(class_numbers(&drawn.label, self.size))))
    }
}

fn binary(plane: &Plane) -> Vec<u8> {
    plane.values().iter().map(|&v| u8::from(v > 0.5)).collect()
}

/// One plane per class as class numbers from 1; where planes overlap the later one wins.
fn class_numbers(planes: &[Plane], size: usize) -> Vec<u8> {
    let mut numbers = vec![0; size * size];
    for (class, plane) in planes.iter().enumerate() {
        for (number, &value) in numbers.iter_mut().zip(plane.values()) {
            if value > 0.5 {
                *number = class as u8 + 1;
            }
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::phantom;
    use std::path::PathBuf;

    fn broken(name: &str) -> Record {
        let path = PathBuf::from(name);
        let content = Content::Files {
            images: vec![Some(path)],
            label: None,
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
        let profile = Profile::named("phantom-thorax").expect("built in");
        let mut records = phantom::records(&profile, 2, 3).expect("phantoms");
        let (data, left_out) = prepare(&profile, 32, &records, false, || {}).expect("prepared");
        assert!(left_out.is_empty());
        assert_eq!(
            data,
            prepare(&profile, 32, &records, false, || {})
                .expect("prepared")
                .0,
            "the same every time"
        );
        let item = &data.items[1];
        assert_eq!(
            (
                item.images.len(),
                item.structure.len(),
                item.mask.len(),
                item.class
            ),
            (1, 1024, 1024, Some(1))
        );
        assert!(item.structure.contains(&1) && item.mask.contains(&0));
        assert!(item.label.as_ref().is_some_and(|label| label.contains(&1)));

        records.push(broken("missing.png"));
        let error = format!(
            "{:#}",
            prepare(&profile, 32, &records, false, || {}).expect_err("a missing file")
        );
        assert!(
            error.contains("1 of 3 items") && error.contains("missing.png"),
            "{error}"
        );
        let (data, left_out) = prepare(&profile, 32, &records, true, || {}).expect("without it");
        assert_eq!((data.items.len(), left_out.len()), (2, 1));
        let error = prepare(&profile, 32, &records[2..], true, || {}).expect_err("nothing is left");
        assert!(error.to_string().contains("missing.png"));
    }
}
