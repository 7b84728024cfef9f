//! The trainer is a program, no library: those of its modules that read files of people are built here once more, from
//! the very same sources.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs, process};

#[path = "../../../trainer/src/files.rs"]
pub mod files;

/// Readers of the trainer.
#[path = "../../../trainer/src/data"]
pub mod data {
    pub mod codec;
    pub mod guard;
    pub mod prepared;

    pub mod datasets {
        pub mod table;
    }

    /// As in the trainer, whose module of this name brings all of the others along.
    #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
    pub enum Split {
        Train,
        Test,
        Validation,
    }
}

/// These bytes in a file, for what reads paths. There is one, which the next bytes go into.
///
/// # Panics
/// When it cannot be written.
pub fn in_file(bytes: &[u8]) -> &'static Path {
    static FILE: LazyLock<PathBuf> =
        LazyLock::new(|| env::temp_dir().join(format!("scanweave-fuzz-{}", process::id())));
    fs::write(&*FILE, bytes).expect("a temporary file");
    &FILE
}
