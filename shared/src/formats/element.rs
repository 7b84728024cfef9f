//! How one voxel is stored.

use super::FormatError;

/// Kind of number of a voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 8 bits, unsigned.
    U8,
    /// 8 bits, signed.
    I8,
    /// 16 bits, unsigned.
    U16,
    /// 16 bits, signed.
    I16,
    /// 32 bits, unsigned.
    U32,
    /// 32 bits, signed.
    I32,
    /// 64 bits, unsigned.
    U64,
    /// 64 bits, signed.
    I64,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl Element {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The first `count` numbers of `bytes`, big or little endian, as `slope x + inter`, which is
    /// computed in double precision.
    pub(super) fn numbers(
        self,
        bytes: &[u8],
        count: usize,
        big: bool,
        [slope, inter]: [f64; 2],
    ) -> Result<Vec<f32>, FormatError> {
        let need = count as u64 * self.bytes() as u64;
        let bytes = usize::try_from(need)
            .ok()
            .and_then(|n| bytes.get(..n))
            .ok_or(FormatError::Truncated {
                need,
                got: bytes.len() as u64,
            })?;
        let scaled = |v: f64| (slope * v + inter) as f32;
        Ok(match self {
            Self::U8 => bytes.iter().map(|&b| scaled(b.into())).collect(),
            Self::I8 => bytes.iter().map(|&b| scaled((b as i8).into())).collect(),
            Self::U16 => each(bytes, big, |b| scaled(u16::from_le_bytes(b).into())),
            Self::I16 => each(bytes, big, |b| scaled(i16::from_le_bytes(b).into())),
            Self::U32 => each(bytes, big, |b| scaled(u32::from_le_bytes(b).into())),
            Self::I32 => each(bytes, big, |b| scaled(i32::from_le_bytes(b).into())),
            Self::U64 => each(bytes, big, |b| scaled(u64::from_le_bytes(b) as f64)),
            Self::I64 => each(bytes, big, |b| scaled(i64::from_le_bytes(b) as f64)),
            Self::F32 => each(bytes, big, |b| scaled(f32::from_le_bytes(b).into())),
            Self::F64 => each(bytes, big, |b| scaled(f64::from_le_bytes(b))),
        })
    }
}

/// Every `N` bytes, turned around where they are big endian, through `number`.
fn each<const N: usize>(bytes: &[u8], big: bool, number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<N>();
    let turned = |&chunk: &[u8; N]| {
        let mut chunk = chunk;
        if big {
            chunk.reverse();
        }
        number(chunk)
    };
    chunks.iter().map(turned).collect()
}
