//! Convolutions 3x3 as they are written down: those that halve the size, and the head.

use super::features::{Features, groups};
use super::kernel::{ROWS, Square, multiply};
use super::lanes::{LANES, Lanes};

/// A convolution of stride 2 that halves the size.
#[derive(Debug, Clone)]
pub struct Halving {
    outputs: usize,
    inputs: usize,
    /// `[output group, y, x, input group]`.
    weights: Vec<Square>,
}

impl Halving {
    /// From `weights` `[outputs, inputs, 3, 3]`.
    pub fn new(weights: &[f32], [outputs, inputs]: [usize; 2]) -> Self {
        let (to, from) = (groups(outputs), groups(inputs));
        let mut squares = vec![[Lanes::ZERO; LANES]; to * 9 * from];
        for output in 0..outputs {
            for input in 0..inputs {
                for k in 0..9 {
                    let square = ((output / LANES) * 9 + k) * from + input / LANES;
                    squares[square][input % LANES].as_mut_array()[output % LANES] =
                        weights[(output * inputs + input) * 9 + k];
                }
            }
        }
        Self {
            outputs: to,
            inputs: from,
            weights: squares,
        }
    }

    /// Without bias. An odd side is rounded up.
    pub fn forward(&self, input: &Features) -> Features {
        let side = input.side().div_ceil(2);
        let mut output = Features::zeros(input.images(), side, self.outputs * LANES);
        for image in 0..input.images() {
            for y in 0..side {
                let rows = std::array::from_fn(|k| {
                    input.bordered_row(image, (2 * y + k).min(input.side() + 1))
                });
                self.row(rows, output.row_mut(image, y));
            }
        }
        output
    }

    /// Pixels are worked on in fours; the weights of one output group stay in the first-level cache.
    fn row(&self, rows: [&[Lanes]; 3], output: &mut [Lanes]) {
        let length = 3 * self.inputs;
        let side = output.len() / self.outputs;
        for group in 0..self.outputs {
            let weights = &self.weights[group * 3 * length..][..3 * length];
            for left in (0..side).step_by(ROWS) {
                let count = ROWS.min(side - left);
                let mut sums = [Lanes::ZERO; ROWS];
                for (row, weights) in rows.iter().zip(weights.chunks_exact(length)) {
                    // What lies beyond the last pixel is computed again and thrown away.
                    let pixel =
                        |p: usize| &row[2 * (left + p.min(count - 1)) * self.inputs..][..length];
                    multiply(&mut sums, std::array::from_fn(pixel), weights);
                }
                for (p, sum) in sums.into_iter().take(count).enumerate() {
                    output[(left + p) * self.outputs + group] = sum;
                }
            }
        }
    }
}

/// The last convolution: few channels out, with bias.
#[derive(Debug, Clone)]
pub struct Head {
    inputs: usize,
    bias: Vec<f32>,
    /// `[output, y, x, input group]`.
    weights: Vec<Lanes>,
}

impl Head {
    /// From `weights` `[outputs, inputs, 3, 3]` and `bias` `[outputs]`.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Self {
        let from = groups(inputs);
        let mut lanes = vec![Lanes::ZERO; bias.len() * 9 * from];
        for (output, kernels) in weights.chunks_exact(inputs * 9).enumerate() {
            for (input, kernel) in kernels.chunks_exact(9).enumerate() {
                for (k, &weight) in kernel.iter().enumerate() {
                    lanes[(output * 9 + k) * from + input / LANES].as_mut_array()[input % LANES] =
                        weight;
                }
            }
        }
        Self {
            inputs: from,
            bias: bias.to_vec(),
            weights: lanes,
        }
    }

    /// `[image, output, y, x]`.
    pub fn forward(&self, input: &Features) -> Vec<f32> {
        let (side, length) = (input.side(), 3 * self.inputs);
        let mut values = Vec::with_capacity(input.images() * self.bias.len() * side * side);
        for image in 0..input.images() {
            for (weights, bias) in self.weights.chunks_exact(3 * length).zip(&self.bias) {
                for y in 0..side {
                    let rows: [&[Lanes]; 3] =
                        std::array::from_fn(|k| input.bordered_row(image, y + k));
                    values.extend((0..side).map(|x| {
                        let mut sums = Lanes::ZERO;
                        for (row, weights) in rows.iter().zip(weights.chunks_exact(length)) {
                            for (value, weight) in
                                row[x * self.inputs..][..length].iter().zip(weights)
                            {
                                sums += *value * *weight;
                            }
                        }
                        total(sums.to_array()) + bias
                    }));
                }
            }
        }
        values
    }
}

fn total([a, b, c, d, e, f, g, h]: [f32; LANES]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
