//! A page of a TIFF, which no browser but one decodes: by the reader of the trainer, with the same greys.
//!
//! What needs a codec (JPEG, fax) is told what to become: those are whole libraries, and everybody would fetch them.

use scanweave::formats::tiff::{self, Tiff, TiffError};
use scanweave::image::Image;

use crate::model::protocol::{Cause, Failure};
use crate::shrunk;

/// The most numbers of a page: those of 8192 x 8192 greys, 256 MB.
const MOST: usize = 1 << 26;

/// One page.
pub struct Page {
    /// In grey, or in colour if that was wished and it has any; numbers of more than 16 bits, with a sign or with a point
    /// are in the file's own units.
    pub image: Image,
    /// Its own width and height, turned as it is meant to be looked at.
    pub sides: [u32; 2],
    /// Its number, from 0.
    pub number: u32,
    /// How many pages the file has.
    pub of: u32,
}

/// Page `number` in these bytes, or the middle one. While a side is longer than `most` pixels it is averaged down by a
/// whole factor.
///
/// # Errors
/// When the file is damaged, too large or of a kind that is not read, or has no such page.
pub fn read(
    bytes: &[u8],
    number: Option<u32>,
    in_colour: bool,
    most: usize,
) -> Result<Page, TiffError> {
    let tiff = Tiff::open(&bytes)?;
    let of = tiff.pages() as u32;
    let number = number.unwrap_or(of / 2);
    let ([width, height], numbers) = tiff.outline(number as usize)?;
    if numbers.saturating_mul(width * height) > MOST {
        return Err(TiffError::Memory);
    }
    let picture = tiff.read(number as usize, &tiff::no_codec)?;
    let image = shrunk::image(picture.image(in_colour)?, most)?;
    Ok(Page {
        image,
        sides: [width as u32, height as u32],
        number,
        of,
    })
}

/// Why it was not read, in the words of the page.
pub fn failure(name: &str, error: &TiffError) -> Failure {
    let detail = error.to_string();
    match error {
        TiffError::Unsupported(_) => Cause::FileTiff.because(name, detail),
        TiffError::Sides { width, height } => {
            Cause::ImageSides.because(name, format!("{width} x {height}"))
        }
        TiffError::Memory => Cause::FileNoMemory.of(name),
        TiffError::NoNumbers => Cause::ImageFlat.because(name, detail),
        _ => Cause::FileUnreadable.because(name, detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of 3 x 1 greys, compressed so.
    fn file(pages: &[[u8; 3]], compression: u8) -> Vec<u8> {
        let mut file = b"II*\0".to_vec();
        for greys in pages {
            let place = file.len() as u32 + 8;
            file.extend(place.to_le_bytes());
            file.extend(greys);
            file.push(0);
            let entries: [(u16, u8); 7] = [
                (256, 3),
                (257, 1),
                (258, 8),
                (259, compression),
                (262, 1),
                (273, place as u8 - 4),
                (279, 3),
            ];
            file.extend((entries.len() as u16).to_le_bytes());
            for (tag, value) in entries {
                file.extend(tag.to_le_bytes());
                file.extend([3, 0, 1, 0, 0, 0, value, 0, 0, 0]);
            }
        }
        file.extend([0; 4]);
        file
    }

    #[test]
    fn the_middle_page_or_the_one_asked_for_is_read() {
        let bytes = file(&[[1, 2, 3], [4, 5, 6]], 1);
        let greys = |number| {
            let page = read(&bytes, number, true, 99).expect("a page");
            assert_eq!((page.sides, page.of), ([3, 1], 2));
            let values = page.image.into_values();
            let greys: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
            (page.number, greys)
        };
        assert_eq!(greys(None), (1, vec![4, 5, 6]));
        assert_eq!(greys(Some(0)), (0, vec![1, 2, 3]));
        let smaller = read(&bytes, None, false, 1).expect("a page");
        assert_eq!((smaller.image.width(), smaller.sides), (1, [3, 1]));
    }

    #[test]
    fn what_is_not_read_is_told_in_the_words_of_the_page() {
        let refusal = |bytes: &[u8], number| {
            let error = read(bytes, number, true, 99).err().expect("refused");
            failure("a.tif", &error)
        };
        let sound = file(&[[1, 2, 3]], 1);
        assert_eq!(refusal(&sound, Some(1)).cause, Cause::FileUnreadable);
        assert_eq!(refusal(&sound[..40], None).cause, Cause::FileUnreadable);
        let jpeg = refusal(&file(&[[1, 2, 3]], 7), None);
        assert_eq!(jpeg.cause, Cause::FileTiff);
        assert!(jpeg.detail.contains("JPEG"), "{}", jpeg.detail);
        let mut wide = sound.clone();
        wide[22] = 0xff;
        wide[23] = 0xff;
        let wide = refusal(&wide, None);
        assert_eq!(wide, Cause::ImageSides.because("a.tif", "65535 x 1"));
    }
}
