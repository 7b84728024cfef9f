//! Files that are either whole or not there: written beside their place, then renamed; and read up to a limit, so that
//! nothing endless is taken for one.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

/// The most bytes of a text that people or this program write: a study, a card, a run's configuration.
pub const TEXT: u64 = 1 << 26;
/// The most bytes of a log or of a picture.
pub const LOG: u64 = 1 << 30;
/// The most bytes of a weights file: more than ten times the largest preset's in single precision.
pub const WEIGHTS: u64 = 1 << 32;
/// The most bytes of a checkpoint or of prepared data.
pub const DATA: u64 = 1 << 40;

/// Writes `bytes` to `path` through a temporary file in the same folder. A link is followed to the file that it leads to.
///
/// # Errors
/// When it cannot be written, and when what is there is no file: a folder, device or pipe is not replaced.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let place = replaceable(path)?;
    let temporary = temporary(&place);
    let written = write_synced(&temporary, bytes).and_then(|()| fs::rename(&temporary, &place));
    if written.is_ok() {
        sync_folder(&place);
    } else {
        let _ = fs::remove_file(&temporary);
    }
    written.with_context(|| {
        format!(
            "{} cannot be written: check that the folder exists and the disk has room",
            path.display()
        )
    })
}

/// The file that is replaced when `path` is written.
fn replaceable(path: &Path) -> Result<PathBuf> {
    let name = path.display();
    let Ok(there) = fs::symlink_metadata(path) else {
        return Ok(path.into());
    };
    if !there.is_symlink() {
        ensure!(there.is_file(), "{name} is {}", no_file(&there));
        return Ok(path.into());
    }
    let target = fs::metadata(path)
        .with_context(|| format!("{name} is a link that leads nowhere: remove it"))?;
    ensure!(
        target.is_file(),
        "{name} leads to what is {}",
        no_file(&target)
    );
    fs::canonicalize(path).with_context(|| format!("{name} cannot be followed"))
}

/// What something is that is no file, and what to do.
fn no_file(kind: &fs::Metadata) -> &'static str {
    if kind.is_dir() {
        "a folder: name a file"
    } else {
        "a device, pipe or socket: name a file"
    }
}

/// Holds a lock on the file until it is whole: what nobody holds was left behind.
fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    let _ = file.try_lock();
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name is in its folder for good when the folder is written. Not every file system can be asked for it.
fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder_of(path)).and_then(|f| f.sync_all());
    }
}

/// As [`write_whole`], once, into a folder of people's: takes away what a killed process left of the same file.
///
/// # Errors
/// As [`write_whole`].
pub fn write_output(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().and_then(|name| name.to_str());
    remove_unfinished(folder_of(path), |of| Some(of) == name);
    write_whole(path, bytes)
}

/// Removes from `folder` what killed processes left half-written of files whose name is `ours`. What a living process
/// writes is locked, and stays.
pub fn remove_unfinished(folder: &Path, ours: impl Fn(&str) -> bool) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let of = name.to_str().and_then(whole_name);
        if of.is_some_and(&ours) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let file = entry.path();
            let held = File::open(&file).is_ok_and(|f| f.try_lock().is_err());
            if !held {
                let _ = fs::remove_file(file);
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

/// The name of the file that a temporary one was to become.
fn whole_name(temporary: &str) -> Option<&str> {
    let (name, process) = temporary.strip_suffix(".tmp")?.rsplit_once('.')?;
    process.parse::<u32>().ok().map(|_| name)
}

/// Whether the name of a file has one of these endings.
pub fn ends_in(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| endings.contains(&ending))
}

/// Creates a folder with its parents.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path)
        .with_context(|| format!("the folder {} cannot be created", path.display()))
}

