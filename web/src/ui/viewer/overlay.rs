//! Lines, mask and lesions drawn over a picture, on a finer grid than its pixels, so that outlines
//! stay thin and the picture beneath can be seen.
//!
//! Colours are of Okabe and Ito's palette, and no two layers look alike without colour: lines are
//! filled, the mask's outline is dashed, the lesion asked for has a plain outline, the one found is
//! hatched. Over a picture in colour each is edged with black, so that it can be told from whatever hue lies
//! beneath.

use crate::model::protocol::Pixels;
use crate::ui::canvas::Colours;

/// Longest side of an overlay.
const SIDE: u32 = 1024;
/// Fine pixels per pixel, at most, and the width of an outline among them.
const FINE: u32 = 4;

const STRUCTURE: [u8; 4] = [0, 200, 150, 255];
const MASK: [u8; 4] = [230, 150, 200, 255];
const ASKED: [u8; 4] = [86, 180, 233, 255];
const FOUND: [u8; 4] = [240, 160, 0, 255];
const EDGE: [u8; 4] = [0, 0, 0, 255];

/// What is drawn; all of one size.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layers {
    /// The structure map, lines 255.
    pub structure: Option<Pixels>,
    /// The mask, background 255.
    pub mask: Option<Pixels>,
    /// The lesion asked for, one shade per class.
    pub asked: Option<Pixels>,
    /// The lesion that the segmenter finds.
    pub found: Option<Pixels>,
    /// Whether the picture beneath is in colour.
    pub on_colour: bool,
}

impl Layers {
    /// The layers as colours over nothing; `None` when there is nothing to draw.
    pub fn drawn(&self) -> Option<Colours> {
        let all = [&self.structure, &self.mask, &self.found, &self.asked];
        let first = all.into_iter().flatten().next()?;
        let (width, height) = first.size();
        let alike = |p: &&Pixels| p.size() == (width, height);
        if width.max(height) > SIDE {
            return None;
        }
        let fine = (SIDE / width.max(height)).clamp(1, FINE);
        let mut sheet = Sheet::new(width * fine, height * fine, fine);
        if let Some(lines) = self.structure.as_ref().filter(alike) {
            sheet.fill(lines, STRUCTURE);
        }
        if let Some(mask) = self.mask.as_ref().filter(alike) {
            let inside = |v: u8| u8::from(v < 128);
            let dashed = |x: u32, y: u32| ((x + y) / (2 * FINE)).is_multiple_of(2);
            sheet.outline(mask, MASK, inside, dashed);
        }
        if let Some(found) = self.found.as_ref().filter(alike) {
            sheet.hatch(found, FOUND);
            sheet.outline(found, FOUND, |v| v, |_, _| true);
        }
        if let Some(asked) = self.asked.as_ref().filter(alike) {
            sheet.outline(asked, ASKED, |v| v, |_, _| true);
        }
        if self.on_colour {
            sheet.edge();
        }
        Some(sheet.colours)
    }
}

struct Sheet {
    colours: Colours,
    fine: u32,
}

impl Sheet {
    fn new(width: u32, height: u32, fine: u32) -> Self {
        let rgba = vec![0; (4 * width * height) as usize];
        let colours = Colours {
            width,
            height,
            rgba,
        };
        Self { colours, fine }
    }

    fn put(&mut self, x: u32, y: u32, colour: [u8; 4]) {
        let at = 4 * (y * self.colours.width + x) as usize;
        self.colours.rgba[at..at + 4].copy_from_slice(&colour);
    }

    /// Every fine pixel of the pixels that `chosen` takes, where `texture` has ink.
    fn paint(
        &mut self,
        pixels: &Pixels,
        colour: [u8; 4],
        chosen: impl Fn(u8) -> bool,
        texture: impl Fn(u32, u32) -> bool,
    ) {
        for (index, &value) in (0..).zip(pixels.grey().iter()) {
            if !chosen(value) {
                continue;
            }
            let (left, top) = self.corner(index, pixels.width());
            for y in top..top + self.fine {
                for x in left..left + self.fine {
                    if texture(x, y) {
                        self.put(x, y, colour);
                    }
                }
            }
        }
    }

    fn corner(&self, index: u32, width: u32) -> (u32, u32) {
        (index % width * self.fine, index / width * self.fine)
    }

    /// Puts the edge around everything that has ink.
    fn edge(&mut self) {
        let (width, height) = (self.colours.width, self.colours.height);
        let inked: Vec<bool> = self.colours.rgba.chunks(4).map(|c| c[3] > 0).collect();
        for y in 0..height {
            for x in 0..width {
                let ink = |x: u32, y: u32| inked[(y * width + x) as usize];
                let across = || x.saturating_sub(1)..=(x + 1).min(width - 1);
                let mut down = y.saturating_sub(1)..=(y + 1).min(height - 1);
                if !ink(x, y) && down.any(|y| across().any(|x| ink(x, y))) {
                    self.put(x, y, EDGE);
                }
            }
        }
    }

    fn fill(&mut self, pixels: &Pixels, colour: [u8; 4]) {
        self.paint(pixels, colour, |v| v > 127, |_, _| true);
    }

    fn hatch(&mut self, pixels: &Pixels, colour: [u8; 4]) {
        let stripe = |x: u32, y: u32| (x + y) % (2 * FINE) < FINE / 2;
        self.paint(pixels, colour, |v| v > 0, stripe);
    }

