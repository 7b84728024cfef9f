//! Who was imaged, told from paths.
//!
//! Two images of one person in two splits let a network be measured on what it knows by heart, and nothing in the figures
//! shows it. So where it is open whether two files show one person, they are taken for one. A folder for each person is
//! the surest sign; without one, the number in a file's name that tells people apart, up to the counter behind it. No
//! rule fits all names: what was understood is said with examples, and an expression of the user's own takes its place.

use super::names::{self, Counts, Number};
use super::words::{Says, says};
use crate::data::datasets::{counted, first};
use crate::data::{Record, Split};
use anyhow::{Context, Result};
use regex_lite::Regex;
use scanweave::study::Study;
use std::collections::{BTreeMap, BTreeSet};

/// Folders named by words alone are kinds of images rather than people, unless there are as many.
const MANY: usize = 10;
/// A subject with more than one in so many of the files is no subject, but what all names begin with.
const SHARE: usize = 10;
/// Files shown of the example.
const SHOWN: usize = 3;

/// A file whose subject is asked for.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    /// Its path below the data set's folder, with forward slashes.
    path: &'a str,
    /// The split that the data set prescribes for it.
    split: Option<Split>,
}

/// Fills in the subject of each record: what the first group of `rule` captures in its path, where a rule is given; else
/// of those that have none what folders and names tell. `paths` are those of the records. Returns what was understood.
///
/// # Errors
/// When the rule does not match a path, or captures nothing in it.
pub fn fill_in(
    records: &mut [Record],
    paths: &[String],
    study: &Study,
    rule: Option<&Regex>,
) -> Result<Vec<String>> {
    let asked: Vec<usize> = (0..records.len())
        .filter(|&i| rule.is_some() || records[i].subject.is_empty())
        .collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let seen = |&i: &usize| Seen {
        path: &paths[i],
        split: records[i].split,
    };
    let seen: Vec<Seen> = asked.iter().map(seen).collect();
    let (subjects, notes) = match rule {
        Some(rule) => by_rule(&seen, rule)?,
        None => guessed(&seen, study),
    };
    for (i, subject) in asked.into_iter().zip(subjects) {
        records[i].subject = subject;
    }
    Ok(notes)
}

/// Names that differ in the case of letters alone and are most likely one person's.
pub fn alike(records: &[Record]) -> Option<String> {
    let mut written: BTreeMap<String, &str> = BTreeMap::new();
    records.iter().find_map(|record| {
        let name = record.subject.as_str();
        let other = *written.entry(name.to_lowercase()).or_insert(name);
        (other != name).then(|| {
            format!("the subjects {other} and {name} differ in the case of letters alone, and count as two")
        })
    })
}

/// Whom a single path seems to show, for an example.
pub fn named(path: &str, study: &Study) -> String {
    let (above, _) = path.rsplit_once('/').unwrap_or_default();
    let stem = super::stem(path);
    let folder = above
        .split('/')
        .find(|folder| says(folder, study) == Says::Person);
    let mut numbers = names::numbers(stem).into_iter();
    let person = numbers.find(|number| number.counts == Counts::People);
    let person = folder.or(person.map(|number| number.text));
    person.unwrap_or(stem).to_owned()
}

type Told = (Vec<String>, Vec<String>);

fn by_rule(seen: &[Seen], rule: &Regex) -> Result<Told> {
    let subject = |seen: &Seen| -> Result<String> {
        let captured = rule.captures(seen.path).and_then(|found| found.get(1));
        let subject = captured.filter(|found| !found.as_str().is_empty());
        let subject = subject.with_context(|| {
            format!(
                "--subject '{rule}' captures nothing in '{}': it must match every path below --source",
                seen.path
            )
        })?;
        Ok(subject.as_str().to_owned())
    };
    let subjects = seen.iter().map(subject).collect::<Result<Vec<_>>>()?;
    let note = example(seen, &subjects, "by --subject");
    Ok((subjects, vec![note]))
}

/// The subjects that folders and names tell, and what to say of them.
fn guessed(seen: &[Seen], study: &Study) -> Told {
    let by_folder = of_folders(seen, study);
    let left: Vec<usize> = (0..seen.len())
        .filter(|&i| by_folder[i].is_none())
        .collect();
    let rest: Vec<Seen> = left.iter().map(|&i| seen[i]).collect();
    let (of_names, mut warnings) = of_names(&rest);
    let how = match (left.len(), by_folder.len()) {
        (0, _) => "by folder",
        (some, all) if some < all => "by folder and file name",
        _ => "by file name",
    };
    let mut of_names = of_names.into_iter();
    let subject = |folder: Option<&str>| folder.map(str::to_owned).or_else(|| of_names.next());
    let subjects: Vec<String> = by_folder.into_iter().filter_map(subject).collect();
    let mut notes = vec![example(seen, &subjects, how)];
    notes.append(&mut warnings);
    (subjects, notes)
}

