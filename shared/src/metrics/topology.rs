//! How the lines of a structure map hang together: pieces, loose ends and holes, which no distance of pixels sees.

use crate::image::Plane;
use crate::structure::components::Components;

/// A pixel's neighbours in a circle, from the right, by way of above.
const CIRCLE: [(isize, isize); 8] = [
    (1, 0),
    (1, -1),
    (0, -1),
    (-1, -1),
    (-1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

/// Counts of a map, whose ones hang together also across corners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topology {
    /// Pieces.
    pub components: usize,
    /// Pieces less holes.
    pub euler: i64,
    /// Pixels of the lines, thinned to one pixel (Guo and Hall 1989).
    pub length: usize,
    /// Pixels of the thinned lines that have one neighbour.
    pub open_ends: usize,
}

impl Topology {
    /// Of a map whose ones are the values above 0.5.
    pub fn of(map: &Plane) -> Self {
        let grid = Grid::of(map);
        let thin = grid.clone().thinned();
        let lines = (0..thin.ones.len()).filter(|&at| thin.ones[at]);
        let ends = lines.clone().filter(|&at| {
            let around = thin.around(at);
            around.into_iter().filter(|one| *one).count() == 1
        });
        Self {
            components: Components::of_lines(map).areas().len(),
            euler: grid.euler(),
            length: lines.clone().count(),
            open_ends: ends.count(),
        }
    }

    /// Open ends per 100 pixels of line; 0 without lines.
    pub fn openness(&self) -> f64 {
        100.0 * self.open_ends as f64 / self.length.max(1) as f64
    }
}

/// Pixels with a border of zeros around them.
#[derive(Clone)]
struct Grid {
    width: usize,
    ones: Vec<bool>,
}

impl Grid {
    fn of(map: &Plane) -> Self {
        let width = map.width() + 2;
        let mut ones = vec![false; width * (map.height() + 2)];
        for (y, row) in map.values().chunks_exact(map.width()).enumerate() {
            let start = (y + 1) * width + 1;
            let own = &mut ones[start..start + row.len()];
            own.iter_mut().zip(row).for_each(|(one, v)| *one = *v > 0.5);
        }
        Self { width, ones }
    }

    fn neighbour(&self, at: usize, (x, y): (isize, isize)) -> usize {
        at.wrapping_add_signed(x + y * self.width as isize)
    }

    /// The neighbours of a pixel that is not of the border, in a circle.
    fn around(&self, at: usize) -> [bool; 8] {
        CIRCLE.map(|step| self.ones[self.neighbour(at, step)])
    }

    /// From counts of squares of 2 x 2 pixels (Gray 1971).
    fn euler(&self) -> i64 {
        let mut quarters = 0;
        for (above, below) in self.rows().zip(self.rows().skip(1)) {
            for (a, b) in above.windows(2).zip(below.windows(2)) {
                let square = [a[0], a[1], b[0], b[1]];
                quarters += match square.into_iter().filter(|one| *one).count() {
                    1 => 1,
                    3 => -1,
                    2 if a[0] == b[1] => -2,
                    _ => 0,
                };
            }
        }
        quarters / 4
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.ones.chunks_exact(self.width)
    }

    /// Peels the lines from above right and from below left in turn until nothing more can go without tearing or shortening one.
    fn thinned(mut self) -> Self {
        loop {
            let before = self.ones.iter().filter(|one| **one).count();
            self.peel(0);
            self.peel(4);
            if self.ones.iter().filter(|one| **one).count() == before {
                return self;
            }
        }
    }

    /// Takes off what is no end and holds nothing together, on the side of neighbour `first`.
    fn peel(&mut self, first: usize) {
        let goes = |&at: &usize| {
            if !self.ones[at] {
                return false;
            }
            let around = self.around(at);
            let one = |k: usize| around[k % 8];
            let arcs = |k: &usize| !one(2 * k) && (one(2 * k + 1) || one(2 * k + 2));
            let pairs = |shift: usize| {
                (0..4)
                    .filter(|k| one(2 * k + shift) || one(2 * k + shift + 1))
                    .count()
            };
            let held = (one(first + 1) || one(first + 2) || !one(first + 7)) && one(first);
            let thick = pairs(0).min(pairs(1));
            (0..4).filter(arcs).count() == 1 && (2..=3).contains(&thick) && !held
        };
        let gone: Vec<usize> = (0..self.ones.len()).filter(goes).collect();
        for at in gone {
            self.ones[at] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(rows: &[&str]) -> Plane {
        Plane::from_fn(rows[0].len(), rows.len(), |x, y| {
            f32::from(u8::from(rows[y].as_bytes()[x] == b'#'))
        })
    }

    #[test]
    fn a_ring_and_a_line_by_hand() {
        let found = Topology::of(&map(&["#####....", "#...#..#.", "#...#.#..", "#####...."]));
        assert_eq!((found.components, found.euler), (2, 1));
        // The ring has no end, and loses its corners when it is thinned.
        assert_eq!((found.open_ends, found.length), (2, 14 - 4 + 2));
    }

    #[test]
    fn a_thick_line_has_two_ends() {
        let found = Topology::of(&map(&[
            "............",
            ".##########.",
            ".##########.",
            ".##########.",
            "............",
        ]));
        assert_eq!((found.components, found.euler, found.open_ends), (1, 1, 2));
        assert_eq!(found.openness(), 200.0 / found.length as f64);
        let nothing = Topology::of(&map(&["...", "..."]));
        assert_eq!((nothing.components, nothing.length), (0, 0));
        assert_eq!(nothing.openness(), 0.0);
    }
}
