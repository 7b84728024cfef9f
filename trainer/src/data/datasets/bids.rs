//! BIDS: `sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz`, lesion labels below `derivatives`.
//!
//! Gorgolewski et al., Scientific Data 3 (2016). Names are made of entities, `key-value`, and end with a suffix that says what
//! is shown. A session is a case, a subject's sessions are one person. Derivatives hold much that is no lesion, the
//! brain's own mask and tissues first of all: only what is named as a lesion, or as nothing else, is taken for a label. Masks that
//! differ in what they are of (`label-edema`, `label-enhancing`) are one label together; which of others is meant, is asked.

use super::cases::{self, Cases, Options};
use super::located::Located;
use super::table::{Row, Table};
use super::{Listing, counted, first};
use crate::data::codes::{Names, is_same};
use crate::data::volumes::is_volume;
use anyhow::{Context, Result, bail, ensure};
use scanweave::study::Study;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The layout, for messages.
const LAYOUT: &str = "BIDS (sub-01/anat/sub-01_T1w.nii.gz)";
/// What labels end with.
const LABELS: [&str; 4] = ["mask", "roi", "dseg", "lesion"];
/// Parts of words for lesions.
const LESIONS: [&str; 5] = ["lesion", "tumo", "stroke", "infarct", "wmh"];
/// Parts of words for what is none.
const OTHERS: [&str; 9] = [
    "brain",
    "head",
    "skull",
    "gm",
    "wm",
    "csf",
    "tissue",
    "cortex",
    "ventricle",
];
/// Spaces of labels that are those of the images themselves.
const OWN: [&str; 5] = ["orig", "native", "individual", "scanner", "subject"];
/// What tells one acquisition from another.
const ACQUISITIONS: [&str; 2] = ["run", "acq"];
/// What tells masks apart beside the entities: the end of the name, and the folder below `derivatives`.
const SUFFIX: &str = "suffix";
const FOLDER: &str = "derivatives";
/// Names shown of many.
const SHOWN: usize = 3;

/// A volume with what its name and folders say.
struct Scan<'a> {
    file: &'a Located,
    subject: &'a str,
    session: Option<&'a str>,
    entities: BTreeMap<&'a str, &'a str>,
    suffix: &'a str,
    /// The folder below `derivatives`, or empty where it lies elsewhere.
    derived: Option<&'a str>,
}

impl<'a> Scan<'a> {
    /// None of a file that is no volume of the anatomy.
    fn of(file: &'a Located) -> Option<Self> {
        let at = file.folders.iter().position(|f| f.starts_with("sub-"))?;
        let below: Vec<&str> = file.folders[at + 1..].iter().map(String::as_str).collect();
        let session = match below[..] {
            ["anat"] => None,
            [session, "anat"] if session.starts_with("ses-") => Some(session),
            _ => return None,
        };
        let (named, suffix) = file.stem.rsplit_once('_')?;
        let entities = named.split('_').filter_map(|part| part.split_once('-'));
        is_volume(&file.path).then(|| Self {
            subject: &file.folders[at],
            session,
            entities: entities.collect(),
            suffix,
            derived: file.folders[..at]
                .iter()
                .position(|folder| folder == FOLDER)
                .map(|derived| file.folders[derived + 1..at].first().map_or("", |f| f)),
            file,
        })
    }

    fn case(&self) -> String {
        let session = self.session.map(|session| format!("/{session}"));
        format!("{}{}", self.subject, session.unwrap_or_default())
    }

