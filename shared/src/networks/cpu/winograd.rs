//! Convolutions 3x3 of stride 1 with few multiplications (Lavin and Gray 2016, F(4x4, 3x3)).
//!
//! A tile of 4x4 outputs needs 6x6 inputs. After linear transforms of both, the convolution of a tile
//! is 36 products per pair of channels instead of 144, and the tiles together are 36 products of
//! matrices. Two more properties serve the U-Net:
//! - what follows the products is linear, so several inputs with weights of their own (the upsampled
//!   map and the skip) are summed before it, without being concatenated, and what several images
//!   share is multiplied once;
//! - of an input that was enlarged twice, nearest pixel, one transformed row and column is zero and
//!   the others follow from 4x4 small pixels: 25 products, and the enlarged map is never made.

use super::features::{Features, groups};
use super::kernel::{ROWS, Square, multiply};
use super::lanes::{LANES, Lanes};

/// The points along a side that are other than zero for an input that was enlarged.
const ENLARGED: [usize; 5] = [0, 1, 3, 4, 5];

/// Outputs along a side of a tile.
const TILE: usize = 4;
/// Transformed values along a side of a tile.
const POINTS: usize = 6;
const POSITIONS: usize = POINTS * POINTS;

/// Tiles that are worked on together: what they need stays in the second-level cache.
const BLOCK: usize = 32;

/// Between the values of two positions, so that the same tile of all positions does not fall into the same
/// few lines of the cache.
const GAP: usize = 5;

const ZERO: Lanes = Lanes::ZERO;

/// One input of a convolution with its transformed weights.
#[derive(Debug, Clone)]
pub struct Part {
    /// The input is enlarged twice, nearest pixel, before the convolution.
    enlarged: bool,
    inputs: usize,
    /// `[position, output group, input group]`.
    weights: Vec<Square>,
}

impl Part {
    /// From `weights` `[outputs, all inputs, 3, 3]`, those of the input channels `first..first + inputs`.
    pub fn new(weights: &[f32], [outputs, all, first, inputs]: [usize; 4], enlarged: bool) -> Self {
        let (to, from) = (groups(outputs), groups(inputs));
        let kept: Vec<usize> = (0..POSITIONS).filter(|&p| kept(p, enlarged)).collect();
        let mut transformed = vec![[ZERO; LANES]; kept.len() * to * from];
        for output in 0..outputs {
            for input in 0..inputs {
                let start = (output * all + first + input) * 9;
                let kernel = transform_kernel(&weights[start..start + 9]);
                for (place, &position) in kept.iter().enumerate() {
                    let square = (place * to + output / LANES) * from + input / LANES;
                    transformed[square][input % LANES].as_mut_array()[output % LANES] =
                        kernel[position];
                }
            }
        }
        Self {
            enlarged,
            inputs: from,
            weights: transformed,
        }
    }

    fn at(&self, place: usize, group: usize, outputs: usize) -> &[Square] {
        &self.weights[(place * outputs + group) * self.inputs..][..self.inputs]
    }
}

/// Whether this position is other than zero.
fn kept(position: usize, enlarged: bool) -> bool {
    let inside = |point| !enlarged || ENLARGED.contains(&point);
    inside(position / POINTS) && inside(position % POINTS)
}

/// The sum of the convolutions of each input with its part, without bias, for `images` images. An input
/// of one image stands for all of them; such inputs come first.
pub fn convolve(inputs: &[(&Features, &Part)], images: usize, channels: usize) -> Features {
    let (first, part) = inputs[0];
    let side = first.side() << usize::from(part.enlarged);
    let mut output = Features::zeros(images, side, channels);
    let across = side.div_ceil(TILE);
    let rows = (BLOCK / across).clamp(1, across);
    let mut work = Work::new(images, across * rows, output.groups());
    for top in (0..across).step_by(rows) {
        let tile_rows = top..(top + rows).min(across);
        work.start(tile_rows.len() * across);
        for (input, part) in inputs {
            work.add(input, part, tile_rows.clone(), across);
        }
        for image in 0..images {
            work.finish(&mut output, image, tile_rows.clone(), across);
        }
    }
    output
}

/// The transformed tiles of a block.
struct Work {
    images: usize,
    groups: usize,
    tiles: usize,
    /// Distance between positions.
    stride: usize,
    /// Products are there for this many images; the others follow the first.
    begun: usize,
    /// `[position, image, tile, group]`.
    inputs: Vec<Lanes>,
    products: Vec<Lanes>,
    lines: Vec<[Lanes; POINTS]>,
}

impl Work {
    fn new(images: usize, tiles: usize, groups: usize) -> Self {
        Self {
            images,
            groups,
            tiles,
            stride: images * tiles * groups + GAP,
            begun: 0,
            inputs: Vec::new(),
            products: vec![ZERO; POSITIONS * (images * tiles * groups + GAP)],
            lines: Vec::new(),
        }
    }

