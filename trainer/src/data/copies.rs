//! Exact copies of images across the splits.
//!
//! Archives hold images twice, under another name and another subject. One of them in training and the other in the test
//! split is a figure for memory, not for skill.

use super::{Record, Split};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Images whose bytes are those of an image of another split: the files of one image each, those of the first split in
/// front. Slices of one volume in two splits count as well: they show one person. Files that cannot be read are left to
/// whoever decodes them.
pub fn across_splits(records: &[Record]) -> Vec<Vec<PathBuf>> {
    let mut splits: BTreeMap<&Path, BTreeSet<Split>> = BTreeMap::new();
    for record in records {
        for picture in record.content.images() {
            let of = splits.entry(&picture.path).or_default();
            of.extend(record.split);
        }
    }
    let sized = splits
        .keys()
        .filter_map(|&path| Some((path, std::fs::metadata(path).ok()?.len())));
    let mut sizes: BTreeMap<u64, Vec<&Path>> = BTreeMap::new();
    for (path, size) in sized.filter(|(_, size)| *size > 0) {
        sizes.entry(size).or_default().push(path);
    }
    let across = |paths: &[&Path]| {
        let of = paths.iter().flat_map(|path| &splits[path]);
        of.collect::<BTreeSet<_>>().len() > 1
    };
    // Few files are as long as another to the byte, and only those are read.
    let alike: Vec<&Path> = sizes
        .into_values()
        .filter(|p| across(p))
        .flatten()
        .collect();
    let digests: Vec<(&Path, Option<[u8; 32]>)> = alike
        .into_par_iter()
        .map(|path| (path, digest(path)))
        .collect();
    let mut found: BTreeMap<[u8; 32], Vec<&Path>> = BTreeMap::new();
    for (path, digest) in digests {
        if let Some(digest) = digest {
            found.entry(digest).or_default().push(path);
        }
    }
    let rank = |path: &&Path| {
        Split::ALL
            .iter()
            .position(|split| splits[path].contains(split))
    };
    let copies = found.into_values().filter(|paths| across(paths));
    let mut copies: Vec<Vec<PathBuf>> = copies
        .map(|mut paths| {
            paths.sort_by_key(|path| (rank(path), *path));
            paths.into_iter().map(Into::into).collect()
        })
        .collect();
    copies.sort();
    copies
}

/// SHA-256 of a file.
fn digest(path: &Path) -> Option<[u8; 32]> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut File::open(path).ok()?, &mut hasher).ok()?;
    Some(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Content;

    #[test]
    fn copies_in_other_splits_are_found_and_no_others() {
        let folder = std::env::temp_dir().join(format!("scanweave-copies-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let [train, validation, test] = Split::ALL;
        let record = |(name, bytes, split): (&str, &str, Split)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a file");
            Record {
                subject: name.into(),
                split: Some(split),
                class: None,
                source: name.into(),
                content: Content::Files {
                    images: vec![None, Some(path.into())],
                    label: None,
                    boxes: None,
                },
            }
        };
        let mut records: Vec<Record> = [
            ("a.png", "one", test),
            ("b.png", "two", train),
            ("c.png", "one", train),
            ("d.png", "six", train),
            ("e.png", "six", train),
            ("f.png", "four", validation),
            ("g.png", "four", test),
            ("h.png", "", train),
            ("i.png", "", test),
            ("j.nii", "deep", train),
        ]
        .map(record)
        .into();
        let mut slice = records[9].clone();
        slice.split = Some(test);
        records.push(slice);
        let mut gone = records[0].clone();
        gone.content = Content::Files {
            images: vec![Some(folder.join("gone.png").into())],
            label: None,
            boxes: None,
        };
        records.push(gone);
        let found = across_splits(&records);
        let name = |path: &PathBuf| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        };
        let found: Vec<Vec<_>> = found.iter().map(|f| f.iter().map(name).collect()).collect();
        assert_eq!(
            found,
            [
                vec!["c.png", "a.png"],
                vec!["f.png", "g.png"],
                vec!["j.nii"]
            ]
        );
        std::fs::remove_dir_all(folder).expect("cleaned");
    }
}
