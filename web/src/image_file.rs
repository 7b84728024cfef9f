//! What an image file says about itself, read before it is decoded: its kind and its size.
//!
//! A few hundred bytes can declare an image of a gigapixel. The browser's decoder would try it and
//! take the tab down with it, so the size is read from the file's head first and refused here.

use scanweave::formats::{self, dicom, stranger, tiff};
use scanweave::image::MAX_SIDE;

use crate::model::protocol::{Cause, Failure};

/// Largest file that is read, bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// Bytes from the start of a file that [`Kind::of`] needs.
pub const HEAD: usize = 512;

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By the browser's own decoder.
    Picture,
    /// As a TIFF.
    Tiff,
    /// As a volume.
    Volume,
    /// As a volume, after it is inflated.
    Gzip,
    /// As DICOM.
    Dicom,
}

impl Kind {
    /// The kind of a file by its first [`HEAD`] bytes and, where they say nothing, by its name.
    pub fn of(name: &str, head: &[u8]) -> Self {
        let name = name.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        if head.starts_with(b"\x89PNG") || head.starts_with(&[0xff, 0xd8]) {
            Self::Picture
        } else if tiff::is_tiff(head) {
            Self::Tiff
        } else if head.starts_with(&[0x1f, 0x8b]) {
            Self::Gzip
        } else if dicom::is_dicom(head) {
            Self::Dicom
        } else if formats::is_volume(head) {
            Self::Volume
        } else if ends(&[".dcm", ".dicom", ".ima"]) {
            Self::Dicom
        } else if ends(&[".nii", ".nii.gz", ".mha", ".mgz", ".nrrd"]) {
            Self::Volume
        } else {
            Self::Picture
        }
    }
}

/// Checks that these bytes are a picture that browsers decode (PNG, JPEG, GIF, WebP, BMP), of bearable size; returns
/// width and height as they are stored.
pub fn size_of(name: &str, bytes: &[u8]) -> Result<(u32, u32), Failure> {
    if bytes.is_empty() {
        return Err(Cause::FileEmpty.of(name));
    }
    let sizes = [png_size, jpeg_size, gif_size, webp_size, bmp_size];
    let size = sizes.iter().find_map(|size| size(bytes));
    let unknown = || Cause::FileUnknown.because(name, stranger(bytes).unwrap_or_default());
    let (width, height) = size.ok_or_else(unknown)?;
    let fits = |side: u32| (1..=MAX_SIDE as u32).contains(&side);
    if fits(width) && fits(height) {
        Ok((width, height))
    } else {
        Err(Cause::ImageSides.because(name, format!("{width} x {height}")))
    }
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    (head.get(4..8)? == b"IHDR").then_some(())?;
    Some((big_endian(head.get(8..12)?), big_endian(head.get(12..16)?)))
}

/// Walks the segments to the first frame header (SOF), which holds height and width.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let start = rest.iter().position(|&b| b != 0xff)?;
        let marker = *rest.get(start).filter(|_| start > 0)?;
        rest = &rest[start + 1..];
        if marker == 0x01 || (0xd0..=0xd8).contains(&marker) {
            continue;
        }
        let length = big_endian(rest.get(..2)?) as usize;
        if (0xc0..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((big_endian(rest.get(5..7)?), big_endian(rest.get(3..5)?)));
        }
        rest = rest.get(length.max(2)..)?;
    }
}

fn gif_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let screen = bytes
        .strip_prefix(b"GIF87a")
        .or_else(|| bytes.strip_prefix(b"GIF89a"))?;
    Some((
        little_endian(screen.get(..2)?),
        little_endian(screen.get(2..4)?),
    ))
}

