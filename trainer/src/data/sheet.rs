//! Contact sheets: many planes side by side in one PNG, because a person must look at them.

use crate::files;
use anyhow::{Context, Result, ensure};
use image::{ExtendedColorType, ImageFormat};
use scanweave::image::{MAX_SIDE, Plane};
use std::io::Cursor;
use std::path::Path;

/// Pixels between two tiles, and their grey.
const GAP: usize = 2;
const GAP_GREY: f32 = 0.35;

/// Planes in rows of `columns`, all brought to the size of the first.
///
/// # Errors
/// When there is no plane, or the sheet would be larger than a plane may be.
pub fn contact_sheet(planes: &[Plane], columns: usize) -> Result<Plane> {
    ensure!(
        !planes.is_empty() && columns > 0,
        "a contact sheet needs at least one picture"
    );
    let (width, height) = (planes[0].width(), planes[0].height());
    let rows = planes.len().div_ceil(columns);
    let side = |count: usize, tile: usize| count * (tile + GAP) - GAP;
    let (sheet_width, sheet_height) = (side(columns, width), side(rows, height));
    ensure!(
        sheet_width.max(sheet_height) <= MAX_SIDE,
        "a contact sheet of {} pictures would be too large: show fewer",
        planes.len()
    );
    let mut sheet = Plane::filled(sheet_width, sheet_height, GAP_GREY);
    for (index, plane) in planes.iter().enumerate() {
        let corner = (
            index % columns * (width + GAP),
            index / columns * (height + GAP),
        );
        paste(&mut sheet, &plane.resized(width, height), corner);
    }
    Ok(sheet)
}

/// Writes a plane as an 8-bit grey PNG; whole or not at all.
///
/// # Errors
/// When the file cannot be written; the error names it.
pub fn write_png(path: &Path, plane: &Plane) -> Result<()> {
    let mut png = Cursor::new(Vec::new());
    let (width, height) = (plane.width() as u32, plane.height() as u32);
    image::write_buffer_with_format(
        &mut png,
        &plane.to_u8(),
        width,
        height,
        ExtendedColorType::L8,
        ImageFormat::Png,
    )
    .with_context(|| format!("encoding {}", path.display()))?;
    files::write_whole(path, png.get_ref())
}

fn paste(sheet: &mut Plane, tile: &Plane, (left, top): (usize, usize)) {
    let width = sheet.width();
    for (y, row) in tile.values().chunks(tile.width()).enumerate() {
        let start = (top + y) * width + left;
        sheet.values_mut()[start..start + row.len()].copy_from_slice(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_stand_in_rows() {
        let tiles = [
            Plane::filled(4, 3, 1.0),
            Plane::filled(4, 3, 0.0),
            Plane::filled(8, 6, 0.5),
        ];
        let sheet = contact_sheet(&tiles, 2).expect("a sheet");
        assert_eq!((sheet.width(), sheet.height()), (10, 8));
        assert_eq!(
            (sheet.at(3, 2), sheet.at(6, 0), sheet.at(0, 5)),
            (1.0, 0.0, 0.5)
        );
        assert_eq!(sheet.at(4, 0), GAP_GREY);
        assert!(contact_sheet(&[], 3).is_err());
    }
}
