//! Each shipped generator in our engine beside onnxruntime-web: same browser, same page, in turns.
//!
//! The peer gets what a careful user would give it: static shapes, all graph optimisations, wasm with SIMD on one thread
//! (ours has one), and the build of its wasm that is made for the CPU. Each painting includes what its user waits for,
//! from the fused map to the pixels of every modality.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::program::{self, Line};
use super::{Beside, Figure, train};
use crate::browser::Browser;
use crate::command;
use crate::project::Project;
use crate::serve::Server;
use crate::setup::{self, Tool, WASM_TARGET};
use crate::{manifest, optimise};

/// The npm package of the peer.
const PACKAGE: &str = "onnxruntime-web@1.30.0";

/// What the page needs of it: the module and the binary for each backend.
const PEER: [&str; 6] = [
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
    "ort.webgpu.min.mjs",
    "ort-wasm-simd-threaded.asyncify.mjs",
    "ort-wasm-simd-threaded.asyncify.wasm",
];

/// What the page is made of.
const PAGE: [&str; 2] = ["index.html", "bench.js"];

/// The part of the peer's time that we may take.
const GOAL: f64 = 0.7;

/// Two pictures are the same when no pixel differs more. Each is compared with the one that our code on one core paints,
/// and that one with the peer's on the CPU.
const SAME: f64 = 0.02;

/// Builds the page, lets the browser measure and returns the rows.
pub fn measure(project: &Project) -> Result<Vec<Figure>> {
    let found = Browser::find()
        .context("Chromium and chromedriver are missing: run `cargo xtask setup`")?;
    let folder = project.root().join("target").join("bench-generators");
    let models = prepare(project, &folder)?;
    let server = Server::bind(&folder, 0)?;
    let url = format!("{}?graphics=1&models={}", server.url(), models.join(","));
    let variables = [
        ("SCANWEAVE_URL", url),
        ("CHROMIUM", found.browser.to_string_lossy().into_owned()),
        ("CHROMEDRIVER", found.driver.to_string_lossy().into_owned()),
    ];
    // Serves until this program ends.
    thread::spawn(move || server.run());
    println!("The generators take some minutes, most of them on WebGPU where it is emulated.");
    let line = program::run(project, "generators", &variables)?;
    println!("{}", line.value());
    figures(&models, &line)
}

/// Fills the folder of the bench page; the names of the models.
fn prepare(project: &Project, folder: &Path) -> Result<Vec<String>> {
    setup::ensure(
        project,
        &[Tool::WasmTarget, Tool::WasmBindgen, Tool::WasmOpt],
    )?;
    let (peer, models) = (folder.join("ort"), folder.join("models"));
    for folder in [&peer, &models] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let source = project.root().join("tests/benches/generators");
    for name in PAGE {
        copy(&source.join(name), &folder.join(name))?;
    }
    let installed = install(project)?;
    for name in PEER {
        copy(&installed.join(name), &peer.join(name))?;
    }
    engine(project, folder)?;
    export(project, &models)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

/// The folder of the peer's files, installed when they are not there.
fn install(project: &Project) -> Result<PathBuf> {
    let folder = project.tools().join("onnxruntime-web");
    let files = folder.join("node_modules/onnxruntime-web/dist");
    if !files.is_dir() {
        setup::npm_install(project, &folder, PACKAGE);
    }
    ensure!(
        files.is_dir(),
        "{PACKAGE} is missing: install npm and run this again"
    );
    Ok(files)
}

/// Our generators as the page's engine has them: the same code, profile and tools.
fn engine(project: &Project, folder: &Path) -> Result<()> {
    command::run(
        project
            .cargo()
            .args(["rustc", "--profile", "graphics"])
            .args(["--package", "scanweave-tests"])
            .args(["--target", WASM_TARGET])
            .args(["--features", "generators", "--bin", "generators"])
            // As web/build.rs has it for the page's engine; bench.js calls them.
            .args(["--", "-C", "link-arg=--export=__wasm_call_ctors"]),
    )?;
    let binary = project
        .target()
        .join(WASM_TARGET)
        .join("graphics/generators.wasm");
    command::run(
        project
            .command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-dir"])
            .arg(folder)
            .arg(binary),
    )?;
    optimise::folder(project, folder)
}

/// The shipped models and their generators as ONNX.
fn export(project: &Project, folder: &Path) -> Result<Vec<String>> {
    let trainer = train::program(project)?;
    let mut names = Vec::new();
    for file in manifest::models(project)? {
        let weights = project.root().join("assets").join(&file);
        let name = file.strip_suffix(".weave").unwrap_or(&file).to_owned();
        copy(&weights, &folder.join(&file))?;
        let mut export = project.command(&trainer.to_string_lossy());
        export.arg("export").arg(weights).arg("--onnx");
        command::run(export.arg(folder.join(format!("{name}.onnx"))))?;
        names.push(name);
    }
    Ok(names)
}

fn figures(models: &[String], line: &Line) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for name in models {
        let report = &line.value()[name.as_str()];
        figures.extend(backend(name, "CPU", &report["cpu"])?);
        if report["graphics"].is_object() {
            figures.extend(backend(name, "WebGPU", &report["graphics"])?);
        }
        if let Some(time) = report["cpu"]["draw"].as_f64() {
            figures.push(row(
                format!("{name}, CPU: map and mask"),
                time,
                Beside::Nothing,
            ));
        }
    }
    Ok(figures)
}

fn backend(name: &str, backend: &str, times: &Value) -> Result<Vec<Figure>> {
    let number = |what: &str| {
        let found = times[what].as_f64();
        found.with_context(|| format!("{name}, {backend}: the page measured no {what}"))
    };
    let difference = number("difference")?;
    if difference > SAME {
        bail!(
            "{name}, {backend}: our pictures differ by {difference:.3}, so their times say nothing"
        );
    }
    let theirs = number("peer_difference")?;
    if theirs > SAME {
        println!("{name}, {backend}: onnxruntime-web paints another picture, by up to {theirs:.3}");
    }
    let (own, peer) = (number("own")?, number("peer")?);
    Ok(vec![
        row(
            format!("{name}, {backend}: all modalities"),
            own,
            Beside::Peer("ort-web", peer),
        ),
        Figure {
            name: "  of onnxruntime-web's time".to_owned(),
            measured: own / peer,
            unit: "",
            beside: Beside::Goal(GOAL),
        },
    ])
}

fn row(name: String, milliseconds: f64, beside: Beside) -> Figure {
    Figure {
        name,
        measured: milliseconds,
        unit: "ms",
        beside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(difference: f64) -> Line {
        let text = format!(
            r#"{{"a": {{"cpu": {{"own": 30, "peer": 120, "draw": 9, "difference": {difference}, "peer_difference": 0.5}}}}}}"#
        );
        Line::last_of(&text).unwrap()
    }

    #[test]
    fn ours_stands_beside_the_peer_and_the_goal() {
        let figures = figures(&["a".to_owned()], &line(0.0001)).unwrap();
        assert_eq!(figures.len(), 3, "WebGPU was not measured");
        assert_eq!(figures[0].beside, Beside::Peer("ort-web", 120.0));
        assert_eq!(figures[1].measured, 0.25);
        assert_eq!(figures[1].beside, Beside::Goal(GOAL));
    }

    #[test]
    fn times_of_different_pictures_are_not_compared() {
        let error = figures(&["a".to_owned()], &line(0.3)).unwrap_err();
        assert!(error.to_string().contains("differ by 0.300"), "{error}");
    }
}
