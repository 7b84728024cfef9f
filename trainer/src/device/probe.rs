//! Whether a device works here: a small product is computed on it in a process of its own, because
//! a driver that is missing or broken may end the process that asks.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use burn::tensor::Tensor;

use super::Choice;

/// The longest that a device may take to start, its compilers included.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a device can do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ability {
    /// It computes.
    Ready,
    /// This build lacks it; the command that builds one with it.
    NotBuilt(String),
    /// This build has it, the machine has not; why.
    Missing(String),
}

impl Choice {
    /// Computes on the device in this process: 2 x 2 ones times 2 x 2 ones.
    pub fn compute(self) -> anyhow::Result<()> {
        let device = self.open()?;
        let ones: Tensor<2> = Tensor::ones([2, 2], &device);
        let sum = ones.clone().matmul(ones).sum().into_scalar::<f32>();
        anyhow::ensure!(
            (sum - 8.0).abs() < 1e-3,
            "it computes wrongly: {sum} instead of 8"
        );
        Ok(())
    }

    /// Asks a process of this same program, which `arguments` make call [`Choice::compute`].
    pub fn ability(self, arguments: &[&str]) -> Ability {
        if !self.is_built() {
            return Ability::NotBuilt(self.build_command());
        }
        match ask(self, arguments) {
            Ok(None) => Ability::Ready,
            Ok(Some(reason)) => Ability::Missing(reason),
            Err(error) => Ability::Missing(format!("it cannot be probed: {error:#}")),
        }
    }
}

/// Why the device does not work, if it does not.
fn ask(choice: Choice, arguments: &[&str]) -> anyhow::Result<Option<String>> {
    let program = std::env::current_exe().context("this program is not found")?;
    let mut command = Command::new(program);
    command.args(arguments).arg(choice.to_string());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stderr = child.stderr.take().context("no standard error")?;
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(Some(format!("no answer within {} s", PATIENCE.as_secs())));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if status.success() {
        return Ok(None);
    }
    let said = reader.join().unwrap_or_default();
    Ok(Some(reason(&said).unwrap_or_else(|| {
        format!("its process ended with {status}")
    })))
}

/// The line that says most: what follows a panic's place, or the error of the command line.
fn reason(said: &str) -> Option<String> {
    let mut lines = said.lines().map(str::trim).filter(|l| !l.is_empty());
    let found = lines.find(|l| l.contains("panicked at") || l.starts_with("error:"))?;
    let text = match found.strip_prefix("error:") {
        Some(text) => text.trim(),
        None => lines.next().unwrap_or(found),
    };
    Some(
        unwrapped(text)
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect(),
    )
}

/// The first sentence of an error that somebody unwrapped; other text as it is.
fn unwrapped(text: &str) -> &str {
    let Some((_, why)) = text.rsplit_once("on an `Err` value: ") else {
        return text;
    };
    let quoted = why.split('"').nth(1).unwrap_or(why);
    let line = quoted.split("\\n").next().unwrap_or(quoted);
    line.split(". ").next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_message_and_not_the_place() {
        let panic =
            "\nthread 'main' (7) panicked at src/a.rs:3:5:\nno driver found\nnote: run with";
        assert_eq!(reason(panic).as_deref(), Some("no driver found"));
        assert_eq!(reason("error: no GPU\n").as_deref(), Some("no GPU"));
        assert_eq!(reason("noise\n"), None);
        let panic = r#"thread 'main' panicked at a.rs:1:1:
called `Result::unwrap()` on an `Err` value: Torch("No driver found. Please install one.\nException raised from")"#;
        assert_eq!(reason(panic).as_deref(), Some("No driver found"));
    }
}
