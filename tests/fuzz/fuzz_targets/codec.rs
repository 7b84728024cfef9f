//! Compressed pixels of DICOM files through the trainer's codecs: frames alone, and whole files.
//!
//! JPEG-LS is our own and must not panic. The other decoders are crates of others, whose panics the trainer turns into
//! errors: so it does here. That they take too much time or memory is found all the same.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use scanweave::formats::FormatError;
use scanweave::formats::dicom::{self, Frame, Packing};
use scanweave_fuzz::data::codec::unpacked;
use scanweave_fuzz::data::guard::guarded;

fuzz_target!(|data: &[u8]| {
    let &[kind, width, height, ref bytes @ ..] = data else {
        return;
    };
    let packing = match kind % 4 {
        0 => Packing::Jpeg,
        1 => Packing::JpegLs,
        2 => Packing::Jpeg2000,
        _ => {
            let _ = dicom::read_with(bytes, &decoded);
            return;
        }
    };
    let _ = decoded(&Frame {
        packing,
        bytes: bytes.to_vec(),
        sides: [width, height].map(|side| usize::from(side) + 1),
        bits: 16,
    });
});

fn decoded(frame: &Frame) -> Result<Vec<u16>, FormatError> {
    if frame.packing == Packing::JpegLs {
        return unpacked(frame);
    }
    let read = guarded(Path::new("frame"), "", || Ok(unpacked(frame)));
    read.unwrap_or_else(|_| Err(frame.packing.refused()))
}
