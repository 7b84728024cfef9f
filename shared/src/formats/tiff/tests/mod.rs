use super::directory as tag;
use super::*;
use crate::image::Plane;
use written::{Page, Written, lzw, runs};

mod hostile;
mod written;

/// Width and height of most files here: rows that fill no byte, and a last strip or tile that is not whole.
const SIDES: [usize; 2] = [21, 18];

fn read(file: &Written) -> Picture {
    let bytes = file.bytes();
    let bytes = &bytes[..];
    let tiff = Tiff::open(&bytes).expect("a TIFF");
    tiff.read(0, &no_codec).expect("a page")
}

fn refusal(page: Page) -> String {
    let bytes = Written::of(page).bytes();
    let bytes = &bytes[..];
    let read = Tiff::open(&bytes).and_then(|tiff| tiff.read(0, &no_codec));
    read.expect_err("refused").to_string()
}

/// Some number of each pixel, in the bits of one.
fn pattern(i: usize, bits: u64) -> u64 {
    let mixed = (i as u64 + 3).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 31) >> (64 - bits)
}

fn in_order(value: u64, bits: u64, big_endian: bool) -> Vec<u8> {
    let bytes = value.to_le_bytes();
    let bytes = bytes[..bits as usize / 8].iter().copied();
    if big_endian {
        bytes.rev().collect()
    } else {
        bytes.collect()
    }
}

/// Rows of numbers as they stand in a piece.
fn packed_rows(rows: &[Vec<u64>], bits: u64, big_endian: bool) -> Vec<u8> {
    let row = |row: &Vec<u64>| -> Vec<u8> {
        if bits >= 8 {
            return row
                .iter()
                .flat_map(|v| in_order(*v, bits, big_endian))
                .collect();
        }
        let per = (8 / bits) as usize;
        let byte = |few: &[u64]| {
            let joined = (0..per).fold(0, |sum, i| sum << bits | few.get(i).copied().unwrap_or(0));
            joined as u8
        };
        row.chunks(per).map(byte).collect()
    };
    rows.iter().flat_map(row).collect()
}

/// The pieces of a page whose number `n` of pixel `i` is `of(i, n)`, of `piece` pixels each.
fn pieces(
    piece: [usize; 2],
    [numbers, bits]: [u64; 2],
    planar: bool,
    big_endian: bool,
    of: impl Fn(usize, u64) -> u64,
) -> Vec<Vec<u8>> {
    let [width, height] = SIDES;
    let [across, down] = [width.div_ceil(piece[0]), height.div_ceil(piece[1])];
    let tiled = piece[0] != width;
    let planes = if planar { numbers } else { 1 };
    let mut all = Vec::new();
    for plane in 0..planes {
        for place in 0..across * down {
            let [left, top] = [place % across * piece[0], place / across * piece[1]];
            let bottom = if tiled {
                top + piece[1]
            } else {
                height.min(top + piece[1])
            };
            let row = |y: usize| {
                let pixels = (left..left + piece[0]).flat_map(|x| {
                    let inside = x < width && y < height;
                    let kept = if planar { plane..plane + 1 } else { 0..numbers };
                    let of = &of;
                    kept.map(move |n| if inside { of(y * width + x, n) } else { 0 })
                });
                pixels.collect::<Vec<u64>>()
            };
            let rows: Vec<Vec<u64>> = (top..bottom).map(row).collect();
            all.push(packed_rows(&rows, bits, big_endian));
        }
    }
    all
}

fn of_samples(samples: &Samples) -> Vec<f64> {
    match samples {
        Samples::U8(v) => v.iter().map(|v| f64::from(*v)).collect(),
        Samples::U16(v) => v.iter().map(|v| f64::from(*v)).collect(),
        Samples::F32(v) => v.iter().map(|v| f64::from(*v)).collect(),
    }
}

const PIXELS: usize = SIDES[0] * SIDES[1];

