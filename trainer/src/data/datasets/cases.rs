//! What readers of volumes have in common: from (case, modality -> volume, label) to records.
//!
//! Each knows where files lie and what they are called. Which modality of the study a name means, what becomes of cases
//! without a label, who was imaged, which slices are taken and what is used by nothing is the same for all of them.

use super::folder::subjects;
use super::located::{Located, unused};
use super::walk::files_below;
use super::{Listing, check_folder, counted, first, slices};
use crate::data::codes::{Codes, Names};
use crate::data::{Content, Picture, Record, Split};
use anyhow::{Result, bail, ensure};
use regex_lite::Regex;
use scanweave::study::{Modality, Study};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Cases and names that are shown of many.
const SHOWN: usize = 5;

/// What is asked beside the study.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Slices taken of each volume, at most; none leaves volumes whole and reads no pixel.
    pub slices: Option<usize>,
    /// What masks have in their names, where the layout has several of a case: keys and values.
    pub only: &'a [(String, String)],
    /// What tells subjects from the names of cases, in its first group.
    pub subject: Option<&'a Regex>,
}

/// The files below a data set's folder.
///
/// # Errors
/// When there is no such folder.
pub fn files(source: &Path) -> Result<Vec<Located>> {
    check_folder(source)?;
    let files = files_below(source)?.into_iter();
    Ok(files.map(|path| Located::new(path, source)).collect())
}

/// One examination of somebody.
#[derive(Default)]
struct Case {
    /// One entry per modality of the study.
    images: Vec<Option<Picture>>,
    label: Option<Picture>,
    /// Empty where the data set does not say.
    subject: String,
    split: Option<Split>,
}

impl Case {
    fn record(self, name: String) -> Record {
        Record {
            subject: self.subject,
            split: self.split,
            class: None,
            source: name,
            content: Content::Files {
                images: self.images,
                label: self.label,
                boxes: None,
            },
        }
    }
}

/// What a data set of volumes holds, gathered file by file.
pub struct Cases<'a> {
    study: &'a Study,
    found: BTreeMap<String, Case>,
    /// The name that is believed to mean the only modality of the study.
    believed: Option<String>,
    /// Files of modalities that the study does not have.
    others: BTreeMap<String, usize>,
    named: BTreeSet<PathBuf>,
    notes: Vec<String>,
}

impl<'a> Cases<'a> {
    /// None yet.
    pub fn new(study: &'a Study) -> Self {
        Self {
            study,
            found: BTreeMap::new(),
            believed: None,
            others: BTreeMap::new(),
            named: BTreeSet::new(),
            notes: Vec::new(),
        }
    }

    /// Says something when all is told; once.
    pub fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// A file that the layout knows and that is no image.
    pub fn knows(&mut self, path: &Path) {
        self.named.insert(path.into());
    }

    /// The channels that all images of the data set have, by its own names. Where data set and study have one each, an
    /// unknown name is believed to mean it; one that means another known modality is not.
    pub fn has_channels(&mut self, names: &BTreeMap<usize, String>) {
        let mut names = names.values();
        let (Some(name), None, [modality]) =
            (names.next(), names.next(), &self.study.modalities[..])
        else {
            return;
        };
        if self.study.place_called(name).is_none() && Modality::called(name).is_none() {
            self.notes.push(format!(
                "its images are called '{name}': they are taken for {}",
                modality.name
            ));
            self.believed = Some(name.clone());
        }
    }

    /// An image of a case, of a modality that the data set calls so; one that the study does not have is only counted.
    ///
    /// # Errors
    /// When the case has an image of this modality.
    pub fn image(&mut self, case: &str, modality: &str, picture: Picture) -> Result<()> {
        self.knows(&picture.path);
        let believed = self.believed.as_deref() == Some(modality);
        let place = self.study.place_called(modality);
        let Some(place) = place.or(believed.then_some(0)) else {
            *self.others.entry(modality.into()).or_default() += 1;
            return Ok(());
        };
        let count = self.study.modalities.len();
        let found = self.found.entry(case.into()).or_default();
        found.images.resize(count, None);
        let path = picture.path.clone();
        if let Some(other) = found.images[place].replace(picture) {
            bail!(
                "two {} images of {case}: {} and {}: move one of them out of the folder",
                self.study.modalities[place].name,
                other.path.display(),
                path.display()
            );
        }
        Ok(())
    }

