//! Pictures to lines with margins, and back ([`Geometry`]).

use crate::geometry::Geometry;
use rayon::prelude::*;

/// The input `[batch, inputs, height, width]` as `[batch, inputs, phases, line]`.
pub fn of_input(geometry: &Geometry, x: &[f32]) -> Vec<f32> {
    let line = geometry.line();
    let mut lines = vec![0.0; geometry.batch * geometry.inputs * geometry.phases() * line];
    let planes = lines.par_chunks_mut(geometry.phases() * line);
    let pictures = x.par_chunks(geometry.height * geometry.width);
    planes.zip(pictures).for_each(|(lines, picture)| {
        for (phase, line) in lines.chunks_mut(line).enumerate() {
            for place in places(geometry, phase) {
                let row = &picture[place.row * geometry.width..][..geometry.width];
                let found = row[place.from..].iter().step_by(geometry.stride);
                for (to, value) in line[place.at..].iter_mut().zip(found) {
                    *to = *value;
                }
            }
        }
    });
    lines
}

/// One phase of one plane, back into the picture.
pub fn to_input(geometry: &Geometry, phase: usize, line: &[f32], picture: &mut [f32]) {
    for place in places(geometry, phase) {
        let row = &mut picture[place.row * geometry.width..][..geometry.width];
        let row = row[place.from..].iter_mut().step_by(geometry.stride);
        for (to, value) in row.zip(&line[place.at..]) {
            *to = *value;
        }
    }
}

/// The gradient of the output `[batch, outputs, height, width]` as `[batch, outputs, line]`, its first pixel
/// [`Geometry::reach`] along the line.
pub fn of_gradient(geometry: &Geometry, gradient: &[f32]) -> Vec<f32> {
    let (line, columns) = (geometry.line(), geometry.grid()[1]);
    let [_, width] = geometry.output();
    let mut lines = vec![0.0; geometry.batch * geometry.outputs * line];
    let pictures = gradient.par_chunks(geometry.area());
    let planes = lines.par_chunks_mut(line);
    planes.zip(pictures).for_each(|(line, picture)| {
        let rows = line[geometry.reach()..].chunks_mut(columns);
        for (to, row) in rows.zip(picture.chunks(width)) {
            to[..width].copy_from_slice(row);
        }
    });
    lines
}

/// One line of the output into the picture.
pub fn to_output(geometry: &Geometry, line: &[f32], picture: &mut [f32]) {
    let [_, width] = geometry.output();
    let rows = line.chunks(geometry.grid()[1]);
    for (to, row) in picture.chunks_mut(width).zip(rows) {
        to.copy_from_slice(&row[..width]);
    }
}

/// A row of the input in the line of a phase.
struct Place {
    /// Which row.
    row: usize,
    /// Its first pixel that belongs to the phase.
    from: usize,
    /// Where that lies along the line.
    at: usize,
}

fn places(geometry: &Geometry, phase: usize) -> impl Iterator<Item = Place> {
    let (stride, padding, height) = (geometry.stride, geometry.padding(), geometry.height);
    let [rows, columns] = geometry.grid();
    let (down, across) = (phase / stride, phase % stride);
    let first = (padding + stride - 1 - across) / stride;
    let from = first * stride + across - padding;
    (0..rows).filter_map(move |q| {
        let row = (q * stride + down).checked_sub(padding)?;
        let at = q * columns + first;
        (row < height).then_some(Place { row, from, at })
    })
}
