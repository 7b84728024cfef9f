//! What two masks share.

use super::ClassMap;
use crate::metrics::{MetricError, Overlap};

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
