//! What was put right or believed while files were read, told once per kind and not once per file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Notes by what they say.
#[derive(Debug, Default)]
pub struct Notes(Mutex<BTreeMap<String, BTreeSet<PathBuf>>>);

impl Notes {
    /// Says this of a file; a second time is the same as once.
    pub fn add(&self, path: &Path, text: impl Into<String>) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.entry(text.into()).or_default().insert(path.into());
    }

    /// One sentence per note, in the order of the alphabet, so that the same files give the same sentences.
    pub fn told(self) -> Vec<String> {
        let found = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sentence = |(text, paths): (String, BTreeSet<PathBuf>)| {
            let first = paths.first().map(|path| path.display().to_string());
            let first = first.unwrap_or_default();
            match paths.len() {
                1 => format!("{first}: {text}"),
                count => format!("{first} and {} more: {text}", count - 1),
            }
        };
        found.into_iter().map(sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_many_files_is_one_sentence() {
        let notes = Notes::default();
        for name in ["c.nii", "a.nii", "b.nii", "a.nii"] {
            notes.add(Path::new(name), "it is oblique");
        }
        notes.add(Path::new("d.png"), "its edges are soft");
        let told = notes.told();
        assert_eq!(
            told,
            [
                "a.nii and 2 more: it is oblique",
                "d.png: its edges are soft"
            ]
        );
    }
}
