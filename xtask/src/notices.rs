//! `licences.txt` of the built page: what the programs in it are made of, and the notices that their licences want to
//! travel with them.
//!
//! Cargo names the crates of the three programs, without those that only run while they are compiled; their licences
//! lie in their packages. Equal texts stand once, below the crates that they belong to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command::output;
use crate::project::Project;
use crate::setup::WASM_TARGET;

/// The file's name in the page.
pub const FILE: &str = "licences.txt";

/// Features of the page's package that together build all of its programs.
const FEATURES: &str = "page,engine,graphics";

/// How the names of files begin that hold a licence or a notice.
const NOTICES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

const HEAD: &str = "scanweave is licensed under MIT OR Apache-2.0. Its page holds programs that are compiled from the crates below\n\
and from the standard library of Rust (MIT OR Apache-2.0, The Rust Project Developers). Model weights have licences of\n\
their own: see the model cards.\n";

/// A crate with its licence and the texts that come with it.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    licence: String,
    home: String,
    texts: BTreeSet<String>,
}

/// The whole text.
pub fn text(project: &Project) -> Result<String> {
    let used = used(project)?;
    let mut packages = Vec::new();
    for package in known(project)? {
        let key = format!(
            "{} v{}",
            string(&package, "name"),
            string(&package, "version")
        );
        if used.contains(&key) && !package["source"].is_null() {
            packages.push(read(key, &package)?);
        }
    }
    ensure!(
        packages.len() > 10,
        "cargo names {} crates of the page, which cannot be all",
        packages.len()
    );
    Ok(written(&packages))
}

/// Name and version of every crate whose code is in the page.
fn used(project: &Project) -> Result<BTreeSet<String>> {
    let mut tree = project.cargo();
    tree.args([
        "tree",
        "--package",
        "scanweave-web",
        "--no-default-features",
    ]);
    tree.args(["--features", FEATURES, "--target", WASM_TARGET]);
    tree.args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let lines = asked(&mut tree)?;
    // Behind the version stand a path or (*) .
    let key = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    Ok(lines.lines().map(key).collect())
}

/// Every package that Cargo.lock may bring.
fn known(project: &Project) -> Result<Vec<Value>> {
    let mut metadata = project.cargo();
    metadata.args(["metadata", "--format-version", "1", "--all-features"]);
    metadata.args(["--filter-platform", WASM_TARGET]);
    let metadata: Value = serde_json::from_str(&asked(&mut metadata)?)?;
    let packages = metadata["packages"].as_array().cloned();
    packages.context("cargo metadata names no packages")
}

fn asked(command: &mut Command) -> Result<String> {
    output(command).context("cargo cannot say what the page is made of: run `cargo fetch`")
}

fn read(name: String, package: &Value) -> Result<Package> {
    let manifest = PathBuf::from(string(package, "manifest_path"));
    let folder = manifest.parent().context("a manifest lies in a folder")?;
    let homes = ["repository", "homepage"].map(|field| string(package, field));
    Ok(Package {
        name,
        licence: string(package, "license"),
        home: homes
            .into_iter()
            .find(|home| !home.is_empty())
            .unwrap_or_default(),
        texts: texts(folder)?,
    })
}

/// Licences and notices in the folder of a package.
fn texts(folder: &Path) -> Result<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_notice = NOTICES.iter().any(|begin| name.starts_with(begin));
        if is_notice && entry.file_type()?.is_file() {
            let text = String::from_utf8_lossy(&fs::read(entry.path())?).into_owned();
            let lines = text.lines().map(str::trim_end);
            texts.insert(lines.collect::<Vec<_>>().join("\n").trim().to_owned());
        }
    }
    Ok(texts)
}

fn string(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn written(packages: &[Package]) -> String {
    let mut text = HEAD.to_owned();
    let mut of_text: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let _ = write!(
            text,
            "\n{} ({})  {}",
            package.name, package.licence, package.home
        );
        for notice in &package.texts {
            of_text.entry(notice).or_default().push(&package.name);
        }
    }
    text += "\n";
    for (notice, names) in of_text {
        let line = "-".repeat(80);
        let names = names.join(", ");
        let _ = write!(text, "\n{line}\n{names}\n{line}\n\n{notice}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, texts: &[&str]) -> Package {
        Package {
            name: name.into(),
            licence: "MIT".into(),
            home: format!("https://example.org/{name}"),
            texts: texts.iter().map(|text| (*text).into()).collect(),
        }
    }

    #[test]
    fn equal_texts_stand_once_below_the_crates_they_belong_to() {
        let text = written(&[
            package("a v1", &["Copyright A", "Common"]),
            package("b v2", &["Common"]),
        ]);
        assert_eq!(text.matches("Common").count(), 1, "{text}");
        assert!(text.contains("\na v1, b v2\n"), "{text}");
        assert!(
            text.contains("b v2 (MIT)  https://example.org/b v2"),
            "{text}"
        );
    }

    /// Cargo answers from what is fetched already, or this test could not have been compiled.
    #[test]
    fn the_page_names_what_it_is_made_of_and_no_macro_or_program_of_the_trainer() {
        let project = Project::find().expect("the repository");
        let used = used(&project).expect("cargo answers");
        let has = |name: &str| used.iter().any(|key| key.starts_with(&format!("{name} v")));
        for name in ["leptos", "wasm-bindgen", "miniz_oxide", "burn", "wgpu"] {
            assert!(has(name), "{name}");
        }
        for name in ["clap", "serde_derive", "proptest"] {
            assert!(!has(name), "{name}");
        }
        let text = text(&project).expect("texts");
        assert!(text.contains("Apache License") && text.contains("Permission is hereby granted"));
    }
}
