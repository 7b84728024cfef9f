//! Whether images of different modalities show the same thing in the same place.
//!
//! Brightness cannot be compared between modalities. Mutual information asks how much the one says
//! about the other; [`edge_shift`] measures in pixels how far the edges of the one lie from those of
//! the other, which is what registered means.

use super::{MetricError, same_size};
use crate::image::Plane;
use crate::structure::operators::{blur, sobel};

/// Grey levels of the joint histogram.
const BINS: usize = 64;

/// Mutual information of two images, in nats, 0..=ln 64: of 64 equal bins over 0..=1 (values outside
/// are clamped), within `region` (above 0.5) where one is given. The plug-in estimate: of a few
/// hundred pixels it is far too large, so compare only regions of about the same size.
pub fn mutual_information(
    a: &Plane,
    b: &Plane,
    region: Option<&Plane>,
) -> Result<f32, MetricError> {
    let inside = region_of(a, b, region)?;
    let mut joint = vec![0_u32; BINS * BINS];
    let bin = |v: f32| ((v.clamp(0.0, 1.0) * BINS as f32) as usize).min(BINS - 1);
    for (i, _) in inside.iter().enumerate().filter(|(_, inside)| **inside) {
        joint[bin(a.values()[i]) * BINS + bin(b.values()[i])] += 1;
    }
    let total: u32 = joint.iter().sum();
    let of_a = |i: usize| joint[i * BINS..(i + 1) * BINS].iter().sum::<u32>();
    let of_b = |j: usize| joint.iter().skip(j).step_by(BINS).sum::<u32>();
    let rows: Vec<u32> = (0..BINS).map(of_a).collect();
    let columns: Vec<u32> = (0..BINS).map(of_b).collect();
    let total = f64::from(total);
    let terms = joint.iter().enumerate().filter(|(_, count)| **count > 0);
    let information = terms.map(|(i, &count)| {
        let independent = f64::from(rows[i / BINS]) * f64::from(columns[i % BINS]);
        let count = f64::from(count);
        count / total * libm::log(count * total / independent)
    });
    Ok(information.sum::<f64>().max(0.0) as f32)
}

/// Which pixels are measured; refuses planes of different sizes and a region without pixels.
fn region_of(a: &Plane, b: &Plane, region: Option<&Plane>) -> Result<Vec<bool>, MetricError> {
    same_size(a, b)?;
    let Some(region) = region else {
        return Ok(vec![true; a.values().len()]);
    };
    same_size(a, region)?;
    let inside: Vec<bool> = region.values().iter().map(|&v| v > 0.5).collect();
    if inside.contains(&true) {
        Ok(inside)
    } else {
        Err(MetricError::EmptyRegion)
    }
}

/// How far the edges of `b` lie from those of `a`, pixels: the weighted median over blocks of the
/// length of the shift that brings their edges together best. `region` (above 0.5) limits where it
/// is measured; shifts up to `reach` pixels are looked for (1 to 32).
///
/// An edge is a direction without sign: the gradient, normalised by its length so that strong and
/// weak edges count alike (normalised gradient fields, Haber and Modersitzki 2006). Contrast may be
/// inverted or bent. Per block of a quarter of the side the squared scalar products of the
/// directions are correlated over all shifts, both ways, and the peak is refined by a parabola.
pub fn edge_shift(
    a: &Plane,
    b: &Plane,
    region: Option<&Plane>,
    reach: usize,
) -> Result<f32, MetricError> {
    let inside = region_of(a, b, region)?;
    let (first, second) = (Edges::of(a, &inside)?, Edges::of(b, &inside)?);
    let pair = Pair {
        first: &first,
        second: &second,
        inside: &inside,
        reach: reach.clamp(1, 32) as isize,
    };
    let mut shifts: Vec<(f32, f64)> = blocks(a.width(), a.height())
        .filter_map(|block| pair.shift(block))
        .collect();
    let strongest = shifts.iter().map(|s| s.1).fold(0.0, f64::max);
    // Blocks with hardly an edge have nothing to say.
    shifts.retain(|s| s.1 > 0.1 * strongest);
    weighted_median(shifts).ok_or(MetricError::NoEdges)
}

/// Directions of edges, without sign, as the three products of the normalised gradient: their
/// scalar product is the squared cosine between two gradients, times both strengths.
struct Edges {
    width: usize,
    height: usize,
    products: Vec<[f32; 3]>,
}

impl Edges {
    fn of(image: &Plane, inside: &[bool]) -> Result<Self, MetricError> {
        let (across, down) = sobel(&blur(&blur(image, 1.0), 1.0));
        let length = across.zip(&down, |x, y| (x * x + y * y).sqrt());
        let lengths = length
            .values()
            .iter()
            .zip(inside)
            .filter(|(_, inside)| **inside);
        let (sum, count) = lengths.fold((0.0, 0_u32), |(sum, n), (&v, _)| {
            (sum + f64::from(v), n + 1)
        });
        // Gradients below the mean are noise more than edges (Haber and Modersitzki's eta).
        let floor = (sum / f64::from(count.max(1))) as f32;
        if floor <= 1e-6 {
            return Err(MetricError::NoEdges);
        }
        let products = across.values().iter().zip(down.values()).map(|(&x, &y)| {
            let square = x * x + y * y + floor * floor;
            [
                x * x / square,
                core::f32::consts::SQRT_2 * x * y / square,
                y * y / square,
            ]
        });
        Ok(Self {
            width: image.width(),
            height: image.height(),
            products: products.collect(),
        })
    }

