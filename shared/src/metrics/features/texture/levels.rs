//! Grey levels of equal width.

/// How many there are.
pub const LEVELS: usize = 16;

/// The level of a value, 0..=1.
pub fn level(value: f32) -> usize {
    ((value * LEVELS as f32) as usize).min(LEVELS - 1)
}