#[test]
fn numbers_of_every_kind_are_read_in_both_orders_and_forms() {
    type Meant = fn(u64) -> f64;
    let kinds: [(u64, u64, Meant); 14] = [
        (1, 1, |v| (v * 255) as f64),
        (1, 2, |v| (v * 85) as f64),
        (1, 4, |v| (v * 17) as f64),
        (1, 8, |v| v as f64),
        (1, 16, |v| v as f64),
        (1, 32, |v| f64::from(v as f32)),
        (1, 64, |v| f64::from(v as f32)),
        (2, 8, |v| f64::from(v as i8)),
        (2, 16, |v| f64::from(v as i16)),
        (2, 32, |v| f64::from(v as i32 as f32)),
        (2, 64, |v| f64::from(v as i64 as f32)),
        (3, 16, |v| half::f16::from_bits(v as u16).to_f64()),
        (3, 32, |v| f64::from(f32::from_bits(v as u32))),
        (3, 64, |v| f64::from(f64::from_bits(v) as f32)),
    ];
    for (format, bits, meant) in kinds {
        for (big_endian, big) in [(false, false), (true, false), (false, true), (true, true)] {
            let strips = pieces([SIDES[0], 5], [1, bits], false, big_endian, |i, _| {
                pattern(i, bits)
            });
            let page = Page::new(SIDES, 1, bits, &strips)
                .with(tag::ROWS_PER_STRIP, &[5])
                .with(tag::SAMPLE_FORMAT, &[format]);
            let file = Written {
                big_endian,
                big,
                pages: vec![page],
            };
            let picture = read(&file);
            assert_eq!([picture.width, picture.height], SIDES);
            let numbers = of_samples(&picture.samples);
            for (i, number) in numbers.iter().enumerate() {
                let expected = meant(pattern(i, bits));
                let same = *number == expected || number.is_nan() && expected.is_nan();
                assert!(
                    same,
                    "format {format}, {bits} bits, pixel {i}: {number}, not {expected}"
                );
            }
            assert_eq!(numbers.len(), PIXELS);
        }
    }
}

#[test]
fn strips_and_tiles_of_colours_lie_where_they_should_together_or_apart() {
    for bits in [8, 16] {
        for (planar, piece) in [
            (false, [21, 7]),
            (true, [21, 7]),
            (false, [16, 16]),
            (true, [16, 16]),
        ] {
            let of = |i: usize, n: u64| pattern(4 * i + n as usize, bits);
            let all = pieces(piece, [4, bits], planar, true, of);
            let mut page = Page::new(SIDES, 4, bits, &all)
                .with(tag::PLANAR, &[if planar { 2 } else { 1 }])
                .with(tag::EXTRA_SAMPLES, &[2]);
            page = if piece[0] == SIDES[0] {
                page.with(tag::ROWS_PER_STRIP, &[piece[1] as u64])
            } else {
                page.with(tag::TILE_WIDTH, &[16])
                    .with(tag::TILE_HEIGHT, &[16])
            };
            let file = Written {
                big_endian: true,
                big: false,
                pages: vec![page.clone()],
            };
            let picture = read(&file);
            assert!(picture.colour && picture.alpha);
            let expected: Vec<f64> = (0..4 * PIXELS).map(|i| pattern(i, bits) as f64).collect();
            assert_eq!(
                of_samples(&picture.samples),
                expected,
                "{bits} bits, {planar}, {piece:?}"
            );
            // Dimmed already, and a number that means nothing.
            for extra in [1, 0] {
                let file = Written {
                    big_endian: true,
                    big: false,
                    pages: vec![page.clone().with(tag::EXTRA_SAMPLES, &[extra])],
                };
                let picture = read(&file);
                assert!(!picture.alpha, "{extra}");
                let colours = expected.chunks(4).flat_map(|p| p[..3].to_vec());
                assert!(of_samples(&picture.samples).into_iter().eq(colours));
            }
        }
    }
}

