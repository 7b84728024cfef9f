//! DICOM files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave::formats::dicom;

fuzz_target!(|data: &[u8]| {
    if dicom::is_dicom(data) {
        let _ = dicom::read(data);
    }
    // Without the preamble that a mutation loses first.
    let whole = [&[0; 128][..], b"DICM", data].concat();
    let _ = dicom::read(&whole);
});