    fn start(&mut self, tiles: usize) {
        self.tiles = tiles;
        self.stride = self.images * tiles * self.groups + GAP;
        self.begun = 0;
        self.products.fill(ZERO);
    }

    fn add(
        &mut self,
        input: &Features,
        part: &Part,
        tile_rows: std::ops::Range<usize>,
        across: usize,
    ) {
        let images = input.images();
        if self.begun == 1 && images > 1 {
            self.spread();
        }
        self.begun = self.begun.max(images);
        let stride = images * self.tiles * part.inputs + GAP;
        self.inputs.resize(POSITIONS * stride, ZERO);
        for image in 0..images {
            for (row, tile_row) in tile_rows.clone().enumerate() {
                let first = image * self.tiles + row * across;
                for group in 0..part.inputs {
                    let write = |position: usize, tile: usize| {
                        position * stride + (first + tile) * part.inputs + group
                    };
                    // An enlarged input has half as many rows and columns per tile.
                    if part.enlarged {
                        let step = TILE / 2;
                        let place = (tile_row * step, group, across * step + 2);
                        line(input, image, place, transform_enlarged, &mut self.lines);
                        enlarged_tiles(&self.lines, across, &mut self.inputs, write);
                    } else {
                        let place = (tile_row * TILE, group, across * TILE + 2);
                        line(input, image, place, transform, &mut self.lines);
                        tiles(&self.lines, across, &mut self.inputs, write);
                    }
                }
            }
        }
        self.multiply(images, part);
    }

    fn multiply(&mut self, images: usize, part: &Part) {
        let count = images * self.tiles;
        let stride = count * part.inputs + GAP;
        let positions = (0..POSITIONS).filter(|&p| kept(p, part.enlarged));
        for (place, position) in positions.enumerate() {
            let inputs = &self.inputs[position * stride..][..count * part.inputs];
            let products = &mut self.products[position * self.stride..][..count * self.groups];
            for group in 0..self.groups {
                let weights = part.at(place, group, self.groups);
                product(inputs, products, weights, (self.groups, group));
            }
        }
    }

    /// Gives every image the products of the first.
    fn spread(&mut self) {
        let length = self.tiles * self.groups;
        for of_position in self.products.chunks_exact_mut(self.stride) {
            let (first, others) = of_position.split_at_mut(length);
            for other in others.chunks_exact_mut(length).take(self.images - 1) {
                other.copy_from_slice(first);
            }
        }
    }

    fn finish(
        &mut self,
        output: &mut Features,
        image: usize,
        tile_rows: std::ops::Range<usize>,
        across: usize,
    ) {
        if self.begun == 1 && self.images > 1 && image == 0 {
            self.spread();
        }
        let side = output.side();
        for (row, tile_row) in tile_rows.enumerate() {
            for tile in 0..across {
                let start = (image * self.tiles + row * across + tile) * self.groups;
                for group in 0..self.groups {
                    let at =
                        |position: usize| &self.products[position * self.stride + start + group];
                    let outputs = transform_output(at);
                    for (y, line) in outputs.iter().enumerate() {
                        let y = tile_row * TILE + y;
                        if y >= side {
                            break;
                        }
                        let left = tile * TILE;
                        let width = TILE.min(side - left);
                        let row = &mut output.row_mut(image, y)[left * self.groups..];
                        for (pixel, value) in row.chunks_exact_mut(self.groups).zip(&line[..width])
                        {
                            pixel[group] = *value;
                        }
                    }
                }
            }
        }
    }
}

/// `products[.., group] += inputs x weights` for every tile.
fn product(
    inputs: &[Lanes],
    products: &mut [Lanes],
    weights: &[Square],
    (groups, group): (usize, usize),
) {
    let length = weights.len();
    let mut rows = inputs.chunks_exact(ROWS * length);
    let mut sums = products.chunks_exact_mut(ROWS * groups);
    for (four, sums) in rows.by_ref().zip(sums.by_ref()) {
        let row = |r: usize| &four[r * length..][..length];
        let mut local: [Lanes; ROWS] = std::array::from_fn(|r| sums[r * groups + group]);
        multiply(&mut local, std::array::from_fn(row), weights);
        for (r, sum) in local.into_iter().enumerate() {
            sums[r * groups + group] = sum;
        }
    }
    let rest = rows.remainder().chunks_exact(length);
    for (row, sums) in rest.zip(sums.into_remainder().chunks_exact_mut(groups)) {
        let mut local = [sums[group]];
        multiply(&mut local, [row], weights);
        sums[group] = local[0];
    }
}

