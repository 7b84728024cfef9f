//! What the page asks of a picture's head before the browser decodes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave_web::image_file::{Kind, size_of};

fuzz_target!(|data: &[u8]| {
    let _ = Kind::of("x", data);
    let _ = size_of("x", data);
});
