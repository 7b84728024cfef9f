//! The three passes of a convolution: the output, the gradient of the input, the gradient of the weights.
//!
//! Each task fills planes of its own in an order that the number of threads does not change, so that a seed gives
//! the same bits on any number of them.

use crate::geometry::Geometry;
use crate::planes;
use crate::vectors::{LANES, STEP, VECTORS, correlate, products, rows};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// The output `[batch, outputs, ..]` for the lines of an input, weights `[outputs, inputs, kernel, kernel]` and one
/// bias per output.
pub fn forward(geometry: &Geometry, lines: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let (line, phases) = (geometry.line(), geometry.phases());
    let (taps, count) = (geometry.taps(), geometry.weights());
    let packed = Packed::of(geometry.outputs, geometry.inputs, count, |o, i, t| {
        weights[(o * geometry.inputs + i) * count + t]
    });
    let sums = Sums {
        plane: phases * line,
        taps: &taps
            .iter()
            .map(|tap| tap.phase * line + tap.step)
            .collect::<Vec<_>>(),
        packed: &packed,
        length: geometry.extent(),
    };
    let image = geometry.inputs * phases * line;
    let mut out = vec![0.0; geometry.batch * geometry.outputs * geometry.area()];
    tasks(&mut out, geometry.outputs, geometry.area(), packed.rows).for_each_init(
        || vec![0.0; packed.rows * sums.extent()],
        |scratch, task| {
            let lines = &lines[task.image * image..][..image];
            sums.sum(lines, task.block, Some(bias), scratch);
            let pictures = task.planes.chunks_mut(geometry.area());
            for (picture, line) in pictures.zip(scratch.chunks(sums.extent())) {
                planes::to_output(geometry, line, picture);
            }
        },
    );
    out
}

/// The gradient of the input `[batch, inputs, height, width]` for the lines of the output's.
pub fn input_gradient(geometry: &Geometry, gradient: &[f32], weights: &[f32]) -> Vec<f32> {
    let (taps, count) = (geometry.taps(), geometry.weights());
    let [height, width] = geometry.grid();
    let phases: Vec<_> = (0..geometry.phases())
        .map(|phase| {
            let seen: Vec<usize> = (0..count).filter(|t| taps[*t].phase == phase).collect();
            let packed = Packed::of(geometry.inputs, geometry.outputs, seen.len(), |i, o, t| {
                weights[(o * geometry.inputs + i) * count + seen[t]]
            });
            let back = seen.iter().map(|t| geometry.reach() - taps[*t].step);
            (back.collect::<Vec<_>>(), packed)
        })
        .collect();
    let (area, image) = (
        geometry.height * geometry.width,
        geometry.outputs * geometry.line(),
    );
    let block = Packed::rows(geometry.inputs);
    let extent = (height * width).next_multiple_of(STEP);
    let mut out = vec![0.0; geometry.batch * geometry.inputs * area];
    tasks(&mut out, geometry.inputs, area, block).for_each_init(
        || vec![0.0; block * extent],
        |scratch, task| {
            for (phase, (taps, packed)) in phases.iter().enumerate() {
                let sums = Sums {
                    plane: geometry.line(),
                    taps,
                    packed,
                    length: height * width,
                };
                let lines = &gradient[task.image * image..][..image];
                sums.sum(lines, task.block, None, scratch);
                let pictures = task.planes.chunks_mut(area);
                for (picture, line) in pictures.zip(scratch.chunks(extent)) {
                    planes::to_input(geometry, phase, line, picture);
                }
            }
        },
    );
    out
}

/// The gradient of the weights `[outputs, inputs, kernel, kernel]` for the lines of the input and of the output's
/// gradient.
pub fn weight_gradient(geometry: &Geometry, lines: &[f32], gradient: &[f32]) -> Vec<f32> {
    let (taps, phases, line) = (geometry.taps(), geometry.phases(), geometry.line());
    let columns = geometry.inputs * geometry.weights();
    let starts = (0..columns).map(|column| {
        let tap = taps[column % taps.len()];
        (column / taps.len() * phases + tap.phase) * line + tap.step
    });
    let starts: Vec<usize> = starts.collect();
    let rows = arch(Rows) / 2;
    let mut out = vec![0.0; geometry.outputs * columns];
    let blocks = out.par_chunks_mut(rows * columns).enumerate();
    blocks.for_each(|(block, out)| {
        arch(Products {
            geometry,
            lines,
            gradient,
            starts: &starts,
            first: block * rows,
            out,
        });
    });
    out
}

/// The gradient of the biases: sums over pictures and pixels of `[batch, outputs, ..]`.
pub fn bias_gradient(geometry: &Geometry, gradient: &[f32]) -> Vec<f32> {
    let area = geometry.area();
    let sums: Vec<f32> = gradient
        .par_chunks(area)
        .map(|plane| arch(Sum(plane)))
        .collect();
    let of = |o: usize| {
        (0..geometry.batch)
            .map(|b| sums[b * geometry.outputs + o])
            .sum()
    };
    (0..geometry.outputs).map(of).collect()
}

fn arch<W: WithSimd>(work: W) -> W::Output {
    Arch::new().dispatch(work)
}

/// Planes of one picture that are summed at once.
struct Task<'a> {
    image: usize,
    block: usize,
    planes: &'a mut [f32],
}

fn tasks(
    out: &mut [f32],
    planes: usize,
    area: usize,
    rows: usize,
) -> impl IndexedParallelIterator<Item = Task<'_>> {
    let images = out.chunks_mut(planes * area).enumerate();
    let tasks: Vec<_> = images
        .flat_map(|(image, planes)| {
            let blocks = planes.chunks_mut(rows * area).enumerate();
            blocks.map(move |(block, planes)| Task {
                image,
                block,
                planes,
            })
        })
        .collect();
    tasks.into_par_iter()
}

