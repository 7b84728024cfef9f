//! Runs of bytes, as Apple's PackBits writes them: one code of two formats, TIFF (revision 6.0, section 9) and DICOM
//! (part 5, annex G.3).

/// The first `count` bytes of these runs; none where they are fewer. Memory is asked for as the bytes come.
pub(super) fn unpacked(packed: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = packed;
    while bytes.len() < count {
        let (&length, behind) = rest.split_first()?;
        let used = match length {
            0..=127 => {
                let length = usize::from(length) + 1;
                bytes.extend_from_slice(behind.get(..length)?);
                length
            }
            128 => 0,
            129.. => {
                let run = 257 - usize::from(length);
                bytes.resize(bytes.len() + run, *behind.first()?);
                1
            }
        };
        rest = &behind[used..];
    }
    bytes.truncate(count);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_repeated_copied_and_bounded() {
        let packed = [2, 1, 2, 3, 0x80, 0xfe, 9, 0, 7];
        let whole = [1, 2, 3, 9, 9, 9, 7];
        for count in 0..=whole.len() {
            let unpacked = unpacked(&packed, count);
            assert_eq!(unpacked.as_deref(), Some(&whole[..count]));
        }
        assert_eq!(unpacked(&packed, 8), None);
        for cut in [&[][..], &[0], &[3, 1, 2], &[0xff]] {
            assert_eq!(unpacked(cut, 1), None, "{cut:?}");
        }
    }
}
