//! PNG files of 16 bits (W3C Portable Network Graphics, third edition), of which a browser's decoder would leave 8.
//!
//! They come from anywhere: what the header claims is checked before memory is asked for, and no bytes make the
//! reader panic.

use std::io::{self, Read};

use flate2::bufread::ZlibDecoder;
use scanweave::image::{Image, ImageError};
use thiserror::Error;

use crate::shrunk;

/// The first bytes of every file.
const MARK: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The most samples, 128 MB.
const MOST: usize = 1 << 26;
/// The whole picture in one pass: its first column and row, and the steps to the next.
const PLAIN: [[usize; 4]; 1] = [[0, 0, 1, 1]];
/// The seven passes of Adam7.
const INTERLACED: [[usize; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

/// Why a file cannot be read.
#[derive(Debug, Error)]
pub enum Png16Error {
    /// It breaks the rules.
    #[error("its {0} is damaged")]
    Damaged(&'static str),
    /// Its pixels do not inflate to as many as there should be.
    #[error("its pixels are damaged: {0}")]
    Compression(#[from] io::Error),
    /// More samples than are read.
    #[error("it has too many pixels of 16 bits: make it smaller, or save it with 8 bits")]
    TooLarge,
    /// There is nothing of it to see.
    #[error(transparent)]
    Image(#[from] ImageError),
}

use Png16Error::{Damaged, TooLarge};

/// What the header says.
struct Header {
    width: usize,
    height: usize,
    colour: bool,
    alpha: bool,
    interlaced: bool,
}

/// Whether these are the bytes of a PNG of 16 bits. One colour that is meant to be transparent is left to the browser.
pub fn is_deep(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
        && bytes.get(24) == Some(&16)
        && chunks(bytes).all(|(name, _)| name != *b"tRNS")
}

/// The picture in `bytes`, 0..=1, in colour if that is wished and it has any, otherwise in grey; what is transparent is
/// black. While a side is longer than `most` pixels it is averaged down by a whole factor.
///
/// # Errors
/// When the file is damaged or has too many pixels.
pub fn read(bytes: &[u8], in_colour: bool, most: usize) -> Result<Image, Png16Error> {
    let header = Header::of(bytes)?;
    let samples = header.samples(bytes)?;
    let pixels = samples.chunks_exact(header.channels());
    let alpha = |pixel: &[u16]| match pixel {
        [.., alpha] if header.alpha => share(*alpha),
        _ => 1.0,
    };
    let places: &[usize] = match (header.colour, in_colour) {
        (true, true) => &[0, 1, 2],
        _ => &[0],
    };
    let value = |pixel: &[u16], place: usize| match pixel {
        [red, green, blue, ..] if !in_colour => share(luminance([*red, *green, *blue])),
        _ => share(pixel[place]),
    };
    let whole = [header.width, header.height];
    let planes = places.iter().flat_map(|&place| {
        let values = pixels.clone().map(move |p| value(p, place) * alpha(p));
        shrunk::averaged(&values.collect::<Vec<f32>>(), whole, most)
    });
    let [width, height] = shrunk::sides(whole, most);
    Ok(Image::of_values(
        width,
        height,
        &planes.collect::<Vec<f32>>(),
    )?)
}

impl Header {
    fn of(bytes: &[u8]) -> Result<Self, Png16Error> {
        let header = chunks(bytes).next().filter(|(name, _)| name == b"IHDR");
        let header = header.map(|(_, content)| content);
        let &[w0, w1, w2, w3, h0, h1, h2, h3, 16, kind, 0, 0, interlace] =
            header.ok_or(Damaged("header"))?
        else {
            return Err(Damaged("header"));
        };
        let (colour, alpha) = match kind {
            0 => (false, false),
            2 => (true, false),
            4 => (false, true),
            6 => (true, true),
            _ => return Err(Damaged("header")),
        };
        if interlace > 1 {
            return Err(Damaged("header"));
        }
        Ok(Self {
            width: u32::from_be_bytes([w0, w1, w2, w3]) as usize,
            height: u32::from_be_bytes([h0, h1, h2, h3]) as usize,
            colour,
            alpha,
            interlaced: interlace == 1,
        })
    }

    fn channels(&self) -> usize {
        let colours = if self.colour { 3 } else { 1 };
        colours + usize::from(self.alpha)
    }

    /// All samples, row-major, those of a pixel one behind the other.
    fn samples(&self, bytes: &[u8]) -> Result<Vec<u16>, Png16Error> {
        let channels = self.channels();
        let count = self.width.checked_mul(self.height);
        let count = count.and_then(|pixels| pixels.checked_mul(channels));
        let count = count.filter(|count| *count <= MOST).ok_or(TooLarge)?;
        let mut samples = Vec::new();
        samples.try_reserve_exact(count).map_err(|_| TooLarge)?;
        samples.resize(count, 0);
        let packed = chunks(bytes).filter(|(name, _)| name == b"IDAT");
        let packed: Vec<u8> = packed.flat_map(|(_, part)| part).copied().collect();
        let mut rows = ZlibDecoder::new(packed.as_slice());
        let passes: &[[usize; 4]] = if self.interlaced { &INTERLACED } else { &PLAIN };
        for &[left, top, across, down] in passes {
            let columns = self.width.saturating_sub(left).div_ceil(across);
            let mut above = vec![0; 2 * channels * columns];
            let rows_here = if columns == 0 { 0 } else { self.height };
            for y in (top..rows_here).step_by(down) {
                above = row(&mut rows, &above, 2 * channels)?;
                for (pixel, bytes) in above.chunks_exact(2 * channels).enumerate() {
                    let at = channels * (y * self.width + left + pixel * across);
                    let numbers = bytes.as_chunks::<2>().0;
                    for (sample, number) in samples[at..].iter_mut().zip(numbers) {
                        *sample = u16::from_be_bytes(*number);
                    }
                }
            }
        }
        // Only at its end the checksum of the compression is looked at.
        io::copy(&mut rows.take(1), &mut io::sink())?;
        Ok(samples)
    }
}

/// The next row of pixels of `pixel` bytes each, whose filter is undone by the row above.
fn row(source: &mut impl Read, above: &[u8], pixel: usize) -> Result<Vec<u8>, Png16Error> {
    let mut filter = [0];
    source.read_exact(&mut filter)?;
    let mut row = vec![0; above.len()];
    source.read_exact(&mut row)?;
    for at in 0..row.len() {
        let before = |row: &[u8]| at.checked_sub(pixel).map_or(0, |at| row[at]);
        let (left, up, corner) = (before(&row), above[at], before(above));
        let guess = match filter {
            [0] => 0,
            [1] => left,
            [2] => up,
            [3] => u8::midpoint(left, up),
            [4] => nearest(left, up, corner),
            _ => return Err(Damaged("filter")),
        };
        row[at] = row[at].wrapping_add(guess);
    }
    Ok(row)
}

/// What the fourth filter guesses: of three neighbours the one nearest to left + up - corner.
fn nearest(left: u8, up: u8, corner: u8) -> u8 {
    let wanted = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |one: u8| (wanted - i16::from(one)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}

/// Names and contents of the chunks, as far as they are whole.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.strip_prefix(MARK).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let (content, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        // Behind it stands a checksum; damaged pixels are noticed by that of their compression.
        rest = after.get(4..).unwrap_or_default();
        Some((*name, content))
    })
}

fn share(sample: u16) -> f32 {
    f32::from(sample) / 65_535.0
}

/// Rec. 709 luma in whole numbers, as the trainer's decoder computes it.
fn luminance([red, green, blue]: [u16; 3]) -> u16 {
    let sum = 2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue);
    (sum / 10_000) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use scanweave::image::Plane;
    use std::io::Write as _;

    const GREY: u8 = 0;
    const RGB: u8 = 2;
    const GREY_ALPHA: u8 = 4;

    /// A file of rows that each begin with their filter.
    fn file([width, height]: [u32; 2], kind: u8, interlace: u8, rows: &[u8]) -> Vec<u8> {
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([16, kind, 0, 0, interlace]);
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(rows).expect("in memory");
        let packed = packed.finish().expect("in memory");
        let (one, two) = packed.split_at(packed.len() / 2);
        let mut file = MARK.to_vec();
        for (name, content) in [
            (b"IHDR", header.as_slice()),
            (b"IDAT", one),
            (b"IDAT", two),
            (b"IEND", &[]),
        ] {
            file.extend((content.len() as u32).to_be_bytes());
            file.extend(name);
            file.extend(content);
            file.extend([0; 4]);
        }
        file
    }

    fn samples(filter: u8, samples: &[u16]) -> Vec<u8> {
        let bytes = samples.iter().flat_map(|s| s.to_be_bytes());
        std::iter::once(filter).chain(bytes).collect()
    }

    fn numbers(image: &Image) -> Vec<u16> {
        let values = image.planes().iter().flat_map(Plane::values);
        values.map(|v| (v * 65_535.0).round() as u16).collect()
    }

    #[test]
    fn every_grey_is_kept_behind_every_filter() {
        let wanted: Vec<u16> = (0..20).map(|i| i * 3001 + 77).collect();
        let bytes = |row: usize| samples(0, &wanted[4 * row..4 * row + 4])[1..].to_vec();
        let mut rows = Vec::new();
        for (filter, y) in (0..5).zip(0..) {
            let (row, above) = (bytes(y), if y == 0 { vec![0; 8] } else { bytes(y - 1) });
            rows.push(filter);
            for at in 0..8 {
                let before = |row: &[u8]| if at < 2 { 0 } else { row[at - 2] };
                let (left, up, corner) = (before(&row), above[at], before(&above));
                let guess = match filter {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => u8::midpoint(left, up),
                    _ => nearest(left, up, corner),
                };
                rows.push(row[at].wrapping_sub(guess));
            }
        }
        let file = file([4, 5], GREY, 0, &rows);
        assert!(is_deep(&file));
        let image = read(&file, true, 99).expect("a picture");
        assert_eq!((image.width(), image.height(), image.channels()), (4, 5, 1));
        assert_eq!(numbers(&image), wanted);
    }

    #[test]
    fn colours_are_kept_or_become_luminance_and_what_is_transparent_is_black() {
        let rows = samples(0, &[65_535, 0, 0, 100, 200, 300]);
        let file_rgb = file([2, 1], RGB, 0, &rows);
        let colours = read(&file_rgb, true, 99).expect("a picture");
        assert_eq!(numbers(&colours), [65_535, 100, 0, 200, 0, 300]);
        let grey = read(&file_rgb, false, 99).expect("a picture");
        assert_eq!(numbers(&grey), [13_932, 185]);
        let rows = samples(0, &[40_000, 65_535, 40_000, 0]);
        let faded = read(&file([2, 1], GREY_ALPHA, 0, &rows), false, 99).expect("a picture");
        assert_eq!(numbers(&faded), [40_000, 0]);
    }

    #[test]
    fn passes_are_put_together() {
        let (width, height) = (5, 3);
        let wanted: Vec<u16> = (0..width * height).map(|i| i as u16 * 999 + 1).collect();
        let mut rows = Vec::new();
        for [left, top, across, down] in INTERLACED {
            for y in (top..height).step_by(down) {
                let row: Vec<u16> = (left..width)
                    .step_by(across)
                    .map(|x| wanted[y * width + x])
                    .collect();
                if !row.is_empty() {
                    rows.extend(samples(0, &row));
                }
            }
        }
        let file = file([width as u32, height as u32], GREY, 1, &rows);
        assert_eq!(numbers(&read(&file, false, 99).expect("a picture")), wanted);
    }

    #[test]
    fn large_pictures_are_averaged_down() {
        let rows = [samples(0, &[0, 100, 7]), samples(0, &[200, 300, 7])].concat();
        let image = read(&file([3, 2], GREY, 0, &rows), false, 2).expect("a picture");
        assert_eq!((image.width(), image.height()), (1, 2));
        assert_eq!(numbers(&image), [50, 250]);
        let image = read(&file([3, 2], GREY, 0, &rows), false, 1).expect("a picture");
        assert_eq!(numbers(&image), [102]);
    }

    #[test]
    fn what_is_cut_or_claims_too_much_is_refused() {
        let rows = [samples(0, &[1, 2]), samples(0, &[3, 4])].concat();
        let whole = file([2, 2], GREY, 0, &rows);
        for end in 0..whole.len() - 16 {
            assert!(read(&whole[..end], false, 99).is_err(), "cut at {end}");
        }
        let mut flipped = whole.clone();
        flipped[whole.len() - 17] ^= 1;
        assert!(read(&flipped, false, 99).is_err(), "the checksum");
        let huge = file([60_000, 60_000], GREY, 0, &rows);
        assert!(matches!(read(&huge, false, 99), Err(TooLarge)));
        let high = file([2, 3], GREY, 0, &rows);
        assert!(matches!(
            read(&high, false, 99),
            Err(Png16Error::Compression(_))
        ));
        let wild = file([2, 2], GREY, 0, &[9; 10]);
        assert!(matches!(read(&wild, false, 99), Err(Damaged("filter"))));
        assert!(
            read(&file([2, 2], 3, 0, &rows), false, 99).is_err(),
            "a palette"
        );
        assert!(!is_deep(b"\x89PNG\r\n\x1a\n") && !is_deep(&[]));
    }
}
