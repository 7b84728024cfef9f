//! The table `manifest.csv` of a folder: one row per file.
//!
//! Columns: `file, modality, subject, slice, label, source, split, group, mask_file, volume`; only `file` and `modality` are
//! needed. Where a file is a volume, `slice` says which slice of it a row means, from 0, from the feet to the head, and the
//! same slice of `mask_file` where that is a volume too. Where a file holds several volumes or pages, `volume` says which one,
//! from 0.

use super::{Found, Located, MANIFEST, labels_whole_images, survey, tally, unknown_classes};
use crate::data::codes::Codes;
use crate::data::datasets::brats_names::named_recently;
use crate::data::datasets::table::Table;
use crate::data::datasets::{inside, relative};
use crate::data::dicom::is_dicom;
use crate::data::volumes::is_volume;
use crate::data::{Content, Picture, Record, Split};
use anyhow::{Context, Result, bail};
use scanweave::study::Study;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A heading line, for messages.
pub const COLUMNS: &str = "file,modality,subject,slice,label,source,split,group,mask_file,volume";

#[derive(Debug, Deserialize)]
struct Row {
    file: String,
    modality: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    slice: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    split: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    mask_file: String,
    #[serde(default)]
    volume: String,
}

/// Lists the cases of the table; `only` keeps the rows that have the given value in each given column.
///
/// # Errors
/// When the table cannot be read or contradicts itself, when no row is of the study, or when `only` names a column that
/// the table lacks; the error names table and line.
pub fn read(
    folder: &Path,
    files: &[Located],
    study: &Study,
    only: &[(String, String)],
) -> Result<Found> {
    let manifest = folder.join(MANIFEST);
    let table = Table::read(&manifest, &["file", "modality"], COLUMNS)?;
    let wanted = places(only, &table).with_context(|| manifest.display().to_string())?;
    let mut reading = Reading {
        folder,
        study,
        cases: BTreeMap::new(),
        others: BTreeMap::new(),
        unknown: BTreeMap::new(),
        named: BTreeSet::new(),
        told: BTreeSet::new(),
    };
    for line in table.rows() {
        let taken = wanted.iter().all(|(at, value)| line.cell(*at) == *value);
        let row: Row = table.fields(line)?;
        reading.add(row, taken).with_context(|| table.place(line))?;
    }
    if reading.cases.is_empty() {
        bail!(
            "{}",
            survey::no_rows(&manifest, study, &reading.others, files)
        );
    }
    Ok(reading.found())
}

/// Where the columns of `only` stand in the table, with the values asked for.
fn places<'a>(only: &'a [(String, String)], table: &Table) -> Result<Vec<(usize, &'a str)>> {
    let place = |(column, value): &'a (String, String)| {
        let at = table.column(column).with_context(|| {
            let names: Vec<_> = table.headings().iter().collect();
            format!(
                "--only: there is no column '{column}'; there are {}",
                names.join(", ")
            )
        })?;
        Ok((at, value.as_str()))
    };
    only.iter().map(place).collect()
}

/// What is known of a table so far.
struct Reading<'a> {
    folder: &'a Path,
    study: &'a Study,
    cases: BTreeMap<String, Record>,
    /// Rows of modalities that the study does not have.
    others: BTreeMap<String, usize>,
    /// Cases by words that are no class of the study.
    unknown: BTreeMap<String, usize>,
    named: BTreeSet<PathBuf>,
    /// How labels were understood.
    told: BTreeSet<String>,
}