/// Packs as this compression.
fn packed(compression: u64, bytes: &[u8]) -> Vec<u8> {
    match compression {
        5 => lzw(bytes, false),
        8 | 32_946 => miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6),
        32_773 => runs(bytes),
        _ => bytes.to_vec(),
    }
}

#[test]
fn what_is_packed_in_any_way_is_the_same_forwards_and_backwards() {
    let grey = |i: usize, _| (i as u64 / 7) % 200 * 257;
    let strips = pieces([SIDES[0], 18], [1, 16], false, false, grey);
    let plain = read(&Written::of(Page::new(SIDES, 1, 16, &strips)));
    for compression in [1, 5, 8, 32_946, 32_773] {
        for fill in [1, 2] {
            let mut bytes = packed(compression, &strips[0]);
            if fill == 2 {
                for byte in &mut bytes {
                    *byte = byte.reverse_bits();
                }
            }
            let page = Page::new(SIDES, 1, 16, &[bytes])
                .with(tag::COMPRESSION, &[compression])
                .with(tag::FILL_ORDER, &[fill]);
            assert_eq!(read(&Written::of(page)), plain, "{compression}, {fill}");
        }
    }
}

#[test]
fn lzw_of_today_and_of_old_is_unpacked_however_long() {
    // Few and many repetitions: codes of all lengths, and tables that are cleared.
    let noise = |i: usize| pattern(i, 8) as u8;
    for (count, of) in [
        (0, (|_| 1) as fn(usize) -> u8),
        (1, |_| 7),
        (70_000, |_| 7),
        (70_000, |i| (i / 3 % 50) as u8),
        (9_000, |i| (i * i / 50) as u8),
    ] {
        let bytes: Vec<u8> = (0..count).map(of).collect();
        for old in [false, true] {
            let packed = lzw(&bytes, old);
            assert!(
                lzw::unpacked(&packed, count) == Some(bytes.clone()),
                "{count} {old}"
            );
            assert_eq!(lzw::unpacked(&packed, count + 1), None);
        }
    }
    let bytes: Vec<u8> = (0..20_000).map(noise).collect();
    for old in [false, true] {
        assert!(lzw::unpacked(&lzw(&bytes, old), bytes.len()) == Some(bytes.clone()));
    }
}

#[test]
fn predictions_are_undone() {
    for big_endian in [false, true] {
        for (bits, format, predictor) in [
            (8, 1, 2),
            (16, 1, 2),
            (32, 1, 2),
            (64, 1, 2),
            (32, 3, 2),
            (16, 3, 3),
            (32, 3, 3),
            (64, 3, 3),
        ] {
            for numbers in [1, 3] {
                // Colours are plain or floats.
                if numbers == 3 && bits > 16 && format == 1 {
                    continue;
                }
                let of = |i: usize, n: u64| pattern(3 * i + n as usize, bits);
                let file = |pieces: &[Vec<u8>], predictor| {
                    let page = Page::new(SIDES, numbers as usize, bits, pieces)
                        .with(tag::COMPRESSION, &[8])
                        .with(tag::SAMPLE_FORMAT, &[format])
                        .with(tag::PREDICTOR, &[predictor]);
                    Written {
                        big_endian,
                        big: false,
                        pages: vec![page],
                    }
                };
                let plain = pieces([SIDES[0], 18], [numbers, bits], false, big_endian, of);
                let size = bits as usize / 8;
                let step = numbers as usize;
                let row = |row: &[u8]| -> Vec<u8> {
                    let values: Vec<u64> = row
                        .chunks(size)
                        .map(|v| {
                            v.iter().enumerate().fold(0, |n, (i, b)| {
                                n | u64::from(*b) << (8 * if big_endian { size - 1 - i } else { i })
                            })
                        })
                        .collect();
                    if predictor == 2 {
                        let less = |i: usize| {
                            values[i].wrapping_sub(if i < step { 0 } else { values[i - step] })
                        };
                        return (0..values.len())
                            .flat_map(|i| in_order(less(i), bits, big_endian))
                            .collect();
                    }
                    let apart: Vec<u8> = (0..size)
                        .rev()
                        .flat_map(|b| values.iter().map(move |v| (v >> (8 * b)) as u8))
                        .collect();
                    (0..apart.len())
                        .map(|i| apart[i].wrapping_sub(if i < step { 0 } else { apart[i - step] }))
                        .collect()
                };
                let predicted: Vec<u8> = plain[0]
                    .chunks(SIDES[0] * step * size)
                    .flat_map(row)
                    .collect();
                let plain = read(&file(&[packed(8, &plain[0])], 1));
                let found = read(&file(&[packed(8, &predicted)], predictor));
                let bits_of = |p: &Picture| {
                    of_samples(&p.samples)
                        .iter()
                        .map(|v| v.to_bits())
                        .collect::<Vec<_>>()
                };
                assert!(
                    bits_of(&found) == bits_of(&plain),
                    "{bits} bits, {predictor}, {numbers} numbers"
                );
            }
        }
    }
}

