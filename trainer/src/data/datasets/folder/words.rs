//! What the names of folders and the ends of file names say about what lies there.

use super::names::{self, Counts};
use crate::data::Split;
use scanweave::study::Study;

/// Folders of labels, and what labels beside their images end with.
const LABELS: [&str; 14] = [
    "label",
    "labels",
    "labelstr",
    "mask",
    "masks",
    "seg",
    "segs",
    "segmentation",
    "segmentations",
    "annotation",
    "annotations",
    "gt",
    "groundtruth",
    "ground_truth",
];
/// Folders of images, whatever they show.
const PICTURES: [&str; 6] = ["image", "images", "imagestr", "img", "imgs", "data"];
/// Folders of drawings of vessels: labels for studies of them.
const VESSELS: [&str; 5] = ["manual", "manual1", "1st_manual", "vessel", "vessels"];
/// Folders of drawings that are neither images nor labels of lesions.
const ASIDE: [&str; 5] = ["manual2", "2nd_manual", "fov", "roi", "rois"];

/// What the name of a folder says about the files in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// They are of this modality of the study.
    Modality(usize),
    /// They show this class of the study.
    Class(usize),
    /// They belong to this split.
    Split(Split),
    /// They are labels.
    Labels,
    /// They are images.
    Pictures,
    /// They are neither.
    Aside,
    /// They show this person.
    Person,
    /// They come from one examination.
    Visit,
    /// What they have in common, many people share.
    Group,
    /// A word that means nothing to us.
    Nothing,
}

/// What a folder of this name says.
pub fn says(folder: &str, study: &Study) -> Says {
    let plain = plain(folder);
    let is_among = |words: &[&str]| words.contains(&plain.as_str());
    if let Some(place) = study.place_called(folder) {
        Says::Modality(place)
    } else if let Some(class) = study.lesion.class_named(folder) {
        Says::Class(class)
    } else if let Some(split) = Split::from_name(folder) {
        Says::Split(split)
    } else if is_among(&LABELS) {
        Says::Labels
    } else if is_among(&PICTURES) {
        Says::Pictures
    } else if is_among(&VESSELS) {
        if draws_vessels(study) {
            Says::Labels
        } else {
            Says::Aside
        }
    } else if is_among(&ASIDE) {
        Says::Aside
    } else {
        of_numbers(folder)
    }
}

/// Whether vessels are what the study has labels of.
fn draws_vessels(study: &Study) -> bool {
    let mut classes = study.lesion.classes().iter();
    classes.any(|class| plain(class).starts_with("vessel"))
}

/// Whether a folder holds drawings of vessels.
pub fn is_of_vessels(folder: &str) -> bool {
    VESSELS.contains(&plain(folder).as_str())
}

/// Whether a folder holds masks, which show where there is an image at all where they lie beside drawings of vessels.
pub fn is_of_masks(folder: &str) -> bool {
    ["mask", "masks"].contains(&plain(folder).as_str())
}

fn of_numbers(folder: &str) -> Says {
    let numbers = names::numbers(folder);
    let any = |counts| numbers.iter().any(|number| number.counts == counts);
    if any(Counts::People) {
        Says::Person
    } else if any(Counts::Groups) {
        Says::Group
    } else if any(Counts::Visits) || is_year(folder) {
        Says::Visit
    } else if any(Counts::Unsaid) {
        Says::Person
    } else {
        Says::Nothing
    }
}

fn is_year(folder: &str) -> bool {
    folder.len() == 4 && matches!(folder.parse::<u32>(), Ok(1900..=2099))
}

/// The stem of the image that a file beside it is the label of, by its own stem: `a` for `a_mask`, `a-seg` and, since
/// there may be several, `a_mask_2`.
pub fn labelled(stem: &str) -> Option<&str> {
    let uncounted = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let uncounted = if uncounted.len() < stem.len() {
        uncounted.trim_end_matches(names::is_separator)
    } else {
        stem
    };
    let (image, word) = uncounted.rsplit_once(names::is_separator)?;
    let image = image.trim_end_matches(names::is_separator);
    // `benign (1)_mask` is of `benign (1)`.
    let image = stem.get(..image.len() + closing(&stem[image.len()..]))?;
    let is_label = LABELS.contains(&plain(word).as_str());
    (is_label && !image.is_empty()).then_some(image)
}

/// Bytes of the brackets that close here.
fn closing(text: &str) -> usize {
    text.len() - text.trim_start_matches([')', ']']).len()
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_say_what_lies_in_them() {
        let study = Study::named("chest-xray").expect("built in");
        for (folder, said) in [
            ("XRay", Says::Modality(0)),
            ("NORMAL", Says::Class(0)),
            ("Testing", Says::Split(Split::Test)),
            ("val", Says::Split(Split::Validation)),
            ("Masks", Says::Labels),
            ("ground truth", Says::Labels),
            ("images", Says::Pictures),
            ("manual1", Says::Aside),
            ("patient03", Says::Person),
            ("0007", Says::Person),
            ("TCGA-CS-4941", Says::Person),
            ("site2", Says::Group),
            ("fold_1", Says::Group),
            ("ses-02", Says::Visit),
            ("2019", Says::Visit),
            ("20190411", Says::Visit),
            ("COVID", Says::Nothing),
        ] {
            assert_eq!(says(folder, &study), said, "{folder}");
        }
    }

    #[test]
    fn drawings_of_vessels_are_labels_where_a_study_has_them() {
        let mut study = Study::named("retina").expect("built in");
        assert_eq!(says("manual1", &study), Says::Aside);
        study.lesion = scanweave::label::LabelKind::Mask(vec!["vessels".into()]);
        assert_eq!(says("1st_manual", &study), Says::Labels);
        assert_eq!(says("2nd_manual", &study), Says::Aside);
        assert!(is_of_vessels("1st Manual") && !is_of_vessels("manuals"));
        assert!(is_of_masks("Mask") && !is_of_masks("label"));
    }

    #[test]
    fn labels_beside_images_are_known_by_their_ends() {
        for (stem, image) in [
            ("a_mask", Some("a")),
            ("a.1-Label", Some("a.1")),
            ("a_seg", Some("a")),
            ("a segmentation", Some("a")),
            ("benign (1)_mask", Some("benign (1)")),
            ("benign (1)_mask_1", Some("benign (1)")),
            ("a_mask2", Some("a")),
            ("mask", None),
            ("mask_3", None),
            ("_mask", None),
            ("scan_1", None),
            ("unmask", None),
        ] {
            assert_eq!(labelled(stem), image, "{stem}");
        }
    }
}
