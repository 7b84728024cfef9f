//! `stats.jsonl`: one line per log and one per validation, in the order of the steps.
//!
//! A process that is killed may leave half a line, and lines of steps whose checkpoint was never
//! written: the first is passed over, the second are cut before a run goes on.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use scanweave::train::Better;
use serde::{Deserialize, Serialize};

use crate::files;

/// The losses of one step and the speed since the line before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Steps done.
    pub step: u64,
    /// Seconds of training, over all sittings.
    pub seconds: f64,
    /// Images learned from per second, waiting for batches included.
    pub images_per_second: f64,
    /// Images per second that the loader's thread could give.
    #[serde(default)]
    pub loader_images_per_second: Option<f64>,
    /// Images per second that the steps alone could take.
    #[serde(default)]
    pub step_images_per_second: Option<f64>,
    /// The terms, weighted as they enter the sum; `None` where one was not finite.
    #[serde(flatten)]
    pub terms: BTreeMap<String, Option<f32>>,
}

/// The validation figures of one checkpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Steps done.
    pub step: u64,
    /// Seconds of training, over all sittings.
    pub seconds: f64,
    /// The figures by name; `None` where one was not finite.
    #[serde(rename = "validation")]
    pub figures: BTreeMap<String, Option<f64>>,
    /// Rows of values by name, such as one for each latent dimension.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, Vec<Option<f64>>>,
    /// The figure that decides.
    pub decisive: String,
    /// Which way it improves.
    pub better: Better,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// Told by its `validation`.
    Validation(Validation),
    /// Any other.
    Losses(Losses),
}

impl Line {
    fn step(&self) -> u64 {
        match self {
            Self::Validation(line) => line.step,
            Self::Losses(line) => line.step,
        }
    }
}

/// What a run has logged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Training losses.
    pub losses: Vec<Losses>,
    /// Validation figures.
    pub validations: Vec<Validation>,
}

impl History {
    /// Every loss by name, oldest first, but those that were no finite number.
    pub fn terms(&self) -> impl Iterator<Item = (&str, f32)> {
        let terms = self.losses.iter().flat_map(|line| &line.terms);
        terms.filter_map(|(name, value)| Some((name.as_str(), (*value)?)))
    }

    /// The first checkpoint that no other improves on.
    pub fn best(&self) -> Option<Best> {
        let mut best: Option<Best> = None;
        for line in &self.validations {
            let Some(value) = line.figures.get(&line.decisive).copied().flatten() else {
                continue;
            };
            let improves =
                |b: &Best| b.name != line.decisive || line.better.improves(value, b.value);
            if best.as_ref().is_none_or(improves) {
                best = Some(Best {
                    step: line.step,
                    name: line.decisive.clone(),
                    value,
                    better: line.better,
                });
            }
        }
        best
    }
}

/// The best checkpoint so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Steps done then.
    pub step: u64,
    /// The decisive figure.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Which way it improves.
    pub better: Better,
}

/// The file.
pub struct Statistics {
    file: PathBuf,
}

impl Statistics {
    /// The statistics in `file`, which need not be there yet.
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Appends one line.
    pub fn log(&self, line: &Line) -> anyhow::Result<()> {
        let text = serde_json::to_string(line)? + "\n";
        let opened = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.file);
        let written = opened.and_then(|mut f| f.write_all(text.as_bytes()));
        written.with_context(|| format!("{} cannot be written", self.file.display()))
    }

    /// Removes the lines of steps after `step` and what is no line, whole or not at all.
    pub fn cut_after(&self, step: u64) -> anyhow::Result<()> {
        if !self.file.exists() {
            return Ok(());
        }
        let text = self.text()?;
        let kept: String = text
            .lines()
            .filter(|line| parse(line).is_some_and(|l| l.step() <= step))
            .flat_map(|line| [line, "\n"])
            .collect();
        if kept == text {
            return Ok(());
        }
        files::write_whole(&self.file, kept.as_bytes())
    }

    /// Everything logged so far.
    pub fn read(&self) -> anyhow::Result<History> {
        let mut history = History::default();
        if !self.file.exists() {
            return Ok(history);
        }
        for line in self.text()?.lines().filter_map(parse) {
            match line {
                Line::Validation(line) => history.validations.push(line),
                Line::Losses(line) => history.losses.push(line),
            }
        }
        Ok(history)
    }

    fn text(&self) -> anyhow::Result<String> {
        let bytes = files::read_whole(&self.file, files::LOG)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn parse(line: &str) -> Option<Line> {
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn losses(step: u64) -> Line {
        Line::Losses(Losses {
            step,
            seconds: 1.5,
            images_per_second: 4.0,
            loader_images_per_second: Some(100.0),
            step_images_per_second: None,
            terms: [("mse".to_owned(), Some(0.1)), ("odd".to_owned(), None)].into(),
        })
    }

    fn validation(step: u64, value: Option<f64>) -> Line {
        Line::Validation(Validation {
            step,
            seconds: 2.0,
            figures: [("error".to_owned(), value)].into(),
            rows: [("row".to_owned(), vec![value, Some(1.0)])].into(),
            decisive: "error".into(),
            better: Better::Lower,
        })
    }

    #[test]
    fn what_was_logged_after_the_checkpoint_is_cut_and_so_is_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stats.jsonl");
        let statistics = Statistics::new(file.clone());
        statistics.cut_after(3).unwrap();
        for step in [1, 5, 10, 15] {
            statistics.log(&losses(step)).unwrap();
            statistics
                .log(&validation(step, Some(step as f64)))
                .unwrap();
        }
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str("{\"step\": 16, \"sec");
        fs::write(&file, text).unwrap();
        statistics.cut_after(10).unwrap();
        statistics.log(&losses(11)).unwrap();
        let history = statistics.read().unwrap();
        let steps: Vec<u64> = history.losses.iter().map(|l| l.step).collect();
        assert_eq!(steps, [1, 5, 10, 11]);
        assert_eq!(history.validations.len(), 3);
        assert_eq!(Line::Losses(history.losses[0].clone()), losses(1));
    }

    #[test]
    fn the_best_is_the_lowest_error_and_never_what_is_no_number() {
        let folder = tempfile::tempdir().unwrap();
        let statistics = Statistics::new(folder.path().join("stats.jsonl"));
        for (step, value) in [(5, None), (10, Some(0.5)), (15, Some(0.2)), (20, Some(0.2))] {
            statistics.log(&validation(step, value)).unwrap();
        }
        let best = statistics.read().unwrap().best().unwrap();
        assert_eq!((best.step, best.value), (15, 0.2));
    }
}
