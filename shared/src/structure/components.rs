//! Connected components of a binary plane.
//!
//! Rows are cut into runs of equal pixels, and runs that touch through a side are joined: a picture
//! has far fewer runs than pixels.

use crate::image::Plane;

/// Pixels `start..end` of row `y`, all ones or all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    y: usize,
    start: usize,
    end: usize,
    one: bool,
}

/// The components of a plane's ones and of its zeros, connected through the four sides, lines also through corners.
pub struct Components {
    width: usize,
    height: usize,
    /// Whether ones are connected through corners too.
    corners: bool,
    runs: Vec<Run>,
    /// Of each run another run of the same component, or itself.
    parents: Vec<usize>,
}

impl Components {
    /// The components of `plane`, whose ones are the values above 0.5.
    pub fn of(plane: &Plane) -> Self {
        Self::connected(plane, false)
    }

    /// As [`Components::of`], with ones that touch in a corner connected: an oblique line one pixel wide is one component.
    pub fn of_lines(plane: &Plane) -> Self {
        Self::connected(plane, true)
    }

    fn connected(plane: &Plane, corners: bool) -> Self {
        let (width, height) = (plane.width(), plane.height());
        let mut found = Self {
            width,
            height,
            corners,
            runs: Vec::new(),
            parents: Vec::new(),
        };
        let mut above = 0..0;
        for (y, row) in plane.values().chunks_exact(width).enumerate() {
            let first = found.runs.len();
            let mut start = 0;
            for pixels in row.chunk_by(|a, b| (*a > 0.5) == (*b > 0.5)) {
                let end = start + pixels.len();
                found.parents.push(found.runs.len());
                found.runs.push(Run {
                    y,
                    start,
                    end,
                    one: pixels[0] > 0.5,
                });
                start = end;
            }
            found.join(above, first);
            above = first..found.runs.len();
        }
        found
    }

    /// Joins the runs of a row, from `first` on, with those of the row `above`.
    fn join(&mut self, mut above: std::ops::Range<usize>, first: usize) {
        let mut below = first..self.runs.len();
        while !above.is_empty() && !below.is_empty() {
            let (a, b) = (self.runs[above.start], self.runs[below.start]);
            if a.one == b.one {
                self.connect(above.start, below.start);
            } else if self.corners && a.end == b.end {
                // The ones of either row begin where those of the other end.
                let next = |one: bool, at: usize, end: usize| {
                    if one {
                        Some(at)
                    } else {
                        Some(at + 1).filter(|&next| next < end)
                    }
                };
                let pair =
                    next(a.one, above.start, above.end).zip(next(b.one, below.start, below.end));
                if let Some((above, below)) = pair {
                    self.connect(above, below);
                }
            }
            // The run that ends first has met all it can meet.
            if a.end <= b.end {
                above.start += 1;
            }
            if b.end <= a.end {
                below.start += 1;
            }
        }
    }

    fn connect(&mut self, above: usize, below: usize) {
        let (a, b) = (self.root(above), self.root(below));
        self.parents[a.max(b)] = a.min(b);
    }

    fn root(&mut self, mut run: usize) -> usize {
        while self.parents[run] != run {
            self.parents[run] = self.parents[self.parents[run]];
            run = self.parents[run];
        }
        run
    }

    /// Pixel counts of the components of ones, in the order in which rows meet them.
    pub fn areas(&mut self) -> Vec<usize> {
        let areas = self.area_of_each();
        areas.into_iter().filter(|&area| area > 0).collect()
    }

    /// Pixels of the components of ones (indices `y * width + x`, ascending), in the order in which
    /// rows meet them.
    pub fn pixels(mut self) -> Vec<Vec<usize>> {
        let mut of_root: Vec<Option<usize>> = vec![None; self.runs.len()];
        let mut found: Vec<Vec<usize>> = Vec::new();
        for index in 0..self.runs.len() {
            let run = self.runs[index];
            if !run.one {
                continue;
            }
            let root = self.root(index);
            let place = *of_root[root].get_or_insert(found.len());
            if place == found.len() {
                found.push(Vec::new());
            }
            found[place].extend((run.start..run.end).map(|x| run.y * self.width + x));
        }
        found
    }

