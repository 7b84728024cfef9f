//! Files written by the rules, for the reader's tests.

use super::super::directory as tag;

/// What a file is made of.
#[derive(Clone)]
pub struct Written {
    pub big_endian: bool,
    pub big: bool,
    pub pages: Vec<Page>,
}

/// One page: the values of its tags, and the packed bytes of its strips or tiles.
#[derive(Clone, Default)]
pub struct Page {
    pub tags: Vec<(u16, Vec<u64>)>,
    pub pieces: Vec<Vec<u8>>,
}

impl Page {
    /// A page of `sides` pixels whose numbers have `bits` bits each, `numbers` of them a pixel.
    pub fn new([width, height]: [usize; 2], numbers: usize, bits: u64, pieces: &[Vec<u8>]) -> Self {
        let tags = vec![
            (tag::WIDTH, vec![width as u64]),
            (tag::HEIGHT, vec![height as u64]),
            (tag::BITS, vec![bits; numbers]),
            (tag::SAMPLES, vec![numbers as u64]),
            (tag::PHOTOMETRIC, vec![if numbers < 3 { 1 } else { 2 }]),
        ];
        Self {
            tags,
            pieces: pieces.to_vec(),
        }
    }

    /// With this tag, in place of the one that it had.
    pub fn with(mut self, tag: u16, values: &[u64]) -> Self {
        self.tags.retain(|(other, _)| *other != tag);
        self.tags.push((tag, values.to_vec()));
        self
    }
}

impl Written {
    /// A little-endian file of one page.
    pub fn of(page: Page) -> Self {
        Self {
            big_endian: false,
            big: false,
            pages: vec![page],
        }
    }

    /// The number in so many bytes.
    fn number(&self, value: u64, length: usize) -> Vec<u8> {
        let bytes = value.to_le_bytes();
        let bytes = bytes[..length].iter().copied();
        if self.big_endian {
            bytes.rev().collect()
        } else {
            bytes.collect()
        }
    }

    /// The file: its head, then of each page the pieces, long values and its directory.
    pub fn bytes(&self) -> Vec<u8> {
        let wide = if self.big { 8 } else { 4 };
        let mut file = if self.big_endian {
            b"MM".to_vec()
        } else {
            b"II".to_vec()
        };
        if self.big {
            file.extend([self.number(43, 2), self.number(8, 2), vec![0; 2]].concat());
        } else {
            file.extend(self.number(42, 2));
        }
        let mut link = file.len();
        file.extend(vec![0; wide]);
        for page in &self.pages {
            let place = self.page(&mut file, page);
            file[link..link + wide].copy_from_slice(&self.number(place as u64, wide));
            link = file.len() - wide;
        }
        file
    }

    fn page(&self, file: &mut Vec<u8>, page: &Page) -> usize {
        let wide = if self.big { 8 } else { 4 };
        let tiled = page.tags.iter().any(|(tag, _)| *tag == tag::TILE_WIDTH);
        let (places, lengths) = if tiled {
            (tag::TILE_OFFSETS, tag::TILE_LENGTHS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_LENGTHS)
        };
        let mut tags = page.tags.clone();
        let at = page.pieces.iter().map(|piece| {
            let at = file.len() as u64;
            file.extend(piece);
            at
        });
        tags.push((places, at.collect()));
        let of = page.pieces.iter().map(|piece| piece.len() as u64);
        tags.push((lengths, of.collect()));
        tags.sort();
        let mut entries = Vec::new();
        for (tag, values) in &tags {
            let (kind, size) = match tag {
                &tag::JPEG_TABLES => (7, 1),
                _ if values.iter().all(|v| *v < 1 << 16) => (3, 2),
                _ if self.big => (16, 8),
                _ => (4, 4),
            };
            let mut bytes: Vec<u8> = values.iter().flat_map(|v| self.number(*v, size)).collect();
            if bytes.len() > wide {
                let at = file.len() as u64;
                file.extend(bytes);
                bytes = self.number(at, wide);
            }
            bytes.resize(wide, 0);
            entries.extend(self.number(u64::from(*tag), 2));
            entries.extend(self.number(kind, 2));
            entries.extend(self.number(values.len() as u64, wide));
            entries.extend(bytes);
        }
        let place = file.len();
        file.extend(self.number(tags.len() as u64, if self.big { 8 } else { 2 }));
        file.extend(entries);
        file.extend(vec![0; wide]);
        place
    }
}

/// LZW by the rules, in the order of bits of today or of old.
pub fn lzw(bytes: &[u8], old: bool) -> Vec<u8> {
    let (mut packed, mut held, mut bits) = (Vec::new(), 0_u64, 0);
    let mut put = |code: usize, length: u32| {
        held = if old {
            held | (code as u64) << bits
        } else {
            held << length | code as u64
        };
        bits += length;
        while bits >= 8 {
            bits -= 8;
            let byte = if old { held } else { held >> bits };
            packed.push(byte as u8);
            held = if old {
                held >> 8
            } else {
                held & ((1 << bits) - 1)
            };
        }
    };
    let mut known: Vec<Vec<u8>> = Vec::new();
    let mut length = 9;
    put(256, length);
    let code_of = |word: &[u8], known: &[Vec<u8>]| match word {
        [byte] => Some(usize::from(*byte)),
        _ => known.iter().position(|k| k == word).map(|i| 258 + i),
    };
    let mut word: Vec<u8> = Vec::new();
    for &byte in bytes {
        let longer = [&word[..], &[byte]].concat();
        if code_of(&longer, &known).is_some() {
            word = longer;
            continue;
        }
        put(code_of(&word, &known).expect("it was known"), length);
        known.push(longer);
        word = vec![byte];
        // The writer knows one more than the reader.
        match 258 + known.len() + usize::from(!old) {
            513 => length = 10,
            1025 => length = 11,
            2049 => length = 12,
            4095.. => {
                put(256, length);
                known.clear();
                length = 9;
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        put(code_of(&word, &known).expect("it was known"), length);
        // The reader has learnt one more meanwhile.
        if 258 + known.len() + usize::from(!old) == 512 {
            length = 10;
        }
    }
    put(257, length);
    put(0, 8);
    packed
}

/// Runs of bytes: what repeats, and what does not.
pub fn runs(bytes: &[u8]) -> Vec<u8> {
    let equal = bytes
        .chunk_by(|a, b| a == b)
        .flat_map(|run| run.chunks(128));
    let packed = equal.flat_map(|run| match run {
        [byte] => [0, *byte],
        _ => [(257 - run.len()) as u8, run[0]],
    });
    packed.collect()
}