    /// The products at `(x + dx, y + dy)`, `None` outside the picture.
    fn beside(&self, (x, y): (usize, usize), (dx, dy): (isize, isize)) -> Option<&[f32; 3]> {
        let x = x.checked_add_signed(dx).filter(|&x| x < self.width)?;
        let y = y.checked_add_signed(dy).filter(|&y| y < self.height)?;
        Some(&self.products[y * self.width + x])
    }
}

/// First column and row of a block and those after its last.
type Block = ((usize, usize), (usize, usize));

/// Blocks of a quarter of the larger side, at least 16 pixels, that overlap by half.
fn blocks(width: usize, height: usize) -> impl Iterator<Item = Block> {
    let side = (width.max(height) / 4).max(16);
    let starts = move |length: usize| (0..length.saturating_sub(side / 2).max(1)).step_by(side / 2);
    starts(height).flat_map(move |top| {
        let bottom = (top + side).min(height);
        starts(width).map(move |left| ((left, top), ((left + side).min(width), bottom)))
    })
}

/// The edges of two images and where they are compared.
struct Pair<'a> {
    first: &'a Edges,
    second: &'a Edges,
    inside: &'a [bool],
    reach: isize,
}

impl Pair<'_> {
    /// Length of the best shift of a block and the strength of its edges.
    fn shift(&self, block: Block) -> Option<(f32, f64)> {
        let pixels = self.pixels(block);
        let strength: f64 = pixels
            .iter()
            .filter_map(|&p| self.first.beside(p, (0, 0)))
            .map(|p| f64::from(dot(p, p)))
            .sum();
        if strength <= 0.0 {
            return None;
        }
        let reach = self.reach;
        let side = 2 * reach + 1;
        let alike: Vec<f64> = (0..side * side)
            .map(|i| self.alike(&pixels, (i % side - reach, i / side - reach)))
            .collect();
        let best = (0..alike.len()).fold(None, |best: Option<usize>, i| match best {
            Some(b) if alike[b] >= alike[i] => best,
            _ => Some(i),
        })? as isize;
        let at = |x: isize, y: isize| alike[(y * side + x) as usize];
        let (x, y) = (best % side, best / side);
        let inner = |v: isize| v > 0 && v + 1 < side;
        let right = if inner(x) {
            vertex(at(x - 1, y), at(x, y), at(x + 1, y))
        } else {
            0.0
        };
        let down = if inner(y) {
            vertex(at(x, y - 1), at(x, y), at(x, y + 1))
        } else {
            0.0
        };
        let (dx, dy) = ((x - reach) as f64 + right, (y - reach) as f64 + down);
        Some(((dx * dx + dy * dy).sqrt() as f32, strength))
    }

    /// How well the edges agree when the second image is moved back by `d`, both ways, 0..=2. Long
    /// shifts count a little less: along a straight edge all are equal, and none is meant.
    fn alike(&self, pixels: &[(usize, usize)], d: (isize, isize)) -> f64 {
        let there = correlation(self.first, self.second, pixels, d);
        let back = correlation(self.second, self.first, pixels, (-d.0, -d.1));
        let length = (d.0 * d.0 + d.1 * d.1) as f64 / (self.reach * self.reach) as f64;
        (there + back) * (1.0 - 0.02 * length)
    }

    fn pixels(&self, ((left, top), (right, bottom)): Block) -> Vec<(usize, usize)> {
        (top..bottom)
            .flat_map(|y| (left..right).map(move |x| (x, y)))
            .filter(|&(x, y)| self.inside[y * self.first.width + x])
            .collect()
    }
}

/// Normalised correlation, 0..=1, of `a` at the pixels with `b` at a distance of `d` from them.
fn correlation(a: &Edges, b: &Edges, pixels: &[(usize, usize)], d: (isize, isize)) -> f64 {
    let (mut product, mut of_a, mut of_b) = (0.0_f64, 0.0_f64, 0.0_f64);
    for &(x, y) in pixels {
        let (p, Some(q)) = (&a.products[y * a.width + x], b.beside((x, y), d)) else {
            continue;
        };
        product += f64::from(dot(p, q));
        of_a += f64::from(dot(p, p));
        of_b += f64::from(dot(q, q));
    }
    product / (of_a * of_b).sqrt().max(1e-12)
}

fn dot(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Where the parabola through three equidistant values has its top, -0.5..=0.5 from the middle one.
fn vertex(before: f64, middle: f64, after: f64) -> f64 {
    let bend = 2.0 * middle - before - after;
    if bend <= 0.0 {
        return 0.0;
    }
    (0.5 * (after - before) / bend).clamp(-0.5, 0.5)
}

/// The value at which half of the weight is reached.
fn weighted_median(mut values: Vec<(f32, f64)>) -> Option<f32> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|v| v.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let middle = values.into_iter().find(|value| {
        sum += value.1;
        sum >= half
    });
    middle.map(|(value, _)| value)
}

#[cfg(test)]
mod tests;
