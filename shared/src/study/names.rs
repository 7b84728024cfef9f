//! What data sets call the built-in modalities.
//!
//! Every challenge has words of its own for the same four images of a brain. They are understood in this one place, so
//! that a name that works in a table works for a folder and in a data set's own description too.

/// Modalities and their other names, in lower case without anything between letters and digits.
const NAMES: [(&str, &[&str]); 7] = [
    (
        "t1",
        &["t1w", "t1n", "t1pre", "t1native", "t1weighted", "mprage"],
    ),
    (
        "t1c",
        &[
            "t1ce",
            "t1cw",
            "t1wce",
            "t1gd",
            "t1wgd",
            "t1gad",
            "t1post",
            "t1wpost",
            "t1km",
            "t1contrast",
            "t1withcontrast",
            "t1postcontrast",
            "t1contrastenhanced",
            "t1weightedcontrastenhanced",
        ],
    ),
    ("t2", &["t2w", "t2weighted"]),
    ("flair", &["t2f", "t2flair", "flairw", "fla"]),
    ("xray", &["cxr", "chestxray", "radiograph"]),
    (
        "fundus",
        &["cfp", "fundusphotograph", "colorfundus", "colourfundus"],
    ),
    ("ct", &["computedtomography", "ctscan"]),
];

/// The built-in modality that is called so.
pub(super) fn built_in(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let known = NAMES
        .iter()
        .find(|(own, others)| *own == name || others.contains(&name.as_str()));
    known.map(|(own, _)| *own)
}

/// Letters and digits alone, in lower case.
pub(super) fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Modality, Study};

    #[test]
    fn names_of_every_release_are_understood() {
        for (name, own) in [
            ("t1n", "t1"),
            ("T1w", "t1"),
            ("t1ce", "t1c"),
            ("t1gd", "t1c"),
            ("T1-Gd", "t1c"),
            ("t1c", "t1c"),
            ("t2w", "t2"),
            ("t2f", "flair"),
            ("T2-FLAIR", "flair"),
            ("FLAIR", "flair"),
            ("X-ray", "xray"),
        ] {
            assert_eq!(built_in(name), Some(own), "{name}");
        }
        for name in ["", "dwi", "t", "t1x", "pd"] {
            assert_eq!(built_in(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_means_one_modality() {
        let mut all: Vec<&str> = Vec::new();
        for (own, others) in NAMES {
            assert!(Modality::named(own).is_some(), "{own}");
            all.push(own);
            all.extend(others);
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|name| plain(name) == *name));
    }

    #[test]
    fn a_study_s_own_name_comes_first() {
        let mut study = Study::named("brats").expect("built in");
        let at = |study: &Study, name: &str| study.place_called(name);
        assert_eq!(at(&study, "t1n"), study.place_of("t1"));
        study.modalities[1].name = "t1n".into();
        assert_eq!(at(&study, "T1n"), Some(1));
        assert_eq!(at(&study, "t1w"), study.place_of("t1"));
        assert_eq!(at(&study, "adc"), None);
        study.modalities[0].name = "t2-star".into();
        assert_eq!(at(&study, "T2star"), Some(0));
    }
}
