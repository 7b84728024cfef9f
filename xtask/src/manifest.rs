//! `assets/manifest.json`: what the page offers, with the size and SHA-256 that the engine verifies.
//!
//! Titles are written by hand; sizes and digests follow from the weights files.

use std::fs;

use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::project::Project;

/// Fills in the size and digest of every model.
pub fn refresh(project: &Project) -> Result<()> {
    let path = project.root().join("assets/manifest.json");
    let manifest = filled(project)?;
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    let temporary = path.with_extension("json.tmp");
    fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path))?;
    println!("{} is up to date", path.display());
    Ok(())
}

/// Fails when the manifest does not describe the weights beside it.
pub fn check(project: &Project) -> Result<()> {
    ensure!(
        filled(project)? == read(project)?,
        "assets/manifest.json does not describe the weights in assets/: run `cargo xtask manifest`"
    );
    Ok(())
}

/// The file names of the models.
pub fn models(project: &Project) -> Result<Vec<String>> {
    let manifest = read(project)?;
    let models = manifest["models"].as_array();
    let models = models.context("assets/manifest.json lists no models")?;
    let names = models
        .iter()
        .map(|model| model["file"].as_str().map(str::to_owned));
    names
        .collect::<Option<_>>()
        .context("a model of assets/manifest.json names no file")
}

fn read(project: &Project) -> Result<Value> {
    let text = fs::read_to_string(project.root().join("assets/manifest.json"))
        .context("assets/manifest.json")?;
    serde_json::from_str(&text).context("assets/manifest.json is not JSON")
}

fn filled(project: &Project) -> Result<Value> {
    let mut manifest = read(project)?;
    let models = manifest["models"]
        .as_array_mut()
        .context("assets/manifest.json lists no models")?;
    for model in models {
        let file = model["file"]
            .as_str()
            .context("a model of assets/manifest.json names no file")?;
        let path = project.root().join("assets").join(file);
        let bytes =
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
        model["bytes"] = json!(bytes.len());
        model["sha256"] = json!(digest);
    }
    Ok(manifest)
}
