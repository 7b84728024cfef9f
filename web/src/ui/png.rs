//! PNG files in grey or in colour, made here and not by a canvas: their bytes hold exactly the values, labels
//! included, and each says inside that it is synthetic.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::model::protocol::Pixels;

/// Effort of the compression, 0..=10: small planes, so the usual one.
const EFFORT: u8 = 6;

/// Colour types of the format.
const GREY: u8 = 0;
const RGB: u8 = 2;

/// A PNG of 8-bit pixels, grey or in colour, with a `tEXt` chunk of keyword `Comment`.
pub fn picture(pixels: &Pixels, text: &str) -> Vec<u8> {
    let kind = if pixels.is_colour() { RGB } else { GREY };
    file(pixels.size(), kind, pixels.bytes(), text)
}

/// A PNG of 8-bit grey values, row-major, with the same text.
pub fn grey(width: u32, height: u32, values: &[u8], text: &str) -> Vec<u8> {
    file((width, height), GREY, values, text)
}

fn file((width, height): (u32, u32), kind: u8, values: &[u8], text: &str) -> Vec<u8> {
    let channels = if kind == RGB { 3 } else { 1 };
    let row = (width as usize * channels).max(1);
    // Each row begins with its filter, 0: the values as they are.
    let rows: Vec<u8> = values
        .chunks(row)
        .flat_map(|row| std::iter::once(0).chain(row.iter().copied()))
        .collect();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // Eight bits; the usual compression and filters, not interlaced.
    header.extend([8, kind, 0, 0, 0]);
    let comment = [b"Comment\0", latin(text).as_slice()].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"tEXt", &comment);
    chunk(&mut file, *b"IDAT", &compress_to_vec_zlib(&rows, EFFORT));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let body = [&name, data].concat();
    file.extend((data.len() as u32).to_be_bytes());
    file.extend(&body);
    file.extend(crc32(&body).to_be_bytes());
}

/// Text chunks are Latin-1; what is not in it, from a stranger's model card say, becomes `?`.
fn latin(text: &str) -> Vec<u8> {
    let byte = |c: char| u8::try_from(u32::from(c)).ok().filter(|&b| b != 0);
    text.chars().map(|c| byte(c).unwrap_or(b'?')).collect()
}

/// The checksum of PNG chunks and of zip archives (ISO 3309).
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (crc >> 8) ^ TABLE[(crc as u8 ^ byte) as usize]
    })
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    /// Name and data of every chunk, checksums checked.
    fn chunks(file: &[u8]) -> Vec<(&[u8], &[u8])> {
        let mut rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n").expect("signature");
        let mut found = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().expect("4")) as usize;
            let (name, data) = (&rest[4..8], &rest[8..8 + length]);
            let sum = u32::from_be_bytes(rest[8 + length..12 + length].try_into().expect("4"));
            assert_eq!(sum, crc32(&rest[4..8 + length]));
            found.push((name, data));
            rest = &rest[12 + length..];
        }
        found
    }

    #[test]
    fn the_values_come_back_and_the_text_stands_before_them() {
        let values = [0, 1, 2, 253, 254, 255];
        let file = grey(3, 2, &values, "SYNTHETIC \u{e9}\u{5408}");
        let chunks = chunks(&file);
        let names: Vec<&[u8]> = chunks.iter().map(|c| c.0).collect();
        assert_eq!(names, [b"IHDR", b"tEXt", b"IDAT", b"IEND"]);
        assert_eq!(chunks[0].1, [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
        assert_eq!(chunks[1].1, b"Comment\0SYNTHETIC \xe9?");
        let rows = decompress_to_vec_zlib(chunks[2].1).expect("zlib");
        assert_eq!(rows, [0, 0, 1, 2, 0, 253, 254, 255]);
        let pixels = Pixels::new(3, 2, values.to_vec()).expect("six greys");
        assert_eq!(picture(&pixels, "SYNTHETIC \u{e9}\u{5408}"), file);
    }

    #[test]
    fn colours_come_back_row_by_row() {
        let pixels = Pixels::new(1, 2, vec![1, 2, 3, 253, 254, 255]).expect("two colours");
        let file = picture(&pixels, "SYNTHETIC");
        let chunks = chunks(&file);
        assert_eq!(chunks[0].1, [0, 0, 0, 1, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
        let rows = decompress_to_vec_zlib(chunks[2].1).expect("zlib");
        assert_eq!(rows, [0, 1, 2, 3, 0, 253, 254, 255]);
    }
}