#[test]
fn the_lowest_may_be_white() {
    for (format, bits, full) in [
        (1, 1, 255.0),
        (1, 4, 255.0),
        (1, 8, 255.0),
        (1, 16, 65_535.0),
        (1, 32, 4_294_967_295.0),
        (3, 32, 1.0),
    ] {
        let of = |i: usize, _| {
            if format == 3 {
                u64::from((i as f32 / 500.0).to_bits())
            } else {
                pattern(i, bits.min(20))
            }
        };
        let strips = pieces([SIDES[0], 18], [1, bits], false, false, of);
        let page = Page::new(SIDES, 1, bits, &strips).with(tag::SAMPLE_FORMAT, &[format]);
        let plain = of_samples(&read(&Written::of(page.clone())).samples);
        let inverted = read(&Written::of(page.with(tag::PHOTOMETRIC, &[0])));
        for (white, black) in of_samples(&inverted.samples).iter().zip(plain) {
            let expected = f64::from((full - black) as f32);
            assert!(
                (white - expected).abs() <= 1e-7 * full,
                "{bits} bits: {white}, not {expected}"
            );
        }
    }
}

#[test]
fn a_palette_keeps_its_numbers_and_gives_its_colours() {
    for bits in [1, 2, 4, 8] {
        let count = 1 << bits;
        let strips = pieces([SIDES[0], 18], [1, bits], false, false, |i, _| {
            pattern(i, bits)
        });
        for eight in [false, true] {
            let shade = |i: u64| if eight { i % 256 } else { i % 256 * 257 };
            let map: Vec<u64> = (0..3 * count).map(|i| shade(i * 7 + 1)).collect();
            let page = Page::new(SIDES, 1, bits, &strips)
                .with(tag::PHOTOMETRIC, &[3])
                .with(tag::COLOR_MAP, &map);
            let picture = read(&Written::of(page));
            let places: Vec<f64> = (0..PIXELS).map(|i| pattern(i, bits) as f64).collect();
            assert_eq!(of_samples(&picture.samples), places);
            let colour = |i: u64| [0, 1, 2].map(|c| ((i + c * count) * 7 + 1) as u8);
            let palette = picture.palette.clone().expect("a palette");
            assert!(
                palette.iter().copied().eq((0..count).map(colour)),
                "{bits} {eight}"
            );
            let painted = picture.painted();
            assert!(painted.colour && painted.palette.is_none());
            let colours = (0..PIXELS).flat_map(|i| colour(pattern(i, bits)));
            assert_eq!(painted.samples, Samples::U8(colours.collect()));
        }
    }
}

