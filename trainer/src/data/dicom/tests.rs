//! Files written here byte by byte, in every packing that is read.
//!
//! No encoder of JPEG 2000 is at hand: `ramp.j2k` holds [`pixels`], 16 bits without loss, and `signed.j2k` the same less
//! 2048 with a sign, both written by OpenJPEG 2.5.4.

use super::*;
use crate::data::Picture;
use crate::data::volumes::{Volumes, is_volume};
use image::codecs::jpeg::JpegEncoder;

const SIDE: usize = 16;
const JPEG: &str = "1.2.840.10008.1.2.4.50";
const LOSSLESS: &str = "1.2.840.10008.1.2.4.70";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
const VIDEO: &str = "1.2.840.10008.1.2.4.102";
const JPEG_2000: &str = "1.2.840.10008.1.2.4.90";
const RLE: &str = "1.2.840.10008.1.2.5";
const PLAIN: &str = "1.2.840.10008.1.2.1";

/// Explicit elements.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn short(&mut self, value: u16) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn long(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn tag(&mut self, tag: u32) {
        self.short((tag >> 16) as u16);
        self.short(tag as u16);
    }

    fn element(&mut self, tag: u32, kind: [u8; 2], value: &[u8]) {
        let padding = if kind == *b"UI" { 0 } else { b' ' };
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(padding);
        }
        self.tag(tag);
        self.bytes.extend(kind);
        if kind == *b"OW" {
            self.short(0);
            self.long(value.len() as u32);
        } else {
            self.short(value.len() as u16);
        }
        self.bytes.extend(value);
    }

    fn number(&mut self, tag: u32, value: u16) {
        self.tag(tag);
        self.bytes.extend(b"US");
        self.short(2);
        self.short(value);
    }
}

/// What a file says of itself.
struct File<'a> {
    syntax: &'a str,
    sides: [u16; 2],
    /// Allocated and stored.
    bits: [u16; 2],
    /// Whether pixels have a sign.
    signed: bool,
    /// Elements of text.
    texts: Vec<(u32, &'a [u8; 2], String)>,
}

impl Default for File<'_> {
    fn default() -> Self {
        Self {
            syntax: PLAIN,
            sides: [SIDE as u16; 2],
            bits: [16, 12],
            signed: false,
            texts: Vec::new(),
        }
    }
}

impl File<'_> {
    fn head(&self) -> Writer {
        let mut meta = Writer::default();
        meta.element(0x0002_0002, *b"UI", b"1.2.840.10008.5.1.4.1.1.7");
        meta.element(0x0002_0003, *b"UI", b"2.25.1");
        meta.element(0x0002_0010, *b"UI", self.syntax.as_bytes());
        let mut file = Writer {
            bytes: vec![0; 128],
        };
        file.bytes.extend(b"DICM");
        file.tag(0x0002_0000);
        file.bytes.extend(b"UL");
        file.short(4);
        file.long(meta.bytes.len() as u32);
        file.bytes.extend(meta.bytes);
        file.element(0x0008_0016, *b"UI", b"1.2.840.10008.5.1.4.1.1.7");
        for (tag, kind, text) in &self.texts {
            file.element(*tag, **kind, text.as_bytes());
        }
        file.number(0x0028_0002, 1);
        file.element(0x0028_0004, *b"CS", b"MONOCHROME2");
        file.number(0x0028_0010, self.sides[1]);
        file.number(0x0028_0011, self.sides[0]);
        file.number(0x0028_0100, self.bits[0]);
        file.number(0x0028_0101, self.bits[1]);
        file.number(0x0028_0102, self.bits[1] - 1);
        file.number(0x0028_0103, self.signed.into());
        file
    }

    fn plain(&self, pixels: &[u16]) -> Vec<u8> {
        let mut file = self.head();
        let pixels: Vec<u8> = pixels.iter().flat_map(|p| p.to_le_bytes()).collect();
        file.element(0x7fe0_0010, *b"OW", &pixels);
        file.bytes
    }

    /// One frame in one piece.
    fn packed(&self, piece: &[u8]) -> Vec<u8> {
        let mut file = self.head();
        file.tag(0x7fe0_0010);
        file.bytes.extend(b"OB\0\0");
        file.long(u32::MAX);
        for piece in [&[][..], piece] {
            let mut piece = piece.to_vec();
            if piece.len() % 2 == 1 {
                piece.push(0);
            }
            file.tag(0xfffe_e000);
            file.long(piece.len() as u32);
            file.bytes.extend(piece);
        }
        file.tag(0xfffe_e0dd);
        file.long(0);
        file.bytes
    }
}

