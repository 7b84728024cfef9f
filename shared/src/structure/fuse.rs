//! Fusion of structure map and noise, equation (12).
//!
//! A structure map alone is almost everywhere 0, inside the organ as outside. The noise tells the
//! generator where the organ is and gives it something to paint texture from.

use crate::image::Plane;
use crate::random::{Purpose, Random};

/// Equation (12): `s' = s + z' (1 - m) (1 - s)`. Lines stay 1, the inside of the organ becomes
/// noise, the outside stays 0. All planes have one size; `mask` is 1 on the background.
///
/// # Panics
/// When the planes differ in size.
pub fn fuse(structure: &Plane, mask: &Plane, noise: &Plane) -> Plane {
    let inside = noise.zip(mask, |z, m| z * (1.0 - m));
    structure.zip(&inside, |s, z| s + z * (1.0 - s))
}

/// The noise z' of one sample, uniform on `range`, `size` x `size`: one for all modalities of the
/// sample, from its own stream of the seed, unchanged while the sample is edited.
///
/// # Panics
/// When `size` is 0 or larger than [`crate::image::MAX_SIDE`].
pub fn fusion_noise(size: usize, seed: u64, range: (f32, f32)) -> Plane {
    let mut random = Random::new(seed, Purpose::Fusion);
    Plane::from_fn(size, size, |_, _| random.range(range.0, range.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fusion_by_hand() {
        let plane = |values: &[f32]| Plane::new(4, 1, values.to_vec()).expect("four pixels");
        let fused = fuse(
            &plane(&[1.0, 0.0, 0.0, 0.5]),
            &plane(&[0.0, 0.0, 1.0, 0.0]),
            &plane(&[0.55, 0.5, 0.6, 0.5]),
        );
        assert_eq!(fused.values(), [1.0, 0.5, 0.0, 0.75]);
    }

    #[test]
    fn noise_is_reproducible_and_within_its_range() {
        let noise = fusion_noise(32, 7, (0.5, 0.6));
        assert_eq!(noise, fusion_noise(32, 7, (0.5, 0.6)));
        assert_ne!(noise, fusion_noise(32, 8, (0.5, 0.6)));
        let (lo, hi) = noise.min_max();
        assert!(lo >= 0.5 && hi < 0.6 + 1e-6 && hi - lo > 0.09);
    }

    proptest! {
        #[test]
        fn lines_stay_one_and_the_outside_stays_zero(
            pixels in proptest::collection::vec((any::<bool>(), any::<bool>()), 64),
            seed in any::<u64>(),
        ) {
            let binary = |pick: fn(&(bool, bool)) -> bool| {
                let values = pixels.iter().map(|p| f32::from(u8::from(pick(p)))).collect();
                Plane::new(8, 8, values).expect("64 pixels")
            };
            let (mask, lines) = (binary(|p| p.0), binary(|p| p.1 && !p.0));
            let fused = fuse(&lines, &mask, &fusion_noise(8, seed, (0.5, 0.6)));
            for ((f, s), m) in fused.values().iter().zip(lines.values()).zip(mask.values()) {
                match (*s > 0.5, *m > 0.5) {
                    (true, _) => prop_assert_eq!(*f, 1.0),
                    (false, true) => prop_assert_eq!(*f, 0.0),
                    (false, false) => prop_assert!((0.5..=0.6).contains(f)),
                }
            }
        }
    }
}
