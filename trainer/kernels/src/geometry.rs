//! Where the pixels of a convolution lie.
//!
//! A picture is kept as one line of pixels per plane, with a margin of zeros, so that a tap of the kernel is a step
//! along the line and the same for every pixel. The line runs through the margins too: what is summed there is left
//! out when the result is copied. A convolution with a stride sees its input as `stride x stride` pictures, its
//! *phases*: the pixels of each lie `stride` apart, and a tap is a phase and a step along it.

use crate::vectors::STEP;

/// A convolution of `[batch, inputs, height, width]` with a square kernel and zero padding of half of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Pictures.
    pub batch: usize,
    /// Planes of the input.
    pub inputs: usize,
    /// Planes of the output.
    pub outputs: usize,
    /// Pixels of the input from top to bottom.
    pub height: usize,
    /// Pixels of the input from left to right.
    pub width: usize,
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// Pixels from one place of the kernel to the next.
    pub stride: usize,
}

/// Where a weight of the kernel looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// In which phase.
    pub phase: usize,
    /// How far along the line.
    pub step: usize,
}

impl Geometry {
    /// Zeros around the input.
    pub fn padding(&self) -> usize {
        (self.kernel - 1) / 2
    }

    /// Height and width of the output.
    pub fn output(&self) -> [usize; 2] {
        let places = |side: usize| (side + 2 * self.padding() - self.kernel) / self.stride + 1;
        [self.height, self.width].map(places)
    }

    /// Pixels of the output.
    pub fn area(&self) -> usize {
        let [height, width] = self.output();
        height * width
    }

    /// Weights per pair of planes.
    pub fn weights(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Rows and columns that a phase has more than the output.
    pub fn margin(&self) -> usize {
        (self.kernel - 1) / self.stride
    }

    /// Rows and columns of a phase.
    pub fn grid(&self) -> [usize; 2] {
        self.output().map(|side| side + self.margin())
    }

    /// The farthest step of a tap.
    pub fn reach(&self) -> usize {
        self.margin() * (self.grid()[1] + 1)
    }

    /// Values of one plane's line: the whole grid, a whole number of [`STEP`]s, and what the farthest tap sees
    /// behind it.
    pub fn line(&self) -> usize {
        let [rows, columns] = self.grid();
        (rows * columns).next_multiple_of(STEP) + self.reach()
    }

    /// Pixels along the line from the first of the output to its last.
    pub fn extent(&self) -> usize {
        self.output()[0] * self.grid()[1]
    }

    /// Phases of a plane.
    pub fn phases(&self) -> usize {
        self.stride * self.stride
    }

    /// Of each weight, row by row.
    pub fn taps(&self) -> Vec<Tap> {
        let (stride, columns) = (self.stride, self.grid()[1]);
        let tap = |place: usize| {
            let (y, x) = (place / self.kernel, place % self.kernel);
            Tap {
                phase: y % stride * stride + x % stride,
                step: y / stride * columns + x / stride,
            }
        };
        (0..self.weights()).map(tap).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_of_three_looks_at_the_neighbours() {
        let geometry = Geometry {
            batch: 1,
            inputs: 1,
            outputs: 1,
            height: 4,
            width: 6,
            kernel: 3,
            stride: 1,
        };
        assert_eq!((geometry.output(), geometry.grid()), ([4, 6], [6, 8]));
        let steps = geometry.taps().into_iter().map(|tap| tap.step);
        assert_eq!(steps.collect::<Vec<_>>(), [0, 1, 2, 8, 9, 10, 16, 17, 18]);
        assert_eq!(geometry.reach(), 18);
    }

    #[test]
    fn a_stride_of_two_has_four_phases() {
        let geometry = Geometry {
            batch: 1,
            inputs: 1,
            outputs: 1,
            height: 8,
            width: 8,
            kernel: 3,
            stride: 2,
        };
        assert_eq!((geometry.output(), geometry.grid()), ([4, 4], [5, 5]));
        let found = geometry.taps().into_iter().map(|tap| (tap.phase, tap.step));
        let expected = [
            (0, 0),
            (1, 0),
            (0, 1),
            (2, 0),
            (3, 0),
            (2, 1),
            (0, 5),
            (1, 5),
            (0, 6),
        ];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