    /// The components of ones whose bounding box has a diagonal of at least `shortest` pixels, counted from outer edge to outer edge.
    pub fn at_least(mut self, shortest: f32) -> Plane {
        // First row, last row, first column, end of the last, of each component at the place of its root.
        let mut boxes = vec![None; self.runs.len()];
        for index in 0..self.runs.len() {
            let Run { y, start, end, one } = self.runs[index];
            if one {
                let root = self.root(index);
                let (top, left, right) = boxes[root]
                    .map_or((y, start, end), |(top, _, left, right)| {
                        (top, usize::min(left, start), usize::max(right, end))
                    });
                boxes[root] = Some((top, y, left, right));
            }
        }
        let mut kept = Plane::filled(self.width, self.height, 0.0);
        for index in 0..self.runs.len() {
            let root = self.root(index);
            if let Some((top, bottom, left, right)) = boxes[root] {
                let (across, down) = ((right - left) as f32, (bottom + 1 - top) as f32);
                if libm::hypotf(across, down) >= shortest {
                    self.paint(&mut kept, index, 1.0);
                }
            }
        }
        kept
    }

    /// 0 where a path of zeros leads from a one of `outside`, else 1: the contours are filled, and
    /// what is outside need not be the plane's edge.
    ///
    /// # Panics
    /// When the planes differ in size.
    pub fn filled_from(mut self, outside: &Plane) -> Plane {
        assert_eq!(
            (self.width, self.height),
            (outside.width(), outside.height()),
            "planes of one size"
        );
        let mut open = vec![false; self.runs.len()];
        for index in 0..self.runs.len() {
            let run = self.runs[index];
            let row = run.y * self.width;
            let pixels = &outside.values()[row + run.start..row + run.end];
            if !run.one && pixels.iter().any(|&v| v > 0.5) {
                let root = self.root(index);
                open[root] = true;
            }
        }
        self.without(&open)
    }

    /// The component with the largest outer contour, its holes filled: 1 inside, else 0. The bright
    /// scalp around a dark skull wins over the larger brain that it encloses.
    pub fn largest_filled(self) -> Plane {
        Self::of(&self.filled()).largest()
    }

    /// The largest component of ones alone.
    fn largest(mut self) -> Plane {
        let areas = self.area_of_each();
        // The first of equals, so that the answer does not depend on the order of a search.
        let largest = (0..areas.len()).rev().max_by_key(|&run| areas[run]);
        let mut kept = Plane::filled(self.width, self.height, 0.0);
        if let Some(largest) = largest.filter(|&run| areas[run] > 0) {
            for index in 0..self.runs.len() {
                if self.root(index) == largest {
                    self.paint(&mut kept, index, 1.0);
                }
            }
        }
        kept
    }

    /// Every zero that no path of zeros connects with the edge of the plane becomes 1.
    fn filled(mut self) -> Plane {
        let mut open = vec![false; self.runs.len()];
        for index in 0..self.runs.len() {
            let run = self.runs[index];
            let at_edge =
                run.y == 0 || run.y + 1 == self.height || run.start == 0 || run.end == self.width;
            if at_edge && !run.one {
                let root = self.root(index);
                open[root] = true;
            }
        }
        self.without(&open)
    }

    /// Ones, but for the components whose root is `open`.
    fn without(mut self, open: &[bool]) -> Plane {
        let mut plane = Plane::filled(self.width, self.height, 1.0);
        for index in 0..self.runs.len() {
            let root = self.root(index);
            if open[root] {
                self.paint(&mut plane, index, 0.0);
            }
        }
        plane
    }

    /// The area of each component of ones at the place of its root, 0 elsewhere.
    fn area_of_each(&mut self) -> Vec<usize> {
        let mut areas = vec![0; self.runs.len()];
        for index in 0..self.runs.len() {
            let run = self.runs[index];
            if run.one {
                let root = self.root(index);
                areas[root] += run.end - run.start;
            }
        }
        areas
    }

