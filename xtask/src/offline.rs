//! What the service worker has to know: the files that it stores, and the policy that its answers carry.
//!
//! The list comes last, when wasm-opt has rewritten what it had to. Weights are not on it: the engine keeps those that
//! were asked for. The policy has one place, index.html.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::notices;

/// The service worker's file, in the root of the page so that its scope is the page.
pub const WORKER: &str = "sw.js";

/// The picture that others show beside a link to the page.
const PREVIEW: &str = "assets/preview.png";

/// How the names of the files of the engine for WebGPU begin.
const GRAPHICS_ENGINE: &str = "graphics";

const FILES: &str = "[\"__FILES__\"]";
const GRAPHICS: &str = "[\"__GRAPHICS__\"]";
const POLICY: &str = "\"__POLICY__\"";

/// Every file that the page needs without a network, sorted, as paths with `/`.
pub fn files(dist: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    collect(dist, "", &mut files)?;
    files.retain(|file| is_stored(file));
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

/// What follows the last dot of a file's name.
pub fn extension(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, end)| end)
}

fn is_stored(file: &str) -> bool {
    let hidden = file.split('/').any(|part| part.starts_with('.'));
    let left_out = [WORKER, notices::FILE, PREVIEW].contains(&file);
    !hidden && !left_out && !matches!(extension(file), "weave" | "tmp")
}

/// The Content-Security-Policy of a page's meta element.
pub fn policy(page: &str) -> Result<&str> {
    page.split_once("\"Content-Security-Policy\" content=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(policy, _)| policy)
        .context("index.html has no Content-Security-Policy")
}

/// The service worker with what it has to know. The engine for WebGPU is a list of its own: most of the bytes, and
/// needed only where it is used.
pub fn filled(worker: &str, addresses: &[String], policy: &str) -> String {
    let (graphics, files): (Vec<_>, Vec<_>) =
        (addresses.iter()).partition(|file| file.starts_with(GRAPHICS_ENGINE));
    worker
        .replace(FILES, &serde_json::json!(files).to_string())
        .replace(GRAPHICS, &serde_json::json!(graphics).to_string())
        .replace(POLICY, &serde_json::json!(policy).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_hidden_files_are_left_out() {
        let stored = |file: &str| is_stored(file);
        assert!(stored("index.html") && stored("engine_bg.wasm") && stored("assets/gallery/a.png"));
        for file in [
            "sw.js",
            "assets/brain.weave",
            ".nojekyll",
            "assets/.cache/a.png",
            "licences.txt",
            "assets/preview.png",
        ] {
            assert!(!stored(file), "{file}");
        }
    }

    #[test]
    fn the_worker_of_the_repository_has_a_place_for_everything() {
        let worker = include_str!("../../web/sw.js");
        let page = include_str!("../../index.html");
        let policy = policy(page).unwrap();
        assert!(policy.contains("worker-src 'self'"), "{policy}");
        let addresses = ["./", "graphics.js?v=7"].map(str::to_owned);
        let filled = filled(worker, &addresses, policy);
        assert!(filled.contains("const FILES = [\"./\"];"));
        assert!(filled.contains("const GRAPHICS = [\"graphics.js?v=7\"];"));
        assert!(filled.contains(&format!("const POLICY = \"{policy}\";")));
        assert!(filled.contains("const BUILD = \"__BUILD_ID__\";"));
    }

    #[test]
    fn a_page_without_a_policy_is_refused() {
        assert!(policy("<html></html>").is_err());
    }
}
