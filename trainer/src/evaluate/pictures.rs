//! Images as figures of sets see them: one plane with the organ in it.

use rayon::prelude::*;
use scanweave::image::Plane;
use scanweave::random::{Purpose, Random};
use scanweave::study::Study;

use super::Evaluation;
use super::draws::Subject;
use crate::data::{Item, Split};
use crate::stages::items::{image, structure};

/// The most images of a split that a figure of sets looks at, evenly spread over it.
pub const MOST: usize = 1000;

/// A plane of 8-bit values, 0..=1, and where the organ is, 1 inside.
pub struct Picture {
    pub plane: Plane,
    pub inside: Plane,
}

impl Picture {
    /// Of a real image; `None` where the item lacks the modality.
    pub fn of_item(study: &Study, item: &Item, modality: usize, size: usize) -> Option<Self> {
        let image = image(item.images[modality].as_deref()?, size);
        Some(Self {
            plane: study.plane_of(modality, &image),
            inside: inside(&structure(item, size).mask),
        })
    }

    /// Of a synthetic image, in the steps of 8 bits that real ones have; the organ is the whole picture of what draws without maps.
    pub fn of_subject(study: &Study, subject: &Subject, modality: usize) -> Self {
        let plane = study.plane_of(modality, &subject.images[modality]);
        let (width, height) = (plane.width(), plane.height());
        let structure = subject.structure.as_ref();
        let inside = structure.map(|structure| inside(&structure.mask));
        Self {
            plane: Plane::from_u8(width, height, &plane.to_u8()).expect("as many values"),
            inside: inside.unwrap_or_else(|| Plane::filled(width, height, 1.0)),
        }
    }
}

/// Of every real image of a modality in a split what `of` makes of it, at most [`MOST`].
pub fn of_split<T: Send>(
    evaluation: &Evaluation,
    split: Split,
    modality: usize,
    of: impl Fn(&Picture) -> Option<T> + Sync,
) -> Vec<T> {
    let (study, size) = (evaluation.draws.study(), evaluation.draws.size());
    let shows = |item: &&Item| item.images[modality].is_some();
    let items = spread(evaluation.of(split).filter(shows).collect(), MOST);
    let one = |item: &&Item| of(&Picture::of_item(study, item, modality, size)?);
    items.par_iter().filter_map(one).collect()
}

/// At most so many, evenly spread.
pub fn spread<T: Copy>(all: Vec<T>, most: usize) -> Vec<T> {
    let kept = all.len().min(most);
    (0..kept).map(|k| all[k * all.len() / kept]).collect()
}

/// `count` of the rows, or all when there are fewer, drawn by `seed`.
pub fn drawn<T: Clone>(rows: &[T], seed: u64, count: usize) -> Vec<T> {
    let mut random = Random::new(seed, Purpose::Batch);
    let mut places: Vec<usize> = (0..rows.len()).collect();
    let count = count.min(rows.len());
    for i in 0..count {
        let other = i + random.below(places.len() - i);
        places.swap(i, other);
    }
    places[..count].iter().map(|&at| rows[at].clone()).collect()
}

fn inside(mask: &Plane) -> Plane {
    mask.map(|outside| 1.0 - outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_spread_evenly_and_draws_follow_from_the_seed() {
        let kept = spread((0..2500).collect::<Vec<usize>>(), MOST);
        assert_eq!((kept.len(), kept[1], kept[999]), (MOST, 2, 2497));
        assert!(spread(Vec::<usize>::new(), MOST).is_empty());
        let rows: Vec<usize> = (0..20).collect();
        let mut all = drawn(&rows, 1, 30);
        assert_eq!(drawn(&rows, 1, 5), all[..5]);
        assert_ne!(drawn(&rows, 2, 5), all[..5]);
        all.sort_unstable();
        assert_eq!(all, rows);
    }
}