#[test]
fn the_inks_of_a_printer_become_colours() {
    let inks = vec![255, 0, 0, 0, 0, 255, 100, 0, 10, 20, 30, 255, 0, 0, 0, 51];
    let page = Page::new([4, 1], 4, 8, std::slice::from_ref(&inks)).with(tag::PHOTOMETRIC, &[5]);
    let colours = vec![0, 255, 255, 255, 0, 155, 0, 0, 0, 204, 204, 204];
    let picture = read(&Written::of(page.clone()));
    assert!(picture.colour && !picture.alpha);
    assert_eq!(picture.samples, Samples::U8(colours));
    let apart = (0..4).map(|ink| inks.iter().copied().skip(ink).step_by(4).collect());
    let planar = Page {
        pieces: apart.collect(),
        ..page
    }
    .with(tag::PLANAR, &[2]);
    assert_eq!(read(&Written::of(planar)).samples, picture.samples);
    let deep = [65_535_u16, 0, 0, 0].map(u16::to_le_bytes).concat();
    let page = Page::new([1, 1], 4, 16, &[deep]).with(tag::PHOTOMETRIC, &[5]);
    assert_eq!(
        read(&Written::of(page)).samples,
        Samples::U16(vec![0, 65_535, 65_535])
    );
}

#[test]
fn a_picture_is_turned_as_it_wishes() {
    // 1 2 3
    // 4 5 6
    let turned: [(u64, [usize; 2], [u8; 6]); 8] = [
        (1, [3, 2], [1, 2, 3, 4, 5, 6]),
        (2, [3, 2], [3, 2, 1, 6, 5, 4]),
        (3, [3, 2], [6, 5, 4, 3, 2, 1]),
        (4, [3, 2], [4, 5, 6, 1, 2, 3]),
        (5, [2, 3], [1, 4, 2, 5, 3, 6]),
        (6, [2, 3], [4, 1, 5, 2, 6, 3]),
        (7, [2, 3], [6, 3, 5, 2, 4, 1]),
        (8, [2, 3], [3, 6, 2, 5, 1, 4]),
    ];
    for (orientation, upright, expected) in turned {
        let page = Page::new([3, 2], 1, 8, &[vec![1, 2, 3, 4, 5, 6]]);
        let page = page.with(tag::ORIENTATION, &[orientation]);
        let bytes = Written::of(page.clone()).bytes();
        assert_eq!(sides(&&bytes[..]), Ok(upright));
        let picture = read(&Written::of(page));
        assert_eq!([picture.width, picture.height], upright, "{orientation}");
        assert_eq!(
            picture.samples,
            Samples::U8(expected.to_vec()),
            "{orientation}"
        );
    }
}

#[test]
fn pages_are_counted_without_smaller_copies_of_others() {
    let page = |grey: u8| Page::new([2, 1], 1, 8, &[vec![grey, 0]]);
    let small = page(9).with(tag::NEW_SUBFILE_TYPE, &[1]);
    let file = |pages: &[Page]| {
        Written {
            big_endian: false,
            big: true,
            pages: pages.to_vec(),
        }
        .bytes()
    };
    let bytes = file(&[page(1), small.clone(), page(2), page(3)]);
    let bytes = &bytes[..];
    let tiff = Tiff::open(&bytes).expect("a TIFF");
    assert_eq!(tiff.pages(), 3);
    for (place, grey) in [1, 2, 3].into_iter().enumerate() {
        let picture = tiff.read(place, &no_codec).expect("a page");
        assert_eq!(picture.samples, Samples::U8(vec![grey, 0]));
        assert_eq!(tiff.outline(place), Ok(([2, 1], 1)));
    }
    let missing = TiffError::Page { index: 3, count: 3 };
    assert_eq!(tiff.read(3, &no_codec), Err(missing.clone()));
    assert!(missing.to_string().contains("0 to 2"));
    let bytes = file(&[small]);
    assert_eq!(
        Tiff::open(&&bytes[..]).expect("a TIFF").pages(),
        1,
        "all that there is"
    );
}

