//! `config.json`: everything that decides what a run computes, resolved before its first step.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use scanweave::study::{Geometry, Preset, Study};
use scanweave::train::Recipe;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Raised whenever an unchanged configuration comes to mean other steps or other validation subjects:
/// runs that were begun before cannot go on, and can still be built upon.
pub const METHOD: u32 = 2;

/// What all stages have in common, and the stage's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// Version of scanweave that began the run.
    pub version: String,
    /// [`METHOD`] when the run was begun.
    #[serde(default)]
    pub method: u32,
    /// Name of the stage.
    pub stage: String,
    /// The study.
    pub study: Study,
    /// How its networks learn.
    pub recipe: Recipe,
    /// Name of the sizes.
    pub preset: Preset,
    /// The sizes.
    pub geometry: Geometry,
    /// SHA-256 of the prepared data.
    pub data: String,
    /// SHA-256 of the checkpoints that the run builds upon, by stage.
    pub foundations: BTreeMap<String, String>,
    /// Items per step.
    pub batch: usize,
    /// Learning rate of Adam.
    pub rate: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// What this stage alone asks for, an object; [`Configuration::settings_as`] gives it its type.
    pub settings: Value,
}

/// A stage's settings as a configuration holds them.
///
/// # Errors
/// When they cannot be written as JSON.
pub fn settings(of_stage: &impl Serialize) -> anyhow::Result<Value> {
    // Through text: a single-precision number then has the few digits that it has in the file, and a resumed
    // run finds what it compares with.
    Ok(serde_json::from_str(&serde_json::to_string(of_stage)?)?)
}

impl Configuration {
    /// The settings of the stage, which knows their type.
    ///
    /// # Errors
    /// When they are another stage's or another version's.
    pub fn settings_as<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        serde_json::from_value(self.settings.clone()).with_context(|| {
            format!(
                "the settings of the {} stage were written by another build ({}): use that one, or begin a new run",
                self.stage, self.version
            )
        })
    }

    /// The configuration in the text of a file of the run in `path`.
    ///
    /// # Errors
    /// When it lacks something; the error names the version that began the run.
    pub fn parse(text: &[u8], path: &Path) -> anyhow::Result<Self> {
        let value: Value =
            serde_json::from_slice(text).context("it is not a run's configuration")?;
        let began = match value["version"].as_str() {
            Some(env!("CARGO_PKG_VERSION")) => {
                "an earlier build of this version of scanweave".into()
            }
            Some(version) => format!("scanweave {version}"),
            None => "an unknown version of scanweave".into(),
        };
        serde_json::from_value(value).with_context(|| {
            format!(
                "the run was begun by {began} and does not fit this one ({}): go on in {} with the one that began it, or begin a new run",
                env!("CARGO_PKG_VERSION"),
                path.display()
            )
        })
    }

    /// Refuses another configuration than `asked`, and names the first value that differs; the version may.
    ///
    /// # Errors
    /// When they differ.
    pub fn ensure_is(&self, asked: &Self, run: &Path) -> anyhow::Result<()> {
        let (found, asked) = (serde_json::to_value(self)?, serde_json::to_value(asked)?);
        let fields = found.as_object().into_iter().flatten();
        let mut differing = fields.filter(|(name, value)| asked.get(name.as_str()) != Some(value));
        let name = differing.find_map(|(name, value)| match name.as_str() {
            "version" => None,
            "settings" => Some(setting(value, &asked["settings"])),
            name => Some(name.to_owned()),
        });
        if let Some(name) = name {
            bail!(
                "the run in {} was begun with another `{name}`: give the same settings or choose another --run",
                run.display()
            );
        }
        Ok(())
    }
}

/// The first setting in which two differ.
fn setting(found: &Value, asked: &Value) -> String {
    let mut fields = found.as_object().into_iter().flatten();
    let differing = fields.find(|(name, value)| asked.get(name.as_str()) != Some(value));
    differing.map_or_else(|| "settings".into(), |(name, _)| name.clone())
}
