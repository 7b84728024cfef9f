//! What lies below a folder.
//!
//! Folders are told apart by where they really are. A link to a folder that is walked anyhow, or to one above it, would
//! give every file a second time under another name, and a second subject with it.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// All files below `folder`, at any depth, sorted by path; nothing hidden. Links to folders elsewhere are followed,
/// each of these folders once.
///
/// # Errors
/// When a folder cannot be read; the error names it.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut walk = Walk::default();
    walk.enter(folder.to_path_buf())?;
    while let Some(link) = walk.links.pop_first() {
        if !walk.knows(&link)? {
            walk.enter(link)?;
        }
    }
    walk.files.sort();
    Ok(walk.files)
}

#[derive(Default)]
struct Walk {
    files: Vec<PathBuf>,
    /// Links to folders, which wait until the folders that are none are known.
    links: BTreeSet<PathBuf>,
    /// Where the folders that were walked really are.
    known: BTreeSet<PathBuf>,
}

impl Walk {
    fn enter(&mut self, folder: PathBuf) -> Result<()> {
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            let reading = || format!("reading the folder {}", folder.display());
            self.known
                .insert(folder.canonicalize().with_context(reading)?);
            for entry in std::fs::read_dir(&folder).with_context(reading)? {
                let path = entry.with_context(reading)?.path();
                if is_hidden(&path) || is_of_prepared_data(&path) {
                    continue;
                }
                if !path.is_dir() {
                    self.files.push(path);
                } else if path.is_symlink() {
                    self.links.insert(path);
                } else {
                    open.push(path);
                }
            }
        }
        Ok(())
    }

    /// Whether the link leads to a folder that was walked, or above one.
    fn knows(&self, link: &Path) -> Result<bool> {
        let target = link
            .canonicalize()
            .with_context(|| format!("following the link {}", link.display()))?;
        Ok(self.known.iter().any(|known| known.starts_with(&target)))
    }
}

/// Archives made on other systems carry hidden shadow files that look like images.
fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .and_then(|n| n.to_str())
        .is_some_and(|n| n.starts_with('.'))
}

/// What `data prepare` wrote beside its data, which may lie in the folder of the images: it is no image of theirs.
fn is_of_prepared_data(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    let endings = [".sheet.png", ".report.html", ".refused"];
    let of = endings.iter().find_map(|ending| name.strip_suffix(ending));
    of.is_some_and(|name| path.with_file_name(format!("{name}.scan")).is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_was_written_beside_data_is_no_part_of_the_next() {
        let place = tempfile::tempdir().expect("a folder");
        let set = place.path();
        fs::create_dir(set.join("a.refused")).expect("a folder");
        for file in [
            "a.scan",
            "a.sheet.png",
            "a.report.html",
            "a.refused/1.png",
            "b.sheet.png",
        ] {
            fs::write(set.join(file), b"x").expect("a file");
        }
        let found = files_below(set).expect("a folder");
        let names = found.iter().map(|path| super::super::relative(path, set));
        assert_eq!(names.collect::<Vec<_>>(), ["a.scan", "b.sheet.png"]);
    }

    #[test]
    fn links_are_followed_once_and_never_in_a_circle() {
        let place = std::env::temp_dir().join(format!("scanweave-walk-{}", std::process::id()));
        for file in ["set/xray/a.png", "set/xray/.hidden.png", "other/b.png"] {
            let path = place.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, b"x").expect("a file");
        }
        let set = place.join("set");
        for (target, link) in [
            (".", "xray/again"),
            ("..", "up"),
            ("xray", "copy"),
            ("../other", "far"),
            ("../other", "further"),
            ("xray/a.png", "c.png"),
        ] {
            symlink(target, set.join(link)).expect("a link");
        }
        let found = files_below(&set).expect("a folder");
        let names = found.iter().map(|path| super::super::relative(path, &set));
        let names: Vec<_> = names.collect();
        assert_eq!(names, ["c.png", "far/b.png", "xray/a.png"]);
        fs::remove_dir_all(place).expect("cleaned");
    }
}
