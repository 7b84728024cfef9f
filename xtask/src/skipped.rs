//! Tests that found nothing to work on, such as those of real images where none are at hand.
//!
//! They pass, and the test harness hides what a passing test prints. So each notes itself in a file, whose name it
//! has from an environment variable, and what was not tested is said where it is read: at the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

use anyhow::{Context, Result};

use crate::project::Project;

/// Names the file for tests. Each appends one line: its name, a tabulator, the reason and the remedy.
const VARIABLE: &str = "SCANWEAVE_SKIPPED";

/// The notes of one run of the checks.
pub struct Skipped {
    file: PathBuf,
}

impl Skipped {
    /// Forgets the notes of earlier runs.
    pub fn fresh(project: &Project) -> Result<Self> {
        let file = project.target().join("skipped.txt");
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", file.display()))
            }
            _ => Ok(Self { file }),
        }
    }

    /// A command whose tests note here.
    pub fn told<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(VARIABLE, &self.file)
    }

    /// Says how many tests were skipped and why.
    pub fn print(&self) {
        let notes = fs::read_to_string(&self.file).unwrap_or_default();
        print!("{}", summary(&notes));
    }
}

fn summary(notes: &str) -> String {
    let mut tests: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (test, reason) in notes.lines().filter_map(|line| line.split_once('\t')) {
        tests.entry(reason).or_default().push(test);
    }
    let lines = tests.iter().map(|(reason, tests)| {
        let plural = if tests.len() == 1 { "" } else { "s" };
        let names = tests.join(", ");
        format!("skipped: {} test{plural}: {reason}: {names}\n", tests.len())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_tests_are_counted_by_their_reason() {
        let notes = "real::a\tno images (set X)\nreal::c\tno volumes\nreal::b\tno images (set X)\n";
        let said = summary(notes);
        assert_eq!(
            said,
            "skipped: 2 tests: no images (set X): real::a, real::b\n\
             skipped: 1 test: no volumes: real::c\n"
        );
        assert_eq!(summary(""), "");
    }
}
