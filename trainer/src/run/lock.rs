//! One process writes one run: an advisory lock of the operating system on `RUN/lock`.
//!
//! It ends with its process, however that ends, so a stale one needs nobody's judgement. The file
//! stays, and holds the process id for the message while the lock is held.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

/// Tries before a lock is taken as held: somebody who only looks holds it for an instant.
const TRIES: usize = 5;

/// The right to write a run, until it is dropped.
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

impl Lock {
    /// Takes the lock of the run in `folder`, or says who holds it.
    pub fn take(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("lock");
        let opened = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let mut file = opened.with_context(|| format!("{} cannot be written", path.display()))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)?;
                    write!(file, "{}", std::process::id())?;
                    return Ok(Self { file });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
                Err(TryLockError::Error(error)) => {
                    eprintln!(
                        "warning: {} cannot be locked ({error}): see to it that no other process trains this run",
                        path.display()
                    );
                    return Ok(Self { file });
                }
            }
        }
        bail!(
            "{} is being trained by process {}: wait for it or stop it, or choose another --run",
            folder.display(),
            holder(&path)
        )
    }

    /// Whether a living process holds the lock of the run in `folder`.
    pub fn is_held(folder: &Path) -> bool {
        let Ok(file) = File::open(folder.join("lock")) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

fn holder(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    if text.is_empty() {
        "(unknown)".into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Lock::is_held(folder.path()));
        let first = Lock::take(folder.path()).unwrap();
        assert!(Lock::is_held(folder.path()));
        let error = Lock::take(folder.path())
            .err()
            .expect("refused")
            .to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(first);
        assert!(!Lock::is_held(folder.path()));
        Lock::take(folder.path()).unwrap();
    }
}
