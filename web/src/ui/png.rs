//! Saved pictures say inside that they are synthetic: a text chunk in the PNG file.

/// The same PNG with a `tEXt` chunk after its header; bytes that are no PNG stay as they are.
pub fn with_text(png: &[u8], keyword: &str, text: &str) -> Vec<u8> {
    // Signature (8), header chunk (4 length + 4 type + 13 data + 4 checksum).
    const HEAD: usize = 33;
    if png.len() < HEAD || !png.starts_with(b"\x89PNG\r\n\x1a\n") {
        return png.to_vec();
    }
    let body = [b"tEXt", keyword.as_bytes(), b"\0", text.as_bytes()].concat();
    let length = (body.len() - 4) as u32;
    [
        &png[..HEAD],
        &length.to_be_bytes(),
        &body,
        &crc32(&body).to_be_bytes(),
        &png[HEAD..],
    ]
    .concat()
}

/// The checksum of PNG chunks (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| {
            if c & 1 == 1 {
                (c >> 1) ^ 0xedb8_8320
            } else {
                c >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn the_text_stands_behind_the_header() {
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.extend([0; 25]);
        png.extend(b"rest");
        let marked = with_text(&png, "Comment", "SYNTHETIC");
        assert_eq!(&marked[33..41], b"\0\0\0\x11tEXt");
        assert_eq!(&marked[41..58], b"Comment\0SYNTHETIC");
        assert_eq!(&marked[62..], b"rest");
        assert_eq!(with_text(b"no png", "a", "b"), b"no png");
    }
}