    /// What the name says of this.
    fn value(&self, key: &str) -> Option<&'a str> {
        match key {
            SUFFIX => Some(self.suffix),
            FOLDER => self.derived,
            _ => self.entities.get(key).copied(),
        }
    }

    /// All but one that the name says.
    fn but(&self, key: &str) -> (BTreeMap<&'a str, &'a str>, &'a str) {
        let mut entities = self.entities.clone();
        entities.remove(key);
        (entities, self.suffix)
    }

    fn is_label(&self) -> bool {
        LABELS.contains(&self.suffix.to_lowercase().as_str())
    }

    /// What is shown, with contrast medium where the name says so.
    fn modality(&self) -> &'a str {
        if self.suffix == "T1w" && self.entities.contains_key("ce") {
            "T1ce"
        } else {
            self.suffix
        }
    }

    /// What a label is of.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        let of = |key| self.entities.get(key).copied();
        [of("label"), of("desc")].into_iter().flatten()
    }

    fn is_of_lesions(&self, study: &Study) -> bool {
        let classes = study.lesion.classes();
        let mut words = self.words().chain([self.suffix]);
        words.any(|word| {
            let lower = word.to_lowercase();
            LESIONS.iter().any(|part| lower.contains(part))
                || classes.iter().any(|class| is_same(class, word))
        })
    }

    fn is_of_something_else(&self) -> bool {
        let mut words = self.words().map(str::to_lowercase);
        words.any(|word| OTHERS.iter().any(|part| word.contains(part))) || self.suffix == "dseg"
    }

    /// Whether a label lies where these images do, as far as names tell.
    fn lies_as(&self, images: &[Scan]) -> bool {
        let Some(space) = self.entities.get("space") else {
            return true;
        };
        let lower = space.to_lowercase();
        OWN.contains(&lower.as_str())
            || images.iter().any(|image| {
                image.entities.get("space") == Some(space)
                    || image.suffix.eq_ignore_ascii_case(space)
            })
    }
}

/// Lists the set below `source`.
///
/// # Errors
/// When nothing is laid out so, or it is open which of several files is the label of a case.
pub fn records(source: &Path, study: &Study, options: Options) -> Result<Listing> {
    let files = cases::files(source)?;
    let mut cases = Cases::new(study);
    let (labels, images): (Vec<Scan>, Vec<Scan>) =
        files.iter().filter_map(Scan::of).partition(Scan::is_label);
    let images = images.into_iter().filter(|scan| scan.derived.is_none());
    let images = chosen(images.collect(), &mut cases);
    for scan in images.values().flatten() {
        let case = scan.case();
        let picture = scan.file.path.clone().into();
        cases.image(&case, scan.modality(), picture)?;
        cases.shows(&case, scan.subject);
    }
    if study.lesion.is_segmented() {
        let labels = wanted(labels, options.only)?;
        for (case, labels) in by_case(labels, &images) {
            let masks = label_of(&case, labels, &images[&case], study, options)?;
            let names = match &masks[..] {
                [label] => values(label, study)?,
                several => Some(numbered(several, study)),
            };
            let codes = match names {
                Some(names) => cases.codes(&names)?,
                None => None,
            };
            let paths = masks.iter().map(|mask| mask.file.path.as_path());
            cases.masks(&case, &paths.collect::<Vec<_>>(), codes)?;
        }
    }
    cases.finish(source, &files, LAYOUT, options)
}

type ByCase<'a> = BTreeMap<String, Vec<Scan<'a>>>;

/// The images of each case, one of each modality: of several that with the fewest entities.
fn chosen<'a>(mut images: Vec<Scan<'a>>, cases: &mut Cases) -> ByCase<'a> {
    images.sort_by_key(|scan| (scan.entities.len(), &scan.file.name));
    let mut found = ByCase::new();
    let mut aside = Vec::new();
    for scan in images {
        let of_case = found.entry(scan.case()).or_default();
        let mut others = of_case.iter();
        if others.any(|other| other.modality() == scan.modality()) {
            aside.push(scan.file.name.clone());
        } else {
            of_case.push(scan);
        }
    }
    if !aside.is_empty() {
        aside.sort();
        cases.note(format!(
            "of several images of one modality in a session that with the shortest name is taken; left out {}: {}",
            counted(aside.len(), "file"),
            first(aside, SHOWN)
        ));
    }
    found
}

