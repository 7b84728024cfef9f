//! Prepared data (`.scan`). A mutation loses the digest first, so one is appended that fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave_fuzz::data::prepared::Prepared;
use scanweave_fuzz::in_file;
use sha2::{Digest, Sha256};

fuzz_target!(|data: &[u8]| {
    let whole = [data, &Sha256::digest(data)].concat();
    if let Ok(read) = Prepared::open(in_file(&whole)) {
        // Settings may be no numbers, which equal nothing.
        let again = Prepared::new(read.header, read.items.clone());
        assert_eq!(again.items, read.items);
    }
});
