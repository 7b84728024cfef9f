//! A page, read: whole numbers of 8 or 16 bits as they stand in the file, everything else in the file's own units.

use super::TiffError;
use crate::image::Image;

/// One page, turned as a viewer turns it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// A pixel has red, green and blue; otherwise one grey, or its place in the palette.
    pub colour: bool,
    /// Behind its colour a pixel has how much of it is to be seen.
    pub alpha: bool,
    /// The numbers, row-major, those of a pixel one behind the other.
    pub samples: Samples,
    /// Red, green and blue that the numbers mean, where they are places in it.
    pub palette: Option<Vec<[u8; 3]>>,
}

/// Numbers of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// 8 bits; what had fewer is spread over 0..=255.
    U8(Vec<u8>),
    /// 16 bits.
    U16(Vec<u16>),
    /// What has a sign, a point or more than 16 bits; what is no number means no data.
    F32(Vec<f32>),
}

impl Picture {
    /// With the colours of its palette, where it has one.
    #[must_use]
    pub fn painted(mut self) -> Self {
        if let (Some(palette), Samples::U8(places)) = (&self.palette, &self.samples) {
            let colour = |i: &u8| palette.get(usize::from(*i)).copied().unwrap_or_default();
            let colours = places.iter().flat_map(colour);
            self.samples = Samples::U8(colours.collect());
            self.colour = true;
            self.palette = None;
        }
        self
    }

    /// How many pixels of a grey picture have no data.
    pub fn gaps(&self) -> usize {
        match &self.samples {
            Samples::F32(values) if !self.colour => {
                values.iter().filter(|v| !v.is_finite()).count()
            }
            _ => 0,
        }
    }

    /// Red, green and blue if that is wished and it has them, else one grey, as luminance (Rec. 709); what is
    /// transparent is black. 0..=1 of numbers of 8 or 16 bits, else in the file's own units. Where a grey picture has no
    /// data it is as dark as its darkest pixel.
    ///
    /// # Errors
    /// When no pixel holds a number.
    pub fn image(self, in_colour: bool) -> Result<Image, TiffError> {
        let mut picture = self.painted();
        let colour = picture.colour;
        if let Samples::F32(values) = &mut picture.samples
            && !colour
        {
            fill_gaps(values)?;
            return Ok(Image::of_values(picture.width, picture.height, values)?);
        }
        let values = match &picture.samples {
            Samples::U8(samples) => picture.values(samples, in_colour, 255.0),
            Samples::U16(samples) => picture.values(samples, in_colour, 65_535.0),
            Samples::F32(samples) => picture.values(samples, in_colour, 1.0),
        };
        Ok(Image::of_values(picture.width, picture.height, &values)?)
    }

    /// Channel after channel.
    fn values<T: Copy + Into<f64>>(&self, samples: &[T], in_colour: bool, full: f32) -> Vec<f32> {
        let colours = if self.colour { 3 } else { 1 };
        let pixels = samples.chunks_exact(colours + usize::from(self.alpha));
        let share = |sample: f64| sample as f32 / full;
        let seen = |pixel: &[T]| match pixel.get(colours) {
            Some(alpha) => share((*alpha).into()).clamp(0.0, 1.0),
            None => 1.0,
        };
        if self.colour && !in_colour {
            let grey = |p: &[T]| share(luminance([p[0], p[1], p[2]].map(Into::into))) * seen(p);
            return pixels.map(grey).collect();
        }
        let channel = |c: usize| pixels.clone().map(move |p| share(p[c].into()) * seen(p));
        (0..colours).flat_map(channel).collect()
    }
}

impl Samples {
    /// Red, green and blue of cyan, magenta, yellow and black, without the profile of a printer.
    pub(super) fn of_inks(self) -> Self {
        let left = |ink: f32, black: f32, full: f32| (full - ink) * (1.0 - black / full);
        match self {
            Self::U8(inks) => {
                let pixels = inks.as_chunks::<4>().0.iter();
                let colour = |&[c, m, y, k]: &[u8; 4]| {
                    [c, m, y].map(|ink| left(ink.into(), k.into(), 255.0) as u8)
                };
                Self::U8(pixels.flat_map(colour).collect())
            }
            Self::U16(inks) => {
                let pixels = inks.as_chunks::<4>().0.iter();
                let colour = |&[c, m, y, k]: &[u16; 4]| {
                    [c, m, y].map(|ink| left(ink.into(), k.into(), 65_535.0) as u16)
                };
                Self::U16(pixels.flat_map(colour).collect())
            }
            numbers @ Self::F32(_) => numbers,
        }
    }
}

/// Rec. 709: a colour without hue is exactly its grey.
fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    (2126.0 * red + 7152.0 * green + 722.0 * blue) / 10_000.0
}

/// Makes what is no finite number as dark as the darkest of the others.
fn fill_gaps(values: &mut [f32]) -> Result<(), TiffError> {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let darkest = finite.fold(f32::INFINITY, f32::min);
    if !darkest.is_finite() {
        return Err(TiffError::NoNumbers);
    }
    for value in values.iter_mut().filter(|v| !v.is_finite()) {
        *value = darkest;
    }
    Ok(())
}
