//! What is said of images that are nearly the same in two splits.

use super::{Pair, across_splits};
use crate::data::Record;
use crate::data::prepared::Prepared;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Pairs shown.
const SHOWN: usize = 20;

/// A note of the pairs that are found, where there are any; those that are told already as `copies`, files of
/// the same bytes, are not told again.
pub fn note(
    prepared: &Prepared,
    source: usize,
    records: &[Record],
    copies: &[Vec<PathBuf>],
) -> Option<String> {
    let mut pairs = across_splits(prepared, source);
    let groups = groups(records, copies);
    let of = |at: usize| groups.get(prepared.items[at].source.as_str());
    pairs.retain(|Pair(one, other)| match (of(*one), of(*other)) {
        (Some(one), Some(other)) => one.is_disjoint(other),
        _ => true,
    });
    let name = |at: usize| {
        let item = &prepared.items[at];
        format!("{} ({})", item.source, item.split.name())
    };
    let told = pairs.iter().take(SHOWN);
    let told = told.map(|Pair(one, other)| format!("{} ~ {}", name(*one), name(*other)));
    let told: Vec<String> = told.collect();
    let more = if pairs.len() > SHOWN { ", .." } else { "" };
    let begin = match pairs.len() {
        0 => return None,
        1 => "1 image looks".to_owned(),
        count => format!("{count} images look"),
    };
    Some(format!(
        "{begin} nearly the same in two splits, as if saved anew, resized, cropped or brightened: {}{more}; look at them, and where they are copies leave one out or give both one subject",
        told.join(", ")
    ))
}

/// By their sources, the groups of copies that the images of records belong to.
fn groups<'a>(
    records: &'a [Record],
    copies: &[Vec<PathBuf>],
) -> BTreeMap<&'a str, BTreeSet<usize>> {
    let numbered = copies.iter().enumerate();
    let numbers: BTreeMap<&Path, usize> = numbered
        .flat_map(|(number, paths)| paths.iter().map(move |path| (path.as_path(), number)))
        .collect();
    let of = |record: &'a Record| {
        let images = record.content.images();
        let found = images.filter_map(|image| numbers.get(image.path.as_path()).copied());
        (record.source.as_str(), found.collect())
    };
    records.iter().map(of).collect()
}
