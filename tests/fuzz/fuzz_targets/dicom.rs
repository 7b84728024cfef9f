//! DICOM files, and what is done with them once they are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanweave::formats::dicom::{self, Dicom, series};
use scanweave::formats::{Axis, FormatError};

/// How far the second slice of a series lies above the first, millimetres.
const STEP: f32 = 2.0;

fuzz_target!(|data: &[u8]| {
    if dicom::is_dicom(data) {
        look(dicom::read(data));
    }
    // Without the preamble that a mutation loses first.
    let whole = [&[0; 128][..], b"DICM", data].concat();
    look(dicom::read(&whole));
});

/// A picture is made of it, and a series of it and a slice above.
fn look(read: Result<Dicom, FormatError>) {
    let Ok(dicom) = read else { return };
    let volume = &dicom.volume;
    assert!(volume.voxels().iter().all(|v| v.is_finite()));
    if let Ok(window) = dicom.window.map_or_else(|| volume.window(), Ok) {
        let middle = volume.slices(Axis::Z) / 2;
        if let Ok(plane) = volume.picture(Axis::Z, middle, window) {
            assert!(plane.values().iter().all(|v| (0.0..=1.0).contains(v)));
        }
    }
    let mut above = dicom.clone();
    if let Some([_, _, z]) = &mut above.place.position {
        *z += STEP;
    }
    let files = [("below", dicom), ("above", above)];
    let files = files.map(|(name, dicom)| (name.to_owned(), dicom));
    if let Ok((series, _)) = series::stack(files.into()) {
        let upright = series.volume.upright();
        for axis in [Axis::X, Axis::Y, Axis::Z] {
            assert!(upright.slices(axis) > 0);
            let _ = upright.label_slice(axis, 0);
        }
    }
}
