//! The files of a labelled data set, named and filled as `scanweave build` writes them into a folder:
//! either can be read back by `data prepare --dataset folder`.

use scanweave::dataset::{Dataset, Entry, HEADER, MARK, picture_name, provenance_name};

use super::csv;
use crate::model::protocol::{BuiltSubject, Pixels};
use crate::ui::png;

/// A file of an archive: its name and its bytes.
pub type File = (String, Vec<u8>);

/// What is written down of a subject.
pub fn entry(subject: &BuiltSubject) -> Entry {
    Entry {
        class: subject.class.map(|class| class as usize),
        lesion: subject.label.is_some(),
        provenance: subject.provenance.clone(),
    }
}

/// The files of one subject: its pictures, its label, how it came to be.
///
/// # Errors
/// When the provenance has no form as JSON.
pub fn files(subject: &BuiltSubject, dataset: &Dataset) -> Result<Vec<File>, serde_json::Error> {
    let index = subject.provenance.index;
    let text = format!(
        "{MARK} image, not for diagnosis. scanweave {}, study {}, seed {}, subject {index}.",
        dataset.version, dataset.study, dataset.seed
    );
    let picture = |stage: &str, pixels: &Pixels| {
        let png = png::grey(pixels.width, pixels.height, &pixels.bytes, &text);
        (picture_name(index, stage), png)
    };
    let mut files = vec![
        picture("structure", &subject.structure),
        picture("mask", &subject.mask),
    ];
    files.extend(subject.label.as_ref().map(|label| picture("label", label)));
    let images = subject.images.iter();
    files.extend(images.map(|(modality, pixels)| picture(modality, pixels)));
    let entry = serde_json::to_vec_pretty(&entry(subject))?;
    files.push((provenance_name(index), entry));
    Ok(files)
}

/// The files about the whole set: its description and the table of its pictures.
///
/// # Errors
/// When the description has no form as JSON.
pub fn about(dataset: &Dataset, entries: &[Entry]) -> Result<Vec<File>, serde_json::Error> {
    let mut table = csv::line(&HEADER);
    for entry in entries {
        for modality in &dataset.modalities {
            table += &csv::line(&dataset.row(entry.provenance.index, modality, entry));
        }
    }
    Ok(vec![
        ("dataset.json".into(), serde_json::to_vec_pretty(dataset)?),
        ("manifest.csv".into(), table.into_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::dataset::{Provenance, Recipe};
    use scanweave::study::Study;

    fn pixels(value: u8) -> Pixels {
        Pixels {
            width: 2,
            height: 1,
            bytes: vec![value; 2],
        }
    }

    fn subject() -> BuiltSubject {
        BuiltSubject {
            structure: pixels(255),
            mask: pixels(0),
            label: Some(pixels(2)),
            class: None,
            images: vec![("t1".into(), pixels(7)), ("flair".into(), pixels(8))],
            provenance: Provenance {
                seed: 5,
                index: 12,
                maps: 3,
                score: Some(0.5),
                contour_error: 0.25,
                accepted: true,
                noise: 9,
                found: vec![Some(0.5), None],
            },
        }
    }

    fn dataset() -> Dataset {
        let mut study = Study::named("brain-mri").expect("built in");
        study.modalities.retain(|m| m.name != "t1c");
        Dataset::of(&study, "Brain, small", "CC0", "ab", 5, Recipe::default())
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
        let text = b"SYNTHETIC image, not for diagnosis.".as_slice();
        assert!(label.windows(text.len()).any(|w| w == text));
        let written: Entry = serde_json::from_slice(&files[5].1).expect("an entry");
        assert_eq!(written, entry(&subject()));
    }

    #[test]
    fn the_table_has_a_line_per_picture() {
        let files = about(&dataset(), &[entry(&subject())]).expect("JSON");
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
}
