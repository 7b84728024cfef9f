//! Files below a data set's folder, and what of them is used by nothing.

use super::{counted, first, relative};
use crate::data::decode::is_image;
use crate::data::volumes::is_volume;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Files that systems leave in every folder.
const LITTER: [&str; 2] = ["thumbs.db", "desktop.ini"];
/// Names shown of many.
const SHOWN: usize = 5;

/// A file below the data set's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Where it is.
    pub path: PathBuf,
    /// The path below the data set's folder.
    pub name: String,
    /// The folders that it lies in, the outermost first.
    pub folders: Vec<String>,
    /// Its name without the ending.
    pub stem: String,
}

impl Located {
    /// A file in `source`, at any depth.
    pub fn new(path: PathBuf, source: &Path) -> Self {
        let name = relative(&path, source);
        let above = name.rsplit_once('/').map_or("", |(above, _)| above);
        let folders = above.split('/').filter(|folder| !folder.is_empty());
        Self {
            folders: folders.map(Into::into).collect(),
            stem: stem(&name).into(),
            path,
            name,
        }
    }
}

/// The name of a file without its ending, `.nii.gz` being one.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let uncompressed = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("gz") => stem,
        _ => name,
    };
    match uncompressed.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => uncompressed,
    }
}

/// What lies there and is named by nothing; images and volumes first, which might have been meant to be.
pub fn unused(files: &[Located], named: &BTreeSet<PathBuf>) -> Option<String> {
    let is_litter = |file: &Located| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        LITTER.contains(&name.to_lowercase().as_str())
    };
    // A folder may be named as a whole.
    let is_named = |file: &Located| file.path.ancestors().any(|place| named.contains(place));
    let unused = files
        .iter()
        .filter(|file| !is_named(file) && !is_litter(file));
    let (seen, other): (Vec<_>, Vec<_>) =
        unused.partition(|file| is_image(&file.path) || is_volume(&file.path));
    let count = seen.len() + other.len();
    let names = seen.iter().chain(&other).map(|file| file.name.as_str());
    let names = first(names, SHOWN);
    let verb = if count == 1 { "is" } else { "are" };
    (count > 0).then(|| {
        format!(
            "{} in the folder {verb} used by nothing: {names}",
            counted(count, "file")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_two_parts_are_one() {
        for (path, expected) in [
            ("a/scan.1.png", "scan.1"),
            ("a.NII.GZ", "a"),
            ("b.c/d", "d"),
            (".e", ".e"),
        ] {
            assert_eq!(stem(path), expected);
        }
    }
}