/// A ramp with an edge, of 12 bits.
fn pixels() -> Vec<u16> {
    let at = |i: usize| {
        (i % SIDE * 100 + i / SIDE * 7 + if i.is_multiple_of(5) { 1500 } else { 0 }) as u16
    };
    (0..SIDE * SIDE).map(at).collect()
}

fn voxels(bytes: &[u8]) -> Result<Vec<f32>> {
    let read = read(Path::new("a.dcm"), bytes)?;
    assert_eq!(read.volume.sides(), [SIDE, SIDE, 1]);
    Ok(read.volume.voxels().to_vec())
}

fn expected() -> Vec<f32> {
    pixels().into_iter().map(f32::from).collect()
}

/// Two planes of bytes, the high ones first, in runs that repeat nothing.
fn rle(pixels: &[u16]) -> Vec<u8> {
    let plane = |shift: u32| {
        let bytes: Vec<u8> = pixels.iter().map(|p| (p >> shift) as u8).collect();
        let runs = bytes.chunks(128).flat_map(|run| {
            let length = [run.len() as u8 - 1];
            [&length[..], run].concat()
        });
        let mut plane: Vec<u8> = runs.collect();
        if plane.len() % 2 == 1 {
            plane.push(0x80);
        }
        plane
    };
    let (high, low) = (plane(8), plane(0));
    let mut header = [0_u32; 16];
    header[..3].copy_from_slice(&[2, 64, 64 + high.len() as u32]);
    let header: Vec<u8> = header.iter().flat_map(|v| v.to_le_bytes()).collect();
    [header, high, low].concat()
}

/// Lossless JPEG (ITU-T T.81, process 14, predictor 1) with a Huffman code of five bits for every category.
fn lossless(pixels: &[u16], bits: u8) -> Vec<u8> {
    let side = SIDE as u16;
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc3, 0, 11, bits];
    jpeg.extend(side.to_be_bytes());
    jpeg.extend(side.to_be_bytes());
    jpeg.extend([1, 1, 0x11, 0]);
    jpeg.extend([0xff, 0xc4, 0, 2 + 17 + 17, 0]);
    jpeg.extend((1..=16).map(|length| if length == 5 { 17 } else { 0 }));
    jpeg.extend(0..17);
    jpeg.extend([0xff, 0xda, 0, 8, 1, 1, 0, 1, 0, 0]);
    let mut written = String::new();
    for (i, &pixel) in pixels.iter().enumerate() {
        let predicted = match (i % SIDE, i) {
            (_, 0) => 1 << (bits - 1),
            (0, _) => i32::from(pixels[i - SIDE]),
            _ => i32::from(pixels[i - 1]),
        };
        let difference = i32::from(pixel) - predicted;
        let category = 32 - difference.unsigned_abs().leading_zeros();
        written.extend(binary(category, 5));
        let code = if difference < 0 {
            difference - 1
        } else {
            difference
        };
        let code = code as u32 & ((1 << category) - 1);
        if category > 0 {
            written.extend(binary(code, category as usize));
        }
    }
    while !written.len().is_multiple_of(8) {
        written.push('1');
    }
    for byte in written.as_bytes().chunks(8) {
        let byte = byte.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
        jpeg.push(byte);
        if byte == 0xff {
            jpeg.push(0);
        }
    }
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

/// The lowest bits of a number, the highest first.
fn binary(number: u32, bits: usize) -> impl Iterator<Item = char> {
    let bits = (0..bits).rev();
    bits.map(move |bit| if number >> bit & 1 == 1 { '1' } else { '0' })
}

