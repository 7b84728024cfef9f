//! A zip archive that is written piece by piece (PKWARE's APPNOTE.TXT): files as they are, for PNG is
//! compressed already. The pieces can be handed on at once, so that an archive of any length needs
//! little memory here.

use crate::ui::png::crc32;

/// Version 1.0 of the format, which is all that stored files need.
const VERSION: u16 = 10;
/// 1 January 1980, the format's first day: equal content gives an equal archive.
const DATE: u16 = 0x0021;

/// The archive would be larger than its format can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// An archive that is being written.
#[derive(Debug, Default)]
pub struct Zip {
    /// Bytes handed on so far.
    written: u32,
    files: u16,
    /// The central directory, written last.
    directory: Vec<u8>,
}

impl Zip {
    /// The piece of the archive that holds this file. Names are ASCII.
    ///
    /// # Errors
    /// Beyond 65,535 files or 4 GiB.
    pub fn file(&mut self, name: &str, data: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let files = self.files.checked_add(1).ok_or(TooLarge)?;
        let size = u32::try_from(data.len()).map_err(|_| TooLarge)?;
        let length = u16::try_from(name.len()).map_err(|_| TooLarge)?;
        // Common to both headers: version, flags, method 0 (stored), time, date, checksum, both sizes,
        // length of the name, no extra field.
        let mut common = Vec::with_capacity(26);
        for value in [VERSION, 0, 0, 0, DATE] {
            common.extend(value.to_le_bytes());
        }
        for value in [crc32(data), size, size] {
            common.extend(value.to_le_bytes());
        }
        common.extend(length.to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        let piece = [b"PK\x03\x04", common.as_slice(), name.as_bytes(), data].concat();
        let grown = u32::try_from(piece.len()).ok();
        let grown = grown.and_then(|more| self.written.checked_add(more));
        let written = grown.ok_or(TooLarge)?;
        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&common);
        // No comment, first disk, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(self.written.to_le_bytes());
        self.directory.extend(name.as_bytes());
        (self.written, self.files) = (written, files);
        Ok(piece)
    }

    /// The last piece.
    ///
    /// # Errors
    /// Beyond 4 GiB.
    pub fn end(self) -> Result<Vec<u8>, TooLarge> {
        let size = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        let mut piece = self.directory;
        piece.extend(b"PK\x05\x06\0\0\0\0");
        piece.extend(self.files.to_le_bytes());
        piece.extend(self.files.to_le_bytes());
        piece.extend(size.to_le_bytes());
        piece.extend(self.written.to_le_bytes());
        piece.extend([0, 0]);
        Ok(piece)
    }
}

/// A whole archive of a few files.
///
/// # Errors
/// As [`Zip::file`].
pub fn archive(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, TooLarge> {
    let mut zip = Zip::default();
    let mut bytes = Vec::new();
    for (name, data) in files {
        bytes.extend(zip.file(name, data)?);
    }
    bytes.extend(zip.end()?);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_as_the_format_says() {
        let bytes = archive(&[("a.txt".into(), b"123456789".to_vec())]).expect("small");
        let mut expected = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\x21\0".to_vec();
        expected.extend(b"\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x05\0\0\0a.txt123456789");
        assert_eq!(expected.len(), 30 + 5 + 9);
        expected.extend(b"PK\x01\x02\x0a\0\x0a\0\0\0\0\0\0\0\x21\0");
        expected.extend(b"\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x05\0\0\0");
        expected.extend(b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0a.txt");
        expected.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x2c\0\0\0\0\0");
        assert_eq!(bytes, expected);
    }

    #[test]
    fn the_directory_finds_every_file() {
        let files: Vec<(String, Vec<u8>)> = (0..5)
            .map(|i| (format!("{i}.bin"), vec![i; usize::from(i) * 100]))
            .collect();
        let bytes = archive(&files).expect("small");
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4"));
        let end = bytes.len() - 22;
        let mut entry = number(end + 16) as usize;
        for (name, data) in &files {
            assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
            let start = number(entry + 42) as usize;
            assert_eq!(&bytes[start..start + 4], b"PK\x03\x04");
            let content = start + 30 + name.len();
            assert_eq!(&bytes[content - name.len()..content], name.as_bytes());
            assert_eq!(&bytes[content..content + data.len()], data);
            entry += 46 + name.len();
        }
        assert_eq!(entry, end);
    }

    #[test]
    fn too_many_files_are_an_error() {
        let mut zip = Zip::default();
        for _ in 0..u16::MAX {
            zip.file("a", &[]).expect("not yet too many");
        }
        assert_eq!(zip.file("a", &[]), Err(TooLarge));
    }
}
