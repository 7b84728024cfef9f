//! From whole volumes to the slices that are learnt from.
//!
//! Networks learn from slices, and data sets come as volumes whose ends are air, neck or nothing. Of each volume some are
//! taken, evenly spread over those that show enough of the organ: neighbours hardly differ, and a set of many people
//! teaches more than one of many slices.

use super::counted;
use crate::data::volumes::{Volumes, is_volume};
use crate::data::{Content, Picture, Record};
use anyhow::Result;
use rayon::prelude::*;
use scanweave::study::Study;

/// Slices of a volume unless it is said otherwise.
pub const USUAL: usize = 16;
/// A slice with less than one part in so many of the organ's largest slice is left out.
const ENOUGH: usize = 3;

/// The records, each of a whole volume as one for each of at most `count` of its slices; those of pictures as they are.
/// A volume that cannot be read stays one record, and whoever decodes it says why. Returns how the slices were chosen,
/// where any were.
pub fn of_volumes(
    records: Vec<Record>,
    study: &Study,
    count: usize,
) -> (Vec<Record>, Option<String>) {
    let volumes = records.iter().filter(|r| looked_at(r, study).is_some());
    let volumes = volumes.count();
    let sliced: Vec<Vec<Record>> = records
        .into_par_iter()
        .map(|record| of_record(record, study, count))
        .collect();
    let sliced: Vec<Record> = sliced.into_iter().flatten().collect();
    let note = (volumes > 0).then(|| {
        format!(
            "of each volume at most {} evenly spread over those that show at least a third of the organ's largest: --slices N takes more or fewer",
            counted(count, "slice")
        )
    });
    (sliced, note)
}

/// The volume of a record that tells where the organ is: that of the modality that maps are taken from, else the first.
fn looked_at<'a>(record: &'a Record, study: &Study) -> Option<&'a Picture> {
    let Content::Files { images, .. } = &record.content else {
        return None;
    };
    let source = images.get(study.source_place()).and_then(Option::as_ref);
    let picture = source.or_else(|| images.iter().flatten().next())?;
    is_volume(&picture.path).then_some(picture)
}

fn of_record(record: Record, study: &Study, count: usize) -> Vec<Record> {
    let Some(picture) = looked_at(&record, study) else {
        return vec![record];
    };
    let slices = chosen(picture, study, count).unwrap_or_default();
    let slices = if slices.is_empty() { vec![0] } else { slices };
    slices.into_iter().map(|z| at(&record, z)).collect()
}

/// Numbers of the slices to take, from the feet to the head. Whatever is read for it is forgotten again.
fn chosen(picture: &Picture, study: &Study, count: usize) -> Result<Vec<usize>> {
    let volumes = Volumes::default();
    let bright = volumes.bright(picture, study.mask.threshold)?;
    Ok(spread(&bright, count))
}

/// At most `count` places, evenly spread over those whose value is large enough.
fn spread(bright: &[usize], count: usize) -> Vec<usize> {
    let most = bright.iter().copied().max().unwrap_or(0);
    let enough: Vec<usize> = (0..bright.len())
        .filter(|&z| bright[z] > 0 && ENOUGH * bright[z] >= most)
        .collect();
    let count = count.min(enough.len());
    let place = |i: usize| enough[(2 * i + 1) * enough.len() / (2 * count)];
    (0..count).map(place).collect()
}

/// The record of one slice.
fn at(record: &Record, slice: usize) -> Record {
    let mut record = record.clone();
    record.source = format!("{}, slice {slice}", record.source);
    if let Content::Files { images, label, .. } = &mut record.content {
        for picture in images.iter_mut().flatten().chain(label) {
            if is_volume(&picture.path) {
                picture.slice = Some(slice);
            }
        }
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::formats::nifti;
    use scanweave::image::Plane;
    use std::path::Path;

    #[test]
    fn slices_are_spread_over_the_organ() {
        let bright = [0, 10, 33, 34, 100, 60, 50, 40, 5, 0];
        assert_eq!(spread(&bright, 99), [3, 4, 5, 6, 7], "a third of 100");
        assert_eq!(spread(&bright, 1), [5]);
        assert_eq!(spread(&bright, 2), [4, 6]);
        assert_eq!(spread(&[1, 1, 1, 1], 2), [1, 3]);
        assert!(spread(&[0, 0], 2).is_empty() && spread(&[], 2).is_empty());
    }

    fn record(path: &Path, study: &Study) -> Record {
        let mut images = vec![None; study.modalities.len()];
        images[0] = Some(path.to_owned().into());
        Record {
            subject: "p".into(),
            split: None,
            class: None,
            source: "p".into(),
            content: Content::Files {
                images,
                label: Some(path.to_owned().into()),
                boxes: None,
            },
        }
    }

    #[test]
    fn a_volume_becomes_slices_and_what_cannot_be_read_stays() {
        let study = Study::named("brain-mri").expect("built in");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nii");
        let slice = |z: usize| {
            Plane::from_fn(8, 8, move |x, y| {
                if z > 1 && z < 5 && x > 1 {
                    0.5 + 0.05 * (y + z) as f32
                } else {
                    0.0
                }
            })
        };
        let slices: Vec<Plane> = (0..6).map(slice).collect();
        let bytes = nifti::write(&slices, [1.0; 3], "SYNTHETIC").expect("a volume");
        std::fs::write(&path, bytes).expect("a file");
        let gone = folder.path().join("gone.nii");
        let picture = Path::new("a.png");
        let records = [&path, &gone, picture].map(|path| record(path, &study));
        let (found, note) = of_volumes(records.to_vec(), &study, 2);
        let names: Vec<&str> = found.iter().map(|r| r.source.as_str()).collect();
        assert_eq!(names, ["p, slice 2", "p, slice 4", "p, slice 0", "p"]);
        assert!(note.expect("volumes").contains("at most 2 slices"));
        let slices = |record: &Record| match &record.content {
            Content::Files { images, label, .. } => {
                let pictures = images.iter().flatten().chain(label);
                pictures.map(|p| p.slice).collect::<Vec<_>>()
            }
            Content::Phantom { .. } => Vec::new(),
        };
        assert_eq!(slices(&found[1]), [Some(4); 2]);
        assert_eq!(slices(&found[3]), [None; 2]);
        let (_, note) = of_volumes(vec![record(picture, &study)], &study, 2);
        assert_eq!(note, None);
    }
}
