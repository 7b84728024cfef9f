//! Words on pictures, in the letters of old terminals: a sheet of cases has to say what each of them is.

use font8x8::legacy::BASIC_LEGACY;
use scanweave::image::{Image, Plane};

/// Red, green and blue, 0..=1.
pub type Colour = [f32; 3];

/// Pixels from one letter to the next.
const LETTER: usize = 8;
/// Pixels of a line of words, with a little air.
const LINE: usize = 11;
/// What stands where a letter is not known.
const UNKNOWN: char = '?';

/// One line of words, each in its colour, on `paper`, `width` pixels wide; what does not fit is cut, and two dots say so.
/// In grey where all of them are.
///
/// # Panics
/// When the width is 0 or larger than an image may be.
pub fn line(words: &[(&str, Colour)], width: usize, paper: f32) -> Image {
    let letters = words.iter().flat_map(|(word, colour)| {
        let letters = word.chars().chain([' ']);
        letters.map(move |letter| (letter, *colour))
    });
    let mut letters: Vec<(char, Colour)> = letters.collect();
    letters.pop();
    let room = width / LETTER;
    if letters.len() > room {
        letters.truncate(room);
        for (letter, _) in letters.iter_mut().rev().take(2) {
            *letter = '.';
        }
    }
    let is_grey = |colour: &Colour| colour.iter().all(|v| *v == colour[0]);
    let channels = if words.iter().all(|(_, colour)| is_grey(colour)) {
        1
    } else {
        3
    };
    let mut planes = vec![Plane::filled(width, LINE, paper); channels];
    for (place, (letter, colour)) in letters.into_iter().enumerate() {
        for (plane, value) in planes.iter_mut().zip(colour) {
            draw(plane, place * LETTER, letter, value);
        }
    }
    Image::new(planes).expect("planes of one size")
}

fn draw(plane: &mut Plane, left: usize, letter: char, value: f32) {
    for (y, row) in rows(letter).into_iter().enumerate() {
        for x in (0..LETTER).filter(|x| row >> x & 1 == 1) {
            plane.set(left + x, 2 + y, value);
        }
    }
}

/// The rows of a letter from top to bottom, the lowest bit on the left.
fn rows(letter: char) -> [u8; 8] {
    let known = |letter: char| BASIC_LEGACY.get(letter as usize).copied();
    known(letter).or_else(|| known(UNKNOWN)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = [1.0; 3];

    /// Where something is drawn, a row per string.
    fn seen(image: &Image, width: usize) -> Vec<String> {
        let plane = &image.planes()[0];
        let pixel = |x, y| if plane.at(x, y) > 0.5 { '#' } else { '.' };
        let row = |y| (0..width).map(|x| pixel(x, y)).collect();
        (2..10).map(row).collect()
    }

    #[test]
    fn a_letter_stands_upright() {
        let found = seen(&line(&[("L", WHITE)], 8, 0.0), 8);
        let expected = [
            "####....", ".##.....", ".##.....", ".##.....", ".##...#.", ".##..##.", "#######.",
            "........",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn words_have_colours_and_end_where_there_is_no_room() {
        let red = [1.0, 0.0, 0.0];
        let image = line(&[("a", WHITE), ("b", red)], 32, 0.25);
        assert_eq!(
            (image.channels(), image.width(), image.height()),
            (3, 32, LINE)
        );
        let drawn = |of: usize, from: usize| {
            let plane = &image.planes()[of];
            (0..LINE).any(|y| (from..from + 8).any(|x| plane.at(x, y) == 1.0))
        };
        assert!(drawn(0, 0) && drawn(2, 0), "white");
        assert!(drawn(0, 16) && !drawn(2, 16), "red");
        assert!(!drawn(0, 8) && !drawn(0, 24), "space");
        let grey = line(&[("long words", WHITE)], 40, 0.0);
        assert_eq!(grey, line(&[("lon..", WHITE)], 40, 0.0));
        assert_eq!(line(&[("\u{4e2d}\u{7f}", WHITE)], 16, 0.0).channels(), 1);
        assert_eq!(
            line(&[("中", WHITE)], 8, 0.0),
            line(&[("?", WHITE)], 8, 0.0)
        );
        assert_eq!(line(&[], 8, 0.0), line(&[("", WHITE)], 8, 0.0));
    }
}
