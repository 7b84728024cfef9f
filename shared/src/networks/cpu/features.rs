//! Feature maps as the CPU wants them: channels last, eight at a time, a border of zeros around.

use super::lanes::{LANES, Lanes};

/// Groups of [`LANES`] channels that hold `channels`.
pub fn groups(channels: usize) -> usize {
    channels.div_ceil(LANES)
}

/// Feature maps of one or more images, `[image, y, x, channel]`. Channels are filled up with zeros to
/// a multiple of [`LANES`], and each image has a border of one pixel of zeros, so that a convolution
/// asks for no bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    images: usize,
    side: usize,
    groups: usize,
    values: Vec<Lanes>,
}

impl Features {
    /// Square maps of zeros.
    pub fn zeros(images: usize, side: usize, channels: usize) -> Self {
        let groups = groups(channels);
        let values = vec![Lanes::ZERO; images * (side + 2) * (side + 2) * groups];
        Self {
            images,
            side,
            groups,
            values,
        }
    }

    /// One image from `[channel, y, x]`.
    pub fn of_channels(values: &[f32], side: usize) -> Self {
        let plane = side * side;
        let mut features = Self::zeros(1, side, values.len() / plane);
        for (channel, plane) in values.chunks_exact(plane).enumerate() {
            for (y, row) in plane.chunks_exact(side).enumerate() {
                for (x, &value) in row.iter().enumerate() {
                    let place = features.place(0, y, x) + channel / LANES;
                    features.values[place].as_mut_array()[channel % LANES] = value;
                }
            }
        }
        features
    }

    /// How many images.
    pub fn images(&self) -> usize {
        self.images
    }

    /// Pixels along each side, without the border.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Groups of channels.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Row `y` of an image with its border: y = 0 is the border above.
    pub fn bordered_row(&self, image: usize, y: usize) -> &[Lanes] {
        let length = (self.side + 2) * self.groups;
        &self.values[(image * (self.side + 2) + y) * length..][..length]
    }

    /// Row `y` of an image without the border.
    pub fn row_mut(&mut self, image: usize, y: usize) -> &mut [Lanes] {
        let start = self.place(image, y, 0);
        &mut self.values[start..start + self.side * self.groups]
    }

    /// Row `y` of an image without the border.
    pub fn row(&self, image: usize, y: usize) -> &[Lanes] {
        let start = self.place(image, y, 0);
        &self.values[start..start + self.side * self.groups]
    }

    fn place(&self, image: usize, y: usize, x: usize) -> usize {
        let bordered = self.side + 2;
        ((image * bordered + y + 1) * bordered + x + 1) * self.groups
    }
}
