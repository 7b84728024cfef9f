//! A directory of a TIFF: what is said of one page, entry by entry (revision 6.0, section 2).

use super::TiffError;
use super::source::File;

/// Most entries of a directory; those of files that exist have some dozens.
const MAX_ENTRIES: u64 = 4096;

pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const BITS: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const FILL_ORDER: u16 = 266;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const ORIENTATION: u16 = 274;
pub(super) const SAMPLES: u16 = 277;
pub(super) const ROWS_PER_STRIP: u16 = 278;
pub(super) const STRIP_LENGTHS: u16 = 279;
pub(super) const PLANAR: u16 = 284;
pub(super) const T4_OPTIONS: u16 = 292;
pub(super) const PREDICTOR: u16 = 317;
pub(super) const COLOR_MAP: u16 = 320;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_HEIGHT: u16 = 323;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_LENGTHS: u16 = 325;
pub(super) const EXTRA_SAMPLES: u16 = 338;
pub(super) const SAMPLE_FORMAT: u16 = 339;
pub(super) const JPEG_TABLES: u16 = 347;

/// What stands in one directory.
pub(super) struct Directory<'a> {
    file: File<'a>,
    entries: Vec<Entry>,
    /// Where the next directory stands; 0 behind the last.
    pub next: u64,
}

/// Where the values of one tag stand.
struct Entry {
    tag: u16,
    /// Bytes of a value; none of a kind that is no whole number.
    size: Option<usize>,
    count: u64,
    at: u64,
}

impl<'a> Directory<'a> {
    /// The directory at this place.
    pub fn read(file: File<'a>, at: u64) -> Result<Self, TiffError> {
        let (of_count, of_entry) = if file.big { (8, 20) } else { (2, 12) };
        let count = file.number_at(at, of_count)?;
        if count == 0 || count > MAX_ENTRIES {
            return Err(TiffError::Damaged("a directory"));
        }
        let start = at + of_count as u64;
        let table = file.bytes(start, count as usize * of_entry + file.wide())?;
        let (entries, next) = table.split_at(count as usize * of_entry);
        let places = (start..).step_by(of_entry);
        let entries = entries.chunks_exact(of_entry).zip(places);
        Ok(Self {
            entries: entries.map(|(e, at)| Entry::of(file, e, at)).collect(),
            next: file.number(next),
            file,
        })
    }

    /// Whether the page is another one once more, smaller.
    pub fn is_reduced(&self) -> Result<bool, TiffError> {
        Ok(self.number(NEW_SUBFILE_TYPE)?.unwrap_or(0) & 1 == 1)
    }

    pub fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    /// The first value of a tag.
    pub fn number(&self, tag: u16) -> Result<Option<u64>, TiffError> {
        Ok(self.numbers(tag, 1)?.first().copied())
    }

    /// The first value of a tag that there must be.
    pub fn required(&self, tag: u16) -> Result<u64, TiffError> {
        let number = self.number(tag)?;
        number.ok_or(TiffError::Damaged("a directory lacks what a picture needs"))
    }

    /// The values of a tag, `most` of them at most; none where it is not there.
    pub fn numbers(&self, tag: u16, most: usize) -> Result<Vec<u64>, TiffError> {
        let Some(entry) = self.entry(tag) else {
            return Ok(Vec::new());
        };
        let kind = TiffError::Damaged("a value is of another kind");
        let size = entry.size.ok_or(kind)?;
        let count = entry.count.min(most as u64) as usize;
        let length = count.checked_mul(size).ok_or(TiffError::Cut)?;
        let bytes = self.file.bytes(entry.at, length)?;
        let values = bytes.chunks_exact(size);
        Ok(values.map(|value| self.file.number(value)).collect())
    }

    fn entry(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

impl Entry {
    /// The entry in these bytes, which stand at this place.
    fn of(file: File, bytes: &[u8], at: u64) -> Self {
        let wide = file.wide();
        let kind = file.number(&bytes[2..4]);
        let count = file.number(&bytes[4..4 + wide]);
        let size = match kind {
            1 | 6 | 7 => Some(1),
            3 | 8 => Some(2),
            4 | 9 | 13 => Some(4),
            16..=18 => Some(8),
            _ => None,
        };
        // What is short stands in the entry itself.
        let fits = size.is_some_and(|size| count <= (wide / size) as u64);
        let value = &bytes[4 + wide..];
        Self {
            tag: file.number(&bytes[..2]) as u16,
            size,
            count,
            at: if fits {
                at + (4 + wide) as u64
            } else {
                file.number(value)
            },
        }
    }
}
