//! What a modality shows: a grey picture is one plane, a colour photograph three, a slice with its neighbours three.

use serde::{Deserialize, Serialize};

use super::{ImageError, Plane};

/// Weights of red, green and blue in luminance (ITU-R BT.601).
pub const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

/// An image: one or several channels of one size, each normally 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    planes: Vec<Plane>,
}

impl From<Plane> for Image {
    fn from(plane: Plane) -> Self {
        Self {
            planes: vec![plane],
        }
    }
}

impl Image {
    /// An image of its channels.
    pub fn new(planes: Vec<Plane>) -> Result<Self, ImageError> {
        let size = |p: &Plane| (p.width(), p.height());
        let first = planes.first().map(size).ok_or(ImageError::Channels)?;
        if planes.iter().any(|p| size(p) != first) {
            return Err(ImageError::Channels);
        }
        Ok(Self { planes })
    }

    /// An image from its values, channel after channel, each row-major.
    pub fn of_values(width: usize, height: usize, values: &[f32]) -> Result<Self, ImageError> {
        super::check_size(width, height)?;
        let planes = values.chunks(width * height);
        let planes = planes.map(|p| Plane::new(width, height, p.to_vec()));
        Self::new(planes.collect::<Result<_, _>>()?)
    }

    /// An image from 8-bit values, channel after channel, each row-major, 0..=255 to 0..=1.
    pub fn of_u8(width: usize, height: usize, bytes: &[u8]) -> Result<Self, ImageError> {
        super::check_size(width, height)?;
        let planes = bytes.chunks(width * height);
        let planes = planes.map(|p| Plane::from_u8(width, height, p));
        Self::new(planes.collect::<Result<_, _>>()?)
    }

    /// An image from 8-bit values pixel by pixel, as PNG and canvases hold them, 0..=255 to 0..=1.
    pub fn of_interleaved_u8(
        width: usize,
        height: usize,
        channels: usize,
        bytes: &[u8],
    ) -> Result<Self, ImageError> {
        let channel = |first: usize| bytes.iter().skip(first).step_by(channels).copied();
        let planes = (0..channels).map(|first| {
            let values: Vec<u8> = channel(first).collect();
            Plane::from_u8(width, height, &values)
        });
        Self::new(planes.collect::<Result<_, _>>()?)
    }

    /// The channels.
    pub fn planes(&self) -> &[Plane] {
        &self.planes
    }

    /// The channels themselves.
    pub fn into_planes(self) -> Vec<Plane> {
        self.planes
    }

    /// How many channels it has.
    pub fn channels(&self) -> usize {
        self.planes.len()
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.planes[0].width()
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.planes[0].height()
    }

    /// One plane for people and measures that want grey: the plane itself, the luminance of a colour image, the mean of
    /// any other number of channels.
    pub fn to_grey(&self) -> Plane {
        match self.planes.as_slice() {
            [grey] => grey.clone(),
            [_, _, _] => self.mixed(&LUMINANCE),
            several => self.mixed(&vec![1.0 / several.len() as f32; several.len()]),
        }
    }

    /// The weighted sum of the channels.
    ///
    /// # Panics
    /// When there is not one weight per channel.
    pub fn mixed(&self, weights: &[f32]) -> Plane {
        assert_eq!(weights.len(), self.channels(), "one weight per channel");
        let mut weighted = self
            .planes
            .iter()
            .zip(weights)
            .map(|(p, w)| p.map(|v| v * w));
        let first = weighted.next().expect("an image has a channel");
        weighted.fold(first, |sum, plane| sum.zip(&plane, |a, b| a + b))
    }

    /// A new image, `f` applied to every channel.
    ///
    /// # Panics
    /// When `f` gives planes of different sizes.
    pub fn map_planes(&self, f: impl FnMut(&Plane) -> Plane) -> Self {
        let planes = self.planes.iter().map(f).collect();
        Self::new(planes).expect("channels of one size stay so")
    }