#[test]
fn every_packing_without_loss_gives_the_same_numbers() {
    let of = |syntax| File {
        syntax,
        ..File::default()
    };
    assert_eq!(
        voxels(&of(PLAIN).plain(&pixels())).expect("plain"),
        expected()
    );
    let packed = of(RLE).packed(&rle(&pixels()));
    assert_eq!(voxels(&packed).expect("RLE"), expected());
    let packed = of(LOSSLESS).packed(&lossless(&pixels(), 12));
    assert_eq!(voxels(&packed).expect("JPEG"), expected());
    let packed = of(JPEG_2000).packed(include_bytes!("ramp.j2k"));
    assert_eq!(voxels(&packed).expect("JPEG 2000"), expected());
    let signed = File {
        signed: true,
        bits: [16, 16],
        ..of(JPEG_2000)
    };
    let read = voxels(&signed.packed(include_bytes!("signed.j2k")));
    let expected: Vec<f32> = expected().iter().map(|v| v - 2048.0).collect();
    assert_eq!(read.expect("with a sign"), expected);
}

/// A few bytes may promise any number of components: each would take as much memory as the picture.
#[test]
fn colours_are_refused_before_they_are_decoded() {
    let file = File {
        syntax: JPEG_2000,
        ..File::default()
    };
    let mut many = include_bytes!("ramp.j2k").to_vec();
    many[41] = 30;
    let refused = read(Path::new("a.dcm"), &file.packed(&many)).expect_err("30 components");
    assert!(format!("{refused:#}").contains("in colour"), "{refused:#}");
    let boxed = [&[0, 0, 0, 12][..], b"jP  \r\n\x87\n", &many].concat();
    let refused = read(Path::new("a.dcm"), &file.packed(&boxed)).expect_err("a box");
    assert!(
        format!("{refused:#}").contains("code stream"),
        "{refused:#}"
    );
}

#[test]
fn jpeg_ls_is_read() {
    let file = File {
        syntax: JPEG_LS,
        sides: [24; 2],
        bits: [16, 16],
        ..File::default()
    };
    let packed = file.packed(include_bytes!("../codec/disc.jls"));
    let read = read(Path::new("a.dcm"), &packed).expect("a disc");
    // 700 + 13 x + 31 (y mod 3) + x y mod 7 in the middle, nothing around it.
    assert_eq!(read.volume.voxels()[10 * 24 + 12], 888.0);
    assert_eq!(read.volume.voxels()[0], 0.0);
}

#[test]
fn slope_and_window_mean_the_same_in_any_packing() {
    let texts = || {
        let text = |tag, text: &str| (tag, b"DS", text.to_owned());
        vec![
            text(0x0028_1050, "40"),
            text(0x0028_1051, "400"),
            text(0x0028_1052, "-1024"),
            text(0x0028_1053, "2"),
        ]
    };
    let file = |syntax| File {
        syntax,
        texts: texts(),
        ..File::default()
    };
    let plain = read(Path::new("a"), &file(PLAIN).plain(&pixels())).expect("plain");
    let packed = read(Path::new("a"), &file(RLE).packed(&rle(&pixels())));
    let packed = packed.expect("RLE");
    assert_eq!(packed, plain);
    assert_eq!(packed.volume.voxels()[1], 2.0 * 100.0 - 1024.0);
    assert_eq!(packed.window.expect("it names one").low, -160.0);
}

#[test]
fn a_jpeg_of_8_bits_is_nearly_the_same() {
    let grey: Vec<u8> = (0..SIDE * SIDE).map(|i| (i % SIDE * 12) as u8).collect();
    let mut jpeg = Vec::new();
    let side = SIDE as u32;
    JpegEncoder::new_with_quality(&mut jpeg, 100)
        .encode(&grey, side, side, image::ExtendedColorType::L8)
        .expect("in memory");
    let file = File {
        syntax: JPEG,
        bits: [8, 8],
        ..File::default()
    };
    let read = voxels(&file.packed(&jpeg)).expect("JPEG");
    let far = read
        .iter()
        .zip(&grey)
        .map(|(a, b)| (a - f32::from(*b)).abs());
    assert!(far.fold(0.0, f32::max) <= 3.0);
}

