//! What the values of a label mean where its data set says so.
//!
//! A study numbers its classes in its own order, a data set in another: enhancing tumour is 4 in BraTS until 2021 and 3
//! from 2023 on, and oedema is 1 in the Decathlon. Taken as numbers they would be confused without a word, so they are
//! brought together by name.

use anyhow::{Result, bail, ensure};
use scanweave::study::Study;
use std::collections::BTreeMap;

/// Words for one kind of tissue, without anything between letters, in British spelling.
const SAME: [&[&str]; 5] = [
    &[
        "necrosis",
        "necrotic",
        "necroticcore",
        "necrotictumour",
        "necrotictumourcore",
        "necroticandnonenhancingtumour",
        "necroticandnonenhancingtumourcore",
        "ncr",
        "ncrnet",
        "netc",
        "nonenhancingtumourcore",
    ],
    &["oedema", "peritumouraloedema", "ed", "snfh"],
    &["nonenhancing", "nonenhancingtumour", "net"],
    &[
        "enhancing",
        "enhancingtumour",
        "gdenhancingtumour",
        "contrastenhancingtumour",
        "et",
        "at",
    ],
    &[
        "tumour",
        "tumours",
        "cancer",
        "lesion",
        "lesions",
        "mass",
        "abnormality",
    ],
];
/// Words for what is no lesion.
const NONE: [&str; 6] = [
    "background",
    "brain",
    "ignore",
    "unlabelled",
    "rc",
    "resectioncavity",
];
/// Values that are named in an error.
const SHOWN: usize = 8;

/// What a data set calls the values of its labels, 0 left out.
pub type Names = BTreeMap<u16, String>;

/// The class of the study that each value of a label means, from 1; 0 where it is no lesion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes(BTreeMap<u16, u8>);

impl Codes {
    /// The codes of a data set that calls the values of its labels so, and how they were understood. A study with one
    /// class takes the names that mean it, else all.
    ///
    /// # Errors
    /// When no name means any of several classes.
    pub fn of(names: &Names, study: &Study) -> Result<(Self, String)> {
        let classes = study.lesion.classes();
        let meant = |name: &String| classes.iter().position(|class| is_same(class, name));
        let found: Vec<(u16, &String, Option<usize>)> = names
            .iter()
            .map(|(&value, name)| (value, name, meant(name)))
            .collect();
        let any = found.iter().any(|(_, _, class)| class.is_some());
        ensure!(
            any || classes.len() == 1,
            "its labels are {}, and none of them is a class of study {} ({}): choose another --study, or one of one class, which takes them all",
            listed(names),
            study.name,
            classes.join(", ")
        );
        let class_of = |name: &str, class: Option<usize>| {
            let is_lesion = !NONE.contains(&plain(name).as_str());
            if any { class } else { is_lesion.then_some(0) }
        };
        let codes = found.iter().map(|(value, name, class)| {
            let class = class_of(name, *class);
            (*value, class.map_or(0, |class| class as u8 + 1))
        });
        let mut told: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
        for (value, name, class) in &found {
            let of = told.entry(class_of(name, *class)).or_default();
            of.push(format!("{value} ({name})"));
        }
        let told = told.into_iter().rev().map(|(class, values)| {
            let values = values.join(", ");
            let class = class.and_then(|class| classes.get(class));
            class.map_or_else(
                || format!("no lesion of study {} is {values}", study.name),
                |class| format!("{class} is {values}"),
            )
        });
        let told: Vec<String> = told.collect();
        Ok((
            Self(codes.collect()),
            format!("labels: {}", told.join("; ")),
        ))
    }

