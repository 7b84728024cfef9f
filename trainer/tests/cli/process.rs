//! Running `scanweave` in a folder and looking at what it said and left.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The longest that anything here may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// How a run of the program ended.
pub struct Ended {
    line: String,
    pub code: Option<i32>,
    /// Standard output.
    pub said: String,
    /// Standard error.
    pub complained: String,
}

/// Runs `scanweave` with the words of `line` inside `folder`, so that messages name short paths.
pub fn scanweave(folder: &Path, line: &str) -> Ended {
    ended(
        line,
        command(folder, line).output().expect("the program starts"),
    )
}

/// Runs it where no file may grow beyond `kilobytes`: writing then fails as on a full disk.
#[cfg(unix)]
pub fn scanweave_on_a_full_disk(folder: &Path, kilobytes: u32, line: &str) -> Ended {
    // The signal that would end the process is ignored, so that the write itself reports the limit.
    // The unit is 512 bytes in POSIX shells.
    let before = format!("trap '' XFSZ; ulimit -f {}", 2 * kilobytes);
    let mut shell = in_shell(folder, &before, line, "");
    ended(line, shell.output().expect("a shell"))
}

/// It as a process of a shell that did `before` first, with its streams led `to` somewhere.
#[cfg(unix)]
pub fn in_shell(folder: &Path, before: &str, line: &str, to: &str) -> Command {
    let script = format!("{before}; exec \"$0\" {line} {to}");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script, env!("CARGO_BIN_EXE_scanweave")])
        .current_dir(folder);
    shell
}

/// Sends a signal, where there are any.
pub fn signal(child: &Child, name: &str) {
    let (name, id) = (format!("-{name}"), child.id().to_string());
    let sent = Command::new("kill").args([name, id]).status();
    assert!(sent.expect("kill is there").success());
}

/// Starts it and does not wait.
pub fn start(folder: &Path, line: &str) -> Child {
    let mut command = command(folder, line);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// Waits for the end of a process that was started.
pub fn wait(child: Child, line: &str) -> Ended {
    ended(line, child.wait_with_output().expect("the program ends"))
}

/// Waits until `file` is there.
pub fn until_there(file: &Path, child: &mut Child) {
    let start = Instant::now();
    while !file.exists() {
        let status = child.try_wait().expect("a child");
        assert!(
            status.is_none(),
            "it ended ({status:?}) before {} was there",
            file.display()
        );
        assert!(start.elapsed() < PATIENCE, "{} never came", file.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scanweave"));
    command.args(line.split_whitespace()).current_dir(folder);
    command
}

fn ended(line: &str, output: Output) -> Ended {
    Ended {
        line: line.into(),
        code: output.status.code(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        complained: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ended {
    /// It went well.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }

    /// It failed with this exit code and a message that holds all `words`.
    #[track_caller]
    pub fn badly(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(!self.complained.contains("panicked"), "{self}");
        for word in words {
            assert!(
                self.complained.contains(word),
                "`{word}` is not said\n{self}"
            );
        }
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            line,
            code,
            said,
            complained,
        } = self;
        write!(
            f,
            "scanweave {line}\nexit code {code:?}\n--- stdout\n{said}\n--- stderr\n{complained}"
        )
    }
}

/// Every file below a folder with its content, to see what a command has touched.
pub fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.clone(), fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

/// A failing command must leave everything as it was: no new file, no half-written one.
#[track_caller]
pub fn untouched(folder: &Path, action: impl FnOnce()) {
    let before = content(folder);
    action();
    let after = content(folder);
    let names = |c: &BTreeMap<PathBuf, Vec<u8>>| c.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "files came or went");
    assert!(before == after, "a file has changed");
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for (path, bytes) in content(from) {
        let target = to.join(path.strip_prefix(from).expect("it was found there"));
        fs::create_dir_all(target.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(target, bytes).expect("a copy");
    }
}
