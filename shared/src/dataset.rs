//! A labelled synthetic data set as files: how its subjects are made, what is written down of each,
//! and the table of all. The trainer writes it into a folder, the page into an archive: the same
//! names, the same columns, so that either can be read back.

use serde::{Deserialize, Serialize};

use crate::label::boxes::Annotations;
use crate::label::{Label, LabelBox};
use crate::structure::StructureFilter;
use crate::study::Study;
use crate::table::guarded;

/// What every data set, table and picture is marked with.
pub const MARK: &str = "SYNTHETIC";

/// The columns of `manifest.csv`: those of the trainer's `folder` reader, then the filter's.
pub const HEADER: [&str; 12] = [
    "file",
    "modality",
    "subject",
    "slice",
    "label",
    "source",
    "split",
    "group",
    "mask_file",
    "structure_score",
    "contour_error",
    "accepted",
];

/// How subjects are made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Algorithm 3; `None` takes every map.
    pub filter: Option<StructureFilter>,
    /// Share of subjects without a lesion, for studies with lesion masks.
    pub healthy: f32,
    /// A class for every subject, for studies that label the whole image; otherwise in turn.
    pub class: Option<usize>,
    /// Whether subjects stay whose map the filter refused in every try.
    #[serde(default)]
    pub keep_refused: bool,
}

impl Settings {
    /// Whether a subject stays, with its pictures; of others only how they came to be is written down.
    /// `accepted` is what the filter said of its map.
    pub fn keep(&self, accepted: bool) -> bool {
        accepted || self.keep_refused || self.filter.is_none()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            filter: Some(StructureFilter::default()),
            healthy: 0.0,
            class: None,
            keep_refused: false,
        }
    }
}

/// How a subject came to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Seed of the series.
    pub seed: u64,
    /// Place in the series.
    pub index: u64,
    /// Structure maps drawn in all.
    pub maps: u32,
    /// What D_s gives the kept map; `None` without a structure discriminator.
    pub score: Option<f32>,
    /// Distance between the map's filled contour and the mask, 0..=1.
    pub contour_error: f32,
    /// How torn the organ's border is; 0 in data sets of earlier builds, which did not look.
    #[serde(default)]
    pub ragged: f32,
    /// Whether the kept map passed the structure filter.
    pub accepted: bool,
    /// Seed of the fusion noise.
    pub noise: u64,
    /// Per modality the Dice between the lesion asked for and the one that the model's own segmenter
    /// finds: it guided the generator, so this is a hint and no judgement.
    pub found: Vec<Option<f32>>,
}

/// What holds for all subjects; two builds into one folder must agree on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Always [`MARK`]: no image in this data set shows a person.
    pub mark: String,
    /// Version of scanweave.
    pub version: String,
    /// SHA-256 of the model's file.
    pub model: String,
    /// Title of the model.
    pub title: String,
    /// Name of the study.
    pub study: String,
    /// Names of the modalities, in the order of the provenance's lists.
    pub modalities: Vec<String>,
    /// Names of the lesion classes: the numbers in a label are their places, from 1.
    pub classes: Vec<String>,
    /// Seed of the series.
    pub seed: u64,
    /// How subjects are made. Data sets of earlier builds call it `recipe`.
    #[serde(alias = "recipe")]
    pub settings: Settings,
    /// Licence of the model's card, which holds for what it draws too.
    pub licence: String,
}

/// What is written down of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Class of the whole image, for studies with such a label.
    pub class: Option<usize>,
    /// Whether a picture of its lesions belongs to it, be it empty.
    pub lesion: bool,
    /// Its lesions as boxes, pixels, for studies with such a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boxes: Option<Vec<LabelBox>>,
    /// How it came to be.
    pub provenance: Provenance,
}

impl Entry {
    /// What is written down of a subject with this label.
    pub fn of(label: &Label, provenance: Provenance) -> Self {
        Self {
            class: label.class(),
            lesion: label.picture().is_some(),
            boxes: label.boxes().map(<[_]>::to_vec),
            provenance,
        }
    }
}

