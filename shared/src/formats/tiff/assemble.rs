//! From strips and tiles to one picture, upright: each number is written where a viewer shows it.

use std::borrow::Cow;

use super::directory::{self as tag, Directory};
use super::layout::{Layout, Meaning, Number};
use super::packing::{Codec, Packing};
use super::picture::{Picture, Samples};
use super::source::File;
use super::unpack::unpacked;
use super::{MAX_TABLES, TiffError};

/// Where the pixel at (x, y) of the file lies in the picture: `first + x * right + y * down`, row-major.
struct Turn {
    sides: [usize; 2],
    first: isize,
    right: isize,
    down: isize,
}

/// Places and lengths of all pieces, checked against what there is.
struct Pieces<'a> {
    file: File<'a>,
    places: Vec<(u64, u64)>,
}

/// The page of this directory.
pub(super) fn picture(
    file: File,
    directory: &Directory,
    codec: &Codec,
) -> Result<Picture, TiffError> {
    let layout = Layout::of(directory)?;
    let palette = match layout.meaning {
        Meaning::Palette => Some(palette(directory, layout.number)?),
        _ => None,
    };
    let pieces = Pieces::of(file, directory, &layout)?;
    let tables = tables(directory, &layout)?;
    let rows = |piece: usize, rows: usize| {
        let packed = pieces.packed(piece)?;
        unpacked(packed, &tables, &layout, rows, file.big_endian, codec)
    };
    let turn = Turn::of(layout.sides, layout.orientation);
    let inverted = layout.meaning == Meaning::Grey { inverted: true };
    let samples = match layout.number {
        Number::Bits(bits) => {
            let full = u8::MAX >> (8 - bits);
            // What is less than a byte is spread over it; the numbers of a palette are none.
            let spread = if palette.is_some() { 1 } else { u8::MAX / full };
            let of = |row: &[u8], i: usize| {
                let (byte, shift) = (i * bits / 8, 8 - bits - i * bits % 8);
                let value = row[byte] >> shift & full;
                (if inverted { full - value } else { value }) * spread
            };
            Samples::U8(assembled(&layout, &turn, rows, of)?)
        }
        Number::Whole(16) => {
            let of = |row: &[u8], i: usize| {
                let value = file.number(&row[2 * i..2 * i + 2]) as u16;
                if inverted { u16::MAX - value } else { value }
            };
            Samples::U16(assembled(&layout, &turn, rows, of)?)
        }
        number => {
            let size = number.bits() / 8;
            let of = |row: &[u8], i: usize| {
                let bits = file.number(&row[size * i..size * (i + 1)]);
                value(number, bits, inverted)
            };
            Samples::F32(assembled(&layout, &turn, rows, of)?)
        }
    };
    let inks = layout.meaning == Meaning::Inks;
    let [width, height] = turn.sides;
    Ok(Picture {
        width,
        height,
        colour: !matches!(layout.meaning, Meaning::Grey { .. } | Meaning::Palette),
        alpha: layout.alpha,
        samples: if inks { samples.of_inks() } else { samples },
        palette,
    })
}

/// All numbers that are kept, those of a pixel one behind the other. `rows` unpacks a piece, `of` finds a number in a row
/// of it.
fn assembled<'a, T: Copy + Default>(
    layout: &Layout,
    turn: &Turn,
    rows: impl Fn(usize, usize) -> Result<Cow<'a, [u8]>, TiffError>,
    of: impl Fn(&[u8], usize) -> T,
) -> Result<Vec<T>, TiffError> {
    let ([width, height], kept) = (layout.sides, layout.kept());
    let mut numbers = Vec::new();
    let reserved = numbers.try_reserve_exact(width * height * kept);
    reserved.map_err(|_| TiffError::Memory)?;
    numbers.resize(width * height * kept, T::default());
    let [across, down] = layout.grid();
    let (planes, together) = if layout.planar { (kept, 1) } else { (1, kept) };
    for piece in 0..planes * across * down {
        let (plane, place) = (piece / (across * down), piece % (across * down));
        let [left, top] = [
            place % across * layout.piece[0],
            place / across * layout.piece[1],
        ];
        let bytes = rows(piece, layout.rows(place / across))?;
        let end = width.min(left + layout.piece[0]);
        for (y, row) in (top..height).zip(bytes.chunks_exact(layout.row())) {
            for x in left..end {
                let at = kept * turn.place(x, y) + plane;
                for number in 0..together {
                    let i = (x - left) * layout.together() + number;
                    numbers[at + number] = of(row, i);
                }
            }
        }
    }
    Ok(numbers)
}

