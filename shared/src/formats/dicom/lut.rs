//! Lookup tables: stored values to those of the modality, and these to what is shown (DICOM part 3, C.11).

use super::FormatError;

/// One value for each of a range of whole numbers; what lies outside has that of its nearest end.
pub(super) struct Lut {
    first: i64,
    values: Vec<u16>,
    /// The largest value that its bits can hold.
    full: u16,
}

impl Lut {
    /// From its descriptor (entries, first number, bits) and its data; numbers may have a sign where pixels do.
    pub(super) fn new(descriptor: &[u8], data: &[u8], signed: bool) -> Result<Self, FormatError> {
        let damaged = || FormatError::Header("a lookup table does not fit its descriptor".into());
        let (shorts, _) = descriptor.as_chunks::<2>();
        let &[entries, first, bits, ..] = shorts else {
            return Err(damaged());
        };
        let entries = match u16::from_le_bytes(entries) {
            0 => 1 << 16,
            entries => usize::from(entries),
        };
        let first = if signed {
            i16::from_le_bytes(first).into()
        } else {
            u16::from_le_bytes(first).into()
        };
        let values: Vec<u16> = if data.len() >= 2 * entries {
            let (shorts, _) = data.as_chunks::<2>();
            let shorts = shorts.iter().take(entries);
            shorts.map(|&short| u16::from_le_bytes(short)).collect()
        } else if data.len() >= entries {
            data.iter().take(entries).map(|&b| b.into()).collect()
        } else {
            return Err(damaged());
        };
        let bits = u16::from_le_bytes(bits);
        let full = if (1..16).contains(&bits) {
            (1 << bits) - 1
        } else {
            u16::MAX
        };
        Ok(Self {
            first,
            values,
            full,
        })
    }

    /// The value of a number, rounded to a whole one.
    pub(super) fn of(&self, number: f64) -> f64 {
        let last = self.values.len() as f64 - 1.0;
        let at = (libm::round(number) - self.first as f64).clamp(0.0, last);
        self.values[at as usize].into()
    }

    /// The largest value that its bits can hold.
    pub(super) fn full(&self) -> f32 {
        self.full.into()
    }
}