impl Dataset {
    /// Whether a subject is in the table, with its pictures.
    pub fn keeps(&self, entry: &Entry) -> bool {
        self.settings.keep(entry.provenance.accepted)
    }

    /// The description of a data set of this study.
    pub fn of(
        study: &Study,
        title: &str,
        licence: &str,
        model: &str,
        seed: u64,
        settings: Settings,
    ) -> Self {
        Self {
            mark: MARK.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: model.into(),
            title: title.into(),
            study: study.name.clone(),
            modalities: study.modality_names(),
            classes: study.lesion.classes().to_vec(),
            seed,
            settings,
            licence: licence.into(),
        }
    }

    /// The line of `manifest.csv` for one modality of subject `index`, in the order of [`HEADER`]; the class is
    /// [`guarded`].
    pub fn row(&self, index: u64, modality: &str, entry: &Entry) -> [String; 12] {
        let name = subject_name(index);
        let class = entry.class.and_then(|c| self.classes.get(c));
        let class = class.map(|name| guarded(name).into_owned());
        let p = &entry.provenance;
        [
            picture_name(index, modality),
            modality.into(),
            format!("synthetic-{name}"),
            "0".into(),
            class.unwrap_or_default(),
            MARK.into(),
            "train".into(),
            name,
            if entry.lesion {
                picture_name(index, "label")
            } else {
                String::new()
            },
            p.score.map_or_else(String::new, |s| format!("{s:.4}")),
            format!("{:.4}", p.contour_error),
            p.accepted.to_string(),
        ]
    }

    /// The boxes of all pictures, `size` x `size` pixels, of the subjects of these that stay; `None` for studies whose
    /// labels are no boxes.
    pub fn annotations<'a>(
        &self,
        size: usize,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Option<Annotations> {
        let mut file = None;
        for entry in entries.into_iter().filter(|entry| self.keeps(entry)) {
            let boxes = entry.boxes.as_ref()?;
            let text = format!("{MARK}: {}", self.title);
            let file = file.get_or_insert_with(|| Annotations::new(&text, &self.classes));
            for modality in &self.modalities {
                let name = picture_name(entry.provenance.index, modality);
                file.add(name, size, boxes);
            }
        }
        file
    }
}

/// The file name of the boxes of a picture of subject `index`, as YOLO text beside it.
pub fn boxes_name(index: u64, modality: &str) -> String {
    format!("{}-{modality}.txt", subject_name(index))
}

/// The file name of all boxes, as COCO has them.
pub const ANNOTATIONS: &str = "annotations.json";

/// The file name of a picture of subject `index`: `stage` is `structure`, `mask`, `label` or the name
/// of a modality.
pub fn picture_name(index: u64, stage: &str) -> String {
    format!("{}-{stage}.png", subject_name(index))
}

/// The file name of the provenance of subject `index`.
pub fn provenance_name(index: u64) -> String {
    format!("{}.json", subject_name(index))
}

fn subject_name(index: u64) -> String {
    format!("{index:06}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::LabelKind;

    #[test]
    fn a_class_is_no_formula_and_is_known_again() {
        let mut study = Study::named("chest-xray").expect("built in");
        study.lesion = LabelKind::Class(vec!["normal".into(), "=1+1".into()]);
        let dataset = Dataset::of(&study, "", "", "", 1, Settings::default());
        let provenance = Provenance {
            seed: 1,
            index: 0,
            maps: 1,
            score: None,
            contour_error: 0.0,
            ragged: 0.0,
            accepted: true,
            noise: 1,
            found: Vec::new(),
        };
        for (class, cell) in [(0, "normal"), (1, "'=1+1")] {
            let entry = Entry::of(&Label::Class(class), provenance.clone());
            let row = dataset.row(0, "xray", &entry);
            assert_eq!(row[4], cell);
            assert_eq!(study.lesion.class_named(&row[4]), Some(class));
        }
        assert_eq!(study.lesion.class_named("=1+1"), Some(1));
    }
}