impl Reading<'_> {
    /// Takes a row, or only remembers the files that it names.
    fn add(&mut self, mut row: Row, taken: bool) -> Result<()> {
        let path = inside(self.folder, &row.file)?;
        let volume = is_volume(&path);
        row.file = relative(&path, self.folder);
        self.named.insert(path);
        if !row.mask_file.is_empty() {
            self.named.insert(inside(self.folder, &row.mask_file)?);
        }
        if !taken {
            return Ok(());
        }
        let Some(place) = self.study.place_called(&row.modality) else {
            *self.others.entry(row.modality.clone()).or_default() += 1;
            return Ok(());
        };
        let file = picture(self.folder, &row.file, &row.slice, &row.volume)?;
        let name = case_name(&row, self.study, volume);
        let codes = self.codes(&row.mask_file);
        if !self.cases.contains_key(&name) {
            let record = self.record(&row, &name)?;
            self.cases.insert(name.clone(), record);
        }
        let content = self.cases.get_mut(&name).map(|case| &mut case.content);
        let Some(Content::Files { images, label, .. }) = content else {
            return Ok(());
        };
        if images[place].replace(file).is_some() {
            bail!(
                "two {} images of the same case, the second is {}",
                row.modality,
                row.file
            );
        }
        if row.mask_file.is_empty() {
            return Ok(());
        }
        let mut mask = picture(self.folder, &row.mask_file, &row.slice, "")?;
        mask.codes = codes;
        match label {
            Some(other) if *other != mask => bail!(
                "two labels of the same case: {} and {}",
                other.path.display(),
                mask.path.display()
            ),
            _ => *label = Some(mask),
        }
        Ok(())
    }

    /// What the values of a label mean, where its name says so and the study has several classes.
    fn codes(&mut self, mask_file: &str) -> Option<Arc<Codes>> {
        let several = self.study.lesion.is_segmented() && self.study.label_planes() > 1;
        let names = several.then(|| named_recently(mask_file)).flatten()?;
        let (codes, told) = Codes::of(&names, self.study).ok()?;
        self.told.insert(format!("BraTS from 2023 on, {told}"));
        Some(Arc::new(codes))
    }

    /// A case without images yet; its class is counted where it is unknown.
    fn record(&mut self, row: &Row, name: &str) -> Result<Record> {
        let study = self.study;
        let class_of = |name: &str| study.lesion.class_named(name);
        let class = class_of(&row.group).or_else(|| class_of(&row.label));
        // With several modalities the group is a name for a slice.
        let group = if study.modalities.len() == 1 {
            row.group.as_str()
        } else {
            ""
        };
        let mut words = [row.label.as_str(), group].into_iter();
        let said = words.find(|word| !word.is_empty());
        if let (None, Some(said), true) = (class, said, labels_whole_images(study)) {
            *self.unknown.entry(said.into()).or_default() += 1;
        }
        Ok(Record {
            subject: row.subject.clone(),
            split: split_of(&row.split)?,
            class,
            source: name.into(),
            content: Content::Files {
                images: vec![None; study.modalities.len()],
                label: None,
                boxes: None,
            },
        })
    }

    fn found(self) -> Found {
        let mut notes = Vec::new();
        if !self.others.is_empty() {
            let others = tally(&self.others, "row");
            notes.push(format!(
                "left out are other modalities than the study's: {others}"
            ));
        }
        notes.extend(unknown_classes(&self.unknown, self.study));
        notes.extend(self.told);
        Found {
            records: self.cases.into_values().collect(),
            named: self.named,
            notes,
        }
    }
}

/// The split that a word of the table means; none for an empty one.
fn split_of(word: &str) -> Result<Option<Split>> {
    if word.is_empty() {
        return Ok(None);
    }
    let split = Split::from_name(word).with_context(|| {
        let known = Split::ALL.map(|split| split.names().join(", "));
        format!(
            "the split '{word}' is none of {}: leave the field empty where it is to be drawn",
            known.join(", ")
        )
    })?;
    Ok(Some(split))
}

/// Rows of one case share this name: with several modalities the group (a slice of a subject), else
/// every file, or slice of a volume, is a case.
fn case_name(row: &Row, study: &Study, volume: bool) -> String {
    if study.modalities.len() == 1 {
        return if volume {
            format!("{}, slice {}", row.file, row.slice)
        } else {
            row.file.clone()
        };
    }
    let grouped = !row.group.is_empty() && study.lesion.class_named(&row.group).is_none();
    let case = match (grouped, volume) {
        (false, _) => format!("{}/{}", row.subject, row.slice),
        (true, false) => row.group.clone(),
        (true, true) => format!("{}/{}", row.group, row.slice),
    };
    format!("{}/{case}", row.source)
}

/// The picture in a file of the table; of a volume, the slice that is named. DICOM files mostly hold one.
fn picture(folder: &Path, file: &str, slice: &str, volume: &str) -> Result<Picture> {
    let path = inside(folder, file)?;
    let number = |text: &str, what: &str| {
        text.parse::<usize>().ok().with_context(|| {
            format!("{file} is a volume: the column {what} must hold the number of one of its {what}s, from 0, not '{text}'")
        })
    };
    let needs_slice = is_volume(&path) && !(slice.is_empty() && is_dicom(&path));
    Ok(Picture {
        slice: needs_slice.then(|| number(slice, "slice")).transpose()?,
        volume: Some(volume)
            .filter(|v| !v.is_empty())
            .map(|v| number(v, "volume"))
            .transpose()?,
        ..path.into()
    })
}
