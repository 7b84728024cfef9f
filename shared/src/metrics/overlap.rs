//! Dice of labels.

use super::MetricError;
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
        let counted = pixels.map(|(&a, &b)| (is(a), is(b)));
        Ok(counted.fold(Self::default(), |sum, (a, b)| Self {
            first: sum.first + u64::from(a),
            second: sum.second + u64::from(b),
            both: sum.both + u64::from(a && b),
        }))
    }

    /// `2 |A and B| / (|A| + |B|)`, 0..=1; 1 when both are empty.
    pub fn dice(self) -> f32 {
        let whole = self.first + self.second;
        if whole == 0 {
            return 1.0;
        }
        (2.0 * self.both as f64 / whole as f64) as f32
    }

    /// Dice where the first, the truth, is somewhere: a class that no image shows cannot be found.
    pub fn dice_of_present(self) -> Option<f32> {
        (self.first > 0).then(|| self.dice())
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
        assert_eq!(class.dice(), 2.0 / 3.0);
        let absent = Overlap::of_class(&a, &b, 3).expect("one size");
        assert_eq!(absent.dice(), 1.0);
        assert_eq!(absent.dice_of_present(), None);
        assert_eq!(class.dice_of_present(), Some(2.0 / 3.0));
        assert_eq!(Overlap::of_lesions(&a, &b).expect("one size").dice(), 1.0);
        assert_eq!((class + absent).dice(), class.dice());
        assert!(Overlap::of_lesions(&a, &label(&[1])).is_err());
    }

    proptest! {
        #[test]
        fn overlaps_are_symmetric(
            a in proptest::collection::vec(0u8..3, 30),
            b in proptest::collection::vec(0u8..3, 30),
        ) {
            let (a, b) = (label(&a), label(&b));
            for class in 1..3 {
                let one = Overlap::of_class(&a, &b, class).expect("one size");
                let other = Overlap::of_class(&b, &a, class).expect("one size");
                prop_assert_eq!(one.dice(), other.dice());
                prop_assert!((0.0..=1.0).contains(&one.dice()));
            }
            prop_assert_eq!(Overlap::of_lesions(&a, &a).expect("one size").dice(), 1.0);
        }
    }
}
