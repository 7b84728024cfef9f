//! What was put right or believed while files were read, told once per kind and not once per file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Notes by what they say, each with its files and how many pixels of each it is about.
#[derive(Debug, Default)]
pub struct Notes(Mutex<BTreeMap<String, BTreeMap<PathBuf, usize>>>);

impl Notes {
    /// Says this of a file; a second time is the same as once.
    pub fn add(&self, path: &Path, text: impl Into<String>) {
        self.count(path, text, 0);
    }

    /// Says this of so many pixels of a file; those of all files are added up.
    pub fn count(&self, path: &Path, text: impl Into<String>, pixels: usize) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let files = found.entry(text.into()).or_default();
        files.insert(path.into(), pixels);
    }

    /// One sentence per note, in the order of the alphabet, so that the same files give the same sentences.
    pub fn told(self) -> Vec<String> {
        let found = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sentence = |(text, files): (String, BTreeMap<PathBuf, usize>)| {
            let first = files.keys().next().map(|path| path.display().to_string());
            let first = first.unwrap_or_default();
            let text = match files.values().sum() {
                0 => text,
                pixels => format!("{text} ({pixels} px)"),
            };
            match files.len() {
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
        for (name, pixels) in [("f.jpg", 2), ("e.jpg", 3), ("f.jpg", 2)] {
            notes.count(Path::new(name), "put right", pixels);
        }
        let told = notes.told();
        assert_eq!(
            told,
            [
                "a.nii and 2 more: it is oblique",
                "d.png: its edges are soft",
                "e.jpg and 1 more: put right (5 px)"
            ]
        );
    }
}
