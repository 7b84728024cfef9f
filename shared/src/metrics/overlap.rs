//! Dice of labels.

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