/// Labels by the case that they belong to; one without a session belongs to the only one of its subject.
fn by_case<'a>(labels: Vec<Scan<'a>>, images: &ByCase) -> ByCase<'a> {
    let mut found = ByCase::new();
    for label in labels {
        let case = label.case();
        let below = format!("{}/", label.subject);
        let mut of_subject = images
            .keys()
            .filter(|key| *key == label.subject || key.starts_with(&below));
        let only = of_subject
            .next()
            .filter(|_| of_subject.next().is_none())
            .cloned();
        let known = images.contains_key(&case).then_some(case).or(only);
        if let Some(case) = known {
            found.entry(case).or_default().push(label);
        }
    }
    found
}

/// The masks that are asked for; all where none are.
fn wanted<'a>(labels: Vec<Scan<'a>>, only: &[(String, String)]) -> Result<Vec<Scan<'a>>> {
    let has = |label: &Scan, (key, value): &(String, String)| {
        let there = label.value(key);
        there.is_some_and(|there| there.eq_ignore_ascii_case(value))
    };
    let fits = |label: &Scan| only.iter().all(|one| has(label, one));
    let (kept, others): (Vec<_>, Vec<_>) = labels.into_iter().partition(fits);
    ensure!(
        !kept.is_empty() || others.is_empty(),
        "no mask has what --only asks for: there are {}",
        first(others.iter().map(|l| l.file.name.as_str()), SHOWN)
    );
    Ok(kept)
}

/// The label of a case among what looks like one: a file, or the masks of its classes in their order.
fn label_of<'a>(
    case: &str,
    labels: Vec<Scan<'a>>,
    images: &[Scan],
    study: &Study,
    options: Options,
) -> Result<Vec<Scan<'a>>> {
    let there = labels.into_iter().filter(|label| label.lies_as(images));
    let (lesions, rest): (Vec<_>, Vec<_>) = there.partition(|label| label.is_of_lesions(study));
    let (others, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(Scan::is_of_something_else);
    let asked = !options.only.is_empty();
    let kinds = [lesions, rest, if asked { others } else { Vec::new() }];
    let found = kinds.into_iter().find(|kind| !kind.is_empty());
    let mut found = of_images(found.unwrap_or_default(), images);
    if found.len() > 1 && !are_classes(&found, study) {
        bail!("{case}: {}", which(&found));
    }
    found.sort_by_key(|mask| (class_of(mask, study), mask.file.name.clone()));
    Ok(found)
}

/// Without the masks of another acquisition than those that are read, where others are left.
fn of_images<'a>(mut masks: Vec<Scan<'a>>, images: &[Scan]) -> Vec<Scan<'a>> {
    for key in ACQUISITIONS {
        let is_read = |mask: &Scan| {
            let value = mask.value(key);
            value.is_none() || images.iter().any(|image| image.value(key) == value)
        };
        if masks.iter().any(is_read) {
            masks.retain(is_read);
        }
    }
    masks
}

/// The place of the class that a mask is called after.
fn class_of(mask: &Scan, study: &Study) -> Option<usize> {
    let classes = study.lesion.classes();
    let place = |word| classes.iter().position(|class| is_same(class, word));
    mask.words().find_map(place)
}

/// Whether masks differ in what they are of alone: in `label`, or in `desc` where that names a class each.
fn are_classes(masks: &[Scan], study: &Study) -> bool {
    let differ = |key: &str| {
        let values: BTreeSet<_> = masks.iter().filter_map(|mask| mask.value(key)).collect();
        let rest = masks
            .iter()
            .map(|mask| mask.but(key))
            .collect::<BTreeSet<_>>();
        values.len() == masks.len() && rest.len() == 1
    };
    let classes: BTreeSet<_> = masks.iter().filter_map(|m| class_of(m, study)).collect();
    masks.iter().all(|mask| mask.suffix != "dseg")
        && (differ("label") || differ("desc") && classes.len() == masks.len())
}