/// Weights in the order in which they are used, for some planes at once: `[blocks, from, taps, rows]`.
struct Packed {
    rows: usize,
    block: usize,
    values: Vec<f32>,
}

impl Packed {
    /// Planes that are summed at once, of so many.
    fn rows(planes: usize) -> usize {
        planes.next_power_of_two().min(arch(Rows))
    }

    fn of(
        to: usize,
        from: usize,
        taps: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let rows = Self::rows(to);
        let block = from * taps * rows;
        let mut values = vec![0.0; to.div_ceil(rows) * block];
        for o in 0..to {
            let block = &mut values[o / rows * block..][..block];
            for i in 0..from {
                for t in 0..taps {
                    block[(i * taps + t) * rows + o % rows] = weight(o, i, t);
                }
            }
        }
        Self {
            rows,
            block,
            values,
        }
    }
}

/// A convolution without a stride, along lines.
struct Sums<'a> {
    /// From one plane to the next.
    plane: usize,
    taps: &'a [usize],
    packed: &'a Packed,
    /// Pixels.
    length: usize,
}

impl Sums<'_> {
    /// Values of a line of sums.
    fn extent(&self) -> usize {
        self.length.next_multiple_of(STEP)
    }

    fn sum(&self, lines: &[f32], block: usize, start: Option<&[f32]>, out: &mut [f32]) {
        let rows = self.packed.rows;
        let mut first = [0.0; 8];
        if let Some(start) = start {
            let start = start[block * rows..].iter().take(rows);
            first
                .iter_mut()
                .zip(start)
                .for_each(|(to, value)| *to = *value);
        }
        let weights = &self.packed.values[block * self.packed.block..][..self.packed.block];
        arch(Block {
            sums: self,
            lines,
            weights,
            start: first,
            out,
        });
    }
}

struct Block<'a> {
    sums: &'a Sums<'a>,
    lines: &'a [f32],
    weights: &'a [f32],
    start: [f32; 8],
    out: &'a mut [f32],
}

impl Block<'_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(self, simd: S) {
        let weights: &[[f32; ROWS]] = self.weights.as_chunks().0;
        let start: [f32; ROWS] = std::array::from_fn(|row| self.start[row]);
        let width = VECTORS * S::F32_LANES;
        for at in (0..self.sums.length).step_by(width) {
            let planes = self.lines.chunks_exact(self.sums.plane);
            let sums = correlate(simd, planes, self.sums.taps, at, weights, &start);
            for (sums, line) in sums.iter().zip(self.out.chunks_mut(self.sums.extent())) {
                let to = S::as_mut_simd_f32s(&mut line[at..][..width]).0;
                to.copy_from_slice(sums);
            }
        }
    }
}

impl WithSimd for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.sums.packed.rows {
            1 => self.run::<S, 1>(simd),
            2 => self.run::<S, 2>(simd),
            4 => self.run::<S, 4>(simd),
            _ => self.run::<S, 8>(simd),
        }
    }
}

/// Pixels that are gone through at once: so many lines of them stay in the nearest cache.
const STRETCH: usize = 1024;

/// Weights of some outputs.
struct Products<'a> {
    geometry: &'a Geometry,
    lines: &'a [f32],
    gradient: &'a [f32],
    /// Where the pixels lie that each weight is multiplied with.
    starts: &'a [usize],
    /// The first of the outputs.
    first: usize,
    out: &'a mut [f32],
}

impl Products<'_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(self, simd: S) {
        const COLUMNS: usize = 6;
        let geometry = self.geometry;
        let (line, columns) = (geometry.line(), self.starts.len());
        let image = geometry.inputs * geometry.phases() * line;
        let last = |index: usize, count: usize| index.min(count - 1);
        let length = geometry.extent().next_multiple_of(LANES);
        // Small pictures are summed over the batch before the lanes are.
        let (stretch, together) = if length <= STRETCH {
            (length, geometry.batch)
        } else {
            (STRETCH, 1)
        };
        for images in (0..geometry.batch).step_by(together) {
            for at in (0..length).step_by(stretch) {
                let pixels = stretch.min(length - at);
                for column in (0..columns).step_by(COLUMNS) {
                    let mut sums = [[simd.splat_f32s(0.0); COLUMNS]; ROWS];
                    for b in images..(images + together).min(geometry.batch) {
                        let rows = std::array::from_fn(|row| {
                            let output = last(self.first + row, geometry.outputs);
                            let from = (b * geometry.outputs + output) * line + geometry.reach();
                            &self.gradient[from + at..][..pixels]
                        });
                        let columns = std::array::from_fn(|place| {
                            let from = b * image + self.starts[last(column + place, columns)];
                            &self.lines[from + at..][..pixels]
                        });
                        products::<S, ROWS, COLUMNS>(simd, rows, columns, &mut sums);
                    }
                    for (sums, out) in sums.iter().zip(self.out.chunks_mut(columns)) {
                        for (sum, out) in sums.iter().zip(&mut out[column..]) {
                            *out += simd.reduce_sum_f32s(*sum);
                        }
                    }
                }
            }
        }
    }
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Half as many as planes are summed: each has twice as many columns beside it.
        match rows::<S>() / 2 {
            4 => self.run::<S, 4>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

/// Output planes that are summed at once.
struct Rows;

impl WithSimd for Rows {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        rows::<S>()
    }
}

struct Sum<'a>(&'a [f32]);

impl WithSimd for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (vectors, rest) = S::as_simd_f32s(self.0);
        let zero = simd.splat_f32s(0.0);
        let sum = vectors.iter().fold(zero, |sum, v| simd.add_f32s(sum, *v));
        simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()
    }
}
