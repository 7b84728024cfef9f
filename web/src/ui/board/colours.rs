//! What lies on the board as colours, on a finer grid than its pixels, so that textures have room.
//!
//! Blue and orange, which most colour-blind eyes tell apart (Okabe and Ito 2008), and no two layers
//! that look alike without colour: what is forbidden is hatched, lesion classes have textures, what
//! lies where it may not is chequered. Tints lie over the luminance of the picture beneath, so that they look
//! the same over every hue.

use super::sheet::Sheet;
use crate::model::protocol::{Pixels, luminance};

/// Longest side that is painted finer, and the finest grid.
const SIDE: usize = 512;
const FINEST: usize = 8;

type Rgb = [u8; 3];
const LINE: Rgb = [235, 238, 240];
const DRAWN: Rgb = [140, 205, 250];
const ORANGE: Rgb = [240, 150, 20];
const BLUES: [Rgb; 4] = [
    [86, 180, 233],
    [0, 114, 178],
    [170, 215, 245],
    [60, 140, 215],
];

/// Everything that may lie on the board; planes of `side` x `side` pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sight {
    /// Width and height.
    pub side: usize,
    /// A picture beneath; without one it is black.
    pub ground: Option<Pixels>,
    /// The structure map, lines 255.
    pub lines: Option<Vec<u8>>,
    /// What was drawn by hand (1) and taken away (2).
    pub strokes: Option<Sheet>,
    /// Where no lesion may lie, 255.
    pub forbidden: Option<Vec<u8>>,
    /// The lesion's classes.
    pub lesion: Option<Sheet>,
}

/// Fine pixels per pixel.
pub fn fineness(side: usize) -> usize {
    (SIDE / side.max(1)).clamp(1, FINEST)
}

impl Sight {
    /// Width and height of what is painted, and its colours.
    pub fn painted(&self) -> (usize, Vec<u8>) {
        let fine = fineness(self.side);
        let width = self.side * fine;
        let mut rgba = vec![255; 4 * width * width];
        for y in 0..self.side {
            for x in 0..self.side {
                let cell = self.cell(x, y);
                for row in y * fine..(y + 1) * fine {
                    for column in x * fine..(x + 1) * fine {
                        let at = 4 * (row * width + column);
                        rgba[at..at + 3].copy_from_slice(&cell.colour(column, row, fine));
                    }
                }
            }
        }
        (width, rgba)
    }

    fn cell(&self, x: usize, y: usize) -> Cell {
        let index = y * self.side + x;
        let value = |plane: &Option<Vec<u8>>| {
            let plane = plane.as_ref();
            plane.and_then(|p| p.get(index)).copied().unwrap_or(0)
        };
        let spot = (x as i32, y as i32);
        let sheet = |sheet: &Option<Sheet>| sheet.as_ref().map_or(0, |s| s.at(spot));
        let stroke = sheet(&self.strokes);
        let (forbidden, class) = (value(&self.forbidden) > 127, sheet(&self.lesion));
        let beneath = match stroke {
            1 => DRAWN,
            2 => [0; 3],
            _ if value(&self.lines) > 127 => LINE,
            _ if forbidden || class != 0 => [luminance(self.picture(x, y)); 3],
            _ => self.picture(x, y),
        };
        Cell {
            beneath,
            erased: stroke == 2,
            forbidden,
            class,
        }
    }

    fn picture(&self, x: usize, y: usize) -> Rgb {
        let ground = self.ground.as_ref();
        match ground.and_then(|ground| ground.at(x as u32, y as u32)) {
            Some(&[red, green, blue]) => [red, green, blue],
            Some(&[grey]) => [grey; 3],
            _ => [0; 3],
        }
    }
}

/// What lies on one pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    beneath: Rgb,
    erased: bool,
    forbidden: bool,
    class: u8,
}

impl Cell {
    /// The colour of a fine pixel, counted over the whole board so that textures go on.
    fn colour(self, column: usize, row: usize, fine: usize) -> Rgb {
        let half = (fine / 2).max(1);
        let chequered = (column / half + row / half).is_multiple_of(2);
        let stripe = (column + row) % (3 * fine) < half;
        let even = |at: usize| (at / half).is_multiple_of(2);
        match (self.class, self.forbidden) {
            (0, false) if self.erased && even(column) && even(row) => {
                mixed(self.beneath, ORANGE, 90)
            }
            (0, false) => self.beneath,
            (0, true) => mixed(self.beneath, ORANGE, if stripe { 130 } else { 26 }),
            (_, true) if chequered => ORANGE,
            (_, true) => [0; 3],
            (class, false) => self.lesion(class, column, row, half),
        }
    }

    fn lesion(self, class: u8, column: usize, row: usize, half: usize) -> Rgb {
        let kind = usize::from(class - 1) % BLUES.len();
        let textured = match kind {
            1 => (column / half).is_multiple_of(2),
            2 => (row / half).is_multiple_of(2),
            3 => (column / half + row / half).is_multiple_of(3),
            _ => false,
        };
        mixed(self.beneath, BLUES[kind], if textured { 230 } else { 150 })
    }
}