    /// Names of the cases that have an image of the study.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.found.keys()
    }

    /// The label of a case, in which the values mean `codes` where the data set says so; where there is no such case, it is
    /// left to be listed. A study without lesions to segment takes none.
    ///
    /// # Errors
    /// When the case has another label.
    pub fn label(&mut self, case: &str, path: &Path, codes: Option<Arc<Codes>>) -> Result<()> {
        self.masks(case, &[path], codes)
    }

    /// As [`Cases::label`], of a label in several masks, which are the values 1, 2 and so on; later ones lie above.
    ///
    /// # Errors
    /// As [`Cases::label`].
    pub fn masks(&mut self, case: &str, paths: &[&Path], codes: Option<Arc<Codes>>) -> Result<()> {
        let (Some(case_found), [path, others @ ..]) = (self.found.get_mut(case), paths) else {
            return Ok(());
        };
        self.named.extend(paths.iter().map(|&path| path.into()));
        if !self.study.lesion.is_segmented() {
            return Ok(());
        }
        let picture = Picture {
            codes,
            masks: others.iter().map(|&path| path.into()).collect(),
            ..path.to_path_buf().into()
        };
        if let Some(other) = case_found.label.replace(picture) {
            bail!(
                "two labels of {case}: {} and {}: move one of them out of the folder",
                other.path.display(),
                path.display()
            );
        }
        Ok(())
    }

    /// Who was imaged in a case.
    pub fn shows(&mut self, case: &str, subject: &str) {
        if let Some(case) = self.found.get_mut(case) {
            case.subject = subject.into();
        }
    }

    /// The split that the data set prescribes for a case.
    pub fn belongs_to(&mut self, case: &str, split: Split) {
        if let Some(case) = self.found.get_mut(case) {
            case.split = Some(split);
        }
    }

    /// What the data set calls the values of its labels, for the study; noted. `None` where it does not say, or the study
    /// has no use for it.
    ///
    /// # Errors
    /// As [`Codes::of`].
    pub fn codes(&mut self, names: &Names) -> Result<Option<Arc<Codes>>> {
        if !self.study.lesion.is_segmented() || names.is_empty() {
            return Ok(None);
        }
        let (codes, told) = Codes::of(names, self.study)?;
        self.note(told);
        Ok(Some(Arc::new(codes)))
    }

    /// All slices of all cases; `layout` is that of the reader, in words.
    ///
    /// # Errors
    /// When there are none, or the rule for subjects does not fit.
    pub fn finish(
        mut self,
        source: &Path,
        files: &[Located],
        layout: &str,
        options: Options,
    ) -> Result<Listing> {
        self.check_found(source, layout)?;
        if !self.others.is_empty() {
            let others = self.others.iter();
            let others = others.map(|(word, &n)| format!("{word} ({})", counted(n, "file")));
            let others = first(others, SHOWN);
            self.note(format!(
                "left out are other modalities than the study's: {others}"
            ));
        }
        self.leave_unlabelled();
        let cases = self.found.into_iter();
        let mut records: Vec<Record> = cases.map(|(name, case)| case.record(name)).collect();
        let paths = records.iter().map(|case| format!("{}.nii", case.source));
        let paths: Vec<String> = paths.collect();
        let mut notes = subjects::fill_in(&mut records, &paths, self.study, options.subject)?;
        notes.extend(subjects::alike(&records));
        notes.append(&mut self.notes);
        let (records, sliced) = match options.slices {
            Some(count) => slices::of_volumes(records, self.study, count),
            None => (records, None),
        };
        notes.extend(sliced);
        notes.extend(unused(files, &self.named));
        Ok(Listing { records, notes })
    }

    fn check_found(&self, source: &Path, layout: &str) -> Result<()> {
        let others = first(self.others.keys().map(String::as_str), SHOWN);
        let found = if others.is_empty() {
            format!("nothing is laid out as {layout}")
        } else {
            format!("there are {others}")
        };
        ensure!(
            !self.found.is_empty(),
            "{}: no image of the modalities of study {} ({}): {found}. Choose another --study, --source or --dataset",
            source.display(),
            self.study.name,
            self.study.modality_names().join(", ")
        );
        Ok(())
    }

    /// Where some cases have a label, those without are no healthy ones: nobody has drawn theirs, or it is kept back.
    fn leave_unlabelled(&mut self) {
        if !self.study.lesion.is_segmented() {
            return;
        }
        let all = self.found.len();
        let bare = self.found.iter().filter(|(_, case)| case.label.is_none());
        let bare: Vec<String> = bare.map(|(name, _)| name.clone()).collect();
        if bare.len() == all {
            self.note("no case has a label: all are taken for healthy".into());
            return;
        }
        self.note(format!("cases with a label: {} of {all}", all - bare.len()));
        if !bare.is_empty() {
            let names = first(bare.iter().map(String::as_str), SHOWN);
            self.note(format!("cases without a label are left out: {names}"));
        }
        self.found.retain(|_, case| case.label.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options {
        slices: Some(1),
        only: &[],
        subject: None,
    };

    /// What becomes of cases with these images and labels.
    fn finished(
        study: &str,
        images: &[(&str, &str)],
        labels: &[&str],
    ) -> Result<(Vec<String>, Vec<String>)> {
        let study = Study::named(study).expect("built in");
        let mut cases = Cases::new(&study);
        let path = |case: &str, what: &str| PathBuf::from(format!("{case}-{what}.png"));
        for (case, modality) in images {
            cases.image(case, modality, path(case, modality).into())?;
        }
        for case in labels {
            cases.label(case, &path(case, "label"), None)?;
        }
        let listing = cases.finish(Path::new("set"), &[], "a test", OPTIONS)?;
        let names = listing.records.into_iter().map(|record| record.source);
        Ok((names.collect(), listing.notes))
    }

    #[test]
    fn names_of_modalities_are_understood_and_others_told() {
        let images = [("a1", "T1w"), ("a1", "dwi"), ("a2", "t2f")];
        let (cases, notes) = finished("brain-mri", &images, &[]).expect("two cases");
        assert_eq!(cases, ["a1", "a2"]);
        let notes = notes.join("\n");
        assert!(
            notes.contains("dwi (1 file)") && notes.contains("no case has a label"),
            "{notes}"
        );
        let error = finished("lung-ct", &images, &[]).expect_err("no CT");
        assert!(
            error.to_string().contains("there are T1w, dwi, t2f"),
            "{error}"
        );
        let none = finished("lung-ct", &[], &[]).expect_err("nothing");
        assert!(none.to_string().contains("laid out as a test"), "{none}");
        let twice = [("a", "t1"), ("a", "T1w")];
        let error = finished("brain-mri", &twice, &[]).expect_err("twice");
        assert!(error.to_string().contains("two t1 images of a"), "{error}");
    }

    #[test]
    fn cases_without_a_label_are_left_out_where_others_have_one() {
        let images = [("a1", "t1"), ("a2", "t1"), ("a3", "t1")];
        let (cases, notes) = finished("brain-mri", &images, &["a2", "a4"]).expect("one case");
        assert_eq!(cases, ["a2"]);
        let notes = notes.join("\n");
        assert!(notes.contains("label: 1 of 3"), "{notes}");
        assert!(notes.contains("left out: a1, a3"), "{notes}");
        let twice = finished("brain-mri", &images, &["a1", "a1"]).expect_err("twice");
        assert!(twice.to_string().contains("two labels of a1"), "{twice}");
    }

    #[test]
    fn an_only_channel_of_an_unknown_name_is_believed() {
        let believed = |names: &[&str], study: &str| {
            let study = Study::named(study).expect("built in");
            let mut cases = Cases::new(&study);
            let names = names.iter().map(|name| (*name).to_owned()).enumerate();
            cases.has_channels(&names.collect());
            cases.believed
        };
        assert_eq!(believed(&["noNorm"], "lung-ct"), Some("noNorm".into()));
        assert_eq!(believed(&["T2"], "lung-ct"), None, "it is another one");
        assert_eq!(believed(&["CT"], "lung-ct"), None, "it is known");
        assert_eq!(believed(&["a", "b"], "lung-ct"), None);
        assert_eq!(believed(&["a"], "brain-mri"), None);
    }
}
