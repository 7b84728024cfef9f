//! Pictures that people look at: single planes and sheets of them, as PNG.

use std::path::Path;

use anyhow::Context as _;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use scanweave::image::Plane;
use scanweave::label::ClassMap;

use crate::files;

/// Pixels between two pictures of a sheet.
const GAP: usize = 2;
/// Grey between the pictures.
const PAPER: f32 = 0.25;

/// Writes one plane, 0..=1 as 8-bit grey.
pub fn save_plane(path: &Path, plane: &Plane) -> anyhow::Result<()> {
    save_bytes(path, &plane.to_u8(), plane.width(), plane.height())
}

/// Writes a label as 8-bit class numbers, 0 where there is no lesion.
pub fn save_label(path: &Path, label: &ClassMap) -> anyhow::Result<()> {
    save_bytes(path, label.values(), label.width(), label.height())
}

fn save_bytes(path: &Path, bytes: &[u8], width: usize, height: usize) -> anyhow::Result<()> {
    let mut png = Vec::new();
    let (width, height) = (width as u32, height as u32);
    PngEncoder::new(&mut png)
        .write_image(bytes, width, height, ExtendedColorType::L8)
        .with_context(|| format!("{} cannot be encoded", path.display()))?;
    files::write_whole(path, &png)
}

/// Writes rows of planes as one picture. Rows may have different lengths.
pub fn save_sheet(path: &Path, rows: &[Vec<Plane>]) -> anyhow::Result<()> {
    save_plane(path, &sheet(rows))
}

/// Rows of planes as one plane.
pub fn sheet(rows: &[Vec<Plane>]) -> Plane {
    let heights = rows
        .iter()
        .map(|row| row.iter().map(Plane::height).max().unwrap_or(0));
    let width_of = |row: &Vec<Plane>| row.iter().map(|p| p.width() + GAP).sum::<usize>();
    let width = rows.iter().map(width_of).max().unwrap_or(0) + GAP;
    let height = heights.clone().map(|h| h + GAP).sum::<usize>() + GAP;
    let mut sheet = Plane::filled(width, height, PAPER);
    let mut top = GAP;
    for (row, height) in rows.iter().zip(heights) {
        let mut left = GAP;
        for plane in row {
            paste(&mut sheet, plane, left, top);
            left += plane.width() + GAP;
        }
        top += height + GAP;
    }
    sheet
}

fn paste(sheet: &mut Plane, plane: &Plane, left: usize, top: usize) {
    for y in 0..plane.height() {
        for x in 0..plane.width() {
            sheet.set(left + x, top + y, plane.at(x, y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_stand_in_rows() {
        let rows = [
            vec![Plane::filled(4, 3, 1.0), Plane::filled(4, 3, 0.0)],
            vec![Plane::filled(4, 3, 0.5)],
        ];
        let sheet = sheet(&rows);
        assert_eq!((sheet.width(), sheet.height()), (14, 12));
        let inside = (sheet.at(2, 2), sheet.at(8, 2), sheet.at(2, 7));
        assert_eq!(inside, (1.0, 0.0, 0.5));
        assert_eq!(sheet.at(6, 2), PAPER);
    }
}
