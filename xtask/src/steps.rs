//! `cargo xtask test`: the checks in order, each with a banner and its duration, ending at the first failure.
//!
//! All steps use the same target folder, profile and flags, and the native ones the same selection of packages: Cargo
//! unites features over the selection, and another selection would compile the tensor library a second time.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::browser::Browser;
use crate::command::run as run_command;
use crate::project::Project;
use crate::setup::{self, Tool, WASM_TARGET};
use crate::skipped::Skipped;
use crate::{dependencies, site};

/// The tests that run as wasm in the browser: those of one body for two targets.
const WASM_TESTS: &[&str] = &["--package", "scanweave-tests", "--test", "wasm_*"];

/// How these are compiled, and the seconds that one of their files may take in the browser.
const WASM_PROFILE: &[&str] = &["--config", "tests/wasm.toml"];
const WASM_TIMEOUT: &str = "300";

/// The tests that open the built page.
const BROWSER_TESTS: &[&str] = &[
    "--workspace",
    "--features",
    BROWSER_FEATURE,
    "--test",
    "browser",
];

/// Asks for a browser, and so is left out of the native tests.
const BROWSER_FEATURE: &str = "scanweave-tests/browser";

/// What is only built when it is asked for, and read by clippy all the same: the browser tests and the benches.
const LINTED_FEATURES: &str = "scanweave-tests/browser,scanweave-tests/bench";

/// Which checks are run.
#[derive(clap::Args)]
pub struct Options {
    /// Run this step only (may be repeated)
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Leave this step out (may be repeated)
    #[arg(long, value_name = "STEP")]
    skip: Vec<Step>,
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The source is formatted
    Fmt,
    /// No word is misspelt
    Spelling,
    /// Licences, duplicates and sources of dependencies are as deny.toml wants them
    Dependencies,
    /// Clippy has nothing to say, natively and for wasm
    Clippy,
    /// The documentation builds without warnings
    Docs,
    /// All native tests
    Native,
    /// The tests that run on wasm too, in headless Chromium
    Wasm,
    /// The page builds
    Build,
    /// The page works in headless Chromium
    Browser,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .expect("no step is hidden")
            .get_name()
            .to_owned()
    }

    fn needs(self) -> &'static [Tool] {
        match self {
            Self::Fmt | Self::Docs | Self::Native => &[],
            Self::Spelling => &[Tool::Typos],
            Self::Dependencies => &[Tool::Deny],
            Self::Clippy => &[Tool::WasmTarget],
            Self::Wasm => &[Tool::WasmTarget, Tool::WasmBindgen, Tool::Browser],
            Self::Build => Tool::FOR_BUILDING,
            Self::Browser => &[Tool::Browser, Tool::Axe],
        }
    }

    fn run(self, project: &Project, skipped: &Skipped) -> Result<()> {
        match self {
            Self::Fmt => run_command(project.cargo().args(["fmt", "--all", "--check"])),
            Self::Spelling => run_command(&mut project.command("typos")),
            Self::Dependencies => dependencies::check(project),
            Self::Clippy => clippy(project),
            Self::Docs => docs(project),
            Self::Native => {
                let mut cargo = project.cargo();
                // Whatever fails is told, not the first of it alone.
                run_command(skipped.told(cargo.args(["test", "--workspace", "--no-fail-fast"])))
            }
            Self::Wasm => wasm_tests(project),
            Self::Build => site::build(project, &site::Options::default()),
            Self::Browser => browser_tests(project, skipped),
        }
    }
}

/// Sets up what the chosen steps need and runs them.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let steps = chosen(options);
    if steps.is_empty() {
        bail!("no step is left to run: --only and --skip exclude each other");
    }
    let begin = Instant::now();
    let mut report = Report::default();
    let skipped = Skipped::fresh(project)?;
    banner("setup");
    let tools: Vec<Tool> = Tool::ALL
        .iter()
        .copied()
        .filter(|tool| steps.iter().any(|step| step.needs().contains(tool)))
        .collect();
    setup::ensure(project, &tools)
        .context("the set-up failed; run it alone with `cargo xtask setup`")?;
    report.add("setup", begin.elapsed());

    for step in steps {
        let name = step.name();
        banner(&name);
        let begin = Instant::now();
        let outcome = step.run(project, &skipped);
        let duration = begin.elapsed();
        report.add(&name, duration);
        if let Err(error) = outcome {
            report.print();
            skipped.print();
            return Err(error.context(format!(
                "the step {name} failed; run it again with `cargo xtask test --only {name}`"
            )));
        }
        println!("--- {name}: {:.1} s", duration.as_secs_f64());
    }
    report.print();
    skipped.print();
    println!("No check failed.");
    Ok(())
}