/// `share` of 256 of the second.
fn mixed(a: Rgb, b: Rgb, share: u16) -> Rgb {
    let mix = |a: u8, b: u8| ((u16::from(a) * (256 - share) + u16::from(b) * share) / 256) as u8;
    [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Colours of the pixel, each once.
    fn colours(sight: &Sight, x: usize, y: usize) -> Vec<Rgb> {
        let (width, rgba) = sight.painted();
        let fine = fineness(sight.side);
        let mut found: Vec<Rgb> = Vec::new();
        for row in y * fine..(y + 1) * fine {
            for column in x * fine..(x + 1) * fine {
                let at = 4 * (row * width + column);
                assert_eq!(rgba[at + 3], 255);
                let colour = [rgba[at], rgba[at + 1], rgba[at + 2]];
                if !found.contains(&colour) {
                    found.push(colour);
                }
            }
        }
        found
    }

    #[test]
    fn lines_strokes_and_pictures_lie_over_each_other() {
        let mut strokes = Sheet::empty(2);
        strokes.put((1, 0), 1);
        strokes.put((0, 1), 2);
        let sight = Sight {
            side: 2,
            ground: Some(Pixels::new(2, 2, vec![9, 9, 9, 40]).expect("four greys")),
            lines: Some(vec![255, 0, 255, 0]),
            strokes: Some(strokes),
            ..Sight::default()
        };
        assert_eq!(colours(&sight, 0, 0), [LINE]);
        assert_eq!(colours(&sight, 1, 0), [DRAWN]);
        assert!(colours(&sight, 0, 1).contains(&[0; 3]), "taken away");
        assert_eq!(colours(&sight, 1, 1), [[40; 3]]);
    }

    #[test]
    fn a_lesion_where_it_may_not_lie_is_seen_without_colour() {
        let mut lesion = Sheet::empty(4);
        lesion.put((0, 0), 1);
        lesion.put((1, 0), 1);
        let forbidden = (0..16).map(|i| if i % 4 == 1 { 255 } else { 0 }).collect();
        let sight = Sight {
            side: 4,
            forbidden: Some(forbidden),
            lesion: Some(lesion),
            ..Sight::default()
        };
        assert_eq!(colours(&sight, 0, 0), [mixed([0; 3], BLUES[0], 150)]);
        let wrong = colours(&sight, 1, 0);
        assert_eq!(wrong.len(), 2, "black and bright fields");
        assert!(wrong.contains(&[0; 3]) && wrong.contains(&ORANGE));
        assert!(colours(&sight, 1, 2).len() == 2, "hatched");
        assert_eq!(colours(&sight, 2, 2), [[0; 3]]);
    }

    #[test]
    fn classes_differ_in_texture() {
        let cell = |class| Cell {
            beneath: [0; 3],
            erased: false,
            forbidden: false,
            class,
        };
        let texture = |class| {
            let fields = (0..16).flat_map(|y| (0..16).map(move |x| (x, y)));
            let base = cell(class).colour(1, 1, 2);
            let texture: Vec<bool> = fields
                .map(|(x, y)| cell(class).colour(x, y, 2) == base)
                .collect();
            texture
        };
        for (a, b) in [(1, 2), (1, 3), (2, 3), (2, 4), (3, 4)] {
            assert_ne!(texture(a), texture(b), "{a} and {b}");
        }
        assert_eq!(texture(1), texture(5), "after the fourth they begin anew");
    }

    #[test]
    fn a_picture_keeps_its_colours_and_tints_theirs() {
        let orange = [200, 90, 30];
        let mut lesion = Sheet::empty(2);
        lesion.put((1, 0), 1);
        let sight = Sight {
            side: 2,
            ground: Some(Pixels::new(2, 2, orange.repeat(4)).expect("four colours")),
            forbidden: Some(vec![0, 0, 0, 255]),
            lesion: Some(lesion),
            ..Sight::default()
        };
        assert_eq!(colours(&sight, 0, 0), [orange]);
        let grey = [luminance(orange); 3];
        assert_eq!(colours(&sight, 1, 0), [mixed(grey, BLUES[0], 150)]);
        let hatched = colours(&sight, 1, 1);
        assert!(hatched.contains(&mixed(grey, ORANGE, 26)) && hatched.len() == 2);
    }

    #[test]
    fn planes_cut_short_do_no_harm() {
        let sight = Sight {
            side: 3,
            lines: Some(vec![255]),
            forbidden: Some(Vec::new()),
            ..Sight::default()
        };
        assert_eq!(sight.painted().0, 24);
        assert_eq!([64, 128, 512, 1024].map(fineness), [8, 4, 1, 1]);
    }
}