/// Asks which of several masks is meant, with what chooses the first of them.
fn which(masks: &[Scan]) -> String {
    let names: Vec<&str> = masks.iter().map(|mask| mask.file.name.as_str()).collect();
    let keys = masks.iter().flat_map(|mask| mask.entities.keys().copied());
    let keys = keys.chain([SUFFIX, FOLDER]);
    let mut choices = keys.filter_map(|key| {
        let value = masks[0].value(key)?;
        let others = masks[1..].iter().any(|mask| mask.value(key) == Some(value));
        (!others).then(|| format!("choose by names, such as --only {key}={value}"))
    });
    let leave = || "leave one of them in the folder".to_owned();
    format!(
        "any of {} may be its label: {}, or write a manifest.csv and read it with --dataset folder",
        names.join(", "),
        choices.next().unwrap_or_else(leave)
    )
}

/// What masks are of, which are the values 1, 2 and so on.
fn numbered(masks: &[Scan], study: &Study) -> Names {
    let classes = study.lesion.classes();
    let is_class = |word: &&str| classes.iter().any(|class| is_same(class, word));
    let word = |mask: &Scan| {
        let class = mask.words().find(is_class);
        class
            .or_else(|| mask.words().next())
            .unwrap_or("lesion")
            .to_owned()
    };
    (1..).zip(masks.iter().map(word)).collect()
}

/// What the values of a label mean: by a table beside it, by its name, or as the study numbers its classes.
fn values(label: &Scan, study: &Study) -> Result<Option<Names>> {
    if label.suffix == "dseg" {
        let table = label
            .file
            .path
            .with_file_name(format!("{}.tsv", label.file.stem));
        return table.is_file().then(|| look_up(&table)).transpose();
    }
    let name = label.entities.get("label").copied().unwrap_or("lesion");
    let several = study.label_planes() > 1;
    Ok(several.then(|| Names::from([(1, name.to_owned())])))
}

