//! A folder of images: with a table `manifest.csv`, or plain folders whose names say what lies in them.
//!
//! Everything that can be wrong without a word is said: how subjects were told apart, which words mean nothing to the
//! study, and what lies in the folder and is used by nothing.

mod boxes;
mod labels;
mod manifest;
mod names;
mod plain;
pub(super) mod subjects;
mod survey;
mod words;

use super::located::{Located, stem, unused};
use super::walk::files_below;
use super::{Listing, check_folder, counted, first, relative};
use crate::data::{Content, Record};
use anyhow::{Result, ensure};
use boxes::Boxes;
use regex_lite::Regex;
use scanweave::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The table's file name.
pub const MANIFEST: &str = "manifest.csv";
/// Names shown of many.
const SHOWN: usize = 5;

/// What is asked beside the study.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Rows of the table are taken that have these values in these columns.
    pub only: &'a [(String, String)],
    /// What tells subjects from paths, in its first group.
    pub subject: Option<&'a Regex>,
}

/// What one of the two layouts holds.
struct Found {
    /// Their subjects are empty where the data set does not name them.
    records: Vec<Record>,
    /// Files that the table or the layout names, whether or not they are taken.
    named: BTreeSet<PathBuf>,
    notes: Vec<String>,
}

/// Lists what lies in `source`, by its table if it has one.
///
/// # Errors
/// When nothing in the folder belongs to the study (the error says what was found), when a name can be understood in two
/// ways, or when an option names something that is not there.
pub fn records(source: &Path, study: &Study, options: Options) -> Result<Listing> {
    check_folder(source)?;
    let files = files_below(source)?.into_iter();
    let files: Vec<Located> = files.map(|path| Located::new(path, source)).collect();
    let manifest = source.join(MANIFEST);
    let mut found = if manifest.is_file() {
        manifest::read(source, &files, study, options.only)?
    } else {
        ensure!(
            options.only.is_empty(),
            "{}: --only needs a {MANIFEST}, and there is none",
            source.display()
        );
        plain::read(source, &files, study)?
    };
    let paths: Vec<String> = found
        .records
        .iter()
        .map(|record| image_of(record, source))
        .collect();
    let mut notes = subjects::fill_in(&mut found.records, &paths, study, options.subject)?;
    notes.extend(subjects::alike(&found.records));
    notes.append(&mut found.notes);
    if let Some(listed) = Boxes::of(source, &study.lesion)? {
        for record in &mut found.records {
            if let Content::Files { images, boxes, .. } = &mut record.content {
                *boxes = Some(listed.of_case(images)?);
            }
        }
        listed.check()?;
        found.named.extend(listed.used());
    }
    found.named.insert(manifest);
    notes.extend(unused(&files, &found.named));
    let records = found.records;
    Ok(Listing { records, notes })
}

/// The path of a record's first image below the data set's folder.
fn image_of(record: &Record, source: &Path) -> String {
    let Content::Files { images, .. } = &record.content else {
        return record.source.clone();
    };
    let first = images.iter().flatten().next();
    first.map_or_else(
        || record.source.clone(),
        |image| relative(&image.path, source),
    )
}

/// Whether the study's label is a class of the whole image.
fn labels_whole_images(study: &Study) -> bool {
    study.lesion.whole(0).is_some()
}

/// What to say of words that stand where a class should, with how many images have each.
fn unknown_classes(words: &BTreeMap<String, usize>, study: &Study) -> Option<String> {
    (!words.is_empty()).then(|| {
        format!(
            "no classes of study {} ({}) are {}: these images are kept without a class",
            study.name,
            study.lesion.classes().join(", "),
            tally(words, "image")
        )
    })
}

