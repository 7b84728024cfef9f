//! What the lesions of a study look like, as distributions: learnt from its training labels, drawn
//! from by [`super::draw()`].
//!
//! Means would draw the same lesion again and again; quantiles keep the many small ones and the few
//! large ones. Nothing here can be traced back to one patient's outline.

use serde::{Deserialize, Serialize};

use super::class_map::ClassMap;
use crate::label::quantiles::{Quantiles, StatisticsError};
use crate::structure::components::Components;

/// Further lesions smaller than this share of the picture (4 pixels at 128) are specks of sampling.
const SPECK: f32 = 1.0 / 4096.0;

/// Lesions in one slice, and their elongation, at most: more is noise, not anatomy.
const MAX_COUNT: f32 = 1000.0;
const MAX_ELONGATION: f32 = 10_000.0;

/// Distributions of the lesions of a study, over the slices that have any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct MaskStatistics {
    /// Connected lesions in one slice, 1 or more.
    pub count: Quantiles,
    /// Area of a slice's largest lesion as share of the picture, 0..=1.
    pub area: Quantiles,
    /// Area of each further lesion as share of the slice's largest, 0..=1.
    pub satellite: Quantiles,
    /// Longer by shorter principal axis of a slice's largest lesion, 1 or more.
    pub elongation: Quantiles,
    /// The classes 1..=K from the outermost to the innermost.
    nesting: Vec<u8>,
    /// In that order, the share of the class in what lies within its outer border, 0..=1: of a
    /// slice's largest lesion.
    shares: Vec<Quantiles>,
    /// The same of the further lesions.
    satellite_shares: Vec<Quantiles>,
}

#[derive(Deserialize)]
struct Unchecked {
    count: Quantiles,
    area: Quantiles,
    satellite: Quantiles,
    elongation: Quantiles,
    nesting: Vec<u8>,
    shares: Vec<Quantiles>,
    satellite_shares: Vec<Quantiles>,
}

impl TryFrom<Unchecked> for MaskStatistics {
    type Error = StatisticsError;

    fn try_from(read: Unchecked) -> Result<Self, StatisticsError> {
        let mut sorted = read.nesting.clone();
        sorted.sort_unstable();
        let numbered = sorted
            .iter()
            .zip(1..)
            .all(|(&class, i)| usize::from(class) == i);
        let lengths = [read.shares.len(), read.satellite_shares.len()];
        if sorted.is_empty() || !numbered || lengths != [sorted.len(); 2] {
            return Err(StatisticsError::Classes);
        }
        Ok(Self {
            count: read.count,
            area: read.area,
            satellite: read.satellite,
            elongation: read.elongation,
            nesting: read.nesting,
            shares: read.shares,
            satellite_shares: read.satellite_shares,
        })
    }
}

impl MaskStatistics {
    /// Whether every value is one that labels could have had: what a foreign file says is checked
    /// before lesions are drawn by it.
    pub fn is_sound(&self) -> bool {
        let within = |q: &Quantiles, low: f32, high: f32| q.at(0.0) >= low && q.at(1.0) <= high;
        let shares = self.shares.iter().chain(&self.satellite_shares);
        within(&self.count, 1.0, MAX_COUNT)
            && within(&self.area, 0.0, 1.0)
            && within(&self.satellite, 0.0, 1.0)
            && within(&self.elongation, 1.0, MAX_ELONGATION)
            && shares.into_iter().all(|q| within(q, 0.0, 1.0))
    }

