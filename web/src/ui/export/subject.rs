//! The files of a labelled data set, named and filled as `scanweave build` writes them into a folder:
//! either can be read back by `data prepare --dataset folder`.

use scanweave::dataset::{
    ANNOTATIONS, Dataset, Entry, HEADER, MARK, boxes_name, picture_name, provenance_name,
};
use scanweave::label::boxes::yolo;

use super::csv;
use crate::model::protocol::{BuiltSubject, Pixels};
use crate::ui::png;

/// A file of an archive: its name and its bytes.
pub type File = (String, Vec<u8>);

/// What is written down of a subject.
pub fn entry(subject: &BuiltSubject) -> Entry {
    Entry::of(&subject.label, subject.provenance.clone())
}

/// The files of one subject: its pictures, its label as a picture or as boxes, how it came to be; the last alone of
/// one that the filter leaves out.
///
/// # Errors
/// When the provenance has no form as JSON.
pub fn files(subject: &BuiltSubject, dataset: &Dataset) -> Result<Vec<File>, serde_json::Error> {
    let entry = entry(subject);
    let mut files = Vec::new();
    if dataset.keeps(&entry) {
        files = pictures(subject, dataset);
    }
    let text = serde_json::to_vec_pretty(&entry)?;
    files.push((provenance_name(subject.provenance.index), text));
    Ok(files)
}

fn pictures(subject: &BuiltSubject, dataset: &Dataset) -> Vec<File> {
    let index = subject.provenance.index;
    let text = |what: &str| {
        format!(
            "{MARK} {what}, not for diagnosis. Sample. scanweave {}, study {}, seed {}, subject {index}.",
            dataset.version, dataset.study, dataset.seed
        )
    };
    let picture = |stage: &str, what: &str, pixels: &Pixels| {
        (
            picture_name(index, stage),
            png::picture(pixels, &text(what)),
        )
    };
    let mut files = vec![
        picture("structure", "structure map", &subject.structure),
        picture("mask", "mask", &subject.mask),
    ];
    files.extend(subject.label.picture().map(|map| {
        let (width, height) = (map.width() as u32, map.height() as u32);
        let png = png::grey(width, height, map.values(), &text("label"));
        (picture_name(index, "label"), png)
    }));
    for (modality, pixels) in &subject.images {
        files.push(picture(modality, "image", pixels));
        files.extend(subject.label.boxes().map(|boxes| {
            let text = yolo::text(boxes, pixels.width() as usize);
            (boxes_name(index, modality), text.into_bytes())
        }));
    }
    files
}

