//! A prepared file as pictures and tables: what a training sees, for people and for other programs.

use super::Prepared;
use super::prepared::{Header, Item};
use crate::files;
use crate::picture;
use anyhow::{Context, Result, ensure};
use scanweave::image::{Image, Plane};
use scanweave::label::LabelBox;
use scanweave::table::guarded;
use std::path::Path;

/// The table of all items.
pub const ITEMS: &str = "items.csv";
/// The table of all boxes, of a study that has them.
pub const BOXES: &str = "boxes.csv";

/// Writes every item into a new or empty folder: `items.csv`; per item `N-MODALITY.png`, its structure map `N-map.png`
/// (white lines), its mask `N-mask.png` (white background) and, where it has a mask of lesions, `N-label.png` (each
/// pixel the number of its class, 0 where there is no lesion); the boxes of all in `boxes.csv`, pixels of the
/// pictures. `done` is called after each item.
///
/// # Errors
/// When the folder holds something, or cannot be written.
pub fn unpack(prepared: &Prepared, folder: &Path, done: impl Fn()) -> Result<()> {
    files::create_folder(folder)?;
    let mut there = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    ensure!(
        there.next().is_none(),
        "{}: the folder is not empty: name a new one",
        folder.display()
    );
    let header = &prepared.header;
    let mut items = csv::Writer::from_writer(Vec::new());
    items.write_record([
        "item",
        "subject",
        "split",
        "class",
        "source",
        "modalities",
        "label",
    ])?;
    let mut boxes = csv::Writer::from_writer(Vec::new());
    boxes.write_record(["item", "class", "x0", "y0", "x1", "y1"])?;
    for (number, item) in prepared.items.iter().enumerate() {
        let number = format!("{number:06}");
        let modalities = pictures(header, item, &folder.join(&number))?;
        let class = item
            .label
            .class()
            .and_then(|class| header.label.classes().get(class));
        let has_label = if item.label.picture().is_some() {
            "yes"
        } else {
            ""
        };
        let row: [&str; 7] = [
            &number,
            &guarded(&item.subject),
            item.split.name(),
            &guarded(class.map_or("", String::as_str)),
            &guarded(&item.source),
            &modalities.join(" "),
            has_label,
        ];
        items.write_record(row)?;
        for one in item.label.boxes().unwrap_or_default() {
            boxes.write_record(row_of(&number, one, header))?;
        }
        done();
    }
    if prepared
        .items
        .iter()
        .any(|item| item.label.boxes().is_some())
    {
        files::write_whole(&folder.join(BOXES), &boxes.into_inner()?)?;
    }
    files::write_whole(&folder.join(ITEMS), &items.into_inner()?)
}

/// Writes the pictures of an item; the modalities that it has.
fn pictures(header: &Header, item: &Item, begin: &Path) -> Result<Vec<String>> {
    let size = header.size;
    let named = |what: &str| {
        let mut name = begin.as_os_str().to_owned();
        name.push(format!("-{what}.png"));
        name
    };
    let mut modalities = Vec::new();
    for (modality, bytes) in header.modalities.iter().zip(&item.images) {
        let Some(bytes) = bytes else { continue };
        let image = modality.channels.shown(&Image::of_u8(size, size, bytes)?);
        picture::save_image(named(&modality.name).as_ref(), &image)?;
        modalities.push(modality.name.clone());
    }
    for (what, bits) in [("map", &item.structure), ("mask", &item.mask)] {
        let values = bits.iter().map(|&bit| f32::from(bit)).collect();
        let plane = Plane::new(size, size, values)?;
        picture::save_plane(named(what).as_ref(), &plane)?;
    }
    if let Some(label) = item.label.picture() {
        picture::save_label(named("label").as_ref(), label)?;
    }
    Ok(modalities)
}

fn row_of(number: &str, one: &LabelBox, header: &Header) -> [String; 6] {
    let class = header.label.classes().get(one.class);
    [
        number.to_owned(),
        class.map_or_else(String::new, |class| guarded(class).into_owned()),
        one.left.to_string(),
        one.top.to_string(),
        one.right.to_string(),
        one.bottom.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::phantom;
    use crate::data::prepare::{Lenience, prepare};
    use scanweave::study::Study;

    #[test]
    fn what_is_unpacked_is_what_was_prepared() {
        let study = Study::named("phantom-brain").expect("built in");
        let records = phantom::records(&study, 4, 3).expect("phantoms");
        let prepared = prepare(&study, 32, &records, Lenience::default(), || {}).expect("prepared");
        let prepared = prepared.data;
        let folder = tempfile::tempdir().expect("a folder");
        unpack(&prepared, folder.path(), || {}).expect("unpacked");
        let grey = |name: &str| {
            let read = image::open(folder.path().join(name));
            read.unwrap_or_else(|e| panic!("{name}: {e}"))
                .to_luma8()
                .into_raw()
        };
        let item = &prepared.items[3];
        assert_eq!(Some(grey("000003-flair.png")), item.images[3]);
        let bits = |bits: &[u8]| bits.iter().map(|b| 255 * b).collect::<Vec<_>>();
        assert_eq!(grey("000003-map.png"), bits(&item.structure));
        assert_eq!(grey("000003-mask.png"), bits(&item.mask));
        let label = item.label.picture().expect("a lesion");
        assert_eq!(grey("000003-label.png"), label.values());
        let table = csv::Reader::from_path(folder.path().join(ITEMS));
        let rows: Vec<csv::StringRecord> = table
            .expect("a table")
            .records()
            .map(|r| r.expect("a row"))
            .collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(
            (&rows[3][1], &rows[3][2]),
            (&*item.subject, item.split.name())
        );
        assert_eq!(&rows[3][5], "t1 t1c t2 flair");
        let again = unpack(&prepared, folder.path(), || {}).expect_err("it holds something");
        assert!(again.to_string().contains("not empty"));
    }
}
