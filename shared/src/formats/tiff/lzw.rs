//! LZW as TIFF has it (revision 6.0, section 13), and as it was written before that was published: the bits of a code in
//! the other order, and its length grows one code later.

const CLEAR: usize = 256;
const END: usize = 257;
/// Bits of the first codes, and of the longest.
const SHORT: u32 = 9;
const LONG: u32 = 12;

/// Codes of growing length, one behind the other.
struct Codes<'a> {
    bytes: std::slice::Iter<'a, u8>,
    old: bool,
    held: u32,
    bits: u32,
}

impl Codes<'_> {
    fn next(&mut self, length: u32) -> Option<usize> {
        while self.bits < length {
            let byte = u32::from(*self.bytes.next()?);
            self.held = if self.old {
                self.held | byte << self.bits
            } else {
                self.held << 8 | byte
            };
            self.bits += 8;
        }
        self.bits -= length;
        let mask = (1 << length) - 1;
        let code = if self.old {
            let code = self.held & mask;
            self.held >>= length;
            code
        } else {
            let code = self.held >> self.bits;
            self.held &= (1 << self.bits) - 1;
            code
        };
        Some(code as usize)
    }
}

/// The first `count` bytes of what was packed; none where they are fewer or a code means nothing. Memory is asked for as
/// the bytes come.
pub(super) fn unpacked(packed: &[u8], count: usize) -> Option<Vec<u8>> {
    // A clear code, with which every file begins, in the order of old.
    let old = matches!(packed, [0, second, ..] if second & 1 == 1);
    let mut codes = Codes {
        bytes: packed.iter(),
        old,
        held: 0,
        bits: 0,
    };
    let mut bytes: Vec<u8> = Vec::new();
    // What codes from 258 on mean: where it stands in what is unpacked already, and how long it is.
    let mut known: Vec<(usize, usize)> = Vec::new();
    let mut length = SHORT;
    let mut before: Option<(usize, usize)> = None;
    while bytes.len() < count {
        let code = codes.next(length)?;
        if code == CLEAR {
            known.clear();
            length = SHORT;
            before = None;
            continue;
        }
        if code == END {
            return None;
        }
        let start = bytes.len();
        if let Some((from, long)) = before.filter(|_| known.len() < (1 << LONG) - END - 1) {
            // The one before and the first byte of this one: they stand there one behind the other.
            known.push((from, long + 1));
        }
        if let Ok(byte) = u8::try_from(code) {
            bytes.push(byte);
        } else {
            let &(from, long) = known.get(code - END - 1)?;
            // The newest code may mean what is only being written.
            for at in from..from + long {
                bytes.push(*bytes.get(at)?);
            }
        }
        before = Some((start, bytes.len() - start));
        let next = END + 1 + known.len() + usize::from(!old);
        length = (usize::BITS - next.leading_zeros()).clamp(SHORT, LONG);
    }
    bytes.truncate(count);
    Some(bytes)
}
