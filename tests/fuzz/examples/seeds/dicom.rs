//! DICOM files of every kind that is read, byte by byte.

const PLAIN: &str = "1.2.840.10008.1.2.1";
const IMPLICIT: &str = "1.2.840.10008.1.2";
const RLE: &str = "1.2.840.10008.1.2.5";

const FRAMES: u32 = 0x0028_0008;
const SPACING: u32 = 0x0028_0030;
const PADDING: u32 = 0x0028_0120;
const PADDING_LIMIT: u32 = 0x0028_0121;
const CENTRE: u32 = 0x0028_1050;
const WIDTH: u32 = 0x0028_1051;
const INTERCEPT: u32 = 0x0028_1052;
const SLOPE: u32 = 0x0028_1053;
const PIXELS: u32 = 0x7fe0_0010;
const ITEM: u32 = 0xfffe_e000;
const SEQUENCE_END: u32 = 0xfffe_e0dd;
const OPEN: u32 = u32::MAX;

/// What a file says of its pixels.
pub struct Head {
    /// The transfer syntax.
    pub uid: &'static str,
    pub photometric: &'static str,
    /// Columns and rows.
    pub sides: [u16; 2],
    /// Allocated, stored, the highest one, with a sign.
    pub bits: [u16; 4],
}

const HEAD: Head = Head {
    uid: PLAIN,
    photometric: "MONOCHROME2",
    sides: [5, 4],
    bits: [16, 12, 11, 0],
};

impl Head {
    fn element(&self, tag: u32, kind: &[u8; 2], value: &[u8]) -> Vec<u8> {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(if kind == b"UI" { 0 } else { b' ' });
        }
        self.open(tag, kind, value.len() as u32, &value)
    }

    /// An element of any length.
    fn open(&self, tag: u32, kind: &[u8; 2], length: u32, value: &[u8]) -> Vec<u8> {
        let mut bytes = tagged(tag);
        if self.uid == IMPLICIT && tag >> 16 != 2 {
            bytes.extend(length.to_le_bytes());
        } else if [b"OB", b"OW", b"SQ"].contains(&kind) {
            bytes.extend([kind[0], kind[1], 0, 0]);
            bytes.extend(length.to_le_bytes());
        } else {
            bytes.extend(kind);
            bytes.extend((length as u16).to_le_bytes());
        }
        bytes.extend(value);
        bytes
    }

    fn text(&self, tag: u32, text: &str) -> Vec<u8> {
        self.element(tag, b"DS", text.as_bytes())
    }

    fn short(&self, tag: u32, value: u16) -> Vec<u8> {
        self.element(tag, b"US", &value.to_le_bytes())
    }

    fn sequence(&self, tag: u32, items: &[Vec<u8>]) -> Vec<u8> {
        let items: Vec<u8> = items.iter().flat_map(|bytes| item(bytes)).collect();
        self.element(tag, b"SQ", &items)
    }

    /// A lookup table of four entries.
    fn table(&self, tag: u32) -> Vec<u8> {
        let table = [
            self.element(0x0028_3002, b"US", &words([4, 2, 10])),
            self.element(0x0028_3006, b"OW", &words([1000, 500, 200, 100])),
        ];
        self.sequence(tag, &[table.concat()])
    }

    /// A file with these further elements and these pixels.
    fn file(&self, more: &[Vec<u8>], pixels: &[u8]) -> Vec<u8> {
        [self.start(more), self.element(PIXELS, b"OW", pixels)].concat()
    }

    /// The same, where the pixels are pieces behind their table.
    pub fn packed(&self, more: &[Vec<u8>], pieces: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.start(more);
        bytes.extend(self.open(PIXELS, b"OB", OPEN, &[]));
        bytes.extend(pieces.iter().flat_map(|piece| item(piece)));
        bytes.extend(tagged(SEQUENCE_END));
        bytes.extend([0; 4]);
        bytes
    }

    fn start(&self, more: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes.extend(b"DICM");
        bytes.extend(self.element(0x0002_0010, b"UI", self.uid.as_bytes()));
        bytes.extend(self.short(0x0028_0002, 1));
        bytes.extend(self.element(0x0028_0004, b"CS", self.photometric.as_bytes()));
        let [columns, rows] = self.sides;
        bytes.extend(self.short(0x0028_0010, rows));
        bytes.extend(self.short(0x0028_0011, columns));
        for (place, value) in (0..).zip(self.bits) {
            bytes.extend(self.short(0x0028_0100 + place, value));
        }
        bytes.extend(more.concat());
        bytes
    }
}

fn tagged(tag: u32) -> Vec<u8> {
    words([(tag >> 16) as u16, tag as u16])
}