/// The first chunk is a lossy frame, a lossless one, or the canvas of several (RFC 9649).
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let chunk = bytes.strip_prefix(b"RIFF")?.get(4..)?;
    let chunk = chunk.strip_prefix(b"WEBP")?;
    let (name, content) = (chunk.get(..4)?, chunk.get(8..)?);
    let number = |from: usize, to: usize| content.get(from..to).map(little_endian);
    match name {
        b"VP8 " => Some((number(6, 8)? & 0x3fff, number(8, 10)? & 0x3fff)),
        b"VP8L" => {
            let sides = number(1, 5)?;
            Some(((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((number(4, 7)? + 1, number(7, 10)? + 1)),
        _ => None,
    }
}

/// A height below 0 means that the rows run downwards.
fn bmp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"BM")?;
    let side = |at: usize| {
        let side = header.get(at..at + 4).map(little_endian)?;
        Some(side.cast_signed().unsigned_abs())
    };
    Some((side(16)?, side(20)?))
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |sum, &b| sum << 8 | u32::from(b))
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &b| sum << 8 | u32::from(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn bytes_tell_the_kind_and_names_where_they_do_not() {
        let nifti = [&348_i32.to_le_bytes()[..], &[0; 400]].concat();
        let dicom = [&[0; 128][..], b"DICM"].concat();
        for (name, head, kind) in [
            ("a.dcm", png(1, 1), Kind::Picture),
            ("a", nifti, Kind::Volume),
            ("a.nii.gz", vec![0x1f, 0x8b, 8], Kind::Gzip),
            ("IM0001", dicom, Kind::Dicom),
            ("old.DCM", vec![8, 0, 5, 0], Kind::Dicom),
            ("empty.nii", vec![], Kind::Volume),
            ("a.txt", b"hello".to_vec(), Kind::Picture),
            ("a", b"II*\0".to_vec(), Kind::Tiff),
            ("a.png", b"MM\0+".to_vec(), Kind::Tiff),
        ] {
            assert_eq!(Kind::of(name, &head), kind, "{name}");
        }
    }

    #[test]
    fn reads_the_size_of_a_png() {
        assert_eq!(size_of("a.png", &png(640, 480)), Ok((640, 480)));
    }

    #[test]
    fn reads_the_size_of_a_jpeg_behind_other_segments() {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9];
        bytes.extend([0xff, 0xff, 0xc2, 0, 17, 8, 0x01, 0x00, 0x02, 0x80]);
        assert_eq!(size_of("a.jpg", &bytes), Ok((640, 256)));
    }

    #[test]
    fn reads_the_sizes_of_what_else_browsers_decode() {
        let sized = |bytes: &[u8]| size_of("a", bytes);
        assert_eq!(sized(b"GIF89a\x80\x02\x00\x01rest"), Ok((640, 256)));
        let webp = |chunk: &[u8]| [b"RIFF\0\0\0\0WEBP".as_slice(), chunk].concat();
        let lossy = webp(b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\x00\x01");
        assert_eq!(sized(&lossy), Ok((640, 256)));
        // 639 and 255 in 14 bits each.
        let sides = (0x27f_u32 | 0xff << 14).to_le_bytes();
        let lossless = webp(&[b"VP8L\0\0\0\0\x2f".as_slice(), &sides].concat());
        assert_eq!(sized(&lossless), Ok((640, 256)));
        let canvas = webp(b"VP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xff\0\0");
        assert_eq!(sized(&canvas), Ok((640, 256)));
        let mut bmp = [b"BM".as_slice(), &[0; 16]].concat();
        bmp.extend(640_i32.to_le_bytes());
        bmp.extend((-256_i32).to_le_bytes());
        assert_eq!(sized(&bmp), Ok((640, 256)));
        for whole in [lossy, lossless, canvas, bmp] {
            for end in 0..whole.len() - 4 {
                assert!(sized(&whole[..end]).is_err(), "cut at {end}");
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_called_what_it_is() {
        let refusal = |bytes: &[u8]| size_of("a", bytes).unwrap_err();
        let page = refusal(b"<!DOCTYPE html><html>Sign in</html>");
        assert_eq!(page.cause, Cause::FileUnknown);
        assert!(page.detail.contains("web page"), "{}", page.detail);
    }

    #[test]
    fn refuses_what_would_take_the_tab_down() {
        let refusal = |bytes: &[u8]| size_of("a.png", bytes).unwrap_err();
        let bomb = Cause::ImageSides.because("a.png", "60000 x 60000");
        assert_eq!(refusal(&png(60_000, 60_000)), bomb);
        assert_eq!(refusal(&png(0, 4)).cause, Cause::ImageSides);
        assert_eq!(refusal(&[]).cause, Cause::FileEmpty);
    }

    #[test]
    fn any_cut_is_a_sentence() {
        let mut jpeg = vec![
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 1, 0, 2, 0x80,
        ];
        for end in 0..jpeg.len() {
            assert!(size_of("a", &jpeg[..end]).is_err());
        }
        jpeg[4] = 0xff;
        assert!(size_of("a", &jpeg).is_err());
    }
}
