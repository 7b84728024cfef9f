//! Boxes of a folder's images: a table `boxes.csv`, or a YOLO text file beside each image.
//!
//! The table has one row per box with the columns `image, class, x0, y0, x1, y1`: a file below the
//! folder, a class of the study by name, and two corners in pixels of that file as it is, the upper
//! left one first. Of a volume, a column `slice` says which slice. A row without class and corners
//! says that the image was looked at and shows no lesion, as an image does that has no row.
//! Without a table, `a.txt` holds the boxes of `a.png`; an image without one shows no lesion.

use crate::data::datasets::table::{Table, number};
use crate::data::datasets::{inside, relative};
use crate::data::{ListedBox, ListedBoxes, Picture};
use anyhow::{Context, Result, bail, ensure};
use scanweave::label::LabelKind;
use scanweave::label::boxes::yolo;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The table's file name.
pub const TABLE: &str = "boxes.csv";
/// The columns that it needs.
const COLUMNS: [&str; 6] = ["image", "class", "x0", "y0", "x1", "y1"];

/// Where the boxes of a folder's images stand.
pub struct Boxes<'a> {
    folder: &'a Path,
    kind: &'a LabelKind,
    table: Option<BTreeMap<Image, Vec<ListedBox>>>,
    /// Text files that were read.
    texts: RefCell<BTreeSet<PathBuf>>,
}

/// A file and its slice, where it is a volume.
type Image = (PathBuf, Option<usize>);

#[derive(Deserialize)]
struct Row {
    image: String,
    #[serde(default)]
    slice: Option<usize>,
    class: String,
    x0: String,
    y0: String,
    x1: String,
    y1: String,
}

impl<'a> Boxes<'a> {
    /// Reads the table of a folder, if the study's labels are boxes and it has one.
    ///
    /// # Errors
    /// When the table cannot be read or names an image or a class that is not there; the error names the
    /// line.
    pub fn of(folder: &'a Path, kind: &'a LabelKind) -> Result<Option<Self>> {
        if !kind.is_listed() {
            return Ok(None);
        }
        let table = folder.join(TABLE);
        let table = table.is_file().then(|| read(folder, &table, kind));
        Ok(Some(Self {
            folder,
            kind,
            table: table.transpose()?,
            texts: RefCell::default(),
        }))
    }

    /// The boxes of a case, on the first of its images that has any.
    ///
    /// # Errors
    /// When a text file is none; the error names file and line.
    pub fn of_case(&self, images: &[Option<Picture>]) -> Result<ListedBoxes> {
        for (modality, picture) in images.iter().enumerate() {
            let Some(picture) = picture else { continue };
            let boxes = self.of_image(picture)?;
            if !boxes.is_empty() {
                return Ok(ListedBoxes { modality, boxes });
            }
        }
        Ok(ListedBoxes::default())
    }

    fn of_image(&self, picture: &Picture) -> Result<Vec<ListedBox>> {
        if let Some(table) = &self.table {
            let image = (picture.path.clone(), picture.slice);
            return Ok(table.get(&image).cloned().unwrap_or_default());
        }
        let path = picture.path.with_extension("txt");
        if !path.is_file() {
            return Ok(Vec::new());
        }
        self.texts.borrow_mut().insert(path.clone());
        let name = path.display();
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("{name}: cannot be read"))?;
        let lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(number, line)| self.line(line, format!("{name}, line {number}")))
            .collect()
    }

    fn line(&self, line: &str, place: String) -> Result<ListedBox> {
        let (class, corners) = match yolo::parse(line) {
            Ok(found) => found,
            Err(why) => bail!("{place}: {why}"),
        };
        let classes = self.kind.classes();
        ensure!(
            class < classes.len(),
            "{place}: there is no class {class}; the study has {}, counted from 0: {}",
            classes.len(),
            classes.join(", ")
        );
        Ok(ListedBox {
            class,
            corners,
            shares: true,
            place,
        })
    }

    /// The files that hold the boxes of the cases asked for.
    pub fn used(&self) -> Vec<PathBuf> {
        let table = self.table.as_ref().map(|_| self.folder.join(TABLE));
        let texts = self.texts.borrow();
        table.into_iter().chain(texts.iter().cloned()).collect()
    }

    /// Refuses a folder without any boxes, once all cases were asked for.
    ///
    /// # Errors
    /// When there is neither a table nor a text file.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.table.is_some() || !self.texts.borrow().is_empty(),
            "{}: the study's labels are boxes, and there are none: add {TABLE} (image, class, x0, y0, x1, y1; pixels of the image) or a YOLO text file beside each image",
            self.folder.display()
        );
        Ok(())
    }
}

