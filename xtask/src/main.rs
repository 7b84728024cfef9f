//! The commands of the README: `cargo xtask setup`, `build`, `demo`, `test`, `bench`.
//!
//! They live in a Rust program and not in shell scripts because a visitor has Rust and may have nothing else: one
//! command has to take a fresh machine to a running page on every system that Rust supports. Each command installs
//! what it needs and skips what is there.

mod bench;
mod browser;
mod command;
mod debian;
mod dependencies;
mod manifest;
mod notices;
mod offline;
mod optimise;
mod project;
mod python;
mod serve;
mod setup;
mod site;
mod sizes;
mod skipped;
mod stamp;
mod steps;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;
use crate::setup::Tool;

/// Set up, build, show, test and measure scanweave.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing: the wasm target, trunk, wasm-bindgen, wasm-opt, the test browser and the checkers
    Setup {
        /// Leave out what only the tests need: Chromium, its driver and the checkers
        #[arg(long)]
        no_browser: bool,
    },
    /// Build the page into dist/ and print what it weighs
    Build(site::Options),
    /// Build the page, serve it on this machine and print its address
    Demo(Demo),
    /// Run every check: format, spelling, dependencies, lints, documentation, native, wasm and browser tests
    Test(steps::Options),
    /// Write the sizes and digests of the weights in assets/ into assets/manifest.json
    Manifest,
    /// Measure speed and size and print a table with ratios
    Bench(bench::Options),
}

#[derive(clap::Args)]
struct Demo {
    /// Port on 127.0.0.1; the next free one is taken if it is in use
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Open the page in the default browser
    #[arg(long)]
    open: bool,
    /// Serve dist/ as it is, without set-up and build
    #[arg(long)]
    no_build: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let project = Project::find()?;
    match task {
        Task::Setup { no_browser: true } => setup::ensure(&project, Tool::FOR_BUILDING),
        Task::Setup { no_browser: false } => setup::ensure(&project, Tool::ALL),
        Task::Build(options) => {
            setup::ensure(&project, Tool::FOR_BUILDING)?;
            site::build(&project, &options)
        }
        Task::Demo(options) => demo(&project, &options),
        Task::Test(options) => steps::run(&project, &options),
        Task::Manifest => manifest::refresh(&project),
        Task::Bench(options) => bench::run(&project, options),
    }
}

fn demo(project: &Project, options: &Demo) -> Result<()> {
    if !options.no_build {
        setup::ensure(project, Tool::FOR_BUILDING)?;
        site::build(project, &site::Options::default())?;
    }
    project.require_dist()?;
    let server = serve::Server::bind(&project.dist(), options.port)?;
    let url = server.url();
    println!("\nThe page is at  {url}  (Ctrl-C ends the server)");
    if options.open {
        browser::open(&url);
    }
    server.run();
    Ok(())
}
