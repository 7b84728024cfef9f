//! A lesion label: one class number per pixel.
//!
//! Files and networks want one binary plane per class, operations on labels want one number per
//! pixel: a turned or moved label can then never hold two classes in one place.

use serde::{Deserialize, Serialize};

use crate::image::{ImageError, Plane, check_size};
use crate::label::LabelError;

/// One class number per pixel, row-major: 0 none, 1..=K the classes of the study.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ClassMap {
    width: usize,
    height: usize,
    classes: Vec<u8>,
}

/// A class map as a file holds it.
#[derive(Deserialize)]
struct Unchecked {
    width: usize,
    height: usize,
    classes: Vec<u8>,
}

impl TryFrom<Unchecked> for ClassMap {
    type Error = LabelError;

    fn try_from(read: Unchecked) -> Result<Self, LabelError> {
        Self::new(read.width, read.height, read.classes)
    }
}

/// The smallest rectangle around a lesion, pixels, ends exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Column after the last.
    pub right: usize,
    /// Row after the last.
    pub bottom: usize,
}

impl Bounds {
    /// The larger side, pixels.
    pub fn larger_side(&self) -> usize {
        (self.right - self.left).max(self.bottom - self.top)
    }
}

impl ClassMap {
    /// A label from its row-major class numbers.
    pub fn new(width: usize, height: usize, classes: Vec<u8>) -> Result<Self, LabelError> {
        check_size(width, height)?;
        if classes.len() != width * height {
            let got = classes.len();
            return Err(ImageError::Length { width, height, got }.into());
        }
        Ok(Self {
            width,
            height,
            classes,
        })
    }

    /// A label without lesion.
    ///
    /// # Panics
    /// When a side is 0 or larger than [`crate::image::MAX_SIDE`].
    pub fn empty(width: usize, height: usize) -> Self {
        check_size(width, height).expect("the caller chose the size");
        Self {
            width,
            height,
            classes: vec![0; width * height],
        }
    }

    /// A label from one plane per class, 1 first; a pixel belongs to a class where its plane is
    /// above 0.5. Where planes overlap the later class holds, so that nested planes (whole tumour,
    /// core, enhancing) stay what they mean.
    pub fn from_planes(planes: &[Plane]) -> Result<Self, LabelError> {
        let first = planes.first().ok_or(LabelError::NoPlanes)?;
        let mut label = Self::empty(first.width(), first.height());
        for (i, plane) in planes.iter().enumerate() {
            let class =
                u8::try_from(i + 1).map_err(|_| LabelError::TooManyClasses(planes.len()))?;
            if (plane.width(), plane.height()) != (label.width, label.height) {
                return Err(LabelError::Sizes { class: i + 1 });
            }
            for (code, &value) in label.classes.iter_mut().zip(plane.values()) {
                if value > 0.5 {
                    *code = class;
                }
            }
        }
        Ok(label)
    }

    /// The label as grey values, class k of `classes` as k / `classes`.
    pub fn shades(&self, classes: usize) -> Plane {
        Plane::from_fn(self.width(), self.height(), |x, y| {
            f32::from(self.at(x, y)) / classes.max(1) as f32
        })
    }

    /// The class of the largest logit of each pixel, from a segmenter's `[1 + classes, height, width]`,
    /// row-major, the background first.
    ///
    /// # Panics
    /// When the logits are no whole number of planes, or more than 256.
    pub fn most_likely(logits: &[f32], width: usize, height: usize) -> Self {
        let area = width * height;
        let planes = logits.len() / area;
        assert!(
            planes * area == logits.len() && planes <= 256,
            "whole planes"
        );
        let mut label = Self::empty(width, height);
        for (at, code) in label.classes.iter_mut().enumerate() {
            let logit = |class: &usize| logits[class * area + at];
            let best = (0..planes).max_by(|a, b| logit(a).total_cmp(&logit(b)));
            *code = best.unwrap_or(0) as u8;
        }
        label
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Row-major class numbers.
    pub fn values(&self) -> &[u8] {
        &self.classes
    }

    /// The class at `(x, y)`.
    ///
    /// # Panics
    /// Outside the label.
    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.classes[y * self.width + x]
    }

    /// Sets the class at the row-major `index`.
    pub(in crate::label) fn set(&mut self, index: usize, class: u8) {
        self.classes[index] = class;
    }

    /// One binary plane per class 1..=`count`; higher classes are in none.
    pub fn planes(&self, count: usize) -> Vec<Plane> {
        (1..=count)
            .map(|class| self.binary(|code| usize::from(code) == class))
            .collect()
    }

    /// 1 where there is any lesion.
    pub fn union(&self) -> Plane {
        self.binary(|code| code > 0)
    }

