//! Keeping the parts of one build together.
//!
//! trunk hashes the names of the page's files but not of the worker's nor of the scripts in assets/: after an update a
//! browser could run a new page with an old engine from its cache. Each address of such a file therefore gets the build
//! id as a query, which any static host ignores; in index.html the placeholder `__BUILD_ID__` becomes the id, for the
//! addresses that it names itself (`./engine_loader.js?v=<id>`). The service worker gets the id, the list of files to
//! store and the policy of index.html (`offline`).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::offline;

const BUILD_ID: &str = "__BUILD_ID__";
const LOADER: &str = "_loader.js";

/// Hexadecimal digits of a build id.
const ID_LENGTH: usize = 16;

/// Stamps a freshly built page.
pub fn folder(dist: &Path) -> Result<()> {
    let workers = workers(dist)?;
    let files = offline::files(dist)?;
    let id = build_id(dist, &files)?;
    for worker in &workers {
        rewrite(&dist.join(format!("{worker}{LOADER}")), |text| {
            versioned(text, &format!("{worker}.js"), &id)
        })?;
        rewrite(&dist.join(format!("{worker}.js")), |text| {
            versioned(text, &format!("{worker}_bg.wasm"), &id)
        })?;
    }
    for script in files.iter().filter(|file| is_script_of_assets(file)) {
        rewrite(&dist.join(script), |text| versioned_imports(text, &id))?;
    }
    rewrite(&dist.join("index.html"), |text| text.replace(BUILD_ID, &id))?;
    let addresses: Vec<String> = files
        .iter()
        .map(|file| address(file, &workers, &id))
        .collect();
    let page = fs::read_to_string(dist.join("index.html")).context("dist/index.html")?;
    let policy = offline::policy(&page)?;
    rewrite(&dist.join(offline::WORKER), |text| {
        offline::filled(text, &addresses, policy).replace(BUILD_ID, &id)
    })
}

/// How the page asks for a file: what has no hash in its name has the build id behind it.
fn address(file: &str, workers: &[String], id: &str) -> String {
    let is_worker = |name: &String| {
        [LOADER, ".js", "_bg.wasm"]
            .iter()
            .any(|suffix| file.strip_suffix(suffix) == Some(name))
    };
    if file == "index.html" {
        "./".to_owned()
    } else if is_script_of_assets(file) || workers.iter().any(is_worker) {
        format!("{file}?v={id}")
    } else {
        file.to_owned()
    }
}

fn is_script_of_assets(file: &str) -> bool {
    file.starts_with("assets/") && offline::extension(file) == "js"
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

/// A digest of everything that the page stores for use without a network. The list of models is part of it and names
/// the digests of the weights.
fn build_id(dist: &Path, files: &[String]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files.iter().map(String::as_str).chain([offline::WORKER]) {
        let path = dist.join(file);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        hash.update(format!("{file} {}\n", bytes.len()));
        hash.update(bytes);
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

/// A module with the id behind every script that it imports.
fn versioned_imports(text: &str, id: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("import ") {
            line.replace(".js\"", &format!(".js?v={id}\""))
        } else {
            line.to_owned()
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
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
    fn scripts_import_scripts_of_their_build() {
        let script = "import { a } from \"./b.js\";\nconst c = \"d.js\";\n";
        assert_eq!(
            versioned_imports(script, "7f"),
            "import { a } from \"./b.js?v=7f\";\nconst c = \"d.js\";\n"
        );
    }

    #[test]
    fn a_page_is_stamped_as_a_whole_and_only_once() {
        let dist = std::env::temp_dir().join(format!("scanweave-stamp-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = dist.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let page = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"><meta content=\"__BUILD_ID__\">";
        write("engine_loader.js", "import init from './engine.js';");
        write("engine.js", "new URL('engine_bg.wasm')");
        write("engine_bg.wasm", "wasm");
        write("app-12.js", "app");
        write("assets/start.js", "import { a } from \"./shell/a.js\";");
        write("assets/shell/a.js", "export const a = 1;");
        write("assets/brain.weave", "weights");
        write("index.html", page);
        write(
            "sw.js",
            "const B = \"__BUILD_ID__\", F = [\"__FILES__\"], P = \"__POLICY__\";",
        );
        folder(&dist).unwrap();
        let read = |name: &str| fs::read_to_string(dist.join(name)).unwrap();
        let (page, loader, worker) = (read("index.html"), read("engine_loader.js"), read("sw.js"));
        let id = page.rsplit('"').nth(1).unwrap().to_owned();
        assert_eq!(id.len(), ID_LENGTH);
        assert!(!page.contains("__"), "{page}");
        assert_eq!(loader, format!("import init from './engine.js?v={id}';"));
        assert_eq!(
            read("engine.js"),
            format!("new URL('engine_bg.wasm?v={id}')")
        );
        assert_eq!(
            read("assets/start.js"),
            format!("import {{ a }} from \"./shell/a.js?v={id}\";")
        );
        let files = [
            "app-12.js".to_owned(),
            format!("assets/shell/a.js?v={id}"),
            format!("assets/start.js?v={id}"),
            format!("engine.js?v={id}"),
            format!("engine_bg.wasm?v={id}"),
            format!("engine_loader.js?v={id}"),
            "./".to_owned(),
        ];
        let list = files.map(|file| format!("\"{file}\"")).join(",");
        assert_eq!(
            worker,
            format!("const B = \"{id}\", F = [{list}], P = \"default-src 'self'\";")
        );
        folder(&dist).unwrap();
        assert_eq!(read("engine_loader.js"), loader);
        assert_eq!(read("sw.js"), worker);
        fs::remove_dir_all(&dist).unwrap();
    }
}
