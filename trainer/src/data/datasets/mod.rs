//! Readers that list what a data set holds, each for one layout on disk.
//!
//! A reader only looks at names and tables; it decodes nothing and returns its records sorted, so
//! that the same folder always gives the same data file.

pub mod bids;
pub mod brats;
mod brats_names;
pub mod cases;
pub mod chest_xray;
pub mod decathlon;
mod described;
pub mod folder;
pub mod legend;
mod located;
pub mod nnunet;
pub mod phantom;
#[cfg(test)]
mod sketch;
pub mod slices;
mod table;
mod walk;

use super::Record;
use super::decode::is_image;
use anyhow::{Result, bail, ensure};
use std::path::{Component, Path, PathBuf};
use walk::files_below;

/// What a reader found.
#[derive(Debug, PartialEq)]
pub struct Listing {
    /// The items.
    pub records: Vec<Record>,
    /// What whoever prepares the data should know: how names were understood, and what was left aside.
    pub notes: Vec<String>,
}

impl From<Vec<Record>> for Listing {
    fn from(records: Vec<Record>) -> Self {
        let notes = Vec::new();
        Self { records, notes }
    }
}

/// All images below `folder`, at any depth, sorted by path.
fn images_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_below(folder)?;
    files.retain(|path| is_image(path));
    Ok(files)
}

/// A path below `folder` with forward slashes, the same on every system.
fn relative(path: &Path, folder: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts
        .map(|p| p.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// A file of the table, which must lie below the folder: `img/a.png`, also as `./img/a.png` or `img\a.png`.
fn inside(folder: &Path, file: &str) -> Result<PathBuf> {
    let slashes = file.replace('\\', "/");
    let mut path = folder.to_path_buf();
    let mut named = false;
    for part in Path::new(&slashes).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => {
                path.push(name);
                named = true;
            }
            _ => bail!("the file name '{file}' must be a path below the table's folder"),
        }
    }
    ensure!(
        named,
        "the file name '{file}' must be a path below the table's folder"
    );
    Ok(path)
}

fn check_folder(source: &Path) -> Result<()> {
    ensure!(
        source.is_dir(),
        "{}: no such folder: give the data set's folder with --source",
        source.display()
    );
    Ok(())
}

/// The first `shown` of some names, for a message.
fn first(names: impl IntoIterator<Item = impl Into<String>>, shown: usize) -> String {
    let mut names = names.into_iter().map(Into::into);
    let mut text: Vec<String> = names.by_ref().take(shown).collect();
    text.extend(names.next().map(|_| "..".to_owned()));
    text.join(", ")
}

/// `1 file`, `3 files`.
pub fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