fn words<const N: usize>(words: [u16; N]) -> Vec<u8> {
    words.map(u16::to_le_bytes).concat()
}

fn item(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u32).to_le_bytes();
    [&tagged(ITEM)[..], &length, bytes].concat()
}

/// A frame in runs of bytes, the high ones first where there are two planes.
fn runs(planes: &[Vec<u8>]) -> Vec<u8> {
    let packed = |plane: &Vec<u8>| {
        let runs = plane.chunk_by(|a, b| a == b);
        // A run of one is a byte to be copied, whose length is written as 0.
        let run = |run: &[u8]| [(257 - run.len()) as u8, run[0]];
        runs.flat_map(run).collect::<Vec<u8>>()
    };
    let packed: Vec<Vec<u8>> = planes.iter().map(packed).collect();
    let mut header = vec![planes.len() as u32];
    let mut at = 64;
    for plane in &packed {
        header.push(at);
        at += plane.len() as u32;
    }
    header.resize(16, 0);
    let header = header.into_iter().flat_map(u32::to_le_bytes);
    header.chain(packed.concat()).collect()
}

/// All kinds by name.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let bytes: Vec<u8> = (0..20).collect();
    let pixels: Vec<u8> = (0..20_u16).flat_map(|v| (v * 200).to_le_bytes()).collect();
    let twice = pixels.repeat(2);
    let implicit = Head {
        uid: IMPLICIT,
        ..HEAD
    };
    let signed = Head {
        bits: [16, 16, 15, 1],
        ..HEAD
    };
    let eight = Head {
        bits: [8, 8, 7, 0],
        ..HEAD
    };
    let white = Head {
        photometric: "MONOCHROME1",
        ..HEAD
    };
    let rle = Head { uid: RLE, ..HEAD };
    let rle_eight = Head { uid: RLE, ..eight };
    let planes = [vec![3; 20], bytes.clone()];
    let frame = runs(&planes[1..]);
    let begin = [0, frame.len() as u32 + 8].map(u32::to_le_bytes).concat();
    let half = frame.len() / 2;
    let parts = [&frame[..half], &frame[half..]].map(<[u8]>::to_vec);
    let transform = |slope: &str| {
        let line = [HEAD.text(INTERCEPT, "-5"), HEAD.text(SLOPE, slope)];
        HEAD.sequence(0x0028_9145, &[line.concat()])
    };
    let window = [HEAD.text(CENTRE, "40\\300"), HEAD.text(WIDTH, "400\\1500")];
    let seen = HEAD.sequence(0x0028_9132, &[window.concat()]);
    let frames = HEAD.element(FRAMES, b"IS", b"2");
    let groups = [
        frames.clone(),
        HEAD.sequence(0x5200_9229, &[seen]),
        HEAD.sequence(0x5200_9230, &[transform("10"), transform("0.5")]),
    ];
    let place = [
        HEAD.element(0x0020_000e, b"UI", b"1.2.3"),
        HEAD.text(0x0020_0032, "3\\4\\10"),
        HEAD.text(0x0020_0037, "1\\0\\0\\0\\1\\0"),
        HEAD.text(SPACING, "0.5\\0.25"),
    ];
    let line = |head: &Head| [head.text(INTERCEPT, "-1024"), head.text(SLOPE, "2")];
    let padded = [HEAD.short(PADDING, 0), HEAD.short(PADDING_LIMIT, 400)];
    let in_two_pieces = [
        &[[0, 2 * 8 + frame.len() as u32]
            .map(u32::to_le_bytes)
            .concat()][..],
        &parts,
        &[frame.clone()],
    ];
    vec![
        ("ramp.dcm", eight.file(&[], &bytes)),
        ("implicit.dcm", implicit.file(&line(&implicit), &pixels)),
        ("signed.dcm", signed.file(&line(&signed), &pixels)),
        ("white.dcm", white.file(&padded, &pixels)),
        (
            "modality-lut.dcm",
            HEAD.file(&[HEAD.table(0x0028_3000)], &pixels),
        ),
        (
            "voi-lut.dcm",
            implicit.file(&[implicit.table(0x0028_3010)], &pixels),
        ),
        ("window.dcm", HEAD.file(&window, &pixels)),
        ("frames.dcm", HEAD.file(&groups, &twice)),
        ("place.dcm", HEAD.file(&place, &pixels)),
        ("rle.dcm", rle.packed(&[], &[Vec::new(), runs(&planes)])),
        (
            "rle-frames.dcm",
            rle_eight.packed(&[frames.clone()], &[begin, frame.clone(), frame]),
        ),
        (
            "rle-pieces.dcm",
            rle_eight.packed(&[frames], &in_two_pieces.concat()),
        ),
    ]
}
