//! Which subjects are kept for choosing and for measuring.
//!
//! By subject, never by image: two images of one person on both sides would let a network be
//! measured on what it has learned by heart.

use super::{Item, Record, Split};
use scanweave::random::{Purpose, Random};
use std::collections::{BTreeMap, BTreeSet};

/// One subject in this many is kept for testing.
const TEST_SHARE: usize = 10;

/// Gives every record a split. What the data set prescribes stays, save that a subject found on both
/// sides is trained on as a whole; the other subjects are drawn 9:1. Returns how many subjects were
/// moved to the training side.
pub fn assign(records: &mut [Record], seed: u64) -> usize {
    let mut sides: BTreeMap<String, BTreeSet<Split>> = BTreeMap::new();
    for record in records.iter() {
        sides
            .entry(record.subject.clone())
            .or_default()
            .extend(record.split);
    }
    let moved = sides.values().filter(|s| s.len() > 1).count();
    let undecided = sides
        .iter()
        .filter(|(_, s)| s.is_empty())
        .map(|(name, _)| name.clone())
        .collect();
    let drawn = draw(undecided, seed);
    for record in records {
        let prescribed = sides[&record.subject].first().copied();
        let test = drawn.contains(&record.subject);
        record.split = Some(prescribed.unwrap_or(if test { Split::Test } else { Split::Train }));
    }
    moved
}

/// Items by what a stage does with them.
pub struct Parts<'a> {
    /// It learns from these.
    pub training: Vec<&'a Item>,
    /// These choose its best checkpoint: of a tenth of the subjects of the training split.
    pub validation: Vec<&'a Item>,
    /// These decide nothing and are measured on.
    pub test: Vec<&'a Item>,
}

/// The items of the training split.
pub fn training(items: &[Item]) -> Vec<&Item> {
    let train = items.iter().filter(|item| item.split == Split::Train);
    train.collect()
}

/// Sets validation subjects apart, drawn by `seed`; none of fewer than ten, nor where the training items
/// or the validation items that would come of it would not be `enough`.
pub fn parts(items: &[Item], seed: u64, enough: impl Fn(&[&Item], &[&Item]) -> bool) -> Parts<'_> {
    let (all, test): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| item.split == Split::Train);
    let subjects: BTreeSet<String> = all.iter().map(|item| item.subject.clone()).collect();
    let few = subjects.len() < TEST_SHARE;
    let drawn = draw(subjects.into_iter().collect(), seed);
    let (validation, training): (Vec<&Item>, Vec<&Item>) =
        all.iter().partition(|item| drawn.contains(&item.subject));
    let (training, validation) = if !few && enough(&training, &validation) {
        (training, validation)
    } else {
        (all, Vec::new())
    };
    Parts {
        training,
        validation,
        test,
    }
}

/// At most `count` of the items, evenly spread over them.
pub fn spread<'a>(items: &[&'a Item], count: usize) -> Vec<&'a Item> {
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
        let (train, test) = (Some(Split::Train), Some(Split::Test));
        let mut given = records(&[("a", train), ("b", test), ("c", train), ("c", test)]);
        assert_eq!(assign(&mut given, 1), 1);
        assert_eq!(
            splits(&given),
            [Split::Train, Split::Test, Split::Train, Split::Train]
        );
    }

    #[test]
    fn validation_subjects_are_nobodys_else() {
        let item = |i: usize| Item {
            subject: format!("s{}", i / 2),
            split: if i < 50 { Split::Train } else { Split::Test },
            source: i.to_string(),
            images: Vec::new(),
            structure: Vec::new(),
            mask: Vec::new(),
            label: Label::None,
        };
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
        assert_eq!(assign(&mut given, 3), 0);
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