    fn binary(&self, chosen: impl Fn(u8) -> bool) -> Plane {
        Plane::from_fn(self.width, self.height, |x, y| {
            f32::from(u8::from(chosen(self.at(x, y))))
        })
    }

    /// Number of lesion pixels.
    pub fn area(&self) -> usize {
        self.classes.iter().filter(|&&code| code > 0).count()
    }

    /// Whether there is no lesion.
    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(|&code| code == 0)
    }

    /// Of each class number whether it occurs; 0 counts as any other.
    pub fn occurring(&self) -> [bool; 256] {
        let mut occurs = [false; 256];
        for &code in &self.classes {
            occurs[usize::from(code)] = true;
        }
        occurs
    }

    /// The smallest rectangle around the lesion, `None` without one.
    pub fn bounds(&self) -> Option<Bounds> {
        self.lesion_pixels()
            .fold(None, |bounds: Option<Bounds>, (x, y)| {
                let at = bounds.unwrap_or(Bounds {
                    left: x,
                    top: y,
                    right: x,
                    bottom: y,
                });
                Some(Bounds {
                    left: at.left.min(x),
                    top: at.top.min(y),
                    right: at.right.max(x + 1),
                    bottom: at.bottom.max(y + 1),
                })
            })
    }

    /// Mean place of the lesion's pixels, in pixel indices, `None` without one.
    pub fn centroid(&self) -> Option<(f64, f64)> {
        let (count, x, y) = self
            .lesion_pixels()
            .fold((0_u64, 0_u64, 0_u64), |(n, sx, sy), (x, y)| {
                (n + 1, sx + x as u64, sy + y as u64)
            });
        (count > 0).then(|| (x as f64 / count as f64, y as f64 / count as f64))
    }

    fn lesion_pixels(&self) -> impl Iterator<Item = (usize, usize)> {
        let lesion = self
            .classes
            .iter()
            .enumerate()
            .filter(|(_, code)| **code > 0);
        lesion.map(|(i, _)| (i % self.width, i / self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn label() -> ClassMap {
        ClassMap::new(4, 3, vec![0, 1, 1, 0, 0, 2, 1, 0, 0, 0, 0, 0]).expect("twelve pixels")
    }

    #[test]
    fn a_small_label_by_hand() {
        let label = label();
        assert_eq!((label.area(), label.is_empty()), (4, false));
        let bounds = Bounds {
            left: 1,
            top: 0,
            right: 3,
            bottom: 2,
        };
        assert_eq!(label.bounds(), Some(bounds));
        assert_eq!(label.centroid(), Some((1.5, 0.5)));
        assert_eq!(label.planes(2)[1].values().iter().sum::<f32>(), 1.0);
        assert_eq!(label.union().values().iter().sum::<f32>(), 4.0);
        let none = ClassMap::empty(3, 3);
        assert_eq!((none.bounds(), none.centroid()), (None, None));
    }

    #[test]
    fn later_planes_lie_on_earlier_ones() {
        let whole = Plane::filled(2, 1, 1.0);
        let core = Plane::new(2, 1, vec![0.0, 1.0]).expect("two pixels");
        let nested = ClassMap::from_planes(&[whole, core]).expect("two planes");
        assert_eq!(nested.values(), [1, 2]);
    }

    #[test]
    fn what_is_no_label_is_refused() {
        assert!(ClassMap::new(2, 2, vec![0; 3]).is_err());
        assert_eq!(ClassMap::from_planes(&[]), Err(LabelError::NoPlanes));
        let planes = [Plane::filled(2, 2, 0.0), Plane::filled(2, 3, 0.0)];
        assert_eq!(
            ClassMap::from_planes(&planes),
            Err(LabelError::Sizes { class: 2 })
        );
        let many = vec![Plane::filled(1, 1, 0.0); 256];
        assert_eq!(
            ClassMap::from_planes(&many),
            Err(LabelError::TooManyClasses(256))
        );
        let short = r#"{"width":2,"height":2,"classes":[1]}"#;
        assert!(serde_json::from_str::<ClassMap>(short).is_err());
    }

    proptest! {
        #[test]
        fn planes_and_label_are_one_thing(classes in proptest::collection::vec(0u8..4, 20)) {
            let label = ClassMap::new(5, 4, classes).expect("twenty pixels");
            prop_assert_eq!(&ClassMap::from_planes(&label.planes(3)).expect("planes"), &label);
            let text = serde_json::to_string(&label).expect("a label");
            prop_assert_eq!(&serde_json::from_str::<ClassMap>(&text).expect("the same"), &label);
        }
    }
}