    /// Every channel resized, as [`Plane::resized`].
    ///
    /// # Panics
    /// When a new side is 0 or larger than [`MAX_SIDE`](super::MAX_SIDE).
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        self.map_planes(|plane| plane.resized(width, height))
    }

    /// Stretched so that the smallest value of all channels becomes 0 and the largest 1: colours stay what they
    /// are to each other.
    ///
    /// # Errors
    /// When the image is constant or holds a value that is not finite.
    pub fn normalised(&self) -> Result<Self, ImageError> {
        let values = || self.planes.iter().flat_map(Plane::values);
        if values().any(|v| !v.is_finite()) {
            return Err(ImageError::NotFinite);
        }
        let ranges = self.planes.iter().map(Plane::min_max);
        let (low, high) = ranges.fold((f32::INFINITY, f32::NEG_INFINITY), |all, one| {
            (all.0.min(one.0), all.1.max(one.1))
        });
        if high <= low {
            return Err(ImageError::Constant(low));
        }
        let range = high - low;
        Ok(self.map_planes(|plane| plane.map(|v| (v - low) / range)))
    }

    /// With this many channels: those of an image that has them, else its first one again and again.
    #[must_use]
    pub fn spread(self, channels: usize) -> Self {
        if self.channels() == channels {
            return self;
        }
        Self {
            planes: vec![self.planes[0].clone(); channels.max(1)],
        }
    }

    /// All values, channel after channel, each row-major.
    pub fn into_values(self) -> Vec<f32> {
        let planes = self.planes.into_iter();
        planes.flat_map(Plane::into_values).collect()
    }

    /// 8-bit values, channel after channel, each row-major, rounded to nearest, values outside 0..=1 clamped.
    pub fn to_u8(&self) -> Vec<u8> {
        self.planes.iter().flat_map(Plane::to_u8).collect()
    }

    /// 8-bit values pixel by pixel, as PNG and canvases hold them: one byte per channel.
    pub fn to_interleaved_u8(&self) -> Vec<u8> {
        let planes: Vec<Vec<u8>> = self.planes.iter().map(Plane::to_u8).collect();
        let pixels = 0..self.width() * self.height();
        pixels
            .flat_map(|pixel| planes.iter().map(move |p| p[pixel]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour() -> Image {
        let values = [0.0, 1.0, 0.5, 0.5, 1.0, 0.0];
        Image::of_values(2, 1, &values).expect("three channels of 2 x 1 pixels")
    }

    #[test]
    fn grey_is_the_plane_itself_and_luminance_of_colour() {
        let plane = Plane::filled(2, 2, 0.3);
        assert_eq!(Image::from(plane.clone()).to_grey(), plane);
        let grey = colour().to_grey();
        let expected = [0.587 * 0.5 + 0.114, 0.299 + 0.587 * 0.5];
        for (found, expected) in grey.values().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(colour().mixed(&[0.0, 1.0, 0.0]), colour().planes()[1]);
    }

    #[test]
    fn values_come_back_in_both_orders() {
        let bytes = [0, 255, 128, 128, 255, 0];
        let image = Image::of_u8(2, 1, &bytes).expect("three channels");
        assert_eq!(image.channels(), 3);
        assert_eq!(image.to_u8(), bytes);
        let interleaved = [0, 128, 255, 255, 128, 0];
        assert_eq!(image.to_interleaved_u8(), interleaved);
        let again = Image::of_interleaved_u8(2, 1, 3, &interleaved);
        assert_eq!(again, Ok(image));
        assert_eq!(colour().into_values(), [0.0, 1.0, 0.5, 0.5, 1.0, 0.0]);
    }

    #[test]
    fn all_channels_are_stretched_alike() {
        let image = Image::of_values(2, 1, &[0.2, 0.4, 0.6, 0.3]).expect("two channels");
        let stretched = image.normalised().expect("not constant").into_values();
        for (found, expected) in stretched.iter().zip([0.0, 0.5, 1.0, 0.25]) {
            assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        }
        let plane = Plane::new(2, 1, vec![0.3, 0.7]).expect("two pixels");
        let alone = Image::from(plane.clone()).normalised();
        assert_eq!(alone, plane.normalised().map(Image::from));
        let flat = Image::new(vec![Plane::filled(2, 2, 0.5); 3]).expect("three channels");
        assert_eq!(flat.normalised(), Err(ImageError::Constant(0.5)));
        let broken = Image::from(Plane::filled(2, 2, f32::NAN));
        assert_eq!(broken.normalised(), Err(ImageError::NotFinite));
    }

    #[test]
    fn a_grey_image_becomes_equal_planes_and_colours_stay() {
        let plane = Plane::filled(2, 2, 0.3);
        let three = Image::from(plane.clone()).spread(3);
        assert_eq!(three.planes(), [plane.clone(), plane.clone(), plane]);
        assert_eq!(colour().spread(3), colour());
        assert_eq!(colour().resized(4, 2).channels(), 3);
    }

    #[test]
    fn channels_of_different_sizes_and_none_are_refused() {
        let planes = vec![Plane::filled(2, 2, 0.0), Plane::filled(2, 3, 0.0)];
        assert_eq!(Image::new(planes), Err(ImageError::Channels));
        assert_eq!(Image::new(Vec::new()), Err(ImageError::Channels));
        assert!(matches!(
            Image::of_values(2, 2, &[0.0; 6]),
            Err(ImageError::Length { .. })
        ));
        let cut = Image::of_interleaved_u8(2, 1, 3, &[0; 5]);
        assert!(matches!(cut, Err(ImageError::Length { .. })));
        let none = Image::of_interleaved_u8(2, 1, 0, &[0; 2]);
        assert_eq!(none, Err(ImageError::Channels));
    }
}