    /// The statistics of `labels` with classes 1..=`classes`; `None` when there is no lesion or no
    /// class. Pixels of higher classes count as lesion but are not drawn again.
    pub fn of<'a>(labels: impl IntoIterator<Item = &'a ClassMap>, classes: u8) -> Option<Self> {
        if classes == 0 {
            return None;
        }
        let slices: Vec<Vec<Measured>> = labels
            .into_iter()
            .map(|label| measured(label, classes))
            .filter(|lesions| !lesions.is_empty())
            .collect();
        let largest = || slices.iter().map(|slice| &slice[0]);
        let further = || slices.iter().flat_map(|slice| &slice[1..]);
        let nesting = nesting(largest().chain(further()), classes);
        let inner = || (0..nesting.len()).map(|place| &nesting[place..]);
        let satellites = slices.iter().flat_map(|slice| {
            let relative = |lesion: &Measured| lesion.area / slice[0].area;
            slice[1..].iter().map(relative)
        });
        Some(Self {
            count: Quantiles::of(slices.iter().map(|slice| slice.len() as f32).collect())?,
            area: Quantiles::of(largest().map(|lesion| lesion.area).collect())?,
            satellite: Quantiles::of(satellites.collect()).unwrap_or(Quantiles::always(0.0)),
            elongation: Quantiles::of(largest().map(|lesion| lesion.elongation).collect())?,
            shares: inner().map(|inner| shares(largest(), inner)).collect(),
            satellite_shares: inner().map(|inner| shares(further(), inner)).collect(),
            nesting,
        })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.nesting.len()
    }

    /// The classes from the outermost to the innermost, each with the distribution of its share,
    /// 0..=1, in what lies within its outer border: of a slice's largest lesion.
    pub fn nested(&self) -> impl Iterator<Item = (u8, &Quantiles)> {
        self.nesting.iter().copied().zip(&self.shares)
    }

    /// The same of the further lesions of a slice.
    pub fn nested_satellite(&self) -> impl Iterator<Item = (u8, &Quantiles)> {
        self.nesting.iter().copied().zip(&self.satellite_shares)
    }
}

/// One connected lesion.
struct Measured {
    /// Share of the picture.
    area: f32,
    elongation: f32,
    /// Of each class its pixels and the sum of their distances from the lesion's middle.
    classes: Vec<(usize, f64)>,
}

/// The lesions of one slice, the largest first, without specks.
fn measured(label: &ClassMap, classes: u8) -> Vec<Measured> {
    let mut lesions: Vec<Measured> = Components::of(&label.union())
        .pixels()
        .iter()
        .map(|pixels| measure(label, pixels, classes))
        .collect();
    lesions.sort_by(|a, b| b.area.total_cmp(&a.area));
    let kept = lesions
        .iter()
        .skip(1)
        .take_while(|lesion| lesion.area >= SPECK)
        .count();
    lesions.truncate(kept + 1);
    lesions
}

fn measure(label: &ClassMap, pixels: &[usize], classes: u8) -> Measured {
    let count = pixels.len() as f64;
    let place = |&i: &usize| ((i % label.width()) as f64, (i / label.width()) as f64);
    let mean =
        |f: &dyn Fn((f64, f64)) -> f64| pixels.iter().map(|i| f(place(i))).sum::<f64>() / count;
    let (cx, cy) = (mean(&|(x, _)| x), mean(&|(_, y)| y));
    // A pixel is a square, not a point: its own variance keeps thin lesions finite.
    let pixel = 1.0 / 12.0;
    let xx = mean(&|(x, _)| (x - cx) * (x - cx)) + pixel;
    let yy = mean(&|(_, y)| (y - cy) * (y - cy)) + pixel;
    let xy = mean(&|(x, y)| (x - cx) * (y - cy));
    let spread = ((xx - yy) * (xx - yy) / 4.0 + xy * xy).sqrt();
    let middle = 0.5 * (xx + yy);
    let mut found = vec![(0, 0.0); usize::from(classes)];
    for i in pixels {
        let class = usize::from(label.values()[*i]);
        if let Some((area, distance)) = found.get_mut(class - 1) {
            let (x, y) = place(i);
            *area += 1;
            *distance += (((x - cx) * (x - cx) + (y - cy) * (y - cy)) / count).sqrt();
        }
    }
    Measured {
        area: (count / label.values().len() as f64) as f32,
        elongation: ((middle + spread) / (middle - spread)).sqrt() as f32,
        classes: found,
    }
}

/// Classes by their mean distance from the middle of their lesion, the farthest first; those that
/// never occur come last.
fn nesting<'a>(lesions: impl Iterator<Item = &'a Measured>, classes: u8) -> Vec<u8> {
    let mut sums = vec![(0, 0.0); usize::from(classes)];
    for lesion in lesions {
        for (sum, class) in sums.iter_mut().zip(&lesion.classes) {
            *sum = (sum.0 + class.0, sum.1 + class.1);
        }
    }
    let distance = |class: &u8| {
        let (area, sum) = sums[usize::from(*class) - 1];
        if area == 0 { -1.0 } else { sum / area as f64 }
    };
    let mut order: Vec<u8> = (1..=classes).collect();
    order.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
    order
}