fn chosen(options: &Options) -> Vec<Step> {
    let wanted = |step: &Step| options.only.is_empty() || options.only.contains(step);
    Step::value_variants()
        .iter()
        .copied()
        .filter(|step| wanted(step) && !options.skip.contains(step))
        .collect()
}

fn clippy(project: &Project) -> Result<()> {
    let native = [
        "--workspace",
        "--all-targets",
        "--features",
        LINTED_FEATURES,
    ];
    let page = ["--package", "scanweave-web", "--target", WASM_TARGET];
    // The engine for the CPU is built from less than all features.
    let engine = ["--no-default-features", "--features", "engine"];
    for selection in [
        native.to_vec(),
        [&page[..], &["--all-features"]].concat(),
        [&page[..], &engine].concat(),
    ] {
        let mut command = project.cargo();
        command.arg("clippy").args(selection);
        run_command(command.args(["--", "--deny", "warnings"]))?;
    }
    Ok(())
}

/// Programs go first: the trainer's has the name of the model crate, whose pages then replace its own. The selection is
/// clippy's, so that no dependency is checked a second time.
fn docs(project: &Project) -> Result<()> {
    for targets in ["--bins", "--lib"] {
        let mut command = project.cargo();
        command
            .args(["doc", "--no-deps", "--workspace", targets])
            .args(["--features", LINTED_FEATURES])
            .env("RUSTDOCFLAGS", "--deny warnings");
        run_command(&mut command)?;
    }
    Ok(())
}

fn wasm_tests(project: &Project) -> Result<()> {
    let mut command = project.cargo();
    command
        .args(["test", "--target", WASM_TARGET])
        .args(WASM_PROFILE)
        .args(WASM_TESTS);
    command.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        "wasm-bindgen-test-runner",
    );
    // Without this the runner asks for Node, which is not among the tools that are set up.
    command.env("WASM_BINDGEN_USE_BROWSER", "1");
    command.env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TIMEOUT);
    run_command(with_browser(&mut command)?)
}

fn browser_tests(project: &Project, skipped: &Skipped) -> Result<()> {
    project.require_dist()?;
    let mut command = project.cargo();
    command
        .arg("test")
        .args(BROWSER_TESTS)
        .env("SCANWEAVE_DIST", project.dist());
    if project.axe().is_file() {
        command.env("SCANWEAVE_AXE", project.axe());
    }
    run_command(skipped.told(with_browser(&mut command)?))
}

fn with_browser(command: &mut Command) -> Result<&mut Command> {
    let found = Browser::find()
        .context("Chromium and chromedriver are missing: run `cargo xtask setup`")?;
    Ok(command
        .env("CHROMIUM", found.browser)
        .env("CHROMEDRIVER", found.driver))
}

fn banner(name: &str) {
    println!(
        "\n=== {name} {}",
        "=".repeat(74_usize.saturating_sub(name.len()))
    );
}

/// How long each step took.
#[derive(Default)]
struct Report {
    rows: Vec<(String, Duration)>,
}

impl Report {
    fn add(&mut self, name: &str, duration: Duration) {
        self.rows.push((name.to_owned(), duration));
    }

    fn print(&self) {
        println!("\n{:12} {:>9}", "step", "seconds");
        for (name, duration) in &self.rows {
            println!("{name:12} {:>9.1}", duration.as_secs_f64());
        }
        let total: Duration = self.rows.iter().map(|(_, duration)| *duration).sum();
        println!("{:12} {:>9.1}", "total", total.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_keep_their_order_and_obey_only_and_skip() {
        let all = chosen(&Options {
            only: vec![],
            skip: vec![],
        });
        assert_eq!(all, Step::value_variants());
        assert_eq!(
            chosen(&Options {
                only: vec![Step::Docs, Step::Fmt],
                skip: vec![]
            }),
            [Step::Fmt, Step::Docs]
        );
        assert!(
            !chosen(&Options {
                only: vec![],
                skip: vec![Step::Browser]
            })
            .contains(&Step::Browser)
        );
        assert!(
            chosen(&Options {
                only: vec![Step::Fmt],
                skip: vec![Step::Fmt]
            })
            .is_empty()
        );
    }
}