/// The table `index, name` of a segmentation.
fn look_up(path: &Path) -> Result<Names> {
    let table = Table::read(path, &["index", "name"], "index\tname")?;
    let columns = table.column("index").zip(table.column("name"));
    let (index, name) = columns.context("columns that were asked for")?;
    let row = |row: &Row| {
        let text = row.cell(index);
        let value = text.parse::<u16>();
        let value = value.with_context(|| format!("{}: '{text}' is no index", table.place(row)))?;
        Ok((value, row.cell(name).to_owned()))
    };
    let rows = table.rows().iter().map(row);
    let names: Names = rows.collect::<Result<_>>()?;
    Ok(names.into_iter().filter(|(value, _)| *value > 0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::sketch::{Sketch, item, options, study};

    /// Two people, the first with two sessions, each with a lesion mask.
    fn stroke() -> Sketch {
        let sketch = Sketch::new();
        for (subject, session, grey) in [("01", "1", 20), ("01", "2", 21), ("02", "1", 22)] {
            let place = format!("sub-{subject}/ses-{session}/anat/sub-{subject}_ses-{session}");
            sketch.volume(&format!("{place}_T1w.nii.gz"), &[grey]);
            sketch.volume(&format!("{place}_ce-gadolinium_T1w.nii.gz"), &[grey + 10]);
            sketch.volume(&format!("{place}_FLAIR.nii.gz"), &[grey + 20]);
            let derived = format!("derivatives/lesions/{place}");
            sketch.label(
                &format!("{derived}_label-L_desc-T1lesion_mask.nii.gz"),
                &[1],
            );
            sketch.label(&format!("{derived}_desc-brain_mask.nii.gz"), &[1, 1, 1, 1]);
            sketch.label(&format!("derivatives/fs/{place}_dseg.nii.gz"), &[1, 2, 3]);
            let elsewhere = format!("{derived}_space-MNI152NLin2009aSym_label-lesion_mask.nii.gz");
            sketch.label(&elsewhere, &[1, 1]);
        }
        sketch.text("participants.tsv", "participant_id\nsub-01\nsub-02\n");
        sketch
    }

    #[test]
    fn sessions_are_cases_of_one_subject_with_their_lesions() {
        let sketch = stroke();
        let listing = records(sketch.path(), &study("brain-mri"), options(1)).expect("sessions");
        let seen: Vec<_> = listing
            .records
            .iter()
            .map(|r| (r.source.as_str(), r.subject.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("sub-01/ses-1, slice 2", "sub-01"),
                ("sub-01/ses-2, slice 2", "sub-01"),
                ("sub-02/ses-1, slice 2", "sub-02"),
            ]
        );
        let read = item(&listing.records[1], "brain-mri");
        assert_eq!(
            read.greys(),
            [Some(21), Some(31), Some(41)],
            "t1, t1c, flair"
        );
        assert_eq!(read.classes(), [1]);
    }

    #[test]
    fn the_plain_one_of_several_images_is_taken_and_it_is_told() {
        let sketch = Sketch::new();
        sketch.volume("sub-01/anat/sub-01_T1w.nii", &[20]);
        sketch.volume("sub-01/anat/sub-01_acq-fast_T1w.nii", &[30]);
        sketch.volume("sub-01/anat/sub-01_PDw.nii", &[30]);
        sketch.volume("sub-01/func/sub-01_bold.nii", &[30]);
        let listing = records(sketch.path(), &study("brain-mri"), options(1)).expect("a case");
        assert_eq!(item(&listing.records[0], "brain-mri").greys()[0], Some(20));
        let notes = listing.notes.join("\n");
        for words in [
            "left out 1 file: sub-01/anat/sub-01_acq-fast_T1w.nii",
            "PDw (1 file)",
        ] {
            assert!(notes.contains(words), "{words}: {notes}");
        }
    }

    #[test]
    fn a_segmentation_is_read_by_its_table() {
        let sketch = Sketch::new();
        sketch.volume("sub-01/ses-a/anat/sub-01_ses-a_FLAIR.nii", &[20]);
        let place = "derivatives/raters/sub-01/anat/sub-01_desc-tumor_dseg";
        sketch.label(&format!("{place}.nii"), &[1, 7]);
        let table = "index\tname\n0\tbackground\n1\tedema\n7\tenhancing tumor\n";
        sketch.text(&format!("{place}.tsv"), table);
        let listing = records(sketch.path(), &study("brats"), options(1)).expect("a case");
        assert_eq!(item(&listing.records[0], "brats").classes(), [2, 4]);
    }

    /// What is read of the masks that are asked for.
    fn only(sketch: &Sketch, study: &str, pairs: &[(&str, &str)]) -> Result<Listing> {
        let pairs = pairs.iter().map(|&(key, value)| (key.into(), value.into()));
        let pairs: Vec<(String, String)> = pairs.collect();
        let options = Options {
            only: &pairs,
            ..options(1)
        };
        records(sketch.path(), &self::study(study), options)
    }

    /// A person with an image and masks of these names, whose lesions lie beside each other.
    fn masks(names: &[&str]) -> Sketch {
        let sketch = Sketch::new();
        sketch.volume("sub-01/anat/sub-01_run-2_FLAIR.nii", &[20]);
        for (at, name) in names.iter().enumerate() {
            let mut values = [0; 4];
            values[at] = 1;
            sketch.label(
                &format!("derivatives/r/sub-01/anat/sub-01_{name}.nii"),
                &values,
            );
        }
        sketch
    }

    #[test]
    fn masks_of_classes_are_one_label() {
        let sketch = masks(&["label-enhancing_mask", "label-edema_mask", "label-L_mask"]);
        let listing = only(&sketch, "brats", &[]).expect("classes");
        assert_eq!(item(&listing.records[0], "brats").classes(), [4, 2]);
        let notes = listing.notes.join("\n");
        for words in [
            "enhancing is 2 (enhancing); oedema is 1 (edema)",
            "1 file in the folder is used by nothing",
            "label-L_mask.nii",
        ] {
            assert!(notes.contains(words), "{words}: {notes}");
        }
        let listing = only(&sketch, "brain-mri", &[]).expect("one class");
        assert_eq!(item(&listing.records[0], "brain-mri").classes(), [1; 3]);
        let named = masks(&["desc-edema_mask", "desc-ET_mask", "desc-brain_mask"]);
        let listing = only(&named, "brats", &[]).expect("classes");
        assert_eq!(item(&listing.records[0], "brats").classes(), [2, 4]);
    }

    #[test]
    fn masks_of_several_raters_are_asked_for() {
        let raters = ["label-lesion_desc-a_mask", "label-lesion_desc-b_mask"];
        let error = only(&masks(&raters), "brain-mri", &[]).expect_err("either");
        let error = error.to_string();
        for words in ["desc-a_mask.nii", "desc-b_mask.nii", "--only desc=a"] {
            assert!(error.contains(words), "{words}: {error}");
        }
        let chosen = only(&masks(&raters), "brain-mri", &[("desc", "b")]).expect("one");
        let label = chosen.records[0].content.label().expect("a label");
        assert!(label.path.to_string_lossy().ends_with("desc-b_mask.nii"));
        let drawn = masks(&["mod-FLAIR_label-lesion_mask", "mod-T1w_label-lesion_mask"]);
        let error = only(&drawn, "brain-mri", &[]).expect_err("on either image");
        assert!(error.to_string().contains("--only mod=FLAIR"), "{error}");
        let brain = masks(&["desc-brain_mask"]);
        let notes = only(&brain, "brain-mri", &[]).expect("no lesion").notes;
        assert!(notes.join("\n").contains("no case has a label"));
        let asked = only(&brain, "brain-mri", &[("desc", "brain")]).expect("asked for");
        assert!(asked.records[0].content.label().is_some());
    }

    #[test]
    fn the_mask_of_the_image_that_is_read_is_its_label() {
        let sketch = masks(&["run-1_lesion", "run-2_lesion", "run-2_desc-cortex_mask"]);
        let listing = only(&sketch, "brain-mri", &[]).expect("that of run 2");
        let label = listing.records[0].content.label().expect("a label");
        assert!(label.path.to_string_lossy().ends_with("run-2_lesion.nii"));
    }

    #[test]
    fn it_is_not_guessed_which_label_is_meant() {
        let sketch = Sketch::new();
        sketch.volume("sub-01/anat/sub-01_FLAIR.nii", &[20]);
        for rater in ["a", "b"] {
            let name = format!("derivatives/{rater}/sub-01/anat/sub-01_label-lesion_mask.nii");
            sketch.label(&name, &[1]);
        }
        let error = records(sketch.path(), &study("brain-mri"), options(1)).expect_err("either");
        let error = error.to_string();
        assert!(error.contains("sub-01: any of derivatives/a/"), "{error}");
        assert!(error.contains("--only derivatives=a"), "{error}");
        let chosen = only(&sketch, "brain-mri", &[("derivatives", "B")]).expect("one of them");
        let label = chosen.records[0].content.label().expect("a label");
        assert!(label.path.starts_with(sketch.path().join("derivatives/b")));
        let error = only(&sketch, "brain-mri", &[("derivatives", "c")]).expect_err("neither");
        assert!(
            error.to_string().contains("there are derivatives/a"),
            "{error}"
        );
        let several = Sketch::new();
        several.volume("sub-01/anat/sub-01_FLAIR.nii", &[20]);
        several.label(
            "derivatives/a/sub-01/anat/sub-01_label-lesion_mask.nii",
            &[1],
        );
        let error = records(several.path(), &study("brats"), options(1)).expect_err("which class");
        assert!(error.to_string().contains("1 (lesion)"), "{error}");
        let one = Sketch::new();
        one.volume("sub-01/anat/sub-01_FLAIR.nii", &[20]);
        one.label(
            "derivatives/a/sub-01/anat/sub-01_label-edema_mask.nii",
            &[1],
        );
        let listing = records(one.path(), &study("brats"), options(1)).expect("oedema");
        assert_eq!(item(&listing.records[0], "brats").classes(), [2]);
    }
}
