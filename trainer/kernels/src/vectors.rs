//! The inner loops.

use pulp::Simd;

/// Vectors of pixels that are summed at once.
pub const VECTORS: usize = 3;

/// Values of the widest vector.
pub const LANES: usize = 16;

/// Lines are as long as a multiple of this.
pub const STEP: usize = LANES * VECTORS;

/// Output planes that are summed at once where there are at least as many: three vectors of pixels each, which
/// fit into the registers.
pub const fn rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT > 16 { 8 } else { 4 }
}

/// For `ROWS` output planes and three vectors of pixels from `at` on:
/// `sum[o][p] = start[o] + sum over planes k and taps t of weights[k][t][o] * planes[k][at + taps[t] + p]`.
#[inline(always)]
pub fn correlate<S: Simd, const ROWS: usize>(
    simd: S,
    planes: impl Iterator<Item = impl AsRef<[f32]>>,
    taps: &[usize],
    at: usize,
    weights: &[[f32; ROWS]],
    start: &[f32; ROWS],
) -> [[S::f32s; VECTORS]; ROWS] {
    let mut sums = start.map(|value| [simd.splat_f32s(value); VECTORS]);
    for (plane, weights) in planes.zip(weights.chunks_exact(taps.len())) {
        let plane = &plane.as_ref()[at..];
        for (tap, weights) in taps.iter().zip(weights) {
            let pixels = &plane[*tap..][..VECTORS * S::F32_LANES];
            let pixels = &S::as_simd_f32s(pixels).0[..VECTORS];
            for (sums, weight) in sums.iter_mut().zip(weights) {
                let weight = simd.splat_f32s(*weight);
                for (sum, pixels) in sums.iter_mut().zip(pixels) {
                    *sum = simd.mul_add_e_f32s(weight, *pixels, *sum);
                }
            }
        }
    }
    sums
}

/// Adds the products of every pair of lines, lane by lane. All are of one length, a whole number of vectors.
#[inline(always)]
pub fn products<S: Simd, const ROWS: usize, const COLUMNS: usize>(
    simd: S,
    rows: [&[f32]; ROWS],
    columns: [&[f32]; COLUMNS],
    sums: &mut [[S::f32s; COLUMNS]; ROWS],
) {
    let count = rows[0].len() / S::F32_LANES;
    let rows = rows.map(|row| &S::as_simd_f32s(row).0[..count]);
    let columns = columns.map(|column| &S::as_simd_f32s(column).0[..count]);
    let mut found = *sums;
    for at in 0..count {
        let seen = columns.map(|column| column[at]);
        for (found, row) in found.iter_mut().zip(rows) {
            let row = row[at];
            for (sum, column) in found.iter_mut().zip(seen) {
                *sum = simd.mul_add_e_f32s(row, column, *sum);
            }
        }
    }
    *sums = found;
}