/// Share of the first of the `inner` classes in all of them together, over the lesions that have any.
fn shares<'a>(lesions: impl Iterator<Item = &'a Measured>, inner: &[u8]) -> Quantiles {
    let of_lesion = |lesion: &Measured| {
        let areas = inner
            .iter()
            .map(|&class| lesion.classes[usize::from(class) - 1].0);
        let all: usize = areas.clone().sum();
        let first = areas.take(1).sum::<usize>();
        (all > 0).then(|| first as f32 / all as f32)
    };
    Quantiles::of(lesions.filter_map(of_lesion).collect()).unwrap_or(Quantiles::always(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::{self, Anatomy};

    /// A 6 x 2 lesion whose right third is class 2, and a single pixel of class 1.
    fn label() -> ClassMap {
        let mut label = ClassMap::empty(10, 10);
        for i in 0..12 {
            label.set((2 + i / 6) * 10 + 1 + i % 6, if i % 6 < 4 { 1 } else { 2 });
        }
        label.set(99, 1);
        label
    }

    #[test]
    fn one_label_by_hand() {
        let none = ClassMap::empty(10, 10);
        let statistics = MaskStatistics::of([&label(), &none], 2).expect("a lesion");
        assert_eq!(statistics.count.at(0.5), 2.0);
        assert_eq!(statistics.area.at(0.0), 0.12);
        assert!((statistics.satellite.at(0.9) - 1.0 / 12.0).abs() < 1e-6);
        // Variances of whole squares are (length^2) / 12: a 6 x 2 rectangle is 3 times as long.
        assert!((statistics.elongation.at(1.0) - 3.0).abs() < 1e-5);
    }

    #[test]
    fn the_order_of_the_brain_is_oedema_rim_core() {
        let labels: Vec<ClassMap> = (0..12)
            .map(|seed| phantom::draw(Anatomy::Brain, seed, 96, true).label)
            .map(|planes| ClassMap::from_planes(&planes).expect("planes"))
            .collect();
        let statistics = MaskStatistics::of(&labels, 3).expect("lesions");
        let order: Vec<u8> = statistics.nested().map(|(class, _)| class).collect();
        assert_eq!(order, [1, 2, 3]);
        let (_, core) = statistics.nested().last().expect("three classes");
        assert_eq!(core.at(0.0), 1.0, "nothing lies within the core");
        let turned: Vec<ClassMap> = labels
            .iter()
            .map(|l| ClassMap::new(96, 96, l.values().iter().map(|c| (4 - c) % 4).collect()))
            .map(|l| l.expect("a label"))
            .collect();
        let statistics = MaskStatistics::of(&turned, 3).expect("lesions");
        let order: Vec<u8> = statistics.nested().map(|(class, _)| class).collect();
        assert_eq!(order, [3, 2, 1]);
    }

    #[test]
    fn no_lesion_has_no_statistics() {
        assert_eq!(MaskStatistics::of([&ClassMap::empty(4, 4)], 2), None);
        assert_eq!(MaskStatistics::of([&label()], 0), None);
        assert_eq!(MaskStatistics::of([], 1), None);
    }

    #[test]
    fn statistics_of_a_file_are_checked() {
        let statistics = MaskStatistics::of([&label()], 2).expect("a lesion");
        let text = serde_json::to_string(&statistics).expect("statistics");
        assert_eq!(
            serde_json::from_str::<MaskStatistics>(&text).expect("the same"),
            statistics
        );
        assert!(serde_json::from_str::<Quantiles>("[]").is_err());
        assert!(serde_json::from_str::<Quantiles>("[2.0, 1.0]").is_err());
        for nesting in ["[1,1]", "[1]", "[0,1]"] {
            let broken = text
                .replace("\"nesting\":[1,2]", &format!("\"nesting\":{nesting}"))
                .replace("\"nesting\":[2,1]", &format!("\"nesting\":{nesting}"));
            assert!(
                serde_json::from_str::<MaskStatistics>(&broken).is_err(),
                "{nesting}"
            );
        }
    }
}