    /// The class of each value; what is no number is no lesion.
    ///
    /// # Errors
    /// When a value has no name.
    pub fn classes(&self, values: &[f32]) -> Result<Vec<u8>> {
        let class = |&value: &f32| {
            if value == 0.0 || !value.is_finite() {
                return Ok(0);
            }
            let whole = (value.fract() == 0.0 && (0.0..=f32::from(u16::MAX)).contains(&value))
                .then_some(value as u16);
            let Some(class) = whole.and_then(|value| self.0.get(&value)) else {
                let known = self.0.keys().map(u16::to_string);
                bail!(
                    "the label holds the value {value}, which its data set does not name (it names 0, {}): mend the label, or the list of labels",
                    known.take(SHOWN).collect::<Vec<_>>().join(", ")
                );
            };
            Ok(*class)
        };
        values.iter().map(class).collect()
    }
}

fn listed(names: &Names) -> String {
    let named = names
        .iter()
        .map(|(value, name)| format!("{value} ({name})"));
    named.take(SHOWN).collect::<Vec<_>>().join(", ")
}

/// Whether two names mean one kind of tissue.
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    let both = |words: &&[&str]| words.contains(&one.as_str()) && words.contains(&other.as_str());
    one == other || SAME.iter().any(both)
}

/// Letters and digits in lower case and British spelling.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    let lower: String = kept.flat_map(char::to_lowercase).collect();
    let british = lower.replace("tumor", "tumour");
    match british.strip_prefix("edema") {
        Some(rest) => format!("oedema{rest}"),
        None => british.replace("aledema", "aloedema"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(named: &[(u16, &str)]) -> Names {
        let named = named.iter();
        named.map(|&(value, name)| (value, name.into())).collect()
    }

    fn codes(named: &[(u16, &str)], study: &str) -> Result<(Codes, String)> {
        let study = Study::named(study).expect("built in");
        Codes::of(&names(named), &study)
    }

    const DECATHLON: [(u16, &str); 3] = [
        (1, "edema"),
        (2, "non-enhancing tumor"),
        (3, "enhancing tumour"),
    ];

    #[test]
    fn classes_are_matched_by_name() {
        let (brats, told) = codes(&DECATHLON, "brats").expect("three of four");
        let classes = brats.classes(&[0.0, 1.0, 2.0, 3.0, f32::NAN]);
        assert_eq!(classes.expect("known values"), [0, 2, 3, 4, 0]);
        assert_eq!(
            told,
            "labels: enhancing is 3 (enhancing tumour); non-enhancing is 2 (non-enhancing tumor); oedema is 1 (edema)"
        );
        let (phantom, told) = codes(&DECATHLON, "phantom-brain").expect("two of three");
        assert_eq!(phantom.classes(&[1.0, 2.0, 3.0]).expect("known"), [1, 0, 2]);
        assert!(
            told.ends_with("no lesion of study phantom-brain is 2 (non-enhancing tumor)"),
            "{told}"
        );
    }

    #[test]
    fn one_class_takes_the_names_that_mean_it_else_all() {
        let (all, _) = codes(&DECATHLON, "brain-mri").expect("all are lesion");
        assert_eq!(all.classes(&[3.0, 0.0, 1.0]).expect("known"), [1, 0, 1]);
        let (all, _) = codes(&[(1, "ED"), (4, "resection cavity")], "brain-mri").expect("one");
        assert_eq!(all.classes(&[4.0, 1.0]).expect("known"), [0, 1]);
        let (one, told) = codes(&[(1, "liver"), (2, "cancer")], "brain-mri").expect("one of two");
        assert_eq!(one.classes(&[1.0, 2.0]).expect("known"), [0, 1]);
        assert!(told.contains("tumour is 2 (cancer)"), "{told}");
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let error = codes(&[(1, "liver"), (2, "spleen")], "brats").expect_err("organs");
        let error = error.to_string();
        assert!(
            error.contains("1 (liver), 2 (spleen)") && error.contains("enhancing"),
            "{error}"
        );
        let (codes, _) = codes(&DECATHLON, "brats").expect("three of four");
        for value in [7.0, 1.5, -1.0] {
            let error = codes.classes(&[0.0, value]).expect_err("no name");
            let error = error.to_string();
            assert!(
                error.contains(&format!("value {value}")) && error.contains("0, 1, 2, 3"),
                "{error}"
            );
        }
    }
}