/// `12 subjects by folder, e.g. p03 <- xray/p03/1.png, xray/p03/2.png`.
fn example(seen: &[Seen], subjects: &[String], how: &str) -> String {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (seen, subject) in seen.iter().zip(subjects) {
        files.entry(subject).or_default().push(seen.path);
    }
    let several = files.iter().find(|(_, files)| files.len() > 1);
    let Some((name, shown)) = several.or_else(|| files.iter().next()) else {
        return String::new();
    };
    let few = files.len() < MANY && seen.len() > files.len();
    format!(
        "{} {how}, e.g. {name} <- {}; --subject REGEX tells them otherwise{}",
        counted(files.len(), "subject"),
        first(shown.iter().copied(), SHOWN),
        if few { ", if these are no people" } else { "" }
    )
}

/// The folder of each file that is a person's: the first that is named so and does not hold all of the files.
fn of_folders<'a>(seen: &[Seen<'a>], study: &Study) -> Vec<Option<&'a str>> {
    let folders = |seen: &Seen<'a>| {
        let above = seen.path.rsplit_once('/').map_or("", |(above, _)| above);
        let named = above.split('/').filter(|folder| !folder.is_empty());
        named.map(|folder| (folder, says(folder, study))).collect()
    };
    let folders: Vec<Vec<(&str, Says)>> = seen.iter().map(folders).collect();
    let named = |folders: &[(&'a str, Says)], wanted: Says| {
        let found = folders.iter().filter(|(_, says)| *says == wanted);
        found.map(|(folder, _)| *folder).collect::<Vec<_>>()
    };
    let words = folders
        .iter()
        .filter_map(|f| named(f, Says::Nothing).first().copied());
    let many = words.collect::<BTreeSet<_>>().len() >= MANY;
    let candidates = |folders: &Vec<(&'a str, Says)>| {
        let mut found = named(folders, Says::Person);
        if many {
            found.extend(named(folders, Says::Nothing));
        }
        found.extend(named(folders, Says::Visit));
        found
    };
    let mut candidates: Vec<Vec<&str>> = folders.iter().map(candidates).collect();
    while holds_all(&candidates) {
        for candidates in &mut candidates {
            candidates.remove(0);
        }
    }
    let chosen = candidates.iter().map(|c| c.first().copied());
    chosen.collect()
}

/// Whether the first candidate of all files is one and the same folder.
fn holds_all(candidates: &[Vec<&str>]) -> bool {
    let first = candidates.first().and_then(|c| c.first());
    first.is_some() && candidates.iter().all(|c| c.first() == first)
}

/// The subjects of files by their names.
fn of_names(seen: &[Seen]) -> (Vec<String>, Vec<String>) {
    let stems: Vec<&str> = seen.iter().map(|seen| super::stem(seen.path)).collect();
    let mut notes = Vec::new();
    let mut subjects = of_stems(&stems);
    let one = subjects.first().copied();
    let one = one.filter(|one| subjects.iter().all(|s| s == one));
    // Slices of one volume are one file, and stay together.
    if let Some(one) = one.filter(|_| stems.iter().any(|stem| *stem != stems[0])) {
        notes.push(format!(
            "all file names begin alike ({one}): every image is taken for a subject of its own, so that some can be kept for testing"
        ));
        subjects.clone_from(&stems);
    }
    let anew = numbered_anew(seen, &stems);
    if let Some(stem) = anew {
        notes.push(format!(
            "files of different splits have the same name, such as {stem}: names tell subjects apart within a split only"
        ));
    }
    let scoped = |(seen, subject): (&Seen, &&str)| match seen.split.filter(|_| anew.is_some()) {
        Some(split) => format!("{}/{subject}", split.name()),
        None => (*subject).to_owned(),
    };
    (seen.iter().zip(&subjects).map(scoped).collect(), notes)
}

/// A name that two files of different splits have: each of the splits numbers its own.
fn numbered_anew<'a>(seen: &[Seen], stems: &[&'a str]) -> Option<&'a str> {
    let mut known: BTreeMap<&str, (Split, &str)> = BTreeMap::new();
    stems.iter().zip(seen).find_map(|(stem, seen)| {
        let split = seen.split?;
        let (first, path) = *known.entry(*stem).or_insert((split, seen.path));
        (first != split && path != seen.path).then_some(*stem)
    })
}

/// What names of one shape have in common.
#[derive(Default)]
struct Shape<'a> {
    digits: BTreeSet<&'a str>,
    names: usize,
}

