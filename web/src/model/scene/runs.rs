//! Small planes as runs of equal values: what is drawn by hand is a few strokes on much emptiness.
//!
//! A link carries them, so they are hostile until [`Runs::is_sound`] has looked: a plane that is
//! named larger than it can be is never unfolded.

use serde::{Deserialize, Serialize};

use scanweave::image::Plane;
use scanweave::label::ClassMap;

/// Longest side of a plane that is stored as runs, pixels.
pub const LONGEST_SIDE: u16 = 1024;

/// A plane of small numbers, row-major, as runs `(value, pixels)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs {
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Value and length of each run; they fill the plane exactly.
    pub runs: Vec<(u8, u32)>,
}

impl Runs {
    /// The runs of row-major `values`.
    ///
    /// # Panics
    /// When `values` does not have `width * height` entries or a side is longer than [`LONGEST_SIDE`].
    pub fn of(width: usize, height: usize, values: &[u8]) -> Self {
        let longest = usize::from(LONGEST_SIDE);
        assert!(width <= longest && height <= longest, "a small plane");
        assert_eq!(values.len(), width * height, "one value per pixel");
        let mut runs: Vec<(u8, u32)> = Vec::new();
        for &value in values {
            match runs.last_mut() {
                Some((last, length)) if *last == value => *length += 1,
                _ => runs.push((value, 1)),
            }
        }
        Self {
            width: width as u16,
            height: height as u16,
            runs,
        }
    }

    /// The runs of a class map.
    pub fn of_classes(map: &ClassMap) -> Self {
        Self::of(map.width(), map.height(), map.values())
    }

    /// Whether the runs fill a plane of bearable size exactly.
    pub fn is_sound(&self) -> bool {
        let sides = 1..=LONGEST_SIDE;
        let pixels = u64::from(self.width) * u64::from(self.height);
        let filled: u64 = self.runs.iter().map(|&(_, length)| u64::from(length)).sum();
        sides.contains(&self.width) && sides.contains(&self.height) && filled == pixels
    }

    /// The values, row-major; `None` when the runs are not sound.
    pub fn values(&self) -> Option<Vec<u8>> {
        if !self.is_sound() {
            return None;
        }
        let runs = self.runs.iter();
        Some(
            runs.flat_map(|&(value, length)| std::iter::repeat_n(value, length as usize))
                .collect(),
        )
    }

    /// 1 where the value is not 0; `None` when the runs are not sound.
    pub fn plane(&self) -> Option<Plane> {
        let values = self.values()?.into_iter();
        let values = values.map(|v| f32::from(u8::from(v != 0))).collect();
        Plane::new(usize::from(self.width), usize::from(self.height), values).ok()
    }

    /// The values as lesion classes; `None` when the runs are not sound.
    pub fn classes(&self) -> Option<ClassMap> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        ClassMap::new(width, height, self.values()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_survive(values in proptest::collection::vec(0..4_u8, 1..200)) {
            let runs = Runs::of(values.len(), 1, &values);
            prop_assert!(runs.is_sound());
            prop_assert_eq!(runs.values(), Some(values));
        }

        #[test]
        fn any_runs_are_unfolded_or_refused(
            width in 0..2000_u16, height in 0..2000_u16,
            runs in proptest::collection::vec((any::<u8>(), any::<u32>()), 0..20)
        ) {
            let runs = Runs { width, height, runs };
            let values = runs.values();
            prop_assert_eq!(values.is_some(), runs.is_sound());
            if let Some(values) = values {
                prop_assert_eq!(values.len(), usize::from(width) * usize::from(height));
            }
        }
    }

    #[test]
    fn equal_neighbours_share_a_run() {
        let runs = Runs::of(3, 2, &[0, 0, 1, 1, 1, 0]);
        assert_eq!(runs.runs, [(0, 2), (1, 3), (0, 1)]);
    }
}
