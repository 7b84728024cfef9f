//! What a stroke does to a sheet: every tool as one pure function.

use super::pose::shifted;
use super::raster::{Brush, oval, rectangle};
use super::sheet::{Sheet, Spot};

/// How a stroke leaves its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Along the way of the pointer.
    Free(Brush),
    /// Straight from where it began to where it is.
    Straight(Brush),
    /// An ellipse in the rectangle between both.
    Oval,
    /// That rectangle.
    Oblong,
    /// Everything that was drawn before moves along.
    Shift,
}

/// A tool and the value that it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ink {
    /// The tool.
    pub tool: Tool,
    /// What it writes into the sheet.
    pub value: u8,
}

impl Tool {
    /// Whether it needs a second place: a mere click draws nothing.
    pub fn needs_a_way(self) -> bool {
        matches!(self, Self::Oval | Self::Oblong | Self::Shift)
    }
}

impl Ink {
    /// Goes from `from` to `to` in a stroke that began at `start` on `base`; `work` is what the stroke
    /// has made of it so far.
    pub fn go(self, base: &Sheet, work: &mut Sheet, start: Spot, from: Spot, to: Spot) {
        let fill = |spots: Vec<Spot>| {
            let mut sheet = base.clone();
            for spot in spots {
                sheet.put(spot, self.value);
            }
            sheet
        };
        match self.tool {
            Tool::Free(brush) => brush.sweep(work, from, to, self.value),
            Tool::Straight(brush) => {
                work.clone_from(base);
                brush.sweep(work, start, to, self.value);
            }
            Tool::Oval => *work = fill(oval(start, to)),
            Tool::Oblong => *work = fill(rectangle(start, to)),
            Tool::Shift => *work = shifted(base, (to.0 - start.0, to.1 - start.1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stroke of a tool over a sheet of 6 x 6 with one pixel of class 3 at (1, 1).
    fn stroke(tool: Tool, value: u8, way: &[Spot]) -> Sheet {
        let mut base = Sheet::empty(6);
        base.put((1, 1), 3);
        let mut work = base.clone();
        for pair in way.windows(2) {
            Ink { tool, value }.go(&base, &mut work, way[0], pair[0], pair[1]);
        }
        work
    }

    fn count(sheet: &Sheet, value: u8) -> usize {
        sheet
            .values()
            .iter()
            .map(|&v| usize::from(v == value))
            .sum()
    }

    #[test]
    fn a_pen_keeps_its_way_and_a_ruler_its_ends() {
        let way = [(0, 5), (0, 0), (5, 0)];
        let free = stroke(Tool::Free(Brush::Square(1)), 1, &way);
        assert_eq!(count(&free, 1), 11);
        let straight = stroke(Tool::Straight(Brush::Square(1)), 1, &way);
        assert_eq!(count(&straight, 1), 6);
        assert_eq!((straight.at((0, 0)), straight.at((2, 3))), (0, 1));
    }

    #[test]
    fn shapes_follow_the_pointer_and_forget_where_it_was() {
        let way = [(2, 2), (5, 5), (3, 4)];
        let oblong = stroke(Tool::Oblong, 1, &way);
        assert_eq!((count(&oblong, 1), count(&oblong, 3)), (6, 1));
        let oval = stroke(Tool::Oval, 2, &[(0, 0), (4, 4)]);
        assert_eq!(
            (count(&oval, 2), count(&oval, 3)),
            (21, 0),
            "a disc of five"
        );
    }

    #[test]
    fn a_shift_loses_nothing_on_the_way() {
        let there = stroke(Tool::Shift, 0, &[(0, 0), (-3, 0)]);
        assert!(there.is_empty());
        let back = stroke(Tool::Shift, 0, &[(0, 0), (-3, 0), (2, 1)]);
        assert_eq!((back.at((3, 2)), count(&back, 3)), (3, 1));
    }
}
