//! Lesions that nobody had: blobs of learnt size, form and composition.
//!
//! A blob grows from its centre, pixel by pixel, always where the resistance is least, until it has
//! its area: so the area is exact and the blob is one piece, however ragged its field. The field of
//! resistance is the distance in an ellipse, bent by a low-order Fourier contour (the lobes) and by
//! smooth noise (the ragged border). Inner classes grow again within the blob, in fields of their
//! own, so that a rim is thick here and thin there.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::class_map::ClassMap;
use super::statistics::MaskStatistics;
use crate::image::Plane;
use crate::label::Quantiles;
use crate::phantom::shape::Noise;
use crate::random::Random;
use crate::structure::operators::erode;

/// Fourier orders 2..=6 bend the contour: order 1 would only move it, higher ones would fray it.
const ORDERS: std::ops::RangeInclusive<u32> = 2..=6;

/// A random lesion whose centre lies where `region` is above 0.5, in a label of its size; `None`
/// when the region is empty. Whether all of it lies where it may is for [`super::place_drawn`].
pub fn draw(statistics: &MaskStatistics, region: &Plane, random: &mut Random) -> Option<ClassMap> {
    let pixels = region.width() * region.height();
    Plan::random(statistics, pixels, random).drawn(region, random)
}

/// What is to be drawn, without place and outline: tried in many places, so that small lesions,
/// which fit almost anywhere, do not displace the large ones.
pub(super) struct Plan {
    /// Nested classes, the outermost first.
    classes: Vec<u8>,
    blobs: Vec<Blob>,
}

/// One connected lesion.
struct Blob {
    elongation: f32,
    /// Pixels within the outer border of each nested class; the first is the whole area.
    within: Vec<usize>,
}

impl Plan {
    pub(super) fn random(statistics: &MaskStatistics, pixels: usize, random: &mut Random) -> Self {
        let count = libm::roundf(statistics.count.draw(random)).clamp(1.0, 64.0) as usize;
        let largest = statistics.area.draw(random) * pixels as f32;
        let mut blobs = vec![Blob::random(
            statistics,
            statistics.nested(),
            largest,
            pixels,
            random,
        )];
        for _ in 1..count {
            let area = largest * statistics.satellite.draw(random).clamp(0.0, 1.0);
            let shares = statistics.nested_satellite();
            blobs.push(Blob::random(statistics, shares, area, pixels, random));
        }
        let classes = statistics.nested().map(|(class, _)| class).collect();
        Self { classes, blobs }
    }

    /// Drawn around a random place of `region`; further blobs lie around the first.
    pub(super) fn drawn(&self, region: &Plane, random: &mut Random) -> Option<ClassMap> {
        let mut label = ClassMap::empty(region.width(), region.height());
        let mut first: Option<(Place, f32)> = None;
        for blob in &self.blobs {
            let radius = blob.radius();
            let around = match first {
                None => room(region, radius),
                Some((place, reach)) => near(region, place, reach, radius),
            };
            let Some(place) = random_one(&around, random).or_else(|| random_one(region, random))
            else {
                break;
            };
            first.get_or_insert((place, radius));
            blob.grow(&self.classes, place, &mut label, random);
        }
        (!label.is_empty()).then_some(label)
    }
}

impl Blob {
    fn random<'a>(
        statistics: &MaskStatistics,
        shares: impl Iterator<Item = (u8, &'a Quantiles)>,
        area: f32,
        pixels: usize,
        random: &mut Random,
    ) -> Self {
        let mut rest = libm::roundf(area).clamp(1.0, pixels as f32) as usize;
        let mut within = Vec::with_capacity(statistics.classes());
        for (_, share) in shares {
            within.push(rest);
            let inner = 1.0 - share.draw(random).clamp(0.0, 1.0);
            rest = libm::roundf(rest as f32 * inner) as usize;
        }
        Self {
            elongation: statistics.elongation.draw(random).clamp(1.0, 6.0),
            within,
        }
    }

    /// Of the disc of the same area.
    fn radius(&self) -> f32 {
        libm::sqrtf(self.within[0] as f32 / core::f32::consts::PI)
    }

    /// Grows into the free pixels of `label`, class within class.
    fn grow(&self, classes: &[u8], centre: Place, label: &mut ClassMap, random: &mut Random) {
        let form = Form::random(self, centre, random);
        let free = |i: usize, label: &ClassMap| label.values()[i] == 0;
        let mut inside: Vec<bool> = (0..label.values().len()).map(|i| free(i, label)).collect();
        let mut start = centre;
        for (&class, &area) in classes.iter().zip(&self.within) {
            if area == 0 {
                break;
            }
            let field = form.field(random);
            let grown = grown(&inside, label.width(), start, area, field);
            inside.fill(false);
            for &i in &grown {
                inside[i] = true;
                label.set(i, class);
            }
            let Some(middle) = innermost(&grown, label.width()) else {
                break;
            };
            start = middle;
        }
    }
}

/// A pixel, `(x, y)`.
type Place = (usize, usize);

/// Ellipse and lobes that the nested classes of one blob share.
struct Form {
    centre: (f32, f32),
    radius: f32,
    stretch: f32,
    sine: f32,
    cosine: f32,
    /// Amplitude and phase of each order.
    lobes: Vec<(f32, f32)>,
}

