//! How many of what there are in each split: the table that is printed, and that stands in the report.

use super::prepared::{Item, Prepared};
use super::{Content, Record, Split};
use scanweave::study::{Channels, Modality, Study};
use std::collections::BTreeSet;

/// Numbers per split.
#[derive(Debug, PartialEq)]
pub struct Counts {
    /// The splits, in the order of the numbers.
    pub splits: Vec<Split>,
    /// What is counted, with a number per split.
    pub rows: Vec<(String, Vec<usize>)>,
}

/// Something that is counted.
type Row<'a, T> = (String, Box<dyn Fn(&T) -> bool + 'a>);

impl Counts {
    /// Of prepared data.
    pub fn of(prepared: &Prepared) -> Self {
        let header = &prepared.header;
        let mut rows: Vec<Row<Item>> = Vec::new();
        for (place, modality) in header.modalities.iter().enumerate() {
            rows.push((named(modality), Box::new(move |item| item.has(place))));
        }
        let classes = header.label.classes();
        for (class, name) in classes.iter().enumerate() {
            let has = move |item: &Item| item.label.has_class(class);
            rows.push((format!("class {name}"), Box::new(has)));
        }
        let none = |item: &Item| (0..classes.len()).all(|class| !item.label.has_class(class));
        rows.push(("without a class".into(), Box::new(none)));
        Self::tallied(
            "items",
            &prepared.items,
            |item| (item.split, item.subject.as_str()),
            rows,
        )
    }

    /// Of a data set before anything of it is read: labels count as files, and a record is what is said.
    pub fn of_records(records: &[Record], study: &Study, what: &str) -> Self {
        let mut rows: Vec<Row<Record>> = Vec::new();
        for (place, modality) in study.modalities.iter().enumerate() {
            let has = move |record: &Record| match &record.content {
                Content::Files { images, .. } => images[place].is_some(),
                Content::Phantom { .. } => true,
            };
            rows.push((named(modality), Box::new(has)));
        }
        if study.lesion.whole(0).is_some() {
            for (class, name) in study.lesion.classes().iter().enumerate() {
                let has = move |record: &Record| record.class == Some(class);
                rows.push((format!("class {name}"), Box::new(has)));
            }
        } else if study.lesion.is_placed() {
            rows.push(("with a label".into(), Box::new(has_label)));
        }
        let of = |record: &Record| record.split.unwrap_or(Split::Train);
        Self::tallied(
            what,
            records,
            |record| (of(record), record.subject.as_str()),
            rows,
        )
    }

    /// The lines of a table for a terminal, headings first.
    pub fn lines(&self) -> Vec<String> {
        let line = |name: &str, cells: Vec<String>| {
            let cells = cells.iter().map(|cell| format!("{cell:>10}"));
            format!("{name:24}{}", cells.collect::<String>())
        };
        let splits = self.splits.iter().map(|split| split.name().to_owned());
        let headings = line("", splits.collect());
        let rows = self.rows.iter().map(|(name, numbers)| {
            let cells = numbers.iter().map(usize::to_string);
            line(name, cells.collect())
        });
        std::iter::once(headings).chain(rows).collect()
    }

    fn tallied<'a, T>(
        what: &str,
        items: &'a [T],
        of: impl Fn(&'a T) -> (Split, &'a str),
        rows: Vec<Row<T>>,
    ) -> Self {
        let there: BTreeSet<Split> = items.iter().map(|item| of(item).0).collect();
        // Without a split of its own for it, training sets some items apart.
        let is_shown = |split: &Split| *split != Split::Validation || there.contains(split);
        let splits: Vec<Split> = Split::ALL.into_iter().filter(is_shown).collect();
        let within = |split: Split| {
            let items = items.iter().filter(|item| of(*item).0 == split);
            items.collect::<Vec<_>>()
        };
        let parts: Vec<Vec<&T>> = splits.iter().map(|&split| within(split)).collect();
        let subjects = |part: &Vec<&'a T>| {
            let names = part.iter().map(|item| of(*item).1);
            names.collect::<BTreeSet<_>>().len()
        };
        let mut counted = vec![
            (what.to_owned(), parts.iter().map(Vec::len).collect()),
            ("subjects".to_owned(), parts.iter().map(subjects).collect()),
        ];
        counted.extend(rows.into_iter().map(|(name, belongs)| {
            let count = |part: &Vec<&T>| part.iter().filter(|item| belongs(item)).count();
            (name, parts.iter().map(count).collect())
        }));
        Self {
            splits,
            rows: counted,
        }
    }
}

fn named(modality: &Modality) -> String {
    match modality.channels {
        Channels::Grey => format!("modality {}", modality.name),
        other => format!("modality {}, {}", modality.name, other.name()),
    }
}

fn has_label(record: &Record) -> bool {
    match &record.content {
        Content::Files { label, boxes, .. } => {
            label.is_some()
                || boxes
                    .as_ref()
                    .is_some_and(|listed| !listed.boxes.is_empty())
        }
        Content::Phantom { lesion, .. } => *lesion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::datasets::phantom;

    #[test]
    fn what_is_listed_is_counted_per_split() {
        let study = Study::named("phantom-brain").expect("built in");
        let mut records = phantom::records(&study, 5, 3).expect("phantoms");
        records[0].split = Some(Split::Test);
        records[2].subject = records[1].subject.clone();
        let counts = Counts::of_records(&records, &study, "items");
        assert_eq!(counts.splits, [Split::Train, Split::Test]);
        let row = |name: &str| {
            let found = counts.rows.iter().find(|(row, _)| row == name);
            found.map(|(_, numbers)| numbers.clone())
        };
        assert_eq!(row("items"), Some(vec![4, 1]));
        assert_eq!(row("subjects"), Some(vec![3, 1]));
        assert_eq!(row("modality t1c"), Some(vec![4, 1]));
        assert_eq!(row("with a label"), Some(vec![2, 0]));
        assert_eq!(row("class edema"), None);
        let lines = counts.lines();
        assert_eq!(lines[0].trim(), "train      test");
        assert_eq!(lines[1], format!("{:24}{:>10}{:>10}", "items", 4, 1));

        records[4].split = Some(Split::Validation);
        let thorax = Study::named("phantom-thorax").expect("built in");
        let counts = Counts::of_records(&records, &thorax, "items");
        assert_eq!(counts.splits, Split::ALL);
        let classes: Vec<_> = counts.rows.iter().skip(3).map(|(_, n)| n.clone()).collect();
        assert_eq!(classes, [[1, 1, 1], [2, 0, 0]]);
    }
}
