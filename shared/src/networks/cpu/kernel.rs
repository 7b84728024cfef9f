//! The innermost loop: every product of every convolution is made here.

use super::lanes::{LANES, Lanes};

/// Rows that are multiplied at the same time: their sums stay in registers, and each weight that is
/// loaded serves all of them.
pub const ROWS: usize = 4;

/// Weights from eight input channels to eight output channels.
pub type Square = [Lanes; LANES];

/// `sums[row] += rows[row] x weights`, where a row holds as many groups of channels as there are
/// squares of weights.
#[inline]
pub fn multiply<const N: usize>(sums: &mut [Lanes; N], rows: [&[Lanes]; N], weights: &[Square]) {
    let rows = rows.map(|row| &row[..weights.len()]);
    let mut local = *sums;
    for (place, square) in weights.iter().enumerate() {
        for (from, weight) in square.iter().enumerate() {
            for (sum, row) in local.iter_mut().zip(&rows) {
                *sum += *weight * row[place].as_array()[from];
            }
        }
    }
    *sums = local;
}
