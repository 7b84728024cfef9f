//! What a directory says of its page, understood: how its numbers are stored, what they mean, and in which pieces they
//! lie. Nothing is read of a page before this fits together and is small enough.

use super::directory::{self as tag, Directory};
use super::packing::{Packing, Wrapping};
use super::{MAX_BYTES, MAX_PIECES, MAX_PIXELS, MAX_TILE, TiffError, refused};
use crate::image::MAX_SIDE;

/// How one number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// Less than a byte, or a whole one: 1, 2, 4 or 8 bits without a sign.
    Bits(usize),
    /// 16, 32 or 64 bits without a sign.
    Whole(usize),
    /// 8 to 64 bits with a sign.
    Signed(usize),
    /// 16, 32 or 64 bits with a point.
    Float(usize),
}

/// What the numbers of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A grey; the lowest is white where it is inverted.
    Grey { inverted: bool },
    /// Red, green and blue.
    Colours,
    /// Brightness and differences (YCbCr), which the codec of JPEG makes colours of.
    Differences,
    /// How much of cyan, magenta, yellow and black is printed.
    Inks,
    /// A place in a table of colours.
    Palette,
}

/// A page, before its pixels are read.
#[derive(Debug)]
pub(super) struct Layout {
    /// Width and height as they are stored.
    pub sides: [usize; 2],
    /// 1 to 8 as EXIF counts: where the first row and column lie.
    pub orientation: u64,
    pub number: Number,
    pub meaning: Meaning,
    /// The number behind those of the colour is how much of it is to be seen.
    pub alpha: bool,
    /// Numbers of a pixel, with those that are left out.
    pub stored: usize,
    /// Each number of all pixels stands in pieces of its own.
    pub planar: bool,
    /// Width and height of a piece: a tile, or as many rows as a strip has.
    pub piece: [usize; 2],
    pub tiled: bool,
    pub packing: Packing,
    pub wrapping: Wrapping,
}

impl Number {
    pub fn bits(self) -> usize {
        match self {
            Self::Bits(n) | Self::Whole(n) | Self::Signed(n) | Self::Float(n) => n,
        }
    }

    /// Numbers that are kept as they are: greys and colours of 8 or 16 bits.
    pub fn is_plain(self) -> bool {
        matches!(self, Self::Bits(_) | Self::Whole(16))
    }

    fn of(directory: &Directory, stored: usize) -> Result<Self, TiffError> {
        let one = |tag, otherwise| -> Result<u64, TiffError> {
            let all = directory.numbers(tag, stored)?;
            let first = all.first().copied().unwrap_or(otherwise);
            if all.iter().all(|n| *n == first) {
                Ok(first)
            } else {
                Err(refused("the numbers of its pixels are of several kinds"))
            }
        };
        let bits = one(tag::BITS, 1)?;
        let format = one(tag::SAMPLE_FORMAT, 1)?;
        match (format, bits) {
            (1 | 4, 1 | 2 | 4 | 8) => Ok(Self::Bits(bits as usize)),
            (1 | 4, 16 | 32 | 64) => Ok(Self::Whole(bits as usize)),
            (2, 8 | 16 | 32 | 64) => Ok(Self::Signed(bits as usize)),
            (3, 16 | 32 | 64) => Ok(Self::Float(bits as usize)),
            (5 | 6, _) => Err(refused("its pixels are complex numbers")),
            _ => Err(refused(format!("its pixels have numbers of {bits} bits"))),
        }
    }
}