fn read(folder: &Path, table: &Path, kind: &LabelKind) -> Result<BTreeMap<Image, Vec<ListedBox>>> {
    let table = Table::read(table, &COLUMNS, &COLUMNS.join(","))?;
    let mut found: BTreeMap<Image, Vec<ListedBox>> = BTreeMap::new();
    for line in table.rows() {
        let place = table.place(line);
        let row: Row = table.fields(line)?;
        let image = inside(folder, &row.image).with_context(|| place.clone())?;
        ensure!(
            image.is_file(),
            "{place}: there is no image {} in the folder",
            relative(&image, folder)
        );
        let boxes = found.entry((image, row.slice)).or_default();
        boxes.extend(row.listed(kind, place)?);
    }
    Ok(found)
}

impl Row {
    /// The box of a row; none where the row says that there is none.
    fn listed(&self, kind: &LabelKind, place: String) -> Result<Option<ListedBox>> {
        let corners = [&self.x0, &self.y0, &self.x1, &self.y1].map(|cell| number(cell));
        let [x0, y0, x1, y1] = corners.map(|corner| corner.with_context(|| place.clone()));
        let corners = [x0?, y0?, x1?, y1?];
        if self.class.is_empty() && corners.iter().all(Option::is_none) {
            return Ok(None);
        }
        let [Some(x0), Some(y0), Some(x1), Some(y1)] = corners else {
            bail!(
                "{place}: a corner is missing; an image without a lesion has neither class nor corners"
            );
        };
        let class = kind.class_named(&self.class).with_context(|| {
            format!(
                "{place}: there is no class '{}'; the study has {}",
                self.class,
                kind.classes().join(", ")
            )
        })?;
        Ok(Some(ListedBox {
            class,
            corners: [x0, y0, x1, y1],
            shares: false,
            place,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Frame;
    use std::fs;

    fn kind() -> LabelKind {
        LabelKind::Boxes(vec!["nodule".into(), "mass".into()])
    }

    /// A folder with two images that are none, and these files.
    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("scanweave-boxes-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (file, content) in [("a.png", ""), ("b.png", "")].iter().chain(files) {
            fs::write(folder.join(file), content).expect("a file");
        }
        folder
    }

    fn of(folder: &Path, image: &str) -> Result<ListedBoxes> {
        let kind = kind();
        let boxes = Boxes::of(folder, &kind)?.expect("a study of boxes");
        let listed = boxes.of_case(&[None, Some(folder.join(image).into())]);
        listed.and_then(|listed| boxes.check().map(|()| listed))
    }

    #[test]
    fn a_table_lists_boxes_and_images_without() {
        let table = "image,class,x0,y0,x1,y1,reader\n\
                     a.png,mass,1,2,3.5,4,R1\n\
                     b.png,,,,,,R1\n\
                     a.png,Nodule,0,0,1,1,R2\n";
        let folder = folder("table", &[(TABLE, table)]);
        let found = of(&folder, "a.png").expect("two boxes");
        assert_eq!(found.modality, 1);
        let seen: Vec<_> = found.boxes.iter().map(|b| (b.class, b.corners)).collect();
        assert_eq!(seen, [(1, [1.0, 2.0, 3.5, 4.0]), (0, [0.0, 0.0, 1.0, 1.0])]);
        assert!(found.boxes[1].place.ends_with("boxes.csv, line 4"));
        assert!(of(&folder, "b.png").expect("no box").boxes.is_empty());
        let masks = LabelKind::Mask(kind().classes().to_vec());
        let none = Boxes::of(&folder, &masks).expect("nothing is read");
        assert!(none.is_none());
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn a_table_that_lies_is_refused_by_line() {
        let header = "image,class,x0,y0,x1,y1\na.png,mass,0,0,1,1\n";
        for (name, row, said) in [
            ("image", "c.png,mass,0,0,1,1", "no image c.png"),
            ("up", "../a.png,mass,0,0,1,1", "must be a path below"),
            (
                "class",
                "a.png,tumour,0,0,1,1",
                "'tumour'; the study has nodule, mass",
            ),
            ("corner", "a.png,mass,0,,1,1", "a corner is missing"),
            ("unnamed", "a.png,,0,0,1,1", "no class ''"),
            ("number", "a.png,mass,0,zero,1,1", "no number"),
        ] {
            let folder = folder(name, &[(TABLE, &format!("{header}{row}\n"))]);
            let error = format!("{:#}", of(&folder, "a.png").expect_err(name));
            let line = error.contains("boxes.csv, line 3");
            assert!(line && error.contains(said), "{name}: {error}");
            fs::remove_dir_all(folder).expect("cleaned");
        }
        let folder = folder("columns", &[(TABLE, "image,class,xmin\n")]);
        let error = format!("{:#}", of(&folder, "a.png").expect_err("columns"));
        assert!(error.contains("no column x0"), "{error}");
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn corners_are_judged_with_their_image() {
        let table = "image,class,x0,y0,x1,y1\n\
                     a.png,mass,0,0,65,1\na.png,mass,9,0,3,1\na.png,mass,NaN,0,3,1\n";
        let folder = folder("corners", &[(TABLE, table)]);
        let found = of(&folder, "a.png").expect("they are numbers");
        for (one, said) in found
            .boxes
            .iter()
            .zip(["64 x 64", "upper left", "no number"])
        {
            let error = one.framed((64, 64), Frame::SQUARE, 32).expect_err(said);
            let error = format!("{error:#}");
            assert!(
                error.contains(&one.place) && error.contains(said),
                "{error}"
            );
        }
        fs::remove_dir_all(folder).expect("cleaned");
    }

    #[test]
    fn yolo_text_lies_beside_the_images() {
        let folder = folder("yolo", &[("a.txt", "1 0.5 0.25 0.5 0.5\n\n")]);
        let found = of(&folder, "a.png").expect("a box").boxes;
        let one = found[0]
            .framed((200, 100), Frame::SQUARE, 64)
            .expect("a box");
        assert_eq!(
            (one.class, [one.left, one.top, one.right, one.bottom]),
            (1, [16.0, 0.0, 48.0, 32.0])
        );
        for (line, said) in [("2 .5 .5 .1 .1", "no class 2"), ("0 .5 .5", "five numbers")] {
            fs::write(folder.join("a.txt"), format!("0 .5 .5 .1 .1\n{line}\n")).expect("a file");
            let error = format!("{:#}", of(&folder, "a.png").expect_err(line));
            assert!(
                error.contains("a.txt, line 2") && error.contains(said),
                "{error}"
            );
        }
        fs::remove_file(folder.join("a.txt")).expect("removed");
        let error = format!("{:#}", of(&folder, "a.png").expect_err("no boxes at all"));
        assert!(
            error.contains("boxes.csv") && error.contains("YOLO"),
            "{error}"
        );
        fs::remove_dir_all(folder).expect("cleaned");
    }
}
