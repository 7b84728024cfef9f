//! `dataset.json`, in which the Medical Segmentation Decathlon and nnU-Net say what their files show.

use crate::data::codes::Names;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file.
const NAME: &str = "dataset.json";

/// What both have in common.
#[derive(Debug, Deserialize)]
pub struct Described {
    /// The file itself.
    #[serde(skip)]
    pub path: PathBuf,
    /// Channels by number (Decathlon, nnU-Net 1).
    #[serde(default)]
    modality: BTreeMap<String, String>,
    /// The same (nnU-Net 2).
    #[serde(default)]
    channel_names: BTreeMap<String, String>,
    /// Names by value (Decathlon, nnU-Net 1), or values by name (nnU-Net 2).
    #[serde(default)]
    labels: BTreeMap<String, Value>,
    /// Images with their labels (Decathlon).
    #[serde(default)]
    pub training: Vec<Pair>,
}

/// An image and its label, paths below the description's folder.
#[derive(Debug, Deserialize)]
pub struct Pair {
    /// A volume of all channels.
    pub image: String,
    /// Its label, where there is one.
    pub label: Option<String>,
}

impl Described {
    /// The description in `source`, and the folder that it lies in: that or the only one inside.
    ///
    /// # Errors
    /// When there is none, or it is none.
    pub fn read(source: &Path) -> Result<(Self, PathBuf)> {
        let folder = folder(source)?;
        let path = folder.join(NAME);
        let name = || path.display().to_string();
        let text = std::fs::read(&path).with_context(|| format!("{}: cannot be read", name()))?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let described: Self = serde_json::from_slice(text).with_context(|| {
            format!(
                "{}: it does not describe channels and labels as the Decathlon and nnU-Net do",
                name()
            )
        })?;
        Ok((Self { path, ..described }, folder))
    }

    /// The names of the channels by their numbers.
    ///
    /// # Errors
    /// When one has no number, or there is none.
    pub fn channels(&self) -> Result<BTreeMap<usize, String>> {
        let channel = |(number, name): (&String, &String)| {
            let number = number.parse();
            let number =
                number.with_context(|| format!("{NAME}: the channel '{name}' has no number"))?;
            Ok((number, name.clone()))
        };
        let named = self.channel_names.iter();
        let named = named.chain(&self.modality).map(channel);
        let channels: BTreeMap<usize, String> = named.collect::<Result<_>>()?;
        ensure!(
            !channels.is_empty(),
            "{NAME}: it names no channels (modality or channel_names)"
        );
        Ok(channels)
    }

    /// The names of the labels by their values, without the background. Of regions that overlap the smallest gives a
    /// value its name.
    ///
    /// # Errors
    /// When a label has no number.
    pub fn labels(&self) -> Result<Names> {
        let mut named: BTreeMap<u16, (usize, &str)> = BTreeMap::new();
        for (key, value) in &self.labels {
            let wrong = || format!("{NAME}: the label '{key}' has no number from 0 to 65535");
            let (values, name) = match value {
                Value::String(name) => (vec![key.parse().with_context(wrong)?], name.as_str()),
                other => {
                    let list = other
                        .as_array()
                        .cloned()
                        .unwrap_or_else(|| vec![other.clone()]);
                    let number = |v: &Value| v.as_u64().and_then(|v| u16::try_from(v).ok());
                    let values: Option<Vec<u16>> = list.iter().map(number).collect();
                    (values.with_context(wrong)?, key.as_str())
                }
            };
            for value in values.iter().copied().filter(|value| *value > 0) {
                let size = values.len();
                let other = named.get(&value).map(|(size, _)| *size);
                if other.is_none_or(|other| size < other) {
                    named.insert(value, (size, name));
                }
            }
        }
        let named = named.into_iter();
        Ok(named
            .map(|(value, (_, name))| (value, name.into()))
            .collect())
    }
}

/// The folder with the description: `source`, or the only one inside that has one.
fn folder(source: &Path) -> Result<PathBuf> {
    super::check_folder(source)?;
    if source.join(NAME).is_file() {
        return Ok(source.into());
    }
    let entries = std::fs::read_dir(source).with_context(|| source.display().to_string())?;
    let folders = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let found: Vec<PathBuf> = folders.filter(|path| path.join(NAME).is_file()).collect();
    ensure!(
        found.len() == 1,
        "{}: there is no {NAME}: give the folder that holds it with --source, or read another layout with --dataset",
        source.display()
    );
    Ok(found[0].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> Result<Described> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("Task01")).expect("a folder");
        std::fs::write(folder.path().join("Task01/dataset.json"), text).expect("a file");
        let (described, found) = Described::read(folder.path())?;
        assert!(found.ends_with("Task01"));
        Ok(described)
    }

    fn labels(labels: &str) -> Result<Vec<(u16, String)>> {
        let text = format!("{{\"modality\": {{\"0\": \"CT\"}}, \"labels\": {labels}}}");
        let names = described(&text).expect("a description").labels()?;
        Ok(names.into_iter().collect())
    }

    #[test]
    fn labels_are_named_either_way_and_by_their_smallest_region() {
        let expected = [(1, "liver".into()), (2, "cancer".into())];
        let of = |text: &str| labels(text).expect("labels");
        assert_eq!(
            of(r#"{"0": "background", "2": "cancer", "1": "liver"}"#),
            expected
        );
        assert_eq!(
            of(r#"{"background": 0, "cancer": 2, "liver": 1}"#),
            expected
        );
        let regions =
            r#"{"background": 0, "whole tumor": [1, 2, 3], "core": [2, 3], "enhancing": 3}"#;
        let named = of(regions).into_iter().map(|(_, name)| name);
        assert!(named.eq(["whole tumor", "core", "enhancing"]));
        for wrong in [
            r#"{"liver": "one"}"#,
            r#"{"liver": -1}"#,
            r#"{"liver": [70000]}"#,
        ] {
            assert!(labels(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn channels_have_numbers() {
        let text =
            r#"{"channel_names": {"1": "T2", "0": "ADC"}, "labels": {}, "file_ending": ".png"}"#;
        let described = described(text).expect("a description");
        let channels = described.channels().expect("numbers");
        assert!(channels.into_values().eq(["ADC", "T2"]));
        let none = self::described(r#"{"labels": {}}"#).expect("a description");
        assert!(none.channels().is_err());
    }

    #[test]
    fn what_is_no_description_is_named() {
        let empty = tempfile::tempdir().expect("a folder");
        let error = Described::read(empty.path()).expect_err("none");
        assert!(error.to_string().contains("no dataset.json"), "{error}");
        let error = described("{").expect_err("cut").to_string();
        assert!(error.contains("dataset.json"), "{error}");
    }
}
