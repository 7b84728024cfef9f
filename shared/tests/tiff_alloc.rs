//! Reading a hostile TIFF takes no memory that the file has not paid for.
//!
//! One test only: the peak is that of the whole process.

use miniz_oxide::deflate::compress_to_vec_zlib;
use peak_alloc::PeakAlloc;
use scanweave::formats::tiff::{Tiff, TiffError, no_codec};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Places of strips and tiles, the state of the inflater.
const SPARE: usize = 64 * 1024;

#[test]
fn memory_is_bounded_by_the_file() {
    let packed = compress_to_vec_zlib(&vec![7; 64 * 64 * 8], 9);
    let sound = [(256, 64), (257, 64), (258, 64), (259, 8), (262, 1)];
    // 8 bytes of a pixel once in its strip, once as a number of 4 bytes.
    let taken = measure(&file(&sound, &packed), true);
    assert!(taken <= 12 * 64 * 64 + SPARE, "{taken}");

    for compression in [1, 5, 8, 32_773] {
        for (width, height) in [
            (8192, 8192),
            (16_384, 4096),
            (2, 16_384),
            (u32::MAX, 1),
            (0, 1),
        ] {
            for more in [
                &[][..],
                &[(278, 1)],
                &[(277, 65_535)],
                &[(322, 1 << 30), (323, 1 << 30)],
                &[(322, 1), (323, 1)],
                &[(322, 16_384), (323, 1024)],
            ] {
                let tags = [
                    (256, width),
                    (257, height),
                    (258, 64),
                    (259, compression),
                    (262, 1),
                ];
                let bytes = file(&[&tags, more].concat(), &packed[..40]);
                let taken = measure(&bytes, false);
                assert!(
                    taken <= SPARE,
                    "{compression}, {width} x {height}, {more:?}: {taken}"
                );
            }
        }
    }
}

/// A file of one strip or tile under these tags.
fn file(tags: &[(u16, u32)], strip: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0".to_vec();
    bytes.extend((8 + strip.len() as u32).to_le_bytes());
    bytes.extend(strip);
    let tiled = tags.iter().any(|(tag, _)| *tag == 322);
    let [place, length] = if tiled { [324, 325] } else { [273, 279] };
    let piece = [(place, 8), (length, strip.len() as u32)];
    let tags = [tags, &piece].concat();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend([4, 0, 1, 0, 0, 0]);
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    bytes
}

/// Bytes of memory that reading takes.
fn measure(bytes: &[u8], sound: bool) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = Tiff::open(&bytes).and_then(|tiff| tiff.read(0, &no_codec));
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert_eq!(
        read.is_ok(),
        sound,
        "{:?}",
        read.err().unwrap_or(TiffError::Unknown)
    );
    taken
}
