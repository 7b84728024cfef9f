//! Reading a hostile volume takes no memory that the file has not paid for.
//!
//! One test only: the peak is that of the whole process.

use miniz_oxide::deflate::compress_to_vec_zlib;
use peak_alloc::PeakAlloc;
use scanweave::formats::{nifti, read};
use scanweave::image::Plane;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Memory per byte of voxels: 8 bits become an f32.
const PER_BYTE: usize = 4;
/// Error texts, lines of a header, the state of the inflater.
const SPARE: usize = 64 * 1024;

#[test]
fn memory_is_bounded_by_the_file() {
    let slices = vec![Plane::filled(64, 64, 0.5); 16];
    let whole = nifti::write(&slices, [1.0; 3], "SYNTHETIC").expect("a volume");
    measure("a good file", &whole, whole.len());

    // Sides and kinds of voxels that claim far more than is there.
    for side in [1, 2, 3] {
        for claim in [i16::MAX, 20_000, 1000, -1] {
            for kind in [2_i16, 16, 64, 1280] {
                let mut hostile = whole.clone();
                hostile[40 + 2 * side..][..2].copy_from_slice(&claim.to_le_bytes());
                hostile[70..72].copy_from_slice(&kind.to_le_bytes());
                let what = format!("side {side} is {claim}, kind {kind}");
                measure(&what, &hostile, hostile.len());
            }
        }
    }

    let packed = compress_to_vec_zlib(&vec![7; 1 << 16], 9);
    for depth in [1, 16, 17, 10_000, 60_000, u32::MAX] {
        let header = format!(
            "NDims = 3\nDimSize = 64 64 {depth}\nCompressedData = True\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
        );
        let file = [header.as_bytes(), &packed].concat();
        // The voxels that are there, while the inflater doubles its room.
        measure(&format!("{depth} slices"), &file, 1 << 16);
    }
}

/// Reads the file and compares the memory it took with the bound for `paid` bytes of voxels.
fn measure(what: &str, bytes: &[u8], paid: usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    drop(read(bytes));
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let bound = (PER_BYTE + 2) * paid + SPARE;
    assert!(
        taken <= bound,
        "{what}: {taken} bytes of memory, {bound} allowed"
    );
}
