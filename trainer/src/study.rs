//! A study with its recipe, built in or from a file of the user's.
//!
//! Everything that a file leaves out comes from the built-in study that its `base` names, or from plain values:
//! a modality of one's own is one row. What a file says and nobody knows is an error: a name misspelt would
//! otherwise train something else for a night.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use scanweave::study::Study;
use scanweave::train::Recipe;
use scanweave::weights::check_study;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files;

mod template;

pub use template::template;

/// What a picture is made from, and how its networks learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyAndRecipe {
    /// The study.
    pub study: Study,
    /// The recipe.
    pub recipe: Recipe,
}

/// The study of a command line: the name of a built-in one, a study file (.toml) or a run's config.json.
///
/// # Errors
/// In one sentence for the command line, when there is no such study or the file holds none.
pub fn chosen(name: &str) -> Result<StudyAndRecipe, String> {
    let path = Path::new(name);
    match path.extension().and_then(|e| e.to_str()) {
        Some("toml" | "json") => read(path).map_err(|e| format!("{e:#}")),
        _ => StudyAndRecipe::named(name).ok_or_else(|| {
            let names = Study::NAMES.join(", ");
            format!("possible values: {names}, or a file: `scanweave study new my-study.toml` writes one")
        }),
    }
}

impl StudyAndRecipe {
    /// The built-in study of this name.
    pub fn named(name: &str) -> Option<Self> {
        let study = Study::named(name)?;
        let recipe = Recipe::of(&study);
        Some(Self { study, recipe })
    }

    /// What a file without `base` starts from.
    fn plain() -> Self {
        let study = Study::plain();
        let recipe = Recipe::of(&study);
        Self { study, recipe }
    }
}

/// Reads a study file, or the study of a run's config.json.
///
/// # Errors
/// When the file cannot be read or holds no study that can be used; the error names it.
pub fn read(path: &Path) -> anyhow::Result<StudyAndRecipe> {
    let text = files::read_whole(path, files::TEXT)?;
    let text =
        String::from_utf8(text).with_context(|| format!("{}: it is no text", path.display()))?;
    let parsed = if path.extension().is_some_and(|e| e == "json") {
        serde_json::from_str(&text)
            .context("it is not JSON")
            .and_then(of_run)
    } else {
        toml::from_str(&text)
            .context("it is not TOML")
            .and_then(of_file)
    };
    parsed.with_context(|| path.display().to_string())
}

/// From a run's config.json: study and recipe among other things.
fn of_run(mut value: Value) -> anyhow::Result<StudyAndRecipe> {
    let mut part = |name: &str| value.get_mut(name).map(Value::take);
    let (Some(study), Some(recipe)) = (part("study"), part("recipe")) else {
        bail!(
            "it holds no study and recipe, as the config.json of a run does; a study of your own is a .toml file: `scanweave study new my-study.toml` writes one"
        );
    };
    checked(serde_json::json!({ "study": study, "recipe": recipe }))
}

/// From a study file: the study's fields, the recipe as a table of its own, on top of `base`.
fn of_file(mut value: Value) -> anyhow::Result<StudyAndRecipe> {
    let fields = value.as_object_mut().context("it is no table")?;
    let base = match fields.remove("base") {
        None => StudyAndRecipe::plain(),
        Some(name) => {
            let found = name.as_str().and_then(StudyAndRecipe::named);
            let names = Study::NAMES.join(", ");
            found.with_context(|| format!("base = {name} is no built-in study: {names}"))?
        }
    };
    let recipe = fields.remove("recipe");
    if let (None, Some([first, ..])) = (fields.get("source"), modalities(fields).as_deref()) {
        fields.insert("source".into(), first.clone().into());
    }
    let mut merged = serde_json::to_value(&base)?;
    overlay(&mut merged["study"], value);
    if let Some(recipe) = recipe {
        overlay(&mut merged["recipe"], recipe);
    }
    checked(merged)
}

/// Names of the modalities that a file lists.
fn modalities(fields: &serde_json::Map<String, Value>) -> Option<Vec<String>> {
    let rows = fields.get("modalities")?.as_array()?.iter();
    Some(
        rows.filter_map(|m| Some(m.get("name")?.as_str()?.to_owned()))
            .collect(),
    )
}

/// Puts the values of a file over those of its base: tables field by field, all else as a whole.
fn overlay(base: &mut Value, own: Value) {
    match (base, own) {
        (Value::Object(base), Value::Object(own)) => {
            for (name, value) in own {
                // The lesion label is one of several kinds, not a table of fields.
                match base.get_mut(&name).filter(|_| name != "lesion") {
                    Some(place) => overlay(place, value),
                    None => drop(base.insert(name, value)),
                }
            }
        }
        (base, own) => *base = own,
    }
}

/// A study's name stands on command lines and in names of files.
///
/// # Errors
/// When it is empty or holds anything but letters, digits and hyphens.
pub fn check_name(name: &str) -> anyhow::Result<()> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    ensure!(
        !name.is_empty() && name.bytes().all(plain),
        "it needs a name of letters, digits and hyphens, not {name:?}"
    );
    Ok(())
}

fn checked(value: Value) -> anyhow::Result<StudyAndRecipe> {
    let mut unknown = Vec::new();
    let both: StudyAndRecipe =
        serde_ignored::deserialize(value, |path| unknown.push(path.to_string()))
            .map_err(|e| anyhow::anyhow!("it is no study: {e}"))?;
    ensure!(
        unknown.is_empty(),
        "it has fields that no study knows: {}. `scanweave study show NAME` prints those there are",
        unknown.join(", ").replace("study.", "")
    );
    check_name(&both.study.name)?;
    check_study(&both.study).map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok(both)
}

#[cfg(test)]
mod tests;
