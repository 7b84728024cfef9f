//! Bytes that nobody should have written: an error each, little memory, and an end.

use super::*;

fn tried(bytes: &[u8]) -> Result<Picture, TiffError> {
    let _ = sides(&bytes);
    let tiff = Tiff::open(&bytes)?;
    let _ = tiff.outline(tiff.pages() - 1);
    tiff.read(0, &no_codec)
}

/// A file of every kind of packing, in strips or tiles.
fn files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for compression in [1, 5, 8, 32_773] {
        for (tiled, big) in [(false, false), (true, true)] {
            let piece = if tiled { [16, 16] } else { [SIDES[0], 7] };
            let all = pieces(piece, [1, 8], false, false, |i, _| i as u64 / 5 % 256);
            let all: Vec<_> = all.iter().map(|bytes| packed(compression, bytes)).collect();
            let page = Page::new(SIDES, 1, 8, &all).with(tag::COMPRESSION, &[compression]);
            let page = if tiled {
                page.with(tag::TILE_WIDTH, &[16])
                    .with(tag::TILE_HEIGHT, &[16])
            } else {
                page.with(tag::ROWS_PER_STRIP, &[7])
                    .with(tag::PREDICTOR, &[2])
            };
            let pages = vec![page.clone(), page];
            files.push(
                Written {
                    big_endian: big,
                    big,
                    pages,
                }
                .bytes(),
            );
        }
    }
    files
}

#[test]
fn every_cut_is_an_error() {
    for file in files() {
        tried(&file).expect("a sound file");
        for end in 0..file.len() {
            assert!(
                tried(&file[..end]).is_err(),
                "cut at {end} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn no_byte_that_is_another_one_makes_it_panic() {
    for file in files() {
        for at in 0..file.len() {
            for flip in [0x01, 0x80, 0xff, file[at], !file[at]] {
                let mut bytes = file.clone();
                bytes[at] ^= flip;
                let _ = tried(&bytes);
            }
        }
    }
}

#[test]
fn directories_that_lead_round_come_to_an_end() {
    let page = Page::new([2, 1], 1, 8, &[vec![1, 2]]);
    let file = Written::of(page);
    let mut bytes = file.bytes();
    let (first, end) = (bytes[4..8].to_vec(), bytes.len());
    bytes[end - 4..].copy_from_slice(&first);
    assert_eq!(
        tried(&bytes),
        Err(TiffError::Damaged("its pages go round in circles"))
    );
    bytes[4..8].fill(0);
    assert!(tried(&bytes).is_err(), "no directory");
}

#[test]
fn what_is_promised_and_not_there_is_refused() {
    let page = |bits| Page::new([8192, 8192], 1, bits, &[vec![0; 64]]);
    for (what, page) in [
        ("plain", page(64)),
        ("deflate", page(64).with(tag::COMPRESSION, &[8])),
        ("LZW", page(64).with(tag::COMPRESSION, &[5])),
        ("runs", page(64).with(tag::COMPRESSION, &[32_773])),
        ("sides", page(8).with(tag::WIDTH, &[1 << 31])),
        ("no side", page(8).with(tag::HEIGHT, &[0])),
        ("pixels", page(8).with(tag::WIDTH, &[16_384])),
        ("numbers", page(8).with(tag::SAMPLES, &[65_535])),
        (
            "tile",
            Page::new([2, 2], 1, 8, &[vec![0; 64]])
                .with(tag::TILE_WIDTH, &[1 << 30])
                .with(tag::TILE_HEIGHT, &[1 << 30]),
        ),
        (
            "no tile",
            page(8)
                .with(tag::TILE_WIDTH, &[0])
                .with(tag::TILE_HEIGHT, &[8]),
        ),
        (
            "tiles",
            page(8)
                .with(tag::TILE_WIDTH, &[1])
                .with(tag::TILE_HEIGHT, &[1]),
        ),
        ("no rows", page(8).with(tag::ROWS_PER_STRIP, &[0])),
        ("strips", page(8).with(tag::ROWS_PER_STRIP, &[1])),
    ] {
        let bytes = Written::of(page).bytes();
        assert!(tried(&bytes).is_err(), "{what}");
    }
}

#[test]
fn damaged_pixels_are_noticed() {
    let strip: Vec<u8> = (0..=255).collect();
    for compression in [5, 8, 32_773] {
        let whole = packed(compression, &strip);
        let page = |bytes: &[u8]| {
            Page::new([16, 16], 1, 8, &[bytes.to_vec()]).with(tag::COMPRESSION, &[compression])
        };
        assert!(tried(&Written::of(page(&whole)).bytes()).is_ok());
        let half = &whole[..whole.len() / 2];
        assert!(
            tried(&Written::of(page(half)).bytes()).is_err(),
            "{compression}"
        );
    }
    // The checksum of a stream.
    let mut whole = packed(8, &strip);
    let last = whole.len() - 1;
    whole[last] ^= 1;
    let page = Page::new([16, 16], 1, 8, &[whole]).with(tag::COMPRESSION, &[8]);
    assert!(tried(&Written::of(page).bytes()).is_err());
}
