//! What lies where an image should, and is none.

/// Signs of files that people mistake for images, and what each is. All signs are in lower case.
const KNOWN: [(&[u8], &str); 6] = [
    (
        b"version https://git-lfs",
        "this is a pointer of Git LFS, not the file itself: fetch it with `git lfs pull`",
    ),
    (b"<!doctype html", PAGE),
    (b"<html", PAGE),
    (b"%pdf-", "this is a PDF document: export the image itself"),
    (b"pk\x03\x04", "this is a ZIP archive: unpack it first"),
    (
        b"7z\xbc\xaf\x27\x1c",
        "this is a 7z archive: unpack it first",
    ),
];

const PAGE: &str = "this is a web page, as a server sends where one has to sign in or the file is gone: download the file again";

/// What these bytes are when they are no image at all, with the remedy.
pub fn stranger(bytes: &[u8]) -> Option<&'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.trim_ascii_start();
    let begins = |sign: &[u8]| {
        let start = head.get(..sign.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(sign))
    };
    let known = KNOWN.iter().find(|(sign, _)| begins(sign));
    known.map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_pages_and_archives_are_known() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
        assert!(stranger(pointer).is_some_and(|what| what.contains("git lfs pull")));
        for page in ["<!DOCTYPE html><html>Sign in</html>", "\u{feff}\n <HTML>"] {
            assert!(stranger(page.as_bytes()).is_some_and(|what| what.contains("web page")));
        }
        assert!(stranger(b"PK\x03\x04\x14\0").is_some_and(|what| what.contains("unpack")));
        for other in [
            &b""[..],
            b"<",
            b"\x89PNG\r\n",
            b"ObjectType = Image",
            b"version 1",
        ] {
            assert_eq!(stranger(other), None);
        }
    }
}
