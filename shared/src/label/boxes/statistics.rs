//! What the boxes of a study look like, as distributions: learnt from its training labels.

use serde::{Deserialize, Serialize};

use super::{LabelBox, MOST};
use crate::label::Quantiles;
use crate::random::Random;

/// Sides of a box at most, one by the other: longer ones are no lesions.
const MAX_ASPECT: f32 = 1000.0;

/// Distributions of the boxes of a study, over the images that have any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoxStatistics {
    /// Boxes in one image, 1 or more.
    pub count: Quantiles,
    /// Of each class of the study what its boxes look like.
    classes: Vec<OfClass>,
}

/// What the boxes of one class look like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OfClass {
    /// Share in all boxes, 0..=1; a class that does not occur is not drawn.
    share: f32,
    /// Area as share of the picture, 0..=1.
    area: Quantiles,
    /// Width by height.
    aspect: Quantiles,
}

/// Class and sides of a box that has no place yet, whole pixels.
pub(super) struct Shape {
    pub class: usize,
    pub width: usize,
    pub height: usize,
}

impl BoxStatistics {
    /// The statistics of `labels`, the boxes of one picture of `size` x `size` pixels each, with
    /// `classes` classes; `None` when there is no box or no class.
    pub fn of<'a>(
        labels: impl IntoIterator<Item = &'a [LabelBox]>,
        classes: usize,
        size: usize,
    ) -> Option<Self> {
        let images: Vec<&[LabelBox]> = labels.into_iter().filter(|l| !l.is_empty()).collect();
        let all: Vec<&LabelBox> = images.iter().copied().flatten().collect();
        let of_class = |class| OfClass::of(class, &all, size);
        let classes: Option<Vec<OfClass>> = (0..classes).map(of_class).collect();
        Some(Self {
            count: Quantiles::of(images.iter().map(|boxes| boxes.len() as f32).collect())?,
            classes: classes.filter(|classes| !classes.is_empty())?,
        })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes.len()
    }

    /// Whether every value is one that boxes could have had: what a foreign file says is checked before
    /// boxes are drawn by it.
    pub fn is_sound(&self) -> bool {
        let within = |q: &Quantiles, low: f32, high: f32| q.at(0.0) >= low && q.at(1.0) <= high;
        let sound = |class: &OfClass| {
            (0.0..=1.0).contains(&class.share)
                && within(&class.area, 0.0, 1.0)
                && within(&class.aspect, MAX_ASPECT.recip(), MAX_ASPECT)
        };
        self.count.at(0.0) >= 1.0 && self.classes.iter().all(sound)
    }

    /// The boxes of one picture of `size` x `size` pixels, without their places.
    pub(super) fn draw(&self, size: usize, random: &mut Random) -> Vec<Shape> {
        let count = libm::roundf(self.count.draw(random)).clamp(1.0, MOST as f32) as usize;
        (0..count).map(|_| self.shape(size, random)).collect()
    }

    fn shape(&self, size: usize, random: &mut Random) -> Shape {
        let sum: f32 = self.classes.iter().map(|class| class.share).sum();
        let mut rest = random.unit() * sum;
        let chosen = self.classes.iter().position(|class| {
            rest -= class.share;
            class.share > 0.0 && rest < 0.0
        });
        let last = self.classes.iter().rposition(|class| class.share > 0.0);
        let class = chosen.or(last).unwrap_or(0);
        let OfClass { area, aspect, .. } = &self.classes[class];
        let area = area.draw(random) * (size * size) as f32;
        let aspect = aspect.draw(random);
        let side = |length: f32| libm::roundf(length).clamp(1.0, size as f32) as usize;
        Shape {
            class,
            width: side(libm::sqrtf(area * aspect)),
            height: side(libm::sqrtf(area / aspect)),
        }
    }
}

impl OfClass {
    /// A class that does not occur has the shapes of all.
    fn of(class: usize, all: &[&LabelBox], size: usize) -> Option<Self> {
        let own: Vec<&LabelBox> = all.iter().copied().filter(|b| b.class == class).collect();
        let seen = if own.is_empty() { all } else { own.as_slice() };
        let picture = (size * size) as f32;
        let aspect = |one: &LabelBox| one.width() / one.height();
        let clamped = |v: f32| v.clamp(MAX_ASPECT.recip(), MAX_ASPECT);
        Some(Self {
            share: own.len() as f32 / all.len() as f32,
            area: Quantiles::of(seen.iter().map(|b| (b.area() / picture).min(1.0)).collect())?,
            aspect: Quantiles::of(seen.iter().map(|b| clamped(aspect(b))).collect())?,
        })
    }
}