impl Layout {
    pub fn of(directory: &Directory) -> Result<Self, TiffError> {
        let sides = sides(directory)?;
        let number = |tag, otherwise| -> Result<u64, TiffError> {
            Ok(directory.number(tag)?.unwrap_or(otherwise))
        };
        let packing = Packing::of(number(tag::COMPRESSION, 1)?, number(tag::T4_OPTIONS, 0)?)?;
        let stored = number(tag::SAMPLES, 1)?.max(1) as usize;
        let (meaning, alpha) = meaning(directory, stored, packing)?;
        let [width, height] = sides;
        let tiled = directory.has(tag::TILE_WIDTH);
        let piece = if tiled {
            let side = |tag| -> Result<usize, TiffError> {
                usize::try_from(directory.required(tag)?).map_err(|_| TiffError::Memory)
            };
            [side(tag::TILE_WIDTH)?, side(tag::TILE_HEIGHT)?]
        } else {
            let rows = number(tag::ROWS_PER_STRIP, u64::MAX)?;
            [width, rows.min(height as u64) as usize]
        };
        if piece.contains(&0) {
            return Err(TiffError::Damaged("its tiles or strips have no pixels"));
        }
        let layout = Self {
            sides,
            orientation: orientation(directory)?,
            number: Number::of(directory, stored)?,
            meaning,
            alpha,
            stored,
            planar: number(tag::PLANAR, 1)? == 2,
            piece,
            tiled,
            packing,
            wrapping: Wrapping {
                backwards: number(tag::FILL_ORDER, 1)? == 2,
                predictor: number(tag::PREDICTOR, 1)?,
            },
        };
        layout.understood()?;
        layout.affordable()?;
        Ok(layout)
    }

    /// Numbers of a pixel that are kept.
    pub fn kept(&self) -> usize {
        let colours = match self.meaning {
            Meaning::Colours | Meaning::Differences => 3,
            Meaning::Inks => 4,
            Meaning::Grey { .. } | Meaning::Palette => 1,
        };
        colours + usize::from(self.alpha)
    }

    /// Numbers of a pixel in a piece.
    pub fn together(&self) -> usize {
        if self.planar { 1 } else { self.stored }
    }

    /// Pieces across and down.
    pub fn grid(&self) -> [usize; 2] {
        [0, 1].map(|i| self.sides[i].div_ceil(self.piece[i]))
    }

    /// Bytes of a row of a piece.
    pub fn row(&self) -> usize {
        let bits = [self.together(), self.number.bits()];
        let bits = bits.iter().fold(self.piece[0] as u64, |n, f| n * *f as u64);
        bits.div_ceil(8) as usize
    }

    /// Rows of a piece: strips end where the picture does, tiles do not.
    pub fn rows(&self, down: usize) -> usize {
        let left = self.sides[1] - down * self.piece[1];
        if self.tiled {
            self.piece[1]
        } else {
            left.min(self.piece[1])
        }
    }

    fn understood(&self) -> Result<(), TiffError> {
        let fits = match self.meaning {
            Meaning::Grey { inverted: true } => !matches!(self.number, Number::Signed(_)),
            Meaning::Grey { inverted: false } => true,
            Meaning::Colours => self.number.is_plain() || matches!(self.number, Number::Float(_)),
            Meaning::Differences => self.number == Number::Bits(8),
            Meaning::Inks => matches!(self.number, Number::Bits(8) | Number::Whole(16)),
            Meaning::Palette => matches!(self.number, Number::Bits(_)),
        };
        if !fits {
            return Err(refused("its numbers cannot mean what it says of them"));
        }
        self.unpackable()
    }

    /// Whether its numbers can be packed as it says.
    fn unpackable(&self) -> Result<(), TiffError> {
        let together = self.together();
        let fits = match self.packing {
            Packing::Jpeg => {
                let apart = self.meaning == Meaning::Differences && self.planar;
                self.number == Number::Bits(8) && matches!(together, 1 | 3) && !apart
            }
            Packing::Fax3 | Packing::Fax4 => self.number == Number::Bits(1) && together == 1,
            _ => true,
        };
        if !fits {
            return Err(self.packing.refused());
        }
        match self.wrapping.predictor {
            0 | 1 => Ok(()),
            _ if !self.packing.is_predicted() => Ok(()),
            2 if self.number.bits() >= 8 => Ok(()),
            3 if matches!(self.number, Number::Float(_)) => Ok(()),
            _ => Err(refused(
                "its pixels are predicted in a way that is not known",
            )),
        }
    }

