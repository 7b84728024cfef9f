//! Eight channels at once.

/// Channels that are computed together: two registers of 128 bits.
pub const LANES: usize = 8;

/// The same feature of eight neighbouring channels. Explicit vectors, because a compiler that is left
/// to find them in loops finds some in one place and none in the next.
pub type Lanes = wide::f32x8;

/// Leaky rectifier with a slope below 1.
#[inline]
pub fn rectified(value: Lanes, slope: f32) -> Lanes {
    value.fast_max(value * slope)
}
