//! From strokes to pixels.

use super::sheet::{Sheet, Spot};

/// What touches the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brush {
    /// A square of this side.
    Square(u8),
    /// A disc of this diameter.
    Disc(u8),
}

impl Brush {
    /// Width in pixels.
    pub fn width(self) -> u8 {
        match self {
            Self::Square(width) | Self::Disc(width) => width.max(1),
        }
    }

    /// The pixels that it covers at (0, 0).
    fn print(self) -> Vec<Spot> {
        let (low, high) = reach(self.width());
        match self {
            Self::Square(_) => rectangle((low, low), (high, high)),
            Self::Disc(_) => oval((low, low), (high, high)),
        }
    }

    /// Draws from one pixel to another, both included.
    pub fn sweep(self, sheet: &mut Sheet, from: Spot, to: Spot, value: u8) {
        let print = self.print();
        for (x, y) in line(from, to) {
            for (right, down) in &print {
                sheet.put((x + right, y + down), value);
            }
        }
    }
}

/// First and last pixel of a brush of this width whose middle, or the pixel before it, is 0.
pub fn reach(width: u8) -> (i32, i32) {
    let low = -(i32::from(width.max(1)) - 1) / 2;
    (low, low + i32::from(width.max(1)) - 1)
}

/// The pixels between two, both included (Bresenham 1965).
pub fn line(from: Spot, to: Spot) -> Vec<Spot> {
    let (across, down) = ((to.0 - from.0).abs(), -(to.1 - from.1).abs());
    let step = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
    let mut error = across + down;
    let mut at = from;
    let mut spots = vec![at];
    while at != to {
        let twice = 2 * error;
        if twice >= down {
            error += down;
            at.0 += step.0;
        }
        if twice <= across {
            error += across;
            at.1 += step.1;
        }
        spots.push(at);
    }
    spots
}

/// The pixels of a rectangle between two corners, both included.
pub fn rectangle(a: Spot, b: Spot) -> Vec<Spot> {
    let (left, right) = (a.0.min(b.0), a.0.max(b.0));
    let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
    (top..=bottom)
        .flat_map(|y| (left..=right).map(move |x| (x, y)))
        .collect()
}

/// The pixels whose middle lies in the ellipse that fills that rectangle.
pub fn oval(a: Spot, b: Spot) -> Vec<Spot> {
    // Whole numbers, doubled: the middle of a rectangle may lie between two pixels.
    let middle = (i64::from(a.0 + b.0), i64::from(a.1 + b.1));
    let width = i64::from((a.0 - b.0).abs() + 1).pow(2);
    let height = i64::from((a.1 - b.1).abs() + 1).pow(2);
    let inside = |&(x, y): &Spot| {
        let (across, down) = (2 * i64::from(x) - middle.0, 2 * i64::from(y) - middle.1);
        across * across * height + down * down * width <= width * height
    };
    rectangle(a, b).into_iter().filter(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(sheet: &Sheet) -> Vec<String> {
        let rows = sheet.values().chunks(sheet.side());
        rows.map(|row| row.iter().map(u8::to_string).collect())
            .collect()
    }

    #[test]
    fn lines_as_drawn_on_squared_paper() {
        let expected = [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)];
        assert_eq!(line((0, 0), (4, 2)), expected);
        assert_eq!(line((1, 3), (1, 1)), [(1, 3), (1, 2), (1, 1)]);
        assert_eq!(line((2, 0), (0, 2)), [(2, 0), (1, 1), (0, 2)]);
        assert_eq!(line((7, 7), (7, 7)), [(7, 7)]);
    }

    #[test]
    fn every_two_pixels_are_joined_without_a_gap() {
        for to in [(9, 4), (-3, 8), (-7, -1), (2, -9), (0, 5)] {
            let spots = line((0, 0), to);
            assert_eq!((spots[0], spots[spots.len() - 1]), ((0, 0), to));
            let near = |w: &[Spot]| (w[0].0 - w[1].0).abs() <= 1 && (w[0].1 - w[1].1).abs() <= 1;
            assert!(spots.windows(2).all(near), "{to:?}");
        }
    }

    #[test]
    fn brushes_have_the_width_they_say() {
        assert_eq!([1, 2, 3, 4].map(reach), [(0, 0), (0, 1), (-1, 1), (-1, 2)]);
        let mut sheet = Sheet::empty(5);
        Brush::Square(2).sweep(&mut sheet, (0, 0), (0, 0), 1);
        Brush::Square(3).sweep(&mut sheet, (4, 4), (4, 4), 2);
        assert_eq!(drawn(&sheet), ["11000", "11000", "00000", "00022", "00022"]);
        let mut sheet = Sheet::empty(5);
        Brush::Disc(5).sweep(&mut sheet, (2, 2), (2, 2), 1);
        assert_eq!(drawn(&sheet), ["01110", "11111", "11111", "11111", "01110"]);
    }

    #[test]
    fn an_oval_fills_its_rectangle() {
        let mut sheet = Sheet::empty(7);
        for spot in oval((6, 1), (0, 3)) {
            sheet.put(spot, 1);
        }
        let rows = drawn(&sheet);
        // Outer rows: 9 (2x - 6)^2 + 49 * 2^2 <= 49 * 9 is 340 for x = 1 and 520 for x = 0.
        assert_eq!(rows[1..4], ["0111110", "1111111", "0111110"]);
        assert_eq!(oval((3, 3), (3, 3)), [(3, 3)]);
        assert_eq!(rectangle((2, 1), (1, 2)).len(), 4);
    }
}