/// What these bits mean.
fn value(number: Number, bits: u64, inverted: bool) -> f32 {
    match number {
        Number::Bits(n) | Number::Whole(n) if inverted => (u64::MAX >> (64 - n) & !bits) as f32,
        Number::Bits(_) | Number::Whole(_) => bits as f32,
        // Its sign is brought to the top and down again with the number.
        Number::Signed(n) => ((bits << (64 - n)).cast_signed() >> (64 - n)) as f32,
        Number::Float(n) => {
            let value = match n {
                16 => f64::from(half::f16::from_bits(bits as u16)),
                32 => f64::from(f32::from_bits(bits as u32)),
                _ => f64::from_bits(bits),
            };
            if inverted {
                (1.0 - value) as f32
            } else {
                value as f32
            }
        }
    }
}

impl Turn {
    fn of([width, height]: [usize; 2], orientation: u64) -> Self {
        let swapped = orientation >= 5;
        let sides = if swapped {
            [height, width]
        } else {
            [width, height]
        };
        let (w, h, wide) = (width as isize, height as isize, sides[0] as isize);
        // Column and row of the first pixel, and the steps to the next column and row of the file.
        let (first, right, down) = match orientation {
            2 => ((w - 1, 0), (-1, 0), (0, 1)),
            3 => ((w - 1, h - 1), (-1, 0), (0, -1)),
            4 => ((0, h - 1), (1, 0), (0, -1)),
            5 => ((0, 0), (0, 1), (1, 0)),
            6 => ((h - 1, 0), (0, 1), (-1, 0)),
            7 => ((h - 1, w - 1), (0, -1), (-1, 0)),
            8 => ((0, w - 1), (0, -1), (1, 0)),
            _ => ((0, 0), (1, 0), (0, 1)),
        };
        let place = |(x, y): (isize, isize)| x + wide * y;
        Self {
            sides,
            first: place(first),
            right: place(right),
            down: place(down),
        }
    }

    fn place(&self, x: usize, y: usize) -> usize {
        (self.first + x as isize * self.right + y as isize * self.down) as usize
    }
}

impl<'a> Pieces<'a> {
    fn of(file: File<'a>, directory: &Directory, layout: &Layout) -> Result<Self, TiffError> {
        let (at, lengths) = if layout.tiled {
            (tag::TILE_OFFSETS, tag::TILE_LENGTHS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_LENGTHS)
        };
        let [across, down] = layout.grid();
        let planes = if layout.planar { layout.kept() } else { 1 };
        let count = across * down * planes;
        let at = directory.numbers(at, count)?;
        let lengths = directory.numbers(lengths, count)?;
        if at.len() < count {
            return Err(TiffError::Damaged("it lacks strips or tiles"));
        }
        let place = |(i, at): (usize, u64)| {
            let promised = layout.row() * layout.rows(i / across % down);
            let said = lengths.get(i).copied().unwrap_or(u64::MAX);
            // What is not packed is as long as its rows, whatever else is said.
            let length = match layout.packing {
                Packing::Plain => promised as u64,
                _ => file.there(at, said),
            };
            let possible = file.there(at, length).saturating_mul(layout.packing.most());
            if possible < promised as u64 {
                return Err(TiffError::Cut);
            }
            Ok((at, length))
        };
        let places = at.into_iter().enumerate().map(place);
        Ok(Self {
            file,
            places: places.collect::<Result<_, _>>()?,
        })
    }

    fn packed(&self, piece: usize) -> Result<Cow<'a, [u8]>, TiffError> {
        let (at, length) = self.places[piece];
        self.file.up_to(at, length)
    }
}

/// The tables of a JPEG that all pieces share.
fn tables(directory: &Directory, layout: &Layout) -> Result<Vec<u8>, TiffError> {
    if layout.packing != Packing::Jpeg {
        return Ok(Vec::new());
    }
    let bytes = directory.numbers(tag::JPEG_TABLES, MAX_TABLES)?;
    Ok(bytes.into_iter().map(|byte| byte as u8).collect())
}

/// All reds, all greens, all blues; of 16 bits, but from some programs of 8.
fn palette(directory: &Directory, number: Number) -> Result<Vec<[u8; 3]>, TiffError> {
    let count = 1 << number.bits();
    let map = directory.numbers(tag::COLOR_MAP, 3 * count)?;
    if map.len() < 3 * count {
        return Err(TiffError::Damaged("its palette"));
    }
    let full = if map.iter().all(|v| *v <= 255) {
        255
    } else {
        65_535
    };
    let colour =
        |i: usize| [i, i + count, i + 2 * count].map(|i| (map[i].min(full) * 255 / full) as u8);
    Ok((0..count).map(colour).collect())
}
