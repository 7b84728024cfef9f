//! Which subjects are kept for choosing and for measuring.
//!
//! By subject, never by image: two images of one person on both sides would let a network be
//! measured on what it has learned by heart.

use super::{Item, Record, Split};
use scanweave::random::{Purpose, Random};
use std::collections::{BTreeMap, BTreeSet};

/// One subject in this many is kept for testing.
const TEST_SHARE: usize = 10;

/// Gives every record a split. What the data set prescribes stays, save that a subject found in several
/// splits is kept whole in the first of [`Split::ALL`]: what was learnt from is not measured on. The other subjects
/// are drawn 9:1. Returns the subjects that were found in several.
pub fn assign(records: &mut [Record], seed: u64) -> Vec<String> {
    let mut given: BTreeMap<String, BTreeSet<Split>> = BTreeMap::new();
    for record in records.iter() {
        given
            .entry(record.subject.clone())
            .or_default()
            .extend(record.split);
    }
    let names = |wanted: &dyn Fn(usize) -> bool| {
        let found = given.iter().filter(|(_, splits)| wanted(splits.len()));
        found.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let drawn = draw(names(&|splits| splits == 0), seed);
    for record in records {
        let splits = &given[&record.subject];
        let test = drawn.contains(&record.subject);
        let otherwise = if test { Split::Test } else { Split::Train };
        let prescribed = Split::ALL.into_iter().find(|split| splits.contains(split));
        record.split = Some(prescribed.unwrap_or(otherwise));
    }
    names(&|splits| splits > 1)
}

/// Items by what a stage does with them.
pub struct Parts<'a> {
    /// It learns from these.
    pub training: Vec<&'a Item>,
    /// These choose its best checkpoint: those that the data set says, else a tenth of the subjects of the training split.
    pub validation: Vec<&'a Item>,
    /// These decide nothing and are measured on.
    pub test: Vec<&'a Item>,
}

/// The items of the training split.
pub fn training(items: &[Item]) -> Vec<&Item> {
    of(items, Split::Train)
}

fn of(items: &[Item], split: Split) -> Vec<&Item> {
    items.iter().filter(|item| item.split == split).collect()
}

/// The items of the validation split choose; where the data set has none, subjects of the training split are set
/// apart for it, drawn by `seed`, though none of fewer than ten. Nobody chooses where the training items or the validation
/// items that would come of it would not be `enough`.
pub fn parts(items: &[Item], seed: u64, enough: impl Fn(&[&Item], &[&Item]) -> bool) -> Parts<'_> {
    let (all, given) = (training(items), of(items, Split::Validation));
    let (training, validation) = if given.is_empty() {
        set_apart(&all, seed)
    } else {
        (all.clone(), given)
    };
    let (training, validation) = if !validation.is_empty() && enough(&training, &validation) {
        (training, validation)
    } else {
        (all, Vec::new())
    };
    Parts {
        training,
        validation,
        test: of(items, Split::Test),
    }
}

/// The items without, and of, a tenth of their subjects.
fn set_apart<'a>(items: &[&'a Item], seed: u64) -> (Vec<&'a Item>, Vec<&'a Item>) {
    let subjects: BTreeSet<String> = items.iter().map(|item| item.subject.clone()).collect();
    if subjects.len() < TEST_SHARE {
        return (items.to_vec(), Vec::new());
    }
    let drawn = draw(subjects.into_iter().collect(), seed);
    let items = items.iter().copied();
    let (validation, training) = items.partition(|item| drawn.contains(&item.subject));
    (training, validation)
}

/// At most `count` of the items, evenly spread over them.
pub fn spread<T: Copy>(items: &[T], count: usize) -> Vec<T> {
    let count = count.min(items.len());
    (0..count).map(|i| items[i * items.len() / count]).collect()
}

