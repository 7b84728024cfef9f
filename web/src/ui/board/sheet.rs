//! A small square plane that is drawn on: one number per pixel.

use crate::model::scene::{LONGEST_SIDE, Runs};

/// A pixel; it may lie outside a sheet.
pub type Spot = (i32, i32);

/// A square of numbers, row-major: strokes (1 draws, 2 takes away) or lesion classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    side: usize,
    values: Vec<u8>,
}

impl Sheet {
    /// Longest side, pixels: what a scene can carry.
    pub const LONGEST: usize = LONGEST_SIDE as usize;

    /// Nothing but 0; a longer side than [`Sheet::LONGEST`] is cut to it.
    pub fn empty(side: usize) -> Self {
        let side = side.min(Self::LONGEST);
        Self {
            side,
            values: vec![0; side * side],
        }
    }

    /// The sheet of a scene; `None` when it has another size.
    pub fn of(runs: &Runs, side: usize) -> Option<Self> {
        let fits = (usize::from(runs.width), usize::from(runs.height)) == (side, side);
        let values = fits.then(|| runs.values()).flatten()?;
        Some(Self { side, values })
    }

    /// As a scene carries it.
    pub fn runs(&self) -> Runs {
        Runs::of(self.side, self.side, &self.values)
    }

    /// Width and height, pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Row-major values.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// Whether nothing is drawn.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|&value| value == 0)
    }

    /// The value of a pixel; 0 outside.
    pub fn at(&self, spot: Spot) -> u8 {
        self.index(spot).map_or(0, |index| self.values[index])
    }

    /// Sets a pixel; outside nothing happens.
    pub fn put(&mut self, spot: Spot, value: u8) {
        if let Some(index) = self.index(spot) {
            self.values[index] = value;
        }
    }

    /// Mean place of what is drawn, in pixel indices.
    pub fn centroid(&self) -> Option<(f64, f64)> {
        let drawn = self.spots().filter(|&spot| self.at(spot) != 0);
        let (count, x, y) = drawn.fold((0_u32, 0.0, 0.0), |(count, x, y), spot| {
            (count + 1, x + f64::from(spot.0), y + f64::from(spot.1))
        });
        (count > 0).then(|| (x / f64::from(count), y / f64::from(count)))
    }

    /// Every pixel, row by row.
    pub fn spots(&self) -> impl Iterator<Item = Spot> + use<> {
        let side = self.side as i32;
        (0..side).flat_map(move |y| (0..side).map(move |x| (x, y)))
    }

    fn index(&self, (x, y): Spot) -> Option<usize> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        (x < self.side && y < self.side).then_some(y * self.side + x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_survives_the_way_into_a_scene() {
        let mut sheet = Sheet::empty(4);
        sheet.put((1, 2), 2);
        sheet.put((9, 0), 1);
        sheet.put((0, -1), 1);
        assert_eq!(sheet.values().iter().filter(|&&v| v != 0).count(), 1);
        assert_eq!((sheet.at((1, 2)), sheet.at((-1, 2))), (2, 0));
        assert_eq!(Sheet::of(&sheet.runs(), 4), Some(sheet.clone()));
        assert_eq!(Sheet::of(&sheet.runs(), 5), None, "another size");
        assert!(Sheet::empty(4).is_empty() && !sheet.is_empty());
    }

    #[test]
    fn the_middle_of_what_is_drawn() {
        let mut sheet = Sheet::empty(5);
        assert_eq!(sheet.centroid(), None);
        sheet.put((1, 1), 1);
        sheet.put((2, 4), 3);
        assert_eq!(sheet.centroid(), Some((1.5, 2.5)));
    }
}