#[test]
fn what_is_not_read_or_damaged_is_named() {
    let refusal = |bytes: &[u8]| format!("{:#}", voxels(bytes).expect_err("refused"));
    let file = |syntax| File {
        syntax,
        ..File::default()
    };
    for (syntax, piece, word) in [
        (JPEG_LS, b"none".to_vec(), "gdcmconv --raw"),
        (VIDEO, b"none".to_vec(), "a video or another code"),
        (
            LOSSLESS,
            lossless(&pixels(), 12)[..40].to_vec(),
            "gdcmconv --raw",
        ),
        (
            JPEG_2000,
            include_bytes!("ramp.j2k")[..60].to_vec(),
            "gdcmconv --raw",
        ),
        (
            RLE,
            rle(&pixels())[..70].to_vec(),
            "compressed voxels are damaged",
        ),
    ] {
        let error = refusal(&file(syntax).packed(&piece));
        assert!(error.contains("a.dcm") && error.contains(word), "{error}");
    }
    let huge = File {
        sides: [u16::MAX; 2],
        ..file(RLE)
    };
    let error = refusal(&huge.packed(&rle(&pixels())));
    assert!(error.contains("4294836225 voxels"), "{error}");
    let other = File {
        sides: [8, 8],
        ..file(LOSSLESS)
    };
    let error = read(Path::new("a.dcm"), &other.packed(&lossless(&pixels(), 12)));
    let error = format!("{:#}", error.expect_err("another size"));
    assert!(
        error.contains("16 x 16 pixels, its file says 8 x 8"),
        "{error}"
    );
}

/// A folder with the slices of a volume, the lowest one last, and what else lies there.
fn series() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for z in 0..4_u16 {
        let text = |tag, kind, text: String| (tag, kind, text);
        let file = File {
            syntax: [PLAIN, RLE][usize::from(z % 2)],
            texts: vec![
                text(0x0020_000e, b"UI", "1.2.3".into()),
                text(0x0020_0032, b"DS", format!("0\\0\\{}", f32::from(z) * 2.5)),
                text(0x0020_0037, b"DS", "1\\0\\0\\0\\1\\0".into()),
                text(0x0028_0030, b"DS", "0.5\\0.5".into()),
            ],
            ..File::default()
        };
        let pixels: Vec<u16> = pixels().iter().map(|p| p + z).collect();
        let bytes = if z % 2 == 0 {
            file.plain(&pixels)
        } else {
            file.packed(&rle(&pixels))
        };
        std::fs::write(folder.path().join(format!("IM{}", 9 - z)), bytes).expect("a slice");
    }
    for other in ["DICOMDIR", "notes.txt", ".hidden"] {
        std::fs::write(folder.path().join(other), b"x").expect("a file");
    }
    folder
}

#[test]
fn a_folder_of_slices_is_a_volume() {
    let folder = series();
    assert!(is_volume(folder.path()));
    let volumes = Volumes::default();
    let at = |slice| {
        let picture = Picture {
            slice: Some(slice),
            ..folder.path().to_owned().into()
        };
        volumes
            .label(&picture, None)
            .expect("a slice")
            .numbers
            .values
    };
    for z in 0..4 {
        let expected: Vec<f32> = expected().iter().map(|v| v + z as f32).collect();
        assert_eq!(at(z), expected, "slice {z} from the feet");
    }
    let (read, told) = read_folder(folder.path()).expect("a series");
    assert_eq!(read.volume.spacing(), [0.5, 0.5, 2.5]);
    assert!(told.is_empty());
}

#[test]
fn a_folder_that_holds_no_volume_is_named() {
    let empty = tempfile::tempdir().expect("a folder");
    let error = format!("{:#}", read_folder(empty.path()).expect_err("nothing"));
    let name = empty.path().display().to_string();
    assert!(
        error.contains(&name) && error.contains("no DICOM image"),
        "{error}"
    );
    let folder = series();
    std::fs::write(folder.path().join("x.dcm"), b"broken").expect("a file");
    let error = format!("{:#}", read_folder(folder.path()).expect_err("broken"));
    assert!(error.contains("x.dcm"), "{error}");
}