/// Words that were met, with what they stand on, for a message: `COVID (3 images)`.
fn tally(words: &BTreeMap<String, usize>, what: &str) -> String {
    let told = words
        .iter()
        .map(|(word, &count)| format!("{word} ({})", counted(count, what)));
    first(told, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use scanweave::label::LabelKind;
    use std::fs;

    /// A folder with these files.
    fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("scanweave-folder-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (file, content) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        folder
    }

    fn study(name: &str) -> Study {
        Study::named(name).expect("built in")
    }

    /// What is listed of a folder, which is removed.
    fn listed(folder: PathBuf, name: &str) -> Result<Listing> {
        let listing = records(&folder, &study(name), Options::default());
        fs::remove_dir_all(folder).expect("cleaned");
        listing
    }

    fn refusal(folder: PathBuf, name: &str) -> String {
        format!("{:#}", listed(folder, name).expect_err("refused"))
    }

    /// Which images a record has, and whether it has a label.
    fn files(record: &Record) -> (Vec<bool>, bool) {
        match &record.content {
            Content::Files { images, label, .. } => (
                images.iter().map(Option::is_some).collect(),
                label.is_some(),
            ),
            Content::Phantom { .. } => panic!("files expected"),
        }
    }

    type Short<'a> = (&'a str, &'a str, Option<Split>, Option<usize>);

    fn short<'a>(listing: &'a Listing) -> Vec<Short<'a>> {
        let records = listing.records.iter();
        let of = |r: &'a Record| (r.source.as_str(), r.subject.as_str(), r.split, r.class);
        records.map(of).collect()
    }

    const TRAIN: Option<Split> = Some(Split::Train);
    const TEST: Option<Split> = Some(Split::Test);

    #[test]
    fn a_table_gives_subject_split_and_class() {
        let table = "file,modality,subject,label,split,group\n\
                     ./b.png,xray,p2,pneumonia,testing,virus\n\
                     img\\a.png,xray,p1,normal,Training,\n\
                     d.png,xray,p4,covid,val,\n\
                     c.png,ct,p3,,,\n";
        let files = [(MANIFEST, table), ("notes.txt", ""), ("unlisted.png", "")];
        let place = folder("table", &files);
        let options = |only| Options {
            only,
            ..Options::default()
        };
        let all = records(&place, &study("chest-xray"), options(&[])).expect("three rows");
        let rows = [
            ("b.png", "p2", TEST, Some(2)),
            ("d.png", "p4", Some(Split::Validation), None),
            ("img/a.png", "p1", TRAIN, Some(0)),
        ];
        assert_eq!(short(&all), rows);
        assert_eq!(
            all.notes,
            [
                "left out are other modalities than the study's: ct (1 row)",
                "no classes of study chest-xray (normal, bacteria, virus) are covid (1 image): these images are kept without a class",
                "2 files in the folder are used by nothing: unlisted.png, notes.txt",
            ]
        );
        let only = |column: &str, text: &str| [(column.to_owned(), text.to_owned())];
        let virus = only("Group", "virus");
        let virus = records(&place, &study("chest-xray"), options(&virus)).expect("one row");
        assert_eq!(short(&virus), rows[..1]);
        let colour = only("colour", "red");
        let error = records(&place, &study("chest-xray"), options(&colour));
        let error = format!("{:#}", error.expect_err("no such column"));
        assert!(
            error.contains("'colour'") && error.contains("group"),
            "{error}"
        );
        let error = refusal(place, "retina");
        assert!(
            error.contains("found: ct (1 row), xray (3 rows)") && error.contains("fundus"),
            "{error}"
        );
    }

    #[test]
    fn modalities_of_a_slice_are_one_case() {
        let table = "file,modality,subject,slice,source,split,group,mask_file\n\
                     1_t1.png,t1,s,1,set,train,s_1,1_m.png\n\
                     1_flair.png,flair,s,1,set,train,s_1,1_m.png\n\
                     2_flair.png,flair,s,2,set,train,s_2,\n";
        let found = listed(folder("slices", &[(MANIFEST, table)]), "brain-mri");
        let found = found.expect("two cases").records;
        assert_eq!(found.len(), 2);
        assert_eq!(files(&found[0]), (vec![true, false, true], true));
        assert_eq!(files(&found[1]), (vec![false, false, true], false));
    }

    #[test]
    fn a_slice_of_a_volume_is_a_case() {
        let table = "file,modality,subject,slice,group,mask_file\n\
                     p1/t1.nii.gz,t1,p1,7,p1,p1/m.mha\n\
                     p1/flair.MHA,flair,p1,7,p1,p1/m.mha\n\
                     p1/flair.MHA,flair,p1,8,p1,\n";
        let found = listed(folder("volumes", &[(MANIFEST, table)]), "brain-mri");
        let found = found.expect("two cases").records;
        assert_eq!(found.len(), 2);
        assert_eq!(files(&found[0]), (vec![true, false, true], true));
        let Content::Files { images, label, .. } = &found[0].content else {
            panic!("files expected")
        };
        let slices = images.iter().flatten().chain(label).map(|p| p.slice);
        assert!(slices.eq([Some(7); 3]));

        let table = "file,modality,slice\na.nii,xray,1\na.nii,xray,0\nb.nii,xray,0\n";
        let found = listed(folder("volume", &[(MANIFEST, table)]), "chest-xray");
        let found = found.expect("three slices");
        let seen: Vec<_> = short(&found).iter().map(|r| (r.0, r.1)).collect();
        assert_eq!(
            seen,
            [
                ("a.nii, slice 0", "a"),
                ("a.nii, slice 1", "a"),
                ("b.nii, slice 0", "b")
            ]
        );
    }

    #[test]
    fn rows_without_a_subject_are_understood_as_files_are() {
        let table = "file,modality,subject\n\
                     p1_1.png,xray,\np1_2.png,xray,\np2_1.png,xray,\nx_7.png,xray,p9\n";
        let place = folder("rows", &[(MANIFEST, table)]);
        let rule = Regex::new(r"_(\d)").expect("an expression");
        let given = Options {
            subject: Some(&rule),
            ..Options::default()
        };
        let given = records(&place, &study("chest-xray"), given).expect("four rows");
        let found = listed(place, "chest-xray").expect("four rows");
        let subjects = |listing| -> Vec<String> {
            let rows = short(listing).into_iter();
            rows.map(|row| row.1.to_owned()).collect()
        };
        assert_eq!(subjects(&found), ["p1", "p1", "p2", "p9"]);
        let said = "2 subjects by file name, e.g. p1 <- p1_1.png, p1_2.png";
        assert!(found.notes[0].starts_with(said), "{:?}", found.notes);
        assert_eq!(subjects(&given), ["1", "2", "1", "7"]);
    }

    #[test]
    fn a_table_that_lies_is_refused() {
        for (name, table, study, expected) in [
            (
                "up",
                "file,modality\n../a.png,xray\n",
                "chest-xray",
                "line 2: the file name '../a.png' must be a path below",
            ),
            (
                "columns",
                "name,modality\na.png,xray\n",
                "chest-xray",
                "no column file; the heading line found is 'name,modality'",
            ),
            (
                "empty",
                "file,modality\n",
                "chest-xray",
                "found: no row, and beside the table nothing",
            ),
            (
                "slice",
                "file,modality,slice\na.nii,xray,top\n",
                "chest-xray",
                "from 0, not 'top'",
            ),
            (
                "split",
                "file,modality,split\na.png,xray,train\nb.png,xray,fold2\n",
                "chest-xray",
                "line 3: the split 'fold2' is none of train, training, trn, val, valid, validation, dev, test, testing, tst",
            ),
            (
                "twice",
                "file,modality\na.png,xray\n./a.png,xray\n",
                "chest-xray",
                "line 3: two xray images of the same case",
            ),
            (
                "masks",
                "file,modality,group,mask_file\na.png,t1,g,m.png\nb.png,flair,g,n.png\n",
                "brain-mri",
                "line 3: two labels of the same case",
            ),
        ] {
            let error = refusal(folder(name, &[(MANIFEST, table)]), study);
            assert!(
                error.contains(expected) && error.contains(MANIFEST),
                "{error}"
            );
        }
        let empty = refusal(folder("nothing", &[]), "chest-xray");
        assert!(empty.contains("scanweave-folder-nothing"), "{empty}");
    }

    #[test]
    fn plain_folders_are_matched_by_name() {
        let lying = [
            ("T1/a.png", ""),
            ("flair/a.tif", ""),
            ("flair/b.png", ""),
            ("masks/a_mask.TIF", ""),
            ("masks/c.png", ""),
            ("Thumbs.db", ""),
        ];
        let found = listed(folder("brain", &lying), "brain-mri").expect("two cases");
        assert_eq!(files(&found.records[0]), (vec![true, false, true], true));
        assert_eq!(files(&found.records[1]), (vec![false, false, true], false));
        assert_eq!(
            found.notes[1..],
            [
                "cases with a label: 1 of 2, e.g. a <- masks/a_mask.TIF",
                "1 file in the folder is used by nothing: masks/c.png"
            ]
        );

        let lying = [
            ("testing/virus/patient7_1.png", ""),
            ("train/Normal/patient3_1.jpeg", ""),
            ("train/Normal/patient3_2.jpeg", ""),
            ("train/COVID/patient4.png", ""),
            ("train/COVID/patient4_mask.png", ""),
            ("notes.txt", ""),
        ];
        let found = listed(folder("chest", &lying), "chest-xray").expect("four images");
        assert_eq!(
            short(&found),
            [
                ("testing/virus/patient7_1", "patient7", TEST, Some(2)),
                ("train/COVID/patient4", "patient4", TRAIN, None),
                ("train/Normal/patient3_1", "patient3", TRAIN, Some(0)),
                ("train/Normal/patient3_2", "patient3", TRAIN, Some(0)),
            ]
        );
        assert_eq!(
            found.notes[1..],
            [
                "no classes of study chest-xray (normal, bacteria, virus) are COVID (1 image): these images are kept without a class",
                "2 files in the folder are used by nothing: train/COVID/patient4_mask.png, notes.txt",
            ]
        );
    }

    #[test]
    fn modalities_lie_below_splits_and_patients_too() {
        let lying = [
            ("train/p1/t1/0.png", ""),
            ("train/p1/flair/0.png", ""),
            ("test/p2/t1/0.png", ""),
            ("test/p2/label/0.png", ""),
            ("test/p2/t2/0.png", ""),
        ];
        let found = listed(folder("below", &lying), "brain-mri").expect("two cases");
        let seen: Vec<_> = short(&found).iter().map(|r| (r.0, r.1, r.2)).collect();
        assert_eq!(
            seen,
            [("test/p2/0", "p2", TEST), ("train/p1/0", "p1", TRAIN)]
        );
        assert!(files(&found.records[0]).1 && !files(&found.records[1]).1);
        let unused = "1 file in the folder is used by nothing: test/p2/t2/0.png";
        assert_eq!(found.notes.last().map(String::as_str), Some(unused));
    }

    #[test]
    fn drawings_are_no_images_of_their_own() {
        let lying = [
            ("images/01_dr.jpg", ""),
            ("manual1/01_dr.tif", ""),
            ("mask/01_dr_mask.tif", ""),
            ("images/02_h.jpg", ""),
        ];
        let found = listed(folder("eyes", &lying), "retina").expect("two photographs");
        let seen: Vec<_> = short(&found).iter().map(|r| (r.0, r.1)).collect();
        assert_eq!(seen, [("images/01_dr", "01"), ("images/02_h", "02")]);
        let unused =
            "2 files in the folder are used by nothing: manual1/01_dr.tif, mask/01_dr_mask.tif";
        assert_eq!(found.notes[1..], [unused]);
        let mut vessels = study("retina");
        vessels.lesion = LabelKind::Mask(vec!["vessels".into()]);
        let place = folder("vessels", &lying);
        let found = records(&place, &vessels, Options::default());
        fs::remove_dir_all(place).expect("cleaned");
        let found = found.expect("two photographs");
        let labelled: Vec<bool> = found.records.iter().map(|r| files(r).1).collect();
        assert_eq!(labelled, [true, false]);
        let unused = "1 file in the folder is used by nothing: mask/01_dr_mask.tif";
        assert_eq!(found.notes.last().map(String::as_str), Some(unused));
    }

    #[test]
    fn what_cannot_be_listed_is_named() {
        let two = folder("two", &[("xray/a.png", ""), ("xray/a.jpg", "")]);
        let error = refusal(two, "chest-xray");
        assert!(
            error.contains("xray/a.jpg") && error.contains("xray/a.png"),
            "{error}"
        );
        let volumes = folder("deep", &[("t1/a.nii.gz", ""), ("flair/a.nii.gz", "")]);
        let error = refusal(volumes, "brain-mri");
        let row = "`file,modality,subject,slice` and `flair/a.nii.gz,flair,a,40`";
        assert!(
            error.contains("2 volumes are not read") && error.contains(row),
            "{error}"
        );
    }
}
