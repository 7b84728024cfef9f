//! Volumes of every format, with and without a second file, upright and as a picture.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave::formats::{self, Axis, gzip};

/// Inflated bytes: a bomb is to be refused and not waited for.
const INFLATED: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let _ = formats::stranger(data);
    let _ = formats::companions("name.hdr", data);
    let _ = gzip::inflate(data, INFLATED);
    let (head, beside) = data.split_at(data.len() / 2);
    let whole = formats::read_of(data, None, data.len() % 3);
    for volume in [whole, formats::read_of(head, Some(beside), 0)]
        .into_iter()
        .flatten()
    {
        let upright = volume.upright();
        for axis in [Axis::X, Axis::Y, Axis::Z] {
            assert!(upright.slices(axis) > 0);
            let _ = upright.label_slice(axis, 0);
        }
        if let Ok(window) = upright.window() {
            let middle = upright.slices(Axis::Z) / 2;
            if let Ok(plane) = upright.picture(Axis::Z, middle, window) {
                assert!(plane.values().iter().all(|v| (0.0..=1.0).contains(v)));
            }
        }
    }
});
