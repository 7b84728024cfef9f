//! Measurements that are programs of the tests package: built in release, they print one line of JSON.
//!
//! They are not part of this program, which has to compile within seconds on a fresh machine.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::project::Project;

/// Builds and runs the bench target `name` with these variables and returns what it printed.
pub fn run(project: &Project, name: &str, variables: &[(&str, String)]) -> Result<Line> {
    let mut command = project.cargo();
    command
        .args(["bench", "--package", "scanweave-tests"])
        .args(["--features", "bench", "--bench", name]);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command
        .output()
        .with_context(|| format!("the measurement {name} cannot be started"))?;
    if !output.status.success() {
        bail!("the measurement {name} failed: see the lines above");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Line::last_of(&text).with_context(|| format!("the measurement {name} printed no JSON"))
}

/// One line of JSON.
pub struct Line(Value);

impl Line {
    /// The last line of `text` that is a JSON object.
    pub fn last_of(text: &str) -> Option<Self> {
        let lines = text.lines().rev().filter(|line| line.starts_with('{'));
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .map(Self)
            .next()
    }

    /// The last line of `text` that is a JSON object with a number of this name.
    pub fn last_with(text: &str, name: &str) -> Option<Self> {
        let mut lines = text.lines().rev().filter_map(Self::last_of);
        lines.find(|line| line.number(name).is_ok())
    }

    /// The whole object.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The number of this name.
    pub fn number(&self, name: &str) -> Result<f64> {
        self.0[name]
            .as_f64()
            .with_context(|| format!("{} holds no number {name}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_json_counts() {
        let line =
            Line::last_of("running\n{\"a\": 1}\n{\"a\": 2.5, \"b\": null}\n{ not\n").unwrap();
        assert_eq!(line.number("a").unwrap(), 2.5);
        assert!(line.number("b").is_err());
        assert!(Line::last_of("nothing").is_none());
        let line = Line::last_with("{\"a\": 1}\n{\"b\": 2}\n", "a").unwrap();
        assert_eq!(line.number("a").unwrap(), 1.0);
    }
}
