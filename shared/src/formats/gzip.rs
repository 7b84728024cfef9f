//! Files that gzip has compressed as a whole (RFC 1952), as tolerant as `gzip` itself: several members one behind the
//! other are one file, and what follows the last one and is none, padding of a tape or a note, is left alone.

use std::io::{Error, Read};

use flate2::bufread::GzDecoder;

/// The first bytes of a member.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The inflated content, at most `limit` bytes and one more, by which the caller sees that there are too many.
///
/// # Errors
/// When a member is damaged or cut short.
pub fn inflate(mut source: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
    let mut inflated = Vec::new();
    loop {
        let room = (limit + 1).saturating_sub(inflated.len() as u64);
        let mut member = GzDecoder::new(source);
        member.by_ref().take(room).read_to_end(&mut inflated)?;
        if inflated.len() as u64 > limit {
            return Ok(inflated);
        }
        source = member.into_inner();
        if !source.starts_with(&MAGIC) {
            return Ok(inflated);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn members_are_one_file_and_what_follows_is_left_alone() {
        let one = packed(b"one, ");
        let two = packed(b"two");
        let both = [&one[..], &two].concat();
        for tail in [&b""[..], &[0; 512], b"made by x", &[0x1f]] {
            let file = [&both[..], tail].concat();
            assert_eq!(inflate(&file, 100).expect("whole"), b"one, two");
        }
        assert_eq!(inflate(&both, 6).expect("too long").len(), 7);
    }

    #[test]
    fn damage_is_an_error_wherever_it_is() {
        let whole = packed(&[7; 5000]);
        for end in 2..whole.len() {
            assert!(inflate(&whole[..end], 10_000).is_err(), "cut at {end}");
        }
        let mut flipped = whole.clone();
        let last = flipped.len() - 6;
        flipped[last] ^= 1;
        assert!(inflate(&flipped, 10_000).is_err(), "the checksum");
        let second = [&whole[..], &whole[..20]].concat();
        assert!(inflate(&second, 10_000).is_err(), "a second one, cut");
    }
}
