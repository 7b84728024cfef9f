//! Which subjects are kept for measuring.
//!
//! By subject, never by image: two images of one person on both sides would let a network be
//! measured on what it has learned by heart.

use super::{Record, Split};
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

/// The tenth of `subjects` that is kept for testing, at least one of two.
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
