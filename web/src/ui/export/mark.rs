//! The word SYNTHETIC drawn into a corner of exported pixels, for pictures that travel without their
//! file's text.

use crate::model::protocol::Pixels;

/// The word, five pixels high.
const WORD: [&str; 5] = [
    ".##.#.#.#..#.###.#.#.###.###.#..##",
    "#...#.#.##.#..#..#.#.#....#..#.#..",
    ".#...#..#.##..#..###.##...#..#.#..",
    "..#..#..#..#..#..#.#.#....#..#.#..",
    "##...#..#..#..#..#.#.###..#..#..##",
];
/// Black pixels around the word, so that it can be read on any ground.
const MARGIN: usize = 2;

/// The pixels with the word in the lower left corner; larger in larger pictures, left out where it
/// does not fit.
pub fn marked(pixels: &Pixels) -> Pixels {
    let mut marked = pixels.clone();
    let (width, height) = pixels.size();
    let scale = (width / 256).max(1);
    let [across, down] = [WORD[0].len(), WORD.len()].map(|n| scale * (n + 2 * MARGIN) as u32);
    if across > width || down > height {
        return marked;
    }
    for y in 0..down {
        for x in 0..across {
            let white = ink((x / scale) as usize, (y / scale) as usize);
            marked.put(x, height - down + y, if white { 255 } else { 0 });
        }
    }
    marked
}

/// Whether the word has ink there, its margin included.
fn ink(x: usize, y: usize) -> bool {
    let row = y.checked_sub(MARGIN).and_then(|y| WORD.get(y));
    let place = x.checked_sub(MARGIN);
    let letter = row.zip(place).and_then(|(row, x)| row.as_bytes().get(x));
    letter == Some(&b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> Pixels {
        let bytes = vec![90; (width * height) as usize];
        Pixels::new(width, height, bytes).expect("one byte per pixel")
    }

    #[test]
    fn the_word_is_even() {
        assert!(WORD.iter().all(|row| row.len() == 34));
    }

    fn white(pixels: &Pixels) -> usize {
        let white = pixels.bytes().iter().map(|&v| usize::from(v == 255));
        white.sum()
    }

    #[test]
    fn it_stands_in_the_corner_and_nowhere_else() {
        let marked = marked(&grey(64, 64));
        let at = |x: usize, y: usize| marked.bytes()[y * 64 + x];
        // The box is 38 by 9 pixels; the first letter's first ink lies at (1, 0) of the word.
        assert_eq!(
            [at(0, 55), at(2, 57), at(3, 57), at(37, 63)],
            [0, 0, 255, 0]
        );
        let outside = |i: usize| i / 64 < 55 || i % 64 >= 38;
        assert!(
            (0..64 * 64)
                .filter(|&i| outside(i))
                .all(|i| marked.bytes()[i] == 90)
        );
        let inked = WORD.concat().matches('#').count();
        assert_eq!(white(&marked), inked);
    }

    #[test]
    fn it_is_black_and_white_on_colours_too() {
        let colours = [200, 90, 30].repeat(64 * 64);
        let colours = Pixels::new(64, 64, colours).expect("three bytes per pixel");
        let marked = marked(&colours);
        assert_eq!(marked.at(2, 57), Some([0; 3].as_slice()));
        assert_eq!(marked.at(3, 57), Some([255; 3].as_slice()));
        assert_eq!(marked.at(0, 0), colours.at(0, 0));
    }

    #[test]
    fn it_grows_with_the_picture_and_spares_tiny_ones() {
        let large = marked(&grey(512, 512));
        let inked = WORD.concat().matches('#').count();
        assert_eq!(white(&large), 4 * inked);
        assert_eq!(marked(&grey(32, 32)), grey(32, 32));
    }
}