/// The part of each name that tells people apart, as far as all the names show it.
fn of_stems<'a>(stems: &[&'a str]) -> Vec<&'a str> {
    let numbers: Vec<Vec<Number>> = stems.iter().map(|stem| names::numbers(stem)).collect();
    let mut shapes: BTreeMap<&str, Shape> = BTreeMap::new();
    for number in numbers.iter().flatten() {
        let shape = shapes.entry(&number.shape).or_default();
        shape.digits.insert(number.digits);
        shape.names += 1;
    }
    let named = stems.iter().zip(&numbers);
    let subject =
        named.map(|(stem, numbers)| told_by(numbers, &shapes, stems.len()).unwrap_or(*stem));
    subject.collect()
}

/// The number that tells who: one that is said to be a person's, else the first that differs between names made alike.
/// One that does not differ is what the whole set is called (`NORMAL2-IM-1427`), unless few files have it: they are of
/// the one person whose files are named so. `None` where only the whole name can tell.
fn told_by<'a>(
    numbers: &[Number<'a>],
    shapes: &BTreeMap<&str, Shape>,
    names: usize,
) -> Option<&'a str> {
    let of = |wanted: Counts| numbers.iter().filter(move |n| n.counts == wanted);
    if let Some(person) = of(Counts::People).next() {
        return Some(person.text);
    }
    // Two numbers are needed beside a date to tell a person from a counter.
    let unsaid = of(Counts::Unsaid).count();
    let usable = numbers.iter().filter(|n| match n.counts {
        Counts::Groups => false,
        Counts::Visits => unsaid < 2,
        Counts::People | Counts::Unsaid => true,
    });
    let usable: Vec<&Number> = usable.collect();
    let differs = |n: &&&Number| shapes[n.shape.as_str()].digits.len() > 1;
    let rare = |n: &&&Number| shapes[n.shape.as_str()].names * SHARE <= names;
    let first = usable.first().filter(|n| differs(n) || rare(n));
    let told = first.or_else(|| usable.iter().find(differs));
    told.map(|number| number.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Study {
        Study::named("chest-xray").expect("built in")
    }

    /// The subjects of paths, the splits told by their folders, and the notes.
    fn told(paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let split = |path: &str| path.split('/').find_map(Split::from_name);
        let seen = paths.iter().map(|path| Seen {
            path,
            split: split(path),
        });
        guessed(&seen.collect::<Vec<_>>(), &study())
    }

    /// The path of an image of a person.
    type Path = fn(usize, usize) -> String;

    /// Paths made of numbers below `people` and `images`.
    fn grid(people: usize, images: usize, path: impl Fn(usize, usize) -> String) -> Vec<String> {
        let images = |p| (0..images).map(move |i| (p, i));
        (0..people)
            .flat_map(images)
            .map(|(p, i)| path(p, i))
            .collect()
    }

    /// Paths whose subjects should be the people of the grid.
    #[track_caller]
    fn right(paths: &[String], people: usize, images: usize) {
        let of: Vec<&str> = paths.iter().map(String::as_str).collect();
        let (subjects, notes) = told(&of);
        for (files, subjects) in paths.chunks(images).zip(subjects.chunks(images)) {
            assert!(
                subjects.iter().all(|s| *s == subjects[0]),
                "{files:?}: {subjects:?}"
            );
        }
        let different: BTreeSet<_> = subjects.iter().collect();
        assert_eq!(different.len(), people, "{paths:?}: {different:?}");
        let said = format!("{people} subject");
        assert!(notes[0].starts_with(&said), "{notes:?}");
    }

    #[test]
    fn the_files_of_a_person_are_one_subject() {
        let cases: [(&str, Path); 15] = [
            ("counter", |p, i| format!("xray/patient{p:02}_{i}.png")),
            ("two numbers", |p, i| format!("IM-{p:04}-{i:04}.jpeg")),
            ("a kind between", |p, i| {
                format!("person{p}_{}_{i}.jpeg", ["virus", "bacteria"][i % 2])
            }),
            ("a number for all", |p, i| {
                format!("NORMAL2-IM-{p:04}-{i:04}.jpeg")
            }),
            ("no word", |p, i| format!("{p:08}_{i:03}.png")),
            ("a date before", |p, i| format!("2019041{i}_p{p}_{i}.png")),
            ("sites", |p, i| format!("site{}_{p:03}_{i}.png", p % 2)),
            ("sides", |p, i| {
                format!("Image_{p:02}{}.jpg", ["L", "R"][i % 2])
            }),
            ("glued", |p, i| format!("p{p:02}s{i}.png")),
            ("codes", |p, i| format!("{p:x}0f3ab9{p}e_{i}.png")),
            ("folders", |p, i| format!("xray/patient{p:02}/{i}.png")),
            ("folders below classes", |p, i| {
                format!(
                    "train/{}/images/{p:03}/study{i}/view1.png",
                    ["normal", "virus"][i % 2]
                )
            }),
            ("folders of one place", |p, i| {
                format!("hospital 3/2019/p{p}/{i}.png")
            }),
            ("letters", |p, i| {
                format!("patient {}/{i}.png", char::from(b'A' + p as u8))
            }),
            ("many names", |p, i| {
                format!(
                    "{}/{i}.png",
                    char::from(b'a' + p as u8).to_string().repeat(4)
                )
            }),
        ];
        for (name, path) in cases {
            println!("{name}");
            right(&grid(12, 3, path), 12, 3);
        }
    }

    #[test]
    fn a_number_alone_is_no_counter() {
        let paths: [Path; 8] = [
            |p, _| format!("{p}.png"),
            |p, _| format!("scan.{p}.png"),
            |p, _| format!("train{p}.png"),
            |p, _| format!("benign ({p}).png"),
            |p, _| format!("covid-19 {}.png", char::from(b'a' + p as u8)),
            |p, _| format!("study1_{p:03}.png"),
            |p, _| format!("grade{}/img{p}.png", p % 3),
            |p, _| format!("COVID/{p}.png"),
        ];
        for path in paths {
            right(&grid(12, 1, path), 12, 1);
        }
    }

    #[test]
    fn one_person_who_is_named_otherwise_is_still_one() {
        let mut paths = grid(12, 3, |p, i| format!("patient{p}_{i}.png"));
        paths.extend((0..3).map(|i| format!("guest5_{i}.png")));
        right(&paths, 13, 3);
    }

    #[test]
    fn never_are_all_files_one_subject() {
        for path in [
            "patient07_{}.png",
            "xray/patient07/{}.png",
            "sub-1_ses-{}.png",
        ] {
            let paths: Vec<String> = (0..5).map(|i| path.replace("{}", &i.to_string())).collect();
            let of: Vec<&str> = paths.iter().map(String::as_str).collect();
            let (subjects, _) = told(&of);
            assert_eq!(
                subjects.into_iter().collect::<BTreeSet<_>>().len(),
                5,
                "{path}"
            );
        }
    }

    #[test]
    fn names_that_differ_in_case_alone_are_told() {
        let record = |subject: &str| Record {
            subject: subject.into(),
            ..crate::data::datasets::folder::plain::empty("a", &study())
        };
        let said = alike(&["P01", "p2", "p01"].map(record));
        assert!(said.is_some_and(|said| said.contains("P01 and p01")));
        assert_eq!(alike(&["P01", "p2", "P01"].map(record)), None);
    }

    #[test]
    fn slices_of_a_volume_stay_together() {
        let (subjects, notes) = told(&["a.nii"; 3]);
        assert_eq!(subjects, ["a"; 3]);
        assert_eq!(notes.len(), 1, "{notes:?}");
        let seen = [Split::Train, Split::Test].map(|split| Seen {
            path: "a.nii",
            split: Some(split),
        });
        let (subjects, notes) = guessed(&seen, &study());
        assert_eq!((subjects, notes.len()), (vec!["a".to_owned(); 2], 1));
    }

    #[test]
    fn names_that_begin_anew_in_each_split_are_others() {
        let (subjects, notes) = told(&["train/0.png", "train/1.png", "test/0.png"]);
        assert_eq!(subjects, ["train/0", "train/1", "test/0"]);
        assert!(notes[1].contains("such as 0"), "{notes:?}");
        let (subjects, _) = told(&["train/p1_1.png", "train/p2_1.png", "test/p1_2.png"]);
        assert_eq!(subjects, ["p1", "p2", "p1"], "a leak is no numbering");
        let (subjects, _) = told(&["train/p01/0.png", "train/p02/0.png", "test/p01/0.png"]);
        assert_eq!(
            subjects,
            ["p01", "p02", "p01"],
            "neither is a person's folder"
        );
    }

    #[test]
    fn the_rule_is_shown_and_may_be_the_users_own() {
        let paths = grid(12, 2, |p, i| format!("xray/patient{p:02}_{i}.png"));
        let of: Vec<&str> = paths.iter().map(String::as_str).collect();
        let (_, notes) = told(&of);
        let said = "12 subjects by file name, e.g. patient00 <- xray/patient00_0.png, xray/patient00_1.png";
        assert!(notes[0].starts_with(said), "{notes:?}");

        let seen: Vec<Seen> = of.iter().map(|path| Seen { path, split: None }).collect();
        let rule = Regex::new(r"_(\d)\.").expect("an expression");
        let (subjects, notes) = by_rule(&seen, &rule).expect("it matches");
        assert_eq!(subjects[..3], ["0", "1", "0"]);
        assert!(notes[0].starts_with("2 subjects by --subject"), "{notes:?}");
        let rule = Regex::new(r"patient(0?)").expect("an expression");
        let error = by_rule(&seen, &rule).expect_err("patient10");
        assert!(
            error.to_string().contains("'xray/patient10_0.png'"),
            "{error}"
        );
    }
}