    /// Pieces may reach far beyond the picture, and hold numbers that are left out.
    fn affordable(&self) -> Result<(), TiffError> {
        let [across, down] = self.grid();
        let within = |factors: &[usize], most: u64| {
            let product = factors
                .iter()
                .try_fold(1_u64, |n, f| n.checked_mul(*f as u64));
            product.is_some_and(|n| n <= most)
        };
        let [wide, high] = self.piece;
        let bytes = self.number.bits().div_ceil(8);
        let [width, height] = self.sides;
        let planes = if self.planar { self.kept() } else { 1 };
        let tile = MAX_TILE.max((width * height) as u64);
        if within(&[across, down, planes], MAX_PIECES)
            && within(&[wide, high], tile)
            && within(&[wide, high, self.together(), bytes], MAX_BYTES)
            && within(&[across, wide, down, high], 2 * MAX_PIXELS)
            && within(
                &[across, wide, down, high, self.together(), bytes],
                2 * MAX_BYTES,
            )
            && within(&[width, height, self.kept(), bytes], MAX_BYTES)
        {
            Ok(())
        } else {
            Err(TiffError::Memory)
        }
    }
}

/// Width and height as they are stored.
pub(super) fn sides(directory: &Directory) -> Result<[usize; 2], TiffError> {
    let (width, height) = (
        directory.required(tag::WIDTH)?,
        directory.required(tag::HEIGHT)?,
    );
    let fits = |side| (1..=MAX_SIDE as u64).contains(&side);
    if fits(width) && fits(height) && width * height <= MAX_PIXELS {
        Ok([width as usize, height as usize])
    } else {
        Err(TiffError::Sides { width, height })
    }
}

/// As EXIF counts, 1 to 8; what is no such number means nothing.
pub(super) fn orientation(directory: &Directory) -> Result<u64, TiffError> {
    let said = directory.number(tag::ORIENTATION)?;
    Ok(said.filter(|n| (1..=8).contains(n)).unwrap_or(1))
}

/// What the numbers mean, and whether there is one for transparency. Colours that it has dimmed already need none.
fn meaning(
    directory: &Directory,
    stored: usize,
    packing: Packing,
) -> Result<(Meaning, bool), TiffError> {
    let extra = directory.numbers(tag::EXTRA_SAMPLES, stored)?;
    let alpha = extra.first() == Some(&2);
    let undimmed = extra.is_empty() && stored == 4;
    let otherwise = if stored < 3 { 1 } else { 2 };
    let meaning = match directory.number(tag::PHOTOMETRIC)?.unwrap_or(otherwise) {
        grey @ (0 | 1) => {
            let visible = matches!(extra.first(), Some(1 | 2));
            if stored > 1 + usize::from(visible) {
                let what = format!("its pixels have {stored} numbers and no colours");
                return Err(refused(what));
            }
            (
                Meaning::Grey {
                    inverted: grey == 0,
                },
                alpha && stored == 2,
            )
        }
        2 if stored >= 3 => (Meaning::Colours, stored > 3 && (alpha || undimmed)),
        6 if stored == 3 && packing == Packing::Jpeg => (Meaning::Differences, false),
        3 if stored == 1 => (Meaning::Palette, false),
        4 => return Err(refused("it is the mask of another picture")),
        5 if stored == 4 => (Meaning::Inks, false),
        6 => {
            return Err(refused(
                "its colours are brightness and differences (YCbCr)",
            ));
        }
        8..=10 => {
            return Err(refused(
                "its colours are those of a standard observer (Lab)",
            ));
        }
        _ => return Err(refused("what its colours mean is not known")),
    };
    Ok(meaning)
}
