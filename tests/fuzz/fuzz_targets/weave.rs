//! Weights files. A mutation loses the checksum first, so one is appended that fits: what lies behind it is what is tried.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave::weights;
use sha2::{Digest, Sha256};

fuzz_target!(|data: &[u8]| {
    let _ = weights::read(data);
    let _ = weights::convert(data);
    let mut whole = data.to_vec();
    whole.extend(Sha256::digest(data));
    let inspected = weights::inspect(&whole).is_ok();
    let read = weights::read(&whole).is_ok();
    assert!(inspected || !read, "what can be read can be looked at");
});