/// The columns of a row of tiles that begins at bordered row `top`, transformed downwards: one entry per
/// column with its border, and empty ones for tiles beyond the right border up to `columns`.
fn line<const N: usize>(
    input: &Features,
    image: usize,
    (top, group, columns): (usize, usize, usize),
    transform: impl Fn([Lanes; N]) -> [Lanes; POINTS],
    lines: &mut Vec<[Lanes; POINTS]>,
) {
    let (side, step) = (input.side(), input.groups());
    let rows: [Option<&[Lanes]>; N] = std::array::from_fn(|r| {
        let y = top + r;
        (y < side + 2).then(|| input.bordered_row(image, y))
    });
    lines.clear();
    for x in 0..side + 2 {
        let at = |r: usize| rows[r].map_or(ZERO, |row| row[x * step + group]);
        lines.push(transform(std::array::from_fn(at)));
    }
    lines.resize(columns, [ZERO; POINTS]);
}

fn tiles(
    lines: &[[Lanes; POINTS]],
    across: usize,
    inputs: &mut [Lanes],
    place: impl Fn(usize, usize) -> usize,
) {
    for tile in 0..across {
        let columns = &lines[tile * TILE..][..POINTS];
        for down in 0..POINTS {
            let points = transform(std::array::from_fn(|c| columns[c][down]));
            for (right, value) in points.into_iter().enumerate() {
                inputs[place(down * POINTS + right, tile)] = value;
            }
        }
    }
}

fn enlarged_tiles(
    lines: &[[Lanes; POINTS]],
    across: usize,
    inputs: &mut [Lanes],
    place: impl Fn(usize, usize) -> usize,
) {
    for tile in 0..across {
        let columns = &lines[tile * (TILE / 2)..][..4];
        for down in ENLARGED {
            let points = transform_enlarged(std::array::from_fn(|c| columns[c][down]));
            for right in ENLARGED {
                inputs[place(down * POINTS + right, tile)] = points[right];
            }
        }
    }
}

/// B' d: six inputs to six points.
#[inline]
fn transform([a, b, c, d, e, f]: [Lanes; POINTS]) -> [Lanes; POINTS] {
    let (even, odd) = (e - c * 4.0, d - b * 4.0);
    let (near, far) = (e - c, (d - b) * 2.0);
    [
        a * 4.0 - c * 5.0 + e,
        even + odd,
        even - odd,
        near + far,
        near - far,
        b * 4.0 - d * 5.0 + f,
    ]
}

/// B' d for d = (a, b, b, c, c, e), the six inputs of which four are different.
#[inline]
fn transform_enlarged([a, b, c, e]: [Lanes; 4]) -> [Lanes; POINTS] {
    let difference = b - c;
    [
        (a - b) * 4.0 - difference,
        c * 2.0 - b * 8.0,
        ZERO,
        difference * -3.0,
        difference,
        difference * 4.0 - c + e,
    ]
}

/// A' m A: the products of a tile to its outputs.
#[inline]
fn transform_output<'a>(at: impl Fn(usize) -> &'a Lanes) -> [[Lanes; TILE]; TILE] {
    let mut half = [[ZERO; POINTS]; TILE];
    for right in 0..POINTS {
        let column = outputs(std::array::from_fn(|down| *at(down * POINTS + right)));
        for (row, value) in half.iter_mut().zip(column) {
            row[right] = value;
        }
    }
    half.map(outputs)
}

#[inline]
fn outputs([a, b, c, d, e, f]: [Lanes; POINTS]) -> [Lanes; TILE] {
    let (sum, difference) = (b + c, b - c);
    let (wide_sum, wide_difference) = (d + e, d - e);
    [
        a + sum + wide_sum,
        difference + wide_difference * 2.0,
        sum + wide_sum * 4.0,
        difference + wide_difference * 8.0 + f,
    ]
}

/// G k G': nine weights to 36 points.
fn transform_kernel(kernel: &[f32]) -> [f32; POSITIONS] {
    const G: [[f64; 3]; POINTS] = [
        [1.0 / 4.0, 0.0, 0.0],
        [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
        [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
        [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
        [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
        [0.0, 0.0, 1.0],
    ];
    let apply = |column: [f64; 3]| {
        G.map(|row| row[0] * column[0] + row[1] * column[1] + row[2] * column[2])
    };
    let k = |place: usize| f64::from(kernel[place]);
    let columns: [[f64; POINTS]; 3] = std::array::from_fn(|x| apply([k(x), k(3 + x), k(6 + x)]));
    let mut points = [0.0; POSITIONS];
    for (down, row) in points.chunks_exact_mut(POINTS).enumerate() {
        let values = apply(columns.map(|column| column[down]));
        row.iter_mut().zip(values).for_each(|(p, v)| *p = v as f32);
    }
    points
}
