//! Running the trainer: what it says when it fails, and the memory that it needed at most.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Time between two looks at a running program.
const PULSE: Duration = Duration::from_millis(20);

/// A folder for the files of a measurement, removed at the end.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder among the system's temporary ones.
    pub fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("scanweave-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// The path of this name inside.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The system empties the folder of temporary files if this fails.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a program to its end and returns the most memory it held, bytes, where the system tells it (Linux).
///
/// What the program says goes into `log`; its last lines are the error when it fails.
pub fn peak_memory(command: &mut Command, log: &Path) -> Result<Option<u64>> {
    let file =
        File::create(log).with_context(|| format!("cannot write the file {}", log.display()))?;
    let program = Path::new(command.get_program()).display().to_string();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let (status, peak) = watch(&mut child)?;
    if !status.success() {
        bail!("{program} failed ({status}): {}", last_lines(log));
    }
    Ok(peak)
}

/// The kernel keeps the peak of a living process only: the last value seen is the peak but for the last pulse.
fn watch(child: &mut Child) -> Result<(ExitStatus, Option<u64>)> {
    let path = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = None;
    loop {
        peak = fs::read_to_string(&path)
            .ok()
            .and_then(|status| high_water_mark(&status))
            .max(peak);
        if let Some(status) = child.try_wait()? {
            return Ok((status, peak));
        }
        thread::sleep(PULSE);
    }
}

/// `VmHWM` of `/proc/PID/status`, bytes.
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn last_lines(log: &Path) -> String {
    const SHOWN: usize = 4;
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(SHOWN)..].join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        let status = "Name:\tscanweave\nVmPeak:\t  900 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(high_water_mark(status), Some(123_456 * 1024));
        assert_eq!(high_water_mark("State:\tZ (zombie)\n"), None);
    }

    #[test]
    fn a_failure_is_told_in_the_words_of_the_program() {
        let scratch = Scratch::new().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        let error = peak_memory(cargo.arg("no-such-command"), &scratch.path("log")).unwrap_err();
        assert!(error.to_string().contains("no-such-command"), "{error}");
        let error = peak_memory(&mut Command::new("no-such-program"), &scratch.path("log"));
        assert!(error.is_err());
    }
}