/// A tenth of the `subjects`, at least one of two.
fn draw(mut subjects: Vec<String>, seed: u64) -> BTreeSet<String> {
    let count = subjects.len();
    let tests = if count < 2 {
        0
    } else {
        (count / TEST_SHARE).max(1)
    };
    let mut random = Random::new(seed, Purpose::Batch);
    for i in 0..tests {
        subjects.swap(i, i + random.below(count - i));
    }
    subjects.truncate(tests);
    subjects.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Content;
    use scanweave::label::Label;

    fn records(subjects: &[(&str, Option<Split>)]) -> Vec<Record> {
        let record = |(i, (subject, split)): (usize, &(&str, Option<Split>))| Record {
            subject: (*subject).into(),
            split: *split,
            class: None,
            source: i.to_string(),
            content: Content::Phantom {
                seed: 0,
                lesion: false,
            },
        };
        subjects.iter().enumerate().map(record).collect()
    }

    fn splits(records: &[Record]) -> Vec<Split> {
        records.iter().map(|r| r.split.expect("assigned")).collect()
    }

    #[test]
    fn a_prescribed_split_stays_and_a_leak_is_closed() {
        let [train, validation, test] = Split::ALL.map(Some);
        let mut given = records(&[
            ("a", train),
            ("b", test),
            ("c", test),
            ("c", train),
            ("d", validation),
            ("e", test),
            ("e", validation),
        ]);
        assert_eq!(assign(&mut given, 1), ["c", "e"]);
        let [train, validation, test] = Split::ALL;
        let kept = [
            train, test, train, train, validation, validation, validation,
        ];
        assert_eq!(splits(&given), kept);
    }

    #[test]
    fn names_of_splits_are_those_that_people_write() {
        for (word, split) in [
            ("Training", Split::Train),
            ("val", Split::Validation),
            ("VALID", Split::Validation),
            ("validation", Split::Validation),
            ("testing", Split::Test),
        ] {
            assert_eq!(Split::from_name(word), Some(split), "{word}");
        }
        assert_eq!(Split::from_name("fold 3").or(Split::from_name("")), None);
        assert_eq!(Split::ALL.map(Split::name), ["train", "val", "test"]);
    }

    #[test]
    fn a_validation_split_of_the_data_set_chooses_and_no_other() {
        let item = |i: usize| Item {
            split: [Split::Train, Split::Validation, Split::Test][i % 3],
            ..item(i)
        };
        let items: Vec<Item> = (0..60).map(item).collect();
        let of = parts(&items, 3, |_, _| true);
        for (part, split) in [
            (&of.training, Split::Train),
            (&of.validation, Split::Validation),
            (&of.test, Split::Test),
        ] {
            assert_eq!(part.len(), 20);
            assert!(part.iter().all(|item| item.split == split));
        }
        let without = parts(&items, 3, |_, validation| validation.len() > 20);
        let counts = [
            without.training.len(),
            without.validation.len(),
            without.test.len(),
        ];
        assert_eq!(counts, [20, 0, 20], "they are trained on by nobody");
    }

    /// Two of a subject.
    fn item(i: usize) -> Item {
        Item {
            subject: format!("s{}", i / 2),
            split: if i < 50 { Split::Train } else { Split::Test },
            source: i.to_string(),
            images: Vec::new(),
            structure: Vec::new(),
            mask: Vec::new(),
            label: Label::None,
        }
    }

    #[test]
    fn validation_subjects_are_nobodys_else() {
        let items: Vec<Item> = (0..60).map(item).collect();
        let of = parts(&items, 3, |_, _| true);
        let counts = [&of.training, &of.validation, &of.test].map(Vec::len);
        assert_eq!(counts, [46, 4, 10], "2 of 25 training subjects");
        let names = |items: &[&Item]| -> BTreeSet<String> {
            items.iter().map(|i| i.subject.clone()).collect()
        };
        let seen = names(&of.training);
        assert!(names(&of.validation).is_disjoint(&seen) && names(&of.test).is_disjoint(&seen));
        assert_ne!(
            names(&parts(&items, 4, |_, _| true).validation),
            names(&of.validation)
        );
        let all = parts(&items, 3, |rest, _| rest.len() == 50);
        assert_eq!((all.training.len(), all.validation.len()), (50, 0));
        let few = parts(&items[..18], 3, |_, _| true);
        assert_eq!(
            (few.training.len(), few.validation.len()),
            (18, 0),
            "nine subjects"
        );
        let some = spread(&of.training, 3);
        assert_eq!(
            some.iter()
                .map(|i| &i.source)
                .collect::<BTreeSet<_>>()
                .len(),
            3
        );
        assert_eq!(spread(&of.test, 99).len(), 10);
    }

    #[test]
    fn a_tenth_of_the_subjects_is_drawn() {
        let names: Vec<String> = (0..40).map(|i| format!("s{}", i / 2)).collect();
        let mut given = records(&names.iter().map(|n| (n.as_str(), None)).collect::<Vec<_>>());
        assert!(assign(&mut given, 3).is_empty());
        let drawn = splits(&given);
        assert_eq!(
            drawn.iter().filter(|s| **s == Split::Test).count(),
            4,
            "two images of two subjects"
        );
        assert!(
            drawn.chunks(2).all(|pair| pair[0] == pair[1]),
            "subjects stay whole"
        );
        let mut again = records(&names.iter().map(|n| (n.as_str(), None)).collect::<Vec<_>>());
        assign(&mut again, 3);
        assert_eq!(splits(&again), drawn);
    }
}
