//! Installing what is missing, so that a fresh machine needs Rust and a C compiler and nothing else.
//!
//! Every download goes by name through Cargo, npm or apt. trunk would fetch wasm-bindgen and wasm-opt by itself, but
//! from release pages that not every network reaches; with the tools found on the search path it fetches nothing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{output, run};
use crate::project::Project;
use crate::{browser, debian, optimise};

/// Later versions of trunk ask for a newer Rust than this repository's.
const TRUNK_VERSION: &str = "0.21.14";

/// The accessibility checks.
const AXE: &str = "axe-core@4.14.1";

/// The target of the page.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Something that has to be on the machine before a task can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Rust's standard library for the browser.
    WasmTarget,
    /// Drives the build of the page.
    Trunk,
    /// Writes the JavaScript around a wasm binary; its version must be that of the library.
    WasmBindgen,
    /// Shrinks a wasm binary; the page works without.
    WasmOpt,
    /// Chromium and its driver.
    Browser,
    /// Accessibility checks for the browser tests.
    Axe,
}

impl Tool {
    /// What the page's build needs.
    pub const FOR_BUILDING: &[Self] = &[
        Self::WasmTarget,
        Self::Trunk,
        Self::WasmBindgen,
        Self::WasmOpt,
    ];
    /// Everything. Accessibility checks come first: they may bring the npm that wasm-opt comes by.
    pub const ALL: &[Self] = &[
        Self::Axe,
        Self::WasmTarget,
        Self::Trunk,
        Self::WasmBindgen,
        Self::WasmOpt,
        Self::Browser,
    ];

    fn ensure(self, project: &Project) -> Result<String> {
        match self {
            Self::WasmTarget => wasm_target(project),
            Self::Trunk => trunk(project),
            Self::WasmBindgen => wasm_bindgen(project),
            Self::WasmOpt => Ok(wasm_opt(project)),
            Self::Browser => browser::ensure(project),
            Self::Axe => axe(project),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::WasmTarget => "wasm target",
            Self::Trunk => "trunk",
            Self::WasmBindgen => "wasm-bindgen",
            Self::WasmOpt => "wasm-opt",
            Self::Browser => "browser",
            Self::Axe => "axe-core",
        }
    }
}

/// Installs those of `tools` that are missing.
pub fn ensure(project: &Project, tools: &[Tool]) -> Result<()> {
    for (index, tool) in tools.iter().enumerate() {
        let state = tool.ensure(project)?;
        println!("[{}/{}] {:13} {state}", index + 1, tools.len(), tool.name());
    }
    Ok(())
}

fn wasm_target(project: &Project) -> Result<String> {
    let there = |project: &Project| {
        let folder = output(project.command("rustc").args([
            "--print",
            "target-libdir",
            "--target",
            WASM_TARGET,
        ]));
        folder.is_some_and(|folder| Path::new(&folder).is_dir())
    };
    if !there(project) {
        run(project.command("rustup").args(["target", "add", WASM_TARGET])).with_context(|| {
            format!("Rust's library for {WASM_TARGET} is missing: install it with rustup or your system's packages")
        })?;
    }
    Ok(WASM_TARGET.to_owned())
}

fn trunk(project: &Project) -> Result<String> {
    let found = || output(project.command("trunk").arg("--version"));
    if found().as_deref() != Some(&format!("trunk {TRUNK_VERSION}")) {
        println!(
            "trunk {TRUNK_VERSION} is missing: compiling it takes up to five minutes on two cores, once"
        );
        let package = format!("trunk@{TRUNK_VERSION}");
        // Without its own search for updates. It starts other programs and copies files: speed does not matter.
        let arguments = [
            "--locked",
            "--no-default-features",
            "--features",
            "rustls",
            &package,
        ];
        install(project, "0", &arguments)
            .context("trunk could not be installed: see the lines above; a C compiler and crates.io are needed")?;
    }
    found().context("trunk was installed but does not run")
}

fn wasm_bindgen(project: &Project) -> Result<String> {
    let version = project.locked_version("wasm-bindgen")?;
    let found = || output(project.command("wasm-bindgen").arg("--version"));
    let runner = || output(project.command("wasm-bindgen-test-runner").arg("--version")).is_some();
    let right = |found: Option<String>| {
        found.is_some_and(|text| text.split_whitespace().nth(1) == Some(&version))
    };
    if !right(found()) || !runner() {
        println!(
            "wasm-bindgen {version} is missing: compiling it takes up to five minutes on two cores, once"
        );
        let package = format!("wasm-bindgen-cli@{version}");
        // The lock file of some releases names dependencies that no longer compile together.
        let locked = install(project, "1", &["--locked", &package]);
        locked.or_else(|_| install(project, "1", &[&package])).with_context(|| {
            format!("wasm-bindgen {version} could not be installed: see the lines above; crates.io is needed")
        })?;
    }
    if !right(found()) {
        bail!(
            "wasm-bindgen {version} was installed but another version is found first on the search path"
        );
    }
    Ok(format!("wasm-bindgen {version}"))
}

/// Never fails: without wasm-opt the page is larger, and that is all.
fn wasm_opt(project: &Project) -> String {
    if optimise::version(project).is_none() {
        println!("no recent wasm-opt is on the search path: npm installs one");
        npm_install(project, &project.tools(), optimise::PACKAGE);
    }
    match optimise::version(project) {
        Some(version) => format!("version {version}"),
        None => format!(
            "missing, so the page will be larger: install npm (or binaryen {} or later) and run this again",
            optimise::OLDEST
        ),
    }
}

fn axe(project: &Project) -> Result<String> {
    let need = "the browser tests check accessibility with axe-core, which npm installs (without them: --skip browser)";
    if !project.axe().is_file() {
        if output(npm(project).arg("--version")).is_none() {
            debian::install(project, &["npm"], need)?;
        }
        npm_install(project, &project.tools().join("axe"), AXE);
    }
    ensure!(project.axe().is_file(), "axe-core is missing: {need}");
    Ok(AXE.to_owned())
}

/// Installs a package into a folder of its own, where npm is there; says it when it cannot. (In a folder
/// without package.json npm removes what an earlier call has installed.)
pub fn npm_install(project: &Project, folder: &Path, package: &str) {
    if output(npm(project).arg("--version")).is_none() {
        return;
    }
    let arguments = [
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--prefix",
    ];
    let made = std::fs::create_dir_all(folder).map_err(anyhow::Error::from);
    if let Err(error) =
        made.and_then(|()| run(npm(project).args(arguments).arg(folder).arg(package)))
    {
        println!("{package} could not be installed: {error:#}");
    }
}

fn npm(project: &Project) -> Command {
    project.command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// `cargo install` into the folder of tools, optimised that much.
fn install(project: &Project, level: &str, arguments: &[&str]) -> Result<()> {
    let build = project.tools().join("build");
    let mut command = project.cargo();
    command
        .arg("install")
        .args(arguments)
        .arg("--root")
        .arg(project.tools());
    // An interrupted installation goes on where it stopped.
    command.env("CARGO_TARGET_DIR", &build);
    // The tools' own profiles ask for the slowest, whole-program optimisation, which takes twice as long.
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level);
    command
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    run(&mut command)?;
    // Some hundred megabytes that nothing reads again; what cannot be removed only takes space.
    let _ = std::fs::remove_dir_all(build);
    Ok(())
}
