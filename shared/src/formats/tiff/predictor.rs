//! What was done to rows before they were packed, undone: each number is stored as its difference to the one before
//! (revision 6.0, section 14), of floats each byte as its (Adobe's technical note 3).

use super::layout::Layout;

/// The numbers themselves, row by row, in the order of bytes of the file.
pub(super) fn undo(bytes: &mut [u8], layout: &Layout, big_endian: bool) {
    if !layout.packing.is_predicted() {
        return;
    }
    let (step, size) = (layout.together(), layout.number.bits() / 8);
    let rows = bytes.chunks_exact_mut(layout.row());
    match layout.wrapping.predictor {
        2 => rows.for_each(|row| summed(row, step, size, big_endian)),
        3 => rows.for_each(|row| {
            summed(row, step, 1, big_endian);
            gathered(row, size, big_endian);
        }),
        _ => {}
    }
}

/// Adds to each number of `size` bytes the one `step` before it, and forgets what does not fit.
fn summed(row: &mut [u8], step: usize, size: usize, big_endian: bool) {
    if size == 1 {
        for at in step..row.len() {
            row[at] = row[at].wrapping_add(row[at - step]);
        }
        return;
    }
    for at in (step * size..row.len()).step_by(size) {
        let mut carried = 0;
        for byte in 0..size {
            // From the lowest byte on.
            let byte = at + if big_endian { size - 1 - byte } else { byte };
            let sum = u16::from(row[byte]) + u16::from(row[byte - step * size]) + carried;
            row[byte] = sum as u8;
            carried = sum >> 8;
        }
    }
}

/// The highest bytes of all numbers stand first, then the next ones: brings those of each number together.
fn gathered(row: &mut [u8], size: usize, big_endian: bool) {
    let apart = row.to_vec();
    let count = row.len() / size;
    for (number, bytes) in row.chunks_exact_mut(size).enumerate() {
        for (place, byte) in bytes.iter_mut().enumerate() {
            let high = if big_endian { place } else { size - 1 - place };
            *byte = apart[high * count + number];
        }
    }
}
