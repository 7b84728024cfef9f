//! Labels of a plain folder: found where people put them.
//!
//! A label lies in a folder `label`, `masks`, .. under the name of its image, or beside it as `a_mask.png`. Each is looked
//! for from the label's side, so that none is given to two images and none is passed over in silence: those that belong
//! to no image are listed with what else is used by nothing.

use super::Located;
use super::words::{Says, labelled, says};
use crate::data::volumes::is_volume;
use crate::data::{Content, Record};
use anyhow::{Result, bail, ensure};
use scanweave::study::Study;
use std::collections::BTreeMap;
use std::path::Path;

/// Where a picture belongs: the folders that tell it from others, and its stem, in lower case.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    folders: Vec<String>,
    stem: String,
}

impl Key {
    fn new<'a>(folders: impl Iterator<Item = &'a str>, stem: &str, study: &Study) -> Self {
        let tells = |folder: &&str| {
            let says = says(folder, study);
            !matches!(says, Says::Modality(_) | Says::Labels | Says::Pictures)
        };
        Self {
            folders: folders.filter(tells).map(str::to_lowercase).collect(),
            stem: stem.to_lowercase(),
        }
    }

    /// Whether the folders of one are among those of the other: labels often lie flat where images do not.
    fn fits(&self, other: &Self) -> bool {
        let within = |a: &[String], b: &[String]| a.iter().all(|folder| b.contains(folder));
        let (one, two) = (&self.folders, &other.folders);
        self.stem == other.stem && (within(one, two) || within(two, one))
    }
}

/// A case by where it belongs.
type Named = (Key, String);

/// Gives each label to the case that it belongs to.
///
/// # Errors
/// When a case has two labels or a label two cases, or a picture a volume for a label; the error names both.
pub fn attach(
    cases: &mut BTreeMap<String, Record>,
    labels: &[&Located],
    study: &Study,
) -> Result<()> {
    let mut keys: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for name in cases.keys() {
        let mut folders = name.split('/');
        let stem = folders.next_back().unwrap_or_default();
        let key = Key::new(folders, stem, study);
        let alike = keys.entry(key.stem.clone()).or_default();
        alike.push((key, name.clone()));
    }
    let mut given: BTreeMap<&str, &Path> = BTreeMap::new();
    for label in labels {
        let Some(name) = case_of(label, &keys, study)? else {
            continue;
        };
        if let Some(other) = given.insert(name, &label.path) {
            bail!(
                "two labels for one image: {} and {}: keep one of them, or name it in the column mask_file of manifest.csv",
                other.display(),
                label.path.display()
            );
        }
        let Some(Content::Files { label: of_case, .. }) =
            cases.get_mut(name).map(|record| &mut record.content)
        else {
            continue;
        };
        ensure!(
            !is_volume(&label.path),
            "{}: a volume is no label of a picture: name it with its slice in the columns mask_file and slice of manifest.csv",
            label.path.display()
        );
        *of_case = Some(label.path.clone().into());
    }
    Ok(())
}

/// The case that a label belongs to: under its own name, or under that before `_mask`.
fn case_of<'a>(
    label: &Located,
    keys: &'a BTreeMap<String, Vec<Named>>,
    study: &Study,
) -> Result<Option<&'a str>> {
    let stems = [Some(label.stem.as_str()), labelled(&label.stem)];
    for stem in stems.into_iter().flatten() {
        let key = Key::new(label.folders.iter().map(String::as_str), stem, study);
        let alike = keys.get(&key.stem).map(Vec::as_slice).unwrap_or_default();
        let whole = alike.iter().filter(|(k, _)| *k == key);
        let whole: Vec<&str> = whole.map(|(_, name)| name.as_str()).collect();
        if let [one, two, ..] = whole[..] {
            // They differ in the case of their letters alone.
            let mut written = whole.iter().filter(|n| n.rsplit('/').next() == Some(stem));
            let (Some(name), None) = (written.next(), written.next()) else {
                bail!(
                    "{}: it may be the label of {one} or of {two}: name it as its image is",
                    label.path.display()
                );
            };
            return Ok(Some(*name));
        }
        let mut fitting = alike.iter().filter(|(k, _)| k.fits(&key));
        let fitting = match (fitting.next(), fitting.next()) {
            (Some((_, name)), None) => Some(name.as_str()),
            _ => None,
        };
        if let Some(name) = whole.first().copied().or(fitting) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::folder::plain::empty;

    /// The label of each case, and what went wrong.
    fn attached(cases: &[&str], labels: &[&str]) -> Result<Vec<Option<String>>> {
        let study = Study::named("brain-mri").expect("built in");
        let source = Path::new("set");
        let record = |name: &&str| ((*name).to_owned(), empty(name, &study));
        let mut records: BTreeMap<String, Record> = cases.iter().map(record).collect();
        let labels = labels
            .iter()
            .map(|name| Located::new(source.join(name), source));
        let labels: Vec<Located> = labels.collect();
        attach(&mut records, &labels.iter().collect::<Vec<_>>(), &study)?;
        let of = |name: &&str| match &records[*name].content {
            Content::Files { label, .. } => {
                let path = label.as_ref().map(|picture| &picture.path);
                path.map(|path| crate::data::datasets::relative(path, source))
            }
            Content::Phantom { .. } => None,
        };
        Ok(cases.iter().map(of).collect())
    }

    #[test]
    fn labels_are_found_by_every_usual_name() {
        for (case, label) in [
            ("a", "label/a.png"),
            ("a", "label/a.tif"),
            ("a", "Labels/a.PNG"),
            ("a", "masks/A.png"),
            ("a", "label/a_mask.png"),
            ("a", "t1/a_seg.png"),
            ("a", "t1/a-label.png"),
            ("a_mask", "masks/a_mask.png"),
            ("scan.1", "label/scan.1.png"),
            ("train/images/a", "train/masks/a.png"),
            ("train/p1/a", "label/train/p1/a.png"),
            ("train/a", "seg/a.png"),
            ("a", "train/seg/a.png"),
        ] {
            let found = attached(&[case, "other/b"], &[label]).expect(label);
            assert_eq!(found, [Some(label.to_owned()), None], "{case}");
        }
    }

    #[test]
    fn a_label_is_given_to_no_other_image() {
        for (cases, label) in [
            (["scan.1", "scan.2"], "label/scan.png"),
            (["p1/0", "p2/0"], "label/0.png"),
            (["p1/0", "p1/1"], "label/p2/0.png"),
        ] {
            assert_eq!(attached(&cases, &[label]).expect(label), [None, None]);
        }
        let cases = ["a", "A"];
        let found = attached(&cases, &["label/A.png"]).expect("written alike");
        assert_eq!(found, [None, Some("label/A.png".into())]);
        let two = attached(&["a"], &["label/a.png", "masks/a_mask.png"]);
        let error = two.expect_err("two labels").to_string();
        assert!(
            error.contains("label/a.png") && error.contains("masks/a_mask.png"),
            "{error}"
        );
        let either = attached(&["ab", "Ab"], &["label/AB.png"]).expect_err("either");
        assert!(
            either.to_string().contains("label of Ab or of ab"),
            "{either}"
        );
        let volume = attached(&["a"], &["label/a.nii.gz"]).expect_err("a volume");
        assert!(
            volume.to_string().contains("a.nii.gz: a volume"),
            "{volume}"
        );
    }
}
