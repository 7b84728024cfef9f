//! What names of BraTS say: which case a file is of, of which release, and so what the values of its label mean.
//!
//! The numbering changed in 2023 (Baid et al., arXiv 2107.02314; Adewole et al., arXiv 2305.19369; de Verdier et al.,
//! arXiv 2405.18368).

use super::located::stem;
use crate::data::codes::Names;

/// The case and the kind of a file, by its name.
pub fn parts(stem: &str) -> Option<(&str, &str)> {
    let (case, word) = stem.rsplit_once(['-', '_'])?;
    (!case.is_empty()).then_some((case, word))
}

/// Whether a case is of a release from 2023 on: `BraTS-GLI-00000-000`.
pub fn is_recent(case: &str) -> bool {
    let parts: Vec<&str> = case.split('-').collect();
    parts.len() >= 4 && parts[0].eq_ignore_ascii_case("brats")
}

/// Whether a case is one of BraTS-PED.
pub fn is_of_children(case: &str) -> bool {
    is_recent(case) && case.to_lowercase().starts_with("brats-ped-")
}

/// What the values of the label of a case mean.
pub fn values(case: &str, word: &str) -> Names {
    let names: &[(u16, &str)] = if word.eq_ignore_ascii_case("gtv") {
        &[(1, "tumour")]
    } else if is_of_children(case) {
        &[(1, "tumour"), (2, "tumour"), (3, "tumour"), (4, "tumour")]
    } else if is_recent(case) {
        &[
            (1, "necrosis"),
            (2, "oedema"),
            (3, "enhancing"),
            (4, "resection cavity"),
        ]
    } else {
        &[
            (1, "necrosis"),
            (2, "oedema"),
            (3, "non-enhancing"),
            (4, "enhancing"),
        ]
    };
    let names = names.iter();
    names.map(|&(value, name)| (value, name.into())).collect()
}

/// What the values of a label mean by the name of its file alone, where a recent release of BraTS named it: 3 is
/// enhancing there.
pub fn named_recently(path: &str) -> Option<Names> {
    let (case, word) = parts(stem(path))?;
    let is_label = word.eq_ignore_ascii_case("seg") && is_recent(case);
    (is_label && !is_of_children(case)).then(|| values(case, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_recent_labels_are_known() {
        let names = named_recently("a/BraTS-GLI-00005-000-seg.nii.gz").expect("recent");
        assert_eq!(names[&3], "enhancing");
        for other in [
            "BraTS2021_00000_seg.nii.gz",
            "BraTS-GLI-00005-000-t1c.nii.gz",
            "seg.nii",
        ] {
            assert_eq!(named_recently(other), None, "{other}");
        }
    }
}