    /// The inner edge of every region: where `class` is not 0 and a neighbour has another.
    fn outline(
        &mut self,
        pixels: &Pixels,
        colour: [u8; 4],
        class: impl Fn(u8) -> u8,
        texture: impl Fn(u32, u32) -> bool,
    ) {
        let (width, height) = pixels.size();
        let greys = pixels.grey();
        let at = |x: u32, y: u32| class(greys[(y * width + x) as usize]);
        let thin = self.fine.div_ceil(2);
        for index in 0..width * height {
            let (x, y) = (index % width, index / width);
            let own = at(x, y);
            if own == 0 {
                continue;
            }
            // Beyond the picture's edge there is nothing.
            let other = |x: Option<u32>, y: Option<u32>| match (x, y) {
                (Some(x), Some(y)) if x < width && y < height => at(x, y) != own,
                _ => true,
            };
            let left = other(x.checked_sub(1), Some(y));
            let right = other(Some(x + 1), Some(y));
            let above = other(Some(x), y.checked_sub(1));
            let below = other(Some(x), Some(y + 1));
            if !(left || right || above || below) {
                continue;
            }
            let (column, row) = self.corner(index, width);
            let far = self.fine - thin;
            for j in 0..self.fine {
                for i in 0..self.fine {
                    let edge = left && i < thin
                        || right && i >= far
                        || above && j < thin
                        || below && j >= far;
                    if edge && texture(column + i, row + j) {
                        self.put(column + i, row + j, colour);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(side: u32, bytes: Vec<u8>) -> Pixels {
        Pixels::new(side, side, bytes).expect("a square")
    }

    /// A dot in the middle of 3 x 3 pixels.
    fn dot() -> Pixels {
        let mut bytes = vec![0; 9];
        bytes[4] = 255;
        pixels(3, bytes)
    }

    fn at(colours: &Colours, x: u32, y: u32) -> [u8; 4] {
        let at = 4 * (y * colours.width + x) as usize;
        colours.rgba[at..at + 4].try_into().expect("four")
    }

    #[test]
    fn nothing_to_draw_is_nothing() {
        assert_eq!(Layers::default().drawn(), None);
    }

    #[test]
    fn lines_fill_their_pixels() {
        let structure = Some(dot());
        let drawn = Layers {
            structure,
            ..Layers::default()
        }
        .drawn()
        .expect("lines");
        assert_eq!((drawn.width, drawn.height), (12, 12));
        let inked = drawn.rgba.chunks(4).filter(|c| *c == STRUCTURE).count();
        assert_eq!(inked, 16);
        assert_eq!([at(&drawn, 4, 4), at(&drawn, 7, 7)], [STRUCTURE; 2]);
        assert_eq!([at(&drawn, 3, 4), at(&drawn, 8, 7)], [[0; 4]; 2]);
    }

    #[test]
    fn an_outline_follows_the_edge_and_leaves_the_middle() {
        let asked = Some(pixels(4, vec![85; 16]));
        let drawn = Layers {
            asked,
            ..Layers::default()
        }
        .drawn()
        .expect("an outline");
        // 16 x 16 fine pixels, all but a middle of 12 x 12.
        let inked = drawn.rgba.chunks(4).filter(|c| *c == ASKED).count();
        assert_eq!(inked, 16 * 16 - 12 * 12);
        assert_eq!(at(&drawn, 1, 8), ASKED);
        assert_eq!(at(&drawn, 2, 8), [0; 4]);
    }

    #[test]
    fn classes_beside_each_other_are_told_apart() {
        let bytes = [[85; 4], [85; 4], [170; 4], [170; 4]].concat();
        let asked = Some(pixels(4, bytes));
        let drawn = Layers {
            asked,
            ..Layers::default()
        }
        .drawn()
        .expect("outlines");
        assert_eq!([at(&drawn, 6, 7), at(&drawn, 6, 8)], [ASKED; 2]);
        assert_eq!(at(&drawn, 6, 5), [0; 4]);
    }

    #[test]
    fn what_was_asked_lies_over_what_was_found() {
        let layers = Layers {
            asked: Some(dot()),
            found: Some(dot()),
            ..Layers::default()
        };
        let drawn = layers.drawn().expect("both");
        assert_eq!(at(&drawn, 4, 4), ASKED);
    }

    #[test]
    fn over_a_picture_in_colour_ink_has_a_black_edge() {
        let layers = |on_colour| Layers {
            structure: Some(dot()),
            on_colour,
            ..Layers::default()
        };
        let (plain, edged) = (layers(false).drawn(), layers(true).drawn());
        let (plain, edged) = (plain.expect("lines"), edged.expect("lines"));
        let count = |colour| edged.rgba.chunks(4).filter(|c| *c == colour).count();
        // 4 x 4 fine pixels of ink within 6 x 6.
        assert_eq!((count(STRUCTURE), count(EDGE)), (16, 36 - 16));
        assert_eq!([at(&edged, 3, 3), at(&edged, 8, 6)], [EDGE; 2]);
        assert_eq!(at(&edged, 2, 3), [0; 4]);
        assert!(plain.rgba.chunks(4).all(|c| c == STRUCTURE || c == [0; 4]));
    }

    #[test]
    fn planes_of_another_size_are_left_out() {
        let layers = Layers {
            structure: Some(dot()),
            found: Some(pixels(2, vec![255; 4])),
            ..Layers::default()
        };
        let drawn = layers.drawn().expect("lines");
        assert!(drawn.rgba.chunks(4).all(|c| c == STRUCTURE || c == [0; 4]));
    }
}
