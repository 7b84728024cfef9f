//! Names of findings and lesion classes: a model brings them in English, the page says those it knows
//! in its own language.

use crate::ui::words::{
    FINDING_BACTERIA, FINDING_CONSOLIDATION, FINDING_CORE, FINDING_ENHANCING, FINDING_LESION,
    FINDING_NECROSIS, FINDING_NODULE, FINDING_NON_ENHANCING, FINDING_NONE, FINDING_NORMAL,
    FINDING_OEDEMA, FINDING_RETINOPATHY, FINDING_TUMOUR, FINDING_VIRUS, Word,
};

/// Every name that the page knows.
const KNOWN: [(&str, Word); 14] = [
    ("none", FINDING_NONE),
    ("lesion", FINDING_LESION),
    ("normal", FINDING_NORMAL),
    ("bacteria", FINDING_BACTERIA),
    ("virus", FINDING_VIRUS),
    ("consolidation", FINDING_CONSOLIDATION),
    ("tumour", FINDING_TUMOUR),
    ("core", FINDING_CORE),
    ("oedema", FINDING_OEDEMA),
    ("enhancing", FINDING_ENHANCING),
    ("non-enhancing", FINDING_NON_ENHANCING),
    ("necrosis", FINDING_NECROSIS),
    ("nodule", FINDING_NODULE),
    ("retinopathy", FINDING_RETINOPATHY),
];

/// The name as people read it.
pub fn named(name: &str) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, word)| word.say().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::study::Study;

    #[test]
    fn the_classes_of_every_built_in_study_are_known() {
        for study in Study::NAMES {
            let study = Study::named(study).expect("built in");
            for class in study.lesion.classes() {
                let known = KNOWN.iter().any(|(known, _)| known == class);
                assert!(known, "{class} of {}", study.name);
            }
        }
    }
}
