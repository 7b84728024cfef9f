//! Random numbers that are the same on every machine.
//!
//! `ChaCha8` gives the bits (its stream is fixed by its specification), `libm` the transcendental
//! functions: a seed means one sequence on native and on wasm. Each purpose draws from a stream of
//! its own, so that drawing more of one never shifts another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Latent z ~ N(0, 1) of the structure decoder.
    Latent = 1,
    /// Fusion noise z' ~ U(0.5, 0.6), equation (12).
    Fusion = 2,
    /// Lesion labels: shape, place and class.
    Lesion = 3,
    /// Phantom anatomy.
    Anatomy = 4,
    /// Acquisition: noise, bias field, blur.
    Acquisition = 5,
    /// Order of the training data and its augmentation.
    Batch = 6,
    /// Initial weights and everything drawn on the device.
    Device = 7,
    /// Posterior noise of the encoder.
    Posterior = 8,
    /// Turns and mirrors of the structure maps that the structure stage learns from.
    Augmentation = 9,
    /// Fixed filters that sets of images are compared by.
    Features = 10,
    /// Noise that the discriminators' gradient penalty adds.
    Near = 11,
    /// Brightness and contrast of what the discriminators see.
    Tones = 12,
    /// Styles of images.
    Style = 13,
}

/// A reproducible source of random numbers.
#[derive(Debug, Clone)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream of `seed` for `purpose`.
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose as u64);
        Self(rng)
    }

    /// The stream for item `index` of a series (a training step, a sample of a data set): it depends
    /// on the seed, the purpose and the index alone.
    pub fn nth(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream((purpose as u64) | ((index + 1) << 8));
        Self(rng)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform on `low..high`.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform whole number in `0..count`.
    ///
    /// # Panics
    /// When `count` is 0.
    pub fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "one of none cannot be drawn");
        ((u128::from(self.0.next_u64()) * count as u128) >> 64) as usize
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Standard normal (Box-Muller, one value of each pair).
    pub fn normal(&mut self) -> f32 {
        let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - self.unit()));
        radius * libm::cosf(core::f32::consts::TAU * self.unit())
    }

    /// `count` standard normal values.
    pub fn normals(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.normal()).collect()
    }
}
