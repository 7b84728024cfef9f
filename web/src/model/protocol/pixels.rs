//! Pixels on their way to a screen or a file.
//!
//! There are as many bytes as the sides say, whoever sent them: nobody who reads them has to ask again.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use scanweave::image::{Image, ImageError, MAX_SIDE, Plane};

/// 8-bit pixels to show, row-major: one byte each where they are grey; red, green and blue where they are
/// in colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Sent")]
pub struct Pixels {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// As they arrive.
#[derive(Deserialize)]
struct Sent {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl TryFrom<Sent> for Pixels {
    type Error = ImageError;

    fn try_from(sent: Sent) -> Result<Self, ImageError> {
        Self::new(sent.width, sent.height, sent.bytes)
    }
}

impl From<&Plane> for Pixels {
    fn from(plane: &Plane) -> Self {
        Self {
            width: plane.width() as u32,
            height: plane.height() as u32,
            bytes: plane.to_u8(),
        }
    }
}

/// Three channels are red, green and blue; any other number of them is seen in grey.
impl From<&Image> for Pixels {
    fn from(image: &Image) -> Self {
        let bytes = match image.channels() {
            3 => image.to_interleaved_u8(),
            _ => image.to_grey().to_u8(),
        };
        Self {
            width: image.width() as u32,
            height: image.height() as u32,
            bytes,
        }
    }
}

impl Pixels {
    /// Pixels from their bytes, one or three each.
    ///
    /// # Errors
    /// When a side is 0 or longer than [`MAX_SIDE`], and when there is another number of bytes.
    pub fn new(width: u32, height: u32, bytes: Vec<u8>) -> Result<Self, ImageError> {
        let (across, down, got) = (width as usize, height as usize, bytes.len());
        let fits = |side| (1..=MAX_SIDE).contains(&side);
        if !(fits(across) && fits(down)) {
            return Err(ImageError::Size {
                width: across,
                height: down,
            });
        }
        let count = across * down;
        if got != count && got != 3 * count {
            return Err(ImageError::Length {
                width: across,
                height: down,
                got,
            });
        }
        Ok(Self {
            width,
            height,
            bytes,
        })
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Bytes per pixel: 1 or 3.
    pub fn channels(&self) -> usize {
        self.bytes.len() / (self.width as usize * self.height as usize)
    }

    /// Whether they are in colour.
    pub fn is_colour(&self) -> bool {
        self.channels() == 3
    }

    /// All bytes, pixel by pixel.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of a pixel; `None` outside.
    pub fn at(&self, x: u32, y: u32) -> Option<&[u8]> {
        self.place(x, y).map(|place| &self.bytes[place])
    }

    /// Makes a pixel grey; outside nothing happens.
    pub fn put(&mut self, x: u32, y: u32, value: u8) {
        if let Some(place) = self.place(x, y) {
            self.bytes[place].fill(value);
        }
    }

    fn place(&self, x: u32, y: u32) -> Option<std::ops::Range<usize>> {
        let index = y as usize * self.width as usize + x as usize;
        let channels = self.channels();
        (x < self.width && y < self.height).then(|| index * channels..(index + 1) * channels)
    }

    /// Red, green and blue, pixel by pixel.
    pub fn rgb(&self) -> impl Iterator<Item = [u8; 3]> + '_ {
        let pixels = self.bytes.chunks_exact(self.channels());
        pixels.map(|pixel| match *pixel {
            [red, green, blue] => [red, green, blue],
            _ => [pixel[0]; 3],
        })
    }

    /// One byte per pixel: its grey, or the luminance of its colour.
    pub fn grey(&self) -> Cow<'_, [u8]> {
        if self.is_colour() {
            self.rgb().map(luminance).collect()
        } else {
            Cow::Borrowed(&self.bytes)
        }
    }
}

/// Luminance of red, green and blue (ITU-R BT.601), to the nearest; that of a grey is the grey.
pub fn luminance([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    ((sum + 500) / 1000) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour() -> Pixels {
        Pixels::new(2, 1, vec![10, 20, 30, 0, 255, 0]).expect("two pixels in colour")
    }

    #[test]
    fn the_bytes_tell_grey_from_colour() {
        let mut grey = Pixels::new(3, 2, vec![1, 2, 3, 4, 5, 6]).expect("six greys");
        assert_eq!((grey.channels(), colour().channels()), (1, 3));
        assert_eq!(grey.at(2, 1), Some([6].as_slice()));
        assert_eq!(colour().at(1, 0), Some([0, 255, 0].as_slice()));
        assert_eq!((grey.at(3, 0), colour().at(0, 1)), (None, None));
        assert!(grey.rgb().eq([1, 2, 3, 4, 5, 6].map(|v| [v; 3])));
        assert!(colour().rgb().eq([[10, 20, 30], [0, 255, 0]]));
        grey.put(0, 1, 9);
        grey.put(0, 2, 9);
        assert_eq!(grey.bytes(), [1, 2, 3, 9, 5, 6]);
        let mut colour = colour();
        colour.put(1, 0, 7);
        assert_eq!(colour.bytes(), [10, 20, 30, 7, 7, 7]);
    }

    #[test]
    fn luminance_leaves_greys_and_weighs_colours() {
        assert!((0..=255).all(|v| luminance([v; 3]) == v));
        // 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15; 0.587 * 255 = 149.7.
        assert_eq!(*colour().grey(), [18, 150]);
        let grey = Pixels::new(2, 1, vec![3, 4]).expect("two greys");
        assert!(matches!(grey.grey(), Cow::Borrowed([3, 4])));
    }

    #[test]
    fn planes_and_images_become_bytes_of_their_channels() {
        let planes = [0.0, 0.5, 1.0].map(|v| Plane::filled(2, 2, v));
        let image = |planes: &[Plane]| Image::new(planes.to_vec()).expect("channels of one size");
        let colour = Pixels::from(&image(&planes));
        assert_eq!(colour.bytes(), [0, 128, 255].repeat(4));
        let grey = Pixels::from(&planes[1]);
        assert_eq!(grey.bytes(), [128; 4]);
        assert_eq!(Pixels::from(&image(&planes[1..2])), grey);
        assert_eq!(Pixels::from(&image(&planes[..2])).bytes(), [64; 4]);
    }

    #[test]
    fn what_is_no_picture_does_not_arrive() {
        let sent = |width: u32, height: u32, bytes: usize| {
            let message = postcard::to_stdvec(&(width, height, vec![0_u8; bytes]));
            postcard::from_bytes::<Pixels>(&message.expect("numbers")).is_ok()
        };
        assert!(sent(2, 3, 6) && sent(2, 3, 18));
        for (width, height, bytes) in [
            (2, 3, 12),
            (2, 3, 5),
            (2, 3, 0),
            (0, 3, 0),
            (u32::MAX, u32::MAX, 1),
            (1, MAX_SIDE as u32 + 1, MAX_SIDE + 1),
        ] {
            assert!(!sent(width, height, bytes), "{width} x {height}, {bytes}");
        }
    }
}