#[test]
fn greys_and_colours_become_an_image() {
    let image = |page: Page, in_colour| {
        let image = read(&Written::of(page)).image(in_colour).expect("an image");
        let values = image.planes().iter().flat_map(Plane::values);
        values
            .map(|v| (v * 255.0).round() as i32)
            .collect::<Vec<_>>()
    };
    let colours = Page::new([2, 1], 3, 8, &[vec![255, 0, 0, 10, 20, 30]]);
    assert_eq!(image(colours.clone(), true), [255, 10, 0, 20, 0, 30]);
    assert_eq!(image(colours, false), [54, 19]);
    let faded = Page::new([2, 1], 2, 8, &[vec![200, 255, 200, 51]]).with(tag::EXTRA_SAMPLES, &[2]);
    assert_eq!(image(faded, true), [200, 40]);
    let floats = [1.5_f32, f32::NAN, -2.0, f32::INFINITY]
        .map(f32::to_le_bytes)
        .concat();
    let gaps = Page::new([4, 1], 1, 32, &[floats]).with(tag::SAMPLE_FORMAT, &[3]);
    let gaps = read(&Written::of(gaps));
    assert_eq!(gaps.gaps(), 2);
    let image = gaps.image(true).expect("an image");
    assert_eq!(image.planes()[0].values(), [1.5, -2.0, -2.0, -2.0]);
    let none = Page::new([1, 1], 1, 32, &[f32::NAN.to_le_bytes().to_vec()]);
    let none = read(&Written::of(none.with(tag::SAMPLE_FORMAT, &[3])));
    assert_eq!(none.image(true), Err(TiffError::NoNumbers));
}

#[test]
fn what_is_not_read_says_what_to_do() {
    let page = || Page::new([2, 1], 1, 8, &[vec![1, 2]]);
    let colours =
        |meaning| Page::new([2, 1], 4, 8, &[vec![1; 8]]).with(tag::PHOTOMETRIC, &[meaning]);
    for (page, told) in [
        (page().with(tag::COMPRESSION, &[6]), "JPEG of an old kind"),
        (page().with(tag::COMPRESSION, &[7]), "compressed as JPEG"),
        (page().with(tag::COMPRESSION, &[50_000]), "Zstandard"),
        (page().with(tag::COMPRESSION, &[9999]), "in the way 9999"),
        (
            page().with(tag::BITS, &[1]).with(tag::COMPRESSION, &[4]),
            "as a fax",
        ),
        (page().with(tag::BITS, &[12]), "numbers of 12 bits"),
        (page().with(tag::SAMPLE_FORMAT, &[6]), "complex"),
        (page().with(tag::PHOTOMETRIC, &[6]), "YCbCr"),
        (colours(8), "Lab"),
        (colours(1), "4 numbers and no colours"),
        (
            page()
                .with(tag::COMPRESSION, &[5])
                .with(tag::PREDICTOR, &[9]),
            "predicted",
        ),
    ] {
        let refusal = refusal(page);
        assert!(refusal.contains(told), "{refusal}");
        assert!(
            refusal.ends_with("save it as a PNG of 8 or 16 bits"),
            "{refusal}"
        );
    }
}

#[test]
fn a_codec_unpacks_what_it_is_given() {
    let tables = [0xff, 0xd8, 0xff, 0xd9];
    let page = Page::new([2, 3], 1, 8, &[vec![1, 2], vec![3]])
        .with(tag::COMPRESSION, &[7])
        .with(tag::ROWS_PER_STRIP, &[2])
        .with(tag::JPEG_TABLES, &tables);
    let bytes = Written::of(page).bytes();
    let bytes = &bytes[..];
    let tiff = Tiff::open(&bytes).expect("a TIFF");
    let codec = |piece: &Piece| {
        assert_eq!(piece.packing, Packing::Jpeg);
        assert_eq!(piece.tables, tables.map(|v| v as u8));
        let [width, height] = piece.sides;
        Ok(vec![piece.bytes[0] * 10; width * height])
    };
    let picture = tiff.read(0, &codec).expect("a page");
    assert_eq!(picture.samples, Samples::U8(vec![10, 10, 10, 10, 30, 30]));
    let short = |_: &Piece| Ok(vec![0]);
    assert_eq!(tiff.read(0, &short), Err(TiffError::Damaged("its pixels")));
}