impl Form {
    fn random(blob: &Blob, centre: Place, random: &mut Random) -> Self {
        let angle = random.range(0.0, core::f32::consts::TAU);
        let lobes = ORDERS
            .map(|order| {
                let amplitude =
                    0.5 * random.normal().clamp(-2.0, 2.0) / libm::powf(order as f32, 1.6);
                (amplitude, random.range(0.0, core::f32::consts::TAU))
            })
            .collect();
        Self {
            centre: (centre.0 as f32, centre.1 as f32),
            radius: blob.radius().max(0.5),
            stretch: libm::sqrtf(blob.elongation),
            sine: libm::sinf(angle),
            cosine: libm::cosf(angle),
            lobes,
        }
    }

    /// The resistance at a pixel, 0 or more, about 1 on the border: with noise of its own.
    fn field(&self, random: &mut Random) -> impl Fn(usize, usize) -> f32 {
        let noise = Noise(random.bits() as u32);
        let ragged = random.range(0.1, 0.4);
        move |x, y| {
            let (dx, dy) = (x as f32 - self.centre.0, y as f32 - self.centre.1);
            let u = (self.cosine * dx + self.sine * dy) / (self.radius * self.stretch);
            let v = (self.cosine * dy - self.sine * dx) / self.radius * self.stretch;
            let angle = libm::atan2f(v, u);
            let lobes = self.lobes.iter().zip(ORDERS);
            let bend: f32 = lobes
                .map(|((amplitude, phase), order)| {
                    amplitude * libm::cosf(order as f32 * angle + phase)
                })
                .sum();
            let distance = libm::sqrtf(u * u + v * v) * libm::expf(-bend);
            // Noise in pixel directions: it frays a long lesion no more along than across.
            let (nx, ny) = (dx / self.radius, dy / self.radius);
            (distance + ragged * noise.octaves(1.6 * nx + 31.0, 1.6 * ny + 17.0, 3, 0.45)).max(0.0)
        }
    }
}

/// Up to `area` pixels that grow from `start` over those `inside`, least resistance first.
fn grown(
    inside: &[bool],
    width: usize,
    start: Place,
    area: usize,
    resistance: impl Fn(usize, usize) -> f32,
) -> Vec<usize> {
    // Bits of numbers that are not negative are ordered as the numbers are.
    let cost = |i: usize| Reverse((resistance(i % width, i / width).to_bits(), i));
    let mut seen = vec![false; inside.len()];
    let mut open = BinaryHeap::new();
    let start = start.1 * width + start.0;
    if inside[start] {
        seen[start] = true;
        open.push(cost(start));
    }
    let mut grown = Vec::with_capacity(area);
    while grown.len() < area {
        let Some(Reverse((_, i))) = open.pop() else {
            break;
        };
        grown.push(i);
        for next in neighbours(i, width, inside.len()) {
            if inside[next] && !std::mem::replace(&mut seen[next], true) {
                open.push(cost(next));
            }
        }
    }
    grown
}

/// The pixels that share a side with `i`.
fn neighbours(i: usize, width: usize, pixels: usize) -> impl Iterator<Item = usize> {
    let x = i % width;
    let beside = [
        (x > 0).then(|| i - 1),
        (x + 1 < width).then_some(i + 1),
        i.checked_sub(width),
        (i + width < pixels).then_some(i + width),
    ];
    beside.into_iter().flatten()
}

/// Of the `grown` pixels the one nearest to their mean.
fn innermost(grown: &[usize], width: usize) -> Option<Place> {
    let place = |&i: &usize| ((i % width) as f64, (i / width) as f64);
    let count = grown.len() as f64;
    let sum = grown
        .iter()
        .map(place)
        .fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let (cx, cy) = (sum.0 / count, sum.1 / count);
    let distance = |i: &usize| {
        let (x, y) = place(i);
        (x - cx) * (x - cx) + (y - cy) * (y - cy)
    };
    let nearest = grown
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.map(|&i| (i % width, i / width))
}

/// The part of `region` in which a disc of this radius roughly fits, or all of it where none does.
fn room(region: &Plane, radius: f32) -> Plane {
    let eroded = erode(region, (0.7 * radius) as usize);
    if eroded.values().iter().any(|&v| v > 0.5) {
        eroded
    } else {
        region.clone()
    }
}

/// The part of `region` beside a blob of radius `reach` at `place` where one of `radius` fits.
fn near(region: &Plane, place: Place, reach: f32, radius: f32) -> Plane {
    let (closest, farthest) = (
        1.4 * (reach + radius) + 1.0,
        3.0 * reach + 3.0 * radius + 2.0,
    );
    Plane::from_fn(region.width(), region.height(), |x, y| {
        let (dx, dy) = (x as f32 - place.0 as f32, y as f32 - place.1 as f32);
        let distance = libm::sqrtf(dx * dx + dy * dy);
        if (closest..farthest).contains(&distance) {
            region.at(x, y)
        } else {
            0.0
        }
    })
}

/// A random pixel of those above 0.5.
fn random_one(region: &Plane, random: &mut Random) -> Option<Place> {
    let inside = |v: &&f32| **v > 0.5;
    let count = region.values().iter().filter(inside).count();
    if count == 0 {
        return None;
    }
    let chosen = random.below(count);
    let pixels = region.values().iter().enumerate();
    let (i, _) = pixels.filter(|(_, v)| inside(v)).nth(chosen)?;
    Some((i % region.width(), i / region.width()))
}
