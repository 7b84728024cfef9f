//! Names of findings and lesion classes: a model brings them in English, the page says those it knows
//! in its own language.

use crate::ui::words::{
    FINDING_BACTERIA, FINDING_CONSOLIDATION, FINDING_CORE, FINDING_EDEMA, FINDING_ENHANCING,
    FINDING_LESION, FINDING_NECROSIS, FINDING_NODULE, FINDING_NONE, FINDING_NORMAL, FINDING_TUMOUR,
    FINDING_VIRUS, Word,
};

/// Every name that the page knows.
const KNOWN: [(&str, Word); 12] = [
    ("none", FINDING_NONE),
    ("lesion", FINDING_LESION),
    ("normal", FINDING_NORMAL),
    ("bacteria", FINDING_BACTERIA),
    ("virus", FINDING_VIRUS),
    ("consolidation", FINDING_CONSOLIDATION),
    ("tumour", FINDING_TUMOUR),
    ("core", FINDING_CORE),
    ("edema", FINDING_EDEMA),
    ("enhancing", FINDING_ENHANCING),
    ("necrosis", FINDING_NECROSIS),
    ("nodule", FINDING_NODULE),
];

/// The name as people read it.
pub fn named(name: &str) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, word)| word.say().to_owned())
}
