//! Dice and intersection over union of labels.

use super::{MetricError, same_size};
use crate::image::Plane;
use crate::label::ClassMap;

/// Pixels of two regions and of what they share. Counts of several slices add up to those of a
/// volume.
///
/// ```
/// use scanweave::metrics::Overlap;
///
/// let slice = Overlap { first: 30, second: 20, both: 20 };
/// assert_eq!(slice.dice(), 0.8);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Pixels of the first.
    pub first: u64,
    /// Pixels of the second.
    pub second: u64,
    /// Pixels of both.
    pub both: u64,
}

impl Overlap {
    /// Of two binary planes, whose ones are the values above 0.5.
    pub fn of_planes(a: &Plane, b: &Plane) -> Result<Self, MetricError> {
        same_size(a, b)?;
        let pixels = a.values().iter().zip(b.values());
        Ok(Self::counted(pixels.map(|(&a, &b)| (a > 0.5, b > 0.5))))
    }

    /// Of one class, 1..=K, in two labels.
    pub fn of_class(a: &ClassMap, b: &ClassMap, class: u8) -> Result<Self, MetricError> {
        Self::of_codes(a, b, |code| code == class)
    }

    /// Of all lesions in two labels, whatever their classes.
    pub fn of_lesions(a: &ClassMap, b: &ClassMap) -> Result<Self, MetricError> {
        Self::of_codes(a, b, |code| code > 0)
    }

    fn of_codes(a: &ClassMap, b: &ClassMap, is: impl Fn(u8) -> bool) -> Result<Self, MetricError> {
        let (first, second) = ((a.width(), a.height()), (b.width(), b.height()));
        if first != second {
            return Err(MetricError::Sizes { first, second });
        }
        let pixels = a.values().iter().zip(b.values());
        Ok(Self::counted(pixels.map(|(&a, &b)| (is(a), is(b)))))
    }

    fn counted(pixels: impl Iterator<Item = (bool, bool)>) -> Self {
        pixels.fold(Self::default(), |sum, (a, b)| Self {
            first: sum.first + u64::from(a),
            second: sum.second + u64::from(b),
            both: sum.both + u64::from(a && b),
        })
    }

    /// `2 |A and B| / (|A| + |B|)`, 0..=1; 1 when both are empty.
    pub fn dice(self) -> f32 {
        share(2 * self.both, self.first + self.second)
    }

    /// Dice where the first, the truth, is somewhere: a class that no image shows cannot be found.
    pub fn dice_of_present(self) -> Option<f32> {
        (self.first > 0).then(|| self.dice())
    }

    /// `|A and B| / |A or B|`, 0..=1; 1 when both are empty.
    pub fn iou(self) -> f32 {
        share(self.both, self.first + self.second - self.both)
    }
}

impl std::ops::Add for Overlap {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            first: self.first + other.first,
            second: self.second + other.second,
            both: self.both + other.both,
        }
    }
}

fn share(part: u64, whole: u64) -> f32 {
    if whole == 0 {
        return 1.0;
    }
    (part as f64 / whole as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn label(classes: &[u8]) -> ClassMap {
        ClassMap::new(classes.len(), 1, classes.to_vec()).expect("a row")
    }

    #[test]
    fn overlaps_by_hand() {
        let (a, b) = (label(&[1, 1, 2, 0]), label(&[1, 2, 2, 0]));
        let class = Overlap::of_class(&a, &b, 1).expect("one size");
        assert_eq!((class.dice(), class.iou()), (2.0 / 3.0, 0.5));
        let absent = Overlap::of_class(&a, &b, 3).expect("one size");
        assert_eq!((absent.dice(), absent.iou()), (1.0, 1.0));
        assert_eq!(absent.dice_of_present(), None);
        assert_eq!(class.dice_of_present(), Some(2.0 / 3.0));
        assert_eq!(Overlap::of_lesions(&a, &b).expect("one size").dice(), 1.0);
        assert_eq!((class + absent).dice(), class.dice());
        assert!(Overlap::of_lesions(&a, &label(&[1])).is_err());
    }

    proptest! {
        #[test]
        fn overlaps_are_symmetric_and_ordered(
            a in proptest::collection::vec(0u8..3, 30),
            b in proptest::collection::vec(0u8..3, 30),
        ) {
            let (a, b) = (label(&a), label(&b));
            for class in 1..3 {
                let one = Overlap::of_class(&a, &b, class).expect("one size");
                let other = Overlap::of_class(&b, &a, class).expect("one size");
                prop_assert_eq!((one.dice(), one.iou()), (other.dice(), other.iou()));
                prop_assert!(0.0 <= one.iou() && one.iou() <= one.dice() && one.dice() <= 1.0);
                let planes = (&a.planes(2)[usize::from(class) - 1], &b.planes(2)[usize::from(class) - 1]);
                prop_assert_eq!(Overlap::of_planes(planes.0, planes.1), Ok(one));
            }
            prop_assert_eq!(Overlap::of_lesions(&a, &a).expect("one size").dice(), 1.0);
        }
    }
}
