//! Shrinking the wasm binaries after trunk has built them.
//!
//! trunk can run wasm-opt itself, but then a machine without it cannot build at all, and a machine with an old one
//! (Debian's) fails on what today's Rust emits. index.html therefore asks trunk for no optimisation, and it happens
//! here, when a recent wasm-opt is at hand. Results are kept by content: an unchanged binary costs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::{output, run};
use crate::project::Project;

/// The npm package that carries wasm-opt.
pub const PACKAGE: &str = "binaryen@132";

/// The oldest version that reads what today's Rust emits.
pub const OLDEST: u32 = 120;

/// From this size on, bytes, a binary is optimised for the machine that builds rather than for the last byte. For the
/// engine for WebGPU that is one minute instead of five; a third more to compile for the browser, but less to download.
const LARGE: u64 = 8_000_000;

/// Exactly the features that Rust's target and this repository's flags use: with all features allowed wasm-opt
/// writes instructions that browsers refuse.
const FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// The version of the wasm-opt at hand, when it is recent enough.
pub fn version(project: &Project) -> Option<u32> {
    let text = output(wasm_opt(project).arg("--version"))?;
    let version = text.split_whitespace().nth(2)?.parse().ok()?;
    (version >= OLDEST).then_some(version)
}

/// Optimises every wasm file directly under `dist`, in place.
pub fn folder(project: &Project, dist: &Path) -> Result<()> {
    let Some(version) = version(project) else {
        println!(
            "wasm-opt is missing: the binaries stay as they are and about three times as large"
        );
        return Ok(());
    };
    let cache = project.root().join("target").join("wasm-opt");
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let optimise = |path: &Path| {
        let result = cached(project, &cache, path, version)
            .with_context(|| format!("wasm-opt {version} could not optimise {}", path.display()))?;
        replace(&result, path)
    };
    let files = wasm_files(dist)?;
    // Beside each other: most of its time wasm-opt uses one core.
    thread::scope(|scope| {
        let optimise = &optimise;
        let started: Vec<_> = files
            .iter()
            .map(|path| scope.spawn(move || optimise(path)))
            .collect();
        let ended = started
            .into_iter()
            .map(|one| one.join().expect("it does not panic"));
        ended.collect()
    })
}

fn wasm_files(dist: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "wasm")
    });
    paths.sort();
    Ok(paths)
}

/// The optimised form of `input`, from the cache or made now.
fn cached(project: &Project, cache: &Path, input: &Path, version: u32) -> Result<PathBuf> {
    let bytes = fs::read(input)?;
    let level = if bytes.len() as u64 >= LARGE {
        "-O1"
    } else {
        "-Oz"
    };
    let mut hash = Sha256::new();
    hash.update(&bytes);
    hash.update(format!("{version} {level} {FEATURES:?}"));
    let result = cache.join(format!("{:x}.wasm", hash.finalize()));
    if !result.is_file() {
        let unfinished = result.with_extension("tmp");
        run(wasm_opt(project)
            .arg(level)
            .args(FEATURES)
            .arg(input)
            .arg("--output")
            .arg(&unfinished))?;
        fs::rename(&unfinished, &result)?;
    }
    Ok(result)
}

fn replace(from: &Path, to: &Path) -> Result<()> {
    let unfinished = to.with_extension("tmp");
    fs::copy(from, &unfinished)
        .and_then(|_| fs::rename(&unfinished, to))
        .with_context(|| format!("cannot write {}", to.display()))
}

fn wasm_opt(project: &Project) -> Command {
    project.command(if cfg!(windows) {
        "wasm-opt.cmd"
    } else {
        "wasm-opt"
    })
}
