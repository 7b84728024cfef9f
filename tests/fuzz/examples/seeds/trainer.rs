//! What the trainer reads besides: compressed frames, tables, prepared data.

use std::fs;

use scanweave::label::{ClassMap, Label, LabelBox, LabelKind};
use scanweave::study::{Channels, Study};
use scanweave_fuzz::data::Split;
use scanweave_fuzz::data::prepared::{Header, Item, Prepared};
use scanweave_fuzz::in_file;

use super::dicom::Head;

/// Bytes of the digest at the end of prepared data.
const DIGEST: usize = 32;
/// Side of prepared images.
const SIZE: usize = 5;

const DISC: &[u8] = include_bytes!("../../../../trainer/src/data/codec/disc.jls");
const NEAR: &[u8] = include_bytes!("../../../../trainer/src/data/codec/disc-near.jls");
const RAMP: &[u8] = include_bytes!("../../../../trainer/src/data/dicom/ramp.j2k");
const SIGNED: &[u8] = include_bytes!("../../../../trainer/src/data/dicom/signed.j2k");

/// Frames behind a byte for their packing and two for their sides, and whole files behind three bytes.
pub fn frames() -> Vec<(&'static str, Vec<u8>)> {
    let file = |uid, side, signed, piece: &[u8]| {
        let head = Head {
            uid,
            photometric: "MONOCHROME2",
            sides: [side; 2],
            bits: [16, 16, 15, signed],
        };
        head.packed(&[], &[Vec::new(), piece.to_vec()])
    };
    let [jpeg, jpeg_ls, jpeg_2000, whole] = [0, 1, 2, 3];
    let framed = |kind: u8, side: u8, bytes: &[u8]| [&[kind, side - 1, side - 1], bytes].concat();
    vec![
        ("baseline.jpg", framed(jpeg, 8, &baseline())),
        ("lossless.jpg", framed(jpeg, 4, &lossless())),
        ("disc.jls", framed(jpeg_ls, 24, DISC)),
        ("disc-near.jls", framed(jpeg_ls, 24, NEAR)),
        ("ramp.j2k", framed(jpeg_2000, 16, RAMP)),
        ("signed.j2k", framed(jpeg_2000, 16, SIGNED)),
        (
            "jpeg.dcm",
            framed(whole, 1, &file("1.2.840.10008.1.2.4.70", 4, 0, &lossless())),
        ),
        (
            "jpeg-ls.dcm",
            framed(whole, 1, &file("1.2.840.10008.1.2.4.80", 24, 0, DISC)),
        ),
        (
            "jpeg-2000.dcm",
            framed(whole, 1, &file("1.2.840.10008.1.2.4.90", 16, 1, SIGNED)),
        ),
    ]
}

/// A segment of a JPEG.
fn segment(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u16 + 2).to_be_bytes();
    [&[0xff, kind][..], &length, bytes].concat()
}

/// Twelve codes of four bits.
fn codes(class: u8) -> Vec<u8> {
    let counts = (1..=16).map(|length| if length == 4 { 12 } else { 0 });
    let codes = [class].into_iter().chain(counts).chain(0..12);
    segment(0xc4, &codes.collect::<Vec<u8>>())
}

/// One even block of 8 x 8 pixels: a difference of six bits, then nothing.
pub fn baseline() -> Vec<u8> {
    [
        &[0xff, 0xd8][..],
        &segment(0xdb, &[&[0][..], &[1; 64]].concat()),
        &segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        &codes(0),
        &codes(0x10),
        &segment(0xda, &[1, 1, 0, 0, 63, 0]),
        &[0b0110_1010, 0b0000_0011, 0xff, 0xd9],
    ]
    .concat()
}

/// 4 x 4 pixels without loss, each as the one before.
fn lossless() -> Vec<u8> {
    [
        &[0xff, 0xd8][..],
        &segment(0xc3, &[12, 0, 4, 0, 4, 1, 1, 0x11, 0]),
        &codes(0),
        &segment(0xda, &[1, 1, 0, 1, 0, 0]),
        &[0, 0, 0x30, 0, 0, 0, 0, 0x0f],
        &[0xff, 0xd9],
    ]
    .concat()
}

/// One table in every usual way to save it.
pub fn tables() -> Vec<(&'static str, Vec<u8>)> {
    let plain = "file,slice,x0\na.png,1,2.5\n\"b,b.png\",,\"3\"\n";
    let semicolons = "File;Slice;x0;\r\na.png;1;2,5;\r\n;;;\r\nJäger.png;2;;\r\n";
    let utf16 = |unit: fn(u16) -> [u8; 2]| {
        let marked = format!("\u{feff}{plain}");
        marked.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    vec![
        ("plain.csv", plain.into()),
        ("semicolons.csv", semicolons.into()),
        ("tabs.csv", semicolons.replace(';', "\t").into()),
        ("declared.csv", format!("sep=;\r\n{semicolons}").into()),
        ("marked.csv", format!("\u{feff}{plain}").into()),
        ("latin.csv", semicolons.chars().map(|c| c as u8).collect()),
        ("little.csv", utf16(u16::to_le_bytes)),
        ("big.csv", utf16(u16::to_be_bytes)),
    ]
}

/// A file for every kind of label, without the digest at its end.
pub fn prepared() -> Vec<(&'static str, Vec<u8>)> {
    let classes = || vec!["nodule".to_owned()];
    let mask = ClassMap::new(SIZE, SIZE, vec![1; SIZE * SIZE]).expect("a mask");
    let one = LabelBox {
        class: 0,
        left: 0.5,
        top: 1.0,
        right: 2.25,
        bottom: 4.0,
    };
    [
        ("mask.scan", None, Label::Mask(mask)),
        (
            "boxes.scan",
            Some(LabelKind::Boxes(classes())),
            Label::Boxes(vec![one]),
        ),
        (
            "class.scan",
            Some(LabelKind::Class(classes())),
            Label::Class(0),
        ),
        ("none.scan", None, Label::None),
    ]
    .map(|(name, kind, label)| (name, file(kind, label)))
    .into()
}

fn file(kind: Option<LabelKind>, label: Label) -> Vec<u8> {
    let study = Study::named("phantom-brain").expect("built in");
    let mut modalities = study.modalities.clone();
    modalities[0].channels = Channels::Neighbours;
    let header = Header {
        study: study.name.clone(),
        size: SIZE,
        modalities,
        label: kind.unwrap_or(study.lesion.clone()),
        extraction: study.extraction_at(64),
        mask: study.mask_at(64),
    };
    let area = SIZE * SIZE;
    let item = Item {
        subject: "s".into(),
        split: Split::Train,
        source: "a.png".into(),
        images: vec![Some(vec![7; 3 * area]), None, Some(vec![9; area]), None],
        structure: vec![1; area],
        mask: vec![0; area],
        label,
    };
    let path = in_file(&[]);
    let saved = Prepared::new(header, vec![item]).save(path);
    saved.expect("a temporary file");
    let bytes = fs::read(path).expect("it was written");
    bytes[..bytes.len() - DIGEST].into()
}
