//! Where a command writes: never over what it reads.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Usage;
use crate::data::Prepared;

/// Refuses an output that is one of the inputs, or a file that is there below one that is a folder: it would be lost.
///
/// # Errors
/// [`Usage`], naming the file.
pub fn refuse_input(output: &Path, inputs: &[&Path]) -> Result<()> {
    match place(output) {
        Some(written) if places(inputs).iter().any(|i| written.starts_with(i)) => {
            refuse(output, "is read")
        }
        _ => Ok(()),
    }
}

/// As [`refuse_input`], of a command that fills a folder with files of these endings.
///
/// # Errors
/// [`Usage`], naming the file.
pub fn refuse_input_in(folder: &Path, endings: &[&str], inputs: &[&Path]) -> Result<()> {
    let read: Vec<OsString> = places(inputs)
        .iter()
        .filter_map(|place| place.file_name().map(Into::into))
        .collect();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, is_link) = (
            entry.path(),
            entry.file_type().is_ok_and(|t| t.is_symlink()),
        );
        let ending = path.extension().unwrap_or_default();
        let is_written = endings.iter().any(|written| ending == *written);
        if is_written && (is_link || read.contains(&entry.file_name())) {
            refuse_input(&path, inputs)?;
        }
    }
    Ok(())
}

/// Refuses to write prepared data over a file that holds something else: an image, a table or a study that is read.
///
/// # Errors
/// [`Usage`], naming the file.
pub fn refuse_foreign(output: &Path) -> Result<()> {
    let prepared = output.extension().is_some_and(|e| e == "scan") || Prepared::is_in(output);
    if output.is_file() && !prepared {
        return refuse(output, "is there, is no prepared data,");
    }
    Ok(())
}

/// The files of a run that others build upon.
pub fn of_run(run: &Path) -> [PathBuf; 4] {
    ["config.json", "state.json", "stats.jsonl", "checkpoints"].map(|name| run.join(name))
}

fn refuse(output: &Path, why: &str) -> Result<()> {
    let name = output.display();
    Err(Usage(format!(
        "{name} {why} and would be replaced by what is written: choose another place"
    ))
    .into())
}

fn places(paths: &[&Path]) -> Vec<PathBuf> {
    paths.iter().filter_map(|path| place(path)).collect()
}

/// Where a path leads; none where nothing is.
fn place(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_no_output_by_whatever_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for deep in ["run/checkpoints", "pictures"] {
            fs::create_dir_all(at(deep)).expect("a folder");
        }
        for name in ["a.weave", "run/checkpoints/best.ckpt", "pictures/sheet.png"] {
            fs::write(at(name), b"mine").expect("a file");
        }
        let refused = |output: &str, input: &str| refuse_input(&at(output), &[&at(input)]).is_err();
        assert!(refused("a.weave", "a.weave"));
        assert!(refused("run/../a.weave", "a.weave"));
        assert!(refused("run/checkpoints/best.ckpt", "run"));
        assert!(!refused("run/new.json", "run"));
        assert!(!refused("b.weave", "a.weave"));

        let inside = |input: &str| refuse_input_in(&at("pictures"), &["png"], &[&at(input)]);
        assert!(inside("pictures/sheet.png").is_err());
        assert!(inside("a.weave").is_ok());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("a.weave"), at("pictures/1.png")).expect("a link");
            assert!(inside("a.weave").is_err());
        }
    }

    #[test]
    fn prepared_data_replaces_its_kind_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, content).expect("a file");
            refuse_foreign(&path).is_ok()
        };
        assert!(!written("manifest.csv", b"file,modality\n"));
        assert!(!written("a.png", b"\x89PNG"));
        assert!(written("damaged.scan", b"half"));
        assert!(written("data", b"SCANDATA and more"));
        assert!(refuse_foreign(&folder.path().join("new")).is_ok());
    }
}