/// The files about the whole set of pictures of `size` x `size` pixels: its description, the table of the pictures
/// of the subjects that stay, and their boxes where there are any.
///
/// # Errors
/// When the description has no form as JSON.
pub fn about(
    dataset: &Dataset,
    size: usize,
    entries: &[Entry],
) -> Result<Vec<File>, serde_json::Error> {
    let mut table = csv::line(&HEADER);
    for entry in entries.iter().filter(|entry| dataset.keeps(entry)) {
        for modality in &dataset.modalities {
            table += &csv::line(&dataset.row(entry.provenance.index, modality, entry));
        }
    }
    let mut files = vec![
        ("dataset.json".into(), serde_json::to_vec_pretty(dataset)?),
        ("manifest.csv".into(), table.into_bytes()),
    ];
    if let Some(annotations) = dataset.annotations(size, entries) {
        files.push((ANNOTATIONS.into(), serde_json::to_vec_pretty(&annotations)?));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::dataset::{Provenance, Settings};
    use scanweave::label::{ClassMap, Label, LabelBox};
    use scanweave::study::Study;

    fn pixels(value: u8) -> Pixels {
        Pixels::new(2, 1, vec![value; 2]).expect("two greys")
    }

    fn subject() -> BuiltSubject {
        BuiltSubject {
            structure: pixels(255),
            mask: pixels(0),
            label: Label::Mask(ClassMap::new(2, 1, vec![2; 2]).expect("two pixels")),
            images: vec![("t1".into(), pixels(7)), ("flair".into(), pixels(8))],
            provenance: Provenance {
                seed: 5,
                index: 12,
                maps: 3,
                score: Some(0.5),
                contour_error: 0.25,
                ragged: 0.01,
                accepted: true,
                noise: 9,
                found: vec![Some(0.5), None],
            },
        }
    }

    fn dataset() -> Dataset {
        let mut study = Study::named("brain-mri").expect("built in");
        study.modalities.retain(|m| m.name != "t1c");
        Dataset::of(&study, "Brain, small", "CC0", "ab", 5, Settings::default())
    }

    #[test]
    fn a_subject_is_named_as_the_trainer_names_it() {
        let files = files(&subject(), &dataset()).expect("JSON");
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        let expected = [
            "000012-structure.png",
            "000012-mask.png",
            "000012-label.png",
            "000012-t1.png",
            "000012-flair.png",
            "000012.json",
        ];
        assert_eq!(names, expected);
        let label = &files[2].1;
        let text = b"SYNTHETIC label, not for diagnosis.".as_slice();
        assert!(label.windows(text.len()).any(|w| w == text));
        let written: Entry = serde_json::from_slice(&files[5].1).expect("an entry");
        assert_eq!(written, entry(&subject()));
    }

    #[test]
    fn of_a_refused_subject_only_how_it_came_to_be_stays_unless_it_is_asked_for() {
        let mut refused = subject();
        refused.provenance.accepted = false;
        for keep_refused in [false, true] {
            let mut dataset = dataset();
            dataset.settings.keep_refused = keep_refused;
            let files = files(&refused, &dataset).expect("JSON");
            assert_eq!(files.len(), if keep_refused { 6 } else { 1 });
            let (name, text) = files.last().expect("a file");
            assert_eq!(name, "000012.json");
            let written: Entry = serde_json::from_slice(text).expect("an entry");
            assert_eq!(written, entry(&refused));
            let about = about(&dataset, 2, &[written]).expect("JSON");
            let table = String::from_utf8(about[1].1.clone()).expect("text");
            assert_eq!(table.lines().count(), if keep_refused { 3 } else { 1 });
        }
    }

    #[test]
    fn a_modality_in_colour_is_a_picture_in_colour() {
        let colours = Pixels::new(2, 1, vec![9, 8, 7, 6, 5, 4]).expect("two colours");
        let subject = BuiltSubject {
            images: vec![("fundus".into(), colours.clone())],
            ..subject()
        };
        let files = files(&subject, &dataset()).expect("JSON");
        let (name, bytes) = &files[3];
        assert_eq!(name, "000012-fundus.png");
        let text = "SYNTHETIC image, not for diagnosis.";
        // The header's last bytes: eight bits, colour type 2.
        assert_eq!(bytes[24..26], [8, 2]);
        assert!(bytes.windows(text.len()).any(|w| w == text.as_bytes()));
        assert_eq!(files[0].1[24..26], [8, 0], "its structure map is grey");
    }

    #[test]
    fn the_table_has_a_line_per_picture() {
        let files = about(&dataset(), 2, &[entry(&subject())]).expect("JSON");
        let names: Vec<&str> = files.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(names, ["dataset.json", "manifest.csv"]);
        let set: Dataset = serde_json::from_slice(&files[0].1).expect("a data set");
        assert_eq!(set, dataset());
        let table = String::from_utf8(files[1].1.clone()).expect("text");
        let expected = "file,modality,subject,slice,label,source,split,group,mask_file,structure_score,contour_error,accepted\n\
            000012-t1.png,t1,synthetic-000012,0,,SYNTHETIC,train,000012,000012-label.png,0.5000,0.2500,true\n\
            000012-flair.png,flair,synthetic-000012,0,,SYNTHETIC,train,000012,000012-label.png,0.5000,0.2500,true\n";
        assert_eq!(table, expected);
    }

    #[test]
    fn boxes_are_written_as_yolo_and_coco_have_them() {
        let boxed = BuiltSubject {
            label: Label::Boxes(vec![LabelBox {
                class: 1,
                left: 0.0,
                top: 0.0,
                right: 1.0,
                bottom: 2.0,
            }]),
            ..subject()
        };
        let dataset = Dataset {
            classes: vec!["nodule".into(), "mass".into()],
            ..dataset()
        };
        let files = files(&boxed, &dataset).expect("JSON");
        let text = files.iter().find(|f| f.0 == "000012-flair.txt");
        let expected = b"1 0.250000 0.500000 0.500000 1.000000\n";
        assert_eq!(text.expect("beside the image").1, expected);
        assert!(files.iter().all(|f| f.0 != "000012-label.png"));
        let about = about(&dataset, 2, &[entry(&boxed)]).expect("JSON");
        let (name, json) = &about[2];
        assert_eq!(name, "annotations.json");
        let json: serde_json::Value = serde_json::from_slice(json).expect("JSON");
        assert_eq!(json["images"][1]["file_name"], "000012-flair.png");
        assert_eq!(json["annotations"][0]["category_id"], 2);
        assert_eq!(
            json["annotations"][1]["bbox"],
            serde_json::json!([0.0, 0.0, 1.0, 2.0])
        );
    }
}
