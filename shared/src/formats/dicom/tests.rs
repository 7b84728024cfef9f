//! Files written here byte by byte, and whatever can happen to them.

use super::found::*;
use super::*;
use crate::formats::Axis;
use proptest::prelude::*;

/// One element, explicit or implicit.
fn element(syntax: Syntax, tag: u32, kind: [u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = ((tag >> 16) as u16).to_le_bytes().to_vec();
    bytes.extend((tag as u16).to_le_bytes());
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    if syntax == Syntax::Implicit {
        bytes.extend((value.len() as u32).to_le_bytes());
    } else if [*b"OW", *b"OB", *b"SQ"].contains(&kind) {
        bytes.extend([kind[0], kind[1], 0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend(kind);
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn head(uid: &str) -> Vec<u8> {
    let mut bytes = vec![0; PREAMBLE];
    bytes.extend(MARK);
    bytes.extend(element(
        Syntax::Explicit,
        TRANSFER_SYNTAX,
        *b"UI",
        uid.as_bytes(),
    ));
    bytes
}

/// What a test file says of itself; 3 x 2 pixels.
struct File {
    uid: &'static str,
    photometric: &'static str,
    bits: [u16; 4],
    extra: Vec<(u32, [u8; 2], &'static str)>,
    /// Further elements as bytes.
    more: Vec<u8>,
    pixels: Vec<u8>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            uid: "1.2.840.10008.1.2.1",
            photometric: "MONOCHROME2",
            bits: [16, 12, 11, 0],
            extra: Vec::new(),
            more: Vec::new(),
            pixels: words(&[0, 1, 2, 3, 4, 4095]),
        }
    }
}

impl File {
    fn bytes(&self) -> Vec<u8> {
        let syntax = match self.uid {
            "1.2.840.10008.1.2" => Syntax::Implicit,
            _ => Syntax::Explicit,
        };
        let short = |tag, value: u16| element(syntax, tag, *b"US", &value.to_le_bytes());
        let mut bytes = head(self.uid);
        bytes.extend(nested(syntax));
        bytes.extend(short(SAMPLES, 1));
        bytes.extend(element(
            syntax,
            PHOTOMETRIC,
            *b"CS",
            self.photometric.as_bytes(),
        ));
        bytes.extend(short(ROWS, 2));
        bytes.extend(short(COLUMNS, 3));
        for (tag, value) in [ALLOCATED, STORED, HIGH_BIT, SIGNED]
            .into_iter()
            .zip(self.bits)
        {
            bytes.extend(short(tag, value));
        }
        for (tag, kind, text) in &self.extra {
            bytes.extend(element(syntax, *tag, *kind, text.as_bytes()));
        }
        bytes.extend(&self.more);
        bytes.extend(element(syntax, PIXELS, *b"OW", &self.pixels));
        bytes
    }

    fn read(&self) -> Result<Dicom, FormatError> {
        read(&self.bytes())
    }

    fn refusal(&self) -> String {
        self.read().expect_err("it is not read").to_string()
    }
}

fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A sequence of open length with an item of open length, which holds another image's size.
fn nested(syntax: Syntax) -> Vec<u8> {
    let mark = |tag: u32, length: u32| {
        let mut bytes = ((tag >> 16) as u16).to_le_bytes().to_vec();
        bytes.extend((tag as u16).to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes
    };
    let mut open = element(syntax, 0x0008_1140, *b"SQ", &[]);
    let length = open.len() - 4;
    open[length..].copy_from_slice(&u32::MAX.to_le_bytes());
    [
        open,
        mark(0xfffe_e000, u32::MAX),
        element(syntax, ROWS, *b"US", &99_u16.to_le_bytes()),
        mark(0xfffe_e00d, 0),
        mark(0xfffe_e000, 2),
        vec![7, 7],
        mark(0xfffe_e0dd, 0),
    ]
    .concat()
}

#[test]
fn values_are_rescaled_in_either_writing() {
    for uid in ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"] {
        let file = File {
            uid,
            extra: vec![
                (SPACING, *b"DS", "0.5\\0.25"),
                (CENTRE, *b"DS", "40\\300"),
                (WIDTH, *b"DS", "400 \\1500"),
                (INTERCEPT, *b"DS", "-1024"),
                (SLOPE, *b"DS", "2 "),
            ],
            ..File::default()
        };
        let read = file.read().expect("a plain file");
        assert_eq!(read.volume.sides(), [3, 2, 1]);
        assert_eq!(read.volume.spacing(), [0.25, 0.5, 1.0]);
        assert_eq!(
            read.volume.voxels(),
            [-1024.0, -1022.0, -1020.0, -1018.0, -1016.0, 7166.0]
        );
        let window = read.window.expect("it names one");
        assert_eq!((window.low, window.high), (-160.0, 239.0));
        assert!(!read.inverted);
    }
}

#[test]
fn bits_above_the_stored_ones_do_not_count_and_signs_do() {
    let signed = File {
        bits: [16, 12, 11, 1],
        pixels: words(&[0xffff, 0x0800, 0x07ff, 0xf001, 0, 0x0fff]),
        ..File::default()
    };
    assert_eq!(
        signed.read().expect("a plain file").volume.voxels(),
        [-1.0, -2048.0, 2047.0, 1.0, 0.0, -1.0]
    );
    let shifted = File {
        bits: [16, 12, 15, 0],
        pixels: words(&[0x0010, 0xfff0, 0x000f, 0, 0, 0x0100]),
        ..File::default()
    };
    assert_eq!(
        shifted.read().expect("a plain file").volume.voxels(),
        [1.0, 4095.0, 0.0, 0.0, 0.0, 16.0]
    );
    let bytes = File {
        bits: [8, 8, 7, 1],
        photometric: "MONOCHROME1",
        pixels: vec![0, 1, 127, 128, 255, 2],
        ..File::default()
    };
    let read = bytes.read().expect("a plain file");
    assert_eq!(read.volume.voxels(), [0.0, 1.0, 127.0, -128.0, -1.0, 2.0]);
    assert!(read.inverted);
}

#[test]
fn frames_are_slices() {
    let file = File {
        extra: vec![(FRAMES, *b"IS", "2")],
        pixels: words(&(0..12).collect::<Vec<u16>>()),
        ..File::default()
    };
    let volume = file.read().expect("a plain file").volume;
    assert_eq!(volume.sides(), [3, 2, 2]);
    let second = volume.slice(Axis::Z, 1).expect("a slice");
    assert_eq!(second.values(), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
}

#[test]
fn old_files_without_the_mark_are_read() {
    let whole = File::default().bytes();
    let start = PREAMBLE + 4;
    let head = element(
        Syntax::Explicit,
        TRANSFER_SYNTAX,
        *b"UI",
        b"1.2.840.10008.1.2.1",
    );
    let bare = &whole[start + head.len()..];
    assert_eq!(
        read(bare).expect("a plain file"),
        File::default().read().expect("the same")
    );
    assert!(!is_dicom(bare) && is_dicom(&whole));
}

#[test]
fn what_is_not_plain_grey_is_named_with_a_remedy() {
    let named = |uid| File {
        uid,
        ..File::default()
    };
    for (uid, name) in [
        ("1.2.840.10008.1.2.4.50", "JPEG"),
        ("1.2.840.10008.1.2.4.80", "JPEG-LS"),
        ("1.2.840.10008.1.2.4.90", "JPEG 2000"),
        ("1.2.840.10008.1.2.5", "RLE"),
        ("1.2.840.10008.1.2.2", "big endian"),
        ("1.2.840.10008.1.2.1.99", "deflated"),
        ("1.2.3", "1.2.3"),
    ] {
        let message = named(uid).refusal();
        assert!(
            message.contains(name) && message.contains("save it"),
            "{message}"
        );
    }
    let colour = File {
        photometric: "RGB",
        ..File::default()
    };
    assert!(colour.refusal().contains("RGB"));
    let wide = File {
        bits: [32, 32, 31, 0],
        ..File::default()
    };
    assert!(wide.refusal().contains("32 bits"));
    let odd = File {
        bits: [16, 12, 3, 0],
        ..File::default()
    };
    assert!(odd.refusal().contains("12 bits"));
    let short = File {
        pixels: words(&[1, 2]),
        ..File::default()
    };
    assert!(short.refusal().contains("cut short"));
    let many = File {
        extra: vec![(FRAMES, *b"IS", "999999")],
        ..File::default()
    };
    assert!(many.refusal().contains("cut short"));
    let none = File {
        extra: vec![(FRAMES, *b"IS", "-1")],
        ..File::default()
    };
    assert!(none.refusal().contains("-1 frames"));
    assert!(
        read(b"something else")
            .expect_err("no mark")
            .to_string()
            .contains("DICM")
    );
    assert!(read(&[]).is_err());
    let bytes = File::default().bytes();
    let without = &bytes[..bytes.len() - 12 - 12];
    assert!(
        read(without)
            .expect_err("no image")
            .to_string()
            .contains("no image")
    );
}

#[test]
fn pieces_are_compressed_pixels_whatever_the_head_says() {
    let mut bytes = File::default().bytes();
    let length = bytes.len() - 12 - 4;
    bytes[length..length + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let message = read(&bytes).expect_err("pieces").to_string();
    assert!(message.contains("compressed"), "{message}");
}

#[test]
fn any_cut_is_an_error_and_any_flip_no_panic() {
    let bytes = File::default().bytes();
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "cut at {end}");
    }
    for place in PREAMBLE..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            if let Ok(dicom) = read(&flipped) {
                assert!(dicom.volume.voxels().len() * 2 <= bytes.len());
            }
        }
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let mut bytes = head("1.2.840.10008.1.2");
    for _ in 0..1000 {
        bytes.extend([0x08, 0, 0x40, 0x11, 0xff, 0xff, 0xff, 0xff]);
    }
    assert!(
        read(&bytes)
            .expect_err("too deep")
            .to_string()
            .contains("deep")
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), marked: bool) {
        let mut file = if marked { head("1.2.840.10008.1.2.1") } else { vec![8, 0] };
        file.extend(bytes);
        let _ = read(&file);
    }
}

/// A sequence of items with known lengths.
fn sequence(syntax: Syntax, tag: u32, items: &[Vec<u8>]) -> Vec<u8> {
    let item = |item: &Vec<u8>| {
        let mut bytes = vec![0xfe, 0xff, 0x00, 0xe0];
        bytes.extend((item.len() as u32).to_le_bytes());
        bytes.extend(item);
        bytes
    };
    let items: Vec<u8> = items.iter().flat_map(item).collect();
    element(syntax, tag, *b"SQ", &items)
}

const BOTH: [(&str, Syntax); 2] = [
    ("1.2.840.10008.1.2.1", Syntax::Explicit),
    ("1.2.840.10008.1.2", Syntax::Implicit),
];

/// A lookup table from `first` on.
fn table(syntax: Syntax, first: u16, bits: u16, values: &[u16]) -> Vec<u8> {
    let descriptor = words(&[values.len() as u16, first, bits]);
    [
        element(syntax, DESCRIPTOR, *b"US", &descriptor),
        element(syntax, DATA, *b"OW", &words(values)),
    ]
    .concat()
}

#[test]
fn lookup_tables_stand_for_slope_and_window() {
    for (uid, syntax) in BOTH {
        let of = |tag| File {
            uid,
            extra: vec![
                (SLOPE, *b"DS", "2"),
                (CENTRE, *b"DS", "40"),
                (WIDTH, *b"DS", "400"),
            ],
            more: sequence(syntax, tag, &[table(syntax, 2, 10, &[900, 500, 100])]),
            ..File::default()
        };
        // 0, 1, 2, 3, 4 and 4095 through a table of 2, 3 and 4.
        let read = of(0x0028_3000).read().expect("a modality LUT");
        let expected = [900.0, 900.0, 900.0, 500.0, 100.0, 100.0];
        assert_eq!(read.volume.voxels(), expected, "{uid}");
        assert_eq!(read.window.expect("its own").low, -160.0);
        // Twice that through the same.
        let read = of(0x0028_3010).read().expect("a VOI LUT");
        let expected = [900.0, 900.0, 100.0, 100.0, 100.0, 100.0];
        assert_eq!(read.volume.voxels(), expected, "{uid}");
        let window = read.window.expect("that of the table");
        assert_eq!((window.low, window.high), (0.0, 1023.0));
    }
    let short = [
        element(Syntax::Explicit, DESCRIPTOR, *b"US", &words(&[9, 0, 16])),
        element(Syntax::Explicit, DATA, *b"OW", &words(&[1])),
    ]
    .concat();
    let short = File {
        more: sequence(Syntax::Explicit, 0x0028_3000, &[short]),
        ..File::default()
    };
    assert!(short.refusal().contains("lookup table"));
}

#[test]
fn frames_have_slopes_and_windows_of_their_own() {
    for (uid, syntax) in BOTH {
        let transform = |slope: &str| {
            let slope = element(syntax, SLOPE, *b"DS", slope.as_bytes());
            sequence(syntax, 0x0028_9145, &[slope])
        };
        let file = |more: Vec<u8>| File {
            uid,
            extra: vec![(FRAMES, *b"IS", "2")],
            more,
            pixels: words(&(0..12).collect::<Vec<u16>>()),
            ..File::default()
        };
        let each = sequence(syntax, 0x5200_9230, &[transform("10"), transform("0.5")]);
        let read = file(each).read().expect("two frames");
        assert_eq!(read.volume.voxels()[5..8], [50.0, 3.0, 3.5], "{uid}");
        let window = [
            element(syntax, CENTRE, *b"DS", b"5.5"),
            element(syntax, WIDTH, *b"DS", b"10"),
        ];
        let window = sequence(syntax, 0x0028_9132, &[window.concat()]);
        let spacing = element(syntax, SPACING, *b"DS", b"2\\3");
        let spacing = sequence(syntax, 0x0028_9110, &[spacing]);
        let shared = [transform("3"), window, spacing].concat();
        let read = file(sequence(syntax, 0x5200_9229, &[shared])).read();
        let read = read.expect("two frames");
        assert_eq!(read.volume.voxels()[5..8], [15.0, 18.0, 21.0]);
        assert_eq!(read.volume.spacing(), [3.0, 2.0, 1.0]);
        let window = read.window.expect("that of all frames");
        assert_eq!((window.low, window.high), (0.5, 9.5));
    }
}

#[test]
fn padding_is_background_whichever_way_grey_runs() {
    let short = |tag, value: u16| element(Syntax::Explicit, tag, *b"US", &value.to_le_bytes());
    let padded = |photometric, more| File {
        photometric,
        more,
        ..File::default()
    };
    let one = padded("MONOCHROME2", short(PADDING, 0))
        .read()
        .expect("five");
    assert_eq!(one.volume.voxels()[..3], [1.0, 1.0, 2.0]);
    assert_eq!(one.volume.replaced(), 1);
    let range = [short(PADDING, 4), short(PADDING_LIMIT, 4095)].concat();
    let many = padded("MONOCHROME1", range).read().expect("four");
    assert_eq!(many.volume.voxels(), [0.0, 1.0, 2.0, 3.0, 3.0, 3.0]);
    let signed = File {
        bits: [16, 16, 15, 1],
        pixels: words(&[0xf830, 0, 1, 2, 3, 4]),
        ..padded("MONOCHROME2", short(PADDING, 0xf830))
    };
    assert_eq!(signed.read().expect("five").volume.voxels()[0], 0.0);
}

#[test]
fn what_is_shown_may_be_turned_and_windows_exact() {
    let file = |extra| File {
        extra,
        ..File::default()
    };
    assert!(
        file(vec![(SHAPE, *b"CS", "INVERSE")])
            .read()
            .expect("grey")
            .inverted
    );
    assert!(
        !file(vec![(SHAPE, *b"CS", "IDENTITY")])
            .read()
            .expect("grey")
            .inverted
    );
    let exact = vec![
        (CENTRE, *b"DS", "500"),
        (WIDTH, *b"DS", "3"),
        (FUNCTION, *b"CS", "LINEAR_EXACT"),
    ];
    let window = file(exact).read().expect("grey").window.expect("exact");
    assert_eq!((window.low, window.high), (498.5, 501.5));
}

#[test]
fn where_an_image_lies_is_read() {
    let file = File {
        extra: vec![
            (0x0020_000e, *b"UI", "1.2.3"),
            (0x0020_0032, *b"DS", "-10\\2.5\\30"),
            (0x0020_0037, *b"DS", "1\\0\\0\\0\\0\\-1"),
        ],
        ..File::default()
    };
    let place = file.read().expect("grey").place;
    assert_eq!(place.series, "1.2.3");
    assert_eq!(place.position, Some([-10.0, 2.5, 30.0]));
    let directions = [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0]];
    assert_eq!(place.directions, Some(directions));
    assert_eq!(
        File::default().read().expect("grey").place,
        Where::default()
    );
}
