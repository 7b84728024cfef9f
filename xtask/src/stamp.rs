//! Keeping the parts of one build together.
//!
//! trunk hashes the names of the page's files but not of the worker's: after an update a browser could run a new page
//! with an old engine from its cache. Each address of a worker file therefore gets the build id as a query, which any
//! static host ignores; in index.html the placeholder `__BUILD_ID__` becomes the id, for the address of the loader
//! itself (`./engine_loader.js?v=<id>`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

const BUILD_ID: &str = "__BUILD_ID__";
const LOADER: &str = "_loader.js";

/// Hexadecimal digits of a build id.
const ID_LENGTH: usize = 16;

/// Stamps the worker files and index.html of a freshly built page.
pub fn folder(dist: &Path) -> Result<()> {
    let workers = workers(dist)?;
    let id = build_id(dist, &workers)?;
    for worker in &workers {
        rewrite(&dist.join(format!("{worker}{LOADER}")), |text| {
            versioned(text, &format!("{worker}.js"), &id)
        })?;
        rewrite(&dist.join(format!("{worker}.js")), |text| {
            versioned(text, &format!("{worker}_bg.wasm"), &id)
        })?;
    }
    rewrite(&dist.join("index.html"), |text| text.replace(BUILD_ID, &id))
}

/// The names of the worker binaries: those that trunk wrote a loader for.
fn workers(dist: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(LOADER).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// A digest of everything that the workers run.
fn build_id(dist: &Path, workers: &[String]) -> Result<String> {
    let mut hash = Sha256::new();
    for worker in workers {
        for suffix in [".js", "_bg.wasm"] {
            let path = dist.join(format!("{worker}{suffix}"));
            hash.update(
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?,
            );
        }
    }
    let mut id = format!("{:x}", hash.finalize());
    id.truncate(ID_LENGTH);
    Ok(id)
}

/// `text` with the id behind every quoted mention of `file`.
fn versioned(text: &str, file: &str, id: &str) -> String {
    text.replace(&format!("{file}'"), &format!("{file}?v={id}'"))
        .replace(&format!("{file}\""), &format!("{file}?v={id}\""))
}

fn rewrite(path: &Path, change: impl FnOnce(&str) -> String) -> Result<()> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let changed = change(&text);
    if changed == text {
        return Ok(());
    }
    let unfinished = path.with_extension("tmp");
    fs::write(&unfinished, changed)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worker_files_are_asked_for_by_build() {
        let loader = "import init from './engine.js';await init();";
        assert_eq!(
            versioned(loader, "engine.js", "7f"),
            "import init from './engine.js?v=7f';await init();"
        );
        let glue = "new URL('engine_bg.wasm', import.meta.url)";
        assert_eq!(
            versioned(glue, "engine_bg.wasm", "7f"),
            "new URL('engine_bg.wasm?v=7f', import.meta.url)"
        );
    }

    #[test]
    fn a_page_is_stamped_as_a_whole_and_only_once() {
        let dist = std::env::temp_dir().join(format!("scanweave-stamp-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        fs::write(
            dist.join("engine_loader.js"),
            "import init from './engine.js';",
        )
        .unwrap();
        fs::write(dist.join("engine.js"), "new URL('engine_bg.wasm')").unwrap();
        fs::write(dist.join("engine_bg.wasm"), "wasm").unwrap();
        fs::write(dist.join("index.html"), "<meta content=\"__BUILD_ID__\">").unwrap();
        folder(&dist).unwrap();
        let read = |name: &str| fs::read_to_string(dist.join(name)).unwrap();
        let (page, loader) = (read("index.html"), read("engine_loader.js"));
        let id = page.split('"').nth(1).unwrap().to_owned();
        assert_eq!(id.len(), ID_LENGTH);
        assert!(!page.contains("__"), "{page}");
        assert_eq!(loader, format!("import init from './engine.js?v={id}';"));
        assert_eq!(
            read("engine.js"),
            format!("new URL('engine_bg.wasm?v={id}')")
        );
        folder(&dist).unwrap();
        assert_eq!(read("engine_loader.js"), loader);
        fs::remove_dir_all(&dist).unwrap();
    }
}
