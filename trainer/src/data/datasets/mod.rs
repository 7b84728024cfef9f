//! Readers that list what a data set holds, each for one layout on disk.
//!
//! A reader only looks at names and tables; it decodes nothing and returns its records sorted, so
//! that the same folder always gives the same data file.

mod boxes;
pub mod chest_xray;
pub mod folder;
pub mod phantom;

use super::decode::is_image;
use anyhow::{Context, Result, ensure};
use std::path::{Component, Path, PathBuf};

/// All images below `folder`, at any depth, sorted by path.
fn images_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("reading the folder {}", folder.display()))?;
        for entry in entries {
            let path = entry
                .with_context(|| format!("reading the folder {}", folder.display()))?
                .path();
            if path.is_dir() {
                open.push(path);
            } else if is_image(&path) && !is_hidden(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Archives made on other systems carry hidden shadow files that look like images.
fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .and_then(|n| n.to_str())
        .is_some_and(|n| n.starts_with('.'))
}

/// A path below `folder` with forward slashes, the same on every system.
fn relative(path: &Path, folder: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts
        .map(|p| p.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// A file of the table, which must lie below the folder.
fn inside(folder: &Path, file: &str) -> Result<PathBuf> {
    let path = Path::new(file);
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        plain && !file.is_empty(),
        "the file name '{file}' must be a path below the table's folder"
    );
    Ok(folder.join(path))
}

fn check_folder(source: &Path) -> Result<()> {
    ensure!(
        source.is_dir(),
        "{}: no such folder: give the data set's folder with --source",
        source.display()
    );
    Ok(())
}