    fn paint(&self, plane: &mut Plane, index: usize, value: f32) {
        let run = self.runs[index];
        let row = run.y * self.width;
        plane.values_mut()[row + run.start..row + run.end].fill(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plane(rows: &[&str]) -> Plane {
        Plane::from_fn(rows[0].len(), rows.len(), |x, y| {
            f32::from(u8::from(rows[y].as_bytes()[x] == b'#'))
        })
    }

    #[test]
    fn lines_connect_through_corners_and_what_encloses_zeros_does_not_join_them() {
        for rows in [["#..", ".#.", "..#"], ["..#", ".#.", "#.."]] {
            assert_eq!(Components::of_lines(&plane(&rows)).areas(), [3]);
            assert_eq!(Components::of(&plane(&rows)).areas(), [1, 1, 1]);
        }
        let ring = plane(&[".#.", "#.#", ".#."]);
        assert_eq!(Components::of_lines(&ring).areas(), [4]);
        let apart = plane(&["#.#", "...", "#.#"]);
        assert_eq!(Components::of_lines(&apart).areas(), [1, 1, 1, 1]);
    }

    #[test]
    fn pieces_are_kept_by_the_diagonal_of_their_box() {
        // Boxes of 4 x 1, 1 x 1 and 3 x 3 pixels: diagonals 4.12, 1.41 and 4.24.
        let drawn = plane(&["####..#", ".......", ".#.....", "..#....", "...#..."]);
        let without_dot = plane(&["####...", ".......", ".#.....", "..#....", "...#..."]);
        let oblique = plane(&[".......", ".......", ".#.....", "..#....", "...#..."]);
        let kept = |shortest| Components::of_lines(&drawn).at_least(shortest);
        assert_eq!(kept(0.0), drawn);
        assert_eq!(kept(1.5), without_dot);
        assert_eq!(kept(4.2), oblique);
        assert_eq!(kept(5.0), Plane::filled(7, 5, 0.0));
    }

    #[test]
    fn sides_connect_and_corners_do_not() {
        let drawn = plane(&["##..#", "#..#.", "##..#"]);
        assert_eq!(Components::of(&drawn).areas(), [5, 1, 1, 1]);
        assert!(Components::of(&plane(&["...", "..."])).areas().is_empty());
    }

    #[test]
    fn a_spiral_is_one_component_and_its_inside_is_open() {
        let spiral = plane(&["#####", "#...#", "#.#.#", "#.###", "#...."]);
        assert_eq!(Components::of(&spiral).areas(), [15]);
        assert_eq!(Components::of(&spiral).largest_filled(), spiral);
    }

    #[test]
    fn the_largest_is_kept_and_filled() {
        let drawn = plane(&["#.....", "..####", "..#.##", "..####"]);
        let solid = plane(&["......", "..####", "..####", "..####"]);
        assert_eq!(Components::of(&drawn).largest_filled(), solid);
        let head = plane(&[
            "#####", "#...#", "#.#.#", "#...#", "#####", ".....", "#####",
        ]);
        assert_eq!(
            Components::of(&head).largest_filled(),
            plane(&[
                "#####", "#####", "#####", "#####", "#####", ".....", "....."
            ]),
            "the ring, not what it encloses"
        );
        let equal = plane(&["##..##"]);
        assert_eq!(
            Components::of(&equal).largest_filled(),
            plane(&["##...."]),
            "the first of equals"
        );
    }

    #[test]
    fn pixels_are_listed_by_component() {
        let drawn = plane(&["#.#", "#.#", "###", "...", "..#"]);
        let found = Components::of(&drawn).pixels();
        assert_eq!(found, [vec![0, 2, 3, 5, 6, 7, 8], vec![14]]);
    }

    #[test]
    fn filling_starts_from_what_is_outside() {
        let drawn = plane(&["......", ".####.", ".#..#.", ".#..#."]);
        let above = plane(&["######", "......", "......", "......"]);
        let filled = plane(&["......", ".####.", ".####.", ".####."]);
        assert_eq!(Components::of(&drawn).filled_from(&above), filled);
        let below = plane(&["......", "......", "......", "..#..."]);
        let other = plane(&["######", "######", "##..##", "##..##"]);
        assert_eq!(Components::of(&drawn).filled_from(&below), other);
    }

    /// The same by flooding pixel by pixel.
    fn flooded(plane: &Plane) -> Vec<usize> {
        let (width, height) = (plane.width(), plane.height());
        let mut seen = vec![false; width * height];
        let mut areas = Vec::new();
        for start in 0..seen.len() {
            let (mut open, mut area) = (vec![start], 0);
            while let Some(at) = open.pop() {
                if plane.values()[at] < 0.5 || std::mem::replace(&mut seen[at], true) {
                    continue;
                }
                area += 1;
                let (x, y) = (at % width, at / width);
                open.extend((x > 0).then(|| at - 1));
                open.extend((x + 1 < width).then_some(at + 1));
                open.extend((y > 0).then(|| at - width));
                open.extend((y + 1 < height).then_some(at + width));
            }
            if area > 0 {
                areas.push(area);
            }
        }
        areas
    }

    proptest! {
        #[test]
        fn runs_find_what_flooding_finds(width in 1usize..14, bits in proptest::collection::vec(any::<bool>(), 1..150)) {
            let height = bits.len().div_ceil(width);
            let drawn = Plane::from_fn(width, height, |x, y| f32::from(u8::from(bits.get(y * width + x) == Some(&true))));
            prop_assert_eq!(Components::of(&drawn).areas(), flooded(&drawn));
        }
    }
}