/// The first bytes of a file, `limit` of them or all that there are.
///
/// # Errors
/// When it cannot be read or is no file; the error names it.
pub fn read_head(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let unread = || format!("{} cannot be read", path.display());
    let there = fs::metadata(path).with_context(unread)?;
    ensure!(there.is_file(), "{} is {}", path.display(), no_file(&there));
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(unread)?;
    file.take(limit)
        .read_to_end(&mut bytes)
        .with_context(unread)?;
    Ok(bytes)
}

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, is no file, or is larger or than the memory that there is; the error names it.
pub fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let unread = || format!("{} cannot be read", path.display());
    // Asked before it is opened: to open a pipe is to wait for its writer.
    let there = fs::metadata(path).with_context(unread)?;
    ensure!(there.is_file(), "{} is {}", path.display(), no_file(&there));
    let mut bytes = Vec::new();
    let length = there.len();
    if length <= limit {
        let room = bytes.try_reserve_exact(length as usize);
        room.with_context(|| format!("{length} bytes of memory"))
            .with_context(unread)?;
        let file = File::open(path).with_context(unread)?;
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .with_context(unread)?;
    }
    let found = length.max(bytes.len() as u64);
    ensure!(
        found <= limit,
        "{} has {found} bytes, and no file of its kind has more than {limit}",
        path.display()
    );
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let names = entries.map(|e| e.expect("an entry").file_name());
        let mut names: Vec<_> = names.map(|n| n.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        fs::write(&path, [7; 100]).expect("a file");
        assert_eq!(read_whole(&path, 100).expect("read"), [7; 100]);
        assert_eq!(read_head(&path, 3).expect("read"), [7; 3]);
        assert_eq!(read_head(&path, 101).expect("read"), [7; 100]);
        let error = read_whole(&path, 99).expect_err("too large").to_string();
        let said = ["a.json", "100 bytes", "99"];
        assert!(said.iter().all(|part| error.contains(part)), "{error}");
        let error = read_whole(folder.path(), 99).expect_err("a folder");
        assert!(error.to_string().contains("a folder"), "{error}");
    }

    #[test]
    fn what_a_killed_process_left_goes_and_what_others_have_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        for name in ["a.png.7.tmp", "b.png.8.tmp", "notes.2024.tmp", "a.png"] {
            fs::write(folder.join(name), b"half").expect("a file");
        }
        let at_work = File::open(folder.join("b.png.8.tmp")).expect("a file");
        at_work.lock().expect("nobody holds it");
        let pictures = |name: &str| ends_in(name, &["png"]);
        remove_unfinished(folder, pictures);
        assert_eq!(names(folder), ["a.png", "b.png.8.tmp", "notes.2024.tmp"]);
        drop(at_work);
        remove_unfinished(folder, pictures);
        assert_eq!(names(folder), ["a.png", "notes.2024.tmp"]);
    }

    #[cfg(unix)]
    mod places {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        use std::process::Command;

        use super::*;

        #[test]
        fn a_link_is_written_through_and_stays_one() {
            let folder = tempfile::tempdir().expect("a folder");
            let (deep, link) = (folder.path().join("deep"), folder.path().join("link"));
            fs::create_dir(&deep).expect("a folder");
            fs::write(deep.join("file"), b"old").expect("a file");
            symlink("deep/file", &link).expect("a link");
            write_whole(&link, b"new").expect("written");
            assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
            assert_eq!(fs::read(deep.join("file")).expect("there"), b"new");
            assert_eq!(names(&deep), ["file"]);

            fs::remove_file(deep.join("file")).expect("there");
            let error = write_whole(&link, b"new").expect_err("it leads nowhere");
            assert!(error.to_string().contains("leads nowhere"), "{error}");
        }

        #[test]
        fn pipes_and_devices_are_neither_replaced_nor_read() {
            let folder = tempfile::tempdir().expect("a folder");
            let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
            let made = Command::new("mkfifo").arg(&pipe).status();
            assert!(made.expect("mkfifo is there").success());
            symlink("/dev/zero", &link).expect("a link");
            for path in [&pipe, &link, Path::new("/dev/null")] {
                let written = write_whole(path, b"new").expect_err("no file");
                let read = read_whole(path, DATA).expect_err("no file");
                let begun = read_head(path, 9).expect_err("no file");
                for error in [written, read, begun].map(|e| e.to_string()) {
                    let said = error.contains("a device, pipe or socket");
                    assert!(said && error.contains(&*path.to_string_lossy()), "{error}");
                }
            }
            let kind = fs::metadata(&pipe).expect("there").file_type();
            assert!(kind.is_fifo());
            assert_eq!(names(folder.path()), ["link", "pipe"]);
        }
    }
}
